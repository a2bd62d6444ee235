"""Steps: what somebody did in one transaction, under one title, and may take back.

What a step changed, the database's own trigger writes into the event store, under the run that
`begin` opens. An undo is such a run too, and so is a redo: `step.correlation_id` names the latest
of them, and whoever undoes or redoes turns just that one around. So a redo brings back what was
really undone, not what an undo had to leave alone.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import Step
from soleflip_desktop.domain.steps import StepHead, UndoState
from soleflip_desktop.domain.system import EntityKind

Connection = psycopg.Connection[Any]

WHO = sa.text("coalesce(current_setting('soleflip.actor', true), current_user::text)")
_MINE = Step.actor == WHO
_DONE = Step.undone_at.is_(None)
_REDOABLE = sa.and_(Step.undone_at.is_not(None), ~Step.dropped)


def driver(session: Session) -> Connection:
    """The session's own connection, in its transaction, for set-based statements."""
    raw = session.connection().connection.driver_connection
    if not isinstance(raw, psycopg.Connection):  # pragma: no cover
        raise TypeError(type(raw))
    return raw


def begin(session: Session, correction: str | None = None) -> uuid.UUID:
    """From here to the transaction's end all changes are recorded under the run returned.

    The steps of one person come one after the other, whatever desktop they come from. With a
    `correction` a status may change in ways that the state machine lacks.
    """
    lock(session)
    run = uuid.uuid4()
    session.execute(sa.select(sa.func.set_config("soleflip.step", str(run), True)))
    if correction is not None:
        session.execute(sa.select(sa.func.set_config("soleflip.correction", correction, True)))
    return run


def lock(session: Session) -> None:
    """Waits for other steps of the same person; two quick undos take back two steps."""
    key = sa.func.hashtextextended(sa.func.concat("soleflip.step ", WHO), 0)
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def finish(session: Session, run: uuid.UUID, title: str) -> StepHead | None:
    """Keeps the run as a step; None where it changed nothing. What was undone before is final."""
    session.flush()
    recorded = sa.text("SELECT FROM system.event_store WHERE correlation_id = :run LIMIT 1")
    if session.execute(recorded, {"run": run}).first() is None:
        return None
    session.execute(sa.update(Step).where(_MINE, _REDOABLE).values(dropped=True))
    step = Step(correlation_id=run, title=title)
    session.add(step)
    session.flush()
    session.refresh(step)
    return head(step)


def changed_ids(session: Session, run: uuid.UUID, entity: EntityKind) -> list[int]:
    """The records of a kind that a run made, changed or deleted."""
    events = sa.text(
        "SELECT DISTINCT aggregate_id FROM system.event_store "
        "WHERE correlation_id = :run AND aggregate_kind = :entity ORDER BY aggregate_id"
    )
    return list(session.scalars(events, {"run": run, "entity": entity}))


def created_ids(session: Session, run: uuid.UUID, entity: EntityKind) -> list[int]:
    """The records of a kind that a run made."""
    events = sa.text(
        "SELECT aggregate_id FROM system.event_store WHERE correlation_id = :run "
        "AND event_type = :made ORDER BY aggregate_id"
    )
    return list(session.scalars(events, {"run": run, "made": f"{entity}.created"}))


def state(session: Session) -> UndoState:
    undo, redo = next_undo(session), next_redo(session)
    return UndoState(head(undo) if undo else None, head(redo) if redo else None)


def next_undo(session: Session) -> Step | None:
    """The last step of whoever is at this desktop that still stands."""
    return session.scalar(sa.select(Step).where(_MINE, _DONE).order_by(Step.id.desc()).limit(1))


def next_redo(session: Session) -> Step | None:
    """The oldest of those undone since the last new step."""
    return session.scalar(sa.select(Step).where(_MINE, _REDOABLE).order_by(Step.id).limit(1))


def mark_undone(session: Session, step: Step, *, redoable: bool) -> None:
    """A step of which nothing could be taken back has nothing to redo either."""
    step.undone_at, step.dropped = _now(session), not redoable


def mark_redone(step: Step, *, redone: bool) -> None:
    """A step that cannot be redone any more does not stand in the way of the next one."""
    step.undone_at, step.dropped = None if redone else step.undone_at, not redone


def _now(session: Session) -> datetime:
    return session.execute(sa.select(sa.func.now())).scalar_one()


def heads(session: Session, limit: int) -> list[StepHead]:
    """Newest first, of everybody."""
    return [
        head(step)
        for step in session.scalars(sa.select(Step).order_by(Step.id.desc()).limit(limit))
    ]


def head(step: Step) -> StepHead:
    return StepHead(step.id, step.title, step.actor, step.done_at, step.undone_at is not None)
