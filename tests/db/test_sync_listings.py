"""Listings of a sync: matched with ours, given a unit, or asked about; nothing ends silently."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from helpers.remote_rows import euros, remote_listing, remote_order, remote_variant
from helpers.sync_desk import SyncDesk, new_account
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.sync import Cursor, ReviewAnswer, ReviewState, SyncCounts
from soleflip_desktop.domain.transactions import ListingStatus, OrderStatus

pytestmark = pytest.mark.db

_L = ListingStatus


@pytest.fixture
def desk(database: Database) -> SyncDesk:
    """Its first product is in the catalogue."""
    desk = SyncDesk(database)
    desk.orders(remote_order("0-0"))
    return desk


def listings(desk: SyncDesk, columns: str = "external_id, status") -> list[tuple[object, ...]]:
    return desk.rows(f"SELECT {columns} FROM transactions.listing ORDER BY external_id")


def test_each_listing_gets_a_unit_of_its_own(desk: SyncDesk) -> None:
    late, early = desk.unit(acquired="2026-02-01"), desk.unit(acquired="2026-01-01")
    page = [remote_listing("a"), remote_listing("b", ask=euros("99.5"), quantity=1)]
    assert desk.listings(*page) == SyncCounts(fetched=2, created=2)
    assert listings(desk, "external_id, item_id, status, ask, currency, remote_status") == [
        ("a", early, "active", Decimal(120), "EUR", "ACTIVE"),
        ("b", late, "active", Decimal("99.5"), "EUR", "ACTIVE"),
    ]
    assert desk.kinds() == []


def test_the_same_page_twice_changes_nothing_at_all(desk: SyncDesk) -> None:
    desk.unit()
    page = [remote_listing(f"l{n}", variant=remote_variant(n % 3)) for n in range(9)]
    desk.listings(*page)
    before = desk.image()
    desk.next_pass()
    assert desk.listings(*page, *page[:2]) == SyncCounts(fetched=11, unchanged=11)
    assert desk.image() == before


def test_an_unknown_word_keeps_the_status(desk: SyncDesk) -> None:
    desk.listings(remote_listing("a", _L.INACTIVE))
    assert desk.listings(remote_listing("a", None, ask=None)) == SyncCounts(fetched=1, updated=1)
    assert listings(desk, "status, remote_status, ask") == [("inactive", "NEWSTATUS", 120)]


def test_a_listing_without_a_unit_is_asked_about_once(desk: SyncDesk) -> None:
    desk.listings(remote_listing("a"))
    [question] = desk.questions()
    assert (question.kind, question.title) == (
        "listing_without_unit",
        "Acme Runner 1, US M 9 for 120.00 EUR",
    )
    desk.answer(ReviewAnswer.DISMISS)
    desk.listings(remote_listing("a", ask=euros(130)))
    assert desk.kinds() == []
    unit = desk.unit()
    desk.listings(remote_listing("a", ask=euros(140)))
    assert listings(desk, "item_id") == [(unit,)]


def test_linking_takes_a_free_unit_of_the_same_size(desk: SyncDesk) -> None:
    desk.orders(remote_order("0-1", variant=remote_variant(2)))
    desk.listings(remote_listing("a"))
    other, listed, free = desk.unit(number=2), desk.unit(), desk.unit()
    desk.offer(listed, "taken")
    for wrong in (None, 0, other, listed):
        with pytest.raises(UserError, match=r"Choose"):
            desk.answer(ReviewAnswer.LINK, wrong)
    assert desk.kinds() == ["listing_without_unit"]
    assert asyncio.run(desk.review.count()) == 1
    assert desk.answer(ReviewAnswer.LINK, free) == 1
    assert ("a", free) in listings(desk, "external_id, item_id")
    [row] = desk.questions(settled=True)
    assert (row.state, row.answer) == (ReviewState.SETTLED, ReviewAnswer.LINK)


def test_adding_makes_one_unit_without_cost_for_each(desk: SyncDesk) -> None:
    desk.listings(remote_listing("a"), remote_listing("b"))
    with pytest.raises(UserError, match="Choose one of: link, add_unit, dismiss"):
        desk.answer(ReviewAnswer.SOLD)
    assert desk.answer(ReviewAnswer.ADD_UNIT) == 2
    assert (
        desk.rows(
            "SELECT i.status, i.cost_gross FROM transactions.listing l "
            "JOIN inventory.item i ON i.id = l.item_id"
        )
        == [("available", None)] * 2
    )
    assert desk.answer(ReviewAnswer.DISMISS) == 0


def test_our_own_key_names_our_listing(desk: SyncDesk) -> None:
    unit = desk.unit()
    listing = desk.offer(unit, "x")
    desk.do("UPDATE transactions.listing SET external_id = NULL, status = 'queued'")
    desk.listings(remote_listing("a", own_key=f"listing-{listing}"))
    assert listings(desk, "id, external_id, item_id, status") == [(listing, "a", unit, "active")]
    desk.listings(
        remote_listing("b", own_key=f"listing-{listing}"), remote_listing("c", own_key="?")
    )
    assert len(listings(desk)) == 3


def test_what_the_outbox_is_making_is_left_to_it(desk: SyncDesk) -> None:
    unit = desk.unit()
    listing = desk.offer(unit, "x")
    desk.do("UPDATE transactions.listing SET external_id = NULL, status = 'queued'")
    desk.do(
        "INSERT INTO transactions.outbox (platform_account_id, action, state, listing_id, item_id, "
        "ask, currency) VALUES (:a, 'create', 'unknown', :l, :i, 120, 'EUR')",
        a=desk.account.id, l=listing, i=unit,
    )  # fmt: skip
    page = [remote_listing("a"), remote_listing("b", ask=euros(99))]
    assert desk.listings(*page) == SyncCounts(fetched=2, created=1, unchanged=1)
    assert [row[0] for row in listings(desk)] == ["b", None]
    desk.do("UPDATE transactions.outbox SET state = 'failed'")
    assert desk.listings(*page) == SyncCounts(fetched=2, created=1, unchanged=1)


def test_what_vanished_is_a_question_and_comes_back_by_itself(desk: SyncDesk) -> None:
    page = [remote_listing(f"l{n}", variant=remote_variant(n)) for n in range(2)]
    desk.listings(*page, remote_listing("gone", _L.EXPIRED))
    desk.answer(ReviewAnswer.DISMISS)
    assert desk.end_listings() == 0
    desk.listings(page[0])
    assert desk.end_listings() == 1
    [question] = desk.questions()
    assert (question.kind, question.external_id) == ("listing_vanished", "l1")
    assert listings(desk) == [("gone", "expired"), ("l0", "active"), ("l1", "active")]
    desk.listings(page[0])
    assert desk.end_listings() == 0
    desk.listings(*page)
    assert desk.kinds() == []
    assert desk.end_listings() == 0
    desk.answer(ReviewAnswer.DISMISS)
    desk.listings(page[0])
    assert desk.end_listings() == 1
    assert desk.answer(ReviewAnswer.DISMISS) == 1
    desk.listings(page[0])
    assert desk.end_listings() == 0


def test_a_vanished_listing_was_sold(desk: SyncDesk) -> None:
    unit = desk.unit()
    desk.listings(remote_listing("a"))
    desk.offer(unit, "elsewhere", new_account(desk.database))
    desk.end_listings()
    assert desk.end_listings() == 1
    assert desk.answer(ReviewAnswer.SOLD) == 1
    assert desk.status(unit) == "sold"
    assert listings(desk) == [("a", "sold"), ("elsewhere", "active")]
    assert desk.delistings() == [("elsewhere",)]
    desk.listings(remote_listing("a"))
    assert listings(desk)[0] == ("a", "active")


def test_an_offer_of_a_unit_that_is_gone_is_ended(desk: SyncDesk) -> None:
    unit = desk.unit()
    desk.listings(remote_listing("a", _L.INACTIVE))
    desk.do("UPDATE inventory.item SET status = 'sold' WHERE id = :i", i=unit)
    assert desk.delistings() == []
    desk.listings(remote_listing("a", _L.ACTIVE))
    assert desk.delistings() == [("a",)]


def test_the_cursor_is_stored_with_the_page(desk: SyncDesk) -> None:
    def stored() -> list[tuple[object, ...]]:
        return desk.rows(
            "SELECT cursor ->> 'round', succeeded_at IS NOT NULL FROM integration.sync_cursor "
            "WHERE kind = 'listings'"
        )

    desk.listings(remote_listing("a"))
    assert stored() == [(desk.cursor.round, False)]
    desk.end_listings()
    assert stored() == [(None, True)]
    with pytest.raises(UserError, match="no pass"):
        asyncio.run(desk.store.end_listings(desk.account, Cursor()))


def test_the_account_says_how_it_is_set(desk: SyncDesk) -> None:
    desk.do("UPDATE system.platform_account SET synced = true")
    found = asyncio.run(desk.store.account(desk.account.id))
    assert (found.id, found.settings.currency) == (desk.account.id, "EUR")
    with pytest.raises(UserError, match="no longer there"):
        asyncio.run(desk.store.account(0))


def test_a_sold_listing_keeps_to_its_sale(desk: SyncDesk) -> None:
    unit = desk.unit()
    desk.listings(remote_listing("a"))
    desk.orders(remote_order("1-1", OrderStatus.CONFIRMED, listing_id="a"))
    desk.listings(remote_listing("a", _L.MATCHED, order_number="1-1"))
    assert listings(desk, "status, item_id") == [("matched", unit)]
    assert desk.delistings() == []
