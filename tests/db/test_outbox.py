"""The outbox as people use it: listing units, changing their minds, reading what happened."""

from __future__ import annotations

from decimal import Decimal

import pytest

from helpers.offers import Shop, draft
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.errors import InvalidTransitionError, NotFoundError, UserError
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.outbox import OutboxAction, OutboxState, Outcome

pytestmark = pytest.mark.db

CREATE = OutboxAction.CREATE


@pytest.fixture
def shop(database: Database) -> Shop:
    return Shop(database)


def in_state(shop: Shop, state: str) -> int:
    """The one entry there is, in that state."""
    shop.run("UPDATE transactions.outbox SET state = :state", state=state)
    [(entry,)] = shop.run("SELECT id FROM transactions.outbox")
    return int(entry)


def test_listing_makes_one_listing_and_one_entry_a_unit(shop: Shop) -> None:
    account, [one, two] = shop.account(), shop.units(2)
    shop.queue(account, one, two, ask="149")
    assert shop.entries() == [("create", "queued", "user")] * 2
    assert shop.listings() == [("queued", None)] * 2
    first, second = shop.rows()
    assert first.words == "List Acme Runner, US 9 on StockX (main) for EUR 149"
    assert first.answer == "waits to be sent"
    assert (first.item_id, second.item_id) == (one, two)
    assert first.ask == Decimal(149)


def test_five_hundred_units_at_once(shop: Shop) -> None:
    account, units = shop.account(), shop.units(500)
    shop.queue(account, *units)
    assert [row.item_id for row in shop.rows()] == units


def test_what_cannot_be_listed_is_refused_in_words(shop: Shop) -> None:
    account, alias = shop.account(), shop.account("alias")
    silent = shop.account("ebay", synced=False)
    [unit, sold, live] = shop.units(3)
    shop.sell(sold)
    shop.offer(live, account, "offer-1")
    [strange] = shop.units(variant=shop.size(known=False))
    drafts = [
        draft(unit, account, "149.50"),
        draft(unit, account, "0"),
        draft(unit, account, "NaN"),
        draft(sold, account),
        draft(live, account),
        draft(strange, account),
        draft(strange, alias, currency="USD"),
        draft(unit, alias),
        draft(unit, silent),
        draft(987654, account),
        draft(unit, account),
        draft(unit, account),
    ]
    made, refused = shop.do(shop.outbox.list_units(drafts))
    assert made == 1
    for words, expected in zip(
        refused,
        (
            "Acme Runner, US 9: the price 149.50 has cents",
            "the price 0 is not above 0",
            "the price NaN is not above 0",
            "not in stock (it is sold)",
            "offered or queued on StockX (main) already",
            "StockX does not know this size yet; sync market data or search the product first",
            "alias / GOAT does not know this size yet",
            "alias / GOAT takes prices in USD only, not in EUR",
            "the account is not connected",
            "Unit 987654: the unit is not there any more",
            "it is in the list twice",
        ),
        strict=True,
    ):
        assert expected in words
    assert shop.do(shop.outbox.list_units([draft(unit, account)]))[0] == 0


def test_a_unit_in_a_live_sale_is_refused(shop: Shop) -> None:
    account, [unit] = shop.account(), shop.units()
    shop.run(
        "INSERT INTO transactions.order (platform_account_id, external_id, item_id, variant_id, "
        "status, sold_at, gross_amount, gross_currency) SELECT :account, 'order-1', id, "
        "variant_id, 'pending', now(), 150, 'EUR' FROM inventory.item WHERE id = :unit",
        account=account,
        unit=unit,
    )
    [words] = shop.do(shop.outbox.list_units([draft(unit, account)]))[1]
    assert "the unit is sold; cancel its sale" in words


def test_ebay_needs_no_ids_and_takes_cents(shop: Shop) -> None:
    account, [unit] = shop.account("ebay"), shop.units(variant=shop.size(known=False))
    shop.queue(account, unit, ask="149.50")
    assert shop.rows()[0].words == "List Acme Runner, US 9 on eBay (main) for EUR 149.50"


def test_accounts_to_list_on(shop: Shop) -> None:
    shop.account("ebay", "shop")
    shop.account("alias")
    shop.account("stockx", "old", synced=False)
    alias, ebay = sorted(shop.do(shop.outbox.accounts()), key=lambda choice: choice.marketplace)
    assert (alias.marketplace, alias.currency, alias.whole_units) == (
        Marketplace.ALIAS,
        "USD",
        True,
    )
    assert (ebay.title, ebay.currency, ebay.whole_units) == ("eBay (shop)", "EUR", False)


def test_a_new_price_is_one_entry_however_often_it_changes(shop: Shop) -> None:
    account, [one, two] = shop.account(), shop.units(2)
    live = shop.offer(one, account, "offer-1")
    shop.queue(account, two)
    [(queued,)] = shop.run("SELECT id FROM transactions.listing WHERE item_id = :id", id=two)
    for ask in ("145", "140"):
        assert shop.do(shop.outbox.reprice([live, queued], Decimal(ask))) == 2
    assert shop.entries() == [("create", "queued", "user"), ("reprice", "queued", "user")]
    created, repriced = shop.rows()
    assert created.words.endswith("for EUR 140")
    assert repriced.words == "Lower Acme Runner, US 9 on StockX (main) from EUR 150 to EUR 140"
    with pytest.raises(UserError, match=r"The price 139\.99 has cents"):
        shop.do(shop.outbox.reprice([live], Decimal("139.99")))


def test_offers_that_are_not_ended(shop: Shop) -> None:
    account, ebay, [one, two] = shop.account(), shop.account("ebay"), shop.units(2)
    live = shop.offer(one, ebay, "offer-1", ask="149.50")
    shop.queue(account, one)
    shop.offer(two, ebay, "offer-2")
    shop.run("UPDATE transactions.listing SET status = 'deleted' WHERE external_id = 'offer-2'")
    queued, open_ = shop.do(shop.outbox.open_listings([one, two]))
    assert (open_.id, open_.item_id, open_.ask) == (live, one, Money(Decimal("149.50"), "EUR"))
    assert open_.title == "Acme Runner, US 9 on eBay (main)"
    assert queued.title == "Acme Runner, US 9 on StockX (main)"


def test_the_price_of_an_offer_on_its_way_waits(shop: Shop) -> None:
    account, [unit] = shop.account(), shop.units()
    listing = shop.offer(unit, account, "offer-1")
    assert shop.do(shop.outbox.reprice([listing], Decimal(140))) == 1
    entry = in_state(shop, "pending")
    assert shop.do(shop.outbox.reprice([listing], Decimal(130))) == 0
    with pytest.raises(InvalidTransitionError, match="is pending and cannot be changed"):
        shop.do(shop.outbox.edit(entry, Decimal(130)))


def test_ending_offers_drops_what_was_not_sent(shop: Shop) -> None:
    account, ebay = shop.account(), shop.account("ebay", synced=False)
    [unit] = shop.units()
    shop.queue(account, unit)
    live = shop.offer(unit, ebay, "offer-1")
    shop.do(shop.outbox.reprice([live], Decimal(140)))
    assert shop.do(shop.outbox.end([unit])) == 2
    assert shop.entries() == [
        ("create", "dropped", "user"),
        ("reprice", "dropped", "user"),
        ("delete", "queued", "user"),
    ]
    assert shop.listings() == [("deleted", None), ("active", "offer-1")]
    [row] = shop.rows()
    assert row.words == "End the offer of Acme Runner, US 9 on eBay (main)"
    assert row.answer == "waits: account not connected"
    assert shop.do(shop.outbox.end([unit])) == 0, "its end is queued already"


def test_an_offer_on_its_way_is_ended_when_it_has_an_id(shop: Shop) -> None:
    account, [unit] = shop.account(), shop.units()
    shop.queue(account, unit)
    [intent] = shop.do(shop.outbox.claim(account, CREATE, 10))
    assert shop.do(shop.outbox.end([unit])) == 1
    assert shop.do(shop.outbox.actions_waiting(account)) == []
    outcome = Outcome(intent.id, OutboxState.CONFIRMED, listing_id="offer-1")
    shop.do(shop.outbox.settle(account, [outcome]))
    assert shop.do(shop.outbox.actions_waiting(account)) == [OutboxAction.DELETE]


def test_an_offer_that_was_not_made_needs_no_end(shop: Shop) -> None:
    account, [unit] = shop.account(), shop.units()
    shop.queue(account, unit)
    [intent] = shop.do(shop.outbox.claim(account, CREATE, 10))
    shop.do(shop.outbox.end([unit]))
    shop.do(shop.outbox.settle(account, [Outcome(intent.id, OutboxState.QUEUED)]))
    assert [state for _, state, _ in shop.entries()] == ["dropped", "dropped"]
    assert shop.listings() == [("deleted", None)]


@pytest.mark.parametrize("state", ["held", "queued", "failed"])
def test_what_was_not_sent_can_be_edited(shop: Shop, state: str) -> None:
    shop.queue(shop.account(), *shop.units())
    entry = in_state(shop, state)
    shop.do(shop.outbox.edit(entry, Decimal(155)))
    assert shop.run("SELECT ask FROM transactions.listing") == [(Decimal(155),)]
    assert shop.rows()[0].ask == Decimal(155)


STEPS = {"hold": {"queued"}, "release": {"held", "failed"}}
STEPS["drop"] = {"held", "queued", "failed", "unknown"}


@pytest.mark.parametrize("state", list(OutboxState))
@pytest.mark.parametrize("step", list(STEPS))
def test_steps_are_those_of_the_state_machine(shop: Shop, state: str, step: str) -> None:
    shop.queue(shop.account(), *shop.units())
    entry = in_state(shop, state)
    call = getattr(shop.outbox, step)
    if state in STEPS[step]:
        assert shop.do(call([entry])) == 1
    else:
        with pytest.raises(InvalidTransitionError, match=f"This entry is {state}"):
            shop.do(call([entry]))
        assert shop.entries()[0][1] == state


def test_an_entry_that_is_gone_says_so(shop: Shop) -> None:
    for call in (shop.outbox.hold([77]), shop.outbox.edit(77, Decimal(1))):
        with pytest.raises(NotFoundError, match="no longer in the outbox"):
            shop.do(call)


def test_dropping_a_creation_deletes_its_listing(shop: Shop) -> None:
    shop.queue(shop.account(), *shop.units())
    entry = in_state(shop, "unknown")
    assert shop.do(shop.outbox.drop([entry])) == 1
    assert shop.listings() == [("deleted", None)]
    [row] = shop.do(shop.outbox.rows(settled=True))
    assert "it may be done at the marketplace" in row.answer


def test_a_refused_listing_fails_and_is_queued_again(shop: Shop) -> None:
    account = shop.account()
    shop.queue(account, *shop.units())
    [intent] = shop.do(shop.outbox.claim(account, CREATE, 10))
    refused = Outcome(intent.id, OutboxState.FAILED, message="Variant not found.")
    assert shop.do(shop.outbox.settle(account, [refused])).failed == 1
    assert shop.rows()[0].answer == "refused: Variant not found."
    assert shop.listings() == [("failed", None)]
    assert shop.do(shop.outbox.release([intent.id])) == 1
    assert shop.listings() == [("queued", None)]
    assert shop.entries() == [("create", "queued", "user")]


@pytest.mark.parametrize("ask", ["140", "130"])
def test_a_new_price_after_a_refused_one_is_sent(shop: Shop, ask: str) -> None:
    account, [unit] = shop.account(), shop.units()
    listing = shop.offer(unit, account, "offer-1")
    shop.do(shop.outbox.reprice([listing], Decimal(140)))
    [intent] = shop.do(shop.outbox.claim(account, OutboxAction.REPRICE, 10))
    refused = Outcome(intent.id, OutboxState.FAILED, message="Too low.")
    shop.do(shop.outbox.settle(account, [refused]))
    assert shop.do(shop.outbox.reprice([listing], Decimal(ask))) == 1
    assert shop.entries() == [("reprice", "queued", "user")]
    [again] = shop.do(shop.outbox.claim(account, OutboxAction.REPRICE, 10))
    assert (again.ask, again.attempts) == (Money(Decimal(ask), "EUR"), 2)


def test_a_held_price_is_changed_and_stays_held(shop: Shop) -> None:
    account, [unit] = shop.account(), shop.units()
    listing = shop.offer(unit, account, "offer-1")
    shop.do(shop.outbox.reprice([listing], Decimal(140)))
    entry = shop.rows()[0].id
    shop.do(shop.outbox.hold([entry]))
    assert shop.do(shop.outbox.reprice([listing], Decimal(130))) == 1
    assert shop.entries() == [("reprice", "held", "user")]


def test_what_was_refused_is_not_tried_again_for_a_unit_that_is_gone(shop: Shop) -> None:
    account, [unit] = shop.account(), shop.units()
    live = shop.offer(unit, account, "offer-1")
    shop.do(shop.outbox.reprice([live], Decimal(140)))
    shop.sell(unit)
    entry = shop.run("SELECT id FROM transactions.outbox WHERE action = 'reprice'")[0][0]
    shop.run("UPDATE transactions.outbox SET state = 'failed' WHERE id = :id", id=entry)
    with pytest.raises(InvalidTransitionError, match="no longer in stock"):
        shop.do(shop.outbox.release([entry]))
