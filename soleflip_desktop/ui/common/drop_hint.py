"""The veil over the window while files are dragged across it."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

IMPORTABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".gz")


def dropped_files(data: QMimeData) -> list[str]:
    """The local files in a drag that an import may take, in the order of the drag."""
    paths = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if path.casefold().endswith(IMPORTABLE_SUFFIXES)]


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
