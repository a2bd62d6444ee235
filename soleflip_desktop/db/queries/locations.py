"""The tree of places, and who lies there."""

from __future__ import annotations

from typing import Any

import psycopg

from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.locations import SEPARATOR, LocationRow

Connection = psycopg.Connection[Any]

TREE = """
SELECT l.id, l.parent_id, l.name, l.path, l.code, coalesce(n.units, 0)
FROM inventory.location l
LEFT JOIN (
    SELECT location_id, count(*) AS units FROM inventory.item
    WHERE location_id IS NOT NULL GROUP BY location_id
) n ON n.location_id = l.id
"""
#: Names are compared without regard to case: nobody means two places by "garage" and "Garage".
NAMESAKE = """
SELECT path FROM inventory.location
WHERE parent_id IS NOT DISTINCT FROM %s AND lower(name) = lower(%s) AND id IS DISTINCT FROM %s
"""
CODE_OWNER = "SELECT path FROM inventory.location WHERE code = %s AND id IS DISTINCT FROM %s"
USERS = """
SELECT (SELECT count(*) FROM inventory.item WHERE location_id = %(id)s),
    (SELECT count(*) FROM inventory.location WHERE parent_id = %(id)s),
    (SELECT count(*) FROM inventory.stock_count WHERE location_id = %(id)s)
"""
CHILD = """
SELECT id FROM inventory.location
WHERE parent_id IS NOT DISTINCT FROM %s AND lower(name) = lower(%s) ORDER BY name <> %s LIMIT 1
"""


def tree(connection: Connection) -> list[LocationRow]:
    """By path."""
    return [LocationRow(*row) for row in connection.execute(f"{TREE} ORDER BY l.path")]


def place(connection: Connection, location_id: int) -> LocationRow:
    """Raises NotFoundError for a place that is gone."""
    row = connection.execute(f"{TREE} WHERE l.id = %s", (location_id,)).fetchone()
    if row is None:
        raise NotFoundError("This place is no longer there; choose another one.")
    return LocationRow(*row)


def namesake(
    connection: Connection, parent_id: int | None, name: str, but: int | None
) -> str | None:
    """The path of another place of that name at the same place."""
    return _text(connection.execute(NAMESAKE, (parent_id, name, but)).fetchone())


def code_owner(connection: Connection, code: str, but: int | None) -> str | None:
    """The path of another place with that code."""
    return _text(connection.execute(CODE_OWNER, (code, but)).fetchone())


def _text(row: tuple[Any, ...] | None) -> str | None:
    return None if row is None else str(row[0])


def users(connection: Connection, location_id: int) -> tuple[int, int, int]:
    """How many units, places and counts refer to a place."""
    units, places, counts = connection.execute(USERS, {"id": location_id}).fetchone() or (0, 0, 0)
    return units, places, counts


def insert(connection: Connection, parent_id: int | None, name: str, code: str | None) -> int:
    made = connection.execute(
        "INSERT INTO inventory.location (parent_id, name, code) VALUES (%s, %s, %s) RETURNING id",
        (parent_id, name, code),
    )
    return int(made.fetchall()[0][0])


def update(
    connection: Connection, location_id: int, parent_id: int | None, name: str, code: str | None
) -> None:
    connection.execute(
        "UPDATE inventory.location SET parent_id = %s, name = %s, code = %s, updated_at = now() "
        "WHERE id = %s",
        (parent_id, name, code, location_id),
    )


def delete(connection: Connection, location_id: int) -> None:
    connection.execute("DELETE FROM inventory.location WHERE id = %s", (location_id,))


def at_path(connection: Connection, path: str) -> int | None:
    """The place with this path; makes what is missing, level by level. None for no name at all."""
    found: int | None = None
    for name in filter(None, (" ".join(part.split()) for part in path.split(SEPARATOR))):
        row = connection.execute(CHILD, (found, name, name)).fetchone()
        found = int(row[0]) if row else insert(connection, found, name, None)
    return found
