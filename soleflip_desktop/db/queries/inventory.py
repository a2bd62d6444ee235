"""Units: the rows of the inventory grid, and one unit in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import InventoryItem, Supplier
from soleflip_desktop.db.queries.joins import LIVE_SALE, catalog
from soleflip_desktop.db.queries.provenance import provenance
from soleflip_desktop.domain.integration import ChangedEntity
from soleflip_desktop.domain.inventory import ItemDetail, ItemRow, ItemStatus, Keeping, Purchase

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


def detail(session: Session, item_id: int) -> ItemDetail | None:
    """The unit with its purchase and where it comes from."""
    found, item = rows(session, [item_id]), session.get(InventoryItem, item_id)
    if not found or item is None:
        return None
    supplier = None if item.supplier_id is None else session.get_one(Supplier, item.supplier_id)
    purchase = Purchase(
        supplier=None if supplier is None else supplier.name,
        order_number=item.purchase_order_number,
        invoice_number=item.purchase_invoice_number,
        delivered_at=item.delivered_at,
        return_until=item.return_until,
        cost_net=item.cost_net,
        vat_scheme=item.vat_scheme,
        vat_pct=item.vat_pct,
    )
    keeping = Keeping(item.condition, item.box_state, item.location, item.notes)
    source = provenance(session, ChangedEntity.ITEM, item_id, item.import_batch_id, item.import_row)
    return ItemDetail(found[0], purchase, keeping, source)
