"""Turns a step around: what it made goes, what it deleted comes back, what it changed is restored.

The events of the step's run tell what each record was before and what the step left. A record that
holds anything else by now was changed by somebody since: it stays as it is, with the reason. So
does a record that something new depends on, or whose own supports are gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from soleflip_desktop.db.queries import unit_edits
from soleflip_desktop.db.queries.import_diff import write_values
from soleflip_desktop.db.queries.unit_history import Words
from soleflip_desktop.domain.steps import KeptRecord
from soleflip_desktop.domain.unit_edits import shown

Connection = psycopg.Connection[Any]

#: step_record: what each record of the run was before and what the run left of it, the first and
#: the last of its events counting. step_kept: records that stay; the first reason counts. A reason
#: that is NULL means "changed since", and is put into words at the end.
PLAN = """
CREATE TEMP TABLE step_record ON COMMIT DROP AS
WITH told AS (
    SELECT id, aggregate_kind AS entity, aggregate_id AS entity_id, data,
        split_part(event_type, '.', 2) AS what
    FROM system.event_store
    WHERE correlation_id = {run} AND split_part(event_type, '.', 2) <> 'unscanned'
), old AS (
    SELECT entity, entity_id, jsonb_object_agg(o.key, o.value ORDER BY t.id DESC) AS value
    FROM told t CROSS JOIN LATERAL jsonb_each(t.data -> 'old') o GROUP BY entity, entity_id
), new AS (
    SELECT entity, entity_id, jsonb_object_agg(n.key, n.value ORDER BY t.id) AS value
    FROM told t CROSS JOIN LATERAL jsonb_each(t.data -> 'new') n GROUP BY entity, entity_id
)
SELECT r.*, o.value AS before, n.value - '{{version,updated_at,path}}'::text[] AS after
FROM (
    SELECT entity, entity_id, max(id) AS last_event, bool_and(what <> 'created') AS existed,
        bool_and(what <> 'deleted') AS left_there
    FROM told GROUP BY entity, entity_id
) r
LEFT JOIN old o USING (entity, entity_id) LEFT JOIN new n USING (entity, entity_id);
CREATE TEMP TABLE step_kept (
    entity text, entity_id bigint, reason text, PRIMARY KEY (entity, entity_id)
) ON COMMIT DROP;
CREATE INDEX ON step_record (entity_id);
ANALYZE step_record;
"""
LOCK = """
SELECT count(*) FROM (
    SELECT FROM {table} WHERE id IN (SELECT entity_id FROM step_record WHERE entity = {entity})
    ORDER BY id FOR UPDATE
) AS locked
"""
KEEP = "INSERT INTO step_kept {rule} ON CONFLICT DO NOTHING"

#: What is to be done with a record, but for those that stay.
FREE = """
FROM step_record r WHERE r.entity = {entity} AND {what} AND NOT EXISTS (
    SELECT FROM step_kept k WHERE k.entity = r.entity AND k.entity_id = r.entity_id
)
"""
COMES_BACK, GOES, CHANGES = (
    "r.existed AND NOT r.left_there",
    "r.left_there AND NOT r.existed",
    "r.existed AND r.left_there",
)

TOUCHED = """
SELECT r.entity, r.entity_id, NULL FROM step_record r LEFT JOIN {table} t ON t.id = r.entity_id
WHERE r.entity = {entity} AND r.left_there
    AND (t.id IS NULL OR to_jsonb(t) || r.after <> to_jsonb(t))
"""
THERE_AGAIN = """
SELECT r.entity, r.entity_id, 'It is there again.' FROM step_record r
JOIN {table} t ON t.id = r.entity_id WHERE r.entity = {entity} AND NOT r.left_there
"""
#: A place may come back together with the one above it.
SUPPORT_GONE = """
SELECT r.entity, r.entity_id, {reason} FROM step_record r
WHERE r.entity = {entity} AND r.existed AND (r.before ->> {column})::bigint IS NOT NULL
    AND NOT EXISTS (SELECT FROM {support} s WHERE s.id = (r.before ->> {column})::bigint)
    AND NOT EXISTS (
        SELECT FROM step_record s WHERE {entity} = 'location' AND s.entity = {entity}
            AND s.entity_id = (r.before ->> {column})::bigint AND s.existed AND NOT s.left_there
    )
"""
IMPORTED_AGAIN = """
SELECT r.entity, r.entity_id, 'The same unit was imported again.' FROM step_record r
JOIN inventory.item t ON t.content_key = (r.before ->> 'content_key')::uuid AND t.id <> r.entity_id
WHERE r.entity = 'item'
"""
NAME_TAKEN = """
SELECT r.entity, r.entity_id, format('Another place is called %s by now.', t.path)
FROM step_record r LEFT JOIN inventory.location o ON o.id = r.entity_id
JOIN inventory.location t ON t.id <> r.entity_id
    AND (t.code = r.before ->> 'code' OR (
        t.name = coalesce(r.before ->> 'name', o.name)
        AND t.parent_id IS NOT DISTINCT FROM CASE WHEN r.before ? 'parent_id'
            THEN (r.before ->> 'parent_id')::bigint ELSE o.parent_id END))
WHERE r.entity = 'location' AND r.existed
"""
LIES_WITHIN = """
SELECT r.entity, r.entity_id, 'The place it would lie in lies within it by now.'
FROM step_record r JOIN inventory.location o ON o.id = r.entity_id
JOIN inventory.location p ON p.id = (r.before ->> 'parent_id')::bigint
WHERE r.entity = 'location' AND starts_with(p.path, o.path || ' / ')
"""
ATTACHED_AGAIN = """
SELECT r.entity, r.entity_id, 'The same file is attached again.' FROM step_record r
JOIN inventory.attachment t ON t.item_id = (r.before ->> 'item_id')::bigint
    AND t.sha256 = r.before ->> 'sha256' AND t.id <> r.entity_id
WHERE r.entity = 'attachment'
"""
FILES_ADDED = """
SELECT DISTINCT r.entity, r.entity_id, 'Files were attached since.' FROM step_record r
JOIN inventory.attachment t ON t.item_id = r.entity_id
WHERE r.entity = 'item' AND r.left_there AND NOT r.existed AND t.id NOT IN (
    SELECT a.entity_id FROM step_record a WHERE a.entity = 'attachment'
)
"""
IN_USE = """
SELECT r.entity, r.entity_id, 'Units, places or counts belong to it by now.'
FROM step_record r JOIN inventory.location t ON t.id = r.entity_id
WHERE r.entity = 'location' AND r.left_there AND NOT r.existed AND EXISTS (
    SELECT FROM inventory.location l
    WHERE (l.id = t.id OR starts_with(l.path, t.path || ' / ')) AND (
        EXISTS (SELECT FROM inventory.item i WHERE i.location_id = l.id)
        OR EXISTS (SELECT FROM inventory.stock_count c WHERE c.location_id = l.id)
        OR NOT EXISTS (
            SELECT FROM step_record s WHERE s.entity = 'location' AND s.entity_id = l.id
                AND s.left_there AND NOT s.existed
        )
    )
)
"""

INSERT = """
INSERT INTO {table} SELECT n.* FROM (
    SELECT r.entity_id, r.before {free}
) r CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, r.before) n
ORDER BY length(r.before ->> 'path'), r.entity_id
"""
RELINK_SCANS = """
UPDATE inventory.stock_count_scan s SET item_id = e.aggregate_id
FROM system.event_store e CROSS JOIN LATERAL jsonb_array_elements_text(e.data -> 'scans') x
WHERE e.correlation_id = {run} AND e.event_type = 'item.unscanned' AND s.id = x::bigint
    AND s.item_id IS NULL AND EXISTS (SELECT FROM inventory.item i WHERE i.id = e.aggregate_id)
"""


@dataclass(frozen=True, slots=True)
class _Table:
    """A recorded table: what its records need to be there, and what else may be in the way."""

    entity: str
    name: str
    supports: tuple[tuple[str, str, str], ...]
    rules: tuple[str, ...]


LOCATION = _Table(
    "location",
    "inventory.location",
    (("parent_id", "inventory.location", "The place it lay in is gone."),),
    (NAME_TAKEN, LIES_WITHIN),
)
ITEM = _Table(
    "item",
    "inventory.item",
    (
        ("variant_id", "catalog.product_variant", "Its product or size is gone."),
        ("location_id", "inventory.location", "The place it lay in is gone."),
        ("supplier_id", "suppliers.supplier", "Its supplier is gone."),
        ("import_batch_id", "integration.import_batch", "The import it came from is gone."),
    ),
    (IMPORTED_AGAIN,),
)
ATTACHMENT = _Table(
    "attachment",
    "inventory.attachment",
    (("item_id", "inventory.item", "Its unit is gone."),),
    (ATTACHED_AGAIN,),
)
#: A record comes back after what it needs, and goes before it.
TABLES = (LOCATION, ITEM, ATTACHMENT)


def turn_around(connection: Connection, run: UUID) -> list[KeptRecord]:
    """Restores what was before the run, under the run that is open; returns what stays, and why."""
    connection.execute(sql.SQL(PLAN).format(run=sql.Literal(run)))
    for table in TABLES:
        connection.execute(_filled(LOCK, table))
        _keep(connection, TOUCHED, table)
        _keep(connection, THERE_AGAIN, table)
    for table in TABLES:
        _bring_back(connection, table)
    connection.execute(sql.SQL(RELINK_SCANS).format(run=sql.Literal(run)))
    for table in reversed(TABLES):
        _take_away(connection, table)
    return _kept(connection)


def _bring_back(connection: Connection, table: _Table) -> None:
    for column, support, reason in table.supports:
        _keep(connection, SUPPORT_GONE, table, column=column, support=support, reason=reason)
    for rule in table.rules:
        _keep(connection, rule, table)
    connection.execute(_filled(INSERT, table, free=_free(table, COMES_BACK)))
    columns = connection.execute(
        sql.SQL("SELECT DISTINCT jsonb_object_keys(r.before) {free}").format(
            free=_free(table, CHANGES)
        )
    )
    names = [name for (name,) in columns]
    if names:
        source = sql.SQL("(SELECT r.entity_id, r.before {free})").format(free=_free(table, CHANGES))
        write_values(connection, table.name, names, source.as_string(connection), "before")


def _take_away(connection: Connection, table: _Table) -> None:
    if table is ITEM:
        _keep(connection, FILES_ADDED, table)
        _keep_blocked(connection)
    elif table is LOCATION:
        _keep(connection, IN_USE, table)
    found = sql.SQL("SELECT r.entity_id {free}").format(free=_free(table, GOES))
    ids = [id_ for (id_,) in connection.execute(found)]
    if ids and table is ITEM:
        unit_edits.remove_units(connection, ids)
    elif ids:
        statement = sql.SQL("DELETE FROM {table} WHERE id = ANY(%s)")
        connection.execute(statement.format(table=sql.SQL(table.name)), (ids,))


def _keep_blocked(connection: Connection) -> None:
    found = sql.SQL("SELECT r.entity_id {free}").format(free=_free(ITEM, GOES))
    ids = [id_ for (id_,) in connection.execute(found)]
    for record in unit_edits.blocked_units(connection, ids):
        connection.execute(
            "INSERT INTO step_kept VALUES ('item', %s, %s)", (record.id, record.reason)
        )


def _keep(connection: Connection, rule: str, table: _Table, **names: str) -> None:
    """`names` of the rule: support is a table, the others are values."""
    values: dict[str, sql.Composable] = {
        name: sql.SQL(text) if name == "support" else sql.Literal(text)
        for name, text in names.items()
    }
    connection.execute(sql.SQL(KEEP).format(rule=_filled(rule, table, **values)))


def _filled(statement: str, table: _Table, **more: sql.Composable) -> sql.Composed:
    return sql.SQL(statement).format(
        table=sql.SQL(table.name), entity=sql.Literal(table.entity), **more
    )


def _free(table: _Table, what: str) -> sql.Composed:
    return sql.SQL(FREE).format(entity=sql.Literal(table.entity), what=sql.SQL(what))


# -- why records stay --------------------------------------------------------------------------

KEPT = "SELECT entity, entity_id, reason FROM step_kept ORDER BY entity <> 'item', entity_id"
#: What a kept record was to be and is, and who changed it last.
CHANGED_SINCE = """
SELECT r.entity_id, e.actor, e.occurred_at, e.event_type,
    (SELECT jsonb_object_agg(a.key, jsonb_build_array(a.value, t.value -> a.key))
        FROM jsonb_each(r.after) a WHERE t.value -> a.key IS DISTINCT FROM a.value)
FROM step_kept k JOIN step_record r USING (entity, entity_id)
LEFT JOIN LATERAL (SELECT to_jsonb(x) AS value FROM {table} x WHERE x.id = r.entity_id) t ON true
LEFT JOIN LATERAL (
    SELECT e.actor, e.occurred_at, e.event_type FROM system.event_store e
    WHERE e.aggregate_kind = r.entity AND e.aggregate_id = r.entity_id AND e.id > r.last_event
        AND e.event_type <> 'item.unscanned'
    ORDER BY e.id DESC LIMIT 1
) e ON true
WHERE k.reason IS NULL AND k.entity = {entity}
"""


def _kept(connection: Connection) -> list[KeptRecord]:
    rows = connection.execute(KEPT).fetchall()
    words = Words(connection)
    told: dict[tuple[str, int], str] = {}
    for table in TABLES:
        if any(reason is None and entity == table.entity for entity, _, reason in rows):
            for id_, *since in connection.execute(_filled(CHANGED_SINCE, table)).fetchall():
                told[table.entity, id_] = _sentence(words, *since)
    return [
        KeptRecord(id_, told[entity, id_] if reason is None else reason)
        for entity, id_, reason in rows
    ]


def _sentence(words: Words, who: str | None, at: Any, event: str | None, pairs: Any) -> str:
    whom = unit_edits.by_whom(None if who is None else (who, at))
    if not pairs or (event or "").endswith(".deleted"):
        return f"It was deleted since{whom.replace('changed', 'deleted')}."
    return f"It was changed since: {'; '.join(_differences(words, pairs))}{whom}."


def _differences(words: Words, pairs: dict[str, list[Any]]) -> Iterator[str]:
    for change in words.changes(
        {column: left for column, (left, _) in pairs.items()},
        {column: now for column, (_, now) in pairs.items()},
    ):
        yield f"{change.field} is {shown(change.new)}, not {shown(change.old)}"
