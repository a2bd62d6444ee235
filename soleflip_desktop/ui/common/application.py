"""The application object: it hears of files that macOS opens with the app."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class DesktopApplication(QApplication):
    """macOS names files in events, not on the command line; such an event is for this object.

    An event filter would see the events of all widgets, and slow each of them down.

    Signals:
        files_opened(list): paths, perhaps before there is a window.
    """

    files_opened = Signal(list)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            self.files_opened.emit([event.file()])
            return True
        return super().event(event)
