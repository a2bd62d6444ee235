"""Synced accounts: added, changed, stopped, and how they stand on this desktop."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from helpers.in_memory_store import InMemoryStore
from helpers.rows import make_account
from soleflip_desktop.connectors.base import REQUESTS
from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.models import OutboxEntry, PlatformAccount, RequestQuota, ReviewEntry
from soleflip_desktop.domain.errors import NotFoundError, UserError
from soleflip_desktop.domain.marketplace import Marketplace, Quota
from soleflip_desktop.domain.outbox import OutboxAction, OutboxState
from soleflip_desktop.domain.quota import Rule
from soleflip_desktop.domain.sync import (
    Account,
    AccountSettings,
    AccountState,
    KindReport,
    QuotaLeft,
    ReviewKind,
    RunStatus,
    SyncCounts,
    SyncKind,
)
from soleflip_desktop.domain.sync_json import settings_json, settings_of_json
from soleflip_desktop.services.accounts import AccountsService
from soleflip_desktop.services.sync_runs import SyncRuns
from soleflip_desktop.settings.vault import Vault
from soleflip_desktop.sync.account_desk import AccountDesk
from soleflip_desktop.sync.job import LOGIN_NEEDED
from soleflip_desktop.sync.keychain import Keychain

pytestmark = pytest.mark.db

SETTINGS = AccountSettings(currency="USD", every_minutes=30, policies={"payment": "1"})
SECRETS = {"access_token": "planted-secret", "client_id": "planted-client"}


@pytest.fixture
def accounts(database: Database) -> AccountsService:
    return AccountsService(database)


def add(
    accounts: AccountsService,
    label: str = "",
    marketplace: Marketplace = Marketplace.STOCKX,
    ref: str = "ref-1",
) -> Account:
    return asyncio.run(accounts.add(marketplace, label, SETTINGS, ref))


def test_an_account_has_the_platforms_name_unless_it_is_given_one(
    accounts: AccountsService,
) -> None:
    assert add(accounts).label == "StockX"
    second = add(accounts, " second ")
    assert (second.label, second.settings, second.active) == ("second", SETTINGS, True)
    assert [one.label for one in asyncio.run(accounts.list())] == ["second", "StockX"]


def test_an_account_of_imported_sales_becomes_the_synced_one(
    database: Database, accounts: AccountsService
) -> None:
    with database.session() as session:
        imported = make_account(session)
        label = session.get_one(PlatformAccount, imported).label
    assert asyncio.run(accounts.list()) == []
    assert add(accounts, label).id == imported


def test_accounts_are_found_by_label_and_platform(accounts: AccountsService) -> None:
    first = add(accounts, "Main")
    add(accounts, "Main", Marketplace.EBAY)
    with pytest.raises(NotFoundError, match=r"eBay, StockX"):
        asyncio.run(accounts.by_label("main"))
    assert asyncio.run(accounts.by_label("main", Marketplace.STOCKX)) == first
    with pytest.raises(NotFoundError, match="There are: “Main”"):
        asyncio.run(accounts.by_label("other"))


def test_a_stopped_account_is_gone_from_the_list_and_can_come_back(
    accounts: AccountsService,
) -> None:
    account = add(accounts)
    asyncio.run(accounts.stop(account.id))
    assert asyncio.run(accounts.list()) == []
    for question in (accounts.get, accounts.stop, accounts.keyring_ref):
        with pytest.raises(NotFoundError):
            asyncio.run(question(account.id))
    assert add(accounts, ref="ref-2").id == account.id
    assert asyncio.run(accounts.keyring_ref(account.id)) == "ref-1"  # other desktops' name, too


def test_settings_of_other_versions_are_understood() -> None:
    assert settings_of_json(settings_json(SETTINGS)) == SETTINGS
    assert settings_of_json({}) == AccountSettings()
    newer = settings_of_json({"kinds": ["orders", "horoscope"], "every_minutes": -5, "moon": 1})
    assert newer.kinds == (SyncKind.ORDERS,)
    assert newer.every_minutes == 0


def test_facts_tell_runs_quota_and_what_is_unsettled(
    database: Database, accounts: AccountsService
) -> None:
    account, runs = add(accounts), SyncRuns(database)
    with database.session() as session:
        for state in (OutboxState.FAILED, OutboxState.CONFIRMED):
            session.add(
                OutboxEntry(platform_account_id=account.id, action=OutboxAction.SHIP, state=state)
            )
        session.add(
            ReviewEntry(
                platform_account_id=account.id,
                kind=ReviewKind.BAD_RECORD,
                external_id="order-1",
                title="Order order-1",
                words="It cannot be read.",
            )
        )

    async def work() -> None:
        await runs.reserve(account.id, Rule(REQUESTS, spacing_ms=1), 3)
        run_id = await runs.start_run(account.id, SyncKind.ORDERS, full=False)
        report = KindReport(SyncKind.ORDERS, RunStatus.FAILED, SyncCounts(), "No answer.")
        await runs.end_run(run_id, report)
        await runs.schedule(account.id, SyncKind.ORDERS, await runs.now(), 2)
        (facts,) = await accounts.facts()
        assert (facts.waiting, facts.to_review, facts.keyring_ref) == (1, 1, "ref-1")
        assert facts.failures == {SyncKind.ORDERS: 2}
        assert facts.quotas[REQUESTS].used == 3
        states = {state.kind: state for state in facts.kinds}
        last = states[SyncKind.ORDERS].last
        assert last is not None
        assert last.message == "No answer."
        assert states[SyncKind.MARKET].last is None

    asyncio.run(work())


# -- the desk --------------------------------------------------------------------------------------


@pytest.fixture
def vault() -> Vault:
    return Vault(InMemoryStore(), {})


@pytest.fixture
def desk(database: Database, accounts: AccountsService, vault: Vault) -> AccountDesk:
    return AccountDesk(accounts, SyncRuns(database), vault, {})


def state_of(desk: AccountDesk) -> AccountState:
    (overview,) = asyncio.run(desk.overview())
    return overview.state


def test_an_account_is_connected_where_its_secrets_are(
    accounts: AccountsService, desk: AccountDesk, vault: Vault
) -> None:
    add(accounts)
    assert state_of(desk) is AccountState.NOT_CONNECTED
    vault.save("ref-1", SECRETS)
    assert state_of(desk) is AccountState.CONNECTED


def test_a_login_of_this_session_only_is_told(
    database: Database, accounts: AccountsService
) -> None:
    add(accounts)
    vault = Vault(InMemoryStore(), {"ref-1": SECRETS})
    assert state_of(AccountDesk(accounts, SyncRuns(database), vault, {})) is (
        AccountState.SESSION_ONLY
    )


def test_a_refused_login_shows_until_somebody_logs_in_again(
    database: Database, accounts: AccountsService, desk: AccountDesk, vault: Vault
) -> None:
    account, runs = add(accounts), SyncRuns(database)
    vault.save("ref-1", SECRETS)

    async def refused() -> None:
        run_id = await runs.start_run(account.id, SyncKind.ORDERS, full=False)
        words = f"{LOGIN_NEEDED}StockX does not accept this log-in any more."
        report = KindReport(SyncKind.ORDERS, RunStatus.FAILED, SyncCounts(), words)
        await runs.end_run(run_id, report)
        await runs.schedule(account.id, SyncKind.ORDERS, await runs.now(), 1)

    asyncio.run(refused())
    assert state_of(desk) is AccountState.LOGIN_NEEDED
    asyncio.run(desk.change(account.id, SETTINGS, active=True))
    assert state_of(desk) is AccountState.CONNECTED
    assert SyncKind.ORDERS in asyncio.run(runs.agenda()).due[account.id]


def test_the_overview_shows_what_is_left_of_the_day(
    database: Database, accounts: AccountsService, desk: AccountDesk
) -> None:
    account = add(accounts)
    asyncio.run(SyncRuns(database).reserve(account.id, Rule(REQUESTS, per_day=25_000), 40))
    (overview,) = asyncio.run(desk.overview())
    quota = {left.bucket: left for left in overview.quotas}[REQUESTS]
    assert (quota.limit, quota.used) == (25_000, 40)
    assert quota.resets_at is not None


def test_the_overview_shows_the_limits_that_the_platform_tells(
    database: Database, accounts: AccountsService, desk: AccountDesk
) -> None:
    account, runs = add(accounts), SyncRuns(database)

    async def work() -> None:
        assert await runs.are_limits_old(account.id)
        now = await runs.now()
        later, before = now + timedelta(hours=5), now - timedelta(minutes=1)
        await runs.keep_limits(account.id, [Quota("sell.account privilege", 100, 5, later)])
        told = [
            Quota("sell.fulfillment order", 50_000, 49_990, later),
            Quota("sell.fulfillment order", 2_500, 2_400, later),
            Quota("sell.inventory", 2_000_000, 1_999_999, before),
        ]
        await runs.keep_limits(account.id, told)
        assert not await runs.are_limits_old(account.id)
        (overview,) = await desk.overview()
        left = {one.bucket: one for one in overview.quotas}
        assert left["sell.fulfillment order"] == QuotaLeft(
            "sell.fulfillment order", 2_500, 100, later
        )
        assert left["sell.inventory"] == QuotaLeft("sell.inventory", 2_000_000, 0, None)
        assert "sell.account privilege" not in left
        assert REQUESTS in left

    asyncio.run(work())
    with database.session() as session:
        for row in session.scalars(sa.select(RequestQuota)):
            long_ago = datetime.fromisoformat(row.state["asked_at"]) - timedelta(hours=1)
            row.state = row.state | {"asked_at": long_ago.isoformat()}
    assert asyncio.run(runs.are_limits_old(account.id))


def test_disconnecting_forgets_the_secrets_and_keeps_the_account(
    database: Database, accounts: AccountsService, desk: AccountDesk, vault: Vault
) -> None:
    account = add(accounts)
    vault.save("ref-1", SECRETS)
    asyncio.run(desk.disconnect(account.id))
    assert vault.load("ref-1") is None
    assert asyncio.run(desk.overview()) == []
    with database.session() as session:
        assert session.get_one(PlatformAccount, account.id).label == "StockX"


def test_the_exported_setup_holds_no_secret(
    accounts: AccountsService, desk: AccountDesk, vault: Vault, tmp_path: Path
) -> None:
    add(accounts)
    vault.save("ref-1", SECRETS)
    path = tmp_path / "setup.json"
    asyncio.run(desk.export_setup(path))
    text = path.read_text(encoding="utf-8")
    assert "planted" not in text
    assert "ref-1" not in text
    assert json.loads(text)["accounts"][0]["settings"]["currency"] == "USD"
    with pytest.raises(UserError, match="cannot be written"):
        asyncio.run(desk.export_setup(tmp_path / "nowhere" / "setup.json"))


def test_renewed_credentials_are_kept_before_they_are_asked_for(
    accounts: AccountsService, vault: Vault
) -> None:
    account = add(accounts)

    async def work() -> None:
        keys = Keychain(accounts, vault, {})
        assert await keys.load(account.id) is None
        for number in range(5):
            keys.keep_renewed(account.id, {"access_token": f"token-{number}"})
        assert await keys.load(account.id) == {"access_token": "token-4"}
        await keys.settle()
        assert await keys.load(account.id + 1) is None

    asyncio.run(work())


def test_what_is_renewed_after_disconnecting_is_not_kept(
    accounts: AccountsService, desk: AccountDesk, vault: Vault
) -> None:
    account = add(accounts)
    vault.save("ref-1", SECRETS)

    async def work() -> None:
        keys = Keychain(accounts, vault, {})
        await desk.disconnect(account.id)
        keys.keep_renewed(account.id, SECRETS)
        await keys.save(account.id, SECRETS)
        await keys.settle()

    asyncio.run(work())
    assert vault.load("ref-1") is None


def test_a_login_may_lie_in_the_environment(accounts: AccountsService, vault: Vault) -> None:
    account = add(accounts, "", Marketplace.ALIAS)
    environ = {"SOLEFLIP_ALIAS_ACCESS_TOKEN": "planted-secret"}
    found = asyncio.run(Keychain(accounts, vault, environ).load(account.id))
    assert found == {"access_token": "planted-secret"}
