"""What a sync has to ask for one by one: orders that no list shows, products without prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg

from soleflip_desktop.db.queries import sync_catalog
from soleflip_desktop.db.queries.joins import IN_STOCK
from soleflip_desktop.db.queries.remote_records import Sight, exact_json
from soleflip_desktop.domain.catalog import IdentifierScheme
from soleflip_desktop.domain.marketplace import Marketplace, MarketPrice
from soleflip_desktop.domain.money import round_cents
from soleflip_desktop.domain.sync import Account, SyncCounts

Connection = psycopg.Connection[Any]

#: One of several units of an order has "/n" behind its number: they are asked for together.
#: Records that somebody wants read again have no digest (`remote_records.forget`).
ORDERS = r"""
SELECT number FROM (
    SELECT regexp_replace(o.external_id, '/\d+$', '') AS number,
        coalesce(r.seen_at, '-infinity') AS seen_at
    FROM transactions.order o
    LEFT JOIN integration.remote_record r ON r.platform_account_id = o.platform_account_id
        AND r.entity = 'order' AND r.external_id = o.external_id
    WHERE o.platform_account_id = %(account)s AND o.external_id IS NOT NULL
        AND o.status NOT IN ('cancelled', 'returned', 'refunded')
        AND (o.status <> 'completed' OR o.payout_amount IS NULL)
        AND r.round IS DISTINCT FROM %(round)s::uuid
    UNION ALL
    SELECT regexp_replace(r.external_id, '/\d+$', ''), '-infinity'
    FROM integration.remote_record r
    WHERE r.platform_account_id = %(account)s AND r.entity = 'order' AND r.digest = ''
        AND r.round <> %(round)s::uuid
) AS open
GROUP BY number ORDER BY min(seen_at), number LIMIT %(limit)s
"""

#: An order of an import may not have been told yet: it gets an empty record. One that somebody
#: wanted read again has had its chance: it waits like the others.
NOTE_LOOK_UP = """
INSERT INTO integration.remote_record AS r
    (platform_account_id, entity, external_id, raw, digest, local_id, round, part)
SELECT %(account)s, 'order', external_id, '{}', %(digest)s, min(id), %(round)s, %(part)s
FROM (
    SELECT external_id, id FROM transactions.order WHERE platform_account_id = %(account)s
    UNION ALL
    SELECT external_id, local_id FROM integration.remote_record
    WHERE platform_account_id = %(account)s AND entity = 'order'
) AS known
WHERE external_id = %(number)s OR starts_with(external_id, %(number)s || '/')
GROUP BY external_id
ON CONFLICT (platform_account_id, entity, external_id) DO UPDATE SET
    round = excluded.round, part = excluded.part, seen_at = now(),
    digest = coalesce(nullif(r.digest, ''), excluded.digest)
"""
#: No record has this digest, so it counts as changed when it is told.
_NEVER_TOLD = "not told"

#: Half of them may be products of which the platform has never told a price: asking for those
#: again and again must not keep the others from being asked.
PRODUCTS = f"""
SELECT p.id, k.value, p.name, p.style_code
FROM catalog.product p
JOIN (
    SELECT DISTINCT v.product_id FROM inventory.item i
    JOIN catalog.product_variant v ON v.id = i.variant_id
    WHERE i.status IN {IN_STOCK}
) stock ON stock.product_id = p.id
LEFT JOIN LATERAL (
    SELECT min(value) AS value FROM catalog.product_identifier
    WHERE product_id = p.id AND variant_id IS NULL AND scheme = %(scheme)s
) k ON true
LEFT JOIN (
    SELECT v.product_id, max(m.observed_at) AS at FROM integration.marketplace_data m
    JOIN catalog.product_variant v ON v.id = m.variant_id
    JOIN system.platform f ON f.id = m.platform_id
    WHERE f.slug = %(platform)s GROUP BY v.product_id
) told ON told.product_id = p.id
WHERE k.value IS NOT NULL OR p.style_code IS NOT NULL
ORDER BY row_number() OVER (PARTITION BY told.at IS NULL ORDER BY told.at, random()),
    told.at NULLS FIRST
LIMIT %(limit)s
"""  # noqa: S608  (our own constants)
SCHEMES: Mapping[Marketplace, IdentifierScheme] = {
    Marketplace.STOCKX: IdentifierScheme.STOCKX_PRODUCT,
    Marketplace.EBAY: IdentifierScheme.EBAY_EPID,
    Marketplace.ALIAS: IdentifierScheme.ALIAS_CATALOG,
}

CURRENCY_LETTERS = 3
#: Columns of amounts hold less (numeric(14, 2)).
TOO_MUCH = Decimal(10) ** 12
PRICES = """
INSERT INTO integration.marketplace_data (variant_id, platform_id, observed_at, currency,
    lowest_ask, highest_bid, last_sale, sell_faster, earn_more, sales_72h)
SELECT w.variant_id, f.id, now(), w.currency, w.lowest_ask, w.highest_bid, w.last_sale,
    w.sell_faster, w.earn_more, w.sales_72h
FROM jsonb_to_recordset(%s::jsonb) AS w (variant_id bigint, currency text, lowest_ask numeric,
    highest_bid numeric, last_sale numeric, sell_faster numeric, earn_more numeric, sales_72h int)
JOIN system.platform f ON f.slug = %s
ON CONFLICT (variant_id, platform_id, currency, observed_at) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class PricedProduct:
    """A product whose prices are wanted. `external_id` is the platform's, None: not known yet."""

    product_id: int
    external_id: str | None
    name: str
    style_code: str | None


def orders(connection: Connection, account: Account, round_: str, limit: int) -> list[str]:
    """Numbers of orders that are open or unpaid here and that this pass has not shown."""
    values = {"account": account.id, "round": round_ or None, "limit": limit}
    return [row[0] for row in connection.execute(ORDERS, values)]


def note_look_up(connection: Connection, sight: Sight, number: str) -> None:
    """The order, or all units of it, counts as looked at in this pass."""
    values = {
        "account": sight.account_id,
        "round": sight.round,
        "part": sight.part,
        "number": number,
        "digest": _NEVER_TOLD,
    }
    connection.execute(NOTE_LOOK_UP, values)


def products(connection: Connection, account: Account, limit: int | None) -> list[PricedProduct]:
    """Products in stock that can be found there, those asked longest ago first."""
    values = {
        "scheme": SCHEMES[account.marketplace],
        "platform": account.marketplace,
        "limit": limit,
    }
    return [PricedProduct(*row) for row in connection.execute(PRODUCTS, values)]


def take_prices(
    connection: Connection, account: Account, prices: Sequence[MarketPrice]
) -> SyncCounts:
    """One row a size that we know; the others count as unchanged, what is no price as failed."""
    good = [price for price in prices if _is_sound(price)]
    ids = sync_catalog.find(connection, {price.variant for price in good})
    rows = {
        (ids[price.variant], price.currency): _row(ids[price.variant], price)
        for price in good
        if price.variant in ids
    }
    created = 0
    if rows:
        values = (exact_json(list(rows.values())), account.marketplace)
        created = connection.execute(PRICES, values).rowcount
    return SyncCounts(
        fetched=len(prices),
        created=created,
        unchanged=len(good) - created,
        failed=len(prices) - len(good),
    )


def _amounts(price: MarketPrice) -> dict[str, Decimal | None]:
    return {
        "lowest_ask": price.lowest_ask,
        "highest_bid": price.highest_bid,
        "last_sale": price.last_sale,
        "sell_faster": price.sell_faster,
        "earn_more": price.earn_more,
    }


def _is_sound(price: MarketPrice) -> bool:
    """Whether the columns take it: an absurd figure must not stop the run of all others."""
    told = [amount for amount in _amounts(price).values() if amount is not None]
    return len(price.currency) == CURRENCY_LETTERS and all(
        amount.is_finite() and 0 <= amount < TOO_MUCH for amount in told
    )


def _row(variant_id: int, price: MarketPrice) -> dict[str, Any]:
    return {
        "variant_id": variant_id,
        "currency": price.currency,
        "sales_72h": price.sales_72h,
        **{
            name: None if value is None else round_cents(value)
            for name, value in _amounts(price).items()
        },
    }
