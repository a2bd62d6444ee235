"""Imports: the history, the wizard, the import under way and what the last one did."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.integration import (
    BatchRow,
    BatchStatus,
    ImportAction,
    ImportRequest,
    ImportResult,
)
from soleflip_desktop.sync.import_desk import ImportDesk
from soleflip_desktop.ui.common.column_memory import ColumnMemory
from soleflip_desktop.ui.common.context import ImportsSource, UiKit
from soleflip_desktop.ui.common.empty_state import EmptyState
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.common.page_header import ErrorBanner, PageHeader
from soleflip_desktop.ui.common.table_view import TableView
from soleflip_desktop.ui.integration.arrivals import Arrivals
from soleflip_desktop.ui.integration.batch_actions import BatchActions
from soleflip_desktop.ui.integration.batch_rows import BatchRows
from soleflip_desktop.ui.integration.columns import batch_columns
from soleflip_desktop.ui.integration.import_queue import ImportOutcome, ImportQueue
from soleflip_desktop.ui.integration.result_view import ResultView
from soleflip_desktop.ui.integration.running_view import RunningView
from soleflip_desktop.ui.integration.wizard.wizard import ImportWizard

_EMPTY = (
    "SoleFlip recognises sales reports, purchases and lists by their columns, and shows what it "
    "would do before it does it. Drop a file anywhere on this window, or choose one."
)


class ImportsPage(QWidget):
    """History, wizard, running import and result, one at a time.

    Signals:
        totals_changed(str): the line for the status bar.
        import_requested, sample_requested: the buttons of the empty page and the header.
        orders_requested: the user wants to see what came in.
    """

    totals_changed = Signal(str)
    import_requested = Signal()
    sample_requested = Signal()
    orders_requested = Signal()

    domains = frozenset({Domain.INTEGRATION})

    def __init__(
        self,
        source: ImportsSource,
        desk: ImportDesk,
        queue: ImportQueue,
        kit: UiKit,
        *,
        sample: bool = False,
    ) -> None:
        super().__init__()
        self._source, self.queue, self._kit = source, queue, kit
        self._stale = True
        self._for_wizard: deque[str] = deque()
        self._result_unseen = False
        self.totals = ""
        self.batches: ListTableModel[BatchRow] = ListTableModel(batch_columns(kit.formatter), self)
        self.view = TableView(self.batches, kit.theme, self)
        self.view.setAccessibleName("Import history")
        self.columns = ColumnMemory(self.view, self.batches.columns, kit.settings, "imports")
        self.actions_of_batch = BatchActions(self.view, self._selected, self)
        self.running = RunningView(kit, self)
        self.result = ResultView(kit, self)
        self.rows = BatchRows(kit, source, self)
        self.wizard = ImportWizard(desk, source, queue.runner, kit)
        self.arrivals = Arrivals(desk, self)
        self.header = PageHeader("Imports", self)
        self.banner = ErrorBanner(kit.icons, self)
        self._build(sample=sample)
        self._connect()
        self._connect_result()

    # -- for the window ------------------------------------------------------------------------

    def note_change(self, domains: frozenset[Domain]) -> None:
        if self.domains & domains:
            self.mark_stale()

    def mark_stale(self) -> None:
        self._stale = True
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        self._stale = False
        self._kit.tasks.start(self._load())

    def save_state(self) -> None:
        self.columns.save()

    def import_files(self, paths: Sequence[str]) -> None:
        """One file opens the wizard; of several, only those that need an answer do."""
        if not self.queue.running and not self.wizard.active:
            self.result.clear()
        if len(paths) == 1:
            self._review(paths[0])
        else:
            self._kit.tasks.start(self.arrivals.sort(paths))

    def import_directly(self, path: str) -> None:
        """A file that needs no question, such as the sample: one click is enough."""
        if not self.queue.running and not self.wizard.active:
            self.result.clear()
        self.queue.add([ImportRequest(path)])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    # -- building ------------------------------------------------------------------------------

    def _build(self, *, sample: bool) -> None:
        choose = QPushButton("&Import a file…", self)
        choose.setProperty("role", "primary")
        choose.clicked.connect(self.import_requested)
        self.header.add(self.actions_of_batch.button)
        self.header.add(choose)
        self.empty = EmptyState("imports", self._kit.icons, self)
        self.empty.set_text("Nothing imported yet", _EMPTY)
        first = self.empty.add_button("Import your fi&rst file…", primary=True)
        first.clicked.connect(self.import_requested)
        if sample:
            self.empty.add_button("Import &sample data").clicked.connect(self.sample_requested)
        self.body = QStackedWidget(self)
        for widget in (self.view, self.empty, self.running, self.result, self.rows, self.wizard):
            self.body.addWidget(widget)
        self.body.currentChanged.connect(self._on_body_changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.banner)
        layout.addWidget(self.body, 1)
        self.setFocusProxy(self.view)

    def _connect(self) -> None:
        self.queue.started.connect(self._on_started)
        self.queue.progressed.connect(self.running.show_progress)
        self.queue.finished.connect(self._on_finished)
        self.queue.changed.connect(lambda: self.running.show_queue(self.queue.waiting))
        self.running.cancel_requested.connect(self.queue.cancel_current)
        self.wizard.import_requested.connect(self._on_import_requested)
        self.wizard.closed.connect(self._leave_wizard)
        self.arrivals.certain.connect(lambda request: self.queue.add([request]))
        self.arrivals.doubtful.connect(self._review)
        self.arrivals.unreadable.connect(self._on_finished)
        self.view.activated.connect(self._on_batch_activated)
        self.banner.retry_requested.connect(self.refresh)
        actions = self.actions_of_batch
        actions.resume_requested.connect(self._resume)
        actions.discard_requested.connect(lambda batch: self._kit.tasks.start(self._discard(batch)))
        actions.undo_requested.connect(
            lambda batch: self._kit.tasks.start(self._open(batch, undo=True))
        )
        actions.redo_requested.connect(lambda batch: self._redo(batch.id, batch.file))

    def _connect_result(self) -> None:
        result = self.result
        result.orders_requested.connect(self.orders_requested)
        result.import_requested.connect(self.import_requested)
        result.history_requested.connect(self.show_history)
        result.save_requested.connect(self._choose_target)
        result.review_requested.connect(self._review)
        result.undo_requested.connect(
            lambda shown: self._kit.tasks.start(self._ask_undo(shown.batch_id))
        )
        result.redo_requested.connect(lambda shown: self._redo(shown.batch_id, shown.file))
        result.rows_requested.connect(lambda shown: self._kit.tasks.start(self._show_rows(shown)))
        result.undo_panel.confirmed.connect(
            lambda batch_id: self._kit.tasks.start(self._undo(batch_id))
        )
        self.rows.back_requested.connect(lambda: self.body.setCurrentWidget(self.result))
        self.rows.failed.connect(self._kit.notifier.error)

    def _on_body_changed(self) -> None:
        """The wizard has a head of its own; the menu of a selected import is the history's."""
        shown = self.body.currentWidget()
        self.header.setVisible(shown is not self.wizard)
        self.actions_of_batch.button.setVisible(shown is self.view)
        self.setFocusProxy(self.wizard if shown is self.wizard else self.view)

    # -- history -------------------------------------------------------------------------------

    def show_history(self) -> None:
        rows = self.batches.rowCount()
        self.body.setCurrentWidget(self.view if rows else self.empty)

    async def _load(self) -> None:
        try:
            batches = await self._source.batches()
        except UserError as error:
            self._stale = True
            self.banner.show_error(str(error))
            return
        self.banner.hide()
        current = self.view.currentIndex().row()
        self.batches.set_rows(batches)
        if 0 <= current < len(batches):
            self.view.setCurrentIndex(self.batches.index(current, 0))
        self.actions_of_batch.refresh()
        self.header.set_count(self._kit.formatter.count(len(batches)))
        if self.body.currentWidget() in {self.view, self.empty}:
            self.show_history()

    def _selected(self) -> BatchRow | None:
        row = self.view.currentIndex().row()
        return self.batches.row(row) if 0 <= row < self.batches.rowCount() else None

    def _on_batch_activated(self, index: QModelIndex) -> None:
        batch = self.batches.row(index.row())
        if batch.status is BatchStatus.DRAFT:
            self._resume(batch)
        else:
            self._kit.tasks.start(self._open(batch))

    async def _open(self, batch: BatchRow, *, undo: bool = False) -> None:
        result = await self._source.result(batch.id)
        if self.queue.running or self.wizard.active:
            return  # the page was taken meanwhile
        self.result.clear()
        self.result.add(ImportOutcome(batch.file, result))
        self.body.setCurrentWidget(self.result)
        if undo:
            await self._ask_undo(batch.id)

    async def _discard(self, batch: BatchRow) -> None:
        await self._source.discard(batch.id)
        self._kit.notifier.info(f"The draft of {batch.file} is discarded.")
        self.mark_stale()

    async def _show_rows(self, result: ImportResult) -> None:
        if result.batch_id is not None:
            plan = await self._source.plan(result.batch_id)
            self.rows.show_batch(plan, result)
            self.body.setCurrentWidget(self.rows)

    # -- undo and redo -------------------------------------------------------------------------

    async def _ask_undo(self, batch_id: int) -> None:
        report = await self._source.undo_preview(batch_id)
        self.result.undo_panel.ask(report)

    async def _undo(self, batch_id: int) -> None:
        try:
            report = await self._source.undo(batch_id)
        except UserError:
            self.result.undo_panel.hide()
            raise
        result = await self._source.result(batch_id)
        self.result.clear()
        self.result.add(ImportOutcome(result.file, result))
        self.result.undo_panel.tell(report)
        self.mark_stale()

    def _redo(self, batch_id: int, file: str) -> None:
        self.result.clear()
        self.queue.add([ImportRequest(file, action=ImportAction.REDO, batch_id=batch_id)])

    # -- wizard --------------------------------------------------------------------------------

    def _review(self, path: str) -> None:
        if self.wizard.active:
            self._for_wizard.append(path)
            self.wizard.show_waiting(len(self._for_wizard))
        else:
            self.body.setCurrentWidget(self.wizard)
            self.wizard.open_file(path)

    def _resume(self, batch: BatchRow) -> None:
        if not self.wizard.active:
            self.body.setCurrentWidget(self.wizard)
            self.wizard.open_draft(batch.id, batch.file)

    def _on_import_requested(self, request: ImportRequest) -> None:
        if not self.queue.running and not self._for_wizard and not self._result_unseen:
            self.result.clear()
        self.queue.add([request])
        self._leave_wizard()

    def _leave_wizard(self) -> None:
        """To the next file that waits for it, or to what there is to see."""
        if self._for_wizard:
            path = self._for_wizard.popleft()
            self.wizard.show_waiting(len(self._for_wizard))
            self.wizard.open_file(path)
        elif self.queue.running:
            self.running.show_queue(self.queue.waiting)
            self.body.setCurrentWidget(self.running)
        elif self._result_unseen:
            self._show_result()
        else:
            self.show_history()
        self.mark_stale()

    # -- import --------------------------------------------------------------------------------

    def _on_started(self, path: str) -> None:
        self.running.start(path)
        self.running.show_queue(self.queue.waiting)
        if not self.wizard.active:
            self.body.setCurrentWidget(self.running)

    def _on_finished(self, outcome: ImportOutcome) -> None:
        self.result.add(outcome)
        self.mark_stale()
        if self.wizard.active:
            self._result_unseen = True
            self._kit.notifier.info(f"{outcome.name} is done; its result follows this file.")
        elif not self.queue.waiting:
            self._show_result()

    def _show_result(self) -> None:
        self._result_unseen = False
        self.body.setCurrentWidget(self.result)

    # -- rejected rows -------------------------------------------------------------------------

    def _choose_target(self, result: ImportResult) -> None:
        stem = Path(result.file).stem
        dialog = QFileDialog(self, "Save rejected rows", f"{stem}-rejected.csv", "CSV (*.csv)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(lambda path: self.save_rejected(result, Path(path)))
        dialog.open()

    def save_rejected(self, result: ImportResult, path: Path) -> None:
        if result.batch_id is not None:
            self._kit.tasks.start(self._save_rejected(result.batch_id, path))

    async def _save_rejected(self, batch_id: int, path: Path) -> None:
        saved = await self._source.save_rejected(batch_id, path)
        rows = "row" if saved == 1 else "rows"
        count = self._kit.formatter.count(saved)
        self._kit.notifier.success(f"Saved {count} rejected {rows} to {path}.")
