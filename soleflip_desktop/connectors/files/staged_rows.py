"""Turns the texts of a block into the stage's columns: read, checked, completed, as CSV."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from soleflip_desktop.connectors.files.cells import (
    CellRule,
    amount_currency,
    cleaned,
    is_clear,
    message,
    needs_symbols,
    read_cells,
    rule,
    typed,
)
from soleflip_desktop.connectors.files.row_kinds import KIND, RECORD
from soleflip_desktop.connectors.files.row_shapes import (
    SHAPE_MESSAGES,
    Fault,
    PriceShape,
    ProductShape,
    RowShape,
    SupplierShape,
    symbol,
)
from soleflip_desktop.connectors.files.unit_rows import UnitShape
from soleflip_desktop.domain.import_fields import FIELDS, Kind, Target
from soleflip_desktop.domain.import_plan import ImportMode, ImportPlan, MappedColumn

SHAPES: dict[Target, Callable[[ImportPlan, frozenset[str], set[str]], RowShape]] = {
    Target.SALES: UnitShape,
    Target.ITEMS: UnitShape,
    Target.PRODUCTS: ProductShape,
    Target.SUPPLIERS: SupplierShape,
    Target.PRICES: PriceShape,
}
#: What a row that adds a charge to an order needs; its other cells say nothing.
CHARGE_ROW = ("external_id", "payout")
#: Says in a cell: empty this field.
CLEAR = b"<empty>"


class StagedRows:
    """The columns of one plan: `places` are those to read, `columns` those to stage."""

    def __init__(self, plan: ImportPlan, rolled_up: set[str]) -> None:
        known = FIELDS[plan.target]
        mapped = [column for column in plan.columns if column.field in known]
        self.plan = plan
        self._mapped = mapped
        self.places = {c.field: c.source for c in mapped if c.source is not None}
        self._constants = [pl.lit(c.constant).alias(c.field) for c in mapped if c.source is None]
        self._rules = {c.field: rule(c, known[c.field], plan) for c in mapped}
        self._symbols = [f for f in self._rules if needs_symbols(plan, f)]
        self._signed = [
            (f, own)
            for f in self._rules
            if (own := known[f].currency) in self._rules and known[f].kind is Kind.AMOUNT
        ]
        self._shape = SHAPES[plan.target](plan, frozenset(self._rules), rolled_up)
        self.registry = self._shape.registry
        clears = plan.mode is not ImportMode.INSERT
        kinds = plan.kind_source is not None
        self.columns = (
            "seq",
            "row_no",
            *self._shape.columns,
            *(["cleared"] if clears else []),
            *(["charge_kind"] if kinds else []),
        )
        self._steps = self._plan_steps()

    def message(self, field: str, code: str) -> str:
        """The sentence for a fault, with `{value}` and `{column}` to fill in."""
        return SHAPE_MESSAGES.get(code) or message(code, self.plan.column(field))

    def _plan_steps(self) -> tuple[list[pl.Expr], pl.Expr]:
        """The expressions of all blocks, built once: clean, and tell what is wrong."""
        return (
            [self._mended(column) for column in self._mapped],
            self._wrong(self._rules, self._shape.faults),
        )

    def _mended(self, column: MappedColumn) -> pl.Expr:
        """The text of a cell, with what the user put in the place of texts that are wrong."""
        text = cleaned(column.field)
        kind = FIELDS[self.plan.target][column.field].kind
        if not column.values or kind in {Kind.CHOICE, Kind.NAME}:  # their rules read the words
            return text
        instead = {old.strip(): new.strip() or None for old, new in column.values.items()}
        return text.replace(instead).alias(column.field)

    @staticmethod
    def _wrong(rules: dict[str, CellRule], faults: tuple[Fault, ...]) -> pl.Expr:
        wrong = [r.wrong for r in rules.values()] + [fault.wrong for fault in faults]
        return pl.any_horizontal(*wrong).fill_null(value=False).alias("bad")

    def check(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Rows whose values are good, and a code or null for each place of those that are not."""
        cleaning, wrong = self._steps
        rows = frame.with_columns(self._constants).with_columns(cleaning)
        done = read_cells(rows, self._rules.values())
        if self._symbols:
            done = done.with_columns(amount_currency(f, self.plan.currency) for f in self._symbols)
        done = self._compare_signs(done.with_columns(self._judged(wrong)))
        bad = done["bad"]
        if not bad.any():
            return done, pl.DataFrame()
        return done.filter(~bad), self._faults(done.filter(bad))

    def without_units(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
        """Good rows, and the numbers of those that say of themselves that they are no unit."""
        if not self._shape.counted:
            return frame, []
        none = (pl.col(typed("quantity")) == 0).fill_null(value=False)
        return frame.filter(~none), frame.filter(none)["row_no"].to_list()

    def _compare_signs(self, rows: pl.DataFrame) -> pl.DataFrame:
        """An amount that says € in a row that says USD is wrong; cells with a sign are rare."""
        odd = [(f, own) for f, own in self._signed if (rows[f] != rows[typed(f)]).any()]
        if not odd:
            return rows
        rows = rows.with_columns(amount_currency(f, self.plan.currency) for f, _ in odd)
        other = [pl.col(symbol(f)) != pl.col(typed(own)) for f, own in odd]
        return rows.with_columns(bad=pl.any_horizontal("bad", *other).fill_null(value=False))

    def _judged(self, wrong: pl.Expr) -> pl.Expr:
        if self.plan.kind_source is None:
            return wrong
        charge = pl.any_horizontal(
            *(self._rules[f].wrong | pl.col(typed(f)).is_null() for f in CHARGE_ROW)
        )
        kind = pl.col(KIND)
        return (
            pl.when(kind.is_null())
            .then(pl.lit(value=True))
            .when(kind == RECORD)
            .then(wrong)
            .otherwise(charge)
            .fill_null(value=False)
            .alias("bad")
        )

    def _faults(self, bad: pl.DataFrame) -> pl.DataFrame:
        faults = [r.fault for r in self._rules.values()]
        faults += [
            pl.when(fault.wrong).then(pl.lit(fault.code)).alias(f"!{fault.field}{'!' * number}")
            for number, fault in enumerate(self._shape.faults, 1)
        ]
        faults += [
            pl.when(pl.col(symbol(f)) != pl.col(typed(own)))
            .then(pl.lit("mixed_currencies"))
            .alias(f"!{f}!sign")
            for f, own in self._signed
            if symbol(f) in bad.columns and f not in self._symbols
        ]
        if self.plan.kind_source is None:
            return bad.select("row_no", *faults)
        unknown = pl.when(pl.col(KIND).is_null()).then(pl.lit("unknown_row_kind"))
        found = bad.select("row_no", KIND, *faults, unknown.alias(f"!{KIND}!"))
        codes = [name for name in found.columns if name.startswith("!")]
        told = {f"!{field}" for field in CHARGE_ROW} | {f"!{KIND}!"}
        return found.with_columns(
            pl.when((pl.col(KIND) == RECORD) | pl.lit(name in told)).then(pl.col(name)).alias(name)
            for name in codes
        ).drop(KIND)

    def finish(self, frame: pl.DataFrame, sequence: int, text: bytes) -> tuple[bytes, int]:
        """CSV in the order of `columns`, and the last `seq`. `text` is the block's own."""
        cleared = self._cleared(text)
        values = frame.select(
            "row_no",
            *(pl.col(typed(f)).alias(f) for f in self._rules),
            *(pl.col(f"{typed(f)}:currency") for f in self._symbols),
            *([pl.col(KIND)] if self.plan.kind_source is not None else []),
            cleared.alias("cleared"),
        )
        rows = self._without_unticked(self._shape.complete(values))
        if self.plan.kind_source is not None:
            kind = pl.when(pl.col(KIND) != RECORD).then(pl.col(KIND))
            rows = rows.with_columns(kind.alias("charge_kind"))
        if self._shape.counted:
            rows = rows.with_columns(seq=pl.int_range(sequence + 1, sequence + 1 + pl.len()))
            sequence += rows.height
        else:
            rows = rows.with_columns(seq=pl.col("row_no"))
            sequence = rows["row_no"].max() or sequence  # type: ignore[assignment]  # row_no is Int32
        return rows.select(self.columns).write_csv(None, include_header=False).encode(), sequence

    def _cleared(self, text: bytes) -> pl.Expr:
        if CLEAR not in text:
            return pl.lit(None, pl.String)
        names = [pl.when(is_clear(f)).then(pl.lit(f)) for f in self.places]
        joined = pl.concat_str(names, separator=",", ignore_nulls=True)
        return pl.when(joined != "").then("{" + joined + "}")

    def _without_unticked(self, values: pl.DataFrame) -> pl.DataFrame:
        """Cells that were unticked in the review say nothing."""
        cells = [(row, f) for row, f in self.plan.skipped_cells if f in values.columns]
        for field in dict.fromkeys(field for _, field in cells):
            rows = pl.Series([row for row, name in cells if name == field], dtype=pl.Int32)
            kept = pl.when(~pl.col("row_no").is_in(rows.implode())).then(pl.col(field))
            values = values.with_columns(kept.alias(field))
        return values
