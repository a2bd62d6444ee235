"""What can be done with the chosen account: by button, menu bar, context menu and palette."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from soleflip_desktop.domain.sync import AccountOverview, SyncKind, SyncRequest
from soleflip_desktop.ui.common.actions import REASON_PROPERTY, Action, Menu, build
from soleflip_desktop.ui.common.icons import IconSet
from soleflip_desktop.ui.common.sync_words import KIND_WORDS
from soleflip_desktop.ui.system.accounts.words import LOGIN_STATES

_FULL_TIP = "Reads everything again, not just what changed since the last time"


class AccountActions(QObject):
    """The actions of one account, each enabled where the account allows it.

    Signals:
        sync_requested(SyncRequest)
        connect_requested, settings_requested, pause_requested, disconnect_requested(Account)
    """

    sync_requested = Signal(object)
    connect_requested = Signal(object)
    settings_requested = Signal(object)
    pause_requested = Signal(object)
    disconnect_requested = Signal(object)

    def __init__(self, icons: IconSet, page: QWidget) -> None:
        super().__init__(page)
        self._overview: AccountOverview | None = None
        self._icons, self._page = icons, page
        self.sync = self._add("Sync this account &now", self._sync)
        self.full = self._add("&Full sync", lambda: self._sync(full=True), _FULL_TIP)
        self.only: dict[SyncKind, QAction] = {}
        for kind in (SyncKind.ORDERS, SyncKind.LISTINGS, SyncKind.MARKET):
            self.only[kind] = self._add_only(kind)
        self.pause = self._add("&Pause sync", lambda: self._tell(self.pause_requested.emit))
        self.settings = self._add(
            "Account &settings…", lambda: self._tell(self.settings_requested.emit)
        )
        self.connect_again = self._add(
            "Connect a&gain…", lambda: self._tell(self.connect_requested.emit)
        )
        self.disconnect_account = self._add(
            "&Disconnect…", lambda: self._tell(self.disconnect_requested.emit)
        )
        self.refresh(None, running=False)

    def refresh(self, overview: AccountOverview | None, *, running: bool) -> None:
        """After another account was chosen, or this one stands differently."""
        self._overview = overview
        syncing = (self.sync, self.full, *self.only.values())
        for action in self.all:
            if action not in syncing:
                action.setEnabled(overview is not None)
        paused = overview is not None and not overview.account.active
        self.pause.setText("&Resume sync" if paused else "&Pause sync")
        reason = self._reason(overview, running=running)
        for action in syncing:
            action.setProperty(REASON_PROPERTY, reason)
            action.setEnabled(not reason)
            action.setWhatsThis(reason)  # a property by itself tells nobody that it changed

    @property
    def all(self) -> tuple[QAction, ...]:
        return (
            *(self.sync, self.full, *self.only.values(), self.pause),
            *(self.settings, self.connect_again, self.disconnect_account),
        )

    def more_menu(self, parent: QWidget, *others: QAction) -> QMenu:
        """What has no button of its own."""
        menu = QMenu(parent)
        menu.setToolTipsVisible(True)
        menu.addActions([self.full, *self.only.values()])
        menu.addSeparator()
        menu.addActions([self.connect_again, self.disconnect_account])
        menu.addSeparator()
        menu.addActions(others)
        return menu

    def _reason(self, overview: AccountOverview | None, *, running: bool) -> str:
        """Why the account cannot be synced now; empty where it can."""
        if overview is None:
            return "Choose an account first."
        if not overview.account.active:
            return "This account is paused: choose Resume first."
        if overview.state in LOGIN_STATES:
            return "This account needs a log-in: choose Connect again."
        return "This account is being synced already." if running else ""

    def _sync(self, *, kinds: tuple[SyncKind, ...] = (), full: bool = False) -> None:
        if self._overview is not None:
            account = self._overview.account
            request = SyncRequest(account.id, kinds or account.settings.kinds, full)
            self.sync_requested.emit(request)

    def _tell(self, emit: Callable[[object], None]) -> None:
        if self._overview is not None:
            emit(self._overview.account)

    def _add_only(self, kind: SyncKind) -> QAction:
        text = f"Sync only {KIND_WORDS[kind].lower()}"
        return self._add(text, lambda: self._sync(kinds=(kind,)))

    def _add(self, text: str, run: Callable[[], None], tip: str = "") -> QAction:
        action = build(Action(text, run, tip=tip, menu=Menu.FILE), self._page, self._icons)
        self._page.addAction(action)
        return action
