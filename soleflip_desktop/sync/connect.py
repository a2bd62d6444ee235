"""Connecting an account: from the user's secrets to tokens that are proved to work, then kept."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from soleflip_desktop.connectors.base import ApiOptions, Credentials, MarketplaceApi
from soleflip_desktop.connectors.oauth import OAuthLogin, OtherAddressError, parse_redirect
from soleflip_desktop.connectors.tokens import Save
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.logins import LOGIN_FORMS, LoginForm
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.sync import Account, AccountSettings
from soleflip_desktop.settings.vault import Vault, new_ref
from soleflip_desktop.sync.loopback import Loopback, loopback_address
from soleflip_desktop.sync.own_loop import in_own_loop

#: How long the browser may take to come back to our port.
PATIENCE_S = 600

OpenApi = Callable[[Credentials, ApiOptions, Save], MarketplaceApi]


class AccountBook(Protocol):
    """Where accounts are written down, without their secrets."""

    async def add(
        self, marketplace: Marketplace, label: str, settings: AccountSettings, keyring_ref: str
    ) -> Account:
        """Raises UserError where the label is taken."""

    async def change(self, account_id: int, settings: AccountSettings, *, active: bool) -> None: ...

    async def keyring_ref(self, account_id: int) -> str:
        """The name of its secrets in the vault. Raises NotFoundError."""


class Connecting:
    """One log-in under way: the ConnectFlow of ui/common/sync_doors.py.

    `login` is None where the platform needs no browser; `account_id` is that of an account which
    is there already and gets a new log-in. What is secret lives in here until `finish`.
    """

    def __init__(
        self,
        marketplace: Marketplace,
        *,
        login: OAuthLogin | None,
        open_api: OpenApi,
        options: Callable[[AccountSettings], ApiOptions],
        vault: Vault,
        accounts: AccountBook,
        account_id: int | None = None,
    ) -> None:
        self._marketplace = marketplace
        self._login = login
        self._open_api = open_api
        self._options = options
        self._vault = vault
        self._accounts = accounts
        self._account_id = account_id
        self._reset()

    def _reset(self) -> None:
        self._credentials: dict[str, str] = {}
        self._browser = False
        self._state = self._verifier = self._code = ""
        self._problem: UserError | None = None
        self._loopback: Loopback | None = None
        self._back = asyncio.Event()

    async def start(self, secrets: Mapping[str, str]) -> str:
        """See ConnectFlow. A refresh token that is brought along makes the browser needless."""
        await self.cancel()
        self._credentials = _checked(LOGIN_FORMS[self._marketplace], secrets)
        if self._login is None or "refresh_token" in self._credentials:
            return ""
        self._browser = True
        self._state, self._verifier = _random_text(), _random_text()
        await self._listen()
        options = self._options(AccountSettings())
        return self._login.authorize_url(self._credentials, options, self._state, self._verifier)

    async def wait(self) -> None:
        """See ConnectFlow. Where our port is taken, it says so: pasting works all the same."""
        if not self._browser:
            return
        if self._problem is None:
            try:
                async with asyncio.timeout(PATIENCE_S if self._loopback else None):
                    await self._back.wait()
            except TimeoutError:
                self._close_port()
                raise UserError(
                    "The browser did not come back within ten minutes. Start the log-in again, or "
                    "paste the address of the page that the browser ended at."
                ) from None
        if self._problem is not None:
            problem, self._problem = self._problem, None
            raise problem

    async def paste(self, address: str) -> None:
        if not self._browser:
            raise UserError("No log-in is under way. Start it first, then paste the address.")
        self._code = parse_redirect(address, self._state)
        self._close_port()
        self._back.set()

    async def finish(self, label: str, settings: AccountSettings) -> int:
        """See ConnectFlow. The label of an account that is there already stays as it is."""
        if not self._credentials:
            raise UserError("No log-in is under way. Start it first.")
        options = self._options(settings)
        await self._exchange(options)
        await self._prove(options)
        account_id = await self._keep(label, settings)
        await self.cancel()
        return account_id

    async def cancel(self) -> None:
        self._close_port()
        self._back.set()
        self._reset()

    async def _listen(self) -> None:
        address = loopback_address(self._credentials["redirect_uri"])
        if address is None or not LOGIN_FORMS[self._marketplace].returns:
            return
        loopback = Loopback(address, self._arrived)
        try:
            await loopback.start()
        except UserError as error:
            self._problem = error
        else:
            self._loopback = loopback

    def _arrived(self, target: str) -> tuple[str, bool]:
        """The browser is at our port. A foreign address ends nothing: anybody may send one."""
        try:
            self._code = parse_redirect(target, self._state)
        except OtherAddressError:
            return "This is not the log-in that SoleFlip Desktop is waiting for.", False
        except UserError as error:
            self._problem = error
            self._back.set()
            return "The log-in was refused. SoleFlip Desktop says why.", True
        self._back.set()
        return "The log-in is back in SoleFlip Desktop. You can close this window.", True

    def _close_port(self) -> None:
        if self._loopback is not None:
            self._loopback.close()

    async def _exchange(self, options: ApiOptions) -> None:
        """Once: a code is used up by its first use."""
        if self._login is None or not self._browser or "access_token" in self._credentials:
            return
        if not self._code:
            raise UserError(
                "The log-in in the browser is not finished. Finish it there, or paste the address "
                "of the page that the browser ended at."
            )
        code, self._code = self._code, ""
        exchange = partial(self._login.exchange, self._credentials, options, code, self._verifier)
        self._credentials = dict(await in_own_loop(exchange))

    async def _prove(self, options: ApiOptions) -> None:
        await in_own_loop(partial(self._check, options))

    async def _check(self, options: ApiOptions) -> None:
        api = self._open_api(dict(self._credentials), options, self._renewed)
        try:
            await api.check()
        finally:
            await api.aclose()

    async def _renewed(self, credentials: Credentials) -> None:
        """Tokens that were renewed while they were proved."""
        self._credentials = dict(credentials)

    async def _keep(self, label: str, settings: AccountSettings) -> int:
        """The secrets first: the engine runs an account as soon as it is there.

        Where no credential store takes them they last for this session; the accounts page says so.
        """
        if self._account_id is not None:
            await self._save(await self._accounts.keyring_ref(self._account_id))
            await self._accounts.change(self._account_id, settings, active=True)
            return self._account_id
        ref = new_ref()
        await self._save(ref)
        try:
            account = await self._accounts.add(self._marketplace, label, settings, ref)
            used = await self._accounts.keyring_ref(account.id)
        except BaseException:
            await asyncio.to_thread(self._vault.forget, ref)
            raise
        if used != ref:  # an account of that label was there already
            await self._save(used)
            await asyncio.to_thread(self._vault.forget, ref)
        return account.id

    async def _save(self, ref: str) -> None:
        await asyncio.to_thread(self._vault.save, ref, self._credentials)


def _checked(form: LoginForm, given: Mapping[str, str]) -> dict[str, str]:
    """What was typed or pasted, without blanks around it. Raises UserError naming the field."""
    found = {name: text.strip() for name, text in given.items() if text.strip()}
    for field in form.missing(found):
        if not (field.name == "redirect_uri" and "refresh_token" in found):
            raise UserError(f"{field.title} is missing: {field.hint}.")
    for field in form.fields:
        text = found.get(field.name, "")
        if not text.isascii() or not text.isprintable() or " " in text:
            raise UserError(
                f"{field.title} holds a blank or a letter that it cannot hold. Copy it again."
            )
    if form.returns and "redirect_uri" in found and "://" not in found["redirect_uri"]:
        raise UserError(
            f"The redirect URI {found['redirect_uri']} is no address. Write it exactly as it is "
            f"registered at {form.where}, such as http://localhost:8765/callback."
        )
    return {field.name: found[field.name] for field in form.fields if field.name in found}


def _random_text() -> str:
    """86 letters, where a PKCE verifier has 43 to 128."""
    return secrets.token_urlsafe(64)
