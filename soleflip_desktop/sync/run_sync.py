"""One request from lock to report: the kinds one after the other, each with a run in the log."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from soleflip_desktop.connectors.base import (
    Gate,
    MarketplaceApi,
    MarketplaceError,
    NotSentError,
)
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.marketplace import Quota
from soleflip_desktop.domain.quota import QuotaUsedUpError
from soleflip_desktop.domain.sync import (
    Account,
    AccountBusyError,
    KindReport,
    LoginNeededError,
    RunStatus,
    SyncCounts,
    SyncKind,
    SyncProgress,
    SyncReport,
    SyncRequest,
)
from soleflip_desktop.domain.sync_json import cursor_json
from soleflip_desktop.domain.sync_schedule import (
    LEAST_JITTER,
    MOST_JITTER,
    Planned,
    next_plan,
)
from soleflip_desktop.sync.gate import DatabaseGate, Reserves
from soleflip_desktop.sync.job import LOGIN_NEEDED, Job, Outbox, Runs, Store
from soleflip_desktop.sync.jobs import push_outbox, sync_listings, sync_market, sync_orders

T = TypeVar("T")
Perform = Callable[[Job], Awaitable[None]]

JOBS: Mapping[SyncKind, Perform] = {
    SyncKind.OUTBOX: push_outbox.run,
    SyncKind.ORDERS: sync_orders.run,
    SyncKind.LISTINGS: sync_listings.run,
    SyncKind.MARKET: sync_market.run,
}
CANCELLED = "Cancelled; what was stored stays."
_BUG = "This is a mistake of SoleFlip Desktop: please report it. What was stored before it stays."


class RunBook(Runs, Reserves, Protocol):
    """`services.sync_runs.SyncRuns`."""

    def hold_account(self, account_id: int) -> AbstractAsyncContextManager[None]: ...

    async def start_run(self, account_id: int, kind: SyncKind, *, full: bool) -> int: ...

    async def end_run(self, run_id: int, report: KindReport) -> None: ...

    async def are_limits_old(self, account_id: int) -> bool: ...

    async def keep_limits(self, account_id: int, quotas: Sequence[Quota]) -> None: ...

    async def planned(self, account_id: int, kind: SyncKind) -> Planned: ...

    async def schedule(
        self, account_id: int, kind: SyncKind, at: datetime | None, failures: int
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What a request is worked off with. `open_api` knows the log-in; `account` the settings."""

    account: Callable[[int], Awaitable[Account]]
    runs: RunBook
    store: Store
    outbox: Outbox
    open_api: Callable[[Account, Gate], MarketplaceApi]
    scale: int = 1
    jobs: Mapping[SyncKind, Perform] = field(default_factory=lambda: JOBS)
    jitter: Callable[[int, int], int] = random.randint


async def run_request(
    request: SyncRequest, tools: Tools, on_progress: Callable[[SyncProgress], None]
) -> SyncReport:
    """Runs the kinds in their order; what a marketplace or its limits say is in the report.

    Cancelling the task ends the kind at hand; the report then says so, for what was stored stays.
    Raises NotFoundError for an account that is gone; bugs end the run in the log and go on.
    """
    account = await tools.account(request.account_id)
    work = _Request(request, account, tools, on_progress)
    try:
        async with tools.runs.hold_account(account.id):
            await work.run()
    except AccountBusyError as error:
        work.leave_rest(RunStatus.WAITING, str(error))
    except asyncio.CancelledError:  # between two kinds
        _forget_cancelling()
        work.leave_rest(RunStatus.CANCELLED, CANCELLED)
    return SyncReport(account.id, tuple(work.reports))


def _in_order(request: SyncRequest) -> tuple[SyncKind, ...]:
    return tuple(kind for kind in SyncKind if kind in request.kinds)


class _Request:
    """One request, the account's lock being held."""

    def __init__(
        self,
        request: SyncRequest,
        account: Account,
        tools: Tools,
        on_progress: Callable[[SyncProgress], None],
    ) -> None:
        self._request = request
        self._account = account
        self._tools = tools
        self._on_progress = on_progress
        self._waited = Decimal(0)
        self._cancelled = False
        self.reports: list[KindReport] = []

    async def run(self) -> None:
        api = self._tools.open_api(
            self._account, DatabaseGate(self._tools.runs, self._account.id, self._note_wait)
        )
        try:
            await self._ask_limits(api)
            for kind in _in_order(self._request):
                report = await self._run_kind(kind, api)
                self.reports.append(report)
                # Cancelled is the whole request; without a log-in the others fail too.
                if self._cancelled:
                    await self._put_off_rest(RunStatus.CANCELLED, CANCELLED)
                    break
                if report.message.startswith(LOGIN_NEEDED):
                    await self._put_off_rest(report.status, report.message)
                    break
        finally:
            await api.aclose()

    async def _ask_limits(self, api: MarketplaceApi) -> None:
        """A platform that can be asked for its limits is, now and then; without them it works."""
        runs, account_id = self._tools.runs, self._account.id
        if not await runs.are_limits_old(account_id):
            return
        try:
            quotas = await api.quotas()
        except (MarketplaceError, LoginNeededError, QuotaUsedUpError):
            return  # whatever is wrong, the first kind says it
        if quotas:
            await runs.keep_limits(account_id, quotas)

    async def _put_off_rest(self, status: RunStatus, message: str) -> None:
        """What was not begun is not due any more either."""
        begun = len(self.reports)
        self.leave_rest(status, message)
        for left in self.reports[begun:]:
            await self._whatever_happens(self._plan(left))

    def leave_rest(self, status: RunStatus, message: str) -> None:
        """What was not begun is reported too."""
        for kind in _in_order(self._request)[len(self.reports) :]:
            self.reports.append(KindReport(kind, status, SyncCounts(), message))

    async def _run_kind(self, kind: SyncKind, api: MarketplaceApi) -> KindReport:
        runs, account_id = self._tools.runs, self._account.id
        run_id = await runs.start_run(account_id, kind, full=self._request.full)
        job = self._job(kind, api)
        requests, waited = api.traffic.requests, self._waited
        report = KindReport(kind, RunStatus.FAILED, job.counts, _BUG)
        try:
            report = await self._perform(job)
        finally:
            job.counts.requests = api.traffic.requests - requests
            job.counts.waited_s = self._waited - waited
            report = await self._whatever_happens(self._end(run_id, report))
        return report

    def _job(self, kind: SyncKind, api: MarketplaceApi) -> Job:
        tools = self._tools
        return Job(
            kind,
            self._account,
            api,
            tools.store,
            tools.runs,
            tools.outbox,
            self._request.full,
            tools.scale,
            self._on_progress,
        )

    async def _perform(self, job: Job) -> KindReport:
        """What the run ended as; bugs go on."""
        job.tell("Beginning")
        try:
            await self._tools.jobs[job.kind](job)
        except asyncio.CancelledError:
            self._note_cancelling()
            return KindReport(job.kind, RunStatus.CANCELLED, job.counts, CANCELLED)
        except LoginNeededError as error:
            return KindReport(job.kind, RunStatus.FAILED, job.counts, f"{LOGIN_NEEDED}{error}")
        except QuotaUsedUpError as error:
            return KindReport(
                job.kind, RunStatus.WAITING, job.counts, str(error), retry_at=error.until
            )
        except (MarketplaceError, UserError) as error:
            later = await self._whatever_happens(self._later(error))
            return KindReport(job.kind, RunStatus.FAILED, job.counts, str(error), retry_at=later)
        return KindReport(job.kind, RunStatus.COMPLETED, job.counts)

    async def _later(self, error: UserError) -> datetime | None:
        """When the marketplace said to come back, if it did."""
        if not isinstance(error, NotSentError) or error.retry_after_s is None:
            return None
        return await self._tools.runs.now() + timedelta(seconds=error.retry_after_s)

    async def _end(self, run_id: int, report: KindReport) -> KindReport:
        """Writes the log and the schedule; returns the report with cursor and next time."""
        runs, account_id, kind = self._tools.runs, self._account.id, report.kind
        await runs.end_run(run_id, report)
        plan = await self._plan(report)
        cursor = cursor_json(await runs.cursor(account_id, kind))
        at_its_time = report.status in {RunStatus.COMPLETED, RunStatus.CANCELLED}
        return replace(report, cursor=cursor, retry_at=None if at_its_time else plan.at)

    async def _plan(self, report: KindReport) -> Planned:
        runs, account = self._tools.runs, self._account
        failures = (await runs.planned(account.id, report.kind)).failures
        percent = self._tools.jitter(LEAST_JITTER, MOST_JITTER)
        plan = next_plan(report, account.settings, failures, await runs.now(), percent)
        await runs.schedule(account.id, report.kind, plan.at, plan.failures)
        return plan

    def _note_wait(self, seconds: Decimal) -> None:
        self._waited += seconds

    async def _whatever_happens(self, ending: Coroutine[Any, Any, T]) -> T:
        """The log is written to its end, however often somebody cancels meanwhile."""
        task = asyncio.create_task(ending)
        while not task.done():
            try:
                await asyncio.shield(task)
            except asyncio.CancelledError:
                self._note_cancelling()
        return task.result()

    def _note_cancelling(self) -> None:
        self._cancelled = True
        _forget_cancelling()


def _forget_cancelling() -> None:
    """The report is the answer to it."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()
