"""What a page shows instead of nothing: why it is empty, and the one thing to do about it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from soleflip_desktop.ui.common.icons import IconSet

_ICON_SIZE = 56
_TEXT_WIDTH = 460


class EmptyState(QWidget):
    """Icon, title, sentence and buttons in the middle of the page."""

    def __init__(self, icon: str, icons: IconSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        picture = QLabel(self)
        icons.follow_label(picture, icon, _ICON_SIZE, "faint")
        self._title = QLabel(self)
        self._title.setProperty("role", "title")
        self._sentence = QLabel(self)
        self._sentence.setProperty("role", "muted")
        self._sentence.setWordWrap(True)
        self._sentence.setFixedWidth(_TEXT_WIDTH)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(10)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addStretch(2)
        for label in (picture, self._title, self._sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(8)
        row = QHBoxLayout()
        row.addStretch()
        row.addLayout(self._buttons)
        row.addStretch()
        layout.addLayout(row)
        layout.addStretch(3)

    @property
    def title(self) -> str:
        return self._title.text()

    def set_text(self, title: str, sentence: str) -> None:
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        # A centred item of a box layout is not given the height its wrapped text needs.
        self._sentence.setFixedHeight(max(0, self._sentence.heightForWidth(_TEXT_WIDTH)))

    def add_button(self, text: str, *, primary: bool = False) -> QPushButton:
        button = QPushButton(text, self)
        if primary:
            button.setProperty("role", "primary")
        self._buttons.addWidget(button)
        return button
