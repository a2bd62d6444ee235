"""Files that are dropped on the window, and the veil over it while they are dragged across."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from soleflip_desktop.domain.file_kinds import can_be_opened


def dropped_files(data: QMimeData) -> list[str]:
    """The local files in a drag that the app can open, in the order of the drag."""
    paths = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if can_be_opened(path)]


class DropHint(QWidget):
    """Covers its parent and says what dropping does. The mouse goes through to the parent."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("drop_hint")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._label = QLabel(self)
        self._label.setProperty("role", "title")
        layout = QVBoxLayout(self)
        layout.addWidget(self._label, 0, Qt.AlignmentFlag.AlignCenter)
        self.hide()

    def cover(self, files: int) -> None:
        self._label.setText("Drop to import" if files == 1 else f"Drop to import {files} files")
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.raise_()
        self.show()


class FileDrops(QObject):
    """Takes what is dropped on a window, as soon as it is `ready` for it.

    Signals:
        dropped(list): paths of files that the app can open.
    """

    dropped = Signal(list)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.ready = False
        self.hint = DropHint(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DragLeave:
            self.hint.hide()
        elif isinstance(event, QDropEvent):  # and what is one: entering and moving
            self._on_drag(event)
        return super().eventFilter(watched, event)

    def _on_drag(self, event: QDropEvent) -> None:
        files = dropped_files(event.mimeData()) if self.ready else []
        if not files:
            return
        event.acceptProposedAction()
        if event.type() == QEvent.Type.DragEnter:
            self.hint.cover(len(files))
        elif event.type() == QEvent.Type.Drop:
            self.hint.hide()
            self.dropped.emit(files)
