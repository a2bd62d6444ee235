"""The tree of places; each change is a step that can be undone."""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import locations, steps
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.locations import SEPARATOR, LocationRow
from soleflip_desktop.domain.step_titles import units
from soleflip_desktop.domain.steps import StepReport

Connection = psycopg.Connection[Any]

TOUCHED = Change.of(Domain.INVENTORY)


class LocationsService:
    """The places (`LocationsSource`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def locations(self) -> list[LocationRow]:
        """By path."""
        return await self._database.read(_tree)

    async def add(self, name: str, parent_id: int | None, code: str | None = None) -> StepReport:
        """Raises UserError for an empty or taken name or a taken code."""
        return await self._database.write(TOUCHED, _add, name, parent_id, code)

    async def change(
        self, location_id: int, name: str, parent_id: int | None, code: str | None
    ) -> StepReport:
        """Renames, moves, or gives another code.

        Raises UserError as `add` does, and for a place within itself.
        """
        return await self._database.write(TOUCHED, _change, location_id, name, parent_id, code)

    async def remove(self, location_id: int) -> StepReport:
        """Raises UserError where units, other places or counts still belong to it."""
        return await self._database.write(TOUCHED, _remove, location_id)


def _tree(session: Session) -> list[LocationRow]:
    return locations.tree(steps.driver(session))


def _add(session: Session, name: str, parent_id: int | None, code: str | None) -> StepReport:
    run, connection = steps.begin(session), steps.driver(session)
    if parent_id is not None:
        locations.place(connection, parent_id)
    name, code = _allowed(connection, name, parent_id, code, None)
    made = locations.insert(connection, parent_id, name, code)
    title = f"Add place {locations.place(connection, made).path}"
    return StepReport(steps.finish(session, run, title), 1, created=(made,))


def _change(
    session: Session, location_id: int, name: str, parent_id: int | None, code: str | None
) -> StepReport:
    run, connection = steps.begin(session), steps.driver(session)
    before = locations.place(connection, location_id)
    _refuse_cycle(connection, before, parent_id)
    name, code = _allowed(connection, name, parent_id, code, location_id)
    locations.update(connection, location_id, parent_id, name, code)
    after = locations.place(connection, location_id)
    step = steps.finish(session, run, _change_title(before, after))
    return StepReport(step, 0 if step is None else 1)


def _change_title(before: LocationRow, after: LocationRow) -> str:
    if before.parent_id != after.parent_id:
        return f"Move place {before.path} to {after.path}"
    if before.name != after.name:
        return f"Rename place {before.path} to {after.name}"
    return f"Change code of place {before.path}"


def _remove(session: Session, location_id: int) -> StepReport:
    run, connection = steps.begin(session), steps.driver(session)
    place = locations.place(connection, location_id)
    lying, below, counts = locations.users(connection, location_id)
    if lying:
        raise UserError(
            f"“{place.path}” cannot be removed: {units(lying)} lie there. Move them first."
        )
    if below:
        raise UserError(
            f"“{place.path}” cannot be removed: it has {below:,} other places in it. "
            "Remove or move these first."
        )
    if counts:
        raise UserError(
            f"“{place.path}” cannot be removed: the stock counts made there belong to it. "
            "Rename it instead."
        )
    locations.delete(connection, location_id)
    return StepReport(steps.finish(session, run, f"Remove place {place.path}"), 1)


def _refuse_cycle(connection: Connection, place: LocationRow, parent_id: int | None) -> None:
    if parent_id is None:
        return
    parent = locations.place(connection, parent_id)
    if parent.id == place.id or parent.path.startswith(place.path + SEPARATOR):
        raise UserError(
            f"“{place.path}” cannot be moved into “{parent.path}”: a place cannot lie within "
            "itself. Choose another one."
        )


def _allowed(
    connection: Connection, name: str, parent_id: int | None, code: str | None, own: int | None
) -> tuple[str, str | None]:
    """Name and code as they are stored. Raises UserError for those that cannot be."""
    name = " ".join(name.split())
    if not name or SEPARATOR in name:
        raise UserError("Enter a name for the place, without “ / ” in it.")
    if taken := locations.namesake(connection, parent_id, name, own):
        raise UserError(f"There is a place “{taken}” already. Choose another name.")
    code = (code or "").strip() or None
    if code and (owner := locations.code_owner(connection, code, own)):
        raise UserError(f"The code “{code}” belongs to “{owner}”. Choose another code.")
    return name, code
