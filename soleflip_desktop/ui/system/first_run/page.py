"""The page of a first start: two questions, and what to begin with."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.preferences import Begin, StartStage
from soleflip_desktop.ui.common.icons import IconSet
from soleflip_desktop.ui.common.labels import label, set_role
from soleflip_desktop.ui.common.starting_page import STAGE_WORDS
from soleflip_desktop.ui.system.first_run.tile import Tile
from soleflip_desktop.ui.system.preferences.region_form import RegionForm

_WIDTH, _ICON_SIZE, _STATE_ICON = 680, 40, 18
_INTRO = "Two answers, and you can begin. Both can be changed later under Preferences ({keys})."
_INTRO_ONE = "One answer, and you can begin. It can be changed later under Preferences ({keys})."
_FOLLOWS = "What you chose follows by itself."
_TILES = (
    (
        *(Begin.IMPORT, "imports", "&Import a file…"),
        "A sales report, purchases or a list. You see what it would do before it does it.",
    ),
    (
        *(Begin.SAMPLE, "sneaker", "Try with &sample data"),
        "A small sales report to look around with. One click takes it out again.",
    ),
    (
        *(Begin.ACCOUNT, "accounts", "&Connect an account"),
        "StockX, eBay or alias / GOAT: orders and listings are kept true by themselves.",
    ),
    (
        *(Begin.EMPTY, "inventory", "Start &empty"),
        "Enter units by hand, paste them from a spreadsheet, or import later.",
    ),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What there is to ask: of a shared database somebody else may have answered the rest."""

    currency: bool = True
    begin: bool = True


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered; `currency` is None where it was not asked."""

    region: str
    currency: str | None
    begin: Begin


class FirstRunPage(QWidget):
    """Takes answers while the database is being made; they count once it is up.

    Signals:
        answered: `answers` are there; they may still change until the page goes.
        retry_requested: "Try again".
    """

    answered = Signal()
    retry_requested = Signal()

    def __init__(self, icons: IconSet, asked: Asked, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asked, self._begin = asked, None if asked.begin else Begin.EMPTY
        self._agreed = self._ready = False
        self.form = RegionForm(self, currency=asked.currency)
        self.tiles: dict[Begin, Tile] = {}
        self.go_on = QPushButton("C&ontinue", self)
        self.go_on.setProperty("role", "primary")
        self.go_on.setAutoDefault(True)
        self.go_on.clicked.connect(self._on_continue)
        self.retry = QPushButton("&Try again", self)
        self.retry.setProperty("role", "primary")
        self.retry.clicked.connect(self._on_retry)
        self._icon = QLabel(self)
        icons.follow_label(self._icon, "check", _STATE_ICON, "good")
        self._state = label("", "muted", wrap=True)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Preparing the database")
        self._lay_out(icons)
        self.show_stage(StartStage.STARTING)

    @property
    def answers(self) -> Answers | None:
        """None until something to begin with was chosen."""
        if not self.form.filled or not self._agreed or self._begin is None:
            return None
        return Answers(self.form.region, self.form.currency, self._begin)

    @property
    def state_text(self) -> str:
        return self._state.text()

    def show_stage(self, stage: StartStage) -> None:
        self._say(f"Preparing the database, once: {STAGE_WORDS[stage]}…")

    def show_ready(self) -> None:
        self._ready = True
        self._say("The database is ready.")

    def show_error(self, text: str) -> None:
        """The database did not come up: why, and what to do."""
        self._say(text, failed=True)
        self.retry.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- answering -----------------------------------------------------------------------------

    def _on_tile(self, begin: Begin) -> None:
        self._begin = begin
        for each, tile in self.tiles.items():
            tile.setChecked(each is begin)
        self._on_continue()

    def _on_continue(self) -> None:
        self._agreed = True
        self._refresh_state()
        if self.answers is not None:
            self.answered.emit()

    def _on_retry(self) -> None:
        self.show_stage(StartStage.STARTING)
        self.retry_requested.emit()

    # -- looks ---------------------------------------------------------------------------------

    def _say(self, text: str, *, failed: bool = False) -> None:
        self._text, self._failed = text, failed
        self._refresh_state()

    def _refresh_state(self) -> None:
        waiting = self._agreed and not self._ready and not self._failed
        self._state.setText(f"{self._text} {_FOLLOWS}" if waiting else self._text)
        set_role(self._state, "bad" if self._failed else "muted")
        self._bar.setVisible(not self._ready and not self._failed)
        self._icon.setVisible(self._ready)
        self.retry.setVisible(self._failed)

    def _lay_out(self, icons: IconSet) -> None:
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addLayout(self._head(icons))
        card = QFrame(body)
        card.setProperty("role", "card")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(20, 16, 20, 16)
        inner.addWidget(self.form)
        column.addWidget(card)
        if self._asked.begin:
            column.addSpacing(4)
            column.addWidget(label("How would you like to begin?", "section"))
            column.addLayout(self._grid(icons))
            self.go_on.hide()
        else:
            column.addWidget(self.go_on, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(self._foot())
        body.setFixedWidth(_WIDTH)
        middle = QWidget(self)
        around = QVBoxLayout(middle)
        around.addStretch(2)
        around.addWidget(body, 0, Qt.AlignmentFlag.AlignHCenter)
        around.addStretch(3)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(middle)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)

    def _head(self, icons: IconSet) -> QHBoxLayout:
        picture = QLabel(self)
        icons.follow_label(picture, "sneaker", _ICON_SIZE, "accent")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label("Welcome to SoleFlip Desktop", "title"))
        keys = QKeySequence("Ctrl+,").toString(QKeySequence.SequenceFormat.NativeText)
        intro = (_INTRO if self._asked.currency else _INTRO_ONE).format(keys=keys)
        words.addWidget(label(intro, "muted", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row

    def _grid(self, icons: IconSet) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(12)
        for number, (begin, icon, title, sentence) in enumerate(_TILES):
            tile = Tile(icon, title, sentence, icons, self)
            tile.clicked.connect(lambda _checked=False, chosen=begin: self._on_tile(chosen))
            grid.addWidget(tile, number // 2, number % 2)
            self.tiles[begin] = tile
        for each in (0, 1):
            grid.setColumnStretch(each, 1)
        return grid

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        self._bar.setFixedWidth(96)
        row.addWidget(self._bar)
        row.addWidget(self._icon)
        row.addWidget(self._state, 1)
        row.addWidget(self.retry)
        return row
