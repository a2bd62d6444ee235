"""The top of a page: its title and count, its tools, and the banner for when reading fails."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from soleflip_desktop.ui.common.icons import IconSet

_ICON_SIZE = 18


class PageHeader(QWidget):
    """Title on the left, tools on the right."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        heading = QLabel(title, self)
        heading.setProperty("role", "title")
        self._count = QLabel("Loading…", self)
        self._count.setProperty("role", "muted")
        self._busy = QLabel("", self)
        self._busy.setProperty("role", "muted")
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(20, 14, 16, 14)
        self._layout.setSpacing(8)
        baseline = Qt.AlignmentFlag.AlignVCenter
        self._layout.addWidget(heading, 0, baseline)
        self._layout.addSpacing(6)
        self._layout.addWidget(self._count, 0, baseline)
        self._layout.addWidget(self._busy, 0, baseline)
        self._layout.addStretch(1)

    @property
    def count_text(self) -> str:
        return self._count.text()

    def add(self, widget: QWidget) -> None:
        self._layout.addWidget(widget)

    def set_count(self, text: str) -> None:
        self._count.setText("" if text == "0" else text)

    def set_busy(self, busy: bool) -> None:  # noqa: FBT001  (a Qt slot)
        waiting_first = self._count.text() == "Loading…"
        self._busy.setText("· updating…" if busy and not waiting_first else "")


class ErrorBanner(QFrame):
    """Says why the rows could not be read. Hidden until then.

    Signals:
        retry_requested: "Try again".
    """

    retry_requested = Signal()

    def __init__(self, icons: IconSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "message")
        self.setProperty("kind", "error")
        icon = QLabel(self)
        icons.follow_label(icon, "warning", _ICON_SIZE, "bad")
        icon.setAccessibleName("Error")
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        retry = QPushButton("&Try again", self)
        retry.clicked.connect(self.retry_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 8, 16, 8)
        layout.setSpacing(10)
        layout.addWidget(icon)
        layout.addWidget(self._text, 1)
        layout.addWidget(retry)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def show_error(self, text: str) -> None:
        self._text.setText(text)
        self.show()
