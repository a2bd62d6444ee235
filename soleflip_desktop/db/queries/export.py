"""Whole tables as CSV for other programs and for a way back: ISO dates, dot decimals, stable ids.

The headers are those of the shipped import profiles: an export imports again as unchanged. Amounts
are major units with their currency beside them.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from soleflip_desktop.db.queries.joins import ACCOUNT, LIVE_SALE, catalog
from soleflip_desktop.db.queries.mirror import raw_connection

ITEMS = f"""
SELECT i.id AS "Unit ID", p.name AS "Product", b.name AS "Brand", p.style_code AS "Style code",
    c.name AS "Category", s.label AS "Size", s.system AS "Size system", i.status AS "Status",
    i.condition AS "Condition", i.box_state AS "Box", l.path AS "Location",
    nullif(array_to_string(i.tags, ', '), '') AS "Tags", i.notes AS "Notes",
    o.external_id AS "Order number", o.sold_at AS "Sold on",
    o.gross_amount AS "Sale price", o.gross_currency AS "Sale currency",
    o.payout_amount AS "Payout", o.payout_currency AS "Payout currency"
FROM inventory.item i
{catalog("i")}LEFT JOIN inventory.location l ON l.id = i.location_id
LEFT JOIN transactions.order o ON {LIVE_SALE}
ORDER BY i.id
"""  # noqa: S608  (our own constants)

#: All units, also those without a purchase: here their cost can be filled in and imported again.
PURCHASES = f"""
SELECT i.id AS "Unit ID", p.name AS "Product", b.name AS "Brand", p.style_code AS "Style code",
    s.label AS "Size", s.system AS "Size system", u.name AS "Supplier",
    i.purchase_order_number AS "Purchase order number",
    i.purchase_invoice_number AS "Purchase invoice number", i.acquired_at AS "Acquired",
    i.delivered_at AS "Delivered", i.return_until AS "Return until", i.cost_gross AS "Cost",
    i.cost_net AS "Net cost", i.cost_inbound AS "Inbound cost",
    i.cost_currency AS "Cost currency", i.vat_scheme AS "VAT scheme", i.vat_pct AS "VAT %"
FROM inventory.item i
{catalog("i")}LEFT JOIN suppliers.supplier u ON u.id = i.supplier_id
ORDER BY i.id
"""  # noqa: S608  (our own constants)

#: The signed lines of an order, summed by kind: what takes from the payout is negative.
CHARGES = {
    "Seller fee": "seller_fee",
    "Payment processing": "payment_processing",
    "Shipping": "shipping",
    "Advertising": "advertising",
    "Cash-out fee": "cash_out",
    "Refund": "refund",
    "Other charges": "adjustment",
    "VAT": "tax",
    "Rounding": "rounding",
    "Unitemised": "unitemised",
}
_SUMS = ", ".join(
    f"sum(amount) FILTER (WHERE kind = '{kind}') AS {kind}" for kind in CHARGES.values()
)
_CHARGES = ", ".join(f't.{kind} AS "{header}"' for header, kind in CHARGES.items())

ORDERS = f"""
SELECT o.id AS "Order ID", o.external_id AS "Order number", f.name AS "Platform",
    a.label AS "Account", o.status AS "Status", o.sold_at AS "Sold on", p.name AS "Product",
    b.name AS "Brand", p.style_code AS "Style code", c.name AS "Category", s.label AS "Size",
    s.system AS "Size system", o.gross_amount AS "Sale price", o.gross_currency AS "Currency",
    {_CHARGES}, o.payout_amount AS "Payout", o.payout_currency AS "Payout currency",
    o.paid_at AS "Paid on", y.external_id AS "Payout reference",
    o.buyer_country AS "Buyer country", o.buyer_region AS "Buyer region",
    i.cost_gross AS "Cost", i.cost_currency AS "Cost currency"
FROM transactions.order o
{ACCOUNT}
{catalog("o")}LEFT JOIN inventory.item i ON i.id = o.item_id
LEFT JOIN transactions.payout y ON y.id = o.payout_id
LEFT JOIN (
    SELECT order_id, {_SUMS} FROM transactions.transaction GROUP BY order_id
) t ON t.order_id = o.id
ORDER BY o.id
"""  # noqa: S608  (our own constants)

PRODUCTS = """
SELECT p.id AS "Product ID", p.name AS "Product", b.name AS "Brand", c.name AS "Category",
    p.style_code AS "Style code", p.colourway AS "Colourway", p.audience AS "Audience",
    p.release_date AS "Release date", p.retail_price AS "Retail price",
    p.retail_currency AS "Retail currency", p.image_url AS "Image"
FROM catalog.product p
JOIN catalog.category c ON c.id = p.category_id
LEFT JOIN catalog.brand b ON b.id = p.brand_id
ORDER BY p.id
"""

SUPPLIERS = """
SELECT id AS "Supplier ID", name AS "Supplier", kind AS "Kind", website AS "Website",
    email AS "E-mail", country AS "Country", vat_number AS "VAT number",
    return_policy_days AS "Return policy days", status AS "Status", notes AS "Notes"
FROM suppliers.supplier
ORDER BY id
"""

TABLES = {
    "items": ITEMS,
    "orders": ORDERS,
    "purchases": PURCHASES,
    "products": PRODUCTS,
    "suppliers": SUPPLIERS,
}


def csv_pieces(session: Session, table: str) -> Iterator[bytes]:
    """The table as CSV, some kilobytes at a time: memory does not grow with it."""
    statement = f"COPY ({TABLES[table]}) TO STDOUT (FORMAT csv, HEADER)"
    with raw_connection(session).cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for piece in copy:
            yield bytes(piece)
