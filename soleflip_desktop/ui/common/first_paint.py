"""The moment at which a window shows something: what can wait waits for it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from soleflip_desktop.settings.start_marks import mark


class FirstPaint(QObject):
    """Watches a window from before it is shown.

    Signals:
        painted: it is, with everything in it.
    """

    painted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            QTimer.singleShot(0, self._on_painted)  # its children are painted in the same turn
        return False

    def _on_painted(self) -> None:
        mark("first paint")
        self.painted.emit()
