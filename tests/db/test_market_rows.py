"""Market data of a unit, units promised before they are here, and what has to be shipped when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from helpers.offers import Shop
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.market import ShipByCount
from soleflip_desktop.services.market import MarketService

pytestmark = pytest.mark.db

DAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Market(Shop):
    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.market = MarketService(database)

    def price(self, item_id: int, slug: str, at: datetime, lowest_ask: str | None) -> None:
        self.run(
            "INSERT INTO integration.marketplace_data (variant_id, platform_id, observed_at, "
            "currency, lowest_ask, highest_bid) SELECT i.variant_id, f.id, :at, 'EUR', :ask, 120 "
            "FROM inventory.item i, system.platform f WHERE i.id = :id AND f.slug = :slug",
            id=item_id,
            slug=slug,
            at=at,
            ask=None if lowest_ask is None else Decimal(lowest_ask),
        )

    def promises(self) -> list[tuple[object, ...]]:
        return self.run(
            "SELECT item_id, stockx_listing_id, ship_by, unmarked_at IS NULL "
            "FROM inventory.stockx_presale_marking ORDER BY id"
        )


@pytest.fixture
def shop(database: Database) -> Market:
    return Market(database)


def test_each_platform_says_its_newest(shop: Market) -> None:
    [unit], [other] = shop.units(), shop.units()
    shop.price(unit, "stockx", DAY, "150")
    shop.price(unit, "stockx", DAY + timedelta(days=1), None)
    shop.price(unit, "alias", DAY, "144.50")
    shop.price(other, "stockx", DAY, "99")
    newest = shop.do(shop.market.of_item(unit))
    assert [(row.platform, row.lowest_ask, row.highest_bid) for row in newest] == [
        ("StockX", None, Decimal(120)),
        ("alias / GOAT", Decimal("144.50"), Decimal(120)),
    ]
    assert newest[0].observed_at.utcoffset() == timedelta(0)
    assert shop.do(shop.market.of_item(987654)) == []


def test_history_is_in_order(shop: Market) -> None:
    [unit] = shop.units()
    for day in (2, 0, 1):
        shop.price(unit, "stockx", DAY + timedelta(days=day), str(150 + day))
    found = shop.do(shop.market.history(unit, DAY + timedelta(days=1)))
    assert [row.lowest_ask for row in found] == [Decimal(151), Decimal(152)]


def test_a_unit_is_promised_once(shop: Market) -> None:
    account = shop.account()
    [here], [ordered] = shop.units(), shop.units(status="ordered")
    [sold] = shop.units(status="sold")
    shop.offer(ordered, account, "offer-1")
    assert shop.do(shop.market.mark_presale([here, ordered, sold], DAY)) == 2
    later = DAY + timedelta(days=2)
    assert shop.do(shop.market.mark_presale([ordered], later)) == 1
    assert shop.promises() == [(here, None, DAY, True), (ordered, "offer-1", later, True)]
    with pytest.raises(UserError, match="None of these units can be promised"):
        shop.do(shop.market.mark_presale([sold], DAY))


def test_a_promise_taken_back_may_be_given_again(shop: Market) -> None:
    account, [unit] = shop.account(), shop.units()
    shop.offer(unit, account, "offer-1")
    shop.do(shop.market.mark_presale([unit], None))
    assert shop.do(shop.market.unmark_presale([unit])) == 1
    assert shop.do(shop.market.unmark_presale([unit])) == 0
    assert shop.do(shop.market.mark_presale([unit], DAY)) == 1
    assert shop.promises() == [(unit, "offer-1", None, False), (unit, None, DAY, True)]


def test_what_has_to_leave_the_house(shop: Market) -> None:
    account = shop.account()
    [promised], [sold], [far], [gone] = (shop.units() for _ in range(4))
    shop.do(shop.market.mark_presale([promised, sold], DAY))
    shop.do(shop.market.mark_presale([far], DAY + timedelta(days=9)))
    shop.do(shop.market.mark_presale([gone], DAY))
    shop.run(
        "INSERT INTO transactions.order (platform_account_id, external_id, item_id, variant_id, "
        "status, sold_at, ship_by, gross_amount, gross_currency) SELECT :account, 'order-1', id, "
        "variant_id, 'confirmed', :day, :day, 150, 'EUR' FROM inventory.item WHERE id = :id",
        account=account,
        id=sold,
        day=DAY - timedelta(days=1),
    )
    shop.sell(sold, gone)
    shop.run("UPDATE inventory.item SET status = 'shipped' WHERE id = :id", id=gone)
    due = shop.do(shop.market.ship_by_due(DAY))
    assert [(row.item_id, row.order_number, row.platform) for row in due] == [
        (sold, "order-1", "StockX"),
        (promised, None, "StockX"),
    ]
    assert due[0].title == "Acme Runner, US 9"
    assert [row.item_id for row in shop.do(shop.market.ship_by_due(DAY, limit=1))] == [sold]
    assert shop.do(shop.market.ship_by_count(DAY, DAY)) == ShipByCount(1, 1)
    later = shop.do(shop.market.ship_by_count(DAY, DAY + timedelta(days=9)))
    assert later == ShipByCount(1, 2)
    shop.run("UPDATE transactions.order SET status = 'shipped'")
    shop.run("UPDATE inventory.item SET status = 'shipped' WHERE id = :id", id=sold)
    assert [row.item_id for row in shop.do(shop.market.ship_by_due(DAY))] == [promised]
