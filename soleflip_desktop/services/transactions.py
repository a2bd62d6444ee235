"""What the orders page does."""

from __future__ import annotations

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import mirror, transactions
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.transactions import OrderDetail, OrderRow
from soleflip_desktop.services.mirrored_table import MirroredTable, TableSpec

GRID = TableSpec(
    keys=mirror.ORDER_KEYS,
    rows=transactions.rows,
    table="transactions.order",
    preview_order="o.sold_at DESC",
    number_place=0,
)


class OrdersTable(MirroredTable[OrderRow]):
    """The grid of all sales, and one of them in full."""

    async def detail(self, order_id: int) -> OrderDetail:
        """Raises NotFoundError for an order that is gone."""
        found = await self._database.read(transactions.detail, order_id)
        if found is None:
            msg = "This order is no longer there; the list was reloaded."
            raise NotFoundError(msg)
        return found


class TransactionsService:
    """The sales."""

    def __init__(self, database: Database) -> None:
        self.grid = OrdersTable(database, GRID)
