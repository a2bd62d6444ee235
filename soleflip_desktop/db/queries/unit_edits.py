"""Editing and deleting units, many at a time, in the caller's transaction and step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from soleflip_desktop.db.queries.import_diff import write_values
from soleflip_desktop.db.queries.joins import catalog
from soleflip_desktop.domain.steps import KeptRecord
from soleflip_desktop.domain.unit_edits import Rival, StoredUnit, Values, shown
from soleflip_desktop.domain.unit_fields import UNIT_FIELDS, UNIT_FIELDS_BY_NAME, UnitValue

Connection = psycopg.Connection[Any]

#: Where a field's column is called otherwise.
_COLUMNS = {
    "size": "variant_id",
    "location": "location_id",
    "supplier": "supplier_id",
    "cost": "cost_gross",
}
COLUMN_OF = {field.name: _COLUMNS.get(field.name, field.name) for field in UNIT_FIELDS}
FIELD_OF = {column: name for name, column in COLUMN_OF.items()}
_SHOWN = {"size": "s.label", "location": "l.path", "supplier": "u.name"}
EXPRESSIONS = {name: _SHOWN.get(name, f"i.{column}") for name, column in COLUMN_OF.items()}

SOURCE = f"""
FROM inventory.item i
{catalog("i")}LEFT JOIN inventory.location l ON l.id = i.location_id
LEFT JOIN suppliers.supplier u ON u.id = i.supplier_id
"""  # our own constants
STORED = f"""
SELECT i.id, concat(p.name, ', ', s.label), p.id, {", ".join(EXPRESSIONS.values())}
{SOURCE} WHERE i.id = ANY(%s) ORDER BY i.id
"""
_PLAIN = len(("id", "title", "product"))


def stored_units(
    connection: Connection, ids: Iterable[int], *, lock: bool = True
) -> dict[int, StoredUnit]:
    """The units with these ids, in their order; with `lock` nobody changes them meanwhile."""
    statement = STORED + ("FOR UPDATE OF i" if lock else "")
    return {
        row[0]: StoredUnit(row[0], row[1], row[2], _values(row[_PLAIN:]))
        for row in connection.execute(statement, (list(ids),))
    }


def _values(cells: Sequence[Any]) -> Values:
    return {
        field.name: field_value(field.name, cell)
        for field, cell in zip(UNIT_FIELDS, cells, strict=True)
    }


def field_value(name: str, cell: Any) -> UnitValue | None:
    """A stored value as the field's own: enums are members, no tags are None."""
    if isinstance(cell, list):
        return tuple(cell) or None
    choices = UNIT_FIELDS_BY_NAME[name].choices
    if cell is None or choices is None:
        return cell  # type: ignore[no-any-return]  # the driver's value is the field's
    return choices(cell)


#: What shall become of which unit; the name of the table that `write_values` reads.
PLAN = """
CREATE TEMP TABLE IF NOT EXISTS unit_plan (entity_id bigint PRIMARY KEY, before jsonb, after jsonb)
ON COMMIT DROP;
TRUNCATE unit_plan;
"""
FILL = """
INSERT INTO unit_plan (entity_id, after)
SELECT (e ->> 'id')::bigint, e -> 'after' FROM jsonb_array_elements(%s) e
"""


def write_units(connection: Connection, records: Mapping[int, Mapping[str, Any]]) -> int:
    """Sets the columns named for each unit; all of them with one UPDATE."""
    columns = sorted({column for values in records.values() for column in values})
    if not columns:
        return 0
    connection.execute(PLAN)
    plan = [{"id": id_, "after": as_json(values)} for id_, values in records.items()]
    connection.execute(FILL, (Jsonb(plan),))
    return write_values(connection, "inventory.item", columns, "unit_plan", "after")


def as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers and days as text, which the database reads exactly; no tags are an empty list."""
    return {column: _plain(column, value) for column, value in values.items()}


def _plain(column: str, value: Any) -> Any:
    if column == "tags":
        return list(value or ())
    return value if value is None or isinstance(value, int) else _text(value)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


# -- who was faster ----------------------------------------------------------------------------

LAST_CHANGES = """
SELECT DISTINCT ON (e.aggregate_id, k) e.aggregate_id, k, e.actor, e.occurred_at
FROM system.event_store e CROSS JOIN LATERAL jsonb_object_keys(e.data -> 'new') k
WHERE e.aggregate_kind = 'item' AND e.aggregate_id = ANY(%s) AND e.event_type = 'item.changed'
ORDER BY e.aggregate_id, k, e.id DESC
"""


def rivals_kept(connection: Connection, rivals: Sequence[Rival]) -> list[KeptRecord]:
    """Why each of these edits was kept out: what stands there, and who wrote it when."""
    ids = [rival.edit.item_id for rival in rivals]
    last = {
        (item_id, FIELD_OF.get(column)): (who, at)
        for item_id, column, who, at in (connection.execute(LAST_CHANGES, (ids,)) if ids else ())
    }
    return [_kept(rival, last.get((rival.edit.item_id, rival.edit.field))) for rival in rivals]


def _kept(rival: Rival, last: tuple[str, datetime] | None) -> KeptRecord:
    edit = rival.edit
    field = UNIT_FIELDS_BY_NAME.get(edit.field)
    reason = (
        f"{field.title if field else edit.field} is {shown(rival.stored)} by now, "
        f"not {shown(edit.was)} as shown when you edited it"
    )
    return KeptRecord(edit.item_id, f"{reason}{by_whom(last)}.")


def by_whom(last: tuple[str, datetime] | None) -> str:
    """How a sentence ends that tells of another one's change; "" where nobody knows."""
    if last is None:
        return ""
    who, at = last
    return f"; changed by {who} on {at.astimezone(UTC):%Y-%m-%d at %H:%M} UTC"


# -- deleting ----------------------------------------------------------------------------------

BLOCKED = """
SELECT DISTINCT ON (id) id, reason FROM (
    SELECT o.item_id AS id, 1 AS rank,
        format('It is part of order %%s: delete or reassign the order first.',
            coalesce(o.external_id, o.id::text)) AS reason
    FROM transactions.order o WHERE o.item_id = ANY(%(ids)s)
    UNION ALL
    SELECT l.item_id, 2, CASE WHEN l.status IN ('sold', 'expired', 'deleted', 'failed')
        THEN format('It was listed on %%s, and that listing is kept.', f.name)
        ELSE format('It is listed on %%s: end the listing first.', f.name) END
    FROM transactions.listing l
    JOIN system.platform_account a ON a.id = l.platform_account_id
    JOIN system.platform f ON f.id = a.platform_id WHERE l.item_id = ANY(%(ids)s)
    UNION ALL
    SELECT p.item_id, 3, 'It is promised on StockX.'
    FROM inventory.stockx_presale_marking p WHERE p.item_id = ANY(%(ids)s)
) b ORDER BY id, rank
"""

#: A scan forgets its unit when that goes: the event tells an undo which scans they were.
UNSCAN = """
INSERT INTO system.event_store (event_type, aggregate_kind, aggregate_id, data, correlation_id)
SELECT 'item.unscanned', 'item', item_id, jsonb_build_object('scans', jsonb_agg(id ORDER BY id)),
    nullif(current_setting('soleflip.step', true), '')::uuid
FROM inventory.stock_count_scan WHERE item_id = ANY(%s) GROUP BY item_id
"""


def blocked_units(connection: Connection, ids: Sequence[int]) -> list[KeptRecord]:
    """The units that something else refers to, with the reason why they stay."""
    return [KeptRecord(*row) for row in connection.execute(BLOCKED, {"ids": list(ids)})]


def remove_units(connection: Connection, ids: Sequence[int]) -> None:
    """Deletes units with their attachments. Nothing else may refer to them."""
    gone = (list(ids),)
    connection.execute(UNSCAN, gone)
    connection.execute("DELETE FROM inventory.attachment WHERE item_id = ANY(%s)", gone)
    connection.execute("DELETE FROM inventory.item WHERE id = ANY(%s)", gone)


# -- what stands there -------------------------------------------------------------------------

DISTINCT_LIMIT = 20
SUPPLIERS = "SELECT name FROM suppliers.supplier ORDER BY lower(name)"
TAGS = """
SELECT DISTINCT tag FROM inventory.item CROSS JOIN LATERAL unnest(tags) AS tag
WHERE tags <> '{}' ORDER BY tag
"""


def distinct_values(connection: Connection, ids: Sequence[int], name: str) -> list[tuple[str, int]]:
    """The stored texts of a field with their counts, the most frequent first; "" is empty."""
    rows = connection.execute(
        f"SELECT coalesce({_as_text(name)}, '') AS text, count(*) {SOURCE} "
        "WHERE i.id = ANY(%s) GROUP BY text ORDER BY count(*) DESC, text LIMIT %s",
        (list(ids), DISTINCT_LIMIT),
    )
    return [(text, count) for text, count in rows]


def _as_text(name: str) -> str:
    if name == "tags":
        return "array_to_string(i.tags, ', ')"
    if name in {"acquired_at", "delivered_at"}:
        return f"""to_char(i.{name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')"""
    return f"({EXPRESSIONS[name]})::text"
