"""Amounts, dates and numbers as people read them; times are UTC until they come here.

Babel knows the rules of each locale, but takes some 40 microseconds a value: too long for a grid.
The formatter asks it once per currency and per day, and fills in the digits itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError, dates, numbers
from PySide6.QtCore import QLocale

BLANK = "—"
_FALLBACK_LOCALE = "en_GB"
_MINUTE_S = 60
_KILO = 1024
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def system_locale() -> str:
    """The operating system's locale, or British English where it names none."""
    name = QLocale.system().name()
    return name if "_" in name else _FALLBACK_LOCALE


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What stands around the digits of one currency."""

    before: str
    after: str
    negative_before: str
    negative_after: str
    places: int


class Formatter:
    """Turns values into text of one locale and one time zone. None becomes the empty text."""

    def __init__(self, locale: str | None = None, zone: tzinfo | None = None) -> None:
        try:
            self._locale = Locale.parse(locale or system_locale())
        except (UnknownLocaleError, ValueError):
            self._locale = Locale.parse(_FALLBACK_LOCALE)
        self._zone = zone  # None: the operating system's
        self._point = numbers.get_decimal_symbol(self._locale)
        group = numbers.get_group_symbol(self._locale)
        plain = numbers.format_decimal(Decimal(10_000_000), locale=self._locale)
        self._thousands = plain == f"10{group}000{group}000"
        self._translation = str.maketrans({",": group, ".": self._point})
        self._patterns: dict[str, _Pattern] = {}
        self._day_text = lru_cache(maxsize=8192)(self._format_day)

    @property
    def locale(self) -> str:
        return str(self._locale)

    @property
    def zone(self) -> tzinfo | None:
        """In which days begin; None: the operating system's."""
        return self._zone

    def money(self, amount: Decimal | None, currency: str | None) -> str:
        """With the currency's sign where the locale puts it: €1,234.50."""
        if amount is None:
            return ""
        if not currency:
            return self.amount(amount)
        if not self._thousands:
            return numbers.format_currency(amount, currency, locale=self._locale)
        pattern = self._patterns.get(currency) or self._learn(currency)
        digits = f"{abs(amount):,.{pattern.places}f}".translate(self._translation)
        if amount < 0:
            return f"{pattern.negative_before}{digits}{pattern.negative_after}"
        return f"{pattern.before}{digits}{pattern.after}"

    def amount(self, amount: Decimal | None) -> str:
        """Two places, no currency: for lines that name the currency beside it."""
        if amount is None:
            return ""
        if not self._thousands:
            return numbers.format_decimal(amount, "#,##0.00", locale=self._locale)
        sign = "−" if amount < 0 else ""
        return sign + f"{abs(amount):,.2f}".translate(self._translation)

    def plain(self, amount: Decimal | None) -> str:
        """For the clipboard: no grouping, no currency sign, so that a spreadsheet reads it."""
        return "" if amount is None else f"{amount:.2f}".replace(".", self._point)

    def count(self, number: int) -> str:
        return numbers.format_decimal(number, locale=self._locale)

    def count_of(self, shown: int, total: int) -> str:
        """Like "312 of 4,310", or just the number where all are shown."""
        if shown == total:
            return self.count(total)
        return f"{self.count(shown)} of {self.count(total)}"

    def day(self, moment: datetime | None) -> str:
        return "" if moment is None else self._day_text(self._local(moment).date())

    def calendar_day(self, day: date | None) -> str:
        """A day that is no moment, whatever the time zone."""
        return "" if day is None else self._day_text(day)

    def moment(self, moment: datetime | None) -> str:
        if moment is None:
            return ""
        return dates.format_datetime(self._local(moment), "medium", locale=self._locale)

    def iso(self, moment: datetime | None) -> str:
        """Local date and time that sort as text, for the clipboard and for tooltips."""
        if moment is None:
            return ""
        return self._local(moment).strftime("%Y-%m-%d %H:%M:%S")

    def duration(self, seconds: float) -> str:
        """Minutes and seconds, like 0:07 or 2:05: for a clock that runs."""
        minutes, rest = divmod(int(seconds), _MINUTE_S)
        return f"{minutes}:{rest:02}"

    def size(self, octets: int) -> str:
        value, unit = float(octets), "bytes"
        for larger in ("KB", "MB", "GB"):
            if value < _KILO:
                break
            value, unit = value / _KILO, larger
        pattern = "#,##0" if unit == "bytes" else "#,##0.0"
        return f"{numbers.format_decimal(value, pattern, locale=self._locale)} {unit}"

    def _local(self, moment: datetime) -> datetime:
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(self._zone)

    def _format_day(self, day: date) -> str:
        return dates.format_date(day, "medium", locale=self._locale)

    def _learn(self, currency: str) -> _Pattern:
        places = numbers.get_currency_precision(currency)
        one = "1" + (self._point + "0" * places if places else "")
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
