"""Prices of a sync: what is asked first, and what is kept."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from helpers.remote_rows import remote_order, remote_variant
from helpers.sync_desk import SyncDesk
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.marketplace import MarketPrice, RemoteVariant
from soleflip_desktop.domain.sync import SyncCounts

pytestmark = pytest.mark.db


@pytest.fixture
def desk(database: Database) -> SyncDesk:
    desk = SyncDesk(database)
    desk.orders(*(remote_order(f"0-{n}", variant=remote_variant(n)) for n in (1, 2, 3)))
    for number in (1, 2):
        desk.unit(number=number)
    return desk


def price(variant: RemoteVariant, ask: str | None = "150.005") -> MarketPrice:
    return MarketPrice(variant, "EUR", None if ask is None else Decimal(ask), Decimal(90))


def asked(desk: SyncDesk, *, limit: int = 10, everything: bool = False) -> list[str]:
    found = asyncio.run(desk.store.products_to_price(desk.account, limit, all=everything))
    return [product.external_id or product.name for product in found]


def test_products_in_stock_are_asked_in_turn(desk: SyncDesk) -> None:
    assert sorted(asked(desk)) == ["product-1", "product-2"]
    asyncio.run(desk.store.take_prices(desk.account, [price(remote_variant(2))]))
    asyncio.run(desk.store.take_prices(desk.account, [price(remote_variant(1))]))
    assert asked(desk) == ["product-2", "product-1"]
    assert asked(desk, limit=1) == ["product-2"]
    assert len(asked(desk, limit=1, everything=True)) == 2


def test_known_sizes_are_kept_and_unknown_ones_passed_over(desk: SyncDesk) -> None:
    by_size = remote_variant(variant_id=None)
    unknown = remote_variant(size="US M 14")
    counts = asyncio.run(
        desk.store.take_prices(
            desk.account, [price(by_size), price(unknown), price(remote_variant(2), None)]
        )
    )
    assert counts == SyncCounts(fetched=3, created=2, unchanged=1)
    assert desk.rows(
        "SELECT lowest_ask, highest_bid, last_sale FROM integration.marketplace_data ORDER BY id"
    ) == [(Decimal("150.01"), 90, None), (None, 90, None)]


def test_a_price_that_nobody_can_mean_keeps_no_other_out(desk: SyncDesk) -> None:
    sizes = [remote_variant(1, size) for size in ("US M 8", "US M 9", "US M 10")]
    desk.orders(*(remote_order(f"3-{n}", variant=size) for n, size in enumerate(sizes)))
    huge, negative = price(sizes[0], "12345678901234567"), price(sizes[1], "-1")
    taken = asyncio.run(
        desk.store.take_prices(desk.account, [huge, negative, price(sizes[2], "150")])
    )
    assert taken == SyncCounts(fetched=3, created=1, failed=2)


def test_ids_of_stored_sizes_are_remembered(desk: SyncDesk) -> None:
    desk.do("DELETE FROM catalog.product_identifier")
    [(product_id,)] = desk.rows("SELECT id FROM catalog.product WHERE style_code = 'AC0001-100'")
    variants = [remote_variant(gtins=("0123456789012",)), remote_variant(size="US M 14")]
    for _ in range(2):
        asyncio.run(desk.store.remember_variants(desk.account, product_id, variants))
    assert desk.rows(
        "SELECT scheme, value, variant_id IS NULL FROM catalog.product_identifier ORDER BY value"
    ) == [
        ("ean", "0123456789012", False),
        ("stockx_product", "product-1", True),
        ("stockx_variant", "variant-1-US M 9", False),
    ]
