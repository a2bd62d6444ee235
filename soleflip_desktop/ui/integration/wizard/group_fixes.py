"""The remedies for one group of errors: for all its rows at once, or row by row."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.integration import IssueGroup, ReviewRow
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.integration.wizard.choice_table import Choice
from soleflip_desktop.ui.integration.wizard.edit_table import EditTable
from soleflip_desktop.ui.integration.wizard.step_pane import combo, fill_combo, labelled, row_of
from soleflip_desktop.ui.integration.wizard.words import rows_words

#: Rows that are listed for mending by hand; more is a case for a spreadsheet.
LISTED = 500
_BOTTOM = Qt.AlignmentFlag.AlignBottom


class GroupFixes(QWidget):
    """Replace a value, leave the rows out, or edit cells.

    Signals:
        replace_requested(str, str, str): header of the column, the value, and what it shall be.
        leave_out_requested: all rows of the group.
        edited(int, tuple): one row, as it shall be read.
    """

    replace_requested = Signal(str, str, str)
    leave_out_requested = Signal()
    edited = Signal(int, tuple)

    def __init__(self, kit: UiKit, parent: QWidget) -> None:
        super().__init__(parent)
        self._kit = kit
        self._group: IssueGroup | None = None
        self.value = combo("Value to replace")
        self.value.setMinimumWidth(200)
        self.new_value = QLineEdit(self)
        self.new_value.setAccessibleName("Replacement")
        self.new_value.setMinimumWidth(180)
        self.new_value.setPlaceholderText("What it should be")
        self.replace = QPushButton("Replace in &all rows", self)
        self.leave_out = QPushButton("&Leave out these rows", self)
        self.listed = label("", "muted")
        self.table = EditTable(kit, self)
        self.table.edited.connect(self.edited)
        self.replace.clicked.connect(self._on_replace)
        self.new_value.returnPressed.connect(self._on_replace)
        self.leave_out.clicked.connect(self.leave_out_requested)
        self._replacing = (self.value, self.new_value, self.replace)
        self._build()

    def show_group(self, group: IssueGroup, plan: ImportPlan, *, replaceable: bool) -> None:
        self._group = group
        values = [Choice(value, f"{value} ({count})") for value, count in group.values if value]
        fill_combo(self.value, values, values[0].value if values else None)
        for widget in self._replacing:
            widget.setEnabled(replaceable and bool(values))
        self.leave_out.setEnabled(False)
        self.listed.setText("Reading the rows…")
        self.table.show_rows(plan, ())

    def show_rows(self, plan: ImportPlan, rows: Sequence[ReviewRow]) -> None:
        count = self._kit.formatter.count
        self.leave_out.setEnabled(bool(rows))
        self.leave_out.setText(f"&Leave out {rows_words(len(rows), count(len(rows)))}")
        shown = rows[:LISTED]
        rest = f", the first {count(LISTED)} are listed" if len(rows) > LISTED else ""
        self.listed.setText(
            f"{rows_words(len(rows), count(len(rows)))}{rest}. "
            "Double-click a cell, or press F2, to mend it."
        )
        self.table.show_rows(plan, shown)

    def show_edits(self, plan: ImportPlan) -> None:
        self.table.show_edits(plan)

    def _on_replace(self) -> None:
        new = self.new_value.text().strip()
        old = self.value.currentData()
        if self._group is not None and old is not None and new:
            self.new_value.clear()
            self.replace_requested.emit(self._group.column, old, new)

    def _build(self) -> None:
        row = row_of(
            labelled("Re&place the value", self.value),
            labelled("wi&th", self.new_value),
            self.replace,
            self.leave_out,
        )
        for button in (self.replace, self.leave_out):
            row.setAlignment(button, _BOTTOM)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self.listed)
        layout.addWidget(self.table, 1)
