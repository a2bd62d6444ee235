"""One log-in from the entered texts to the account, without any widget of its own."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.sync import AccountSettings
from soleflip_desktop.ui.common.sync_doors import AccountsSource, ConnectFlow
from soleflip_desktop.ui.common.tasks import TaskRunner


class LogIn(QObject):
    """Drives a ConnectFlow: the browser's return and a pasted address both lead to the end.

    Signals:
        browser_wanted(str): the address to open; from now on it is waited for.
        checking: the browser came back, or none was needed.
        refused(UserError): it ended; `start` begins anew.
        wait_failed(UserError): nothing came back by itself; pasting is still possible.
        paste_refused(UserError): the address does not fit; it is still waited for.
        connected(int): the account's id.
        stopped: it ended by an error of ours, which is reported elsewhere.
    """

    browser_wanted = Signal(str)
    checking = Signal()
    refused = Signal(object)
    wait_failed = Signal(object)
    paste_refused = Signal(object)
    connected = Signal(int)
    stopped = Signal()

    def __init__(self, accounts: AccountsSource, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._accounts, self._tasks = accounts, tasks
        self._flow: ConnectFlow | None = None
        self._stop: Callable[[], object] | None = None
        self._label, self._settings = "", AccountSettings()
        self._closed = self._ending = False

    def start(
        self,
        marketplace: Marketplace,
        account_id: int | None,
        secrets: Mapping[str, str],
        account: tuple[str, AccountSettings],
    ) -> None:
        """`account` is the label and the settings of the account that it leads to."""
        self._label, self._settings = account
        self._ending = False
        old, self._flow = self._flow, self._accounts.connect(marketplace, account_id)
        self._run(self._begin(self._flow, old, secrets))

    def paste(self, address: str) -> None:
        if self._flow is not None:
            self._tasks.start(self._paste(self._flow, address))

    def cancel(self) -> None:
        """Closes the port and forgets everything; nothing is told any more."""
        self._closed = True
        if self._stop is not None:
            self._stop()
        if self._flow is not None:
            self._tasks.start(self._flow.cancel())
            self._flow = None

    async def _begin(
        self, flow: ConnectFlow, old: ConnectFlow | None, secrets: Mapping[str, str]
    ) -> None:
        if old is not None:
            await old.cancel()  # both would listen at the same port
        address = await flow.start(secrets)
        if address:
            self.browser_wanted.emit(address)
        try:
            await flow.wait()
        except UserError as error:
            if not self._closed:
                self.wait_failed.emit(error)
            return
        await self._finish(flow)

    async def _paste(self, flow: ConnectFlow, address: str) -> None:
        try:
            await flow.paste(address)
        except UserError as error:
            if not self._closed:
                self.paste_refused.emit(error)
            return
        if flow is not self._flow or self._ending:
            return  # the browser came back in the meantime, or the dialog was closed
        if self._stop is not None:
            self._stop()
        self._run(self._finish(flow))

    async def _finish(self, flow: ConnectFlow) -> None:
        self._ending = True
        self.checking.emit()
        account_id = await flow.finish(self._label, self._settings)
        self._flow = self._stop = None
        self.connected.emit(account_id)

    def _run(self, step: Coroutine[Any, Any, None]) -> None:
        self._stop = self._tasks.start(self._guarded(step))

    async def _guarded(self, step: Coroutine[Any, Any, None]) -> None:
        try:
            await step
        except UserError as error:
            if not self._closed:
                self.refused.emit(error)
        except Exception:
            if not self._closed:
                self.stopped.emit()
            raise
