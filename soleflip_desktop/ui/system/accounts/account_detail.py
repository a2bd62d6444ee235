"""The chosen account: how it stands, what to do, how old each kind is, what is left, its runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from soleflip_desktop.domain.sync import AccountOverview, RunRow, SyncProgress
from soleflip_desktop.ui.common.columns import Tone
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import label, set_role
from soleflip_desktop.ui.common.sync_words import account_title
from soleflip_desktop.ui.system.accounts.account_actions import AccountActions
from soleflip_desktop.ui.system.accounts.kind_lines import KindLines
from soleflip_desktop.ui.system.accounts.quota_bars import QuotaBars
from soleflip_desktop.ui.system.accounts.run_log import RunLog
from soleflip_desktop.ui.system.accounts.running_panel import RunningPanel
from soleflip_desktop.ui.system.accounts.words import LOGIN_STATES, state_sentence, state_words

#: The roles of labels that say a state, by its tone.
_ROLES = {
    Tone.GOOD: "good",
    Tone.BAD: "bad",
    Tone.WARNING: "warning",
    Tone.INFO: "info",
    Tone.MUTED: "muted",
}


class AccountDetail(QScrollArea):
    """The right side of the accounts page.

    Signals:
        cancel_requested: end the job that runs.
        review_requested, outbox_requested: the user wants to see what waits.
    """

    cancel_requested = Signal()
    review_requested = Signal()
    outbox_requested = Signal()

    def __init__(
        self, kit: UiKit, actions: AccountActions, export: QAction, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._formatter = kit.formatter
        self.title = label("", "step_title")
        self.state = label("")
        self.sentence = label("", "muted", wrap=True)
        self.connect_again = _button("Connect a&gain…", actions.connect_again)
        self.connect_again.setProperty("role", "primary")
        self.sync = _button("Sync &now", actions.sync)
        self.sync.setProperty("role", "primary")
        self.pause = _button("&Pause", actions.pause)
        self.settings = _button("Sett&ings…", actions.settings)
        self.more = QPushButton("&More", self)
        self.more.setMenu(actions.more_menu(self.more, export))
        self.review = _chip(self.review_requested.emit)
        self.outbox = _chip(self.outbox_requested.emit)
        self.running = RunningPanel(kit.formatter, self)
        self.running.cancel_requested.connect(self.cancel_requested)
        self.kinds = KindLines(kit.formatter, self)
        self.quotas = QuotaBars(kit.formatter, self)
        self.log = RunLog(kit, self)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Account")
        self.setWidget(self._body())

    def show_account(self, overview: AccountOverview, now: datetime) -> None:
        """Everything but progress and runs; costs no query."""
        self.title.setText(account_title(overview.account))
        self.sentence.setText(state_sentence(overview))
        self.sentence.setVisible(bool(self.sentence.text()))
        needs_login = overview.account.active and overview.state in LOGIN_STATES
        self.connect_again.setVisible(needs_login)
        self.sync.setVisible(not needs_login)
        self.pause.setText("&Pause" if overview.account.active else "Re&sume")
        count = self._formatter.count
        self.review.setText(f"{count(overview.to_review)} to &review")
        self.review.setVisible(overview.to_review > 0)
        self.outbox.setText(f"{count(overview.waiting)} waiting in the outb&ox")
        self.outbox.setVisible(overview.waiting > 0)
        self.kinds.show_kinds(overview, now)
        self.quotas.show_quotas(overview.quotas)

    def show_progress(self, overview: AccountOverview, progress: SyncProgress | None) -> None:
        """None: nothing runs."""
        words, tone = state_words(overview, running=progress is not None)
        self.state.setText(words)
        set_role(self.state, _ROLES[tone])
        self.running.show_progress(progress)

    def show_runs(self, runs: Sequence[RunRow]) -> None:
        self.log.show_runs(runs)

    def _body(self) -> QWidget:
        body = QWidget(self)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.title)
        head.addWidget(self.state)
        head.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.connect_again, self.sync, self.pause, self.settings, self.more):
            buttons.addWidget(button)
        buttons.addStretch(1)
        for chip in (self.review, self.outbox):
            buttons.addWidget(chip)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(20, 14, 20, 16)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(self.sentence)
        layout.addLayout(buttons)
        layout.addWidget(self.running)
        layout.addWidget(self.kinds)
        layout.addWidget(self.quotas)
        layout.addSpacing(4)
        layout.addWidget(self.log, 1)
        return body


def _button(text: str, action: QAction) -> QPushButton:
    """A button for an action; it is enabled with it and says why it is not."""
    button = QPushButton(text)

    def follow() -> None:
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.whatsThis())

    action.changed.connect(follow)
    button.clicked.connect(action.trigger)
    follow()
    return button


def _chip(run: Callable[[], None]) -> QPushButton:
    button = QPushButton()
    button.setProperty("role", "chip")
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.clicked.connect(run)
    return button
