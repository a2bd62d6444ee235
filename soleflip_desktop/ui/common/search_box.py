"""The search box: filters while one types, Esc clears, Down goes to the table."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from soleflip_desktop.ui.common.icons import IconSet

DEBOUNCE_MS = 120
_WIDTH = 330


class SearchBox(QLineEdit):
    """A line that waits for a pause in typing.

    Signals:
        search_changed(str): the text, 120 ms after the last key.
        left_downwards: the Down key; the table takes over.
    """

    search_changed = Signal(str)
    left_downwards = Signal()

    def __init__(self, hint: str, icons: IconSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(_WIDTH)
        self.setAcceptDrops(False)  # a dropped file is for the window, not a path to search for
        glass = QAction(self)
        icons.follow(glass, "search", "muted")
        self.addAction(glass, QLineEdit.ActionPosition.LeadingPosition)
        self._timer = QTimer(self, interval=DEBOUNCE_MS, singleShot=True)
        self._timer.timeout.connect(self._announce)
        self.textChanged.connect(lambda _text: self._timer.start())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.left_downwards.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._timer.stop()
            self._announce()
        else:
            super().keyPressEvent(event)

    def _announce(self) -> None:
        self.search_changed.emit(self.text().strip())
