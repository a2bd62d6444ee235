"""The bar below the table while edits are staged: how many, and what to do with them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.grid.staged_edits import StagedEdits
from soleflip_desktop.ui.common.labels import label, set_role


class ApplyBar(QFrame):
    """Hidden while nothing is staged.

    Signals:
        apply_requested, changes_requested: the buttons; "Revert" works by itself.
    """

    apply_requested = Signal()
    changes_requested = Signal()

    def __init__(self, staged: StagedEdits, kit: UiKit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "message")
        self._staged, self._kit = staged, kit
        self.words = label("", "total")
        self.changes = QPushButton("&Show changes", self)
        self.revert = QPushButton("Re&vert", self)
        self.apply = QPushButton("&Apply", self)
        self.apply.setProperty("role", "primary")
        self.apply.setToolTip("Save the changes (Ctrl+S)")
        self.changes.clicked.connect(self.changes_requested)
        self.revert.clicked.connect(staged.clear)
        self.apply.clicked.connect(self.apply_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 8, 16, 8)
        layout.addWidget(self.words, 1)
        for button in (self.changes, self.revert, self.apply):
            layout.addWidget(button)
        staged.changed.connect(self._refresh)
        self._refresh()

    def set_busy(self, *, busy: bool) -> None:
        for button in (self.revert, self.apply):
            button.setEnabled(not busy)
        if not busy:
            self._refresh()

    def _refresh(self) -> None:
        staged = self._staged
        self.words.setText(staged_words(staged, self._kit))
        set_role(self.words, "bad" if staged.errors else "total")
        self.apply.setEnabled(len(staged) > staged.errors)
        self.setVisible(len(staged) > 0)


def staged_words(staged: StagedEdits, kit: UiKit) -> str:
    """Like "12 changes in 4 units, 2 with errors"."""
    count = kit.formatter.count
    units = len({cell.row_id for cell in staged.cells})
    text = f"{count(len(staged))} change{'' if len(staged) == 1 else 's'} in "
    text += f"{count(units)} unit{'' if units == 1 else 's'}"
    return f"{text}, {count(staged.errors)} with errors" if staged.errors else text
