"""Reads cells column by column: text in, typed columns and the reasons for what is wrong out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

from soleflip_desktop.connectors.files.profiles import Column, Kind

#: A cell with one of these says "nothing"; it is kept apart from 0 (reference.md 2.6).
PLACEHOLDERS = ("", "N/A", "n/a", "-", "null", "NULL", "nan", "NaN")

#: code -> sentence; `{value}` and `{column}` are filled in for the row at hand.
MESSAGES = {
    "missing": "{column} is empty; every row needs one.",
    "bad_instant": "“{value}” is not a date and time like 2024-05-31 21:40:06 +00.",
    "bad_date": "“{value}” is not a date like 9/1/17 (month first) or 2017-09-01.",
    "bad_amount": "“{value}” is not an amount like 1234.50 (dot for decimals, two at most).",
    "bad_currency": "“{value}” is not a currency code like EUR.",
    "mixed_currencies": "{column} is {value}, another currency than the listing price.",
    "negative_price": "{value} is below zero; a sale price cannot be.",
    "too_long": "{column} is longer than 500 bytes; no such cell is in a report.",
    "field_count": "The row has {value}; check its quotes and commas.",
    "unclosed_quote": "A quote is opened in this row and never closed; the file may be cut off.",
    "misplaced_quote": "A quote stands in the middle of a cell of this row; double or remove it.",
    "nul_byte": "The row holds a NUL byte; the file is damaged here.",
    "repeated_header": "This is the header line again; it was left out.",
}

#: No name or number is longer, and an index of the database takes some 2,700 bytes at most.
LONGEST_TEXT = 500
#: Sales and releases outside of this are slips, and Postgres has no year 0.
EARLIEST, LATEST = datetime(1900, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001  (UTC by then)
_FARTHEST_OFFSET = 14 * 60

# [0-9], for \d takes the digits of all scripts and Postgres does not.
_AMOUNT = r"^-?[0-9]{1,10}(\.[0-9]{1,2})?$"
_DOLLARS = r"^-?\$?([0-9]{1,10}|[0-9]{1,3}(,[0-9]{3}){1,3})(\.[0-9]+)?$"
_OFFSET = re.compile(r" ?([+-])(\d{2}):?(\d{2})?|Z| UTC|", re.ASCII)
_CURRENCY = r"^[A-Z]{3}$"


@dataclass(frozen=True, slots=True)
class CellRule:
    """What to make of one column, which of its rows are wrong, and why (a code, else null).

    `wrong` and `fault` compare the cleaned text with the value, which stands under `typed(field)`.
    `wrong` is for all rows: true and false cost a fraction of texts.
    """

    value: pl.Expr
    wrong: pl.Expr
    fault: pl.Expr


def typed(field: str) -> str:
    """The name of the column that holds a field's value beside its text."""
    return f"={field}"


def cleaned(field: str) -> pl.Expr:
    """Stripped text; null for a placeholder, with or without blanks around it."""
    text = pl.col(field).str.strip_chars()
    return pl.when(~text.is_in(PLACEHOLDERS)).then(text).alias(field)


def rule(column: Column) -> CellRule:
    """How a cleaned column of this kind is read."""
    text = pl.col(column.field)
    value, code = _READERS[column.kind](text)
    read = pl.col(typed(column.field))
    unread = text.is_not_null() & read.is_null()
    missing = text.is_null() & column.required
    fault = pl.when(unread).then(pl.lit(code)).when(missing).then(pl.lit("missing"))
    wrong = unread | text.is_null() if column.required else unread
    return CellRule(value.alias(typed(column.field)), wrong, fault.alias(f"!{column.field}"))


def _text(text: pl.Expr) -> tuple[pl.Expr, str]:
    return pl.when(text.str.len_bytes() <= LONGEST_TEXT).then(text), "too_long"


def _instant(text: pl.Expr) -> tuple[pl.Expr, str]:
    """UTC. StockX writes a two-digit offset, which strptime's %z does not read."""
    local = (
        text.str.slice(0, 19)
        .str.replace("T", " ", literal=True)
        .str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    )
    minutes = text.str.slice(19).map_batches(_offset_minutes, return_dtype=pl.Int64)
    return _believable(local - pl.duration(minutes=minutes)), "bad_instant"


def _believable(time: pl.Expr) -> pl.Expr:
    return pl.when(time.is_between(EARLIEST, LATEST)).then(time)


def _offset_minutes(tails: pl.Series) -> pl.Series:
    """What stands behind the seconds, read once for each of the few ways it is written."""
    known = {tail: _minutes(tail) for tail in tails.unique().drop_nulls()}
    if not known:
        return tails.cast(pl.Int64)
    return tails.replace_strict(known, default=None, return_dtype=pl.Int64)


def _minutes(tail: str) -> int | None:
    """None: not an offset, so the cell is not a time."""
    match = _OFFSET.fullmatch(tail)
    if match is None:
        return None
    sign, hours, minutes = match.groups()
    total = int(hours or 0) * 60 + int(minutes or 0)
    if total > _FARTHEST_OFFSET:
        return None
    return -total if sign == "-" else total


def _us_date(text: pl.Expr) -> tuple[pl.Expr, str]:
    value = pl.coalesce(
        text.str.to_date("%m/%d/%y", strict=False), text.str.to_date("%Y-%m-%d", strict=False)
    )
    return _believable(value), "bad_date"


def _amount(text: pl.Expr) -> tuple[pl.Expr, str]:
    """Stays text: it is exact, and Postgres reads it as numeric."""
    return pl.when(text.str.contains(_AMOUNT)).then(text).otherwise(None), "bad_amount"


def _dollars(text: pl.Expr) -> tuple[pl.Expr, str]:
    plain = pl.when(text.str.contains(_DOLLARS)).then(text.str.replace_all(r"[$,]", ""))
    long = plain.str.contains(r"\.\d{3,}$")
    rounded = pl.when(long).then(plain).otherwise(None).map_elements(_round, return_dtype=pl.String)
    return pl.coalesce(rounded, plain), "bad_amount"


def _round(text: str) -> str:
    """Half-up from the exact value of the spreadsheet's binary number, as its own CSV shows."""
    return str(Decimal(float(text)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def _currency(text: pl.Expr) -> tuple[pl.Expr, str]:
    return pl.when(text.str.contains(_CURRENCY)).then(text).otherwise(None), "bad_currency"


_READERS = {
    Kind.TEXT: _text,
    Kind.INSTANT: _instant,
    Kind.US_DATE: _us_date,
    Kind.AMOUNT: _amount,
    Kind.DOLLARS: _dollars,
    Kind.CURRENCY: _currency,
}
