"""What rows of products, suppliers and prices are completed to; units are in `unit_rows`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from soleflip_desktop.connectors.files.cells import typed
from soleflip_desktop.connectors.files.variants import VariantRegistry
from soleflip_desktop.domain.countries import country_code
from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.staging import PRICE_COLUMNS, PRODUCT_COLUMNS, SUPPLIER_COLUMNS

#: code -> sentence of the faults that take more than one cell.
SHAPE_MESSAGES = {
    "mixed_currencies": "{column} is {value}, another currency than the listing price.",
    "negative_price": "{value} is below zero; a price cannot be.",
    "no_currency": "{column} says {value} without a currency; choose one in the step Formats or "
    "with --currency.",
    "no_product": "The row names neither a product nor a style code.",
    "sale_without_date": "{column} says {value}, but the day of the sale is missing.",
    "too_many_units": "{value} units in one row are more than 10,000; is this the right column?",
    "unknown_row_kind": "“{value}” is no kind of row that this report is known to have; leave "
    "these rows out, or say what they are in the step Values.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong that one cell alone does not show; told at the column of `field`."""

    field: str
    code: str
    wrong: pl.Expr


class RowShape(Protocol):
    """What the rows of one target look like in the stage.

    `columns` are the staged ones after seq and row_no; `counted` says that a row may become
    several records, so that `seq` counts them.
    """

    @property
    def columns(self) -> Sequence[str]: ...

    @property
    def faults(self) -> tuple[Fault, ...]: ...

    @property
    def registry(self) -> VariantRegistry: ...

    @property
    def counted(self) -> bool: ...

    def complete(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Adds what follows from the cells; one row a record."""


def symbol(field: str) -> str:
    """The column with the currency that was found inside an amount's cells."""
    return f"{typed(field)}:currency"


@dataclass(frozen=True, slots=True)
class Currency:
    """Where an amount's currency stands: in its own column, in the cell, or in the plan.

    `read` is for rows under check, whose values have their `typed` names; `value` for checked ones.
    """

    read: pl.Expr
    value: pl.Expr

    @classmethod
    def of(
        cls, amounts: str | Sequence[str], own: str, plan: ImportPlan, fields: frozenset[str]
    ) -> Currency:
        """Of one field, or of several that share a currency, the first cell with a sign counts."""
        if own in fields:
            return cls(pl.col(typed(own)), pl.col(own))
        signs = [amounts] if isinstance(amounts, str) else [a for a in amounts if a in fields]
        found = pl.coalesce(*(pl.col(symbol(f)) for f in signs), pl.lit(plan.currency, pl.String))
        return cls(found, found)


def with_absent(rows: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Columns that the file lacks, as nulls."""
    absent = [name for name in names if name not in rows.columns]
    return rows.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)


def coded(values: pl.Series, code_of: Callable[[str], str | None]) -> pl.Series:
    """Codes of places, each distinct text looked up once; null for what nobody knows."""
    known = {value: code_of(value) for value in values.unique().drop_nulls()}
    if not known:
        return values.cast(pl.String)
    return values.replace_strict(known, default=None, return_dtype=pl.String)


def product_missing(plan: ImportPlan, fields: frozenset[str]) -> tuple[Fault, ...]:
    """A row needs a name or a style code; where its layout requires one, that says so already."""
    columns = [plan.column(name) for name in ("name", "style") if name in fields]
    if any(column is not None and column.required for column in columns):
        return ()
    names = [pl.col(typed(column.field)) for column in columns if column is not None]
    absent = pl.all_horizontal(name.is_null() for name in names) if names else pl.lit(value=True)
    return (Fault("name", "no_product", absent),)


class ProductShape:
    """Rows of a list of products, with or without sizes."""

    counted = False

    def __init__(self, plan: ImportPlan, fields: frozenset[str], _rolled_up: set[str]) -> None:
        self.registry = VariantRegistry(plan.currency, sizes="size" in fields)
        own = [name for name in PRODUCT_COLUMNS if name in fields]
        self._priced = "retail_price" in fields
        extra = ["retail_currency"] if self._priced and "retail_currency" not in fields else []
        self.columns = ["variant_key", *own, *extra]
        self.faults = product_missing(plan, fields)
        if self._priced:
            self._currency = Currency.of("retail_price", "retail_currency", plan, fields)
            price = pl.col(typed("retail_price"))
            missing = price.is_not_null() & self._currency.read.is_null()
            self.faults += (Fault("retail_price", "no_currency", missing),)
            self.faults += (Fault("retail_price", "negative_price", price.str.starts_with("-")),)

    def complete(self, rows: pl.DataFrame) -> pl.DataFrame:
        if self._priced:
            known = pl.col("retail_price").is_not_null()
            currency = pl.when(known).then(self._currency.value)
            rows = rows.with_columns(currency.alias("retail_currency"))
        return self.registry.assign(with_absent(rows, ("name", "style", "size")))


class SupplierShape:
    """Rows of a list of suppliers."""

    counted = False
    faults: tuple[Fault, ...] = ()

    def __init__(self, plan: ImportPlan, fields: frozenset[str], _rolled_up: set[str]) -> None:
        self.registry = VariantRegistry(plan.currency)
        self.columns = [name for name in SUPPLIER_COLUMNS if name in fields]

    def complete(self, rows: pl.DataFrame) -> pl.DataFrame:
        if "country" not in rows.columns:
            return rows
        return rows.with_columns(coded(rows["country"], country_code).alias("country"))


class PriceShape:
    """Rows of a price list or a product feed: one offer of one size each."""

    counted = False

    def __init__(self, plan: ImportPlan, fields: frozenset[str], _rolled_up: set[str]) -> None:
        self.registry = VariantRegistry(plan.currency)
        own = [name for name in PRICE_COLUMNS if name in fields]
        extra = [] if "price_currency" in fields else ["price_currency"]
        self.columns = ["variant_key", *own, *extra]
        self._currency = Currency.of("price", "price_currency", plan, fields)
        self.faults = (
            *product_missing(plan, fields),
            Fault("price", "no_currency", self._currency.read.is_null()),
            Fault("price", "negative_price", pl.col(typed("price")).str.starts_with("-")),
        )

    def complete(self, rows: pl.DataFrame) -> pl.DataFrame:
        rows = rows.with_columns(self._currency.value.alias("price_currency"))
        return self.registry.assign(with_absent(rows, ("name", "style", "size")))
