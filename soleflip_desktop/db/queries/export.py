"""Whole tables as CSV for other programs: ISO dates, dot decimals, a stable id column."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from soleflip_desktop.db.queries.joins import ACCOUNT, LIVE_SALE, catalog
from soleflip_desktop.db.queries.mirror import raw_connection

ITEMS = f"""
SELECT i.id AS "Unit ID", p.name AS "Product", b.name AS "Brand", p.style_code AS "Style code",
    c.name AS "Category", s.label AS "Size", i.status AS "Status", i.cost_gross AS "Cost",
    i.cost_currency AS "Cost currency", i.acquired_at AS "Acquired",
    o.external_id AS "Order number", o.sold_at AS "Sold on", o.gross_amount AS "Sale price",
    o.gross_currency AS "Sale currency", o.payout_amount AS "Payout",
    o.payout_currency AS "Payout currency"
FROM inventory.item i
{catalog("i")}LEFT JOIN transactions.order o ON {LIVE_SALE}
ORDER BY i.id
"""  # noqa: S608  (our own constants)

_CHARGE = "(SELECT sum(t.amount) FROM transactions.transaction t WHERE t.order_id = o.id AND {})"
_FEE = _CHARGE.format("t.kind = 'seller_fee'")
_PROCESSING = _CHARGE.format("t.kind = 'payment_processing'")
_SHIPPING = _CHARGE.format("t.kind = 'shipping'")
_OTHER = _CHARGE.format("t.kind NOT IN ('seller_fee', 'payment_processing', 'shipping')")

ORDERS = f"""
SELECT o.id AS "Order ID", o.external_id AS "Order number", f.name AS "Platform",
    a.label AS "Account", o.status AS "Status", o.sold_at AS "Sold on", p.name AS "Product",
    b.name AS "Brand", p.style_code AS "Style code", s.label AS "Size",
    o.gross_amount AS "Sale price", o.gross_currency AS "Currency", {_FEE} AS "Seller fee",
    {_PROCESSING} AS "Payment processing", {_SHIPPING} AS "Shipping",
    {_OTHER} AS "Other charges", o.payout_amount AS "Payout",
    o.payout_currency AS "Payout currency", o.paid_at AS "Paid on",
    t.external_id AS "Payout reference", i.cost_gross AS "Cost",
    i.cost_currency AS "Cost currency", o.buyer_country AS "Buyer country"
FROM transactions.order o
{ACCOUNT}
{catalog("o")}LEFT JOIN inventory.item i ON i.id = o.item_id
LEFT JOIN transactions.payout t ON t.id = o.payout_id
ORDER BY o.id
"""  # noqa: S608  (our own constants)

TABLES = {"items": ITEMS, "orders": ORDERS}


def csv_pieces(session: Session, table: str) -> Iterator[bytes]:
    """The table as CSV, some kilobytes at a time: memory does not grow with it."""
    statement = f"COPY ({TABLES[table]}) TO STDOUT (FORMAT csv, HEADER)"
    with raw_connection(session).cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for piece in copy:
            yield bytes(piece)
