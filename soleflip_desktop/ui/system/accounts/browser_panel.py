"""The part of a log-in that happens in the browser, and the way back from there."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from soleflip_desktop.domain.marketplace import MARKETPLACE_NAMES, Marketplace
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.system.accounts.login_fields import TokenLine

_READY = "Your browser opens for the log-in at {name}. SoleFlip never sees your password there."
_WAITING = "○ Waiting for your browser… Log in at {name} and allow the access there."
_PASTE = "Connect starts a new log-in. Or go on with the one in your browser:"
_CHECKING = "↻ Checking the log-in with {name}…"
_RETURNS = (
    "If the browser ends at a page that cannot be shown, copy its whole address and paste it here:"
)
_ENDS = (
    "{name} cannot come back to SoleFlip by itself: when you have agreed, copy the whole address "
    "of the page that you end at and paste it here:"
)


class BrowserPanel(QFrame):
    """Says whether somebody is waited for; takes the pasted address.

    Signals:
        pasted(str): the address that the browser ended at.
        open_requested: "Open the page again".
    """

    pasted = Signal(str)
    open_requested = Signal()

    def __init__(self, marketplace: Marketplace, parent: QWidget, *, returns: bool) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._name = MARKETPLACE_NAMES[marketplace]
        self.words = label("", wrap=True)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Waiting for the browser")
        self.again = QPushButton("Open the page &again", self)
        self.again.setAutoDefault(False)
        self.again.clicked.connect(self.open_requested)
        self.address = TokenLine(self)
        self.address.setAccessibleName("Address that the browser ended at")
        self.address.setPlaceholderText("https://…?code=…")
        self.use = QPushButton("&Use this address", self)
        self.use.setAutoDefault(False)
        self.use.clicked.connect(self._on_use)
        self.problem = label("", "bad", wrap=True)
        self.problem.hide()
        self.address.textChanged.connect(lambda _text: self.say(""))
        self._build((_RETURNS if returns else _ENDS).format(name=self._name))
        self.rest()

    def rest(self) -> None:
        """Nothing was opened yet; what was pasted belongs to a log-in that is over."""
        self.forget()
        self.say("")
        self._show(_READY, waiting=False, moving=False)

    def wait(self) -> None:
        self._show(_WAITING, waiting=True, moving=True)

    def wait_for_paste(self) -> None:
        """Nobody listens any more: only a pasted address leads on."""
        self._show(_PASTE, waiting=True, moving=False)

    def check(self) -> None:
        self._show(_CHECKING, waiting=False, moving=True)

    def say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def forget(self) -> None:
        """The address holds a code that is as good as a log-in for some minutes."""
        self.address.setText("")

    def _show(self, words: str, *, waiting: bool, moving: bool) -> None:
        self.words.setText(words.format(name=self._name))
        # Out of sight it does not move: an animation keeps the processor awake.
        self.bar.setVisible(moving)
        self.again.setVisible(waiting)
        self.address.setEnabled(waiting)
        self.use.setEnabled(waiting)

    def _on_use(self) -> None:
        address = self.address.text().strip()
        if address:
            self.pasted.emit(address)
        else:
            self.say("Paste the address of the page that the browser ended at.")
            self.address.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self, hint: str) -> None:
        top = QHBoxLayout()
        top.addWidget(self.words, 1)
        top.addWidget(self.again)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.address, 1)
        row.addWidget(self.use)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.bar)
        layout.addWidget(label(hint, "muted", wrap=True))
        layout.addLayout(row)
        layout.addWidget(self.problem)
