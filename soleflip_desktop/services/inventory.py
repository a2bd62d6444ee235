"""What the inventory page does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import change_feed, inventory, mirror
from soleflip_desktop.domain.inventory import ItemDetail, ItemRow
from soleflip_desktop.domain.system import EntityKind
from soleflip_desktop.services.mirror import KeyMirror
from soleflip_desktop.services.mirror_fields import ITEM_FIELDS, ITEM_LOOKUPS
from soleflip_desktop.services.mirror_load import MONEY, Keys
from soleflip_desktop.services.mirrored_table import MirroredTable, TableSpec


def _of_orders(session: Session, units: KeyMirror, ids: Sequence[int]) -> list[int]:
    """The units of these sales, also of those that are no longer theirs."""
    was_sold = np.isin(units.columns["sale"].wide(), ids)
    return [*change_feed.items_of_orders(session, ids), *units.ids[was_sold].tolist()]


def _of_listings(session: Session, _units: KeyMirror, ids: Sequence[int]) -> list[int]:
    return change_feed.items_of_listings(session, ids)


def _of_attachments(session: Session, _units: KeyMirror, ids: Sequence[int]) -> list[int]:
    return change_feed.items_of_attachments(session, ids)


KEYS = Keys(
    table=mirror.ITEM_KEYS,
    fields={field.name: field for field in ITEM_FIELDS},
    lookups=ITEM_LOOKUPS,
    base=(
        "variant",
        "sale",
        *MONEY,
    ),
    own=EntityKind.ITEM,
    others={
        EntityKind.ORDER: _of_orders,
        EntityKind.LISTING: _of_listings,
        EntityKind.ATTACHMENT: _of_attachments,
    },
    unclear={EntityKind.LISTING: ("listed",), EntityKind.ATTACHMENT: ("attachments",)},
)
GRID = TableSpec(keys=KEYS, rows=inventory.rows, preview_order="i.id DESC", number_place=1)


class ItemsTable(MirroredTable[ItemRow]):
    """The grid of all units, and one of them in full."""

    async def detail(self, item_id: int) -> ItemDetail:
        """Raises NotFoundError for a unit that is gone."""
        return await self._in_full(inventory.detail, item_id, "unit")


class InventoryService:
    """The units."""

    def __init__(self, database: Database) -> None:
        self.grid = ItemsTable(database, GRID)
