"""Step 7: what the import would do, row by row and cell by cell, before it does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from soleflip_desktop.domain.integration import CellChange
from soleflip_desktop.ui.common.columns import Column, Tone, text_column
from soleflip_desktop.ui.common.context import ImportsSource, UiKit
from soleflip_desktop.ui.common.field_words import field_title
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.integration.wizard.draft import ImportDraft
from soleflip_desktop.ui.integration.wizard.plan_edits import with_cell_skipped, with_rows_skipped
from soleflip_desktop.ui.integration.wizard.review_model import TICKABLE
from soleflip_desktop.ui.integration.wizard.review_totals import ReviewTotals
from soleflip_desktop.ui.integration.wizard.row_columns import about
from soleflip_desktop.ui.integration.wizard.rows_view import RowsView
from soleflip_desktop.ui.integration.wizard.step_pane import StepPane
from soleflip_desktop.ui.integration.wizard.tick_table import TickTable, tick_text

_HINT = (
    "Nothing has been written yet. Take the tick from a row, or from a single changed cell, to "
    "leave it out."
)
_DETAILS_ROWS = 4

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One changed cell of the row under the cursor."""

    change: CellChange
    kept: bool


class ChangeModel(ListTableModel[ChangeLine]):
    """The changed cells of one row.

    Signals:
        ticks_changed(list, bool): fields, and whether they are to be written.
    """

    ticks_changed = Signal(list, bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(_change_columns(), parent)

    def tick(self, row: int) -> bool | None:
        return self.row(row).kept

    def set_ticks(self, rows: Sequence[int], ticked: bool) -> None:  # noqa: FBT001
        self.ticks_changed.emit([self.row(row).change.field for row in rows], ticked)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == 0:
            return tick_text(self.tick(index.row()))
        return super().data(index, role)


class ReviewStep(StepPane):
    """Chips with counts, the rows of the chosen class, and the changes of the current row.

    Signals:
        failed(str): rows could not be read.
    """

    failed = Signal(str)

    def __init__(self, kit: UiKit, source: ImportsSource) -> None:
        super().__init__(kit, "What the import will do", _HINT)
        self.notes = label("", "warning", wrap=True)
        self.totals = ReviewTotals(kit, self)
        self.rows = RowsView(kit, source, self)
        self.rows.current_changed.connect(self._show_current)
        self.rows.ticks_changed.connect(self._on_row_ticks)
        self.rows.failed.connect(self.failed)
        self.changes = ChangeModel(self)
        self.changes_table = TickTable(self.changes, kit.theme, self, "Changed cells of the row")
        self.changes.ticks_changed.connect(self._on_cell_ticks)
        self.changes_table.horizontalHeader().setStretchLastSection(True)
        self.about = label("", "muted", wrap=True)
        self.body.addWidget(self.notes)
        self.body.addWidget(self.totals)
        self.body.addWidget(self.rows, 1)
        self.body.addWidget(self.about)
        self.body.addWidget(self.changes_table)
        self.changes_table.hide()
        self.about.hide()

    def fill(self, draft: ImportDraft) -> None:
        plan, checked, result = draft.plan, draft.checked, draft.result
        if plan is None or checked is None or result is None:
            return
        about_the_file = [remark.message for remark in result.remarks if not remark.row]
        self.notes.setText("\n".join(about_the_file))
        self.notes.setVisible(bool(about_the_file))
        self.totals.show_totals(result.file_totals, result.totals)
        self.rows.show_batch(plan, result)
        if self.rows.model is not None:
            self.rows.model.show_ticks(plan.skipped_rows, checked.skipped_rows)
        self._show_current()

    def _show_current(self) -> None:
        row, plan = self.rows.current, None if self.draft is None else self.draft.plan
        skipped = () if plan is None else plan.skipped_cells
        changes = () if row is None or row.row_class not in TICKABLE else row.changes
        cursor = self.changes_table.currentIndex().row()
        self.changes.set_rows(
            [
                ChangeLine(change, row is not None and (row.row, change.field) not in skipped)
                for change in changes
            ]
        )
        if 0 <= cursor < len(changes):
            self.changes_table.setCurrentIndex(self.changes.index(cursor, 0))
        self.changes_table.fit_height(_DETAILS_ROWS)
        self.changes_table.setVisible(bool(changes))
        text = "" if row is None or changes else about(row)
        self.about.setText(f"Row {row.row}: {text}" if row is not None and text else "")
        self.about.setVisible(bool(self.about.text()))

    def _on_row_ticks(self, rows: Sequence[int], ticked: bool) -> None:  # noqa: FBT001
        if self.draft is not None and self.draft.plan is not None:
            plan = with_rows_skipped(self.draft.plan, rows, skipped=not ticked)
            self.decide(replace(self.draft, plan=plan))

    def _on_cell_ticks(self, names: Sequence[str], ticked: bool) -> None:  # noqa: FBT001
        row = self.rows.current
        if self.draft is None or self.draft.plan is None or row is None:
            return
        plan = self.draft.plan
        for name in names:
            plan = with_cell_skipped(plan, row.row, name, skipped=not ticked)
        self.decide(replace(self.draft, plan=plan))


def _change_columns() -> tuple[Column[ChangeLine], ...]:
    def tone(line: ChangeLine) -> Tone:
        return Tone.INFO if line.kept else Tone.MUTED

    def new(line: ChangeLine) -> str:
        return line.change.new or ""

    return (
        Column("tick", "", lambda _line: " ", lambda _line: "", width=38),
        text_column(
            "field", "Changed cell", lambda line: field_title(line.change.field), width=200
        ),
        text_column("old", "Now", lambda line: line.change.old, width=260),
        Column("new", "After the import", new, new, width=260, tooltip=new, tone=tone),
    )
