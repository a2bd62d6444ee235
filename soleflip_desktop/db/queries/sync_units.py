"""Which unit a sale took (README: first in, first out), among units that are locked for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

from soleflip_desktop.domain.inventory import IN_STOCK, ItemStatus
from soleflip_desktop.domain.synced_sales import ON_THE_WAY, SOLD_WAY

Connection = psycopg.Connection[Any]

#: In one order, so that two syncs wait for each other instead of locking each other out.
LOCK = """
SELECT i.id FROM inventory.item i
WHERE (i.variant_id = ANY(%s) AND i.status = ANY(%s)) OR i.id = ANY(%s)
ORDER BY i.id FOR UPDATE
"""
#: After the lock: what another sync has sold meanwhile is seen as sold.
UNITS = """
SELECT i.id, i.variant_id, i.status, i.acquired_at, o.id, o.listing_id, l.id
FROM inventory.item i
LEFT JOIN transactions.order o ON o.item_id = i.id
    AND o.status NOT IN ('cancelled', 'returned', 'refunded')
LEFT JOIN LATERAL (
    SELECT l.id FROM transactions.listing l
    WHERE l.item_id = i.id AND l.platform_account_id = %s
        AND l.status IN ('queued', 'active', 'inactive', 'matched')
    ORDER BY l.id LIMIT 1
) l ON true
WHERE i.id = ANY(%s)
"""


@dataclass(slots=True)
class Unit:
    """A unit as this page will leave it. `order_id` is its live sale, `listing_id` its offer here.

    `order_listing_id` is the listing that the live sale came through.
    """

    id: int
    variant_id: int
    status: ItemStatus
    acquired_at: datetime | None
    order_id: int | None = None
    order_listing_id: int | None = None
    listing_id: int | None = None
    #: Where it was when it was sold, if it was not in the house yet.
    came_from: ItemStatus | None = None

    def back_in_stock(self, status: ItemStatus) -> ItemStatus:
        """A unit that was sold in advance has not arrived because its sale was cancelled."""
        returns = status is ItemStatus.AVAILABLE and self.status in {
            ItemStatus.SOLD,
            ItemStatus.TO_SHIP,
        }
        return self.came_from if returns and self.came_from else status

    @property
    def free(self) -> bool:
        return self.order_id is None and self.status in IN_STOCK


@dataclass(slots=True)
class Units:
    """The units that this page may touch, as it goes on."""

    stored: dict[int, ItemStatus] = field(default_factory=dict)
    by_id: dict[int, Unit] = field(default_factory=dict)

    def add(self, unit: Unit) -> None:
        """One that is made for a sale."""
        self.by_id[unit.id] = unit

    def next_free(self, variant_id: int, sold_at: datetime | None) -> Unit | None:
        """Offered ones first, then those in the house, the oldest acquired first.

        With `sold_at` only units that were there by then.
        """
        free = [
            unit
            for unit in self.by_id.values()
            if unit.variant_id == variant_id and unit.free and _there(unit, sold_at)
        ]
        return min(free, key=_preference, default=None)

    def next_unlisted(self, variant_id: int) -> Unit | None:
        """One that is not offered on this account yet, in the house before on the way."""
        free = [
            unit
            for unit in self.by_id.values()
            if unit.variant_id == variant_id and unit.free and unit.listing_id is None
        ]
        return min(free, key=_preference, default=None)

    def changed(self) -> dict[int, dict[str, ItemStatus]]:
        return {
            id_: {"status": self.by_id[id_].status}
            for id_, status in self.stored.items()
            if self.by_id[id_].status is not status
        }


def _there(unit: Unit, sold_at: datetime | None) -> bool:
    return sold_at is None or unit.acquired_at is None or unit.acquired_at <= sold_at


def _preference(unit: Unit) -> tuple[bool, bool, bool, str, int]:
    acquired = unit.acquired_at.isoformat() if unit.acquired_at else ""
    return (
        unit.listing_id is None,
        unit.status in ON_THE_WAY,
        unit.acquired_at is None,
        acquired,
        unit.id,
    )


def booked_out_by_hand(unit: Unit) -> bool:
    """On a sold unit's way without any sale."""
    return unit.order_id is None and unit.status in SOLD_WAY


def load(
    connection: Connection, account_id: int, variants: Collection[int], items: Collection[int]
) -> Units:
    """All units in stock of these sizes, and these units; nobody else changes them until commit."""
    if not variants and not items:
        return Units()
    rows = connection.execute(LOCK, (list(variants), list(IN_STOCK), list(items)))
    ids = [row[0] for row in rows]
    units = Units()
    for id_, variant, status, *more in connection.execute(UNITS, (account_id, ids)):
        units.by_id[id_] = Unit(id_, variant, ItemStatus(status), *more)
        units.stored[id_] = ItemStatus(status)
    return units


#: How each unit left the stock the last time.
WAYS = """
SELECT DISTINCT ON (aggregate_id) aggregate_id, data ->> 'from' FROM system.event_store
WHERE aggregate_kind = 'item' AND aggregate_id = ANY(%(ids)s)
    AND event_type = 'item.status_changed' AND data ->> 'from' = ANY(%(stock)s)
    AND data ->> 'to' <> ALL(%(stock)s)
ORDER BY aggregate_id, id DESC
"""


def recall_the_way(connection: Connection, units: Units, ids: Collection[int | None]) -> None:
    """Finds out which of the units, whose sales may be cancelled now, were still on their way."""
    wanted = [id_ for id_ in ids if id_ in units.by_id]
    if not wanted:
        return
    for id_, status in connection.execute(WAYS, {"ids": wanted, "stock": list(IN_STOCK)}):
        if status in ON_THE_WAY:
            units.by_id[id_].came_from = ItemStatus(status)
