"""Taking an import back: which of its rows can be, and doing it; all in the caller's transaction.

The unit is the file's row: all that it made and changed goes back, or all of it stays. Versions
tell whether anybody touched a record since; the records are locked, so nobody does meanwhile.
Catalog records that came with the rows are no rows: they go when nothing refers to them any more.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from soleflip_desktop.db.queries import import_leftovers, undo_rules
from soleflip_desktop.db.queries.import_diff import write_values
from soleflip_desktop.db.queries.import_products import write_products
from soleflip_desktop.db.queries.unit_charges import replace_charges
from soleflip_desktop.domain.errors import NotFoundError, UserError
from soleflip_desktop.domain.integration import (
    BatchStatus,
    ChangedEntity,
    KeptRow,
    UndoReport,
)

Connection = psycopg.Connection[Any]

TABLES = {
    ChangedEntity.ITEM: "inventory.item",
    ChangedEntity.ORDER: "transactions.order",
    ChangedEntity.PRODUCT: "catalog.product",
    ChangedEntity.SUPPLIER: "suppliers.supplier",
}

#: undo_record: what each row made or changed, with the version that the import left and the
#: present one (NULL: the record is gone). undo_kept: rows that stay; the first reason counts.
PLAN_TABLES = """
CREATE TEMP TABLE undo_record (
    row_no int, entity text, entity_id bigint, made boolean, expected int, version int,
    touched_at timestamptz, stored jsonb, before jsonb, after jsonb, change_id bigint
) ON COMMIT DROP;
CREATE TEMP TABLE undo_kept (
    row_no int PRIMARY KEY, entity text, entity_id bigint, reason text
) ON COMMIT DROP;
"""

#: An undo of another import may have put a new version down for a record that this one made.
MADE_ROWS = """
INSERT INTO undo_record (row_no, entity, entity_id, made, expected, version, touched_at)
SELECT t.import_row, {entity}, t.id, true, coalesce(c.version, 1), t.version, t.updated_at
FROM {table} t LEFT JOIN integration.import_change c ON c.batch_id = {batch}
    AND c.entity = {entity} AND c.entity_id = t.id AND c.operation = 'I'
WHERE t.import_batch_id = {batch}
FOR UPDATE OF t
"""
MADE_PRICES = """
INSERT INTO undo_record (row_no, entity, entity_id, made)
SELECT import_row, 'price', id, true FROM pricing.source_price WHERE import_batch_id = {batch}
"""
#: Only lists of products and suppliers have rows that stand for such a record.
LISTED_RECORDS = """
INSERT INTO undo_record (row_no, entity, entity_id, made, expected, version, touched_at)
SELECT c.row_no, c.entity, t.id, true, c.version, t.version, t.updated_at
FROM integration.import_change c JOIN {table} t ON t.id = c.entity_id
WHERE c.batch_id = {batch} AND c.entity = {entity} AND c.operation = 'I' AND c.row_no IS NOT NULL
FOR UPDATE OF t
"""
LISTED_VARIANTS = """
INSERT INTO undo_record (row_no, entity, entity_id, made)
SELECT row_no, entity, entity_id, true FROM integration.import_change
WHERE batch_id = {batch} AND entity = 'variant' AND operation = 'I' AND row_no IS NOT NULL
"""
CHANGED_RECORDS = """
SELECT count(*) FROM (
    SELECT FROM {table} WHERE id IN (
        SELECT entity_id FROM integration.import_change
        WHERE batch_id = {batch} AND entity = {entity} AND operation = 'U'
    ) FOR UPDATE
) AS locked;
INSERT INTO undo_record
SELECT c.row_no, c.entity, c.entity_id, false, c.version, t.version, t.updated_at, {stored},
    c.before, c.after, c.id
FROM integration.import_change c LEFT JOIN {table} t ON t.id = c.entity_id
WHERE c.batch_id = {batch} AND c.entity = {entity} AND c.operation = 'U'
"""

#: What a record says now. Names stand beside numbers, as they do in what the import wrote.
STORED = {
    ChangedEntity.ITEM: "to_jsonb(t) || jsonb_build_object("
    "'location', (SELECT path FROM inventory.location WHERE id = t.location_id), "
    "'supplier', (SELECT name FROM suppliers.supplier WHERE id = t.supplier_id))",
}


def plan_undo(connection: Connection, batch_id: int) -> None:
    """Fills `undo_record` and `undo_kept`, and locks the records. Raises as `check_completed`."""
    check_completed(connection, batch_id)
    # The undo reads its own tables many times, and restores by them.
    connection.execute("SET LOCAL work_mem = '64MB'")
    connection.execute(PLAN_TABLES)
    for entity in (ChangedEntity.ITEM, ChangedEntity.ORDER):
        _run(connection, MADE_ROWS, batch_id, entity)
    for entity in (ChangedEntity.PRODUCT, ChangedEntity.SUPPLIER):
        _run(connection, LISTED_RECORDS, batch_id, entity)
    for statement in (MADE_PRICES, LISTED_VARIANTS):
        _run(connection, statement, batch_id)
    for entity in TABLES:
        _run(connection, CHANGED_RECORDS, batch_id, entity)
    connection.execute("CREATE INDEX ON undo_record (entity, entity_id); ANALYZE undo_record")
    undo_rules.keep_rows(connection, batch_id)


def check_completed(connection: Connection, batch_id: int) -> None:
    """Raises NotFoundError for a number that no import has, UserError for any other state."""
    row = connection.execute(
        "SELECT file_name, status FROM integration.import_batch WHERE id = %s", (batch_id,)
    ).fetchone()
    if row is None:
        msg = f"There is no import number {batch_id}."
        raise NotFoundError(msg)
    file, status = row
    if status != BatchStatus.COMPLETED:
        state = {
            BatchStatus.DRAFT: "is a draft: nothing of it was written",
            BatchStatus.RUNNING: "is still running: cancel it instead",
            BatchStatus.UNDONE: "is already undone: it can be redone",
        }.get(status, f"is {status}: nothing of it was kept")
        msg = f"Import {batch_id} ({file}) {state}. Only a completed import can be undone."
        raise UserError(msg)


def _run(
    connection: Connection, statement: str, batch_id: int, entity: ChangedEntity | None = None
) -> int:
    cursor = connection.execute(
        sql.SQL(statement).format(
            batch=sql.Literal(batch_id),
            entity=sql.Literal(entity),
            table=sql.SQL(TABLES[entity] if entity else ""),
            stored=sql.SQL(STORED.get(entity, "to_jsonb(t)") if entity else ""),
        )
    )
    return max(cursor.rowcount, 0)


# -- taking back -------------------------------------------------------------------------------

#: Of several changes of one record the oldest knows what it was before.
REVERTED = """
CREATE TEMP TABLE undo_gone ON COMMIT DROP AS
SELECT DISTINCT entity, entity_id FROM undo_record r
WHERE made AND NOT EXISTS (SELECT FROM undo_kept k WHERE k.row_no = r.row_no);
CREATE TEMP TABLE undo_value ON COMMIT DROP AS
SELECT r.entity, r.entity_id, NULL::jsonb AS after, min(r.expected) AS expected,
    jsonb_object_agg(x.key, x.value ORDER BY r.change_id DESC) AS before
FROM undo_record r CROSS JOIN LATERAL jsonb_each(r.before) x
WHERE NOT r.made AND NOT EXISTS (SELECT FROM undo_kept k WHERE k.row_no = r.row_no)
GROUP BY r.entity, r.entity_id;
ANALYZE undo_gone, undo_value;
"""
KEYS = """
SELECT DISTINCT a.attname FROM undo_value v CROSS JOIN jsonb_object_keys(v.before) AS x (key)
JOIN pg_attribute a ON a.attrelid = {table}::regclass AND a.attname = x.key
WHERE v.entity = {entity}
"""

#: Before their orders, though these would take them along: one statement instead of one an order.
DELETE_LINES = """
DELETE FROM transactions.transaction t USING undo_gone g
WHERE g.entity = 'order' AND t.order_id = g.entity_id
"""
DELETE_MADE = (
    "DELETE FROM {table} t USING undo_gone g WHERE g.entity = {entity} AND t.id = g.entity_id"
)
DELETE_PRICES = """
DELETE FROM pricing.source_price t USING undo_gone g
WHERE g.entity = 'price' AND t.id = g.entity_id
"""
DELETE_PAYOUTS = """
DELETE FROM transactions.payout p WHERE p.import_batch_id = {batch}
    AND NOT EXISTS (SELECT FROM transactions.order o WHERE o.payout_id = p.id)
    AND NOT EXISTS (SELECT FROM transactions.transaction t WHERE t.payout_id = p.id)
"""

#: Writing the old values is a new version too. What other imports left of the record is as old as
#: before, so their versions move along: neither they nor its maker shall take this for an edit.
HAND_BACK = """
UPDATE integration.import_change c SET version = c.version + t.version - v.expected + 1
FROM undo_value v JOIN {table} t ON t.id = v.entity_id
WHERE v.entity = {entity} AND c.entity = v.entity AND c.entity_id = v.entity_id
    AND c.batch_id <> {batch} AND c.version < v.expected
"""
HAND_BACK_MADE = """
INSERT INTO integration.import_change (batch_id, row_no, entity, entity_id, operation, version)
SELECT t.import_batch_id, t.import_row, v.entity, t.id, 'I', t.version - v.expected + 2
FROM undo_value v JOIN {table} t ON t.id = v.entity_id
WHERE v.entity = {entity} AND t.import_batch_id <> {batch} AND NOT EXISTS (
    SELECT FROM integration.import_change c WHERE c.entity = v.entity AND c.entity_id = t.id
        AND c.batch_id = t.import_batch_id AND c.operation = 'I'
)
"""
#: A redo writes them anew.
FORGET = """
DELETE FROM integration.import_change c
WHERE c.batch_id = {batch} AND c.entity IN ('item', 'order', 'payout', 'product', 'supplier')
    AND (c.operation = 'U' OR c.entity IN ('item', 'order'))
    AND NOT EXISTS (SELECT FROM undo_kept k WHERE k.row_no = c.row_no)
"""
CLOSE = """
UPDATE integration.import_batch SET status = 'undone', undone_at = clock_timestamp(),
    updated_at = clock_timestamp(),
    kept_rows = ARRAY(SELECT row_no FROM undo_kept ORDER BY row_no)
WHERE id = {batch}
"""
EVENT = """
INSERT INTO system.event_store (event_type, aggregate_kind, aggregate_id, data)
VALUES ('import_batch.undone', 'import_batch', %s, %s)
"""


def apply_undo(connection: Connection, batch_id: int) -> UndoReport:
    """Takes back what `plan_undo` found and says what that was.

    A batch of which every row is kept stays as it is. Raises what constraints raise where a value
    that comes back has been taken by another record.
    """
    undone = report(connection, batch_id)
    if undone.kept and not undone.reverted:
        return undone
    connection.execute(
        "SELECT set_config('soleflip.correction', %s, true)", (f"undo of import {batch_id}",)
    )
    connection.execute(REVERTED)
    _run(connection, DELETE_LINES, batch_id)
    orders = _run(connection, DELETE_MADE, batch_id, ChangedEntity.ORDER)
    undone.restored.update(_restore(connection, batch_id))
    removed: dict[str, int] = {
        ChangedEntity.ORDER: orders,
        ChangedEntity.ITEM: _run(connection, DELETE_MADE, batch_id, ChangedEntity.ITEM),
        ChangedEntity.PRICE: _run(connection, DELETE_PRICES, batch_id),
        ChangedEntity.PAYOUT: _run(connection, DELETE_PAYOUTS, batch_id),
    }
    _run(connection, FORGET, batch_id)
    removed |= import_leftovers.remove(connection, batch_id)
    undone.removed.update({entity: count for entity, count in removed.items() if count})
    _run(connection, CLOSE, batch_id)
    counts = {"reverted": undone.reverted, "kept": len(undone.kept)}
    connection.execute(EVENT, (batch_id, Jsonb(counts)))
    return undone


def _restore(connection: Connection, batch_id: int) -> dict[str, int]:
    """Old values into changed records; returns how many by entity."""
    for entity, table in TABLES.items():
        names = {"table": sql.Literal(table), "entity": sql.Literal(entity)}
        keys = [key for (key,) in connection.execute(sql.SQL(KEYS).format(**names))]
        source = f"(SELECT * FROM undo_value WHERE entity = '{entity}')"  # noqa: S608  (our enum)
        if entity is ChangedEntity.PRODUCT:
            write_products(connection, source, "before")
        elif keys:
            write_values(connection, table, keys, source, "before")
        if entity is ChangedEntity.ORDER:
            replace_charges(connection, "undo_value", "before")
        _run(connection, HAND_BACK, batch_id, entity)
        if entity in {ChangedEntity.ITEM, ChangedEntity.ORDER}:
            _run(connection, HAND_BACK_MADE, batch_id, entity)
    found = connection.execute("SELECT entity, count(*) FROM undo_value GROUP BY entity")
    return dict(found.fetchall())


# -- telling -------------------------------------------------------------------------------------

REVERTED_ROWS = """
SELECT count(DISTINCT row_no) FROM undo_record r
WHERE NOT EXISTS (SELECT FROM undo_kept k WHERE k.row_no = r.row_no)
"""
KEPT_ROWS = """
SELECT k.row_no, k.entity, k.entity_id, coalesce(p.name || ', ' || z.label, q.name, u.name,
    initcap(k.entity) || ' ' || k.entity_id), k.reason
FROM undo_kept k
LEFT JOIN inventory.item i ON k.entity = 'item' AND i.id = k.entity_id
LEFT JOIN transactions.order o ON k.entity = 'order' AND o.id = k.entity_id
LEFT JOIN catalog.product_variant v ON v.id = coalesce(i.variant_id, o.variant_id,
    CASE WHEN k.entity = 'variant' THEN k.entity_id END)
LEFT JOIN catalog.product p ON p.id = v.product_id
LEFT JOIN catalog.size z ON z.id = v.size_id
LEFT JOIN catalog.product q ON k.entity = 'product' AND q.id = k.entity_id
LEFT JOIN suppliers.supplier u ON k.entity = 'supplier' AND u.id = k.entity_id
ORDER BY k.row_no
"""


def report(connection: Connection, batch_id: int) -> UndoReport:
    """What the plan says: how many rows go back, and which stay and why."""
    file = connection.execute(
        "SELECT file_name FROM integration.import_batch WHERE id = %s", (batch_id,)
    ).fetchone()
    reverted = connection.execute(REVERTED_ROWS).fetchone()
    kept = tuple(KeptRow(*row) for row in connection.execute(KEPT_ROWS))
    return UndoReport(batch_id, file[0] if file else "", reverted[0] if reverted else 0, kept)
