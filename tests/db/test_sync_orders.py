"""Orders of a sync: stored once, never blanked, with the right unit, charges and questions."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from helpers.remote_rows import (
    PAID_AT,
    SOLD_AT,
    euros,
    page_of,
    remote_listing,
    remote_order,
    remote_variant,
)
from helpers.sync_desk import SyncDesk, new_account
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.marketplace import BadRecord, RemoteCharge, RemoteEntity
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.sync import ReviewAnswer, SyncCounts
from soleflip_desktop.domain.transactions import ChargeKind, OrderStatus

pytestmark = pytest.mark.db

_O = OrderStatus
OLD_SALE = remote_order("0-0", gross=euros(1), payout=euros(1), charges=())


@pytest.fixture
def desk(database: Database) -> SyncDesk:
    return SyncDesk(database)


@pytest.fixture
def known(desk: SyncDesk) -> SyncDesk:
    """A desk that has sold the first product before: its size is in the catalogue."""
    desk.orders(OLD_SALE)
    return desk


def test_a_new_sale_brings_product_size_unit_and_charges(desk: SyncDesk) -> None:
    counts = desk.orders(remote_order(paid_at=PAID_AT, payout_ref="payout-1", buyer_country="DE"))
    assert counts == SyncCounts(fetched=1, created=1)
    assert desk.rows(
        "SELECT o.status, o.gross_amount, o.payout_amount, o.paid_at, o.buyer_country, p.name, "
        "b.name, p.style_code, s.label, i.status, i.cost_gross, y.external_id "
        'FROM transactions."order" o JOIN inventory.item i ON i.id = o.item_id '
        "JOIN catalog.product_variant v ON v.id = o.variant_id AND v.id = i.variant_id "
        "JOIN catalog.product p ON p.id = v.product_id JOIN catalog.size s ON s.id = v.size_id "
        "JOIN catalog.brand b ON b.id = p.brand_id "
        "JOIN transactions.payout y ON y.id = o.payout_id"
    ) == [
        (
            "completed", Decimal(100), Decimal(90), PAID_AT, "DE", "Acme Runner 1", "Acme",
            "AC0001-100", "US 9", "completed", None, "payout-1",
        )
    ]  # fmt: skip
    assert lines(desk) == [
        ("seller_fee", Decimal(-7), "itemised"),
        ("payment_processing", Decimal(-3), "itemised"),
    ]


def lines(desk: SyncDesk, number: str = "1000-1") -> list[tuple[object, ...]]:
    return desk.rows(
        "SELECT t.kind, t.amount, t.source FROM transactions.transaction t "
        'JOIN transactions."order" o ON o.id = t.order_id WHERE o.external_id = :n '
        "ORDER BY t.position",
        n=number,
    )


def test_the_same_page_twice_changes_nothing_at_all(desk: SyncDesk) -> None:
    page = [remote_order(f"1-{n}", variant=remote_variant(n % 3)) for n in range(20)]
    desk.orders(*page)
    before = desk.image()
    assert desk.orders(*page) == SyncCounts(fetched=20, unchanged=20)
    desk.next_pass()
    assert desk.orders(*page, *page[:5]) == SyncCounts(fetched=25, unchanged=25)
    assert desk.image() == before


def test_an_order_that_was_taken_out_comes_back(desk: SyncDesk) -> None:
    desk.orders(remote_order())
    desk.do('DELETE FROM transactions."order"')
    assert desk.orders(remote_order()) == SyncCounts(fetched=1, created=1)


def test_what_the_payout_leaves_open_is_derived(desk: SyncDesk) -> None:
    desk.orders(remote_order(payout=euros("89.50")))
    assert lines(desk)[-1] == ("unitemised", Decimal("-0.50"), "derived")
    desk.orders(remote_order(payout=euros("90.01")))
    assert lines(desk)[-1] == ("rounding", Decimal("0.01"), "derived")


def test_two_currencies_are_never_subtracted(desk: SyncDesk) -> None:
    desk.orders(remote_order(gross=Money(Decimal(100), "USD")))
    assert [row[0] for row in lines(desk)] == ["seller_fee", "payment_processing"]


def test_what_the_platform_does_not_tell_is_kept(desk: SyncDesk) -> None:
    desk.orders(remote_order(paid_at=PAID_AT, buyer_country="DE", ship_by=PAID_AT))
    less = remote_order(status=None, payout=None, charges=(), raw_status="NEWSTATUS")
    assert desk.orders(less) == SyncCounts(fetched=1, updated=1)
    columns = "status, payout_amount, paid_at, buyer_country, ship_by, remote_status"
    assert desk.order("1000-1", columns) == (
        "completed", Decimal(90), PAID_AT, "DE", PAID_AT, "NEWSTATUS",
    )  # fmt: skip
    assert len(lines(desk)) == 2


def test_an_order_of_an_import_is_the_same_order(known: SyncDesk) -> None:
    known.do("DELETE FROM integration.remote_record")
    known.do('UPDATE transactions."order" SET paid_at = :p', p=PAID_AT)
    again = replace(OLD_SALE, charges=(RemoteCharge(ChargeKind.TAX, Decimal(0), "VAT"),))
    assert known.orders(again) == SyncCounts(fetched=1, updated=1)
    assert known.order("0-0", "paid_at")[0] == PAID_AT
    assert known.rows("SELECT count(*) FROM inventory.item") == [(1,)]


def test_a_status_that_is_taken_back_is_applied_and_asked(desk: SyncDesk) -> None:
    desk.orders(remote_order())
    desk.orders(remote_order(status=_O.CANCELLED))
    assert desk.order("1000-1") == ("cancelled",)
    assert desk.kinds() == ["order_changed"]
    assert desk.rows("SELECT status FROM inventory.item") == [("completed",)]
    [(correction,)] = desk.rows(
        "SELECT data ->> 'correction' FROM system.event_store WHERE aggregate_kind = 'order'"
    )
    assert correction == "sync stockx"


# -- units ---------------------------------------------------------------------------------------


def test_first_in_first_out_and_one_unit_a_sale(known: SyncDesk) -> None:
    late, early = known.unit(acquired="2026-02-01"), known.unit(acquired="2026-01-01")
    coming = known.unit("incoming", acquired="2025-12-01")
    sales = [remote_order(f"2-{n}", _O.CONFIRMED) for n in range(4)]
    known.orders(*sales)
    sold = [known.order(f"2-{n}", "item_id")[0] for n in range(4)]
    assert sold[:3] == [early, late, coming]
    assert len(set(sold)) == 4
    assert {known.status(item) for item in sold} == {"to_ship"}


def test_a_finished_sale_takes_no_unit_that_came_later(known: SyncDesk) -> None:
    later = known.unit(acquired="2026-03-02")
    known.orders(remote_order("2-1", _O.COMPLETED))
    assert known.status(later) == "available"


def test_a_sale_takes_its_listing_and_ends_all_other_offers_once(known: SyncDesk) -> None:
    first, second = known.unit(acquired="2025-01-01"), known.unit(acquired="2026-01-01")
    other = new_account(known.database)
    known.offer(second, "here-2")
    known.offer(second, "there-2", other)
    known.offer(first, "here-1")
    sale = remote_order("2-1", _O.CONFIRMED, listing_id="here-2")
    known.orders(sale, sale)
    known.orders(sale)
    assert known.order("2-1", "item_id") == (second,)
    assert known.delistings() == [("there-2",)]
    assert known.rows(
        "SELECT external_id, status FROM transactions.listing ORDER BY external_id"
    ) == [("here-1", "active"), ("here-2", "matched"), ("there-2", "active")]
    known.orders(remote_order("2-1", _O.COMPLETED, listing_id="here-2"))
    assert known.delistings() == [("there-2",)]
    assert known.rows("SELECT status FROM transactions.listing WHERE external_id = 'here-2'") == [
        ("sold",)
    ]


def test_without_a_named_listing_the_offered_unit_is_meant(known: SyncDesk) -> None:
    known.unit(acquired="2025-01-01")
    offered = known.unit(acquired="2026-01-01")
    listing = known.offer(offered, "here")
    known.orders(remote_order("2-1", _O.CONFIRMED))
    assert known.order("2-1", "item_id, listing_id") == (offered, listing)
    assert known.delistings() == []


def test_a_unit_that_was_sold_elsewhere_is_oversold(known: SyncDesk) -> None:
    unit = known.unit()
    known.offer(unit, "here")
    other = SyncDesk(known.database, new_account(known.database))
    other.orders(remote_order("9-1", _O.CONFIRMED))
    assert other.order("9-1", "item_id") == (unit,)
    assert known.delistings() == [("here",)]
    sale = remote_order("2-1", _O.CONFIRMED, listing_id="here")
    known.orders(sale)
    assert known.order("2-1", "item_id") == (None,)
    assert known.kinds() == ["oversold"]
    known.answer(ReviewAnswer.DISMISS)
    spare = known.unit()
    known.orders(replace(sale, status=_O.SHIPPED, raw={"status": "SHIPPED"}))
    assert known.order("2-1", "item_id") == (spare,)
    assert known.kinds() == []


def test_cancelled_sales_take_no_unit_and_give_theirs_back(known: SyncDesk) -> None:
    unit = known.unit()
    known.orders(remote_order("2-1", _O.CANCELLED))
    assert known.order("2-1", "item_id") == (None,)
    known.orders(remote_order("2-2", _O.CONFIRMED))
    known.orders(remote_order("2-2", _O.CANCELLED), remote_order("2-3", _O.CONFIRMED))
    assert known.order("2-3", "item_id") == (unit,)
    assert known.status(unit) == "to_ship"
    known.orders(remote_order("2-3", _O.CANCELLED))
    assert known.status(unit) == "available"
    assert known.kinds() == []


def test_what_was_sold_in_advance_is_still_on_its_way(known: SyncDesk) -> None:
    unit = known.unit("incoming")
    known.orders(remote_order("2-1", _O.CONFIRMED))
    assert known.status(unit) == "to_ship"
    known.orders(remote_order("2-1", _O.CANCELLED))
    assert known.status(unit) == "incoming"


def test_a_packed_unit_stays_packed_until_it_is_shipped(known: SyncDesk) -> None:
    unit = known.unit()
    known.orders(remote_order("2-1", _O.PENDING))
    known.do("UPDATE inventory.item SET status = 'packed' WHERE id = :i", i=unit)
    known.orders(remote_order("2-1", _O.CONFIRMED))
    assert known.status(unit) == "packed"
    known.orders(remote_order("2-1", _O.SHIPPED))
    assert known.status(unit) == "shipped"
    known.orders(remote_order("2-1", _O.RETURNED))
    assert known.status(unit) == "return_incoming"
    known.do("UPDATE inventory.item SET status = 'available' WHERE id = :i", i=unit)
    known.orders(remote_order("2-1", _O.REFUNDED))
    assert known.status(unit) == "available"


def test_a_sale_cancelled_on_its_way_leaves_the_unit_and_asks(known: SyncDesk) -> None:
    unit = known.unit()
    known.orders(remote_order("2-1", _O.AUTHENTICATING))
    known.orders(remote_order("2-1", _O.CANCELLED))
    assert known.status(unit) == "shipped"
    assert known.kinds() == ["order_changed"]


# -- sizes and bad records -----------------------------------------------------------------------


def test_a_size_that_nobody_can_read_is_kept_and_asked_once(desk: SyncDesk) -> None:
    odd = remote_variant(size="Left shoe")
    desk.orders(remote_order("1-1", variant=odd))
    assert desk.kinds() == ["size_unclear"]
    desk.answer(ReviewAnswer.DISMISS)
    desk.orders(remote_order("1-2", variant=odd))
    assert desk.kinds() == []
    assert desk.rows("SELECT system, label FROM catalog.size") == [("other", "Left shoe")]


def test_one_size_has_many_names(desk: SyncDesk) -> None:
    desk.orders(remote_order("1-1"))
    named = [
        remote_variant(variant_id=None, product_id=None, variant_scheme=None),
        remote_variant(product_id="other", variant_id="other", style_code="ac0001-100"),
        remote_variant(variant_id=None, gtins=("0123456789012",)),
        remote_variant(
            product_id=None, variant_id=None, style_code=None, size_text=None,
            product_name="Unknown", gtins=("0123456789012",),
        ),
    ]  # fmt: skip
    for number, variant in enumerate(named):
        desk.orders(remote_order(f"2-{number}", variant=variant))
    assert desk.rows("SELECT count(*) FROM catalog.product_variant") == [(1,)]


def test_a_bad_record_is_asked_once_and_settles_itself(desk: SyncDesk) -> None:
    bad = BadRecord(RemoteEntity.ORDER, "1000-1", "amount “x” is no number: ...", {"amount": "x"})
    assert desk.orders(remote_order("1-1"), bad=(bad,)) == SyncCounts(
        fetched=2, created=1, failed=1
    )
    assert desk.kinds() == ["bad_record"]
    desk.answer(ReviewAnswer.DISMISS)
    desk.orders(bad=(bad,))
    assert desk.kinds() == []
    desk.orders(bad=(replace(bad, raw={"amount": "y"}),))
    assert desk.kinds() == ["bad_record"]
    desk.answer(ReviewAnswer.READ_AGAIN)
    desk.orders(bad=(replace(bad, raw={"amount": "y"}),))
    assert desk.kinds() == ["bad_record"]
    assert desk.orders(remote_order()).created == 1
    assert desk.kinds() == []


def test_what_the_database_refuses_keeps_nobody_else_out(desk: SyncDesk) -> None:
    huge = remote_order("1-2", gross=euros("12345678901234567.00"))
    odd = remote_order("1-4", gross=Money(Decimal(5), "EURO"))
    page = [remote_order("1-1"), huge, remote_order("1-3"), odd]
    assert desk.orders(*page) == SyncCounts(fetched=4, created=2, failed=2)
    assert desk.kinds() == ["bad_record", "bad_record"]
    assert all("read it again" in row.words for row in desk.questions())
    desk.answer(ReviewAnswer.DISMISS)
    assert desk.orders(*page) == SyncCounts(fetched=4, unchanged=2, failed=2)
    assert desk.kinds() == []  # nobody is asked twice of the same record
    assert desk.orders(replace(huge, raw={"note": "another"})).failed == 1
    assert desk.kinds() == ["bad_record"]


def test_texts_that_postgresql_cannot_store_are_no_obstacle(desk: SyncDesk) -> None:
    half = remote_variant(product_name="Acme \ud800", style_code=None)
    nul = remote_variant(2, product_name="Acme\0", style_code=None)
    page = [
        remote_order("1-1", variant=half),
        remote_order("1-2", variant=nul),
        remote_order("1-3", raw={"note": "a\0b \ud800"}),
    ]
    assert desk.orders(*page) == SyncCounts(fetched=3, created=1, failed=2)
    assert [row.title for row in desk.questions()] == ["Order 1-1", "Order 1-2"]


def test_raw_amounts_are_kept_digit_by_digit(desk: SyncDesk) -> None:
    desk.orders(remote_order(raw={"amount": Decimal("76.0000"), "rate": Decimal("1E-7")}))
    [(text,)] = desk.rows("SELECT raw::text FROM integration.remote_record")
    assert text == '{"rate": 0.0000001, "amount": 76.0000}'


# -- passes --------------------------------------------------------------------------------------


def test_orders_that_no_list_shows_are_looked_up(desk: SyncDesk) -> None:
    desk.orders(
        remote_order("1-1/1", _O.SHIPPED),
        remote_order("1-1/2", _O.SHIPPED),
        remote_order("1-2", payout=None),
        remote_order("1-3"),
        remote_order("1-4", _O.CANCELLED),
    )
    assert look_ups(desk) == []
    desk.next_pass()
    desk.orders(remote_order("1-2", payout=None))
    assert look_ups(desk) == ["1-1"]


def test_an_order_that_cannot_be_had_is_asked_for_after_the_others(desk: SyncDesk) -> None:
    desk.orders(remote_order("1-1/1", _O.SHIPPED), remote_order("1-1/2", _O.SHIPPED))
    desk.orders(remote_order("1-2", _O.SHIPPED), remote_order("1-10", _O.SHIPPED))
    desk.do("DELETE FROM integration.remote_record WHERE external_id = '1-10'")  # of an import
    desk.next_pass()
    assert look_ups(desk) == ["1-10", "1-1", "1-2"]
    for number in ("1-10", "1-1"):
        asyncio.run(desk.store.note_look_up(desk.account, number, desk.cursor))
    assert look_ups(desk) == ["1-2"]
    desk.next_pass()
    assert look_ups(desk) == ["1-2", "1-10", "1-1"]
    before = desk.orders(remote_order("1-1/1", _O.SHIPPED), remote_order("1-10", _O.SHIPPED))
    assert before == SyncCounts(fetched=2, unchanged=2)


def test_what_is_wanted_again_and_cannot_be_had_does_not_stay_first(desk: SyncDesk) -> None:
    bad = BadRecord(RemoteEntity.ORDER, "9-9", "amount “x” is no number: ...", {"amount": "x"})
    desk.orders(bad=(bad,))
    desk.answer(ReviewAnswer.READ_AGAIN)
    desk.next_pass()
    assert look_ups(desk) == ["9-9"]
    asyncio.run(desk.store.note_look_up(desk.account, "9-9", desk.cursor))
    desk.next_pass()
    assert look_ups(desk) == []


def look_ups(desk: SyncDesk) -> list[str]:
    return asyncio.run(desk.store.orders_to_look_up(desk.account, desk.cursor.round or "", 10))


def test_a_listing_that_is_told_after_its_sale_finds_it(known: SyncDesk) -> None:
    known.orders(remote_order("2-1", _O.CONFIRMED, listing_id="late"))
    item, listing = known.order("2-1", "item_id, listing_id")
    assert listing is None
    known.listings(remote_listing("late", order_number="2-1"))
    assert known.rows("SELECT item_id FROM transactions.listing") == [(item,)]
    assert known.order("2-1", "listing_id")[0] is not None


def test_later_pages_of_two_accounts_do_not_mix(known: SyncDesk) -> None:
    other = SyncDesk(known.database)
    other.orders(remote_order("0-0", sold_at=SOLD_AT + timedelta(days=1)))
    assert known.order("0-0", "sold_at") == (SOLD_AT,)
    assert page_of().records == ()
