"""Where a record comes from: a row of a file as it stood there, and what later files changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ImportedChange:
    """One value that the row of a later file replaced. Values as text; None is "nothing"."""

    file: str
    row: int | None
    field: str
    old: str | None
    new: str | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Provenance:
    """The row of the import that made a record; without a `file`, no import made it.

    `cells` are (header, text) exactly as the file had them, whatever was mended in the wizard.
    `changes` stand oldest first.
    """

    file: str | None = None
    batch_id: int | None = None
    row: int | None = None
    cells: tuple[tuple[str, str], ...] = ()
    changes: tuple[ImportedChange, ...] = ()
