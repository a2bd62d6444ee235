"""The log-ins of accounts on this desktop, by account; reading and keeping them blocks nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from soleflip_desktop.connectors.base import Credentials
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.sync import Account
from soleflip_desktop.settings.vault import Vault, credentials_from_environment


class AccountNames(Protocol):
    """`services.accounts.AccountsService`."""

    async def get(self, account_id: int) -> Account: ...

    async def keyring_ref(self, account_id: int) -> str: ...


class Keychain:
    """Where no credential store has them, they may lie in the environment (scripts)."""

    def __init__(self, accounts: AccountNames, vault: Vault, environ: Mapping[str, str]) -> None:
        self._accounts = accounts
        self._vault = vault
        self._environ = environ
        self._saving: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    async def load(self, account_id: int) -> Credentials | None:
        """None: this desktop has no log-in of the account, or the account is gone."""
        await self.settle()
        try:
            account = await self._accounts.get(account_id)
            ref = await self._accounts.keyring_ref(account_id)
        except NotFoundError:
            return None
        kept = await asyncio.to_thread(self._vault.load, ref)
        return kept or credentials_from_environment(account.marketplace, self._environ)

    def keep_renewed(self, account_id: int, credentials: Credentials) -> None:
        """Saves renewed credentials soon; `load` waits for that."""
        task = asyncio.get_running_loop().create_task(self.save(account_id, credentials))
        self._saving.add(task)
        task.add_done_callback(self._saving.discard)

    async def save(self, account_id: int, credentials: Credentials) -> None:
        """In the order of calls, so that the newest stay; nothing of an account that is gone."""
        async with self._turn:
            try:
                ref = await self._accounts.keyring_ref(account_id)
            except NotFoundError:
                return  # disconnected while it was synced
            await asyncio.to_thread(self._vault.save, ref, credentials)

    async def settle(self) -> None:
        """Waits until everything is kept; call it before the app closes."""
        while self._saving:
            await asyncio.wait(set(self._saving))
