"""What the inventory page does."""

from __future__ import annotations

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import inventory, mirror
from soleflip_desktop.domain.inventory import ItemRow
from soleflip_desktop.services.mirrored_table import MirroredTable, TableSpec

GRID = TableSpec(
    keys=mirror.ITEM_KEYS,
    rows=inventory.rows,
    table="inventory.item",
    preview_order="i.id DESC",
    number_place=1,
)


class InventoryService:
    """The units."""

    def __init__(self, database: Database) -> None:
        self.grid: MirroredTable[ItemRow] = MirroredTable(database, GRID)
