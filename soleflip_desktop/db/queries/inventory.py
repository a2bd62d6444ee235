"""Units: the rows of the inventory grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.queries.joins import LIVE_SALE, catalog
from soleflip_desktop.domain.inventory import ItemRow, ItemStatus

ROWS = sa.text(
    f"""
SELECT i.id, p.name, b.name, p.style_code, c.name, s.label, i.status,
    i.cost_gross, i.cost_currency, o.gross_amount, o.gross_currency,
    o.payout_amount, o.payout_currency,
    CASE WHEN o.payout_currency = i.cost_currency THEN o.payout_amount - i.cost_gross END,
    i.acquired_at, o.sold_at, f.name, i.import_batch_id, i.import_row
FROM inventory.item i
{catalog("i")}LEFT JOIN transactions.order o ON {LIVE_SALE}
LEFT JOIN system.platform_account a ON a.id = o.platform_account_id
LEFT JOIN system.platform f ON f.id = a.platform_id
WHERE i.id = ANY(:ids)
"""  # noqa: S608  (our own constants)
)


def rows(session: Session, ids: Sequence[int]) -> list[ItemRow]:
    """In any order; ids that are gone are left out."""
    return [_row(values) for values in session.execute(ROWS, {"ids": list(ids)})]


def _row(values: sa.Row[Any]) -> ItemRow:
    cells = list(values)
    cells[6] = ItemStatus(cells[6])
    return ItemRow(*cells)
