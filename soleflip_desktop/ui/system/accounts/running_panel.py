"""A sync under way: what it does, how far it is, and the button that stops it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from soleflip_desktop.domain.sync import SyncProgress
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.sync_words import progress_words
from soleflip_desktop.ui.system.accounts.words import figures_words

#: A bar counts in int32, so it counts in parts.
_PARTS = 1000


class RunningPanel(QFrame):
    """Hidden while nothing runs.

    Signals:
        cancel_requested: "Cancel".
    """

    cancel_requested = Signal()

    def __init__(self, formatter: Formatter, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._formatter = formatter
        self._account_id: int | None = None
        self.headline = label("", "section")
        self.words = label("", "muted", wrap=True)
        self.figures = label("", "muted", wrap=True)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Sync progress")
        self.cancel = QPushButton("Cance&l", self)
        self.cancel.setToolTip("Ends the sync at the next safe point; what is stored stays")
        self.cancel.clicked.connect(self._on_cancel)
        top = QHBoxLayout()
        top.addWidget(self.headline, 1)
        top.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 12, 12)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addWidget(self.bar)
        layout.addWidget(self.words)
        layout.addWidget(self.figures)
        self.hide()

    def show_progress(self, progress: SyncProgress | None) -> None:
        """None: nothing runs (any more)."""
        self.setVisible(progress is not None)
        account_id = None if progress is None else progress.account_id
        if account_id != self._account_id:
            self._account_id = account_id
            self.cancel.setEnabled(True)
        if progress is None:
            return
        words = progress_words(progress, self._formatter)
        self.headline.setText(f"Syncing {words}")
        if self.cancel.isEnabled():
            self.words.setText(progress.words)
        self.figures.setText(figures_words(progress.counts, progress.kind, self._formatter))
        total = progress.total or 0
        self.bar.setRange(0, _PARTS if total else 0)
        if total:
            self.bar.setValue(min(_PARTS, _PARTS * progress.counts.fetched // total))

    def _on_cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.words.setText("Cancelling… what is stored by then stays.")
        self.cancel_requested.emit()
