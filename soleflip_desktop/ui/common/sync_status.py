"""The sync in the status bar: how fresh everything is, what runs, and what somebody must see to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QToolButton, QWidget

from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.market import is_stale
from soleflip_desktop.domain.marketplace import MARKETPLACE_NAMES
from soleflip_desktop.domain.outbox import StillLive
from soleflip_desktop.domain.sync import AccountOverview, AccountState
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.sync_doors import SyncDesk
from soleflip_desktop.ui.common.sync_signals import SyncSignals
from soleflip_desktop.ui.common.sync_words import (
    account_title,
    age,
    mirrored_at,
    number_of,
    oldest,
    problem_of,
    progress_words,
    utc_now,
)

#: Ages are words of minutes.
_AGE_MS = 60_000
#: A sync announces its writes several times a second; reading them once is enough.
_QUIET_MS = 1_500
_PARTS, _BAR_WIDTH, _LEAST_WIDTH = 1000, 90, 40


class SyncStatus(QWidget):
    """Hidden until an account is connected.

    Signals:
        accounts_requested, outbox_requested, review_requested: the user wants to see more.
    """

    accounts_requested = Signal()
    outbox_requested = Signal()
    review_requested = Signal()

    domains = frozenset({Domain.INTEGRATION, Domain.SYSTEM, Domain.INVENTORY, Domain.TRANSACTIONS})

    def __init__(
        self, desk: SyncDesk, kit: UiKit, parent: QWidget, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        super().__init__(parent)
        self._desk, self._kit, self._now = desk, kit, now
        self._overviews: dict[int, AccountOverview] = {}
        self.sync = SyncSignals(desk.control, self)
        self.sync.progressed.connect(self._show_activity)
        self.sync.ended.connect(lambda _report: self._ask_later())
        self.still_live = self._button("warning", self.outbox_requested.emit)
        self.problem = self._button("warning", self.accounts_requested.emit)
        self.review = self._button("info", self.review_requested.emit)
        self.activity = self._button(None, self.accounts_requested.emit)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(_BAR_WIDTH)
        self.bar.setAccessibleName("Sync progress")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for widget in (self.still_live, self.problem, self.review, self.bar, self.activity):
            layout.addWidget(widget)
            widget.hide()
        self.hide()
        self._quiet = QTimer(self, interval=_QUIET_MS, singleShot=True)
        self._quiet.timeout.connect(self.refresh)
        self._ages = QTimer(self, interval=_AGE_MS)
        self._ages.timeout.connect(self._show_activity)
        self._ages.start()

    def note_change(self, domains: frozenset[Domain]) -> None:
        if self.domains & domains:
            self._ask_later()

    def refresh(self) -> None:
        self._kit.tasks.start(self._load())

    def _ask_later(self) -> None:
        # Not restarted by later notices: a long burst must not put it off for ever.
        if not self._quiet.isActive():
            self._quiet.start()

    async def _load(self) -> None:
        try:
            overviews = await self._desk.accounts.overview()
            live = await self._desk.outbox.still_live()
            questions = await self._desk.review.count()
        except UserError as error:
            _say(self.problem, "The state of the sync cannot be read", str(error))
            self.setVisible(bool(self._overviews))
            return
        self._overviews = {each.account.id: each for each in overviews}
        self.setVisible(bool(overviews or live or questions))
        self._show_problems()
        _say(self.still_live, *self._live_words(live))
        words = f"{self._kit.formatter.count(questions)} to review" if questions else ""
        _say(self.review, words, "What marketplaces said and somebody has to decide")
        self._show_activity()

    def _show_problems(self) -> None:
        now, overviews = self._now(), list(self._overviews.values())
        # What only the user can mend comes first.
        overviews.sort(key=lambda each: each.state is not AccountState.LOGIN_NEEDED)
        known = [(each, problem_of(each, now)) for each in overviews]
        wrong = [
            f"{MARKETPLACE_NAMES[each.account.marketplace]}: {words}"
            for each, words in known
            if words is not None
        ]
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        _say(self.problem, f"{wrong[0]}{more}" if wrong else "", "\n".join(wrong))

    def _live_words(self, live: Sequence[StillLive]) -> tuple[str, str]:
        """The warning that stays until the marketplace confirmed that the offers have ended."""
        platforms = sorted({name for each in live for name in each.platforms})
        if not live:
            return "", ""
        units = number_of("unit", len(live), self._kit.formatter)
        lines = [f"{each.title}: {', '.join(each.platforms)}" for each in live[:20]]
        return f"Still live on: {', '.join(platforms)} ({units})", "\n".join(lines)

    def _show_activity(self) -> None:
        running = [
            (self._overviews[account_id], progress)
            for account_id, progress in self.sync.running.items()
            if account_id in self._overviews
        ]
        self.bar.setVisible(bool(running))
        if not running:
            _say(self.activity, self._idle_words(), self._ages_in_full())
            return
        overview, progress = running[0]
        title = account_title(overview.account)
        more = f" (and {len(running) - 1} more)" if len(running) > 1 else ""
        words = progress_words(progress, self._kit.formatter)
        _say(self.activity, f"Syncing {title}: {words}{more}", progress.words)
        total = progress.total or 0
        self.bar.setRange(0, _PARTS if total else 0)
        if total:
            self.bar.setValue(min(_PARTS, _PARTS * progress.counts.fetched // total))

    def _idle_words(self) -> str:
        """Of several accounts the one that is oldest: nothing is fresher than it says."""
        found = oldest(self._overviews.values())
        if found is None:
            return "Sync is paused" if self._overviews else ""
        overview, moment = found
        if moment is None:
            return f"Not completely synced yet: {account_title(overview.account)}"
        now = self._now()
        return f"{'Last synced' if is_stale(moment, now) else 'Synced'} {age(moment, now)}"

    def _ages_in_full(self) -> str:
        now = self._now()
        return "\n".join(
            f"{account_title(each.account)}: {age(mirrored_at(each), now)}"
            for each in self._overviews.values()
        )

    def _button(self, icon: str | None, run: Callable[[], None]) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("role", "flat")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setMinimumWidth(_LEAST_WIDTH)  # or long words would keep the window wide
        button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if icon is not None:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self._kit.icons.follow(button, icon, icon)
        button.clicked.connect(run)
        return button


def _say(button: QToolButton, words: str, tip: str) -> None:
    """Empty words hide the button."""
    button.setText(words.replace("&", "&&"))
    button.setToolTip(tip)
    button.setAccessibleName(words)
    button.setVisible(bool(words))
