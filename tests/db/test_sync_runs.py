"""The books of syncs on a real database: locks, runs, cursors, agenda, and limits shared by all."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import sqlalchemy as sa

from helpers.fake_api import FakeApi
from helpers.rows import make_listing
from helpers.sync_memory import Desk, remote_order
from soleflip_desktop.connectors.base import REQUESTS
from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.models import OutboxEntry, RequestQuota, SyncRun
from soleflip_desktop.domain.changes import Change, ChangeBus
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.outbox import OutboxAction, OutboxState
from soleflip_desktop.domain.quota import QuotaUsedUpError, Rule
from soleflip_desktop.domain.sync import (
    Account,
    AccountBusyError,
    AccountSettings,
    Cursor,
    KindReport,
    RunStatus,
    SyncCounts,
    SyncKind,
    SyncReport,
    SyncRequest,
)
from soleflip_desktop.services.accounts import AccountsService
from soleflip_desktop.services.outbox import OutboxService
from soleflip_desktop.services.sync_runs import SyncRuns
from soleflip_desktop.services.sync_store import SyncStore
from soleflip_desktop.sync.gate import DatabaseGate
from soleflip_desktop.sync.run_sync import Tools, run_request

pytestmark = pytest.mark.db

HOUR = timedelta(hours=1)


@pytest.fixture
def runs(database: Database) -> SyncRuns:
    return SyncRuns(database)


@pytest.fixture
def other(database: Database) -> Iterator[Database]:
    """Another desktop on the same database."""
    opened = Database(database.url, ChangeBus(), threads=2)
    yield opened
    opened.close()


@pytest.fixture
def account(database: Database) -> Account:
    return add(database)


def add(database: Database, label: str = "", settings: AccountSettings | None = None) -> Account:
    made = AccountsService(database).add(
        Marketplace.STOCKX, label, settings or AccountSettings(), "account-ref"
    )
    return asyncio.run(made)


def test_an_account_is_held_by_one_desktop_at_a_time(
    database: Database, other: Database, account: Account
) -> None:
    async def work() -> None:
        async with SyncRuns(database).hold_account(account.id):
            assert (await SyncRuns(other).agenda()).held == {account.id}
            with pytest.raises(AccountBusyError, match="Another desktop"):
                async with SyncRuns(other).hold_account(account.id):
                    pytest.fail("two hold it")
            async with SyncRuns(other).hold_account(account.id + 1):
                pass
        async with SyncRuns(other).hold_account(account.id):
            assert (await SyncRuns(database).agenda()).held == {account.id}
        assert (await SyncRuns(database).agenda()).held == frozenset()

    asyncio.run(work())


def test_whoever_is_cancelled_while_taking_the_lock_does_not_keep_it(
    runs: SyncRuns, account: Account
) -> None:
    async def hold() -> None:
        async with runs.hold_account(account.id):
            await asyncio.Event().wait()

    async def work() -> None:
        for steps in range(12):
            task = asyncio.ensure_future(hold())
            for _ in range(steps):
                await asyncio.sleep(0.001)
            task.cancel()
            await asyncio.wait([task])
        async with asyncio.timeout(10):
            while (await runs.agenda()).held:
                await asyncio.sleep(0.01)

    asyncio.run(work())


def test_the_lock_ends_with_its_connection(
    database: Database, other: Database, account: Account
) -> None:
    async def work() -> None:
        async with SyncRuns(database).hold_account(account.id):
            await asyncio.to_thread(_kill_holders, other.url)
            async with SyncRuns(other).hold_account(account.id):
                pass

    asyncio.run(work())


def _kill_holders(url: str) -> None:
    plain = sa.make_url(url).set(drivername="postgresql")
    dsn = plain.render_as_string(hide_password=False)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
            "AND objsubid = 2 AND pid <> pg_backend_pid()"
        )


def test_runs_are_logged_newest_first(runs: SyncRuns, account: Account) -> None:
    async def work() -> None:
        for kind in (SyncKind.ORDERS, SyncKind.LISTINGS):
            run_id = await runs.start_run(account.id, kind, full=True)
            counts = SyncCounts(fetched=3, created=1, updated=1, failed=1, requests=7)
            report = KindReport(kind, RunStatus.COMPLETED, counts, "Done.")
            await runs.end_run(run_id, report)
        newest, oldest = await runs.log(account.id)
        assert (newest.kind, oldest.kind) == (SyncKind.LISTINGS, SyncKind.ORDERS)
        assert newest.counts == counts
        assert (newest.status, newest.message, newest.full) == (
            RunStatus.COMPLETED,
            "Done.",
            True,
        )
        assert newest.finished_at is not None
        assert newest.finished_at >= newest.started_at
        assert newest.actor

    asyncio.run(work())


def test_runs_whose_process_is_gone_are_closed_others_are_not(
    database: Database, other: Database, account: Account
) -> None:
    second = add(database, "second")

    async def work() -> None:
        runs = SyncRuns(database)
        await runs.start_run(account.id, SyncKind.ORDERS, full=False)
        async with runs.hold_account(second.id):
            await runs.start_run(second.id, SyncKind.ORDERS, full=False)
            assert await SyncRuns(other).close_interrupted() == 1
        assert [row.status for row in await runs.log(account.id)] == [RunStatus.INTERRUPTED]
        assert [row.status for row in await runs.log(second.id)] == [RunStatus.RUNNING]
        await runs.start_run(second.id, SyncKind.MARKET, full=False)
        assert [row.status for row in await runs.log(second.id)] == [
            RunStatus.RUNNING,
            RunStatus.INTERRUPTED,
        ]

    asyncio.run(work())


def test_a_cursor_comes_back_as_it_was(runs: SyncRuns, account: Account) -> None:
    cursor = Cursor(
        round="0d3e6a5e-7a4c-4b62-8a55-111111111111",
        position={"part": "history", "page": 4},
        since=datetime(2026, 11, 1, tzinfo=UTC),
        started_at=datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC),
        again={"active": 1},
        succeeded_at=datetime(2026, 11, 3, tzinfo=UTC),
    )

    async def work() -> None:
        assert await runs.cursor(account.id, SyncKind.ORDERS) == Cursor()
        await runs.save_cursor(account.id, SyncKind.ORDERS, cursor)
        assert await runs.cursor(account.id, SyncKind.ORDERS) == cursor
        assert await runs.cursor(account.id, SyncKind.LISTINGS) == Cursor()
        await runs.schedule(account.id, SyncKind.ORDERS, None, 3)
        assert await runs.cursor(account.id, SyncKind.ORDERS) == cursor
        assert (await runs.planned(account.id, SyncKind.ORDERS)).failures == 3

    asyncio.run(work())


def test_the_agenda_names_what_is_due_of_accounts_that_are_synced(
    database: Database, runs: SyncRuns, account: Account
) -> None:
    two = AccountSettings(kinds=(SyncKind.ORDERS, SyncKind.MARKET))
    some = add(database, "some", two)
    asked = add(database, "asked", AccountSettings(every_minutes=0))
    paused = add(database, "paused")
    stopped = add(database, "stopped")

    async def work() -> None:
        accounts = AccountsService(database)
        await accounts.change(paused.id, AccountSettings(), active=False)
        await accounts.stop(stopped.id)
        now = await runs.now()
        for kind in SyncKind:
            await runs.schedule(account.id, kind, now + HOUR, 0)
        await runs.schedule(account.id, SyncKind.LISTINGS, now - HOUR, 2)
        agenda = await runs.agenda()
        assert agenda.due == {
            account.id: (SyncKind.LISTINGS,),
            some.id: (SyncKind.ORDERS, SyncKind.MARKET),
        }
        assert asked.id not in agenda.queued
        assert abs(agenda.now - now) < HOUR

    asyncio.run(work())


def test_the_agenda_names_what_may_be_sent_now(
    database: Database, runs: SyncRuns, account: Account
) -> None:
    def entry(state: OutboxState, not_before: datetime | None = None) -> int:
        with database.session() as session:
            made = OutboxEntry(
                platform_account_id=account.id,
                action=OutboxAction.DELETE,
                state=state,
                listing_id=make_listing(session).id,
                not_before=not_before,
            )
            session.add(made)
            session.flush()
            return made.id

    def queued() -> dict[int, int]:
        return dict(asyncio.run(runs.agenda()).queued)

    entry(OutboxState.HELD)
    entry(OutboxState.CONFIRMED)
    entry(OutboxState.QUEUED, datetime.now(UTC) + HOUR)
    assert queued() == {}
    first = entry(OutboxState.QUEUED)
    assert queued() == {account.id: first}
    second = entry(OutboxState.QUEUED, datetime.now(UTC) - HOUR)
    assert queued() == {account.id: second}


def test_two_gates_on_one_database_keep_one_distance(
    database: Database, other: Database, account: Account
) -> None:
    rule = Rule(REQUESTS, spacing_ms=40)

    async def ask(desktop: Database, passed: list[datetime]) -> None:
        gate = DatabaseGate(SyncRuns(desktop), account.id)
        for _ in range(10):
            await gate.wait(rule)
            passed.append(datetime.now(UTC))

    async def work() -> list[datetime]:
        passed: list[datetime] = []
        await asyncio.gather(ask(database, passed), ask(other, passed))
        return passed

    started = datetime.now(UTC)
    passed = asyncio.run(work())
    # No request is ahead of its place in the row of all: who came late may be followed sooner.
    for place, moment in enumerate(sorted(passed)):
        assert moment - started >= place * timedelta(milliseconds=40)
    with database.session() as session:
        assert session.get_one(RequestQuota, (account.id, REQUESTS)).state["used"] == 20


def test_a_used_up_day_is_used_up_for_every_desktop(
    database: Database, other: Database, account: Account
) -> None:
    rule = Rule(REQUESTS, per_day=3)

    async def work() -> None:
        await SyncRuns(database).reserve(account.id, rule, 2)
        await SyncRuns(other).reserve(account.id, rule)
        with pytest.raises(QuotaUsedUpError):
            await SyncRuns(database).reserve(account.id, rule)
        await SyncRuns(database).reserve(account.id, Rule("batch items", per_day=3))

    asyncio.run(work())


def test_bookkeeping_of_every_request_wakes_nobody(database: Database, account: Account) -> None:
    heard: list[Change] = []
    database.bus.subscribe(heard.append)

    async def work() -> None:
        runs = SyncRuns(database)
        await runs.reserve(account.id, Rule(REQUESTS))
        await runs.save_cursor(account.id, SyncKind.ORDERS, Cursor())

    asyncio.run(work())
    assert heard == []


# -- whole syncs on a real database ----------------------------------------------------------------


def tools(database: Database, desk: Desk) -> Tools:
    return Tools(
        AccountsService(database).get,
        SyncRuns(database),
        SyncStore(database),
        OutboxService(database),
        lambda _account, _gate: desk.marketplace,
    )


def order_numbers(database: Database, account: Account) -> list[str]:
    statement = sa.text(
        "SELECT external_id FROM transactions.order WHERE platform_account_id = :id ORDER BY 1"
    )
    with database.session() as session:
        return list(session.scalars(statement, {"id": account.id}))


def test_a_sync_that_is_cancelled_again_and_again_leaves_no_gap_and_no_duplicate(
    database: Database, account: Account
) -> None:
    desk = Desk(FakeApi(page_size=5))
    desk.api.sold = [remote_order(number) for number in range(60)]
    request = SyncRequest(account.id, (SyncKind.ORDERS,))
    dice = random.Random(5)  # noqa: S311  (moments of cancelling)

    async def cancelled(calls: int) -> SyncReport:
        task = asyncio.ensure_future(run_request(request, tools(database, desk), lambda _: None))
        first = desk.api.times("orders")

        async def cancel(_method: str, _when: str) -> None:
            if desk.api.times("orders") - first >= calls:
                asyncio.get_running_loop().call_later(dice.random() / 50, task.cancel)

        desk.api.hook = cancel
        return await task

    reports = [asyncio.run(cancelled(dice.randint(1, 3))) for _ in range(8)]
    assert RunStatus.CANCELLED in {report.status for report in reports}
    desk.api.hook = Desk().api.hook
    last = asyncio.run(run_request(request, tools(database, desk), lambda _: None))
    assert last.status is RunStatus.COMPLETED
    assert order_numbers(database, account) == sorted(order.number for order in desk.api.sold)
    again = asyncio.run(
        run_request(
            SyncRequest(account.id, (SyncKind.ORDERS,), full=True),
            tools(database, desk),
            lambda _: None,
        )
    )
    assert (again.kinds[0].counts.fetched, again.kinds[0].counts.unchanged) == (60, 60)
    with database.session() as session:
        running = sa.select(sa.func.count()).where(SyncRun.status == RunStatus.RUNNING)
        assert session.scalar(running) == 0


def test_two_desktops_sync_an_account_one_at_a_time(
    database: Database, other: Database, account: Account
) -> None:
    desk = Desk(FakeApi(page_size=5))
    desk.api.sold = [remote_order(number) for number in range(20)]
    request = SyncRequest(account.id, (SyncKind.ORDERS,))

    async def work() -> tuple[SyncReport, SyncReport]:
        return await asyncio.gather(
            run_request(request, tools(database, desk), lambda _: None),
            run_request(request, tools(other, desk), lambda _: None),
        )

    reports = asyncio.run(work())
    assert RunStatus.COMPLETED in {report.status for report in reports}
    assert {report.status for report in reports} <= {RunStatus.COMPLETED, RunStatus.WAITING}
    assert len(order_numbers(other, account)) == 20
    assert len(asyncio.run(SyncRuns(other).log(account.id))) == sum(
        report.status is RunStatus.COMPLETED for report in reports
    )
