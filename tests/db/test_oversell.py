"""A unit that is gone is offered nowhere: whoever booked it out, until each end is confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from decimal import Decimal
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from helpers.offers import Shop, draft
from helpers.unit_steps import desk_of
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState, Outcome

pytestmark = pytest.mark.db

T = TypeVar("T")

CREATE, DELETE = OutboxAction.CREATE, OutboxAction.DELETE
CONFIRMED, QUEUED = OutboxState.CONFIRMED, OutboxState.QUEUED


@pytest.fixture
def shop(database: Database) -> Shop:
    return Shop(database)


class Everywhere:
    """One unit, live on two accounts, queued on a third, its price about to change on one."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.stockx, self.ebay = shop.account(), shop.account("ebay")
        self.alias = shop.account("alias")
        [self.unit] = shop.units()
        listing = shop.offer(self.unit, self.stockx, "offer-1")
        shop.offer(self.unit, self.ebay, "offer-2")
        shop.do(shop.outbox.list_units([draft(self.unit, self.alias, currency="USD")]))
        shop.do(shop.outbox.reprice([listing], Decimal(140)))

    def live(self) -> list[tuple[int, tuple[str, ...]]]:
        found = self.shop.do(self.shop.outbox.still_live())
        return [(unit.item_id, unit.platforms) for unit in found]


ENDED = [
    ("create", "dropped", "user"),
    ("reprice", "dropped", "user"),
    ("delete", "queued", "oversell"),
    ("delete", "queued", "oversell"),
]


def test_a_sale_by_plain_sql_ends_every_offer_once(shop: Shop) -> None:
    offers = Everywhere(shop)
    shop.sell(offers.unit)
    assert shop.entries() == ENDED
    assert shop.listings() == [("active", "offer-1"), ("active", "offer-2"), ("deleted", None)]
    assert offers.live() == [(offers.unit, ("StockX", "eBay"))]
    words = {row.words for row in shop.rows()}
    assert words == {
        "End the offer of Acme Runner, US 9 on StockX (main): the unit was sold elsewhere",
        "End the offer of Acme Runner, US 9 on eBay (main): the unit was sold elsewhere",
    }
    shop.run("UPDATE inventory.item SET status = 'to_ship' WHERE id = :id", id=offers.unit)
    assert shop.entries() == ENDED, "once"


def test_a_sale_in_the_grid_is_undone_with_its_unsent_ends(shop: Shop) -> None:
    offers = Everywhere(shop)
    with desk_of("anna", shop.database.url) as desk:
        desk.set([offers.unit], status="sold")
        assert shop.entries() == ENDED
        [intent] = shop.do(shop.outbox.claim(offers.ebay, DELETE, 10))
        desk.undo()
    assert shop.entries()[2:] == [
        ("delete", "dropped", "oversell"),
        ("delete", "sending", "oversell"),
    ]
    assert offers.live() == [], "the unit is there"
    shop.do(shop.outbox.settle(offers.ebay, [Outcome(intent.id, CONFIRMED)]))
    assert shop.listings()[1] == ("deleted", "offer-2")


def test_a_sale_of_many_units_by_one_statement(shop: Shop) -> None:
    account, units = shop.account("ebay"), shop.units(5)
    for number, unit in enumerate(units):
        shop.offer(unit, account, f"offer-{number}")
    shop.run(
        "UPDATE inventory.item i SET status = s.status "
        "FROM (SELECT id, CASE WHEN id % 2 = 0 THEN 'sold' ELSE 'reserved' END AS status "
        "FROM inventory.item) s WHERE s.id = i.id"
    )
    gone = {unit for unit in units if unit % 2 == 0}
    assert {row.item_id for row in shop.rows()} == gone


def test_the_offer_that_was_sold_needs_no_end(shop: Shop) -> None:
    """As a sync books a sale: the listing first, then the unit."""
    offers = Everywhere(shop)
    shop.run("UPDATE transactions.listing SET status = 'matched' WHERE external_id = 'offer-1'")
    shop.sell(offers.unit)
    assert shop.entries()[2:] == [("delete", "queued", "oversell")]
    assert offers.live() == [(offers.unit, ("eBay",))]


def test_the_warning_stays_until_every_end_is_confirmed(shop: Shop) -> None:
    offers = Everywhere(shop)
    shop.sell(offers.unit)
    for state in (OutboxState.FAILED, OutboxState.UNKNOWN, OutboxState.PENDING):
        shop.run("UPDATE transactions.outbox SET state = :s WHERE action = 'delete'", s=state)
        assert offers.live() == [(offers.unit, ("StockX", "eBay"))]
    for account in (offers.stockx, offers.ebay):
        found = shop.do(shop.outbox.open_intents(account, OutboxState.PENDING))
        outcomes = [Outcome(intent.id, CONFIRMED) for intent in found]
        assert shop.do(shop.outbox.settle(account, outcomes)).updated == 1
    assert offers.live() == []
    assert shop.listings()[:2] == [("deleted", "offer-1"), ("deleted", "offer-2")]


def test_the_user_may_take_the_warning_away(shop: Shop) -> None:
    offers = Everywhere(shop)
    shop.sell(offers.unit)
    shop.do(shop.outbox.drop([row.id for row in shop.rows()]))
    assert offers.live() == []


def test_an_end_that_was_held_or_refused_is_wanted_now(shop: Shop) -> None:
    account, [one, two] = shop.account(), shop.units(2)
    shop.offer(one, account, "offer-1")
    shop.offer(two, account, "offer-2")
    shop.do(shop.outbox.end([one, two]))
    shop.run(
        "UPDATE transactions.outbox SET state = CASE item_id WHEN :one THEN 'held' "
        "ELSE 'failed' END",
        one=one,
    )
    shop.sell(one, two)
    assert shop.entries() == [("delete", "queued", "oversell")] * 2


def test_two_sales_of_one_unit(shop: Shop) -> None:
    """It comes back between them: what was ended is ended, what was not sent is wanted anew."""
    offers = Everywhere(shop)
    shop.sell(offers.unit)
    [intent] = shop.do(shop.outbox.claim(offers.stockx, DELETE, 10))
    shop.do(shop.outbox.settle(offers.stockx, [Outcome(intent.id, CONFIRMED)]))
    shop.run("UPDATE inventory.item SET status = 'available' WHERE id = :id", id=offers.unit)
    assert shop.rows() == []
    shop.sell(offers.unit)
    assert [(row.platform, row.state) for row in shop.rows()] == [("eBay", QUEUED)]


def test_an_offer_that_comes_to_life_after_the_sale_is_ended_at_once(shop: Shop) -> None:
    account, [unit] = shop.account(), shop.units()
    shop.queue(account, unit)
    [intent] = shop.do(shop.outbox.claim(account, CREATE, 10))
    shop.sell(unit)
    assert shop.entries() == [("create", "sending", "user")]
    assert [one.item_id for one in shop.do(shop.outbox.still_live())] == [unit]
    outcome = Outcome(intent.id, CONFIRMED, listing_id="offer-1")
    shop.do(shop.outbox.settle(account, [outcome]))
    assert shop.entries() == [("create", "confirmed", "user"), ("delete", "queued", "oversell")]
    assert shop.do(shop.outbox.actions_waiting(account)) == [DELETE]


@pytest.mark.parametrize("back", ["unsent", "not done", "refused"])
def test_what_was_not_done_is_not_sent_again_for_a_unit_that_went(shop: Shop, back: str) -> None:
    account, [unit] = shop.account(), shop.units()
    shop.queue(account, unit)
    [intent] = shop.do(shop.outbox.claim(account, CREATE, 10))
    shop.sell(unit)
    if back == "unsent":
        shop.do(shop.outbox.unsend(account, [intent.id], "No connection.", None))
    else:
        state = QUEUED if back == "not done" else OutboxState.FAILED
        shop.do(shop.outbox.settle(account, [Outcome(intent.id, state, message="no")]))
    assert shop.entries() == [("create", "dropped", "user")]
    assert shop.listings() == [("deleted", None)]


def test_a_unit_that_is_lost_is_not_called_sold(shop: Shop) -> None:
    account, [unit] = shop.account(), shop.units()
    shop.offer(unit, account, "offer-1")
    shop.run("UPDATE inventory.item SET status = 'lost'")
    assert shop.rows()[0].words.endswith(": the unit is lost")


class Sale:
    """A sale that is written and not committed yet."""

    def __init__(self, shop: Shop, unit: int) -> None:
        self.shop, self.unit = shop, unit

    async def meets(self, call: Coroutine[Any, Any, T]) -> T:
        """Begins the call, commits once it waits for the sale, and says what it returned."""
        with self.shop.database.session() as session:
            session.execute(
                sa.text("UPDATE inventory.item SET status = 'sold' WHERE id = :id"),
                {"id": self.unit},
            )
            task = asyncio.ensure_future(call)
            while not self.is_waited_for():
                assert not task.done(), "it did not wait for the sale"
                await asyncio.sleep(0.01)
        return await task

    def is_waited_for(self) -> bool:
        waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() "
        return bool(self.shop.run(waiting + "AND wait_event_type = 'Lock'"))


def test_a_sale_at_the_moment_of_the_confirmation_ends_the_offer(shop: Shop) -> None:
    account, [unit] = shop.account(), shop.units()
    shop.queue(account, unit)
    [intent] = shop.do(shop.outbox.claim(account, CREATE, 10))
    outcome = Outcome(intent.id, CONFIRMED, listing_id="offer-1")
    shop.do(Sale(shop, unit).meets(shop.outbox.settle(account, [outcome])))
    assert shop.entries() == [("create", "confirmed", "user"), ("delete", "queued", "oversell")]


def test_a_sale_at_the_moment_of_the_listing_leaves_nothing_to_send(shop: Shop) -> None:
    account, [unit] = shop.account(), shop.units()
    made, [words] = shop.do(Sale(shop, unit).meets(shop.outbox.list_units([draft(unit, account)])))
    assert made == 0
    assert "not in stock (it is sold)" in words


def test_what_is_claimed_is_not_dropped_by_a_sale(shop: Shop) -> None:
    """A sender and a sale want the same entry: it was sent, so it is followed to its end."""
    account, [unit] = shop.account(), shop.units()
    shop.queue(account, unit)

    async def both() -> list[Intent]:
        claimed, _ = await asyncio.gather(
            shop.outbox.claim(account, CREATE, 10), asyncio.to_thread(shop.sell, unit)
        )
        return list(claimed)

    claimed = shop.do(both())
    assert shop.entries() == [("create", "sending" if claimed else "dropped", "user")]
