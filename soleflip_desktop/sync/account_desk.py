"""The accounts page's source: what the database says of accounts, and what this desktop knows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from soleflip_desktop.connectors.base import ApiOptions, Credentials, Gate, MarketplaceApi
from soleflip_desktop.connectors.tokens import Save
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.marketplace import Marketplace, Quota
from soleflip_desktop.domain.quota import next_midnight, used_today
from soleflip_desktop.domain.sync import (
    AccountOverview,
    AccountSettings,
    AccountState,
    QuotaLeft,
    RunRow,
)
from soleflip_desktop.domain.sync_json import settings_json
from soleflip_desktop.services.accounts import AccountFacts, AccountsService
from soleflip_desktop.services.sync_runs import SyncRuns
from soleflip_desktop.settings.vault import Vault, credentials_from_environment
from soleflip_desktop.sync.gate import DatabaseGate, LocalGate
from soleflip_desktop.sync.job import LOGIN_NEEDED

if TYPE_CHECKING:
    from soleflip_desktop.sync.connect import Connecting

# HTTP and the connectors take a third of a second to load: the start of the app does not wait.


class AccountDesk:
    """The `AccountsSource` of the window."""

    def __init__(
        self,
        accounts: AccountsService,
        runs: SyncRuns,
        vault: Vault,
        environ: Mapping[str, str],
    ) -> None:
        self._accounts = accounts
        self._runs = runs
        self._vault = vault
        self._environ = environ
        self._problem: str | None = vault.problem()

    def keyring_problem(self) -> str | None:
        """As it was when the app started: asking blocks."""
        return self._problem

    async def overview(self) -> Sequence[AccountOverview]:
        facts = await self._accounts.facts()
        states = await asyncio.to_thread(lambda: [self._state(account) for account in facts])
        return await asyncio.to_thread(lambda: list(map(_overview, facts, states)))

    async def log(self, account_id: int, limit: int = 200) -> Sequence[RunRow]:
        return await self._runs.log(account_id, limit)

    def connect(self, marketplace: Marketplace, account_id: int | None = None) -> Connecting:
        from soleflip_desktop.sync.connect import Connecting  # noqa: PLC0415
        from soleflip_desktop.sync.marketplaces import (  # noqa: PLC0415
            LOGINS,
            api_options,
            open_with,
        )

        gate: Gate = LocalGate()
        if account_id is not None:
            gate = DatabaseGate(self._runs, account_id)

        def open_api(credentials: Credentials, options: ApiOptions, save: Save) -> MarketplaceApi:
            return open_with(marketplace, credentials, options, save, gate)

        return Connecting(
            marketplace,
            login=LOGINS.get(marketplace),
            open_api=open_api,
            options=partial(api_options, marketplace, environ=self._environ),
            vault=self._vault,
            accounts=self._accounts,
            account_id=account_id,
        )

    async def change(self, account_id: int, settings: AccountSettings, *, active: bool) -> None:
        await self._accounts.change(account_id, settings, active=active)

    async def disconnect(self, account_id: int) -> None:
        ref = await self._accounts.keyring_ref(account_id)
        await asyncio.to_thread(self._vault.forget, ref)
        await self._accounts.stop(account_id)

    async def export_setup(self, path: Path) -> None:
        """Nothing in it is secret: not even the names under which the secrets are kept."""
        setup = [
            {
                "platform": account.marketplace,
                "label": account.label,
                "active": account.active,
                "settings": settings_json(account.settings),
            }
            for account in await self._accounts.list()
        ]
        text = json.dumps({"accounts": setup}, indent=2, ensure_ascii=False) + "\n"
        try:
            await asyncio.to_thread(path.write_text, text, encoding="utf-8")
        except OSError as error:
            raise UserError(f"{path}: cannot be written ({error.strerror}).") from error

    def _state(self, facts: AccountFacts) -> AccountState:
        """May ask the credential store: call it in a thread."""
        here = self._vault.holds(facts.keyring_ref) or credentials_from_environment(
            facts.account.marketplace, self._environ
        )
        if not here:
            return AccountState.NOT_CONNECTED
        if _login_refused(facts):
            return AccountState.LOGIN_NEEDED
        if self._vault.session_only(facts.keyring_ref):
            return AccountState.SESSION_ONLY
        return AccountState.CONNECTED


def _login_refused(facts: AccountFacts) -> bool:
    """By the last run of a kind, unless somebody has logged in since: that forgets failures."""
    return any(
        state.last is not None
        and state.last.message.startswith(LOGIN_NEEDED)
        and facts.failures.get(state.kind, 0) > 0
        for state in facts.kinds
    )


def _overview(facts: AccountFacts, state: AccountState) -> AccountOverview:
    return AccountOverview(
        facts.account, state, facts.kinds, _quotas(facts), facts.waiting, facts.to_review
    )


def _quotas(facts: AccountFacts) -> tuple[QuotaLeft, ...]:
    """What was taken today of the limits that we keep, and of those that the platform tells."""
    from soleflip_desktop.sync.marketplaces import rules_of  # noqa: PLC0415

    found = []
    for bucket, rule in rules_of(facts.account.marketplace).items():
        taken = facts.quotas.get(bucket)
        used = 0 if taken is None else used_today(taken, rule, facts.now)
        resets_at = next_midnight(facts.now, rule.day_zone) if rule.per_day else None
        found.append(QuotaLeft(bucket, rule.per_day, used, resets_at))
    return (*found, *(_left(told, facts.now) for told in facts.limits))


def _left(told: Quota, now: datetime) -> QuotaLeft:
    """Where the platform's day has ended since it was asked, nothing is used yet."""
    if told.resets_at is not None and told.resets_at <= now:
        return QuotaLeft(told.name, told.limit, 0, None)
    return QuotaLeft(told.name, told.limit, told.limit - told.remaining, told.resets_at)
