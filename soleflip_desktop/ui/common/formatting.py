"""Amounts, dates and numbers as people read them; times are UTC until they come here."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale

if TYPE_CHECKING:
    from soleflip_desktop.ui.common.locale_rules import LocaleRules

BLANK = "—"
FALLBACK_LOCALE = "en_GB"
_MINUTE_S = 60
_KILO = 1024


def system_locale() -> str:
    """The operating system's locale, or British English where it names none."""
    name = QLocale.system().name()
    return name if "_" in name else FALLBACK_LOCALE


class Formatter:
    """Turns values into text of one locale and one time zone. None becomes the empty text."""

    def __init__(self, locale: str | None = None, zone: tzinfo | None = None) -> None:
        self._wanted = locale or system_locale()
        self._zone = zone  # None: the operating system's
        self._learned: LocaleRules | None = None

    def use(self, locale: str) -> None:
        """Another locale from now on; whoever holds this formatter writes in it."""
        self._wanted, self._learned = locale, None

    @property
    def locale(self) -> str:
        return self._rules.locale

    @property
    def zone(self) -> tzinfo | None:
        """In which days begin; None: the operating system's."""
        return self._zone

    def money(self, amount: Decimal | None, currency: str | None) -> str:
        """With the currency's sign where the locale puts it: €1,234.50."""
        if amount is None:
            return ""
        return self._rules.money(amount, currency) if currency else self._rules.amount(amount)

    def amount(self, amount: Decimal | None) -> str:
        """Two places, no currency: for lines that name the currency beside it."""
        return "" if amount is None else self._rules.amount(amount)

    def plain(self, amount: Decimal | None) -> str:
        """For the clipboard: no grouping, no currency sign, so that a spreadsheet reads it."""
        return "" if amount is None else f"{amount:.2f}".replace(".", self._rules.point)

    def count(self, number: int) -> str:
        return self._rules.number(number)

    def count_of(self, shown: int, total: int) -> str:
        """Like "312 of 4,310", or just the number where all are shown."""
        if shown == total:
            return self.count(total)
        return f"{self.count(shown)} of {self.count(total)}"

    def day(self, moment: datetime | None) -> str:
        return "" if moment is None else self._rules.day(self._local(moment).date())

    def calendar_day(self, day: date | None) -> str:
        """A day that is no moment, whatever the time zone."""
        return "" if day is None else self._rules.day(day)

    def moment(self, moment: datetime | None) -> str:
        return "" if moment is None else self._rules.moment(self._local(moment))

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
        return f"{self._rules.number(value, '#,##0' if unit == 'bytes' else '#,##0.0')} {unit}"

    @property
    def _rules(self) -> LocaleRules:
        if self._learned is None:
            # Babel is not needed before the first value is shown: the window opens without it.
            from soleflip_desktop.ui.common.locale_rules import LocaleRules  # noqa: PLC0415

            self._learned = LocaleRules(self._wanted)
        return self._learned

    def _local(self, moment: datetime) -> datetime:
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(self._zone)
