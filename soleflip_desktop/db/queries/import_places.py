"""Places that staged units name by their path: found among the stored ones, or made level by level.

"Room / Shelf / Box" is a box on a shelf in a room; a text without the separator is one place of
the first level. Another case of letters is the same place.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from soleflip_desktop.db.queries.import_catalog import journalled
from soleflip_desktop.db.queries.import_stage import one
from soleflip_desktop.domain.integration import ChangedEntity
from soleflip_desktop.domain.locations import SEPARATOR

Connection = psycopg.Connection[Any]

#: Each text once, with the names of its levels from the top; blanks and empty levels are nothing.
LEVELS = """
CREATE TEMP TABLE stage_place ON COMMIT DROP AS
SELECT t.location, ARRAY(
    SELECT btrim(name) FROM unnest(string_to_array(t.location, {separator}))
        WITH ORDINALITY AS level (name, depth)
    WHERE btrim(name) <> '' ORDER BY depth
) AS names
FROM (SELECT DISTINCT location FROM stage_row WHERE location IS NOT NULL) t
"""

#: Where several stored paths differ in nothing but their case, the one as written comes first.
MAP = """
DROP TABLE IF EXISTS place_map;
CREATE TEMP TABLE place_map ON COMMIT DROP AS
SELECT DISTINCT ON (p.location) p.location, l.id AS location_id, coalesce(l.path, p.path) AS path
FROM (SELECT location, array_to_string(names, {separator}) AS path FROM stage_place) p
LEFT JOIN inventory.location l ON lower(l.path) = lower(p.path)
ORDER BY p.location, l.path <> p.path, l.id;
ANALYZE place_map;
"""

#: Of new rows, and of changed ones that move their unit there.
WANTED = """
CREATE TEMP TABLE wanted_place ON COMMIT DROP AS
SELECT names FROM stage_place JOIN place_map m USING (location)
WHERE m.location_id IS NULL AND location IN (
    SELECT s.location FROM stage_row s
    WHERE NOT EXISTS (SELECT FROM row_class k WHERE k.seq = s.seq)
    UNION
    SELECT s.location FROM stage_row s JOIN stage_change c USING (seq)
    WHERE c.after ->> 'location_id' = '-1'
)
"""

LEVEL = """
INSERT INTO inventory.location (parent_id, name)
SELECT DISTINCT ON (lower(w.path)) u.id, w.name
FROM (
    SELECT names[{depth}] AS name, array_to_string(names[:{depth}], {separator}) AS path,
        array_to_string(names[:{depth} - 1], {separator}) AS above
    FROM wanted_place WHERE cardinality(names) >= {depth}
) w
LEFT JOIN inventory.location u ON lower(u.path) = lower(w.above)
WHERE NOT EXISTS (SELECT FROM inventory.location l WHERE lower(l.path) = lower(w.path))
ORDER BY lower(w.path), u.path <> w.above, u.id, w.name
ON CONFLICT (path) DO NOTHING
"""

_SEPARATOR = sql.Literal(SEPARATOR)


def map_places(connection: Connection) -> None:
    """Makes stage_place and place_map: each staged text once, with the place that it names.

    place_map (location, location_id, path); the id is NULL where no such place is stored.
    """
    connection.execute(sql.SQL(LEVELS).format(separator=_SEPARATOR))
    _map(connection)


def create_places(connection: Connection, batch_id: int) -> None:
    """Makes the places that written rows name and that are not stored; journals them."""
    connection.execute(WANTED)
    deepest = one(connection, "SELECT coalesce(max(cardinality(names)), 0) FROM wanted_place")
    for depth in range(1, deepest + 1):
        level = sql.SQL(LEVEL).format(depth=sql.Literal(depth), separator=_SEPARATOR)
        connection.execute(journalled(level, ChangedEntity.LOCATION, batch_id))
    if deepest:
        _map(connection)


def _map(connection: Connection) -> None:
    connection.execute(sql.SQL(MAP).format(separator=_SEPARATOR))
