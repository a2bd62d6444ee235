"""Undo and redo of what the person at this desktop did; it survives a restart."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.models import Step
from soleflip_desktop.db.queries import step_undo, steps
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.steps import StepHead, StepReport, UndoState
from soleflip_desktop.domain.system import EntityKind

TOUCHED = Change.of(Domain.INVENTORY, Domain.TRANSACTIONS)
COUNTED = (EntityKind.ITEM, EntityKind.LOCATION, EntityKind.ATTACHMENT)


class StepsService:
    """The steps of everybody, and undo and redo of one's own (`StepsSource`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self) -> UndoState:
        return await self._database.read(steps.state)

    async def undo(self) -> StepReport:
        """Takes the last step back, but for records that were changed since.

        Raises UserError where there is nothing to undo.
        """
        return await self._database.write(TOUCHED, _undo)

    async def redo(self) -> StepReport:
        """Does again what the last undo took back. Raises UserError where there is nothing."""
        return await self._database.write(TOUCHED, _redo)

    async def steps(self, limit: int = 100) -> list[StepHead]:
        """Newest first, of everybody."""
        return await self._database.read(steps.heads, limit)


def _undo(session: Session) -> StepReport:
    steps.lock(session)
    step = steps.next_undo(session)
    if step is None:
        raise UserError("There is nothing to undo: you changed nothing yet, or it is all undone.")
    report = _turn_around(session, step, f"undo of step {step.id} ({step.title})")
    steps.mark_undone(session, step, redoable=bool(report.changed))
    return _with_head(session, step, report)


def _redo(session: Session) -> StepReport:
    steps.lock(session)
    step = steps.next_redo(session)
    if step is None:
        raise UserError("There is nothing to redo: a new change makes undone ones final.")
    report = _turn_around(session, step, f"redo of step {step.id} ({step.title})")
    steps.mark_redone(step, redone=bool(report.changed))
    return _with_head(session, step, report)


def _turn_around(session: Session, step: Step, correction: str) -> StepReport:
    """Counts units where there are any, else the other records."""
    run = steps.begin(session, correction)
    kept = step_undo.turn_around(steps.driver(session), step.correlation_id)
    changed = next((ids for kind in COUNTED if (ids := steps.changed_ids(session, run, kind))), [])
    if changed:
        step.correlation_id = run
    created = steps.created_ids(session, run, EntityKind.ITEM)
    return StepReport(None, len(changed), tuple(kept), tuple(created))


def _with_head(session: Session, step: Step, report: StepReport) -> StepReport:
    session.flush()
    session.refresh(step)
    return replace(report, step=steps.head(step))
