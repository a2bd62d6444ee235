"""What is typed under a column, and what it means: ">10", "10..20", "!lace", "last 30 days"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.filter_dates import DayStyle, Span, read_span
from soleflip_desktop.domain.filter_numbers import NumberStyle, read_number, write_number
from soleflip_desktop.domain.grid_query import ColumnFilter, Condition, FieldKind, FilterValue
from soleflip_desktop.domain.grid_query import Operator as Op

_DAY = timedelta(days=1)
_NAMED_VALUES = 4
_SIGNS = {
    ">=": Op.AT_LEAST,
    "≥": Op.AT_LEAST,
    "<=": Op.AT_MOST,
    "≤": Op.AT_MOST,
    "<>": Op.DIFFERS,
    "!=": Op.DIFFERS,
    "≠": Op.DIFFERS,
    ">": Op.MORE,
    "<": Op.LESS,
    "=": Op.EQUALS,
    "!": Op.LACKS,
}
_SIGNED = re.compile(rf"({'|'.join(_SIGNS)})\s*(.*)", re.DOTALL)
_PIECES = re.compile(r'("(?:[^"]|"")*")|(;|\s+(?:and|und)\s+)|(.)', re.DOTALL | re.IGNORECASE)
_QUOTED = re.compile(r'"((?:[^"]|"")*)"', re.DOTALL)
_BLANK = {"blank": Op.BLANK, "leer": Op.BLANK, "not blank": Op.FILLED, "nicht leer": Op.FILLED}
_NEGATED = {Op.DIFFERS, Op.LACKS}
_COMPARING = {Op.LESS, Op.AT_MOST, Op.MORE, Op.AT_LEAST}
_TWO_POINTS = re.compile(r"(.*?)\s*(?:\.{2,}|…)\s*(.*)", re.DOTALL)
_FROM = re.compile(r"(.*?[^.…\s])\s*(?:\.{2,}|…)", re.DOTALL)
_UP_TO = re.compile(r"(?:\.{2,}|…)\s*([^.…\s].*)", re.DOTALL)
_DASHED_NUMBERS = re.compile(r"(.*?[0-9]\D{0,5}?)\s*[-–]\s*(\D{0,5}?[0-9].*)", re.DOTALL)
_DASHED_DAYS = re.compile(r"(.*?)\s+[-–]\s+(.*)", re.DOTALL)
_DAYS = {FieldKind.MOMENT, FieldKind.DAY}
_NUMBERS = {FieldKind.NUMBER, FieldKind.AMOUNT}
_WORDS = {Op.BLANK: "blank", Op.FILLED: "not blank"}
_SIGN_OF = {sign: text for text, sign in reversed(_SIGNS.items())}

_DAY_HINT = (
    "Type a day such as 2025-03-14, a month such as 2025-03, a comparison such as >2025-03-14, a "
    "range such as 2025-01-01..2025-02-01, words such as “last 30 days” or “this month”, or blank."
)
_TEXT_HINT = "Type words to find, =word, <>word, !word for all without it, or blank."


class FilterTextError(UserError):
    """A filter cannot be understood; the sentence says what can be typed instead."""


@dataclass(frozen=True, slots=True)
class FilterStyle:
    """How the person writes numbers and days."""

    numbers: NumberStyle = field(default_factory=NumberStyle)
    days: DayStyle = field(default_factory=DayStyle)


def parse(text: str, kind: FieldKind, style: FilterStyle) -> tuple[Condition, ...]:
    """What must hold, all of it; nothing for an empty text.

    Conditions are joined by ";", "and" or "und"; quotes keep words literal. Days become moments
    in UTC at which they begin in the person's time zone (DAY: midnight UTC). Raises
    FilterTextError.
    """
    return tuple(_condition(piece, kind, style) for piece in _pieces(text))


def write(conditions: tuple[Condition, ...], kind: FieldKind, style: FilterStyle) -> str:
    """A text that `parse` takes back; "" where a choice from the value list is among them."""
    if any(condition.operator is Op.ONE_OF for condition in conditions):
        return ""
    return "; ".join(_written(condition, kind, style) for condition in conditions)


def renewed(column: ColumnFilter, kind: FieldKind, style: FilterStyle) -> ColumnFilter:
    """A kept filter as it holds today and here.

    "last 30 days" is counted from today. What somebody typed in another way of writing numbers or
    days keeps its meaning and is written anew.
    """
    if not column.text:
        return column
    try:
        conditions = parse(column.text, kind, style)
    except FilterTextError:
        conditions = ()
    if conditions and kind in _DAYS and _moves(column.text, style):
        return replace(column, conditions=conditions)
    if conditions == column.conditions:
        return column
    return replace(column, text=write(column.conditions, kind, style))


def described(column: ColumnFilter, title: str, word: Callable[[str], str] = str) -> str:
    """For a chip: "Cost > 100", "Status: Available, Sold", "Acquired: last 30 days"."""
    if column.text:
        return _typed_words(column.text.strip(), title)
    values = [
        word(str(value)) if value != "" else "(Blank)"
        for condition in column.conditions
        for value in condition.values
    ]
    named, more = values[:_NAMED_VALUES], len(values) - _NAMED_VALUES
    tail = f" and {more} more" if more > 0 else ""
    return f"{title}: {', '.join(named)}{tail}" if values else f"{title}: none"


def hint(kind: FieldKind, style: FilterStyle) -> str:
    """What can be typed under a column of that kind."""
    if kind in _DAYS:
        return _DAY_HINT
    if kind in _NUMBERS:
        number = write_number(Decimal("12.50"), style.numbers)
        return (
            f"Type a number such as {number}, a comparison such as >{number}, "
            "a range such as 10..20, or blank."
        )
    return _TEXT_HINT


# -- reading ---------------------------------------------------------------------------------------


def _pieces(text: str) -> Iterator[str]:
    piece = ""
    for quoted, joint, other in _PIECES.findall(text):
        if joint:
            yield from _filled(piece)
            piece = ""
        else:
            piece += quoted or other
    yield from _filled(piece)


def _filled(piece: str) -> Iterator[str]:
    if piece.strip():
        yield piece.strip()


def _condition(piece: str, kind: FieldKind, style: FilterStyle) -> Condition:
    sign, operand = _signed(piece, kind)
    if sign and (not operand or (sign in _COMPARING and operand == '""')):
        raise FilterTextError(f"“{piece}” needs a value behind it. {hint(kind, style)}")
    blank = _blank(sign, operand)
    if blank is not None:
        return Condition(blank)
    if kind in _NUMBERS:
        return _number_condition(sign, operand, kind, style)
    if kind in _DAYS:
        return _day_condition(sign, operand, kind, style)
    return _word_condition(sign, operand, kind, style)


def _signed(piece: str, kind: FieldKind) -> tuple[Op | None, str]:
    """The operator in front, if there is one; "10.." and "..20" have theirs behind and before."""
    signed = _SIGNED.fullmatch(piece)
    if signed:
        return _SIGNS[signed[1]], signed[2].strip()
    if kind in _NUMBERS | _DAYS:
        for pattern, sign in ((_FROM, Op.AT_LEAST), (_UP_TO, Op.AT_MOST)):
            half_open = pattern.fullmatch(piece)
            if half_open:
                return sign, half_open[1].strip()
    return None, piece


def _blank(sign: Op | None, operand: str) -> Op | None:
    """BLANK or FILLED where the words say so, also as =blank, <>blank or =""."""
    words = " ".join(operand.casefold().split())
    found = Op.BLANK if sign and operand == '""' else _BLANK.get(words)
    if found and sign in _NEGATED:
        return Op.FILLED if found is Op.BLANK else Op.BLANK
    return found if sign in {None, Op.EQUALS} else None


def _word_condition(
    sign: Op | None, operand: str, kind: FieldKind, style: FilterStyle
) -> Condition:
    """Sizes are words that are compared by their numbers: >10, 9..11."""
    if kind is FieldKind.CHOICE and sign in _COMPARING:
        number = read_number(operand, style.numbers)
        return Condition(sign, (_unquoted(operand) if number is None else number,))
    between = _number_range(operand, _TWO_POINTS, style) if sign is None else None
    if kind is FieldKind.CHOICE and between is not None:
        return between
    return Condition(sign or Op.CONTAINS, (_unquoted(operand),))


def _number_condition(
    sign: Op | None, operand: str, kind: FieldKind, style: FilterStyle
) -> Condition:
    value = read_number(operand, style.numbers)
    if value is not None:
        equal = Op.DIFFERS if sign is Op.LACKS else Op.EQUALS
        return Condition(equal if sign in {None, Op.LACKS} else sign or equal, (value,))
    for pattern in (_TWO_POINTS, _DASHED_NUMBERS) if sign is None else ():
        between = _number_range(operand, pattern, style)
        if between is not None:
            return between
    raise FilterTextError(f"“{operand}” is no number. {hint(kind, style)}")


def _number_range(operand: str, pattern: re.Pattern[str], style: FilterStyle) -> Condition | None:
    ends = pattern.fullmatch(operand)
    values = [read_number(end, style.numbers) for end in ends.groups()] if ends else []
    numbers = [each for each in values if each is not None]
    if len(numbers) < pattern.groups:
        return None
    return Condition(Op.BETWEEN, tuple(sorted(numbers)))


def _day_condition(sign: Op | None, operand: str, kind: FieldKind, style: FilterStyle) -> Condition:
    if sign in _NEGATED:
        raise FilterTextError(f"A day cannot be left out. {hint(kind, style)}")
    span = _span(operand, style.days)
    if span is None:
        raise FilterTextError(f"“{operand}” is no day. {hint(kind, style)}")
    start, end = (_moment(day, kind, style.days) for day in (span.start, span.end))
    match sign:
        case Op.MORE:
            return Condition(Op.AT_LEAST, (end,))
        case Op.AT_LEAST:
            return Condition(Op.AT_LEAST, (start,))
        case Op.LESS:
            return Condition(Op.LESS, (start,))
        case Op.AT_MOST:
            return Condition(Op.LESS, (end,))
        case _:
            return Condition(Op.BETWEEN, (start, end))


def _span(text: str, style: DayStyle) -> Span | None:
    """A day, a month, a year, or a range of them."""
    span = read_span(text, style)
    for pattern in (_TWO_POINTS, _DASHED_DAYS) if span is None else ():
        ends = pattern.fullmatch(text)
        spans = [read_span(end, style) for end in ends.groups()] if ends else []
        found = [each for each in spans if each is not None]
        if len(found) == pattern.groups:
            moving = any(each.moving for each in found)
            start, end = min(each.start for each in found), max(each.end for each in found)
            return Span(start, end, moving)
    return span


def _moment(day: date, kind: FieldKind, style: DayStyle) -> datetime:
    if kind is FieldKind.DAY:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    return style.start_of(day)


def _moves(text: str, style: FilterStyle) -> bool:
    """Whether the text means other days tomorrow."""
    operands = (_signed(piece, FieldKind.DAY)[1] for piece in _pieces(text))
    spans = (_span(operand, style.days) for operand in operands)
    return any(span is not None and span.moving for span in spans)


def _unquoted(text: str) -> str:
    quoted = _QUOTED.fullmatch(text)
    return quoted[1].replace('""', '"') if quoted else text


# -- writing ---------------------------------------------------------------------------------------


def _written(condition: Condition, kind: FieldKind, style: FilterStyle) -> str:
    if condition.operator in _WORDS:
        return _WORDS[condition.operator]
    if not isinstance(condition.values[0], str):
        return _written_values(condition, kind, style)
    sign = _SIGN_OF.get(condition.operator, "")
    value = condition.values[0]
    plain = sign + value
    quoted = value.replace('"', '""')
    alike = '"' not in value and _read_alike(plain, condition, kind, style)
    return plain if alike else f'{sign}"{quoted}"'


def _read_alike(text: str, condition: Condition, kind: FieldKind, style: FilterStyle) -> bool:
    """Between others: a word "and" at its beginning would join it to what stands before."""
    try:
        return parse(f"; {text}; ", kind, style) == (condition,)
    except FilterTextError:
        return False


def _written_values(condition: Condition, kind: FieldKind, style: FilterStyle) -> str:
    texts = [_written_value(value, kind, style) for value in condition.values]
    if condition.operator is not Op.BETWEEN:
        sign = _SIGN_OF.get(condition.operator, "")
        return (sign if condition.operator is not Op.EQUALS else "") + texts[0]
    last = condition.values[1]
    if isinstance(last, datetime):  # the end of a span is the day after its last one
        texts[1] = _written_value(last - _DAY / 2, kind, style)
        return texts[0] if texts[0] == texts[1] else "..".join(texts)
    return "..".join(texts)


def _written_value(value: FilterValue, kind: FieldKind, style: FilterStyle) -> str:
    if isinstance(value, Decimal):
        return write_number(value, style.numbers)
    if isinstance(value, datetime):
        local = value.date() if kind is FieldKind.DAY else style.days.day_of(value)
        return local.isoformat()
    return value


def _typed_words(text: str, title: str) -> str:
    signed = _SIGNED.fullmatch(text)
    if signed is None:
        return f"{title}: {text}"
    return f"{title} {'without' if signed[1] == '!' else signed[1]} {signed[2]}"
