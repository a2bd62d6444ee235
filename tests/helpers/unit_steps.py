"""One desktop of a database: edits units and takes steps back, as its person does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock

import sqlalchemy as sa

from soleflip_desktop.db import engine
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.changes import ChangeBus
from soleflip_desktop.domain.steps import StepReport
from soleflip_desktop.domain.unit_fields import CellEdit, UnitDraft, UnitValue
from soleflip_desktop.services.locations import LocationsService
from soleflip_desktop.services.steps import StepsService
from soleflip_desktop.services.units import UnitsService

#: What steps change; of what an edit adds to the catalogue, an undo takes nothing away.
TABLES = (
    "inventory.item",
    "inventory.location",
    "inventory.attachment",
    "inventory.stock_count_scan",
)


class Desk:
    """The services of one desktop, called and waited for."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.units = UnitsService(database)
        self.steps = StepsService(database)
        self.places = LocationsService(database)

    def edit(self, *cells: tuple[int, str, UnitValue | None, UnitValue | None]) -> StepReport:
        """Each cell: unit, field, what was seen, what it shall be."""
        edits = [CellEdit(item, field, new, was) for item, field, was, new in cells]
        return asyncio.run(self.units.edit(edits))

    def set(self, ids: Sequence[int], **values: UnitValue | None) -> StepReport:
        return asyncio.run(self.units.set_fields(ids, values))

    def add(self, product: str, *sizes: tuple[str, int], **values: UnitValue) -> StepReport:
        draft = UnitDraft(sizes=sizes, product=product, values=tuple(values.items()))
        return asyncio.run(self.units.add(draft))

    def delete(self, *ids: int) -> StepReport:
        return asyncio.run(self.units.delete(ids))

    def undo(self) -> StepReport:
        return asyncio.run(self.steps.undo())

    def redo(self) -> StepReport:
        return asyncio.run(self.steps.redo())

    def menu(self) -> tuple[str | None, str | None]:
        """What the Edit menu offers to undo and to redo."""
        state = asyncio.run(self.steps.state())
        undo, redo = state.undo, state.redo
        return (undo.title if undo else None), (redo.title if redo else None)

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.database.session() as session:
            found = session.execute(sa.text(statement), values)
            return (
                [tuple(row) for row in found]
                if isinstance(found, sa.CursorResult) and found.returns_rows
                else []
            )

    def value(self, item_id: int, column: str) -> Any:
        return self.rows(f"SELECT {column} FROM inventory.item WHERE id = :id", id=item_id)[0][0]

    def image(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every record of a unit, but for how often and when it was changed."""
        return {
            table: self.rows(
                "SELECT (to_jsonb(t) - '{version,updated_at}'::text[])::text "
                f"FROM {table} t ORDER BY id"
            )
            for table in TABLES
        }


@contextmanager
def desk_of(person: str, url: str) -> Iterator[Desk]:
    """Another desktop at the same database, or the same one after a restart."""
    with mock.patch.object(engine, "actor", return_value=person):
        database = Database(url, ChangeBus())
        try:
            yield Desk(database)
        finally:
            database.close()
