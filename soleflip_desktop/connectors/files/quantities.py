"""Rows of several equal units become that many: one unit is one record."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from soleflip_desktop.domain.money import split_evenly

#: More units in one row are a slip of the column, not a delivery.
MOST_UNITS = 10_000


def one_row_a_unit(rows: pl.DataFrame, shared: Sequence[str]) -> pl.DataFrame:
    """Repeats rows by `quantity` (a blank is one); amounts in `shared` are split to the cent.

    The second unit of an order `X` gets the number `X#2`, and so with its content.
    """
    rows = rows.with_columns(quantity=pl.col("quantity").fill_null(1))
    if not (rows["quantity"] > 1).any():
        return rows
    repeated = rows.select(pl.all().repeat_by("quantity").explode())
    unit = pl.int_range(pl.len()).over("row_no")
    repeated = repeated.with_columns(unit.alias("unit"))
    parts = [_parts(repeated, name).alias(name) for name in shared if name in rows.columns]
    numbered = [
        pl.when(pl.col("unit") > 0)
        .then(pl.concat_str([name, pl.lit("#"), pl.col("unit") + 1]))
        .otherwise(pl.col(name))
        .alias(name)
        for name in ("external_id", "content")
        if name in rows.columns
    ]
    return repeated.with_columns(*parts, *numbered)


def _parts(rows: pl.DataFrame, name: str) -> pl.Series:
    values = [
        amount if amount is None or count == 1 else str(split_evenly(Decimal(amount), count)[unit])
        for amount, count, unit in rows.select(name, "quantity", "unit").iter_rows()
    ]
    return pl.Series(name, values, pl.String)
