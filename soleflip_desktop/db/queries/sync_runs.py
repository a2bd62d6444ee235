"""Runs of syncs, where each stands, when it comes next, and who holds an account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import OutboxEntry, PlatformAccount, SyncCursor, SyncRun
from soleflip_desktop.domain.outbox import OutboxState
from soleflip_desktop.domain.sync import (
    Cursor,
    KindReport,
    RunRow,
    RunStatus,
    SyncCounts,
    SyncKind,
)
from soleflip_desktop.domain.sync_json import cursor_json, cursor_of_json, settings_of_json
from soleflip_desktop.domain.sync_schedule import Agenda, Planned

#: First key of the advisory locks of synced accounts; the second is the account's id.
SYNC_LOCK = 0x1A92
CLOSED = (
    "The app was ended during this run, or lost the database; what it had stored stays, the next "
    "one goes on there."
)

_CLOCK = sa.func.clock_timestamp(type_=sa.TIMESTAMP(timezone=True))
_HELD = sa.text("""
SELECT objid FROM pg_locks
WHERE locktype = 'advisory' AND classid = :lock AND objsubid = 2 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")


def database_now(session: Session) -> datetime:
    return session.scalars(sa.select(_CLOCK)).one()


def try_lock(connection: sa.Connection, account_id: int) -> bool:
    """Until the connection ends: no crash can leave an account locked."""
    return bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(SYNC_LOCK, account_id))))


def start_run(session: Session, account_id: int, kind: SyncKind, *, full: bool) -> int:
    """Under the account's lock: whatever seems to run there has been ended."""
    running = sa.select(SyncRun).where(
        SyncRun.platform_account_id == account_id, SyncRun.status == RunStatus.RUNNING
    )
    for run in session.scalars(running):
        _close(run)
    made = SyncRun(platform_account_id=account_id, kind=kind, status=RunStatus.RUNNING, full=full)
    session.add(made)
    session.flush()
    return made.id


def end_run(session: Session, run_id: int, report: KindReport) -> None:
    """Also of one that was taken for interrupted; nothing where its account was deleted."""
    run = session.get(SyncRun, run_id)
    if run is None:
        return
    run.status = report.status
    run.finished_at = database_now(session)
    run.message = report.message
    for name in ("fetched", "created", "updated", "unchanged", "failed", "requests", "waited_s"):
        setattr(run, name, getattr(report.counts, name))


def close_interrupted(session: Session) -> int:
    """Closes runs whose process is gone: it held the account's lock for as long as it lived."""
    running = session.scalars(sa.select(SyncRun).where(SyncRun.status == RunStatus.RUNNING)).all()
    gone = [
        run
        for run in running
        if session.scalar(
            sa.select(sa.func.pg_try_advisory_xact_lock(SYNC_LOCK, run.platform_account_id))
        )
    ]
    for run in gone:
        _close(run)
    return len(gone)


def runs(session: Session, account_id: int, limit: int) -> list[RunRow]:
    """Newest first."""
    found = session.scalars(
        sa.select(SyncRun)
        .where(SyncRun.platform_account_id == account_id)
        .order_by(SyncRun.id.desc())
        .limit(limit)
    )
    return [_row(run) for run in found]


def last_runs(session: Session, account_id: int) -> dict[SyncKind, RunRow]:
    """The newest of each kind."""
    newest = (
        sa.select(sa.func.max(SyncRun.id))
        .where(SyncRun.platform_account_id == account_id)
        .group_by(SyncRun.kind)
    )
    found = session.scalars(sa.select(SyncRun).where(SyncRun.id.in_(newest)))
    return {run.kind: _row(run) for run in found}


def cursor(session: Session, account_id: int, kind: SyncKind) -> Cursor:
    """An empty one where there is none yet."""
    row = session.get(SyncCursor, (account_id, kind))
    return Cursor() if row is None else cursor_of_json(row.cursor)


def save_cursor(session: Session, account_id: int, kind: SyncKind, at: Cursor) -> None:
    values: dict[str, Any] = {"cursor": cursor_json(at), "succeeded_at": at.succeeded_at}
    _save(session, account_id, kind, values)


def planned(session: Session, account_id: int, kind: SyncKind) -> Planned:
    row = session.get(SyncCursor, (account_id, kind))
    return Planned() if row is None else Planned(row.next_run_at, row.failures)


def schedule(session: Session, account_id: int, kind: SyncKind, plan: Planned) -> None:
    _save(session, account_id, kind, {"next_run_at": plan.at, "failures": plan.failures})


def agenda(session: Session) -> Agenda:
    """What active accounts have to do now.

    A kind that never ran is due at once. Accounts that are synced only when asked have no due
    kinds, but what waits in the outbox is sent: somebody asked for that.
    """
    now = database_now(session)
    stored = session.execute(
        sa.select(PlatformAccount.id, PlatformAccount.settings)
        .where(PlatformAccount.synced, PlatformAccount.active)
        .order_by(PlatformAccount.id)
    )
    known = {account_id: settings_of_json(value) for account_id, value in stored}
    plans = {(row.platform_account_id, row.kind): row for row in session.scalars(_ALL)}
    due = {
        account_id: tuple(
            kind for kind in settings.kinds if _is_due(plans.get((account_id, kind)), now)
        )
        for account_id, settings in known.items()
        if settings.every_minutes
    }
    queued = {
        account_id: newest
        for account_id, newest in _queued(session).items()
        if account_id in known and SyncKind.OUTBOX in known[account_id].kinds
    }
    held = frozenset(session.scalars(_HELD, {"lock": SYNC_LOCK}))
    return Agenda(now, {account: kinds for account, kinds in due.items() if kinds}, held, queued)


_ALL = sa.select(SyncCursor)
#: How long runs stay in the log.
KEPT_DAYS = 90


def _is_due(row: SyncCursor | None, now: datetime) -> bool:
    """A row without a time was stored by a pass that was ended before its end, or by hand."""
    return row is None or row.next_run_at is None or row.next_run_at <= now


#: Entries to be sent, and those of which the marketplace has to be asked what became of them.
_UNDER_WAY = (OutboxState.QUEUED, OutboxState.PENDING, OutboxState.UNKNOWN)


def _queued(session: Session) -> dict[int, int]:
    """The newest entry that may be sent or asked about, of each account."""
    ready = sa.or_(OutboxEntry.not_before.is_(None), OutboxEntry.not_before <= _CLOCK)
    found = session.execute(
        sa.select(OutboxEntry.platform_account_id, sa.func.max(OutboxEntry.id))
        .where(OutboxEntry.state.in_(_UNDER_WAY), ready)
        .group_by(OutboxEntry.platform_account_id)
    )
    return dict(found.all())


def _save(session: Session, account_id: int, kind: SyncKind, values: dict[str, Any]) -> None:
    session.execute(
        insert(SyncCursor)
        .values(platform_account_id=account_id, kind=kind, **values)
        .on_conflict_do_update(index_elements=["platform_account_id", "kind"], set_=values)
    )


def _close(run: SyncRun) -> None:
    run.status = RunStatus.INTERRUPTED
    run.finished_at = sa.func.now()
    run.message = CLOSED


def _row(run: SyncRun) -> RunRow:
    counts = SyncCounts(
        run.fetched,
        run.created,
        run.updated,
        run.unchanged,
        run.failed,
        run.requests,
        run.waited_s,
    )
    return RunRow(
        run.id,
        run.platform_account_id,
        run.kind,
        run.status,
        run.actor,
        run.started_at,
        run.finished_at,
        counts,
        run.message,
        run.full,
    )


def prune(session: Session) -> None:
    """Forgets the log of runs that are long past."""
    old = SyncRun.started_at < sa.func.now() - sa.text(f"interval '{KEPT_DAYS} days'")
    session.execute(sa.delete(SyncRun).where(old))
