"""Joins that several statements share, as text with our own aliases.

i item, o order, v variant, p product, b brand, c category, s size, a account, f platform.
"""

from __future__ import annotations

from soleflip_desktop.domain import inventory

#: The statuses of a unit that is in stock: `i.status IN {IN_STOCK}`.
IN_STOCK = str(tuple(map(str, inventory.IN_STOCK)))

#: A sale that counts: neither cancelled nor returned.
LIVE = "o.status NOT IN ('cancelled', 'returned', 'refunded')"

#: The sale of a unit that counts.
LIVE_SALE = f"o.item_id = i.id AND {LIVE}"

#: Where an order was sold.
ACCOUNT = """
JOIN system.platform_account a ON a.id = o.platform_account_id
JOIN system.platform f ON f.id = a.platform_id
"""


def catalog(alias: str) -> str:
    """What the row of `alias` (i or o) is: one row each, the brand may be unknown."""
    return f"""
JOIN catalog.product_variant v ON v.id = {alias}.variant_id
JOIN catalog.product p ON p.id = v.product_id
JOIN catalog.category c ON c.id = p.category_id
JOIN catalog.size s ON s.id = v.size_id
LEFT JOIN catalog.brand b ON b.id = p.brand_id
"""
