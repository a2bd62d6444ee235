"""Imports: the history, the import under way and what the last one did."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.integration import BatchRow, ImportResult
from soleflip_desktop.ui.common.column_memory import ColumnMemory
from soleflip_desktop.ui.common.context import ImportsSource, UiKit
from soleflip_desktop.ui.common.empty_state import EmptyState
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.common.page_header import ErrorBanner, PageHeader
from soleflip_desktop.ui.common.table_view import TableView
from soleflip_desktop.ui.integration.columns import batch_columns
from soleflip_desktop.ui.integration.import_queue import ImportOutcome, ImportQueue
from soleflip_desktop.ui.integration.result_view import ResultView
from soleflip_desktop.ui.integration.running_view import RunningView


class ImportsPage(QWidget):
    """History, running import and result, one at a time.

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
        self, source: ImportsSource, queue: ImportQueue, kit: UiKit, *, sample: bool = False
    ) -> None:
        super().__init__()
        self._source, self.queue, self._kit = source, queue, kit
        self._stale = True
        self.totals = ""
        self.batches: ListTableModel[BatchRow] = ListTableModel(batch_columns(kit.formatter), self)
        self.view = TableView(self.batches, kit.theme, self)
        self.view.setAccessibleName("Import history")
        self.columns = ColumnMemory(self.view, self.batches.columns, kit.settings, "imports")
        self.running = RunningView(kit, self)
        self.result = ResultView(kit, self)
        self.header = PageHeader("Imports", self)
        self.banner = ErrorBanner(kit.icons, self)
        self._build(sample=sample)
        self._connect()

    # -- for the window ------------------------------------------------------------------------

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
        """Queues the files. The results of an earlier go make room."""
        if not self.queue.running:
            self.result.clear()
        self.queue.add(paths)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    # -- building ------------------------------------------------------------------------------

    def _build(self, *, sample: bool) -> None:
        choose = QPushButton("&Import a file…", self)
        choose.setProperty("role", "primary")
        choose.clicked.connect(self.import_requested)
        self.header.add(choose)
        self.empty = EmptyState("imports", self._kit.icons, self)
        self.empty.set_text(
            "Nothing imported yet",
            "SoleFlip recognises the StockX sales report by its columns. Drop a CSV or XLSX file "
            "anywhere on this window, or choose one.",
        )
        first = self.empty.add_button("Import your &first file…", primary=True)
        first.clicked.connect(self.import_requested)
        if sample:
            self.empty.add_button("Import &sample data").clicked.connect(self.sample_requested)
        self.body = QStackedWidget(self)
        for widget in (self.view, self.empty, self.running, self.result):
            self.body.addWidget(widget)
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
        self.result.orders_requested.connect(self.orders_requested)
        self.result.import_requested.connect(self.import_requested)
        self.result.history_requested.connect(self.show_history)
        self.result.save_requested.connect(self._choose_target)
        self.view.activated.connect(self._on_batch_activated)
        self.banner.retry_requested.connect(self.refresh)

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
        self.batches.set_rows(batches)
        self.header.set_count(self._kit.formatter.count(len(batches)))
        if self.body.currentWidget() in {self.view, self.empty}:
            self.show_history()

    def _on_batch_activated(self, index: QModelIndex) -> None:
        self._kit.tasks.start(self._open_batch(self.batches.row(index.row())))

    async def _open_batch(self, batch: BatchRow) -> None:
        result = await self._source.result(batch.id)
        if self.queue.running:
            return  # the running import took the page meanwhile
        self.result.clear()
        self.result.add(ImportOutcome(batch.file, result))
        self.body.setCurrentWidget(self.result)

    # -- import --------------------------------------------------------------------------------

    def _on_started(self, path: str) -> None:
        self.running.start(path)
        self.running.show_queue(self.queue.waiting)
        self.body.setCurrentWidget(self.running)

    def _on_finished(self, outcome: ImportOutcome) -> None:
        self.result.add(outcome)
        self.mark_stale()
        if not self.queue.waiting:
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
