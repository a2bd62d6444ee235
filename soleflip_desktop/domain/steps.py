"""What somebody did and may undo, and the history of one record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from soleflip_desktop.domain.unit_fields import UnitValue


@dataclass(frozen=True, slots=True)
class StepHead:
    """One step by its title, like "Set location of 12 units"."""

    id: int
    title: str
    actor: str
    done_at: datetime
    undone: bool = False


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record that a step, its undo or its redo left as it was, and why."""

    id: int
    reason: str


@dataclass(frozen=True, slots=True)
class StepReport:
    """What was done. `step` is None where nothing changed, and then there is nothing to undo."""

    step: StepHead | None
    changed: int
    kept: tuple[KeptRecord, ...] = ()
    created: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class UndoState:
    """What Ctrl+Z and Ctrl+Shift+Z would do now, for whoever is at this desktop."""

    undo: StepHead | None = None
    redo: StepHead | None = None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a history entry, in the words that the field is shown with."""

    field: str
    old: UnitValue | None
    new: UnitValue | None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What happened to a unit: who, when, what. `correction` names an import or an undo."""

    at: datetime
    actor: str
    event: str
    changes: tuple[FieldChange, ...] = ()
    correction: str | None = None
