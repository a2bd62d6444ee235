"""Tells rows that are records from those that are not: roll-ups, holds, footers, blank lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from soleflip_desktop.connectors.files.cells import cleaned
from soleflip_desktop.domain.import_plan import ImportPlan

KIND = "row_kind"
#: What the kind column's words become; every other word is a ChargeKind or null (unknown).
RECORD, IGNORED = "record", "ignored"


class RowKinds:
    """The row rules of one plan."""

    def __init__(self, plan: ImportPlan) -> None:
        rules = plan.rows
        self.places = {} if plan.kind_source is None else {KIND: plan.kind_source}
        self._words = {word.casefold(): RECORD for word in rules.records}
        self._words |= {word.casefold(): IGNORED for word in rules.ignored}
        self._words |= {word.casefold(): kind for word, kind in rules.charges.items()}
        mapped = {column.field for column in plan.columns if column.source is not None}
        self._needs = [field for field in rules.needs if field in mapped]
        self._footers = [re.compile(pattern, re.IGNORECASE) for pattern in rules.footers]
        self._unticked = pl.Series(plan.skipped_rows, dtype=pl.Int32)
        self.rolled_up: set[str] = set()

    def is_no_row(self, cells: Sequence[str]) -> bool:
        """A blank line or a footer: not counted, not missed."""
        text = " ".join(cell.strip() for cell in cells if cell.strip())
        return not text or any(footer.search(text) for footer in self._footers)

    def sort_out(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
        """Rows to go on with (`row_kind` beside them), and the numbers of those left out."""
        skip = pl.col("row_no").is_in(self._unticked.implode()) if len(self._unticked) else None
        if self.places:
            words = cleaned(KIND).str.to_lowercase()
            kinds = words.replace_strict(self._words, default=None, return_dtype=pl.String)
            frame = frame.with_columns(kinds.alias(KIND))
            skip = _either(skip, (pl.col(KIND) == IGNORED).fill_null(value=False))
        if self._needs:
            rolled_up = self._rolled_up()
            self._remember(frame.filter(rolled_up))
            skip = _either(skip, rolled_up)
        if skip is None:
            return frame, []
        left_out = frame.filter(skip)
        return frame.filter(~skip), left_out["row_no"].to_list()

    def _rolled_up(self) -> pl.Expr:
        """A roll-up of several rows, but not a line that is blank altogether."""
        absent = pl.all_horizontal(cleaned(field).is_null() for field in self._needs)
        record = pl.col(KIND) == RECORD if self.places else pl.lit(value=True)
        return absent & record.fill_null(value=False) & cleaned("external_id").is_not_null()

    def _remember(self, rows: pl.DataFrame) -> None:
        self.rolled_up.update(rows.select(cleaned("external_id")).to_series().to_list())


def _either(one: pl.Expr | None, other: pl.Expr) -> pl.Expr:
    return other if one is None else one | other
