"""What staged rows change in stored records, cell by cell; applying it, and taking it back.

A change is two JSON objects of column -> value, before and after. Writing either of them is one
statement for all records of a table, whichever columns each of them names: an import applies
`after`, an undo `before`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import psycopg
from psycopg import sql

from soleflip_desktop.domain.integration import ChangedEntity

Connection = psycopg.Connection[Any]

#: Of a batch under way. Rows that are in neither table are new.
#: row_class: every row that is not new, and why. stage_target: the record that a row is about.
#: stage_change: what the row changes there.
DIFF_TABLES = """
CREATE TEMP TABLE row_class (
    seq int PRIMARY KEY, row_no int, class text, reason text
) ON COMMIT DROP;
CREATE TEMP TABLE stage_target (
    seq int, row_no int, entity text, entity_id bigint, PRIMARY KEY (entity, seq)
) ON COMMIT DROP;
CREATE TEMP TABLE stage_change (
    seq int, row_no int, entity text, entity_id bigint, before jsonb, after jsonb
) ON COMMIT DROP;
"""


@dataclass(frozen=True, slots=True)
class DiffTable:
    """A table whose records a file can change: stage column -> (table column, staged value).

    The staged value is an expression over `s`, the stage's row, of the table column's type, and
    over what `joins` adds for its stage column.
    """

    entity: ChangedEntity
    table: str
    columns: Mapping[str, tuple[str, str]]
    joins: Mapping[str, str] = field(default_factory=dict)


def find_changes(connection: Connection, diff: DiffTable, staged: Collection[str]) -> None:
    """Fills `stage_change` from `stage_target` for the columns that the file has.

    A blank cell changes nothing; one that says `<empty>` (in `cleared`) empties the column.
    """
    used = {name: pair for name, pair in diff.columns.items() if name in staged}
    if not used:
        return
    cells = [_cell(name, *pair) for name, pair in used.items()]
    joins = " ".join(join for name, join in diff.joins.items() if name in used)
    connection.execute(
        sql.SQL(
            "INSERT INTO stage_change "
            "SELECT m.seq, m.row_no, m.entity, m.entity_id, {before}, {after} "
            "FROM stage_target m JOIN stage_row s USING (seq) JOIN {table} t ON t.id = m.entity_id "
            "{joins} WHERE m.entity = {entity} AND ({any})"
        ).format(
            before=sql.SQL(" || ").join(old for _, old, _ in cells),
            after=sql.SQL(" || ").join(new for _, _, new in cells),
            any=sql.SQL(" OR ").join(changed for changed, _, _ in cells),
            table=sql.SQL(diff.table),
            joins=sql.SQL(joins),
            entity=sql.Literal(diff.entity),
        )
    )


def _cell(name: str, column: str, value: str) -> tuple[sql.Composable, ...]:
    """Whether the cell changes, and its old and new value as JSON objects."""
    names = {
        "value": sql.SQL(value),
        "old": sql.SQL("t.") + sql.Identifier(column),
        "key": sql.Literal(column),
        "field": sql.Literal(name),
    }
    changed = sql.SQL(
        "((({value}) IS NOT NULL OR {field} = ANY (s.cleared))"
        " AND ({value}) IS DISTINCT FROM {old})"
    ).format(**names)
    both = [
        sql.SQL(
            "CASE WHEN {changed} THEN jsonb_build_object({key}, {side}) ELSE '{{}}' END"
        ).format(changed=changed, side=side, **names)
        for side in (names["old"], sql.SQL(f"({value})"))
    ]
    return (changed, *both)


def write_values(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    source: str,
    side: Literal["before", "after"],
) -> int:
    """Sets the columns that each JSON object names; returns how many records it touched.

    `source` is a relation with entity_id, before and after. Raises what the table's constraints
    and triggers raise, such as a status that the state machine does not allow.
    """
    cursor = connection.execute(
        sql.SQL(
            "UPDATE {table} t SET ({columns}) = "
            "(SELECT {values} FROM jsonb_populate_record(t, c.{side}) AS r) "
            "FROM {source} c WHERE c.entity_id = t.id AND c.{side} ?| {names}"
        ).format(
            table=sql.SQL(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=sql.SQL(", ").join(sql.SQL("r.") + sql.Identifier(name) for name in columns),
            source=sql.SQL(source),
            side=sql.Identifier(side),
            names=sql.Literal(list(columns)),
        )
    )
    return cursor.rowcount


def journal_changes(connection: Connection, batch_id: int, diff: DiffTable | None = None) -> None:
    """Keeps `stage_change` with the batch; with `diff`, the written ones with their new version."""
    version: sql.Composable = sql.SQL("NULL")
    join: sql.Composable = sql.SQL("")
    only: sql.Composable = sql.SQL("true")
    if diff is not None:
        version = sql.SQL("t.version")
        join = sql.SQL(f"JOIN {diff.table} t ON t.id = c.entity_id")
        only = sql.SQL("c.entity = ") + sql.Literal(diff.entity)
    connection.execute(
        sql.SQL(
            "INSERT INTO integration.import_change "
            "(batch_id, row_no, entity, entity_id, operation, before, after, version) "
            "SELECT {batch}, c.row_no, c.entity, c.entity_id, 'U', c.before, c.after, {version} "
            "FROM stage_change c {join} WHERE {only} ORDER BY c.row_no"
        ).format(batch=sql.Literal(batch_id), version=version, join=join, only=only)
    )
