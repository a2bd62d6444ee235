"""The computed figures of a unit, each defined once: for the cells shown and for the sort keys.

Aliases as in `joins`: i the unit, o its sale, m the newest market data of its variant, g its open
listings, t its attachments, q its presale marking. Amounts are in major units; percentages are
rounded to two places.
"""

from __future__ import annotations

#: What the unit cost until it lay here, in its cost currency; unknown without a purchase price.
LANDED_COST = "(i.cost_gross + coalesce(i.cost_inbound, 0))"

#: In the one currency of payout and cost; unknown where they differ.
PROFIT = f"(CASE WHEN o.payout_currency = i.cost_currency THEN o.payout_amount - {LANDED_COST} END)"

#: Whole days from the purchase to the sale or to now.
DAYS_HELD = "floor(date_part('epoch', coalesce(o.sold_at, now()) - i.acquired_at) / 86400)::integer"

ROI_PCT = f"round({PROFIT} / nullif({LANDED_COST}, 0) * 100, 2)"

#: A sale on the day of the purchase counts as one day. (`greatest` alone would ignore a NULL.)
PROFIT_PER_DAY = (
    f"(CASE WHEN i.acquired_at IS NOT NULL THEN round({PROFIT} / greatest({DAYS_HELD}, 1), 2) END)"
)

#: What is left of the lowest ask before fees, in percent of it.
MARGIN_AT_ASK_PCT = (
    "(CASE WHEN m.currency = i.cost_currency "
    f"THEN round((m.lowest_ask - {LANDED_COST}) / nullif(m.lowest_ask, 0) * 100, 2) END)"
)

#: A unit that may still have to be sent: what leaves the house fulfils its promise.
NOT_SENT = "('ordered', 'incoming', 'available', 'reserved', 'sold', 'to_ship', 'packed')"

#: Promised on StockX (presale), and not sent yet.
PRESALE = f"(q.item_id IS NOT NULL AND i.status IN {NOT_SENT})"

#: When it has to leave the house: an order tells more than a promise; blank once it has left.
SHIP_BY = f"(CASE WHEN i.status IN {NOT_SENT} THEN coalesce(o.ship_by, q.ship_by) END)"

MARKET = """
LEFT JOIN LATERAL (
    SELECT lowest_ask, currency, observed_at FROM integration.marketplace_data
    WHERE variant_id = i.variant_id AND lowest_ask IS NOT NULL
    ORDER BY observed_at DESC, id DESC LIMIT 1
) m ON true
"""


def listings(scope: str) -> str:
    """The platforms of open listings by unit; `scope` limits l.item_id, for the planner."""
    return f"""
LEFT JOIN (
    SELECT l.item_id, array_agg(DISTINCT lf.name ORDER BY lf.name) AS platforms
    FROM transactions.listing l
    JOIN system.platform_account la ON la.id = l.platform_account_id
    JOIN system.platform lf ON lf.id = la.platform_id
    WHERE l.status IN ('active', 'matched') AND {scope}
    GROUP BY l.item_id
) g ON g.item_id = i.id
"""  # noqa: S608  (our own constants)


def attachments(scope: str) -> str:
    """How many attachments by unit; `scope` limits n.item_id."""
    return f"""
LEFT JOIN (
    SELECT n.item_id, count(*)::integer AS files FROM inventory.attachment n
    WHERE {scope} GROUP BY n.item_id
) t ON t.item_id = i.id
"""  # noqa: S608  (our own constants)


def promises(scope: str) -> str:
    """The open presale marking by unit; `scope` limits n.item_id."""
    return f"""
LEFT JOIN (
    SELECT n.item_id, min(n.ship_by) AS ship_by FROM inventory.stockx_presale_marking n
    WHERE n.unmarked_at IS NULL AND {scope} GROUP BY n.item_id
) q ON q.item_id = i.id
"""  # noqa: S608  (our own constants)
