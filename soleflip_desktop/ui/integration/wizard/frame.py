"""What stands around the steps: the list of them on the left, the buttons below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.integration.wizard.draft import (
    STEPS,
    ImportDraft,
    Step,
    blocked,
    importable,
    reachable,
    rows_to_write,
)
from soleflip_desktop.ui.integration.wizard.words import STEP_WORDS, rows_words

_WIDTH = 176
_BUSY_WIDTH = 140


class StepList(QFrame):
    """The steps; those done have a tick, one that waits for an answer a warning sign.

    Signals:
        chosen(Step): the person wants to go there.
    """

    chosen = Signal(object)

    def __init__(self, kit: UiKit, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("wizard_side")
        self.setFixedWidth(_WIDTH)
        self._kit = kit
        self.file = label("", "section", wrap=True)
        self.list = QListWidget(self)
        self.list.setObjectName("wizard_steps")
        self.list.setAccessibleName("Steps of the import")
        for number, step in enumerate(STEPS, start=1):
            self.list.addItem(QListWidgetItem(f"{number}   {STEP_WORDS[step]}"))
        self.list.itemClicked.connect(self._on_chosen)
        self.list.itemActivated.connect(self._on_chosen)
        self.waiting = label("", "muted", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 18, 8, 12)
        layout.setSpacing(10)
        layout.addWidget(self.file)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.waiting)

    def show_draft(self, draft: ImportDraft | None, step: Step, *, busy: bool) -> None:
        for number, each in enumerate(STEPS):
            item = self.list.item(number)
            usable = not busy and draft is not None and reachable(draft, each)
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            item.setFlags(flags if usable or each is step else Qt.ItemFlag.NoItemFlags)
            sign = "" if draft is None else _sign(draft, each, step)
            item.setIcon(self._kit.icons.icon(*_ICONS[sign]))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{STEP_WORDS[each]} {sign}".strip())
        self.list.setCurrentRow(STEPS.index(step))

    def _on_chosen(self, item: QListWidgetItem) -> None:
        if item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.chosen.emit(STEPS[self.list.row(item)])


_ICONS = {
    "": ("step", "faint"),
    "done": ("check", "good"),
    "has a question": ("warning", "warning"),
}


def _sign(draft: ImportDraft, step: Step, current: Step) -> str:
    if blocked(draft, step):
        return "has a question"
    done = step in draft.visited or STEPS.index(step) < STEPS.index(current)
    return "done" if done and step is not current else ""


class ButtonBar(QFrame):
    """Profile, what is going on, and Back, Next, Import now, Close.

    Signals:
        back_requested, next_requested, import_requested, close_requested: the buttons.
    """

    back_requested = Signal()
    next_requested = Signal()
    import_requested = Signal()
    close_requested = Signal()

    def __init__(self, kit: UiKit, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("wizard_buttons")
        self._kit = kit
        self.profile = QPushButton("P&rofile", self)
        self.busy = QProgressBar(self)
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedWidth(_BUSY_WIDTH)
        self.state = label("", "muted", wrap=True)
        self.close_button = QPushButton("&Close", self)
        self.back = QPushButton("&Back", self)
        self.import_now = QPushButton("I&mport now", self)
        self.next = QPushButton("&Next", self)
        self.close_button.clicked.connect(self.close_requested)
        self.back.clicked.connect(self.back_requested)
        self.import_now.clicked.connect(self.import_requested)
        self.next.clicked.connect(self.next_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 10, 20, 10)
        layout.setSpacing(8)
        for widget in (self.profile, self.busy):
            layout.addWidget(widget)
        layout.addWidget(self.state, 1)
        for button in (self.close_button, self.back, self.next, self.import_now):
            layout.addWidget(button)

    @property
    def primary(self) -> QPushButton:
        """The button that Enter stands for."""
        return self.import_now if self.import_now.property("role") == "primary" else self.next

    def show_busy(self, words: str) -> None:
        self.state.setText(words)
        self.busy.setVisible(bool(words))
        self.busy.setAccessibleName(words)

    def show_draft(self, draft: ImportDraft | None, step: Step, *, busy: bool) -> None:
        apart = step is Step.CHECK  # which shows its own progress
        self.busy.setVisible(busy and not apart)
        self.profile.setEnabled(draft is not None and draft.sketch is not None and not busy)
        reason = "" if draft is None else blocked(draft, step)
        if apart or not busy:
            self.state.setText("")
        earlier = STEPS[: STEPS.index(step)]
        can_go_back = draft is not None and any(reachable(draft, each) for each in earlier)
        self.back.setEnabled(can_go_back)
        ready = draft is not None and draft.plan is not None and not busy
        self.next.setEnabled(ready and not reason)
        self.next.setToolTip(reason)
        self.next.setText(_next_words(draft, step, self._kit))
        certain = step is Step.FILE and draft is not None and draft.certain
        early = step not in {Step.CHECK, Step.REVIEW}
        self.import_now.setVisible(early)
        self.import_now.setEnabled(ready and draft is not None and importable(draft))
        _make_primary(self.import_now, primary=certain)
        _make_primary(self.next, primary=not certain)


def _next_words(draft: ImportDraft | None, step: Step, kit: UiKit) -> str:
    if draft is None:
        return "&Next"
    if step is Step.FILE and draft.certain:
        return "Revie&w first"
    if step is Step.CHECK and draft.needs_check and not draft.only_ticks_changed:
        return "Check agai&n" if draft.result is not None else "Check &now"
    if step is Step.CHECK and draft.needs_check and draft.only_ticks_changed:
        return "&Next"
    if step is Step.REVIEW:
        rows = rows_to_write(draft)
        return f"&Import {rows_words(rows, kit.formatter.count(rows))}"
    return "&Next"


def _make_primary(button: QPushButton, *, primary: bool) -> None:
    role = "primary" if primary else ""
    if button.property("role") != role:
        button.setProperty("role", role)
        button.style().unpolish(button)
        button.style().polish(button)


def waiting_words(files: int) -> str:
    if not files:
        return ""
    return "1 more file waits" if files == 1 else f"{files} more files wait"
