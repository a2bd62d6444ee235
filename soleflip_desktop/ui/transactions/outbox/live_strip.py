"""The warning about units that are gone and still offered somewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from soleflip_desktop.domain.outbox import StillLive
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.entry_list import AGES_MS
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.transactions.outbox.words import still_live_text

_ICON_SIZE = 18


class LiveStrip(QFrame):
    """Hidden while every offer of what is gone is confirmed to be ended."""

    def __init__(self, kit: UiKit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._live: Sequence[StillLive] = ()
        self.setProperty("role", "message")
        self.setProperty("kind", "error")
        icon = QLabel(self)
        kit.icons.follow_label(icon, "warning", _ICON_SIZE, "bad")
        icon.setAccessibleName("Warning")
        self.words = label("", wrap=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 8, 16, 8)
        layout.setSpacing(10)
        layout.addWidget(icon)
        layout.addWidget(self.words, 1)
        ages = QTimer(self, interval=AGES_MS)
        ages.timeout.connect(self._show)
        ages.start()
        self.hide()

    def show_units(self, live: Sequence[StillLive]) -> None:
        self._live = live
        self._show()

    def _show(self) -> None:
        self.words.setText(still_live_text(self._live, datetime.now(UTC), self._kit.formatter))
        self.words.setToolTip("\n".join(f"{u.title}: {', '.join(u.platforms)}" for u in self._live))
        self.setVisible(bool(self._live))
