"""Step 6: what is wrong with the rows, grouped by remedy, and the remedies themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton, QSplitter

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.integration import ImportResult, IssueGroup, ReviewRow
from soleflip_desktop.ui.common.columns import Align, Column, text_column
from soleflip_desktop.ui.common.context import ImportsSource, UiKit
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.common.table_copy import make_copyable
from soleflip_desktop.ui.common.table_view import TableView
from soleflip_desktop.ui.integration.wizard.check_panel import CheckPanel
from soleflip_desktop.ui.integration.wizard.draft import ImportDraft
from soleflip_desktop.ui.integration.wizard.group_fixes import GroupFixes
from soleflip_desktop.ui.integration.wizard.plan_edits import (
    field_of_header,
    with_edit,
    with_rows_skipped,
    with_value,
)
from soleflip_desktop.ui.integration.wizard.preparing import grouped, rows_of_group
from soleflip_desktop.ui.integration.wizard.step_pane import StepPane, row_of
from soleflip_desktop.ui.integration.wizard.words import rows_words


class CheckStep(StepPane):
    """Errors or warnings on top, the chosen group's rows and remedies below.

    Signals:
        failed(str): the findings could not be read.
        cancel_requested: the check shall stop.
    """

    failed = Signal(str)
    cancel_requested = Signal()

    def __init__(self, kit: UiKit, source: ImportsSource) -> None:
        super().__init__(kit, "Check", "")
        self._source = source
        self.errors: tuple[IssueGroup, ...] = ()
        self.warnings: tuple[IssueGroup, ...] = ()
        self._shown: ImportResult | None = None
        self._cancel: Callable[[], object] | None = None
        self._rows: tuple[ReviewRow, ...] = ()
        self.panel = CheckPanel(kit, self)
        self.panel.cancel_requested.connect(self.cancel_requested)
        self.changes = label("", "info", wrap=True)
        self.model: ListTableModel[IssueGroup] = ListTableModel(
            (
                _count_column(kit.formatter),
                text_column("column", "Column", lambda group: group.column, width=190),
                text_column("message", "What is wrong", lambda group: group.message, width=480),
                text_column("values", "Values", _values, width=220),
            ),
            self,
        )
        self.table = TableView(self.model, kit.theme, self)
        self.table.setAccessibleName("Findings, grouped")
        self.table.horizontalHeader().setStretchLastSection(True)
        make_copyable(self.table, self.model)
        self.fixes = GroupFixes(kit, self)
        self._build()

    # -- the check -----------------------------------------------------------------------------

    def start(self) -> None:
        self.title.setText("Checking every row…")
        self.panel.start()
        for widget in (self.hint, self.changes, self._kinds, self.splitter):
            widget.hide()

    def stopped(self) -> None:
        """The check ended without a result."""
        self.title.setText("The file is not checked yet")
        self.panel.hide()
        if self._shown is not None and self.draft is not None:
            self._show_findings(self._shown)
            self.fill(self.draft)

    async def load(self, draft: ImportDraft) -> None:
        """Shows what the check of the draft found. Raises UserError."""
        result = draft.result
        if result is None or result.batch_id is None:
            return
        self.errors = tuple(await self._source.issue_groups(result.batch_id))
        self.warnings = grouped(result.remarks)
        self.panel.hide()
        self.draft, self._shown = draft, result
        self._show_findings(result)

    def _show_findings(self, result: ImportResult) -> None:
        self._show_headline(result)
        self._kinds.setVisible(bool(self.errors or self.warnings))
        self.errors_button.setText(f"Errors ({self.kit.formatter.count(len(self.errors))})")
        self.warnings_button.setText(f"&Warnings ({self.kit.formatter.count(result.warnings)})")
        chosen = self.errors_button if self.errors else self.warnings_button
        chosen.setChecked(True)
        self._show_groups()

    def fill(self, draft: ImportDraft) -> None:
        plan, checked = draft.plan, draft.checked
        if plan is None or checked is None or draft.result is None:
            return
        if draft.result is not self._shown and not self.panel.isVisible():
            self.kit.tasks.start(self._load_quietly(draft))
        self.changes.setText(_waiting(plan, checked))
        self.changes.setVisible(bool(self.changes.text()))
        self.fixes.show_edits(plan)

    async def _load_quietly(self, draft: ImportDraft) -> None:
        try:
            await self.load(draft)
        except UserError as error:
            self.failed.emit(str(error))

    def _show_headline(self, result: ImportResult) -> None:
        count = self.kit.formatter.count
        kept_out = result.rejected + result.conflicts
        if not kept_out:
            self.title.setText("No errors")
            rows = rows_words(result.rows, count(result.rows))
            self.hint.setText(f"All {rows} can be read.")
        else:
            verb = "stays" if kept_out == 1 else "stay"
            self.title.setText(f"{rows_words(kept_out, count(kept_out))} {verb} out as things are")
            self.hint.setText(
                "Mend them here and check again, or go on: they are listed in the result and can "
                "be saved, mended and imported later."
            )
        self.hint.show()

    # -- groups --------------------------------------------------------------------------------

    def _show_groups(self) -> None:
        groups = self.errors if self.errors_button.isChecked() else self.warnings
        self.model.set_rows(groups)
        self.splitter.setVisible(bool(groups))
        self.fixes.setVisible(self.errors_button.isChecked() and bool(groups))
        if groups:
            self.table.setCurrentIndex(self.model.index(0, 0))

    def _on_group(self) -> None:
        row, draft = self.table.currentIndex().row(), self.draft
        if self._cancel is not None:
            self._cancel()
        if row < 0 or draft is None or draft.plan is None or not self.errors_button.isChecked():
            return
        group = self.model.row(row)
        field = field_of_header(draft.plan, group.column)
        self._rows = ()
        self.fixes.show_group(group, draft.plan, replaceable=field is not None)
        self._cancel = self.kit.tasks.start(self._load_rows(group, draft))

    async def _load_rows(self, group: IssueGroup, draft: ImportDraft) -> None:
        if draft.batch_id is None or self.draft is None or self.draft.plan is None:
            return
        try:
            self._rows = await rows_of_group(self._source, draft.batch_id, group)
        except UserError as error:
            self.failed.emit(str(error))
            return
        self.fixes.show_rows(self.draft.plan, self._rows)

    # -- remedies ------------------------------------------------------------------------------

    def _replace_value(self, column: str, old: str, new: str) -> None:
        if self.draft is not None and (plan := self.draft.plan) is not None:
            field = field_of_header(plan, column)
            if field is not None:
                self._decide(with_value(plan, field, old, new))

    def _leave_out(self) -> None:
        if self.draft is not None and self.draft.plan is not None:
            rows = [row.row for row in self._rows]
            self._decide(with_rows_skipped(self.draft.plan, rows, skipped=True))

    def _edit(self, row: int, cells: Sequence[str]) -> None:
        if self.draft is not None and self.draft.plan is not None:
            self._decide(with_edit(self.draft.plan, row, cells))

    def _decide(self, plan: ImportPlan) -> None:
        if self.draft is not None:
            self.decide(replace(self.draft, plan=plan))

    # -- building ------------------------------------------------------------------------------

    def _build(self) -> None:
        self.errors_button = QPushButton("Errors", self)
        self.warnings_button = QPushButton("&Warnings", self)
        group = QButtonGroup(self)
        for button in (self.errors_button, self.warnings_button):
            button.setCheckable(True)
            button.setProperty("role", "chip")
            group.addButton(button)
        group.buttonClicked.connect(self._show_groups)
        self._kinds = QFrame(self)
        kinds = row_of(self.errors_button, self.warnings_button)
        kinds.setContentsMargins(0, 0, 0, 0)
        self._kinds.setLayout(kinds)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(self.fixes)
        self.splitter.setSizes([160, 260])
        self.body.addWidget(self.panel)
        self.body.addWidget(self._kinds)
        self.body.addWidget(self.changes)
        self.body.addWidget(self.splitter, 1)
        self.body.addStretch(0)
        self.table.selectionModel().currentRowChanged.connect(lambda *_rows: self._on_group())
        self.fixes.replace_requested.connect(self._replace_value)
        self.fixes.leave_out_requested.connect(self._leave_out)
        self.fixes.edited.connect(self._edit)
        for widget in (self.panel, self.changes, self._kinds, self.splitter):
            widget.hide()


def _count_column(formatter: Formatter) -> Column[IssueGroup]:
    """How many rows; blank for a remark about the file as a whole."""

    def display(group: IssueGroup) -> str:
        return formatter.count(group.count) if any(group.rows) else ""

    def plain(group: IssueGroup) -> str:
        return str(group.count) if any(group.rows) else ""

    return Column("count", "Rows", display, plain, align=Align.RIGHT, width=90)


def _values(group: IssueGroup) -> str:
    return ", ".join(f"{value or '(blank)'} ({count})" for value, count in group.values)


def _waiting(plan: ImportPlan, checked: ImportPlan) -> str:
    """What was mended since the check, in words."""
    edits = sum(checked.edits.get(row) != cells for row, cells in plan.edits.items())
    left_out = len(set(plan.skipped_rows) - set(checked.skipped_rows))
    words = 0
    for column in plan.columns:
        before = checked.column(column.field)
        known = {} if before is None else before.values
        words += sum(known.get(word) != ours for word, ours in column.values.items())
    parts = [
        f"{number} {one if number == 1 else many}"
        for number, one, many in (
            (words, "value replaced", "values replaced"),
            (edits, "row edited", "rows edited"),
            (left_out, "row left out", "rows left out"),
        )
        if number
    ]
    return f"{', '.join(parts)}. Check again to see what is left." if parts else ""
