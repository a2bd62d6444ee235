"""What the last step did, with its undo; stays until the next step or until it is dismissed."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from soleflip_desktop.domain.steps import StepReport
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import label

_REASONS_SHOWN = 3


class ResultBar(QFrame):
    """Hidden until something was done.

    Signals:
        undo_requested: the button.
    """

    undo_requested = Signal()

    def __init__(self, kit: UiKit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "message")
        self.setProperty("kind", "success")
        self._kit = kit
        self.words = label("", wrap=True)
        self.undo = QPushButton("&Undo", self)
        self.undo.clicked.connect(self.undo_requested)
        dismiss = QToolButton(self)
        dismiss.setProperty("role", "flat")
        kit.icons.follow(dismiss, "close", "muted")
        dismiss.setToolTip("Dismiss")
        dismiss.setAccessibleName("Dismiss message")
        dismiss.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 6, 10, 6)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.undo)
        layout.addWidget(dismiss)
        self.hide()

    def tell(self, report: StepReport, verb: str = "Done: ", *, undoable: bool = True) -> None:
        """Like "Done: Set location of 12 units. 3 were left as they are: It was sold. (3)"."""
        done = "Nothing was changed" if report.step is None else f"{verb}{report.step.title}"
        self.words.setText(f"{done}.{kept_words(report, self._kit)}")
        self.undo.setVisible(undoable and report.step is not None)
        self.show()


def kept_words(report: StepReport, kit: UiKit) -> str:
    """What was left alone and why, with the most frequent reasons first."""
    if not report.kept:
        return ""
    count = kit.formatter.count
    reasons = Counter(kept.reason for kept in report.kept).most_common()
    named = " ".join(f"{reason} ({count(number)})" for reason, number in reasons[:_REASONS_SHOWN])
    more = len(reasons) - _REASONS_SHOWN
    if more > 0:
        named += f" And {more} other reason{'' if more == 1 else 's'}."
    verb = "was left as it is" if len(report.kept) == 1 else "were left as they are"
    return f" {count(len(report.kept))} {verb}: {named}"
