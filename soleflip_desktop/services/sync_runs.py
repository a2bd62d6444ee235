"""The bookkeeping of syncs: runs, cursors, schedule, request limits, and who may sync now."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database, translated_errors
from soleflip_desktop.db.queries import request_quota, sync_runs
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.marketplace import Quota
from soleflip_desktop.domain.quota import Rule
from soleflip_desktop.domain.sync import AccountBusyError, Cursor, KindReport, RunRow, SyncKind
from soleflip_desktop.domain.sync_schedule import Agenda, Planned

CHANGED = Change.of(Domain.INTEGRATION)
P = ParamSpec("P")
T = TypeVar("T")


class SyncRuns:
    """Every method is one transaction, and the time is the database's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def now(self) -> datetime:
        return await self._database.read(sync_runs.database_now)

    async def start_run(self, account_id: int, kind: SyncKind, *, full: bool) -> int:
        """Under the account's lock only. Returns the run's number."""
        return await self._database.write(CHANGED, sync_runs.start_run, account_id, kind, full=full)

    async def end_run(self, run_id: int, report: KindReport) -> None:
        await self._database.write(CHANGED, sync_runs.end_run, run_id, report)

    async def close_interrupted(self) -> int:
        """Marks runs whose process was ended; returns how many there were."""
        return await self._database.write(CHANGED, sync_runs.close_interrupted)

    async def log(self, account_id: int, limit: int = 200) -> list[RunRow]:
        """Newest first."""
        return await self._database.read(sync_runs.runs, account_id, limit)

    async def cursor(self, account_id: int, kind: SyncKind) -> Cursor:
        """An empty one where there is none yet."""
        return await self._database.read(sync_runs.cursor, account_id, kind)

    async def save_cursor(self, account_id: int, kind: SyncKind, cursor: Cursor) -> None:
        await self._quietly(sync_runs.save_cursor, account_id, kind, cursor)

    async def planned(self, account_id: int, kind: SyncKind) -> Planned:
        return await self._database.read(sync_runs.planned, account_id, kind)

    async def schedule(
        self, account_id: int, kind: SyncKind, at: datetime | None, failures: int
    ) -> None:
        await self._database.write(
            CHANGED, sync_runs.schedule, account_id, kind, Planned(at, failures)
        )

    async def agenda(self) -> Agenda:
        """What there is to do now, for whichever desktop comes first."""
        return await self._database.read(sync_runs.agenda)

    async def reserve(self, account_id: int, rule: Rule, count: int = 1) -> int:
        """Takes `count` of a limit that all desktops share; returns the ms to wait before sending.

        Raises QuotaUsedUpError.
        """
        return await self._quietly(request_quota.reserve, account_id, rule, count)

    async def are_limits_old(self, account_id: int) -> bool:
        """Whether the marketplace has not told its own limits of late."""
        return await self._database.read(request_quota.is_old, account_id)

    async def keep_limits(self, account_id: int, quotas: Sequence[Quota]) -> None:
        """What the marketplace says of its own limits, instead of what it said before."""
        await self._database.write(CHANGED, request_quota.keep_told, account_id, quotas)

    @asynccontextmanager
    async def hold_account(self, account_id: int) -> AsyncIterator[None]:
        """The account is synced by nobody else meanwhile. Raises AccountBusyError."""
        lock = _AccountLock(self._database, account_id)
        try:
            await self._database.run(lock.take)
            yield
        finally:
            await asyncio.shield(self._database.run(lock.give_back))

    async def _quietly(
        self, command: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Writes what no page shows: no reader need be woken."""

        def work() -> T:
            with self._database.session() as session:
                return command(session, *args, **kwargs)

        return await self._database.run(work)


class _AccountLock:
    """A session lock on a connection of its own; both methods belong into a thread.

    They may overlap, where whoever waits for the lock is cancelled: then it is given back too.
    """

    def __init__(self, database: Database, account_id: int) -> None:
        self._database = database
        self._account_id = account_id
        self._turn = threading.Lock()
        self._connection: sa.Connection | None = None

    def take(self) -> None:
        with self._turn, translated_errors():
            connection = self._database.engine.connect().execution_options(
                isolation_level="AUTOCOMMIT"
            )
            connection.detach()  # closing it then ends the server's session, and the lock with it
            self._connection = connection
            if not sync_runs.try_lock(connection, self._account_id):
                raise AccountBusyError(
                    "Another desktop is syncing this account at the moment; what it finds appears "
                    "here by itself."
                )

    def give_back(self) -> None:
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
