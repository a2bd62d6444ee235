"""What the accounts page does with accounts: its dialogs, and what follows from their answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.sync import Account, SyncRequest
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.sync_doors import AccountsSource, SyncControl
from soleflip_desktop.ui.common.sync_words import account_title
from soleflip_desktop.ui.system.accounts.account_actions import AccountActions
from soleflip_desktop.ui.system.accounts.connect_dialog import ConnectDialog, OpenUrl
from soleflip_desktop.ui.system.accounts.dialogs import ask_to_disconnect, ask_where_to_export
from soleflip_desktop.ui.system.accounts.settings_dialog import SettingsDialog
from soleflip_desktop.ui.system.accounts.words import LOGIN_STATES

_FOLDER = "accounts/folder"


class AccountWork(QObject):
    """Connects, changes and ends accounts.

    Signals:
        changed: the accounts are to be read again.
        connected(int): so they are, and the account of that id is to be shown.
    """

    changed = Signal()
    connected = Signal(int)

    def __init__(
        self,
        accounts: AccountsSource,
        control: SyncControl,
        kit: UiKit,
        page: QWidget,
        open_url: OpenUrl,
    ) -> None:
        super().__init__(page)
        self._accounts, self._control, self._kit = accounts, control, kit
        self._page, self._open_url = page, open_url

    def serve(self, actions: AccountActions) -> None:
        """Does what the actions of the chosen account ask for."""
        start = self._kit.tasks.start
        actions.sync_requested.connect(self._control.run_now)
        actions.connect_requested.connect(self.connect_again)
        actions.settings_requested.connect(self.change_settings)
        actions.pause_requested.connect(lambda account: start(self._pause(account)))
        actions.disconnect_requested.connect(self.disconnect_account)

    def connect_account(self, marketplace: Marketplace, known: Sequence[Account]) -> None:
        """`known`: the accounts that are there; a label is unique within its platform."""
        taken = [(each.marketplace, each.label) for each in known]
        dialog = ConnectDialog(
            self._accounts,
            self._kit,
            self._page.window(),
            marketplace=marketplace,
            taken=taken,
            open_url=self._open_url,
        )
        dialog.connected.connect(self.connected)
        dialog.open()

    def connect_again(self, account: Account) -> None:
        window, open_url = self._page.window(), self._open_url
        dialog = ConnectDialog(self._accounts, self._kit, window, again=account, open_url=open_url)
        dialog.connected.connect(self.connected)
        dialog.open()

    def change_settings(self, account: Account) -> None:
        dialog = SettingsDialog(self._accounts, account, self._kit, self._page.window())
        dialog.accepted.connect(self.changed)
        dialog.open()

    def disconnect_account(self, account: Account) -> None:
        def agreed() -> None:
            self._kit.tasks.start(self._disconnect(account))

        ask_to_disconnect(self._page.window(), account, agreed)

    def export_setup(self) -> None:
        def chosen(path: Path) -> None:
            self._kit.tasks.start(self._export(path))

        folder = str(self._kit.settings.value(_FOLDER, str(Path.home())))
        ask_where_to_export(self._page.window(), folder, chosen)

    async def sync_all(self) -> None:
        """Every account that can be synced, each with what is chosen for it."""
        for each in await self._accounts.overview():
            if each.account.active and each.state not in LOGIN_STATES:
                self._control.run_now(SyncRequest(each.account.id, each.account.settings.kinds))

    def begin(self, account: Account) -> None:
        """The first sync after a log-in."""
        title = account_title(account)
        self._kit.notifier.success(f"{title} is connected; its sync has started.")
        self._control.run_now(SyncRequest(account.id, account.settings.kinds))

    async def _pause(self, account: Account) -> None:
        """Or resume; a job that runs ends at its next safe point."""
        await self._accounts.change(account.id, account.settings, active=not account.active)
        if account.active:
            self._control.cancel(account.id)
        self.changed.emit()

    async def _disconnect(self, account: Account) -> None:
        self._control.cancel(account.id)
        await self._accounts.disconnect(account.id)
        title = account_title(account)
        self._kit.notifier.success(f"{title} is disconnected. Its orders and listings stay.")
        self.changed.emit()

    async def _export(self, path: Path) -> None:
        await self._accounts.export_setup(path)
        self._kit.settings.setValue(_FOLDER, str(path.parent))
        self._kit.notifier.success(
            f"The setup was written to {path}. It holds no passwords, keys or tokens: on another "
            "computer you connect each account again."
        )
