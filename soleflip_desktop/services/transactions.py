"""What the orders page does."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import change_feed, mirror, transactions
from soleflip_desktop.domain.system import EntityKind
from soleflip_desktop.domain.transactions import OrderDetail, OrderRow
from soleflip_desktop.services.mirror import KeyMirror
from soleflip_desktop.services.mirror_fields import ORDER_FIELDS, ORDER_LOOKUPS
from soleflip_desktop.services.mirror_load import MONEY, Keys
from soleflip_desktop.services.mirrored_table import MirroredTable, TableSpec


def _of_items(session: Session, _orders: KeyMirror, ids: Sequence[int]) -> list[int]:
    return change_feed.orders_of_items(session, ids)


KEYS = Keys(
    table=mirror.ORDER_KEYS,
    fields={field.name: field for field in ORDER_FIELDS},
    lookups=ORDER_LOOKUPS,
    base=(
        "variant",
        "sold_at",
        *MONEY,
    ),
    own=EntityKind.ORDER,
    others={EntityKind.ITEM: _of_items},
)
GRID = TableSpec(keys=KEYS, rows=transactions.rows, preview_order="o.sold_at DESC", number_place=0)


class OrdersTable(MirroredTable[OrderRow]):
    """The grid of all sales, and one of them in full."""

    async def detail(self, order_id: int) -> OrderDetail:
        """Raises NotFoundError for an order that is gone."""
        return await self._in_full(transactions.detail, order_id, "order")


class TransactionsService:
    """The sales."""

    def __init__(self, database: Database) -> None:
        self.grid = OrdersTable(database, GRID)
