"""How one locale writes amounts, numbers and days.

Babel knows the rules of each locale, but takes some 40 microseconds a value: too long for a grid.
This asks it once per currency and per day, and fills in the digits itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError, dates, numbers

from soleflip_desktop.ui.common.formatting import FALLBACK_LOCALE

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What stands around the digits of one currency."""

    before: str
    after: str
    negative_before: str
    negative_after: str
    places: int


class LocaleRules:
    """The rules of the named locale, or of British English where Babel does not know it."""

    def __init__(self, locale: str) -> None:
        try:
            self._locale = Locale.parse(locale)
        except (UnknownLocaleError, ValueError):
            self._locale = Locale.parse(FALLBACK_LOCALE)
        self.point = numbers.get_decimal_symbol(self._locale)
        group = numbers.get_group_symbol(self._locale)
        plain = numbers.format_decimal(Decimal(10_000_000), locale=self._locale)
        self._thousands = plain == f"10{group}000{group}000"
        self._translation = str.maketrans({",": group, ".": self.point})
        self._patterns: dict[str, _Pattern] = {}
        self.day = lru_cache(maxsize=8192)(self._format_day)

    @property
    def locale(self) -> str:
        return str(self._locale)

    def money(self, amount: Decimal, currency: str) -> str:
        """With the currency's sign where the locale puts it: €1,234.50."""
        if not self._thousands:
            return numbers.format_currency(amount, currency, locale=self._locale)
        pattern = self._patterns.get(currency) or self._learn(currency)
        digits = f"{abs(amount):,.{pattern.places}f}".translate(self._translation)
        if amount < 0:
            return f"{pattern.negative_before}{digits}{pattern.negative_after}"
        return f"{pattern.before}{digits}{pattern.after}"

    def amount(self, amount: Decimal) -> str:
        """Two places, no currency."""
        if not self._thousands:
            return numbers.format_decimal(amount, "#,##0.00", locale=self._locale)
        sign = "−" if amount < 0 else ""
        return sign + f"{abs(amount):,.2f}".translate(self._translation)

    def number(self, value: float, pattern: str | None = None) -> str:
        return numbers.format_decimal(value, pattern, locale=self._locale)

    def moment(self, moment: datetime) -> str:
        """Date and time of day, in the zone that the moment has."""
        return dates.format_datetime(moment, "medium", locale=self._locale)

    def _format_day(self, day: date) -> str:
        return dates.format_date(day, "medium", locale=self._locale)

    def _learn(self, currency: str) -> _Pattern:
        places = numbers.get_currency_precision(currency)
        one = "1" + (self.point + "0" * places if places else "")
        before, _, after = self._around(Decimal(1), currency, one)
        negative_before, _, negative_after = self._around(Decimal(-1), currency, one)
        if before and before[-1].casefold() in _LETTERS:
            before, negative_before = f"{before}\u00a0", f"{negative_before}\u00a0"
        # A true minus sign is as wide as a digit and does not break from it.
        pattern = _Pattern(before, after, negative_before.replace("-", "−"), negative_after, places)
        self._patterns[currency] = pattern
        return pattern

    def _around(self, amount: Decimal, currency: str, digits: str) -> tuple[str, str, str]:
        text = numbers.format_currency(amount, currency, locale=self._locale)
        return text.partition(digits)
