"""Sales: the rows of the orders grid, and one order in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import Transaction
from soleflip_desktop.db.queries.figures import PROFIT
from soleflip_desktop.db.queries.joins import ACCOUNT, catalog
from soleflip_desktop.db.queries.provenance import provenance
from soleflip_desktop.domain.integration import ChangedEntity
from soleflip_desktop.domain.transactions import Charge, OrderDetail, OrderRow, OrderStatus

ROWS = sa.text(
    f"""
SELECT o.id, o.external_id, f.name, a.label, p.name, b.name, p.style_code, s.label, o.status,
    o.sold_at, o.gross_amount, o.gross_currency, o.payout_amount - o.gross_amount,
    o.payout_amount, o.payout_currency, i.cost_gross, i.cost_currency,
    {PROFIT},
    o.paid_at, o.buyer_country, o.buyer_region, o.import_batch_id, o.import_row,
    o.ship_by, o.remote_status
FROM transactions.order o
{ACCOUNT}
{catalog("o")}LEFT JOIN inventory.item i ON i.id = o.item_id
WHERE o.id = ANY(:ids)
"""  # noqa: S608  (our own constants)
)


def rows(session: Session, ids: Sequence[int]) -> list[OrderRow]:
    """In any order; ids that are gone are left out."""
    return [_row(values) for values in session.execute(ROWS, {"ids": list(ids)})]


def _row(values: sa.Row[Any]) -> OrderRow:
    cells = list(values)
    cells[8] = OrderStatus(cells[8])
    return OrderRow(*cells)


def detail(session: Session, order_id: int) -> OrderDetail | None:
    """The order with its charges in the order they were written and where it comes from."""
    found = rows(session, [order_id])
    if not found:
        return None
    row = found[0]
    lines = session.scalars(
        sa.select(Transaction)
        .where(Transaction.order_id == order_id)
        .order_by(Transaction.position)
    )
    charges = tuple(Charge(t.kind, t.amount, t.currency, t.source) for t in lines)
    source = provenance(session, ChangedEntity.ORDER, order_id, row.batch_id, row.import_row)
    return OrderDetail(row, charges, source)
