"""What all steps of the wizard share."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.integration.wizard.choice_table import Choice
from soleflip_desktop.ui.integration.wizard.draft import ImportDraft


class StepPane(QWidget):
    """One step: shows the draft, and says what the person decided.

    Signals:
        edited(ImportDraft): the draft with a decision more.
    """

    edited = Signal(object)

    def __init__(self, kit: UiKit, title: str, hint: str) -> None:
        super().__init__()
        self.kit = kit
        self.draft: ImportDraft | None = None
        #: Has the focus where the step does not let go on before a decision.
        self.first_focus: QWidget = self
        self.title = label(title, "step_title")
        self.hint = label(hint, "muted", wrap=True)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(24, 16, 20, 12)
        self.body.setSpacing(8)
        self.body.addWidget(self.title)
        self.body.addWidget(self.hint)
        self.hint.setVisible(bool(hint))  # not before it has a parent: it would be a window

    def show_draft(self, draft: ImportDraft) -> None:
        self.draft = draft
        self.fill(draft)

    def fill(self, draft: ImportDraft) -> None:
        """Puts the draft's values on screen."""
        raise NotImplementedError

    def decide(self, draft: ImportDraft) -> None:
        """Shows the decided draft and tells it."""
        self.show_draft(draft)
        self.edited.emit(draft)


class _NoWheel(QObject):
    """Scrolling a page must not change a choice that happens to lie under the mouse."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QWheelEvent) and isinstance(watched, QWidget):
            return not watched.hasFocus()
        return False


def combo(name: str, choices: Sequence[Choice] = (), *, free: bool = False) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.setEditable(free)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.installEventFilter(_NoWheel(made))
    fill_combo(made, choices, None)
    return made


def fill_combo(box: QComboBox, choices: Sequence[Choice], current: str | None) -> None:
    """Only `activated` tells of a person's choice: filling changes the index, too."""
    box.clear()
    for choice in choices:
        box.addItem(choice.text, choice.value)
    at = box.findData(current)
    box.setCurrentIndex(at)
    if at < 0 and box.isEditable():
        box.setEditText(current or "")


def labelled(words: str, widget: QWidget) -> QLayout:
    """A small caption above its field; the mnemonic leads to the field."""
    caption = label(words, "caption")
    caption.setBuddy(widget)
    column = QVBoxLayout()
    column.setSpacing(2)
    column.addWidget(caption)
    column.addWidget(widget)
    return column


def row_of(*parts: QLayout | QWidget, stretch: bool = True) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    for part in parts:
        if isinstance(part, QWidget):
            row.addWidget(part)
        else:
            row.addLayout(part)
    if stretch:
        row.addStretch(1)
    return row
