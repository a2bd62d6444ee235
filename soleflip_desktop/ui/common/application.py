"""The application object: it hears what the system asks of the app, beside its windows."""

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
        if event.type() is QEvent.Type.Quit:
            return self._quit(event)
        return super().event(event)

    def _quit(self, event: QEvent) -> bool:
        """A log-out, or Quit in macOS's Dock: as if somebody closed the window.

        Qt would end the event loop at once, and the server and all that is under way would be left
        behind. A window that stays, as it has a question, stops the log-out.
        """
        self.closeAllWindows()
        event.setAccepted(not any(each.isVisible() for each in self.topLevelWidgets()))
        return True
