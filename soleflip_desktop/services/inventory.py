"""What the inventory page does."""

from __future__ import annotations

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import inventory, mirror
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.inventory import ItemDetail, ItemRow
from soleflip_desktop.services.mirrored_table import MirroredTable, TableSpec

GRID = TableSpec(
    keys=mirror.ITEM_KEYS,
    rows=inventory.rows,
    table="inventory.item",
    preview_order="i.id DESC",
    number_place=1,
)


class ItemsTable(MirroredTable[ItemRow]):
    """The grid of all units, and one of them in full."""

    async def detail(self, item_id: int) -> ItemDetail:
        """Raises NotFoundError for a unit that is gone."""
        found = await self._database.read(inventory.detail, item_id)
        if found is None:
            msg = "This unit is no longer there; the list was reloaded."
            raise NotFoundError(msg)
        return found


class InventoryService:
    """The units."""

    def __init__(self, database: Database) -> None:
        self.grid = ItemsTable(database, GRID)
