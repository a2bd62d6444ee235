"""Days as people type them into a filter: "14/03/2025", "2025-03", "last 30 days", "gestern"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from soleflip_desktop.domain.import_plan import DateOrder

#: Windows knows no local time before 1970.
_FIRST_YEAR, _LAST_YEAR = 1971, 2199
_MONTHS = 12
_DAY = timedelta(days=1)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class DayStyle:
    """How the person writes days, and where days begin. `zone` None: the operating system's."""

    order: DateOrder = DateOrder.DMY
    zone: tzinfo | None = None
    first_weekday: int = 0  # 0 is Monday
    now: Callable[[], datetime] = _utc_now

    def today(self) -> date:
        return self.now().astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """The instant at which that day begins here, in UTC; right on days of 23 or 25 hours."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return midnight.astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `start` up to, but without, `end`. A `moving` one is another tomorrow."""

    start: date
    end: date
    moving: bool = False


_MONTH_NAMES = (
    ("jan",),
    ("feb",),
    ("mar", "mär", "mrz"),
    ("apr",),
    ("may", "mai"),
    ("jun",),
    ("jul",),
    ("aug",),
    ("sep",),
    ("oct", "okt"),
    ("nov",),
    ("dec", "dez"),
)
_MONTH_OF = {name: at for at, names in enumerate(_MONTH_NAMES, 1) for name in names}
_DAYS = {"today": 0, "heute": 0, "yesterday": -1, "gestern": -1, "tomorrow": 1, "morgen": 1}
_DIRECTIONS = (
    (-1, r"last|past|previous|letzte[nrsm]?|vorige[nrsm]?"),
    (0, r"this|current|diese[nrsm]?"),
    (1, r"next|nächste[nrsm]?|kommende[nrsm]?"),
)
_UNITS = (
    ("day", r"days?|tage?n?"),
    ("week", r"weeks?|wochen?"),
    ("month", r"months?|monate?n?s?"),
    ("quarter", r"quarters?|quartale?"),
    ("year", r"years?|jahre?n?s?"),
)
_IN_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def read_span(text: str, style: DayStyle) -> Span | None:
    """The days that the words mean, or None where they mean none."""
    words = " ".join(text.casefold().split())
    try:
        span = _relative(words, style) or _absolute(words, style.order)
    except (ValueError, OverflowError):  # 31 February; a year that is none
        return None
    if span and span.start.year >= _FIRST_YEAR and span.end.year <= _LAST_YEAR:
        return span
    return None


# -- counted from today ----------------------------------------------------------------------------


def _relative(words: str, style: DayStyle) -> Span | None:
    today = style.today()
    if words in _DAYS:
        day = today + _DAYS[words] * _DAY
        return Span(day, day + _DAY, moving=True)
    for direction, pattern in _DIRECTIONS:
        for unit, unit_pattern in _UNITS:
            found = re.fullmatch(rf"(?:{pattern})(?: ([0-9]{{1,4}}))? (?:{unit_pattern})", words)
            if found and found[1] is None:
                return _period(today, unit, direction, style.first_weekday)
            if found and direction:
                return _run(today, unit, direction * int(found[1]))
    return None


def _period(today: date, unit: str, direction: int, first_weekday: int) -> Span:
    """The whole week, month, quarter or year before, around or after today."""
    if unit in _IN_MONTHS:
        length = _IN_MONTHS[unit]
        first = (today.month - 1) // length * length + 1
        start = _add_months(date(today.year, first, 1), direction * length)
        return Span(start, _add_months(start, length), moving=True)
    length = 7 if unit == "week" else 1
    back = (today.weekday() - first_weekday) % 7 if unit == "week" else 0
    start = today - back * _DAY + direction * length * _DAY
    return Span(start, start + length * _DAY, moving=True)


def _run(today: date, unit: str, count: int) -> Span | None:
    """So many days, weeks, months or years that end or begin with today."""
    if count == 0:
        return None
    if unit in _IN_MONTHS:
        months = count * _IN_MONTHS[unit]
        end = _add_months(today, months)
    else:
        end = today + count * (7 if unit == "week" else 1) * _DAY
    start, end = (end + _DAY, today + _DAY) if count < 0 else (today, end)
    return Span(start, end, moving=True)


def _add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last one."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    last = (date(year + (month + 1) // _MONTHS, (month + 1) % _MONTHS + 1, 1) - _DAY).day
    return date(year, month + 1, min(day.day, last))


# -- of the calendar -------------------------------------------------------------------------------


def _absolute(words: str, order: DateOrder) -> Span | None:
    if re.fullmatch(r"[0-9]{4}", words):
        return Span(date(int(words), 1, 1), date(int(words) + 1, 1, 1))
    numbers = _numbers(words)
    if numbers is None:
        return None
    if len(numbers) == 2:  # noqa: PLR2004  (a month and its year)
        month, year = numbers if len(numbers[1]) > 2 else numbers[::-1]  # noqa: PLR2004
        start = date(_year(year), int(month), 1)
        return Span(start, _add_months(start, 1))
    day = _day(numbers, order)
    return Span(day, day + _DAY)


def _numbers(words: str) -> list[str] | None:
    """The two or three numbers of a date; the name of a month puts them into ISO order."""
    named = re.fullmatch(
        r"(?:([0-9]{1,2})\.? )?([a-zäöü]{3,9})\.?(?: ([0-9]{1,2})\.?,)? ([0-9]{4})", words
    )
    if named and (month := _MONTH_OF.get(named[2][:3])) and not (named[1] and named[3]):
        day = named[1] or named[3]
        return [named[4], str(month), *([day] if day else [])]
    if re.fullmatch(r"[0-9]{4}-[0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{4}", words):
        return re.split(r"[-/.]", words)
    plain = re.fullmatch(r"([0-9]{1,4})([-/.]) ?([0-9]{1,2})\2 ?([0-9]{1,4})", words)
    return [plain[1], plain[3], plain[4]] if plain else None


def _day(numbers: list[str], order: DateOrder) -> date:
    first, second, third = numbers
    if len(first) == 4 or (order is DateOrder.YMD and len(third) <= 2):  # noqa: PLR2004
        return date(_year(first), int(second), int(third))
    if order is DateOrder.MDY:
        return date(_year(third), int(first), int(second))
    return date(_year(third), int(second), int(first))


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) <= 2 else 0)  # noqa: PLR2004
