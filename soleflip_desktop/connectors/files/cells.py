"""Reads cells column by column: text in, typed columns and the reasons for what is wrong out.

What nearly every file holds is read by polars in one go; only texts that are spelled otherwise
go, each distinct one once, to the readers in `numbers`, `dates` and `codes`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import polars as pl

from soleflip_desktop.connectors.files.codes import (
    CLEAR,
    LONGEST_TEXT,
    PLACEHOLDERS,
    SCIENTIFIC,
    folded,
    read_choice,
    read_code,
    read_text,
)
from soleflip_desktop.connectors.files.dates import (
    EARLIEST,
    EXCEL_SERIAL,
    LATEST,
    known_zone,
    offset_minutes,
    read_day,
    read_instant,
)
from soleflip_desktop.connectors.files.numbers import (
    currency_in,
    read_amount,
    read_count,
    read_currency,
    read_percent,
)
from soleflip_desktop.domain.import_fields import FIELDS, ImportField, Kind
from soleflip_desktop.domain.import_plan import DateOrder, ImportPlan, MappedColumn, NumberStyle

#: code -> sentence; `{value}` and `{column}` are filled in for the row at hand.
MESSAGES = {
    "missing": "{column} is empty; every row needs one.",
    "bad_instant": "“{value}” is not a date and time like 2024-05-31 21:40:06 +00; if the column "
    "has another order, choose it in Formats or with --dates.",
    "bad_date": "“{value}” is not a date like 2025-12-31; if the column has another order, choose "
    "it in Formats or with --dates.",
    "excel_serial": "“{value}” is a spreadsheet's number for a day; format {column} as a date "
    "there and export again.",
    "bad_amount": "“{value}” is not an amount like 1,234.50 (dot for decimals, two at most); if "
    "the column has a comma for decimals, choose that in Formats or with --decimal comma.",
    "bad_count": "“{value}” is not a whole number like 12.",
    "bad_percent": "“{value}” is not a percentage like 19 or 7.5.",
    "bad_currency": "“{value}” is not a currency code like EUR.",
    "bad_choice": "“{value}” is not a word we know for {column}; map it in the step Values or "
    "with --map.",
    "scientific": "“{value}” is a number that Excel has shortened, its digits are lost; format "
    "{column} as text and export again.",
    "too_long": "{column} is longer than 500 bytes; no such cell is in a report.",
    "field_count": "The row has {value}; check its quotes and commas.",
    "unclosed_quote": "A quote is opened in this row and never closed; the file may be cut off.",
    "misplaced_quote": "A quote stands in the middle of a cell of this row; double or remove it.",
    "nul_byte": "The row holds a NUL byte; the file is damaged here.",
    "repeated_header": "This is the header line again; it was left out.",
}
#: The same where a column's style asks for another spelling.
_STYLED_MESSAGES: Mapping[tuple[str, NumberStyle | DateOrder | None], str] = {
    ("bad_amount", NumberStyle.COMMA): "“{value}” is not an amount like 1.234,50 (comma for "
    "decimals, two at most); if the column has a dot for decimals, choose that in Formats or with "
    "--decimal point.",
    ("bad_date", DateOrder.DMY): "“{value}” is not a date like 31.12.2025 (day first); choose the "
    "other order in Formats or with --dates mdy.",
    ("bad_date", DateOrder.MDY): "“{value}” is not a date like 12/31/2025 (month first); choose "
    "the other order in Formats or with --dates dmy.",
}

# [0-9], for \d takes the digits of all scripts and Postgres does not.
_PLAIN_AMOUNT = {
    NumberStyle.POINT: r"^-?[0-9]{1,10}(\.[0-9]{1,2})?$",
    NumberStyle.COMMA: r"^-?[0-9]{1,10}(,[0-9]{1,2})?$",
}
_PLAIN_COUNT = r"^[0-9]{1,9}$"
_PLAIN_CURRENCY = r"^[A-Z]{3}$"
_NAMES_CURRENCY = r"[\p{L}\p{Sc}]"
#: Texts with one of these are looked at one by one.
_ODD_TEXT = ('="', "'=", "'+", "'@", "'-", CLEAR)
_ODD_CODE = ('="', "'", "E+", "e+", "\n", "\r", "\t", CLEAR)
#: Armour around nothing is a blank cell, not a wrong one.
_BLANK_CODES = (CLEAR, '=""', "'")
#: Distinct texts that a column remembers.
_REMEMBERED = 200_000


@dataclass(frozen=True, slots=True)
class CellRule:
    """What to make of one column, which of its rows are wrong, and why (a code, else null).

    `quick` reads all usual texts at once; those it makes nothing of go through `slow`, and all
    values through `then`: see `read_cells`. `wrong` and `fault` compare the cleaned text with the
    value, which stands under `typed(field)`; `wrong` is for all rows: true and false cost a
    fraction of texts.
    """

    field: str
    quick: pl.Expr
    slow: Callable[[pl.Series], pl.Series] | None
    then: Callable[[pl.Series], pl.Series] | None
    wrong: pl.Expr
    fault: pl.Expr


def read_cells(rows: pl.DataFrame, rules: Iterable[CellRule]) -> pl.DataFrame:
    """Adds the values of cleaned columns under their `typed` names.

    Columns are left to Python only where a block has a text that is not usual: a call a column
    and block would cost more than all of the reading.
    """
    rules = tuple(rules)
    rows = rows.with_columns(r.quick.alias(typed(r.field)) for r in rules)
    late = []
    for r in rules:
        texts, done = rows[r.field], rows[typed(r.field)]
        if r.slow is not None and done.null_count() > texts.null_count():
            read = done.is_not_null()
            done = done.zip_with(read, r.slow(texts.set(read, None)))
            late.append(done if r.then is None else r.then(done))
        elif r.then is not None:
            late.append(r.then(done))
    return rows.with_columns(late) if late else rows


def typed(field: str) -> str:
    """The name of the column that holds a field's value beside its text."""
    return f"={field}"


def cleaned(field: str) -> pl.Expr:
    """Stripped text; null for a placeholder, with or without blanks around it."""
    text = pl.col(field).str.strip_chars()
    return pl.when(~text.is_in(PLACEHOLDERS)).then(text).alias(field)


def is_clear(field: str) -> pl.Expr:
    """Whether a cell says that its field is to be emptied."""
    return pl.col(field).str.strip_chars() == CLEAR


def needs_symbols(plan: ImportPlan, field: str) -> bool:
    """Whether an amount's currency can only stand in its own cells."""
    known = FIELDS[plan.target][field]
    return (
        known.kind is Kind.AMOUNT and known.currency is not None and not plan.column(known.currency)
    )


def amount_currency(field: str, home: str | None = None) -> pl.Expr:
    """The currency that the cleaned cells of an amount name; a shared sign means `home`'s."""
    seldom = _Distinct(lambda text: currency_in(text, home), pl.String())

    def read(texts: pl.Series) -> pl.Series:
        named = texts.str.contains(_NAMES_CURRENCY)
        return seldom(texts.set(~named, None)) if named.any() else texts.clear(len(texts))

    found = pl.col(field).map_batches(read, return_dtype=pl.String)
    return found.alias(f"{typed(field)}:currency")


def message(code: str, column: MappedColumn | None = None) -> str:
    """The sentence for a fault in the style of its column, with `{value}` and `{column}`."""
    style = None if column is None else column.number or column.dates
    return _STYLED_MESSAGES.get((code, style), MESSAGES[code])


def rule(column: MappedColumn, field: ImportField, plan: ImportPlan) -> CellRule:
    """How a cleaned column of this kind is read."""
    text, read = pl.col(column.field), pl.col(typed(column.field))
    reader = _READERS[field.kind](column, field, plan)
    unread = reader.unread
    if unread is None:
        unread = text.is_not_null() & read.is_null() & (text != CLEAR)
    missing = read.is_null() & column.required
    fault = pl.when(unread).then(reader.code).when(missing).then(pl.lit("missing"))
    wrong = read.is_null() if column.required else unread
    told = fault.alias(f"!{column.field}")
    return CellRule(column.field, reader.quick, reader.slow, reader.then, wrong, told)


class _Distinct:
    """Reads texts one by one, each distinct one once; what it forgets it reads again."""

    def __init__(self, read: Callable[[str], Any], dtype: pl.DataType) -> None:
        self._read = read
        self._dtype = dtype
        self._known: dict[str, Any] = {}

    def __call__(self, texts: pl.Series) -> pl.Series:
        distinct = texts.drop_nulls().unique().to_list()
        if not distinct:
            return pl.Series(texts.name, dtype=self._dtype).clear(len(texts))
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        known = self._known
        for text in distinct:
            if text not in known:
                known[text] = self._read(text)
        values = pl.Series([known[text] for text in distinct], dtype=self._dtype)
        return texts.replace_strict(distinct, values, default=None, return_dtype=self._dtype)

    @property
    def nothing(self) -> pl.Expr:
        """For columns that have no quick way."""
        return pl.lit(None, self._dtype)

    def of(self, text: pl.Expr) -> pl.Expr:
        """All texts of a column."""
        return text.map_batches(self, return_dtype=self._dtype)


# -- one reader for each kind ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reader:
    """`unread` tells wrong cells where a null value alone does not; `code` says why."""

    quick: pl.Expr
    slow: _Distinct | None
    code: pl.Expr
    unread: pl.Expr | None = None
    then: Callable[[pl.Series], pl.Series] | None = None


def _plain(text: pl.Expr, odd: Sequence[str]) -> pl.Expr:
    fine = (text.str.len_bytes() <= LONGEST_TEXT) & ~text.str.contains_any(list(odd))
    return pl.when(fine).then(text)


def _text(column: MappedColumn, _field: ImportField, _plan: ImportPlan) -> _Reader:
    text = pl.col(column.field)
    seldom = _Distinct(_unless_clear(read_text), pl.String())
    too_long = text.str.len_bytes() > LONGEST_TEXT
    return _Reader(_plain(text, _ODD_TEXT), seldom, pl.lit("too_long"), too_long)


def _code(column: MappedColumn, _field: ImportField, _plan: ImportPlan) -> _Reader:
    text, read = pl.col(column.field), pl.col(typed(column.field))
    seldom = _Distinct(_unless_clear(read_code), pl.String())
    shortened = pl.when(text.str.contains(SCIENTIFIC)).then(pl.lit("scientific"))
    unread = text.is_not_null() & read.is_null() & ~text.is_in(_BLANK_CODES)
    code = shortened.otherwise(pl.lit("too_long"))
    return _Reader(_plain(text, _ODD_CODE), seldom, code, unread)


def _unless_clear(read: Callable[[str], str | None]) -> Callable[[str], str | None]:
    return lambda text: None if text == CLEAR else read(text)


def _name(column: MappedColumn, field: ImportField, plan: ImportPlan) -> _Reader:
    """Names are free; those in the plan's map become ours."""
    plain = _text(column, field, plan)
    if not column.values:
        return plain
    ours = {folded(theirs): word for theirs, word in column.values.items()}
    words = _Distinct(lambda text: ours.get(folded(text), text) or None, pl.String())
    return dataclasses.replace(plain, then=words)


def _choice(column: MappedColumn, field: ImportField, _plan: ImportPlan) -> _Reader:
    def ours(text: str) -> str | None:
        return "" if text == CLEAR else read_choice(text, column.values, field.choices)

    text = pl.col(column.field)
    words = _Distinct(lambda text: ours(text) or None, pl.String())
    strange = _Distinct(lambda text: ours(text) is None, pl.Boolean())
    return _Reader(words.nothing, words, pl.lit("bad_choice"), strange.of(text))


def _amount(column: MappedColumn, _field: ImportField, plan: ImportPlan) -> _Reader:
    """Stays text: it is exact, and Postgres reads it as numeric."""
    style = column.number or NumberStyle.POINT
    rounds = plan.dialect.encoding == "spreadsheet"

    def one(text: str) -> str | None:
        amount = read_amount(text, style, rounds=rounds)
        return None if amount is None else amount.value

    text = pl.col(column.field)
    pointed = text if style is NumberStyle.POINT else text.str.replace(",", ".", literal=True)
    quick = pl.when(text.str.contains(_PLAIN_AMOUNT[style])).then(pointed)
    slow = _Distinct(one, pl.String())
    return _Reader(quick, slow, pl.lit("bad_amount"), then=_turned if column.negate else None)


def _turned(amounts: pl.Series) -> pl.Series:
    """The other sign; zero has none."""
    turned = pl.when(amounts.str.starts_with("-")).then(amounts.str.strip_prefix("-"))
    nonzero = amounts.str.contains("[1-9]")
    signed = turned.when(nonzero).then("-" + amounts).otherwise(amounts)
    return pl.select(signed.alias(amounts.name)).to_series()


def _count(column: MappedColumn, _field: ImportField, _plan: ImportPlan) -> _Reader:
    style, text = column.number or NumberStyle.POINT, pl.col(column.field)
    quick = pl.when(text.str.contains(_PLAIN_COUNT)).then(text).cast(pl.Int64)
    seldom = _Distinct(lambda text: read_count(text, style), pl.Int64())
    return _Reader(quick, seldom, pl.lit("bad_count"))


def _percent(_column: MappedColumn, _field: ImportField, _plan: ImportPlan) -> _Reader:
    slow = _Distinct(read_percent, pl.String())
    return _Reader(slow.nothing, slow, pl.lit("bad_percent"))


def _currency(column: MappedColumn, _field: ImportField, _plan: ImportPlan) -> _Reader:
    text = pl.col(column.field)
    quick = pl.when(text.str.contains(_PLAIN_CURRENCY)).then(text)
    return _Reader(quick, _Distinct(read_currency, pl.String()), pl.lit("bad_currency"))


def _day(column: MappedColumn, _field: ImportField, _plan: ImportPlan) -> _Reader:
    days = _Distinct(lambda text: read_day(text, column.dates), pl.Date())
    return _Reader(days.nothing, days, _date_code(column.field, "bad_date"))


def _instant(column: MappedColumn, _field: ImportField, plan: ImportPlan) -> _Reader:
    """UTC. ISO with seconds and an offset is read in one go, other spellings one by one."""
    zone = known_zone(plan.zone)

    def one(text: str) -> datetime | None:
        instant = read_instant(text, column.dates, zone)
        return None if instant is None else instant.replace(tzinfo=None)

    text = pl.col(column.field)
    numeric = column.dates in {DateOrder.DMY, DateOrder.MDY}
    code = _date_code(column.field, "bad_date" if numeric else "bad_instant")
    return _Reader(_iso_instant(text, plan.zone), _Distinct(one, pl.Datetime("us")), code)


def _iso_instant(text: pl.Expr, zone: str) -> pl.Expr:
    """StockX writes a two-digit offset, which strptime's %z does not read."""
    local = (
        text.str.slice(0, 19)
        .str.replace("T", " ", literal=True)
        .str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    )
    none = 0 if zone == "UTC" else None
    offsets = _Distinct(lambda tail: offset_minutes(tail) if tail else none, pl.Int64())
    instant = local - pl.duration(minutes=offsets.of(text.str.slice(19)))
    first, last = (datetime.combine(day, time()) for day in (EARLIEST, LATEST))
    return pl.when(instant.is_between(first, last)).then(instant)


def _date_code(field: str, code: str) -> pl.Expr:
    serial = pl.col(field).str.contains(EXCEL_SERIAL)
    return pl.when(serial).then(pl.lit("excel_serial")).otherwise(pl.lit(code))


_READERS: Mapping[Kind, Callable[[MappedColumn, ImportField, ImportPlan], _Reader]] = {
    Kind.TEXT: _text,
    Kind.CODE: _code,
    Kind.AMOUNT: _amount,
    Kind.COUNT: _count,
    Kind.PERCENT: _percent,
    Kind.DAY: _day,
    Kind.INSTANT: _instant,
    Kind.CURRENCY: _currency,
    Kind.COUNTRY: _text,
    Kind.CHOICE: _choice,
    Kind.NAME: _name,
}
