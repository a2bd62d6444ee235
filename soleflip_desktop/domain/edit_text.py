"""Between what people type into a unit's fields and the values of those fields."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from enum import StrEnum

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.import_plan import DateOrder, NumberStyle
from soleflip_desktop.domain.unit_fields import UnitField, UnitValue, ValueKind

_MAX_WHOLE_DIGITS = 12
_PLACES = {ValueKind.AMOUNT: 2, ValueKind.PERCENT: 4}
_YEAR_DIGITS = (1, 2, 4)
_CENTURY = 2000
_CURRENCY = re.compile(r"[A-Z]{3}")
_AROUND_AMOUNT = re.compile(r"^(?:[A-Za-z]{3}|[€$£¥])\s*|\s*(?:[A-Za-z]{3}|[€$£¥])$")
_SPACES = re.compile(r"[\s'’]")
_NUMERIC_DAY = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})", re.ASCII)
_DAY_AND_TIME = re.compile(r"(\S+)(?:\s+(\d{1,2}:\d{2}(?::\d{2})?))?", re.ASCII)
_SIGNS = {DateOrder.DMY: ".", DateOrder.MDY: "/", DateOrder.YMD: "-"}


class EditTextError(UserError):
    """A text that is no value of its field: says what is expected."""


@dataclass(frozen=True, slots=True)
class EditStyle:
    """How the person at this desktop writes numbers, days and local times."""

    numbers: NumberStyle = NumberStyle.POINT
    dates: DateOrder = DateOrder.YMD
    zone: tzinfo | None = UTC  # None: the operating system's
    day_sign: str = ""  # what stands between day and month: one of ". / -", or the order's own

    @property
    def point(self) -> str:
        return "." if self.numbers is NumberStyle.POINT else ","

    @property
    def group(self) -> str:
        return "," if self.numbers is NumberStyle.POINT else "."


def parse_value(field: UnitField, text: str, style: EditStyle) -> UnitValue | None:
    """Reads a cell; blank is "empty", never zero. Raises EditTextError.

    Whether a place, supplier or size exists is not known here: the service says so.
    """
    text = text.strip()
    if not text:
        if not field.clearable:
            raise EditTextError(f"{field.title} cannot be empty.")
        return None
    return _READERS.get(field.kind, _words)(field, text, style)


def show_value(field: UnitField, value: UnitValue | None, style: EditStyle) -> str:
    """The text that `parse_value` reads back as the same value."""
    if value is None:
        return ""
    if isinstance(value, StrEnum):
        return choice_words(value)
    if isinstance(value, str | tuple):
        return value if isinstance(value, str) else ", ".join(value)
    if isinstance(value, Decimal):
        return _number_text(field, value, style)
    return (
        _moment_text(field, value, style)
        if isinstance(value, datetime)
        else _day_text(value, style)
    )


def choice_words(value: StrEnum) -> str:
    """to_ship is "To ship"."""
    return value.value.replace("_", " ").capitalize()


# -- numbers -----------------------------------------------------------------------------------


def _number(field: UnitField, text: str, style: EditStyle) -> Decimal:
    bare = text.removesuffix("%") if field.kind is ValueKind.PERCENT else _without_currency(text)
    bare = _SPACES.sub("", bare).replace("−", "-")
    group, point = re.escape(style.group), re.escape(style.point)
    whole = rf"\d{{1,3}}(?:{group}\d{{3}})+|\d+"
    if not re.fullmatch(rf"-?(?:{whole})?(?:{point}\d*)?", bare, re.ASCII) or not re.search(
        r"\d", bare
    ):
        raise EditTextError(f"“{text}” is not {_expected_number(field, style)}.")
    value = Decimal(bare.replace(style.group, "").replace(style.point, "."))
    return _within(field, value, text, style)


def _within(field: UnitField, value: Decimal, text: str, style: EditStyle) -> Decimal:
    if value < 0:
        raise EditTextError(f"“{text}” is below zero: {field.title} is at least 0.")
    if field.kind is ValueKind.PERCENT and value > 100:  # noqa: PLR2004
        raise EditTextError(f"“{text}” is more than 100 %.")
    places = _PLACES[field.kind]
    if round(value, places) != value:
        raise EditTextError(
            f"“{text}” has more than {places} decimal places: "
            f"write {_expected_number(field, style)}."
        )
    if value >= 10**_MAX_WHOLE_DIGITS:
        raise EditTextError(f"“{text}” is too large for {field.title}.")
    return value


def _expected_number(field: UnitField, style: EditStyle) -> str:
    if field.kind is ValueKind.PERCENT:
        return f"a percentage like 19 or 5{style.point}5"
    return f"an amount like 1{style.group}234{style.point}50"


def _without_currency(text: str) -> str:
    return _AROUND_AMOUNT.sub("", text, count=1)


def _number_text(field: UnitField, value: Decimal, style: EditStyle) -> str:
    if field.kind is ValueKind.PERCENT:
        return f"{value.normalize():f}".replace(".", style.point)
    return f"{value:.2f}".replace(".", style.point)


def _currency(field: UnitField, text: str, _style: EditStyle) -> str:
    code = text.upper()
    if not _CURRENCY.fullmatch(code):
        raise EditTextError(f"“{text}” is not a currency: {field.title} is three letters like EUR.")
    return code


# -- days and times ----------------------------------------------------------------------------


def _day(field: UnitField, text: str, style: EditStyle) -> date:
    match = _NUMERIC_DAY.fullmatch(text)
    found = None if match is None else _calendar_day(match.groups(), style.dates)
    if found is None:
        expected = _day_text(date(_CENTURY + 26, 12, 31), style)
        raise EditTextError(f"“{text}” is not a day: write {field.title} like {expected}.")
    return found


def _calendar_day(parts: tuple[str | None, ...], order: DateOrder) -> date | None:
    """The year is the part of four digits; where none is, it stands last."""
    numbers = [int(part or 0) for part in parts]
    lengths = [len(part or "") for part in parts]
    if lengths[0] == 4:  # noqa: PLR2004  (2026-12-31 is ISO in every locale)
        year, month, day = numbers
    elif order is DateOrder.MDY:
        month, day, year = numbers
    elif order is DateOrder.DMY or lengths[2] == 4:  # noqa: PLR2004
        day, month, year = numbers
    else:
        year, month, day = numbers
    if lengths[0] not in _YEAR_DIGITS or lengths[2] not in _YEAR_DIGITS:
        return None
    try:
        return date(year + _CENTURY if year < 100 else year, month, day)  # noqa: PLR2004
    except ValueError:
        return None


def _moment(field: UnitField, text: str, style: EditStyle) -> datetime:
    """A day alone means its local midnight; ISO with an offset is taken as it is."""
    try:
        exact = datetime.fromisoformat(text)
    except ValueError:
        exact = None
    if exact is not None and exact.tzinfo is not None:
        return exact.astimezone(UTC)
    if exact is not None and "T" in text:
        return _in_utc(exact, style.zone, text)
    match = _DAY_AND_TIME.fullmatch(text)
    day = _day(field, text if match is None else match[1], style)
    try:
        clock = time.fromisoformat(match[2].rjust(5, "0")) if match and match[2] else time()
    except ValueError as error:
        raise EditTextError(f"“{text}” has no time of day: write it like 18:30.") from error
    return _in_utc(datetime.combine(day, clock), style.zone, text)


def _in_utc(local: datetime, zone: tzinfo | None, text: str) -> datetime:
    try:
        moment = local.astimezone() if zone is None else local.replace(tzinfo=zone)
        return moment.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise EditTextError(f"“{text}” is too long ago or too far off.") from error


def _moment_text(field: UnitField, value: datetime, style: EditStyle) -> str:
    """The local time as short as it can be; the hour that exists twice gets its offset."""
    local = value.astimezone(style.zone)
    day = _day_text(local.date(), style)
    clock = local.strftime("%H:%M:%S").removesuffix(":00")
    text = day if clock == "00:00" else f"{day} {clock}"
    return text if _moment(field, text, style) == value else local.isoformat()


def _day_text(day: date, style: EditStyle) -> str:
    sign = style.day_sign or _SIGNS[style.dates]
    year, month, number = f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"
    parts = {
        DateOrder.DMY: (number, month, year),
        DateOrder.MDY: (month, number, year),
        DateOrder.YMD: (year, month, number),
    }[style.dates]
    return sign.join(parts)


# -- words -------------------------------------------------------------------------------------


def _choice(field: UnitField, text: str, _style: EditStyle) -> StrEnum:
    choices = field.choices or StrEnum
    wanted = re.sub(r"[\s_-]+", "_", text.casefold())
    for choice in choices:
        if choice.value == wanted:
            return choice
    known = ", ".join(choice_words(choice) for choice in choices)
    raise EditTextError(f"“{text}” is no {field.title.lower()}. Choose one of: {known}.")


def _tags(_field: UnitField, text: str, _style: EditStyle) -> tuple[str, ...] | None:
    """Separated by commas, each one once, in the order written."""
    words = (" ".join(part.split()) for part in text.split(","))
    return tuple(dict.fromkeys(word for word in words if word)) or None


def _words(_field: UnitField, text: str, _style: EditStyle) -> str:
    return " ".join(text.split())


def _long_text(_field: UnitField, text: str, _style: EditStyle) -> str:
    return text


_READERS: dict[ValueKind, Callable[[UnitField, str, EditStyle], UnitValue | None]] = {
    ValueKind.AMOUNT: _number,
    ValueKind.PERCENT: _number,
    ValueKind.CURRENCY: _currency,
    ValueKind.MOMENT: _moment,
    ValueKind.DAY: _day,
    ValueKind.CHOICE: _choice,
    ValueKind.TAGS: _tags,
    ValueKind.LONG_TEXT: _long_text,
}
