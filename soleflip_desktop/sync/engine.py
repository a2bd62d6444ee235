"""The sync engine: what runs when, on the caller's event loop. The work is done elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from soleflip_desktop.connectors.base import Credentials
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.sync import (
    KindReport,
    RunStatus,
    SyncCounts,
    SyncKind,
    SyncProgress,
    SyncReport,
    SyncRequest,
)
from soleflip_desktop.domain.sync_schedule import Agenda

log = logging.getLogger(__name__)

#: Between two looks at the schedule, in seconds, where no notice comes before.
POLL_S = 30
#: Many notices within this time are one: a sync notes several changes a second.
GATHER_MS = 1000
#: What is overdue when the app starts is spread over so many seconds.
SPREAD_S = 20
#: After a run that died, the schedule leaves its account alone for a while.
AFTER_CRASH = timedelta(minutes=5)
#: Entries that a push left behind are not sent again before; new ones are.
AFTER_PUSH, AFTER_CANCEL = timedelta(minutes=1), timedelta(minutes=15)
#: A run that is younger is not interrupted by the outbox yet; market data always is.
PATIENCE_S = 20
_ORDER = {kind: place for place, kind in enumerate(SyncKind)}
NO_LOGIN = (
    "This desktop has no log-in of this account. Connect the account here, on the page Accounts."
)

OnProgress = Callable[[SyncProgress], None]
OnEnd = Callable[[SyncReport], None]


class RunningSync(Protocol):
    """One request under way."""

    def cancel(self) -> None: ...

    async def wait(self) -> SyncReport: ...


class Syncs(Protocol):
    """Starts requests: `sync_child.ChildSyncs`."""

    def start(
        self, request: SyncRequest, credentials: Credentials, on_progress: OnProgress
    ) -> RunningSync: ...


class Keys(Protocol):
    """`keychain.Keychain`."""

    async def load(self, account_id: int) -> Credentials | None: ...


class AgendaSource(Protocol):
    """`services.sync_runs.SyncRuns`."""

    async def agenda(self) -> Agenda: ...

    async def close_interrupted(self) -> int: ...


@dataclass(slots=True)
class _Lane:
    """One account: what runs, and what runs next. There is one while there is work."""

    account_id: int
    queue: list[SyncRequest] = field(default_factory=list)
    request: SyncRequest | None = None
    run: RunningSync | None = None
    progress: SyncProgress | None = None
    cancelled: bool = False
    began: float = 0  # by the loop's clock
    task: asyncio.Task[None] | None = None

    def add(self, request: SyncRequest) -> None:
        """Requests that wait become one, unless one of them reads everything and one does not."""
        for place, waiting in enumerate(self.queue):
            if waiting.full == request.full:
                kinds = tuple(k for k in SyncKind if k in {*waiting.kinds, *request.kinds})
                self.queue[place] = replace(waiting, kinds=kinds)
                break
        else:
            self.queue.append(request)
        self.queue.sort(key=lambda waiting: SyncKind.OUTBOX not in waiting.kinds)

    @property
    def is_to_push(self) -> bool:
        """Whether the outbox waits for the end of what runs."""
        return any(SyncKind.OUTBOX in waiting.kinds for waiting in self.queue)

    def stop(self) -> None:
        self.cancelled = True
        if self.run is not None:
            self.run.cancel()


class SyncEngine:
    """The `SyncControl` of the window; `note_change` may be called from any thread."""

    def __init__(
        self,
        runs: AgendaSource,
        keys: Keys,
        syncs: Syncs,
        *,
        spread: Callable[[int, int], int] = random.randint,
    ) -> None:
        self._runs = runs
        self._keys = keys
        self._syncs = syncs
        self._spread = spread
        self._lanes: dict[int, _Lane] = {}
        self._listeners: list[tuple[OnProgress, OnEnd]] = []
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._poller: asyncio.Task[None] | None = None
        self._late: dict[int, asyncio.TimerHandle] = {}
        self._pushed: dict[int, int] = {}
        self._push_again_at: dict[int, datetime] = {}
        self._left_alone_until: dict[int, datetime] = {}
        self._now: datetime | None = None

    def start(self) -> None:
        """Begins to follow the schedule."""
        self._loop = asyncio.get_running_loop()
        self._poller = self._loop.create_task(self._follow_schedule())

    async def close(self) -> None:
        """Ends everything and waits for it."""
        for handle in self._late.values():
            handle.cancel()
        tasks = [lane.task for lane in self._lanes.values() if lane.task is not None]
        for lane in self._lanes.values():
            lane.queue.clear()
            lane.stop()
        if self._poller is not None:
            self._poller.cancel()
            tasks.append(self._poller)
        await asyncio.gather(*tasks, return_exceptions=True)

    def run_now(self, request: SyncRequest) -> None:
        lane = self._lane(request.account_id)
        lane.add(request)
        if SyncKind.OUTBOX in request.kinds:
            self._make_way(lane)

    def cancel(self, account_id: int) -> None:
        lane = self._lanes.get(account_id)
        if lane is not None:
            lane.queue.clear()
            lane.stop()

    def running(self) -> Sequence[SyncProgress]:
        return [lane.progress for lane in self._lanes.values() if lane.progress is not None]

    def watch(self, on_progress: OnProgress, on_end: OnEnd) -> Callable[[], None]:
        listener = (on_progress, on_end)
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def note_change(self, change: Change) -> None:
        """A listener of the change bus: something in the outbox may want to be sent now."""
        if Domain.INTEGRATION in change.domains and self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended: so has the app
                self._loop.call_soon_threadsafe(self._wake.set)

    def _lane(self, account_id: int) -> _Lane:
        lane = self._lanes.get(account_id)
        if lane is None:
            lane = self._lanes[account_id] = _Lane(account_id)
            lane.task = asyncio.get_running_loop().create_task(self._work_off(lane))
        return lane

    def _make_way(self, lane: _Lane) -> None:
        """Reading can wait, ending the offer of what is sold cannot; it goes on afterwards.

        A run that is young may end by itself in time, one of the outbox may take the entry along:
        they are looked at again.
        """
        request, loop = lane.request, asyncio.get_running_loop()
        if request is None or lane.cancelled or not lane.is_to_push:
            return
        kind = lane.progress.kind if lane.progress is not None else SyncKind.OUTBOX
        patient = kind is not SyncKind.MARKET and loop.time() - lane.began < PATIENCE_S
        if kind is SyncKind.OUTBOX or patient:
            loop.call_later(PATIENCE_S, self._make_way, lane)
            return
        kinds = tuple(one for one in request.kinds if _ORDER[one] >= _ORDER[kind])
        lane.add(replace(request, kinds=kinds))
        lane.stop()

    async def _work_off(self, lane: _Lane) -> None:
        try:
            while lane.queue:
                lane.request, lane.cancelled = lane.queue.pop(0), False
                lane.began = asyncio.get_running_loop().time()
                report = await self._run(lane, lane.request)
                lane.run = lane.progress = lane.request = None
                self._note_end(report)
        finally:
            del self._lanes[lane.account_id]

    async def _run(self, lane: _Lane, request: SyncRequest) -> SyncReport:
        """The report in any case. A bug is told to whoever shows bugs."""
        try:
            credentials = await self._keys.load(request.account_id)
            if credentials is None:
                return _report(request, RunStatus.FAILED, NO_LOGIN)
            if lane.cancelled:
                return _report(request, RunStatus.CANCELLED, "Cancelled.")
            lane.run = self._syncs.start(request, credentials, self._teller(lane))
            return await lane.run.wait()
        except UserError as error:
            self._leave_alone(request.account_id)
            status = RunStatus.CANCELLED if lane.cancelled else RunStatus.FAILED
            return _report(request, status, str(error))
        except Exception as error:  # noqa: BLE001  (the other accounts go on)
            self._leave_alone(request.account_id)
            _tell_bug("a sync ended by a mistake", error)
            return _report(request, RunStatus.FAILED, "The sync ended by a mistake of ours.")

    def _teller(self, lane: _Lane) -> OnProgress:
        def tell(progress: SyncProgress) -> None:
            lane.progress = progress
            for on_progress, _ in tuple(self._listeners):
                on_progress(progress)

        return tell

    def _note_end(self, report: SyncReport) -> None:
        for kind in report.kinds:
            if kind.kind is SyncKind.OUTBOX and self._now is not None:
                pause = AFTER_CANCEL if kind.status is RunStatus.CANCELLED else AFTER_PUSH
                self._push_again_at[report.account_id] = kind.retry_at or self._now + pause
        for _, on_end in tuple(self._listeners):
            on_end(report)
        self._wake.set()

    def _leave_alone(self, account_id: int) -> None:
        if self._now is not None:
            self._left_alone_until[account_id] = self._now + AFTER_CRASH

    async def _follow_schedule(self) -> None:
        first = True
        while True:
            self._wake.clear()
            first = not await self._look(first=first) and first
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self._wake.wait()
                await asyncio.sleep(GATHER_MS / 1000)

    async def _look(self, *, first: bool) -> bool:
        """Whether the agenda could be read; nothing that goes wrong here ends the schedule."""
        try:
            if first:
                await self._runs.close_interrupted()
            await self._follow(await self._runs.agenda(), SPREAD_S if first else 0)
        except UserError as error:
            log.info("no schedule: %s", error)
            return False
        except Exception as error:  # noqa: BLE001  (told to whoever shows bugs)
            _tell_bug("the schedule of syncs could not be followed", error)
            return False
        return True

    async def _follow(self, agenda: Agenda, spread_s: int) -> None:
        self._now = agenda.now
        for account_id, kinds in _work(agenda, self._may_push(agenda)).items():
            busy = account_id in self._lanes or account_id in self._late
            if busy or account_id in agenda.held:
                continue
            if self._left_alone_until.get(account_id, agenda.now) > agenda.now:
                continue
            if await self._keys.load(account_id) is None:
                continue  # another desktop has its log-in
            self._pushed[account_id] = agenda.queued.get(account_id, 0)
            self._run_late(SyncRequest(account_id, kinds), self._spread(0, spread_s))
        for account_id in agenda.queued.keys() & self._lanes.keys():
            self._push_soon(account_id, agenda.queued[account_id])

    def _may_push(self, agenda: Agenda) -> frozenset[int]:
        """Accounts with new entries, or with old ones whose time to be tried again has come."""
        return frozenset(
            account_id
            for account_id, newest in agenda.queued.items()
            if newest > self._pushed.get(account_id, 0)
            or self._push_again_at.get(account_id, agenda.now) <= agenda.now
        )

    def _push_soon(self, account_id: int, newest: int) -> None:
        """Beside a run under way, for what was queued since it began."""
        if newest > self._pushed.get(account_id, 0):
            self._pushed[account_id] = newest
            self.run_now(SyncRequest(account_id, (SyncKind.OUTBOX,)))

    def _run_late(self, request: SyncRequest, seconds: int) -> None:
        if seconds == 0:
            self.run_now(request)
            return

        def begin() -> None:
            del self._late[request.account_id]
            self.run_now(request)

        self._late[request.account_id] = asyncio.get_running_loop().call_later(seconds, begin)


def _work(agenda: Agenda, pushes: frozenset[int]) -> Mapping[int, tuple[SyncKind, ...]]:
    """Kinds by account, in the order of a round."""
    work = {account_id: set(kinds) for account_id, kinds in agenda.due.items()}
    for account_id in pushes:
        work.setdefault(account_id, set()).add(SyncKind.OUTBOX)
    return {
        account_id: tuple(kind for kind in SyncKind if kind in kinds)
        for account_id, kinds in work.items()
    }


def _tell_bug(message: str, error: Exception) -> None:
    facts = {"message": message, "exception": error}
    asyncio.get_running_loop().call_exception_handler(facts)


def _report(request: SyncRequest, status: RunStatus, message: str) -> SyncReport:
    kinds = (KindReport(kind, status, SyncCounts(), message) for kind in request.kinds)
    return SyncReport(request.account_id, tuple(kinds))
