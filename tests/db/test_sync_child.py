"""Syncs as the window runs them: in a child process, over real HTTP, on a real database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from helpers.fakes.stockx import FakeStockX
from helpers.in_memory_store import InMemoryStore
from helpers.sync_work import sync_work
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.sync import (
    Account,
    AccountSettings,
    RunStatus,
    SyncKind,
    SyncProgress,
    SyncReport,
    SyncRequest,
)
from soleflip_desktop.services.accounts import AccountsService
from soleflip_desktop.services.sync_runs import SyncRuns
from soleflip_desktop.settings.vault import Vault
from soleflip_desktop.sync.engine import SyncEngine
from soleflip_desktop.sync.keychain import Keychain
from soleflip_desktop.sync.sync_child import ChildSyncs, Renewed, SyncTask

pytestmark = [pytest.mark.db, pytest.mark.slow]

SCALE = 20


@pytest.fixture
def fake() -> Iterator[FakeStockX]:
    with FakeStockX(orders=450, listings=30, scale=SCALE) as running:
        yield running


@dataclass(slots=True)
class Window:
    """What a window has: an engine that starts children, and the log-ins in a vault."""

    account: Account
    runs: SyncRuns
    vault: Vault
    engine: SyncEngine
    children: list[int] = field(default_factory=list)
    progress: list[SyncProgress] = field(default_factory=list)
    reports: list[SyncReport] = field(default_factory=list)

    def run(self, *kinds: SyncKind, full: bool = False) -> None:
        self.engine.run_now(SyncRequest(self.account.id, kinds, full))

    async def ends(self, count: int = 1) -> SyncReport:
        async with asyncio.timeout(60):
            while len(self.reports) < count:
                await asyncio.sleep(0.01)
        return self.reports[-1]


def in_window(
    database: Database,
    fake: FakeStockX,
    test: Callable[[Window], Awaitable[None]],
    **credentials: str,
) -> None:
    async def work() -> None:
        accounts = AccountsService(database)
        vault = Vault(InMemoryStore(), {})
        account = await accounts.add(Marketplace.STOCKX, "", AccountSettings(), "ref-1")
        vault.save("ref-1", {**fake.credentials(), **credentials})
        keys = Keychain(accounts, vault, {})
        options = fake.options()
        environ = {
            "SOLEFLIP_STOCKX_BASE_URL": options.base_url,
            "SOLEFLIP_STOCKX_AUTH_URL": options.auth_url,
            "SOLEFLIP_TIME_SCALE": str(SCALE),
        }

        syncs = ChildSyncs(sync_work, database.url, environ, keys.keep_renewed)
        runs = SyncRuns(database)
        window = Window(account, runs, vault, SyncEngine(runs, keys, syncs))
        window.engine.watch(window.progress.append, window.reports.append)
        try:
            await test(window)
        finally:
            await window.engine.close()
            await keys.settle()

    asyncio.run(work())


def orders(database: Database) -> set[str]:
    with database.session() as session:
        found = list(session.scalars(sa.text("SELECT external_id FROM transactions.order")))
    assert len(found) == len(set(found))
    return set(found)


def test_a_child_reads_everything_at_the_pace_that_is_allowed(
    database: Database, fake: FakeStockX
) -> None:
    async def test(window: Window) -> None:
        window.run(SyncKind.ORDERS, SyncKind.LISTINGS)
        report = await window.ends()
        assert [one.status for one in report.kinds] == [RunStatus.COMPLETED] * 2, report
        assert report.kinds[0].counts.created == 450
        assert {one.kind for one in window.progress} == {SyncKind.ORDERS, SyncKind.LISTINGS}

    in_window(database, fake, test)
    assert orders(database) == set(fake.orders)
    assert fake.pace.violations == 0


def test_renewed_credentials_are_in_the_vault_before_the_sync_ends(
    database: Database, fake: FakeStockX
) -> None:
    async def test(window: Window) -> None:
        window.run(SyncKind.ORDERS)
        while not window.progress:
            await asyncio.sleep(0.01)
        assert (await window.ends()).status is RunStatus.COMPLETED
        kept = window.vault.load("ref-1")
        assert kept is not None
        assert int(kept["expires_at"]) > time.time()

    in_window(database, fake, test, expires_at="1000000000")


def test_a_child_that_is_cancelled_or_killed_leaves_no_gap(
    database: Database, fake: FakeStockX
) -> None:
    async def test(window: Window) -> None:
        window.run(SyncKind.ORDERS)
        while not any(one.counts.fetched for one in window.progress):
            await asyncio.sleep(0.01)
        window.engine.cancel(window.account.id)
        assert (await window.ends()).status is RunStatus.CANCELLED

        window.progress.clear()
        window.run(SyncKind.ORDERS)
        while not any(one.counts.fetched for one in window.progress):
            await asyncio.sleep(0.01)
        window.engine._lanes[window.account.id].run._process.kill()  # type: ignore[union-attr]  # a ChildRun
        report = await window.ends(2)
        assert report.status is RunStatus.FAILED
        assert "ended from outside" in report.kinds[0].message
        assert await window.runs.close_interrupted() == 1

        window.run(SyncKind.ORDERS)
        assert (await window.ends(3)).status is RunStatus.COMPLETED

    in_window(database, fake, test)
    assert orders(database) == set(fake.orders)


def test_what_goes_through_the_pipe_shows_no_secret() -> None:
    secret = {"access_token": "planted-secret"}
    task = SyncTask(SyncRequest(1, (SyncKind.ORDERS,)), secret, {})
    assert "planted" not in repr((task, Renewed(1, secret)))
