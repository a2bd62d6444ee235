"""Reads days and instants in the spellings of marketplaces and spreadsheets, EN and DE."""

from __future__ import annotations

import re
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.import_plan import DateOrder

#: Sales and releases outside of this are slips, and Postgres has no year 0.
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
#: A number that a spreadsheet shows for a day where the cell lost its format: 45306 is a day of
#: 2024. As text it could be anything, so it is told with advice.
EXCEL_SERIAL = r"^[1-9][0-9]{4}(?:[.,][0-9]+)?$"

_FARTHEST_OFFSET = 14 * 60
#: Two-digit years: 69 is 2069, 70 is 1970.
_WINDOW = 70
_NOON = 12
_LEAP_SECOND = 60
#: Nothing longer is a date; it keeps odd cells cheap.
_LONGEST = 60

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jän jänner",
            "feb february februar",
            "mar march mär märz mrz maerz",
            "apr april",
            "may mai",
            "jun june juni",
            "jul july juli",
            "aug august",
            "sep sept september",
            "oct october okt oktober",
            "nov november",
            "dec december dez dezember",
        ),
        1,
    )
    for name in names.split()
}
#: Hours from UTC of the zones that reports write out.
_ZONES = {
    **dict.fromkeys(("Z", "UTC", "UT", "GMT", "WET"), 0),
    **dict.fromkeys(("CET", "MEZ", "BST"), 1),
    **dict.fromkeys(("CEST", "MESZ"), 2),
    **dict.fromkeys(("EDT",), -4),
    **dict.fromkeys(("EST", "CDT"), -5),
    **dict.fromkeys(("CST", "MDT"), -6),
    **dict.fromkeys(("MST", "PDT"), -7),
    **dict.fromkeys(("PST",), -8),
}
# [0-9], for \d takes the digits of all scripts.
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})(?![0-9])"
_TH = r"(?:st|nd|rd|th|\.)?"
_WORD = r"(?P<month>[^\W\d_]{3,9})\.?"
_ISO = re.compile(
    r"(?P<year>[0-9]{4})(?P<by>[-/.])(?P<month>[0-9]{1,2})(?P=by)(?P<day>[0-9]{1,2})(?![0-9])"
)
_NUMBERS = re.compile(
    rf"(?P<first>[0-9]{{1,2}})(?P<by>[-/.])(?P<second>[0-9]{{1,2}})(?P=by){_YEAR}"
)
_DAY_FIRST = re.compile(rf"(?P<day>[0-9]{{1,2}}){_TH}[-./ ]?{_WORD},?[-./ ]{_YEAR}")
_MONTH_FIRST = re.compile(rf"{_WORD}[-./ ](?P<day>[0-9]{{1,2}}){_TH},?[-./ ]{_YEAR}")
_TIME = re.compile(
    r"(?:T|,? )(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?| Uhr)?(?P<offset>.*)"
)
_OFFSET = re.compile(r" ?(?:(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-5][0-9])?)")


@lru_cache(maxsize=1 << 14)
def read_day(text: str, order: DateOrder | None) -> date | None:
    """The day as written; a time behind it must be one, but does not shift the day."""
    found = _split(text, order)
    if found is None:
        return None
    day, rest = found
    if rest and _time(day, rest, None) is None:
        return None
    return day if EARLIEST <= day <= LATEST else None


def known_zone(name: str) -> ZoneInfo:
    """Raises UserError for a name that is none, such as a slip of the pen."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder of zones is none
        msg = f"“{name}” is no time zone; write one like Europe/Berlin or UTC."
        raise UserError(msg) from error


def read_instant(text: str, order: DateOrder | None, zone: ZoneInfo) -> datetime | None:
    """UTC. A time without an offset is one of `zone`; a day alone is its midnight in UTC."""
    found = _split(text, order)
    if found is None:
        return None
    day, rest = found
    if not rest:
        instant = datetime.combine(day, time(), UTC)
    elif (local := _time(day, rest, zone)) is None or not 1 < day.year < MAXYEAR:
        return None
    else:
        instant = local.astimezone(UTC)
    first, last = (datetime.combine(end, time(), UTC) for end in (EARLIEST, LATEST))
    return instant if first <= instant <= last else None


def offset_minutes(text: str) -> int | None:
    """Minutes east of UTC of what stands behind a time; None for what is no offset."""
    name = text.strip()
    if name in _ZONES:
        return _ZONES[name] * 60
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    total = int(match["hours"]) * 60 + int(match["minutes"] or 0)
    if total > _FARTHEST_OFFSET:
        return None
    return -total if match["sign"] == "-" else total


def _split(text: str, order: DateOrder | None) -> tuple[date, str] | None:
    """The day, and what stands behind it."""
    plain = " ".join(text.split())
    if len(plain) > _LONGEST:
        return None
    for pattern in (_ISO, _NUMBERS, _DAY_FIRST, _MONTH_FIRST):
        if match := pattern.match(plain):
            day = _numeric(match, order) if pattern is _NUMBERS else _named(match)
            return None if day is None else (day, plain[match.end() :])
    return None


def _numeric(match: re.Match[str], order: DateOrder | None) -> date | None:
    """Dots always mean day first; in an order that begins with the year nothing else does."""
    first, second = int(match["first"]), int(match["second"])
    dotted = match["by"] == "."
    if order is DateOrder.YMD or (order is None and not dotted):
        return None
    if order is DateOrder.MDY and not dotted:
        first, second = second, first
    return _day(_year(match["year"]), second, first)


def _named(match: re.Match[str]) -> date | None:
    word = match["month"]
    month = int(word) if word.isdecimal() else _MONTHS.get(word.casefold())
    return None if month is None else _day(_year(match["year"]), month, int(match["day"]))


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:  # noqa: PLR2004  (two digits)
        return year
    return year + (2000 if year < _WINDOW else 1900)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _time(day: date, text: str, zone: ZoneInfo | None) -> datetime | None:
    """The time behind a day, with its own offset or in `zone`."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    tail = match["offset"]
    minutes = offset_minutes(tail) if tail else None
    if tail and minutes is None:
        return None
    offset = zone if minutes is None else timezone(timedelta(minutes=minutes))
    second = int(match["second"] or 0)
    leap = second == _LEAP_SECOND
    micro = int(f"{match['fraction'] or '':0<6.6}")
    try:
        hour = _hour(int(match["hour"]), match["half"])
        clock = time(hour, int(match["minute"]), second - leap, micro)
    except ValueError:
        return None
    return datetime.combine(day, clock, offset) + timedelta(seconds=leap)


def _hour(hour: int, half: str | None) -> int:
    """Midnight may be 00:00 AM, as eBay writes it. Raises ValueError for 13:00 PM."""
    if half is None:
        return hour
    if hour > _NOON:
        raise ValueError
    return hour % _NOON + (_NOON if half in "Pp" else 0)
