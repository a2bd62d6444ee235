"""The check under way: how far it is, and the button that stops it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from soleflip_desktop.domain.integration import ImportPhase, ImportProgress
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.integration.progress_bar import ShareBar

_WORDS = {
    ImportPhase.READING: "Reading and checking rows",
    ImportPhase.MATCHING: "Comparing with what is already there",
    ImportPhase.WRITING: "Keeping the draft",
    ImportPhase.INDEXING: "Keeping the draft",
    ImportPhase.DONE: "Finishing",
}


class CheckPanel(QFrame):
    """Progress of a check.

    Signals:
        cancel_requested: "Cancel check".
    """

    cancel_requested = Signal()

    def __init__(self, kit: UiKit, parent: QWidget) -> None:
        super().__init__(parent)
        self._formatter = kit.formatter
        self.setProperty("role", "card")
        self.phase, self.figures = label("", "section"), label("", "muted")
        self.bar = ShareBar("Progress of the check", self)
        self.cancel = QPushButton("Cancel chec&k", self)
        self.cancel.clicked.connect(self._on_cancel)
        top = QHBoxLayout()
        top.addWidget(self.phase, 1)
        top.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addLayout(top)
        layout.addWidget(self.bar)
        layout.addWidget(self.figures)

    def start(self) -> None:
        self.phase.setText("Starting…")
        self.figures.setText("Nothing is written to your records yet.")
        self.bar.wait()
        self.cancel.setEnabled(True)
        self.show()

    def show_progress(self, progress: ImportProgress) -> None:
        if not self.cancel.isEnabled():
            return
        count = self._formatter.count
        self.phase.setText(_WORDS[progress.phase])
        self.bar.show_share(progress)
        took = self._formatter.duration(progress.seconds)
        self.figures.setText(
            f"{count(progress.rows)} rows so far · {count(progress.rejected)} with errors · {took}"
        )

    def _on_cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.phase.setText("Cancelling…")
        self.cancel_requested.emit()
