"""Adding, changing and deleting units: each call is one transaction and one step to undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import locations, steps, unit_drafts, unit_edits, unit_history
from soleflip_desktop.db.queries.unit_edits import COLUMN_OF
from soleflip_desktop.domain import step_titles
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.errors import NotFoundError, UserError
from soleflip_desktop.domain.inventory import ItemStatus
from soleflip_desktop.domain.steps import HistoryEntry, KeptRecord, StepReport
from soleflip_desktop.domain.system import EntityKind
from soleflip_desktop.domain.unit_edits import (
    COSTS,
    GONE,
    Decided,
    StoredUnit,
    Values,
    checked,
    decide,
    editable,
    without_rivals,
)
from soleflip_desktop.domain.unit_fields import (
    CellEdit,
    ProductChoice,
    UnitDraft,
    UnitValue,
)
from soleflip_desktop.services.grid import FieldValue

Connection = psycopg.Connection[Any]

#: The cost stands in sales too; a new size, product or supplier may come with a unit.
TOUCHED = Change.of(Domain.INVENTORY, Domain.TRANSACTIONS, Domain.CATALOG, Domain.SUPPLIERS)
MOST_UNITS = 10_000
#: What a copy of a unit does not share with it.
_OWN = {"status", "size", "notes"}
_STARTS = {ItemStatus.ORDERED, ItemStatus.INCOMING, ItemStatus.AVAILABLE}


class UnitsService:
    """The units, to whoever changes them (`UnitsSource`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def edit(self, edits: Sequence[CellEdit]) -> StepReport:
        """Applies edits of single cells; one whose `was` is not stored any more is kept out."""
        return await self._database.write(TOUCHED, _edit, edits)

    async def set_fields(
        self, ids: Sequence[int], values: Mapping[str, UnitValue | None]
    ) -> StepReport:
        """The same values for all units; None empties a field. Units that cannot take it stay."""
        return await self._database.write(TOUCHED, _set_fields, ids, values)

    async def old_values(
        self, ids: Sequence[int], fields: Sequence[str]
    ) -> dict[str, list[FieldValue]]:
        """For each field the distinct stored texts (instants: ISO, UTC), the most frequent first.

        At most 20 a field; "" is empty.
        """
        return await self._database.read(_old_values, ids, fields)

    async def add(self, draft: UnitDraft) -> StepReport:
        """Raises UserError for a draft that is incomplete or has a value that no unit can have."""
        return await self._database.write(TOUCHED, _add, draft)

    async def clone(self, item_id: int, sizes: Sequence[tuple[str, int]]) -> StepReport:
        """Units like this one, so many of each size, but for its listings, sale and notes."""
        return await self._database.write(TOUCHED, _clone, item_id, sizes)

    async def delete(self, ids: Sequence[int]) -> StepReport:
        """Units that a sale, a listing or a promise refers to are kept, with the reason."""
        return await self._database.write(TOUCHED, _delete, ids)

    async def history(self, item_id: int) -> list[HistoryEntry]:
        """Newest first."""
        return await self._database.read(_on_driver(unit_history.history), item_id)

    async def products(self, search: str) -> list[ProductChoice]:
        """At most 50, the best matches of name, brand or style code first."""
        return await self._database.read(_on_driver(unit_drafts.choices), search)

    async def suppliers(self) -> list[str]:
        return await self._database.read(_texts, unit_edits.SUPPLIERS)

    async def tags(self) -> list[str]:
        return await self._database.read(_texts, unit_edits.TAGS)


def _on_driver(query: Callable[[Connection, Any], Any]) -> Callable[[Session, Any], Any]:
    return lambda session, value: query(steps.driver(session), value)


def _texts(session: Session, statement: Any) -> list[str]:
    return [text for (text,) in steps.driver(session).execute(statement)]


# -- editing -----------------------------------------------------------------------------------


def _edit(session: Session, edits: Sequence[CellEdit]) -> StepReport:
    run, connection = steps.begin(session), steps.driver(session)
    stored = unit_edits.stored_units(connection, {edit.item_id for edit in edits})
    wanted, rivals = without_rivals(stored, edits)
    decided = decide(stored, wanted)
    decided.kept.extend(unit_edits.rivals_kept(connection, rivals))
    return _write(session, run, stored, decided)


def _set_fields(
    session: Session, ids: Sequence[int], values: Mapping[str, UnitValue | None]
) -> StepReport:
    run, connection = steps.begin(session), steps.driver(session)
    stored = unit_edits.stored_units(connection, ids)
    decided = decide(stored, {item_id: dict(values) for item_id in ids})
    return _write(session, run, stored, decided)


def _write(
    session: Session, run: UUID, stored: Mapping[int, StoredUnit], decided: Decided
) -> StepReport:
    connection = steps.driver(session)
    columns = _columns(connection, stored, decided)
    unit_edits.write_units(connection, columns)
    changed = steps.changed_ids(session, run, EntityKind.ITEM)
    if not changed:
        return StepReport(None, 0, tuple(decided.kept))
    done = [decided.changes[item_id] for item_id in changed]
    title = step_titles.edit_title(done, stored[changed[0]].title)
    step = steps.finish(session, run, title)
    return StepReport(step, len(changed), tuple(decided.kept))


def _columns(
    connection: Connection, stored: Mapping[int, StoredUnit], decided: Decided
) -> dict[int, dict[str, Any]]:
    """The decided values as the columns' own: names of places, suppliers and sizes are ids.

    A size that cannot be read is taken out of `decided`, with the reason.
    """
    sizes = unit_drafts.variants(
        connection,
        (
            (stored[item_id].product_id, str(values["size"]))
            for item_id, values in decided.changes.items()
            if "size" in values
        ),
    )
    for item_id, values in tuple(decided.changes.items()):
        if "size" in values:
            found = sizes[stored[item_id].product_id, str(values["size"])]
            if isinstance(found, str):
                decided.refuse(item_id, "size", found)
    keys = _Keys(connection)
    return {
        item_id: {
            COLUMN_OF[name]: sizes[stored[item_id].product_id, str(value)]
            if name == "size"
            else keys.of(name, value)
            for name, value in values.items()
        }
        for item_id, values in decided.changes.items()
    }


class _Keys:
    """Ids of places and suppliers by name, each looked up, or made, once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str], int | None] = {}

    def of(self, name: str, value: UnitValue | None) -> UnitValue | int | None:
        """The column's value of a field's; anything but a place or supplier is its own."""
        find = {"location": locations.at_path, "supplier": unit_drafts.supplier_id}.get(name)
        if find is None or not isinstance(value, str):
            return value
        if (name, value) not in self._known:
            self._known[name, value] = find(self._connection, value)
        return self._known[name, value]


def _old_values(
    session: Session, ids: Sequence[int], fields: Sequence[str]
) -> dict[str, list[FieldValue]]:
    connection = steps.driver(session)
    return {
        name: [
            FieldValue(text, count)
            for text, count in unit_edits.distinct_values(connection, ids, name)
        ]
        for name in fields
    }


# -- adding ------------------------------------------------------------------------------------


def _add(session: Session, draft: UnitDraft) -> StepReport:
    run, connection = steps.begin(session), steps.driver(session)
    values = _new_values(dict(draft.values))
    product = unit_drafts.product_of(connection, draft)
    made = _insert(session, run, product.id, draft.sizes, values | {"status": draft.status})
    return _added(session, run, made, step_titles.add_title(len(made), product.name))


def _clone(session: Session, item_id: int, sizes: Sequence[tuple[str, int]]) -> StepReport:
    run, connection = steps.begin(session), steps.driver(session)
    unit = unit_edits.stored_units(connection, [item_id]).get(item_id)
    if unit is None:
        raise NotFoundError(GONE)
    values = {name: value for name, value in unit.values.items() if name not in _OWN}
    status = ItemStatus(str(unit.values["status"]))
    values["status"] = status if status in _STARTS else ItemStatus.AVAILABLE
    made = _insert(session, run, unit.product_id, sizes, values)
    return _added(session, run, made, step_titles.clone_title(len(made), unit.title))


def _added(session: Session, run: UUID, made: list[int], title: str) -> StepReport:
    return StepReport(steps.finish(session, run, title), len(made), created=tuple(made))


def _new_values(values: Values) -> Values:
    """Raises UserError for values that a unit cannot have."""
    new = {name: checked(editable(name), value) for name, value in values.items()}
    if new.get("cost_currency") is None and any(new.get(name) is not None for name in COSTS):
        raise UserError("The cost has no currency: enter the cost currency as well.")
    return new


def _insert(
    session: Session,
    run: UUID,
    product_id: int,
    sizes: Sequence[tuple[str, int]],
    values: Values,
) -> list[int]:
    """The ids of the new units. Raises UserError for counts or sizes that make no sense."""
    total = sum(count for _, count in sizes)
    if any(count < 1 for _, count in sizes) or not 1 <= total <= MOST_UNITS:
        raise UserError(f"How many units? Enter at least 1 and at most {MOST_UNITS:,}, by size.")
    connection = steps.driver(session)
    found = unit_drafts.variants(connection, ((product_id, text) for text, _ in sizes))
    counts: dict[int, int] = {}
    for text, count in sizes:
        variant = found[product_id, text]
        if isinstance(variant, str):
            raise UserError(variant)
        counts[variant] = counts.get(variant, 0) + count
    keys = _Keys(connection)
    columns = {COLUMN_OF[name]: keys.of(name, value) for name, value in values.items()}
    columns.setdefault("tags", None)
    unit_drafts.insert_units(connection, unit_edits.as_json(columns), counts)
    return steps.created_ids(session, run, EntityKind.ITEM)


# -- deleting ----------------------------------------------------------------------------------


def _delete(session: Session, ids: Iterable[int]) -> StepReport:
    run, connection = steps.begin(session), steps.driver(session)
    wanted = list(dict.fromkeys(ids))
    stored = unit_edits.stored_units(connection, wanted)
    kept = [KeptRecord(item_id, GONE) for item_id in wanted if item_id not in stored]
    blocked = unit_edits.blocked_units(connection, list(stored))
    held = {record.id for record in blocked}
    gone = [item_id for item_id in stored if item_id not in held]
    report = StepReport(None, len(gone), (*kept, *blocked))
    if not gone:
        return report
    unit_edits.remove_units(connection, gone)
    title = step_titles.delete_title(len(gone), stored[gone[0]].title)
    return replace(report, step=steps.finish(session, run, title))
