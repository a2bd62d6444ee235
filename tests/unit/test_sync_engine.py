"""One request from lock to report, and the engine that decides what runs when."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from helpers.fake_api import FakeApi
from helpers.sync_memory import ACCOUNT, NOON, Desk, MemoryRuns, remote_order
from soleflip_desktop.connectors.base import (
    REQUESTS,
    AnswerLostError,
    Credentials,
    NotSentError,
)
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.errors import DatabaseUnavailableError, UserError
from soleflip_desktop.domain.marketplace import Quota
from soleflip_desktop.domain.quota import QuotaUsedUpError, Rule
from soleflip_desktop.domain.sync import (
    LoginNeededError,
    RunStatus,
    SyncKind,
    SyncProgress,
    SyncReport,
    SyncRequest,
)
from soleflip_desktop.domain.sync_schedule import Agenda, Planned, back_off
from soleflip_desktop.sync import engine as engine_module
from soleflip_desktop.sync import gate as gate_module
from soleflip_desktop.sync.engine import NO_LOGIN, SyncEngine
from soleflip_desktop.sync.gate import DatabaseGate, LocalGate, with_margin
from soleflip_desktop.sync.job import LOGIN_NEEDED, Job
from soleflip_desktop.sync.run_sync import Tools, run_request

ALL = tuple(SyncKind)
QUARTER = NOON + timedelta(minutes=15)


def request(*kinds: SyncKind, full: bool = False) -> SyncRequest:
    return SyncRequest(1, kinds or ALL, full)


def sync(desk: Desk, asked: SyncRequest, tools: Tools | None = None) -> SyncReport:
    return asyncio.run(run_request(asked, tools or desk.tools(), lambda _: None))


def statuses(report: SyncReport) -> list[tuple[SyncKind, RunStatus]]:
    return [(one.kind, one.status) for one in report.kinds]


# -- one request -----------------------------------------------------------------------------------


def test_a_round_runs_its_kinds_in_order_and_logs_each() -> None:
    desk = Desk(FakeApi(page_size=2))
    desk.api.sold = [remote_order(number) for number in range(5)]
    report = sync(desk, SyncRequest(1, tuple(reversed(ALL))))
    assert statuses(report) == [(kind, RunStatus.COMPLETED) for kind in ALL]
    orders = report.kinds[1]
    assert (orders.counts.fetched, orders.counts.created, orders.counts.requests) == (5, 5, 3)
    assert orders.cursor is not None
    assert orders.cursor["succeeded_at"] == NOON.isoformat()
    assert [ended.kind for ended in desk.runs.ended] == list(ALL)
    assert desk.runs.ended[1].counts == orders.counts
    assert set(desk.runs.plans.values()) == {Planned(QUARTER, 0)}
    assert desk.api.closed
    assert desk.runs.held == set()


def test_a_refused_login_ends_the_round_and_puts_the_rest_off() -> None:
    desk = Desk()
    desk.api.fails("orders", LoginNeededError("StockX wants you to log in."))
    report = sync(desk, request())
    assert [one.status for one in report.kinds] == [
        RunStatus.COMPLETED,
        *[RunStatus.FAILED] * 3,
    ]
    assert {one.message for one in report.kinds[1:]} == {
        f"{LOGIN_NEEDED}StockX wants you to log in."
    }
    assert len(desk.runs.ended) == 2
    assert all(
        desk.runs.plans[1, kind] == Planned(NOON + timedelta(seconds=30), 1) for kind in ALL[1:]
    )


def test_a_used_up_day_waits_until_midnight_and_is_no_failure() -> None:
    desk = Desk()
    rule = Rule(REQUESTS, per_day=2, day_zone="UTC")

    async def ask(job: Job) -> None:
        for _ in range(3):
            await desk.gates[0].wait(rule)

    tools = replace(desk.tools(), jobs={SyncKind.ORDERS: ask})
    report = sync(desk, request(SyncKind.ORDERS), tools)
    midnight = NOON + timedelta(hours=12)
    assert report.status is RunStatus.WAITING
    assert report.kinds[0].retry_at == midnight
    assert "used up" in report.kinds[0].message
    assert desk.runs.plans[1, SyncKind.ORDERS] == Planned(midnight, 0)


def test_back_off_doubles_and_a_success_ends_it() -> None:
    desk = Desk()
    desk.api.fails("listings", *[AnswerLostError("StockX has trouble.")] * 3)
    waits = []
    for _ in range(3):
        report = sync(desk, request(SyncKind.LISTINGS))
        assert report.status is RunStatus.FAILED
        plan = desk.runs.plans[1, SyncKind.LISTINGS]
        assert plan.at == report.kinds[0].retry_at
        waits.append((plan.at or NOON) - NOON)
    assert waits == [timedelta(seconds=seconds) for seconds in (30, 60, 120)]
    sync(desk, request(SyncKind.LISTINGS))
    assert desk.runs.plans[1, SyncKind.LISTINGS] == Planned(QUARTER, 0)


def test_back_off_ends_at_an_hour_and_has_jitter() -> None:
    assert back_off(1, 75) == timedelta(seconds=22.5)
    assert back_off(50, 100) == timedelta(hours=1)


def test_the_marketplaces_own_word_counts_more_than_our_back_off() -> None:
    desk = Desk()
    desk.api.fails("listings", NotSentError("StockX asks to go slower.", 900))
    report = sync(desk, request(SyncKind.LISTINGS))
    assert report.kinds[0].retry_at == NOON + timedelta(seconds=900)


def test_one_failing_kind_does_not_stop_the_others() -> None:
    desk = Desk()
    desk.api.fails("orders", AnswerLostError("StockX has trouble."))
    report = sync(desk, request())
    assert statuses(report)[1:3] == [
        (SyncKind.ORDERS, RunStatus.FAILED),
        (SyncKind.LISTINGS, RunStatus.COMPLETED),
    ]


def test_a_bug_is_in_the_log_in_plain_words_and_goes_on() -> None:
    desk = Desk()
    desk.api.fails("listings", KeyError("planted-secret"))
    with pytest.raises(KeyError):
        sync(desk, request(SyncKind.LISTINGS))
    ended = desk.runs.ended[0]
    assert ended.status is RunStatus.FAILED
    assert "planted-secret" not in ended.message
    assert "report it" in ended.message
    assert desk.runs.plans[1, SyncKind.LISTINGS].failures == 1
    assert desk.api.closed


def test_a_busy_account_is_told_and_left_alone() -> None:
    desk = Desk()
    desk.runs.held.add(1)
    report = sync(desk, request(SyncKind.ORDERS))
    assert statuses(report) == [(SyncKind.ORDERS, RunStatus.WAITING)]
    assert "Another desktop" in report.kinds[0].message
    assert desk.api.calls == []
    assert desk.runs.plans == {}


def test_cancelling_ends_the_run_in_the_log_and_keeps_what_is_stored() -> None:
    desk = Desk(FakeApi(page_size=1))
    desk.api.sold = [remote_order(number) for number in range(5)]

    async def cancelled() -> SyncReport:
        task = asyncio.ensure_future(
            run_request(request(SyncKind.ORDERS, SyncKind.LISTINGS), desk.tools(), lambda _: None)
        )

        async def cancel(method: str, _when: str) -> None:
            if desk.api.times("orders") == 3:
                task.cancel()
                task.cancel()

        desk.api.hook = cancel
        return await task

    report = asyncio.run(cancelled())
    assert statuses(report) == [(kind, RunStatus.CANCELLED) for kind in ALL[1:3]]
    assert [ended.status for ended in desk.runs.ended] == [RunStatus.CANCELLED]
    assert len(desk.store.records) == 2
    assert desk.runs.cursors[1, SyncKind.ORDERS].round is not None
    assert desk.runs.plans[1, SyncKind.LISTINGS] == Planned(QUARTER, 0)
    assert desk.runs.held == set()


def test_a_platforms_own_limits_are_asked_now_and_then() -> None:
    desk = Desk()
    desk.api.limits = [Quota("sell.fulfillment order", 2_500, 2_400, NOON)]
    for _ in range(2):
        sync(desk, request(SyncKind.ORDERS))
    assert desk.api.asked_limits == 1
    assert desk.runs.limits == {1: desk.api.limits}


@pytest.mark.parametrize(
    "error",
    [
        AnswerLostError("eBay has trouble."),
        LoginNeededError("eBay wants you to log in."),
        QuotaUsedUpError("Today's requests are used up.", NOON),
    ],
)
def test_without_its_limits_a_platform_is_synced_all_the_same(error: UserError) -> None:
    desk = Desk()
    desk.api.limits = error
    assert sync(desk, request(SyncKind.ORDERS)).status is RunStatus.COMPLETED
    assert desk.runs.limits == {}


@pytest.mark.parametrize("fails", [None, AnswerLostError("StockX has trouble.")])
def test_cancelled_while_a_run_is_written_down_nothing_else_begins(
    fails: AnswerLostError | None,
) -> None:
    desk = Desk()
    desk.api.fails("orders", fails)

    async def cancelled() -> SyncReport:
        task = asyncio.ensure_future(
            run_request(request(SyncKind.ORDERS, SyncKind.LISTINGS), desk.tools(), lambda _: None)
        )
        desk.runs.on_end = task.cancel
        return await task

    report = asyncio.run(cancelled())
    first = RunStatus.COMPLETED if fails is None else RunStatus.FAILED
    assert statuses(report) == [
        (SyncKind.ORDERS, first),
        (SyncKind.LISTINGS, RunStatus.CANCELLED),
    ]
    assert desk.api.times("listings") == 0
    assert desk.runs.plans[1, SyncKind.LISTINGS] == Planned(QUARTER, 0)


# -- the gate --------------------------------------------------------------------------------------


class Clock:
    """A loop's clock that sleeping moves, always somewhat further than asked for."""

    def __init__(self) -> None:
        self.ms = 0

    def now_ms(self) -> int:
        return self.ms

    async def sleep(self, seconds: Any) -> None:
        self.ms += round(seconds * 1000) + self.ms % 40


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(gate_module, "_now_ms", clock.now_ms)
    monkeypatch.setattr(asyncio, "sleep", clock.sleep)
    return clock


def test_the_gate_keeps_its_distance_also_after_sleeping_too_long(clock: Clock) -> None:
    runs, passed = MemoryRuns(), list[int]()
    waited: list[Decimal] = []
    gate = DatabaseGate(runs, 1, waited.append)
    rule = Rule(REQUESTS, spacing_ms=1000)

    async def ask() -> None:
        for step in range(20):
            runs.clock = NOON + timedelta(milliseconds=clock.ms)
            await gate.wait(rule)
            passed.append(clock.ms)
            clock.ms += (step * 137) % 1500  # what the answer takes

    asyncio.run(ask())
    assert all(b - a >= 1000 for a, b in pairwise(passed))
    assert sum(waited) > 0
    assert all(isinstance(seconds, Decimal) for seconds in waited)


def test_the_margin_is_five_percent_and_some_milliseconds_at_least() -> None:
    assert with_margin(Rule(REQUESTS, spacing_ms=1000)).spacing_ms == 1050
    assert with_margin(Rule(REQUESTS, spacing_ms=10)).spacing_ms == 25
    assert with_margin(Rule(REQUESTS)).spacing_ms == 0


def test_an_account_that_is_not_stored_yet_is_asked_slowly(clock: Clock) -> None:
    asyncio.run(LocalGate().wait(Rule(REQUESTS, spacing_ms=1000)))
    assert clock.ms == 1050


# -- the engine ------------------------------------------------------------------------------------


@dataclass(slots=True)
class InProcess:
    """Runs requests in this process, and knows what was started."""

    desk: Desk
    started: list[SyncRequest] = field(default_factory=list)
    running: int = 0
    most: int = 0
    dies: list[Exception] = field(default_factory=list)

    def start(
        self,
        asked: SyncRequest,
        credentials: Credentials,
        on_progress: Callable[[SyncProgress], None],
    ) -> _InTask:
        assert credentials == {"access_token": "planted-secret"}
        self.started.append(asked)
        return _InTask(asyncio.ensure_future(self._run(asked, on_progress)))

    async def _run(
        self, asked: SyncRequest, on_progress: Callable[[SyncProgress], None]
    ) -> SyncReport:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            if self.dies:
                raise self.dies.pop()
            return await run_request(asked, self.desk.tools(), on_progress)
        finally:
            self.running -= 1


@dataclass(slots=True)
class _InTask:
    task: asyncio.Task[SyncReport]

    def cancel(self) -> None:
        self.task.cancel()

    async def wait(self) -> SyncReport:
        return await self.task


@dataclass(slots=True)
class Keys:
    """The log-ins of a desktop."""

    accounts: set[int] = field(default_factory=lambda: {1})

    async def load(self, account_id: int) -> Credentials | None:
        return {"access_token": "planted-secret"} if account_id in self.accounts else None


@dataclass(slots=True)
class Running:
    """An engine under test."""

    desk: Desk
    syncs: InProcess
    engine: SyncEngine
    keys: Keys
    reports: list[SyncReport] = field(default_factory=list)
    progress: list[SyncProgress] = field(default_factory=list)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not condition():
                await asyncio.sleep(0)

    async def ends(self, count: int) -> None:
        await self.until(lambda: len(self.reports) >= count)


def with_engine(
    desk: Desk, test: Callable[[Running], Awaitable[None]], *, scheduled: bool = False
) -> None:
    async def work() -> None:
        syncs, keys = InProcess(desk), Keys()
        engine = SyncEngine(desk.runs, keys, syncs, spread=lambda _low, _high: 0)
        running = Running(desk, syncs, engine, keys)
        engine.watch(running.progress.append, running.reports.append)
        if scheduled:
            engine.start()
        try:
            await test(running)
        finally:
            await engine.close()
        assert engine.running() == []
        assert syncs.running == 0
        assert desk.runs.open_runs == {}

    asyncio.run(work())


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "GATHER_MS", 0)


def test_requests_of_an_account_run_one_after_the_other() -> None:
    async def test(running: Running) -> None:
        running.engine.run_now(request(SyncKind.ORDERS))
        await running.until(lambda: running.engine.running() != [])
        running.engine.run_now(request(SyncKind.LISTINGS))
        running.engine.run_now(request(SyncKind.MARKET))
        running.engine.run_now(request(SyncKind.ORDERS, full=True))
        await running.ends(3)
        assert running.syncs.started == [
            request(SyncKind.ORDERS),
            request(SyncKind.LISTINGS, SyncKind.MARKET),
            request(SyncKind.ORDERS, full=True),
        ]
        assert running.syncs.most == 1

    with_engine(Desk(), test)


def test_two_accounts_run_side_by_side() -> None:
    desk = Desk(accounts={1: ACCOUNT, 2: replace(ACCOUNT, id=2)})

    async def test(running: Running) -> None:
        running.keys.accounts.add(2)
        running.engine.run_now(SyncRequest(1, (SyncKind.ORDERS,)))
        running.engine.run_now(SyncRequest(2, (SyncKind.ORDERS,)))
        await running.ends(2)
        assert running.syncs.most == 2

    with_engine(desk, test)


def test_without_a_login_here_the_user_is_told() -> None:
    async def test(running: Running) -> None:
        running.keys.accounts.clear()
        running.engine.run_now(request(SyncKind.ORDERS))
        await running.ends(1)
        assert running.reports[0].kinds[0].message == NO_LOGIN
        assert running.syncs.started == []

    with_engine(Desk(), test)


def test_the_outbox_goes_before_market_data_which_goes_on_afterwards() -> None:
    desk = Desk()
    held = asyncio.Event()

    async def hold(_job: Job) -> None:
        await held.wait()

    async def test(running: Running) -> None:
        tools = replace(desk.tools(), jobs={**desk.tools().jobs, SyncKind.MARKET: hold})
        running.syncs.desk = _WithTools(tools)  # type: ignore[assignment]  # all that is asked of it
        running.engine.run_now(request(SyncKind.MARKET))
        await running.until(lambda: running.engine.running() != [])
        running.engine.run_now(request(SyncKind.OUTBOX))
        await running.ends(1)
        assert running.reports[0].status is RunStatus.CANCELLED
        held.set()
        await running.ends(2)
        assert running.syncs.started == [
            request(SyncKind.MARKET),
            request(SyncKind.OUTBOX, SyncKind.MARKET),
        ]
        assert running.reports[1].status is RunStatus.COMPLETED

    with_engine(desk, test)


@dataclass(slots=True)
class _WithTools:
    given: Tools

    def tools(self) -> Tools:
        return self.given


def test_what_is_queued_while_a_run_is_young_does_not_wait_for_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine_module, "PATIENCE_S", 0.02)
    desk = Desk()
    held = asyncio.Event()

    async def hold(_job: Job) -> None:
        await held.wait()

    async def test(running: Running) -> None:
        tools = replace(desk.tools(), jobs={**desk.tools().jobs, SyncKind.ORDERS: hold})
        running.syncs.desk = _WithTools(tools)  # type: ignore[assignment]  # all that is asked of it
        running.engine.run_now(request(SyncKind.ORDERS, SyncKind.LISTINGS, full=True))
        await running.until(lambda: running.syncs.started != [])
        running.engine.run_now(request(SyncKind.OUTBOX))
        assert running.reports == []
        await running.ends(2)
        assert [report.status for report in running.reports] == [
            RunStatus.CANCELLED,
            RunStatus.COMPLETED,
        ]
        held.set()
        await running.ends(3)
        assert running.syncs.started[1:] == [
            request(SyncKind.OUTBOX),
            request(SyncKind.ORDERS, SyncKind.LISTINGS, full=True),
        ]

    with_engine(desk, test)


def test_a_run_that_ends_in_time_is_not_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "PATIENCE_S", 0.02)

    async def test(running: Running) -> None:
        running.engine.run_now(request(SyncKind.ORDERS))
        await running.until(lambda: running.syncs.started != [])
        running.engine.run_now(request(SyncKind.OUTBOX))
        await running.ends(2)
        await asyncio.sleep(0.04)
        assert [report.status for report in running.reports] == [RunStatus.COMPLETED] * 2

    with_engine(Desk(), test)


def test_many_changes_are_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "GATHER_MS", 30)
    desk = Desk()

    async def test(running: Running) -> None:
        await running.until(lambda: desk.runs.looks == 1)
        for _ in range(100):
            running.engine.note_change(Change.of(Domain.INTEGRATION))
            await asyncio.sleep(0)
        await running.until(lambda: desk.runs.looks == 2)
        await asyncio.sleep(0.05)
        assert desk.runs.looks == 2

    with_engine(desk, test, scheduled=True)


def test_a_database_that_is_gone_for_a_while_fails_the_run_which_goes_on_later() -> None:
    desk = Desk(FakeApi(page_size=2))
    desk.api.sold = [remote_order(number) for number in range(6)]
    gone = DatabaseUnavailableError("The database cannot be used: the connection was lost.")

    async def lose(_method: str, _when: str) -> None:
        if desk.api.times("orders") == 3:
            desk.runs.on_end = fail
            raise gone

    def fail() -> None:
        raise gone

    async def test(running: Running) -> None:
        desk.api.hook = lose
        desk.runs.on_agenda = Agenda(NOON, {1: (SyncKind.ORDERS,)})
        running.engine.start()
        await running.ends(1)
        assert running.reports[0].kinds[0].status is RunStatus.FAILED
        assert running.reports[0].kinds[0].message == str(gone)
        assert desk.runs.held == set()
        desk.api.hook, desk.runs.on_end = _nothing, _nothing_at_all
        desk.runs.open_runs.clear()  # closed as interrupted by the next run
        desk.runs.on_agenda = Agenda(NOON + timedelta(minutes=6), {1: (SyncKind.ORDERS,)})
        running.engine.note_change(Change.of(Domain.INTEGRATION))
        await running.ends(2)
        assert running.reports[1].kinds[0].status is RunStatus.COMPLETED
        desk.runs.on_agenda = Agenda(NOON)

    with_engine(desk, test)
    assert len(desk.store.records) == 6


async def _nothing(_method: str, _when: str) -> None:
    return


def _nothing_at_all() -> None:
    return


def test_a_mistake_does_not_end_the_schedule() -> None:
    desk = Desk()
    told: list[dict[str, Any]] = []
    desk.runs.agenda_fails = [
        DatabaseUnavailableError("The database cannot be used."),
        RuntimeError("a mistake"),
    ]

    async def test(running: Running) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, facts: told.append(facts))
        desk.runs.on_agenda = Agenda(NOON, {1: (SyncKind.ORDERS,)})
        running.engine.start()
        async with asyncio.timeout(5):
            while not running.reports:
                running.engine.note_change(Change.of(Domain.INTEGRATION))
                await asyncio.sleep(0)
        desk.runs.on_agenda = Agenda(NOON)

    with_engine(desk, test)
    assert [str(facts["exception"]) for facts in told] == ["a mistake"]


def test_cancelling_ends_the_job_and_what_waits() -> None:
    desk = Desk()
    desk.api.hook = _forever

    async def test(running: Running) -> None:
        running.engine.run_now(request(SyncKind.ORDERS))
        await running.until(lambda: desk.api.calls != [])
        running.engine.run_now(request(SyncKind.LISTINGS))
        running.engine.cancel(1)
        await running.ends(1)
        await asyncio.sleep(0.01)
        assert [report.status for report in running.reports] == [RunStatus.CANCELLED]
        assert len(running.syncs.started) == 1

    with_engine(desk, test)


def test_cancelled_before_its_child_listens_it_is_cancelled_and_did_not_fail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Deaf:
        """What a child's run is until the child has loaded."""

        def __init__(self) -> None:
            self.answer: asyncio.Future[SyncReport] = asyncio.get_running_loop().create_future()

        def cancel(self) -> None:
            self.answer.set_exception(UserError("Cancelled."))

        async def wait(self) -> SyncReport:
            return await self.answer

    async def test(running: Running) -> None:
        started: list[Deaf] = []

        def start(*_given: object) -> Deaf:
            started.append(Deaf())
            return started[0]

        monkeypatch.setattr(InProcess, "start", start)
        running.engine.run_now(request(SyncKind.ORDERS))
        await running.until(lambda: started != [])
        running.engine.cancel(1)
        await running.ends(1)
        assert running.reports[0].status is RunStatus.CANCELLED

    with_engine(Desk(), test)


async def _forever(_method: str, _when: str) -> None:
    await asyncio.Event().wait()


def test_closing_waits_for_a_clean_end() -> None:
    desk = Desk()
    desk.api.hook = _forever

    async def test(running: Running) -> None:
        running.engine.run_now(request(SyncKind.ORDERS))
        await running.until(lambda: desk.api.calls != [])

    with_engine(desk, test)
    assert [ended.status for ended in desk.runs.ended] == [RunStatus.CANCELLED]


def test_a_child_that_dies_is_told_and_the_schedule_leaves_it_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk()
    desk.runs.on_agenda = Agenda(NOON, {1: (SyncKind.ORDERS,)})
    told: list[dict[str, Any]] = []

    async def test(running: Running) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, facts: told.append(facts))
        running.syncs.dies.append(RuntimeError("KeyError in a child process"))
        running.engine.start()
        await running.ends(1)
        looks = desk.runs.looks
        await running.until(lambda: desk.runs.looks > looks)
        assert len(running.syncs.started) == 1
        assert running.reports[0].status is RunStatus.FAILED

    with_engine(desk, test)
    assert [str(facts["exception"]) for facts in told] == ["KeyError in a child process"]


def test_the_schedule_runs_what_is_due_and_nothing_that_is_held_or_foreign() -> None:
    desk = Desk(accounts={number: replace(ACCOUNT, id=number) for number in (1, 2, 3)})
    desk.runs.on_agenda = Agenda(NOON, dict.fromkeys((1, 2, 3), (SyncKind.ORDERS,)))
    desk.runs.held.add(2)

    async def test(running: Running) -> None:
        await running.ends(1)
        desk.runs.on_agenda = Agenda(NOON)
        assert running.syncs.started[0] == SyncRequest(1, (SyncKind.ORDERS,))
        assert {asked.account_id for asked in running.syncs.started} == {1}

    with_engine(desk, test, scheduled=True)


def test_what_joins_the_outbox_is_pushed_at_once_and_only_once() -> None:
    desk = Desk()

    async def test(running: Running) -> None:
        await running.until(lambda: desk.runs.looks == 1)
        desk.runs.on_agenda = Agenda(NOON, queued={1: 7})
        await asyncio.to_thread(running.engine.note_change, Change.of(Domain.INTEGRATION))
        await running.ends(1)
        looks = desk.runs.looks
        running.engine.note_change(Change.of(Domain.INTEGRATION))
        await running.until(lambda: desk.runs.looks > looks)
        assert running.syncs.started == [request(SyncKind.OUTBOX)]
        desk.runs.on_agenda = Agenda(NOON, queued={1: 8})
        running.engine.note_change(Change.of(Domain.INTEGRATION))
        await running.ends(2)

    with_engine(desk, test, scheduled=True)


def test_other_changes_do_not_wake_the_engine() -> None:
    desk = Desk()

    async def test(running: Running) -> None:
        await running.until(lambda: desk.runs.looks == 1)
        running.engine.note_change(Change.of(Domain.CATALOG))
        await asyncio.sleep(0.02)
        assert desk.runs.looks == 1

    with_engine(desk, test, scheduled=True)


def test_two_engines_on_one_database_sync_an_account_once() -> None:
    first = Desk(FakeApi(page_size=1))
    first.api.sold = [remote_order(number) for number in range(30)]
    second = Desk(first.api, first.runs)
    second.store = first.store

    async def test(running: Running) -> None:
        other = InProcess(second)
        engine = SyncEngine(second.runs, Keys(), other, spread=lambda _low, _high: 0)
        reports: list[SyncReport] = []
        engine.watch(lambda _: None, reports.append)
        running.engine.run_now(request(SyncKind.ORDERS))
        await running.until(lambda: first.api.calls != [])
        engine.run_now(request(SyncKind.ORDERS))
        await running.until(lambda: bool(reports))
        assert reports[0].status is RunStatus.WAITING
        await running.ends(1)
        engine.run_now(request(SyncKind.ORDERS, full=True))
        await running.until(lambda: len(reports) == 2)
        assert reports[1].kinds[0].counts.unchanged == 30
        await engine.close()

    with_engine(first, test)
    assert len(first.store.records) == 30


def test_a_listener_can_leave() -> None:
    async def test(running: Running) -> None:
        heard: list[SyncReport] = []
        leave = running.engine.watch(lambda _: None, heard.append)
        leave()
        running.engine.run_now(request(SyncKind.ORDERS))
        await running.ends(1)
        assert heard == []
        assert running.progress[0].kind is SyncKind.ORDERS

    with_engine(Desk(), test)
