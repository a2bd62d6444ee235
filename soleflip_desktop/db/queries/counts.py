"""Scanned codes, and counts of what really lies somewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import Location, StockCount, StockCountScan
from soleflip_desktop.db.queries.steps import WHO
from soleflip_desktop.domain.counting import CountHead, CountLine, CountMark
from soleflip_desktop.domain.inventory import ItemStatus
from soleflip_desktop.domain.unit_codes import same_ean, unit_code

#: A unit of such a status lies in the house, whatever is planned with it.
IN_HOUSE = (
    ItemStatus.AVAILABLE,
    ItemStatus.RESERVED,
    ItemStatus.TO_SHIP,
    ItemStatus.PACKED,
    ItemStatus.DAMAGED,
)
_HOUSED = ", ".join(f"'{status}'" for status in IN_HOUSE)
#: A place and all below it, as a condition on `l` for the place `c`.
_WITHIN = "(l.id = c.location_id OR starts_with(l.path, c.path || ' / '))"

_COUNTED = """
counted AS MATERIALIZED (
    SELECT sc.id, sc.location_id, l.path
    FROM inventory.stock_count sc LEFT JOIN inventory.location l ON l.id = sc.location_id
    WHERE sc.id = :count_id
), expected AS (
    SELECT i.id FROM inventory.item i CROSS JOIN counted c
    WHERE i.status IN ({housed}) {one_item} AND (c.location_id IS NULL OR i.location_id IN (
        SELECT l.id FROM inventory.location l WHERE {within}))
), scanned AS (
    SELECT s.item_id AS id, count(*) AS scans FROM inventory.stock_count_scan s
    WHERE s.count_id = :count_id AND s.item_id IS NOT NULL {one_scan} GROUP BY s.item_id
)"""
_LINES = """
SELECT CASE
        WHEN e.id IS NULL AND i.status NOT IN ({housed}) THEN 'gone'
        WHEN e.id IS NULL THEN 'elsewhere'
        WHEN s.id IS NULL THEN 'missing'
        WHEN s.scans > 1 THEN 'twice'
        ELSE 'found'
    END, i.id, p.name, z.label, l.path, coalesce(s.scans, 0)
FROM expected e FULL JOIN scanned s ON s.id = e.id
JOIN inventory.item i ON i.id = coalesce(e.id, s.id)
JOIN catalog.product_variant v ON v.id = i.variant_id
JOIN catalog.product p ON p.id = v.product_id
JOIN catalog.size z ON z.id = v.size_id
LEFT JOIN inventory.location l ON l.id = i.location_id
"""


def _statement(tail: str, *, one: bool) -> sa.TextClause:
    """The units of a count, all of them or just `:item_id`."""
    parts = {
        "housed": _HOUSED,
        "within": _WITHIN,
        "one_item": "AND i.id = :item_id" if one else "",
        "one_scan": "AND s.item_id = :item_id" if one else "",
    }
    return sa.text(f"WITH {_COUNTED} {tail}".format(**parts))


SHEET = _statement(f"{_LINES} ORDER BY l.path NULLS LAST, p.name, z.sort_key, i.id", one=False)
LINE = _statement(_LINES, one=True)
GONE = _statement(f"{_LINES} WHERE e.id IS NULL AND i.status NOT IN ({{housed}})", one=False)
MOVE_FOUND = _statement(
    """
UPDATE inventory.item i SET location_id = c.location_id FROM counted c, scanned s
WHERE s.id = i.id AND s.id NOT IN (SELECT id FROM expected) AND i.status IN ({housed})
    AND i.location_id IS DISTINCT FROM c.location_id
RETURNING i.id""",
    one=False,
)
UNKNOWN = sa.text("""
SELECT u.code, coalesce(x.name, ''), coalesce(x.label, ''), u.scans
FROM (
    SELECT code, count(*) AS scans FROM inventory.stock_count_scan
    WHERE count_id = :count_id AND item_id IS NULL
        AND (CAST(:code AS text) IS NULL OR code = :code)
    GROUP BY code
) u
LEFT JOIN LATERAL (
    SELECT p.name, z.label FROM catalog.product_identifier n
    JOIN catalog.product p ON p.id = n.product_id
    LEFT JOIN catalog.product_variant v ON v.id = n.variant_id
    LEFT JOIN catalog.size z ON z.id = v.size_id
    WHERE n.scheme IN ('ean', 'upc') AND n.value = u.code LIMIT 1
) x ON true
ORDER BY u.code
""")
HEADS = sa.text(f"""
WITH housed AS MATERIALIZED (
    SELECT location_id, count(*) AS units FROM inventory.item
    WHERE status IN ({_HOUSED}) GROUP BY location_id
), counts AS (
    SELECT sc.*, l.path FROM inventory.stock_count sc
    LEFT JOIN inventory.location l ON l.id = sc.location_id
    WHERE CAST(:count_id AS bigint) IS NULL OR sc.id = :count_id
    ORDER BY sc.id DESC LIMIT 200
)
SELECT c.id, c.location_id, c.path, c.actor, c.started_at, c.finished_at,
    (SELECT coalesce(sum(h.units), 0)::bigint FROM housed h WHERE c.location_id IS NULL
        OR h.location_id IN (SELECT l.id FROM inventory.location l WHERE {_WITHIN})),
    (SELECT count(*) FROM inventory.stock_count_scan s WHERE s.count_id = c.id)
FROM counts c ORDER BY c.id DESC
""")  # noqa: S608  (our own constants)
#: Units in the house with that EAN; a row without unit where there is none.
EAN = sa.text(f"""
SELECT i.id, p.name || ', ' || z.label
FROM catalog.product_identifier n
JOIN catalog.product p ON p.id = n.product_id
JOIN catalog.product_variant v
    ON v.product_id = n.product_id AND v.id = coalesce(n.variant_id, v.id)
JOIN catalog.size z ON z.id = v.size_id
LEFT JOIN inventory.item i ON i.variant_id = v.id AND i.status IN ({_HOUSED})
WHERE n.scheme IN ('ean', 'upc') AND n.value = ANY(:codes)
ORDER BY i.id
""")  # noqa: S608  (our own constants)
MISSED_OF_EAN = _statement(
    """
SELECT e.id FROM expected e JOIN inventory.item i ON i.id = e.id
JOIN catalog.product_variant v ON v.id = i.variant_id
JOIN catalog.product_identifier n
    ON n.product_id = v.product_id AND v.id = coalesce(n.variant_id, v.id)
WHERE n.scheme IN ('ean', 'upc') AND n.value = ANY(:codes)
    AND e.id NOT IN (SELECT id FROM scanned)
ORDER BY e.id LIMIT 1""",
    one=False,
)
_UNIT = sa.text("""
SELECT i.id, p.name || ', ' || z.label FROM inventory.item i
JOIN catalog.product_variant v ON v.id = i.variant_id
JOIN catalog.product p ON p.id = v.product_id
JOIN catalog.size z ON z.id = v.size_id
WHERE i.id = :id
""")


@dataclass(frozen=True, slots=True)
class Named:
    """A record by its id and what people call it."""

    id: int
    title: str


@dataclass(frozen=True, slots=True)
class ProductUnits:
    """What an EAN stands for; the ids are of units in the house."""

    title: str
    ids: tuple[int, ...]


def unit(session: Session, item_id: int) -> Named | None:
    found = session.execute(_UNIT, {"id": item_id}).first()
    return None if found is None else Named(*found)


def place_of_code(session: Session, code: str) -> Named | None:
    """The place whose own label says this; case does not count."""
    found = sa.select(Location.id, Location.path)
    same = sa.func.lower(Location.code) == code.lower()
    row = session.execute(found.where(same).limit(1)).first()
    return None if row is None else Named(*row)


def place_of_path(session: Session, path: str) -> Named | None:
    found = sa.select(Location.id, Location.path).where(Location.path == path.strip())
    row = session.execute(found).first()
    return None if row is None else Named(*row)


def place(session: Session, location_id: int) -> Named | None:
    found = session.get(Location, location_id)
    return None if found is None else Named(found.id, found.path)


def product_of_ean(session: Session, code: str) -> ProductUnits | None:
    rows = session.execute(EAN, {"codes": list(same_ean(code))}).all()
    if not rows:
        return None
    return ProductUnits(rows[0][1], tuple(row[0] for row in rows if row[0] is not None))


def missed_unit(session: Session, count_id: int, code: str) -> int | None:
    """The first expected unit with that EAN that was not scanned yet."""
    values = {"count_id": count_id, "codes": list(same_ean(code))}
    found: int | None = session.scalar(MISSED_OF_EAN, values)
    return found


def heads(session: Session, count_id: int | None = None) -> list[CountHead]:
    """The newest 200, newest first; or just one."""
    return [CountHead(*row) for row in session.execute(HEADS, {"count_id": count_id})]


def open_count(session: Session, location_id: int | None) -> int | None:
    """Of several desktops that start at once, the second one finds the first one's count."""
    session.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended('soleflip.count', 0))"))
    same = StockCount.location_id.is_not_distinct_from(location_id)
    return session.scalar(sa.select(StockCount.id).where(same, StockCount.finished_at.is_(None)))


def add_count(session: Session, location_id: int | None) -> int:
    made = sa.insert(StockCount).values(location_id=location_id, actor=WHO)
    return session.execute(made.returning(StockCount.id)).scalar_one()


def lock_count(session: Session, count_id: int) -> StockCount | None:
    return session.get(StockCount, count_id, with_for_update=True)


def add_scan(session: Session, count_id: int, code: str, item_id: int | None) -> None:
    session.execute(sa.insert(StockCountScan).values(count_id=count_id, code=code, item_id=item_id))


def remove_last_scan(session: Session, count_id: int) -> bool:
    """Whether there was one."""
    last = sa.select(sa.func.max(StockCountScan.id)).where(StockCountScan.count_id == count_id)
    gone = sa.delete(StockCountScan).where(StockCountScan.id == last.scalar_subquery())
    return session.scalar(gone.returning(StockCountScan.id)) is not None


def sheet(session: Session, count_id: int) -> list[CountLine]:
    """Units by place, product and size; then the codes that nobody knows."""
    lines = [_line(row) for row in session.execute(SHEET, {"count_id": count_id})]
    return lines + _unknown(session, count_id, None)


def gone(session: Session, count_id: int) -> list[CountLine]:
    """Units that were scanned though they are not in stock."""
    return [_line(row) for row in session.execute(GONE, {"count_id": count_id})]


def line(session: Session, count_id: int, item_id: int) -> CountLine | None:
    row = session.execute(LINE, {"count_id": count_id, "item_id": item_id}).first()
    return None if row is None else _line(row)


def unknown_line(session: Session, count_id: int, code: str) -> CountLine:
    return _unknown(session, count_id, code)[0]


def move_found(session: Session, count_id: int) -> Sequence[int]:
    """Books the units that were scanned here, and lie in the house, at the place of the count."""
    return session.scalars(MOVE_FOUND, {"count_id": count_id}).all()


def _line(row: sa.Row[Any]) -> CountLine:
    mark, item_id, product, size, location, scans = tuple(row)
    return CountLine(CountMark(mark), item_id, unit_code(item_id), product, size, location, scans)


def _unknown(session: Session, count_id: int, code: str | None) -> list[CountLine]:
    rows = session.execute(UNKNOWN, {"count_id": count_id, "code": code})
    return [
        CountLine(CountMark.UNKNOWN, None, found, product, size, None, scans)
        for found, product, size, scans in rows
    ]
