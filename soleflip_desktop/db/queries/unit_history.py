"""What happened to a unit, from the event store and the journal of imports, in people's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg

from soleflip_desktop.db.queries.unit_edits import COLUMN_OF, FIELD_OF, field_value
from soleflip_desktop.domain.steps import FieldChange, HistoryEntry
from soleflip_desktop.domain.unit_fields import UNIT_FIELDS_BY_NAME, UnitValue, ValueKind

Connection = psycopg.Connection[Any]

EVENTS = """
SELECT occurred_at, actor, split_part(event_type, '.', 2), data, data ->> 'correction'
FROM system.event_store
WHERE aggregate_kind = 'item' AND aggregate_id = %(id)s AND event_type <> 'item.unscanned'
ORDER BY id DESC
"""
#: An import journals the columns that it changes (a status has its event); of the import that made
#: it the unit itself knows.
IMPORTS = """
SELECT t.at, coalesce((
    SELECT e.actor FROM system.event_store e
    WHERE e.aggregate_kind = 'import_batch' AND e.aggregate_id = b.id ORDER BY e.id LIMIT 1
), 'import'), c.what, c.data, format('import %%s (%%s)', b.id, b.file_name)
FROM (
    SELECT batch_id, NULL::timestamptz AS at, 'changed' AS what,
        jsonb_build_object('old', before - 'status', 'new', after - 'status') AS data
    FROM integration.import_change
    WHERE entity = 'item' AND entity_id = %(id)s AND operation = 'U'
        AND after - 'status' <> '{}'
    UNION ALL
    SELECT import_batch_id, created_at, 'created', '{}' FROM inventory.item WHERE id = %(id)s
) c (batch_id, made_at, what, data)
JOIN integration.import_batch b ON b.id = c.batch_id
CROSS JOIN LATERAL (SELECT coalesce(c.made_at, b.finished_at, b.started_at) AS at) t
WHERE b.status IN ('completed', 'undone')
"""

#: The names behind ids; of a record that is gone, the name with which it was deleted.
NAMES = {
    "location_id": """
SELECT coalesce((SELECT path FROM inventory.location WHERE id = %(id)s), (
    SELECT data -> 'old' ->> 'path' FROM system.event_store
    WHERE aggregate_kind = 'location' AND aggregate_id = %(id)s AND event_type = 'location.deleted'
    ORDER BY id DESC LIMIT 1
))
""",
    "supplier_id": "SELECT name FROM suppliers.supplier WHERE id = %(id)s",
    "variant_id": """
SELECT s.label FROM catalog.product_variant v JOIN catalog.size s ON s.id = v.size_id
WHERE v.id = %(id)s
""",
}
_READERS: dict[ValueKind, Callable[[str], UnitValue]] = {
    ValueKind.AMOUNT: Decimal,
    ValueKind.PERCENT: Decimal,
    ValueKind.MOMENT: datetime.fromisoformat,
    ValueKind.DAY: date.fromisoformat,
}


class Words:
    """Recorded columns as fields with their values as people see them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._names: dict[tuple[str, int], str] = {}

    def changes(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[FieldChange, ...]:
        """In the order of the fields; columns that are no field of a unit are left out."""
        return tuple(
            FieldChange(name, before, after)
            for name, column in COLUMN_OF.items()
            if column in old or column in new
            for before, after in [(self._value(column, old), self._value(column, new))]
            if before != after
        )

    def _value(self, column: str, values: Mapping[str, Any]) -> UnitValue | None:
        value = values.get(column)
        if value is None:
            return None
        if column in NAMES:
            return self._name(column, int(value))
        name = FIELD_OF[column]
        reader = _READERS.get(UNIT_FIELDS_BY_NAME[name].kind)
        return reader(str(value)) if reader else field_value(name, value)

    def _name(self, column: str, id_: int) -> str:
        if (column, id_) not in self._names:
            row = self._connection.execute(NAMES[column], {"id": id_}).fetchone()
            self._names[column, id_] = (row and row[0]) or f"no longer there (number {id_})"
        return self._names[column, id_]


def history(connection: Connection, item_id: int) -> list[HistoryEntry]:
    """Newest first. Events are `created`, `changed`, `deleted`, `status_changed`."""
    words = Words(connection)
    entries = [
        HistoryEntry(at, actor, event, words.changes(*_sides(data)), correction)
        for statement in (EVENTS, IMPORTS)
        for at, actor, event, data, correction in connection.execute(
            statement, {"id": item_id}
        ).fetchall()
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _sides(data: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Of a change of the status alone only this is told."""
    if "to" in data:
        return {"status": data["from"]}, {"status": data["to"]}
    return data.get("old") or {}, data.get("new") or {}
