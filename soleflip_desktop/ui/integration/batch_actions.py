"""What can be done with an import of the history: by context menu, or the button above it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton

from soleflip_desktop.domain.integration import BatchRow, BatchStatus
from soleflip_desktop.ui.common.table_view import TableView


class BatchActions(QObject):
    """Resume, discard, undo and redo, each enabled where the selected import allows it.

    Signals:
        resume_requested, discard_requested, undo_requested, redo_requested(BatchRow)
    """

    resume_requested = Signal(object)
    discard_requested = Signal(object)
    undo_requested = Signal(object)
    redo_requested = Signal(object)

    def __init__(
        self, view: TableView, selected: Callable[[], BatchRow | None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._selected = selected
        self.button = QPushButton("Selected i&mport")
        self.menu = QMenu(self.button)
        self.button.setMenu(self.menu)
        signals = (
            ("&Resume…", self.resume_requested, BatchStatus.DRAFT),
            ("&Discard draft", self.discard_requested, BatchStatus.DRAFT),
            ("&Undo import…", self.undo_requested, BatchStatus.COMPLETED),
            ("R&edo import", self.redo_requested, BatchStatus.UNDONE),
        )
        self._actions: list[tuple[QAction, BatchStatus]] = []
        for text, signal, status in signals:
            action = self.menu.addAction(text)
            action.triggered.connect(lambda _checked=False, told=signal: self._tell(told.emit))
            view.addAction(action)
            self._actions.append((action, status))
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        view.selectionModel().currentRowChanged.connect(lambda *_rows: self.refresh())
        self.refresh()

    def refresh(self) -> None:
        """After the selection or the rows changed."""
        batch = self._selected()
        for action, status in self._actions:
            action.setEnabled(batch is not None and batch.status is status)
        self.button.setEnabled(any(action.isEnabled() for action, _status in self._actions))

    def _tell(self, emit: Callable[[BatchRow], None]) -> None:
        batch = self._selected()
        if batch is not None:
            emit(batch)
