"""Rows of a sync: inserted and changed set by set, whatever columns each of them names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql

from soleflip_desktop.db.queries.remote_records import exact_json

Connection = psycopg.Connection[Any]
Values = Mapping[str, Any]

INSERT = """
INSERT INTO {table} ({columns})
SELECT {values} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) AS r
"""
UPDATE = """
UPDATE {table} t SET ({columns}) = (
    SELECT {values} FROM jsonb_populate_record(t, c.after) AS r
) FROM jsonb_to_recordset(%s::jsonb) AS c (id bigint, after jsonb) WHERE c.id = t.id
"""
IDS = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"


def new_ids(connection: Connection, table: str, count: int) -> list[int]:
    """Ids of a table that nobody else gets."""
    if not count:
        return []
    return [int(row[0]) for row in connection.execute(IDS, (table, count))]


def insert_rows(connection: Connection, table: str, rows: Sequence[Values]) -> None:
    """All rows name the same columns."""
    if rows:
        statement = _with_columns(INSERT, table, list(rows[0]))
        connection.execute(statement, (exact_json(rows),))


def update_rows(connection: Connection, table: str, changes: Mapping[int, Values]) -> None:
    """Sets the columns that are named for each id; the others stay. Touches nothing else."""
    told = [{"id": id_, "after": values} for id_, values in changes.items() if values]
    columns = sorted({column for values in changes.values() for column in values})
    if told:
        connection.execute(_with_columns(UPDATE, table, columns), (exact_json(told),))


def _with_columns(statement: str, table: str, columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(statement).format(
        table=sql.Identifier(*table.split(".")),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(sql.SQL("r.") + sql.Identifier(name) for name in columns),
    )
