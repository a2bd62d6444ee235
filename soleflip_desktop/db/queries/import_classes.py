"""Which class the rows of a stage have, in steps that several targets share.

A row that has a class keeps it: the first step that says something about a row decides.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from soleflip_desktop.domain.import_plan import ImportMode
from soleflip_desktop.domain.integration import RowClass

Connection = psycopg.Connection[Any]

DIFFERS = "differs_from_stored"
NOT_STORED = "not_stored_yet"

#: Rows about the record of an earlier row: `subject` is what a row is about, `content` what it says
#: of it. A row that says nothing else is a repetition, any other one contradicts.
REPEATED = """
INSERT INTO row_class
SELECT seq, row_no, CASE WHEN same THEN 'duplicate' ELSE 'conflict' END,
    CASE WHEN NOT same THEN format('Row %s says something else about the same {noun}.', head) END
FROM (
    SELECT seq, row_no, first_value(row_no) OVER w AS head, row_number() OVER w > 1 AS later,
        content IS NOT DISTINCT FROM first_value(content) OVER w AS same
    FROM {source} AS s
    WHERE subject IS NOT NULL AND NOT EXISTS (SELECT FROM row_class k WHERE k.seq = s.seq)
    WINDOW w AS (PARTITION BY subject ORDER BY seq)
) AS r
WHERE later
"""

#: What is left: rows about stored records either change them or say the same.
SETTLE = """
DELETE FROM stage_change c USING row_class k WHERE k.seq = c.seq;
INSERT INTO row_class
SELECT m.seq, min(m.row_no), CASE WHEN NOT bool_or(c.seq IS NOT NULL) THEN 'unchanged'
    ELSE {changed} END, CASE WHEN bool_or(c.seq IS NOT NULL) THEN {reason} END
FROM stage_target m LEFT JOIN (SELECT DISTINCT seq FROM stage_change) c USING (seq)
GROUP BY m.seq
ON CONFLICT (seq) DO NOTHING;
DELETE FROM stage_change c USING row_class k WHERE k.seq = c.seq AND k.class <> 'changed';
"""

SKIP_NEW = """
INSERT INTO row_class SELECT seq, row_no, 'skipped', {reason} FROM stage_row
ON CONFLICT (seq) DO NOTHING
"""


def set_aside(connection: Connection, row_class: RowClass, rows: sql.Composable | str) -> None:
    """Gives the class to `rows`: a query of seq, row_no and reason."""
    query = sql.SQL(rows) if isinstance(rows, str) else rows
    connection.execute(
        sql.SQL(
            "INSERT INTO row_class (seq, row_no, class, reason) "
            "SELECT DISTINCT ON (seq) seq, row_no, {name}, reason "
            "FROM ({rows}) AS r (seq, row_no, reason) ORDER BY seq ON CONFLICT (seq) DO NOTHING"
        ).format(name=sql.Literal(row_class), rows=query)
    )


def set_repeated_aside(connection: Connection, source: str, noun: str) -> None:
    """`source`: a relation of seq, row_no, subject and content; `noun`: what the subject is."""
    connection.execute(sql.SQL(REPEATED).format(source=sql.SQL(source), noun=sql.SQL(noun)))


def settle(connection: Connection, mode: ImportMode) -> None:
    """Classes of all rows that have none; those that stay without one are new."""
    inserting = mode is ImportMode.INSERT
    connection.execute(
        sql.SQL(SETTLE).format(
            changed=sql.Literal(RowClass.SKIPPED if inserting else RowClass.CHANGED),
            reason=sql.Literal(DIFFERS if inserting else None),
        )
    )
    if mode is ImportMode.UPDATE:
        connection.execute(sql.SQL(SKIP_NEW).format(reason=sql.Literal(NOT_STORED)))
