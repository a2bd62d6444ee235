"""Reads cells column by column: text in, typed columns and the reasons for what is wrong out."""

from __future__ import annotations

from dataclasses import dataclass
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
    "field_count": "The row has {value}; check its quotes and commas.",
    "unclosed_quote": "A quote is opened in this row and never closed; the file may be cut off.",
    "nul_byte": "The row holds a NUL byte; the file is damaged here.",
    "repeated_header": "This is the header line again; it was left out.",
    "conflicting_duplicate": "Order {value} stands twice in the file with different figures.",
}

_AMOUNT = r"^-?\d{1,10}(\.\d{1,2})?$"
_DOLLARS = r"^-?\d{1,10}(\.\d+)?$"
_THOUSANDS = r"^-?\$?\d{1,3}(,\d{3})+(\.\d+)?$"
_INSTANT = r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}( ?[+-]\d{2}(:?\d{2})?|Z| UTC)?$"
_CURRENCY = r"^[A-Z]{3}$"


@dataclass(frozen=True, slots=True)
class CellRule:
    """What to make of one column, and which of its rows are wrong (a code, else null)."""

    value: pl.Expr
    fault: pl.Expr


def cleaned(field: str) -> pl.Expr:
    """Stripped text; null for a placeholder."""
    text = pl.col(field).str.strip_chars()
    return pl.when(text.is_in(PLACEHOLDERS)).then(None).otherwise(text).alias(field)


def rule(column: Column) -> CellRule:
    """How a cleaned column of this kind is read."""
    text = pl.col(column.field)
    value, code = _READERS[column.kind](text)
    fault = pl.when(text.is_not_null() & value.is_null()).then(pl.lit(code))
    if column.required:
        fault = fault.when(text.is_null()).then(pl.lit("missing"))
    return CellRule(value.alias(column.field), fault.otherwise(None))


def _text(text: pl.Expr) -> tuple[pl.Expr, str]:
    return text, "missing"


def _instant(text: pl.Expr) -> tuple[pl.Expr, str]:
    """UTC. StockX writes a two-digit offset, which strptime's %z does not read."""
    local = (
        text.str.slice(0, 19)
        .str.replace("T", " ", literal=True)
        .str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    )
    offset = text.str.slice(19).str.extract_groups(r"([+-])(\d{2}):?(\d{2})?$")
    minutes = offset.struct[1].cast(pl.Int64) * 60 + offset.struct[2].cast(pl.Int64).fill_null(0)
    signed = pl.when(offset.struct[0] == "-").then(-minutes).otherwise(minutes).fill_null(0)
    value = pl.when(text.str.contains(_INSTANT)).then(local - pl.duration(minutes=signed))
    return value.otherwise(None), "bad_instant"


def _us_date(text: pl.Expr) -> tuple[pl.Expr, str]:
    value = pl.coalesce(
        text.str.to_date("%m/%d/%y", strict=False), text.str.to_date("%Y-%m-%d", strict=False)
    )
    return value, "bad_date"


def _amount(text: pl.Expr) -> tuple[pl.Expr, str]:
    """Stays text: it is exact, and Postgres reads it as numeric."""
    return pl.when(text.str.contains(_AMOUNT)).then(text).otherwise(None), "bad_amount"


def _dollars(text: pl.Expr) -> tuple[pl.Expr, str]:
    plain = (
        pl.when(text.str.contains(_THOUSANDS) | text.str.contains(r"^-?\$"))
        .then(text.str.replace_all(r"[$,]", ""))
        .otherwise(text)
    )
    long = plain.str.contains(r"\.\d{3,}$")
    rounded = pl.when(long).then(plain).otherwise(None).map_elements(_round, return_dtype=pl.String)
    value = pl.when(plain.str.contains(_DOLLARS)).then(pl.coalesce(rounded, plain)).otherwise(None)
    return value, "bad_amount"


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
