"""Units promised before they are in the house, and what has to be shipped by when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.queries.figures import NOT_SENT
from soleflip_desktop.domain.market import ShipByCount, ShipByRow

#: A unit can be promised until it is sold; a marking of ours is changed, not doubled.
_LOCK = sa.text("""
SELECT id FROM inventory.item WHERE id = ANY(CAST(:ids AS bigint[]))
    AND status IN ('ordered', 'incoming', 'available')
ORDER BY id FOR NO KEY UPDATE
""")
_CHANGE = sa.text("""
UPDATE inventory.stockx_presale_marking SET ship_by = :ship_by, updated_at = now()
WHERE item_id = ANY(CAST(:ids AS bigint[])) AND unmarked_at IS NULL
RETURNING item_id
""")
#: An offer's id stands at one marking only, also when its unit is promised a second time.
_MARK = sa.text("""
INSERT INTO inventory.stockx_presale_marking (item_id, stockx_listing_id, ship_by)
SELECT i.id, (
    SELECT l.external_id FROM transactions.listing l
    JOIN system.platform_account a ON a.id = l.platform_account_id
    JOIN system.platform f ON f.id = a.platform_id
    WHERE l.item_id = i.id AND f.slug = 'stockx' AND l.status IN ('active', 'inactive', 'matched')
        AND l.external_id NOT IN (
            SELECT m.stockx_listing_id FROM inventory.stockx_presale_marking m
            WHERE m.stockx_listing_id IS NOT NULL)
    ORDER BY l.id DESC LIMIT 1
), :ship_by
FROM unnest(CAST(:ids AS bigint[])) i (id)
WHERE NOT EXISTS (SELECT FROM inventory.stockx_presale_marking m
    WHERE m.item_id = i.id AND m.unmarked_at IS NULL)
ORDER BY i.id
RETURNING item_id
""")
_UNMARK = sa.text("""
UPDATE inventory.stockx_presale_marking SET unmarked_at = now(), updated_at = now()
WHERE item_id = ANY(CAST(:ids AS bigint[])) AND unmarked_at IS NULL
RETURNING item_id
""")
_TITLE = "p.name || ', ' || s.label"
_SIZE = """
JOIN catalog.product_variant v ON v.id = x.variant_id
JOIN catalog.product p ON p.id = v.product_id
JOIN catalog.size s ON s.id = v.size_id
"""
#: An order tells more than the promise of its unit.
_DUE = f"""
SELECT x.ship_by, {_TITLE}, f.name, x.item_id, x.id, x.external_id
FROM transactions.order x
JOIN system.platform_account a ON a.id = x.platform_account_id
JOIN system.platform f ON f.id = a.platform_id {_SIZE}
WHERE x.ship_by <= :until AND x.status IN ('pending', 'confirmed')
UNION ALL
SELECT m.ship_by, {_TITLE}, 'StockX', x.id, NULL, NULL
FROM inventory.stockx_presale_marking m JOIN inventory.item x ON x.id = m.item_id {_SIZE}
WHERE m.ship_by <= :until AND m.unmarked_at IS NULL
    AND x.status IN {NOT_SENT}
    AND NOT EXISTS (SELECT FROM transactions.order o WHERE o.item_id = x.id
        AND o.ship_by IS NOT NULL AND o.status IN ('pending', 'confirmed'))
"""  # noqa: S608  (our own constants)
_ROWS = sa.text(f"{_DUE}ORDER BY 1, 2, 4 LIMIT :limit")
_COUNT = sa.text(
    f"SELECT count(*) FILTER (WHERE ship_by < :now), count(*) FROM ({_DUE}) AS due"  # noqa: S608  (our own constants)
)


def mark(session: Session, item_ids: Sequence[int], ship_by: datetime | None) -> int:
    """How many units are promised for that day now."""
    ids = list(session.scalars(_LOCK, {"ids": list(item_ids)}))
    values = {"ids": ids, "ship_by": ship_by}
    changed = session.execute(_CHANGE, values).all()
    return len(changed) + len(session.execute(_MARK, values).all())


def unmark(session: Session, item_ids: Sequence[int]) -> int:
    return len(session.execute(_UNMARK, {"ids": list(item_ids)}).all())


def ship_by_due(session: Session, until: datetime, limit: int) -> list[ShipByRow]:
    """Open orders and promised units that have to leave by then, the most urgent first."""
    rows = session.execute(_ROWS, {"until": until, "limit": limit})
    return [ShipByRow(*row) for row in rows]


def ship_by_count(session: Session, now: datetime, until: datetime) -> ShipByCount:
    overdue, due = session.execute(_COUNT, {"now": now, "until": until}).one()
    return ShipByCount(overdue, due - overdue)
