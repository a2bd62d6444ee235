"""What platforms said of the size of a unit."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.domain.market import MarketRow

_COLUMNS = """
SELECT {distinct} f.name, d.currency, d.observed_at, d.lowest_ask, d.highest_bid, d.last_sale,
    d.sell_faster, d.earn_more, d.sales_72h
FROM inventory.item i
JOIN integration.marketplace_data d ON d.variant_id = i.variant_id
JOIN system.platform f ON f.id = d.platform_id
WHERE i.id = :item_id
"""
_NEWEST = sa.text(
    _COLUMNS.format(distinct="DISTINCT ON (f.name, d.currency)")
    + "ORDER BY f.name, d.currency, d.observed_at DESC, d.id"
)
_HISTORY = sa.text(
    _COLUMNS.format(distinct="")
    + "AND d.observed_at >= :since ORDER BY d.observed_at, f.name, d.id"
)


def of_item(session: Session, item_id: int) -> list[MarketRow]:
    """The newest figures of each platform and currency, by their names."""
    return [MarketRow(*row) for row in session.execute(_NEWEST, {"item_id": item_id})]


def history(session: Session, item_id: int, since: datetime) -> list[MarketRow]:
    """All figures since then, oldest first."""
    found = session.execute(_HISTORY, {"item_id": item_id, "since": since})
    return [MarketRow(*row) for row in found]
