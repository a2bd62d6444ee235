"""Accounts: which marketplaces are connected, how fresh what they told is, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QPushButton, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.marketplace import MARKETPLACE_NAMES, Marketplace
from soleflip_desktop.domain.sync import AccountOverview
from soleflip_desktop.ui.common.actions import Action, Menu, build
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.empty_state import EmptyState
from soleflip_desktop.ui.common.page_header import ErrorBanner, PageHeader
from soleflip_desktop.ui.common.sync_doors import AccountsSource, SyncControl
from soleflip_desktop.ui.common.sync_signals import SyncSignals
from soleflip_desktop.ui.common.sync_words import number_of, utc_now
from soleflip_desktop.ui.system.accounts.account_actions import AccountActions
from soleflip_desktop.ui.system.accounts.account_detail import AccountDetail
from soleflip_desktop.ui.system.accounts.account_list import AccountList, account_line
from soleflip_desktop.ui.system.accounts.account_work import AccountWork
from soleflip_desktop.ui.system.accounts.connect_dialog import OpenUrl, open_in_browser
from soleflip_desktop.ui.system.accounts.keyring_banner import KeyringBanner

_CHOSEN, _SPLITTER = "accounts/chosen", "accounts/splitter"
_EMPTY = (
    "Connect a marketplace and SoleFlip keeps your orders, listings and market prices up to date "
    "in the background. The log-in stays in this computer's keyring."
)
_EXPORT_TIP = "All accounts and their settings as a file, without passwords, keys or tokens"
#: Ages are words of minutes.
_AGE_MS = 60_000
#: A sync announces its writes several times a second; reading them once is enough.
_QUIET_MS = 1_000


class AccountsPage(QWidget):
    """The list of accounts and the chosen one.

    `window_actions` are for the window's menus: they are of use on every page.

    Signals:
        totals_changed(str): the line for the status bar.
        review_requested, outbox_requested: the user wants to see what waits.
    """

    totals_changed = Signal(str)
    review_requested = Signal()
    outbox_requested = Signal()

    domains = frozenset({Domain.INTEGRATION, Domain.SYSTEM})

    def __init__(
        self,
        accounts: AccountsSource,
        control: SyncControl,
        kit: UiKit,
        *,
        now: Callable[[], datetime] = utc_now,
        open_url: OpenUrl = open_in_browser,
    ) -> None:
        super().__init__()
        self._accounts, self._control, self._kit = accounts, control, kit
        self._now = now
        self._work = AccountWork(accounts, control, kit, self, open_url)
        self._stale = True
        self.totals = ""
        self.overviews: dict[int, AccountOverview] = {}
        self.sync = SyncSignals(control, self)
        self.header = PageHeader("Accounts", self)
        self.banner = ErrorBanner(kit.icons, self)
        self.keyring = KeyringBanner(kit.icons, self)
        self.window_actions = self._build_window_actions()
        self.export = self._built(
            Action("E&xport setup…", self._work.export_setup, tip=_EXPORT_TIP)
        )
        self.actions_of_account = AccountActions(kit.icons, self)
        self.list = AccountList(kit.theme, self)
        self.list.addActions(self.actions_of_account.all)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.detail = AccountDetail(kit, self.actions_of_account, self.export, self)
        self.body = QStackedWidget(self)
        self._build()
        self._connect()
        self._ages = QTimer(self, interval=_AGE_MS)
        self._ages.timeout.connect(self.show_ages)
        self._ages.start()
        self._quiet = QTimer(self, interval=_QUIET_MS, singleShot=True)
        self._quiet.timeout.connect(self.refresh)

    # -- for the window ------------------------------------------------------------------------

    def note_change(self, domains: frozenset[Domain]) -> None:
        if self.domains & domains:
            self.mark_stale()

    def mark_stale(self) -> None:
        self._stale = True
        if self.isVisible() and not self._quiet.isActive():
            self._quiet.start()

    def refresh(self) -> None:
        self._stale = False
        self._kit.tasks.start(self._load())

    def save_state(self) -> None:
        self._kit.settings.setValue(_SPLITTER, self.splitter.saveState())
        self._kit.settings.setValue(_CHOSEN, self.list.account_id or 0)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.keyring.show_problem(self._accounts.keyring_problem())
        if self._stale:
            self.refresh()
        else:
            self.show_ages()

    # -- reading -------------------------------------------------------------------------------

    async def _load(self) -> None:
        try:
            overviews = await self._accounts.overview()
        except UserError as error:
            self.banner.show_error(str(error))
            return
        self.banner.hide()
        self.overviews = {each.account.id: each for each in overviews}
        self.body.setCurrentWidget(self.splitter if overviews else self.empty)
        self.header.set_count(self._kit.formatter.count(len(overviews)))
        self._tell_totals()
        self._show_lines()
        if (kept := self._kit.settings.value(_CHOSEN, 0, int)) in self.overviews:
            self._kit.settings.setValue(_CHOSEN, 0)
            self.list.choose(int(str(kept)))
        self._show_chosen()
        await self._load_log()

    async def _load_log(self) -> None:
        account_id = self.list.account_id
        if account_id is None:
            return
        try:
            runs = await self._accounts.log(account_id)
        except UserError as error:
            self.banner.show_error(str(error))
            return
        if account_id == self.list.account_id:
            self.detail.show_runs(runs)

    # -- showing -------------------------------------------------------------------------------

    @property
    def _known(self) -> tuple[AccountOverview, ...]:
        return tuple(self.overviews.values())

    @property
    def _chosen(self) -> AccountOverview | None:
        return self.overviews.get(self.list.account_id or 0)

    def show_ages(self) -> None:
        """The same facts, older by now: no query."""
        if self.isVisible():
            self._show_lines()
            self._show_chosen()

    def _show_lines(self) -> None:
        now, running = self._now(), self.sync.running
        self.list.show_lines(
            [
                account_line(each, running.get(each.account.id), now, self._kit.formatter)
                for each in self._known
            ]
        )

    def _show_chosen(self) -> None:
        chosen = self._chosen
        if chosen is not None:
            self.detail.show_account(chosen, self._now())
            self._show_progress()

    def _show_progress(self) -> None:
        chosen = self._chosen
        progress = None if chosen is None else self.sync.running.get(chosen.account.id)
        self.actions_of_account.refresh(chosen, running=progress is not None)
        if chosen is not None:
            self.detail.show_progress(chosen, progress)

    def _tell_totals(self) -> None:
        format_ = self._kit.formatter
        to_review = sum(each.to_review for each in self._known)
        waiting = sum(each.waiting for each in self._known)
        parts = [number_of("account", len(self.overviews), format_)] if self.overviews else []
        parts += [f"{format_.count(to_review)} to review"] if to_review else []
        parts += [f"{format_.count(waiting)} waiting in the outbox"] if waiting else []
        self.totals = " · ".join(parts)
        self.totals_changed.emit(self.totals)

    def _on_progressed(self) -> None:
        if self.isVisible():
            self._show_lines()
            self._show_progress()

    def _on_chosen(self, _account_id: int) -> None:
        self.detail.show_runs([])
        self._show_chosen()
        self._kit.tasks.start(self._load_log())

    # -- doing ---------------------------------------------------------------------------------

    def sync_all(self) -> None:
        self._kit.tasks.start(self._work.sync_all())

    def connect_account(self, marketplace: Marketplace = Marketplace.STOCKX) -> None:
        self._work.connect_account(marketplace, [each.account for each in self._known])

    async def _begin(self, account_id: int) -> None:
        """A new account appears and is synced at once."""
        await self._load()
        self.list.choose(account_id)
        known = self.overviews.get(account_id)
        if known is not None:
            self._work.begin(known.account)

    # -- building ------------------------------------------------------------------------------

    def _build_window_actions(self) -> tuple[QAction, ...]:
        sync = Action(
            "S&ync all accounts now", self.sync_all, "Ctrl+Shift+Y", tip="Sync all accounts now"
        )
        connect = Action("&Connect account…", self.connect_account)
        return tuple(
            self._built(replace(action, menu=Menu.FILE), own=False) for action in (sync, connect)
        )

    def _built(self, action: Action, *, own: bool = True) -> QAction:
        built = build(replace(action, menu=Menu.FILE), self, self._kit.icons)
        if own:
            self.addAction(built)
        return built

    def _build(self) -> None:
        sync, connect = self.window_actions
        everything = QPushButton("Sync &all", self)
        everything.setToolTip(sync.toolTip())
        everything.clicked.connect(sync.trigger)
        add = QPushButton("&Connect account…", self)
        add.clicked.connect(connect.trigger)
        self.header.add(everything)
        self.header.add(add)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.list)
        self.splitter.addWidget(self.detail)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([330, 770])
        state = self._kit.settings.value(_SPLITTER)
        if isinstance(state, QByteArray):
            self.splitter.restoreState(state)
        self._build_empty()
        self.body.addWidget(self.splitter)
        self.body.addWidget(self.empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self.header, self.banner, self.keyring):
            layout.addWidget(widget)
        layout.addWidget(self.body, 1)
        self.setFocusProxy(self.list)

    def _build_empty(self) -> None:
        self.empty = EmptyState("accounts", self._kit.icons, self)
        self.empty.set_text("No marketplace is connected", _EMPTY)
        self.connect_buttons: dict[Marketplace, QPushButton] = {}
        for each in Marketplace:
            name = MARKETPLACE_NAMES[each].partition(" ")[0]
            primary = each is Marketplace.STOCKX
            button = self.empty.add_button(f"Connect {name}", primary=primary)
            button.clicked.connect(lambda _checked=False, to=each: self.connect_account(to))
            self.connect_buttons[each] = button

    def _connect(self) -> None:
        self.banner.retry_requested.connect(self.refresh)
        self.list.chosen.connect(self._on_chosen)
        self.sync.progressed.connect(self._on_progressed)
        self.sync.ended.connect(lambda _report: self.mark_stale())
        self._work.changed.connect(self.refresh)
        self._work.connected.connect(lambda account: self._kit.tasks.start(self._begin(account)))
        self._work.serve(self.actions_of_account)
        detail = self.detail
        detail.cancel_requested.connect(lambda: self._control.cancel(self.list.account_id or 0))
        detail.review_requested.connect(self.review_requested)
        detail.outbox_requested.connect(self.outbox_requested)
