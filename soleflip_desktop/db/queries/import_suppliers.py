"""Lists of suppliers: rows are found by our number or by the name, in any case of letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from soleflip_desktop.db.queries.import_catalog import journalled
from soleflip_desktop.db.queries.import_classes import set_aside, set_repeated_aside, settle
from soleflip_desktop.db.queries.import_diff import (
    DiffTable,
    find_changes,
    journal_changes,
    write_values,
)
from soleflip_desktop.domain.import_plan import Identity, ImportPlan
from soleflip_desktop.domain.integration import ChangedEntity, RowClass

Connection = psycopg.Connection[Any]

COLUMNS = {
    "supplier_kind": "kind",
    "website": "website",
    "email": "email",
    "country": "country",
    "vat_number": "vat_number",
    "return_policy_days": "return_policy_days",
    "supplier_status": "status",
    "notes": "notes",
}
TABLE = "suppliers.supplier"

#: {by_id}: whether our number counts. A row without one is found by its name.
TARGETS = """
INSERT INTO stage_target
SELECT s.seq, s.row_no, 'supplier', t.id FROM stage_row s JOIN suppliers.supplier t
    ON t.id = s.supplier_id
WHERE {by_id}
UNION ALL
SELECT s.seq, s.row_no, 'supplier', t.id FROM stage_row s JOIN suppliers.supplier t
    ON lower(t.name) = lower(s.supplier)
WHERE NOT {by_id} OR s.supplier_id IS NULL
"""

UNKNOWN_ID = """
SELECT s.seq, s.row_no, format('There is no supplier %s; leave the number out to add a new '
    'one.', s.supplier_id)
FROM stage_row s
WHERE s.supplier_id IS NOT NULL AND NOT EXISTS (SELECT FROM stage_target m WHERE m.seq = s.seq)
"""
NAMELESS = """
SELECT s.seq, s.row_no, 'The row names no supplier.' FROM stage_row s
WHERE s.supplier IS NULL AND NOT EXISTS (SELECT FROM stage_target m WHERE m.seq = s.seq)
"""
EMPTIED = """
SELECT seq, row_no, 'A supplier keeps its name and status: they cannot be emptied.'
FROM stage_row WHERE cleared && '{supplier,supplier_status}'
"""
NAME_TAKEN = """
SELECT s.seq, s.row_no, format('Supplier %s is called %s already.', t.id, t.name)
FROM stage_row s JOIN stage_target m USING (seq)
JOIN suppliers.supplier t ON lower(t.name) = lower(s.supplier) AND t.id <> m.entity_id
"""
SUBJECTS = """
(SELECT s.seq, s.row_no, to_jsonb(s) - '{{seq,row_no}}'::text[] AS content, {subject} AS subject
FROM stage_row s LEFT JOIN stage_target m USING (seq))
"""

NEW = "NOT EXISTS (SELECT FROM row_class k WHERE k.seq = s.seq)"
INSERT = f"""
WITH made AS (
    INSERT INTO suppliers.supplier (name, {", ".join(COLUMNS.values())})
    SELECT s.supplier, {", ".join(f"s.{field}" for field in COLUMNS)}
    FROM stage_row s WHERE {NEW} ORDER BY s.seq
    RETURNING id, name, version
)
INSERT INTO integration.import_change (batch_id, row_no, entity, entity_id, operation, version)
SELECT {{batch}}, s.row_no, 'supplier', made.id, 'I', made.version
FROM made JOIN stage_row s ON lower(s.supplier) = lower(made.name) AND {NEW}
""".replace("s.supplier_status", "coalesce(s.supplier_status, 'active')")  # noqa: S608

#: The first spelling counts.
NAMED = """
INSERT INTO suppliers.supplier (name)
SELECT DISTINCT ON (lower(s.supplier)) s.supplier FROM stage_row s
WHERE s.supplier IS NOT NULL AND NOT EXISTS (
    SELECT FROM row_class k WHERE k.seq = s.seq AND k.class <> 'changed'
)
ORDER BY lower(s.supplier), s.seq
ON CONFLICT (lower(name)) DO NOTHING
"""


def match(connection: Connection, plan: ImportPlan, staged: Sequence[str]) -> None:
    """Classes all rows that are not new; creates nothing."""
    by_id = plan.identity is Identity.ID
    connection.execute(sql.SQL(TARGETS).format(by_id=sql.Literal(by_id)))
    connection.execute("ANALYZE stage_row, stage_target")
    if by_id:
        set_aside(connection, RowClass.CONFLICT, UNKNOWN_ID)
    for conflict in (NAMELESS, EMPTIED, NAME_TAKEN):
        set_aside(connection, RowClass.CONFLICT, conflict)
    for subject in ("coalesce(m.entity_id::text, lower(s.supplier))", "lower(s.supplier)"):
        set_repeated_aside(connection, SUBJECTS.format(subject=subject), "supplier")
    find_changes(connection, _diff(plan), staged)
    settle(connection, plan.mode)


def write(connection: Connection, plan: ImportPlan, batch_id: int, _staged: Sequence[str]) -> None:
    """Inserts the new suppliers, changes the changed ones and journals both."""
    connection.execute(sql.SQL(INSERT).format(batch=sql.Literal(batch_id)))
    write_values(connection, TABLE, ["name", *COLUMNS.values()], "stage_change", "after")
    journal_changes(connection, batch_id, _diff(plan))


def create_suppliers(connection: Connection, batch_id: int) -> None:
    """Makes the suppliers that new and changed rows name and that are not stored."""
    connection.execute(journalled(NAMED, ChangedEntity.SUPPLIER, batch_id))


def _diff(plan: ImportPlan) -> DiffTable:
    """A supplier found by its name is not renamed: another case of letters is the same name."""
    columns = {field: (column, f"s.{field}") for field, column in COLUMNS.items()}
    if plan.identity is Identity.ID:
        columns["supplier"] = ("name", "s.supplier")
    return DiffTable(ChangedEntity.SUPPLIER, TABLE, columns)
