"""An import under way: what it is doing, how far it is, and the button that stops it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.integration import ImportPhase, ImportProgress
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.integration.progress_bar import ShareBar

PHASE_WORDS: dict[ImportPhase, str] = {
    ImportPhase.READING: "Reading and checking rows",
    ImportPhase.MATCHING: "Looking for rows that are already there",
    ImportPhase.WRITING: "Writing orders and units",
    ImportPhase.INDEXING: "Building indexes",
    ImportPhase.DONE: "Finishing",
}


class RunningView(QWidget):
    """Progress of the current file and the names of those that wait.

    Signals:
        cancel_requested: "Cancel import".
    """

    cancel_requested = Signal()

    def __init__(self, kit: UiKit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._formatter = kit.formatter
        self.file = label("", "section")
        self.phase = label("", "muted")
        self.bar = ShareBar("Import progress", self)
        self.octets = label("", "muted")
        self.rows, self.speed, self.elapsed, self.rejected = (label("", "figure") for _ in range(4))
        self.queue = label("", "muted")
        self.cancel = QPushButton("&Cancel import", self)
        self.cancel.clicked.connect(self._on_cancel_clicked)
        self._build()

    def start(self, path: str) -> None:
        self.file.setText(f"Importing {Path(path).name}")
        self.phase.setText("Starting…")
        self.bar.wait()
        self.cancel.setEnabled(True)
        for figure in (self.rows, self.speed, self.elapsed, self.rejected):
            figure.setText("…")
        self.octets.setText("")

    def show_progress(self, progress: ImportProgress) -> None:
        formatter = self._formatter
        if self.cancel.isEnabled():
            self.phase.setText(PHASE_WORDS[progress.phase])
        self.bar.show_share(progress)
        self.rows.setText(formatter.count(progress.rows))
        per_second = progress.rows / progress.seconds if progress.seconds > 0 else 0
        self.speed.setText(formatter.count(round(per_second)))
        self.elapsed.setText(formatter.duration(progress.seconds))
        self.rejected.setText(formatter.count(progress.rejected))
        self.octets.setText(
            f"{formatter.size(progress.bytes_done)} of {formatter.size(progress.bytes_total)}"
        )

    def show_queue(self, waiting: Sequence[str]) -> None:
        names = ", ".join(Path(path).name for path in waiting)
        self.queue.setText(f"Next: {names}" if names else "")

    def _on_cancel_clicked(self) -> None:
        self.cancel.setEnabled(False)
        self.phase.setText("Cancelling… nothing of this file will stay.")
        self.cancel_requested.emit()

    def _build(self) -> None:
        card = QFrame(self)
        card.setProperty("role", "card")
        card.setMaximumWidth(860)
        inner = QVBoxLayout(card)
        inner.setContentsMargins(24, 20, 24, 20)
        inner.setSpacing(8)
        state = QHBoxLayout()
        state.addWidget(self.phase, 1)
        state.addWidget(self.octets)
        inner.addWidget(self.file)
        inner.addLayout(state)
        inner.addWidget(self.bar)
        inner.addSpacing(8)
        inner.addLayout(self._figures())
        inner.addSpacing(8)
        bottom = QHBoxLayout()
        bottom.addWidget(self.queue, 1)
        bottom.addWidget(self.cancel)
        inner.addLayout(bottom)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 0, 20, 20)
        layout.addWidget(card, 1, Qt.AlignmentFlag.AlignTop)
        layout.addStretch(0)

    def _figures(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(0)
        pairs = (
            ("Rows so far", self.rows),
            ("Rows per second", self.speed),
            ("Elapsed", self.elapsed),
            ("Rejected so far", self.rejected),
        )
        for column, (words, figure) in enumerate(pairs):
            grid.addWidget(figure, 0, column)
            grid.addWidget(label(words, "muted"), 1, column)
            grid.setColumnStretch(column, 1)
        return grid
