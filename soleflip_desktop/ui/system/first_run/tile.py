"""A large button that says what it leads to."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from soleflip_desktop.ui.common.icons import IconSet

_ICON_SIZE = 28


class Tile(QPushButton):
    """Icon, title and a sentence. It stays pressed while what it leads to has to wait."""

    def __init__(
        self, icon: str, title: str, sentence: str, icons: IconSet, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "tile")
        self.setCheckable(True)
        self.setAutoDefault(True)  # Enter presses it, as the space bar does
        self.setAccessibleName(title.replace("&", ""))
        self.setAccessibleDescription(sentence)
        self._mnemonic = QLabel(title, self)
        self._mnemonic.setProperty("role", "section")
        self._mnemonic.setBuddy(self)
        words = QLabel(sentence, self)
        words.setProperty("role", "muted")
        words.setWordWrap(True)
        picture = QLabel(self)
        icons.follow_label(picture, icon, _ICON_SIZE, "accent")
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(self._mnemonic)
        column.addWidget(words)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 14, 16, 12)
        row.setSpacing(14)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        for label in (picture, self._mnemonic, words):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:  # noqa: N802  (Qt's name)
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802  (Qt's name)
        layout = self.layout()
        return 0 if layout is None else layout.totalHeightForWidth(width)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return super().sizeHint() if layout is None else layout.totalSizeHint()

    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        return super().minimumSizeHint() if layout is None else layout.totalMinimumSize()
