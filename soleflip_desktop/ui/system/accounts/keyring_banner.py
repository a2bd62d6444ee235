"""Says, calmly, why log-ins last for this session only."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from soleflip_desktop.ui.common.icons import IconSet
from soleflip_desktop.ui.common.labels import label

_ICON_SIZE = 18


class KeyringBanner(QFrame):
    """Hidden while the keyring works."""

    def __init__(self, icons: IconSet, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "message")
        icon = QLabel(self)
        icons.follow_label(icon, "info", _ICON_SIZE, "info")
        icon.setAccessibleName("Note")
        self.words = label("", wrap=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 8, 16, 8)
        layout.setSpacing(10)
        layout.addWidget(icon)
        layout.addWidget(self.words, 1)
        self.hide()

    def show_problem(self, problem: str | None) -> None:
        self.setVisible(problem is not None)
        self.words.setText(
            ""
            if problem is None
            else f"Accounts work for this session only: after the next start you connect them "
            f"again. {problem}"
        )
