"""Orders of eBay over real HTTP: reach, pages, units, sums, bookings, and what is left out."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.ebay_runs import all_orders, run
from helpers.fakes import faults
from helpers.fakes.ebay import FakeEbay
from helpers.fakes.ebay_books import BUYER, amount, booking, line, order, payout, sale
from helpers.fakes.gate import Saved
from soleflip_desktop.connectors.base import NotSentError, NotThereError
from soleflip_desktop.connectors.ebay.amounts import by_weight
from soleflip_desktop.domain.marketplace import RemoteOrder
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.sync import LoginNeededError
from soleflip_desktop.domain.transactions import ChargeKind, OrderStatus

NOW = datetime.now(UTC).replace(microsecond=0)
A_DAY_AGO = NOW - timedelta(days=1)


def _sum_of(unit: RemoteOrder) -> Decimal:
    return unit.gross.amount + sum((charge.amount for charge in unit.charges), Decimal(0))


def _only(fake: FakeEbay, number: str = "11-1") -> RemoteOrder:
    (unit,) = run(fake, lambda api: api.order(number))
    return unit


def test_one_order_is_one_unit_that_adds_up() -> None:
    with FakeEbay() as fake:
        fake.finances_allowed = False
        fake.add_order(order("11-1", A_DAY_AGO))
        unit = _only(fake)

    assert unit.number == "11-1"
    assert unit.gross == Money(Decimal("156.99"), "EUR")  # price and what the buyer pays for post
    assert [(c.kind, c.amount) for c in unit.charges] == [
        (ChargeKind.SELLER_FEE, Decimal("-20.86"))
    ]
    assert unit.payout == Money(Decimal("136.13"), "EUR")
    assert _sum_of(unit) == unit.payout.amount
    assert unit.variant.size_text == "EU 42.5"
    assert (unit.listing_id, unit.variant.sku) == ("110000000001", "AC1234100EU42")
    assert (unit.buyer_country, unit.buyer_region) == ("DE", None)
    assert unit.ship_by == datetime(2026, 1, 7, 22, 59, 59, tzinfo=UTC)
    assert (unit.status, unit.raw_status) == (
        OrderStatus.CONFIRMED,
        "PAID NOT_STARTED NONE_REQUESTED",
    )
    assert (unit.paid_at, unit.payout_ref) == (None, None)


@pytest.mark.parametrize("with_bookings", [False, True])
def test_several_units_share_to_the_cent(with_bookings: bool) -> None:  # noqa: FBT001
    lines = (
        line("2", price="100.00", quantity=3, delivery="0.01"),
        line("1", price="33.33", delivery="4.99", sku="SF7"),
    )
    with FakeEbay() as fake:
        sold = order("11-2", A_DAY_AGO, *lines)
        fake.add_order(sold, *([sale(sold)] if with_bookings else []))
        units = run(fake, lambda api: api.order("11-2/3"))

    assert [unit.number for unit in units] == [f"11-2/{n}" for n in (1, 2, 3, 4)]
    assert units[0].variant.sku == "SF7"  # by line number, however eBay orders them
    assert [unit.gross.amount for unit in units] == [
        Decimal(text) for text in ("38.32", "33.34", "33.34", "33.33")
    ]
    assert all(unit.payout and _sum_of(unit) == unit.payout.amount for unit in units)
    due = Decimal(sold["paymentSummary"]["totalDueSeller"]["value"])
    assert abs(sum(unit.payout.amount for unit in units if unit.payout) - due) <= Decimal("0.01")


@given(
    st.decimals("-999", "999", places=2),
    st.lists(st.decimals("0", "500", places=2), min_size=1, max_size=9),
)
def test_shares_are_exact_in_sum(whole: Decimal, weights: list[Decimal]) -> None:
    parts = by_weight(whole, weights)

    assert sum(parts) == whole
    assert len(parts) == len(weights)
    assert all(part == part.quantize(Decimal("0.01")) for part in parts)


def test_bookings_give_itemised_fees_and_the_payout() -> None:
    with FakeEbay() as fake:
        sold = order("11-1", A_DAY_AGO)
        sold["lineItems"][0]["lineItemFulfillmentStatus"] = "FULFILLED"
        fake.add_order(
            sold,
            sale(sold),
            booking(sold, "SHIPPING_LABEL", "5.49"),
            booking(sold, "NON_SALE_CHARGE", "3.00", feeType="AD_FEE"),
            booking(sold, "REFUND", "10.00"),
            booking(sold, "CREDIT", "99.00", transactionStatus="FAILED"),
            booking(sold, "NEWKIND", "1.00", bookingEntry="CREDIT"),
        )
        fake.payouts.append(payout("5000000001", NOW))
        unit = _only(fake)

    assert {(c.raw_kind, c.kind, c.amount) for c in unit.charges} == {
        ("FINAL_VALUE_FEE", ChargeKind.SELLER_FEE, Decimal("-20.41")),
        ("FINAL_VALUE_FEE_FIXED_PER_ORDER", ChargeKind.SELLER_FEE, Decimal("-0.45")),
        ("SHIPPING_LABEL", ChargeKind.SHIPPING, Decimal("-5.49")),
        ("AD_FEE", ChargeKind.ADVERTISING, Decimal("-3.00")),
        ("REFUND", ChargeKind.REFUND, Decimal("-10.00")),
        ("NEWKIND", ChargeKind.ADJUSTMENT, Decimal("1.00")),
    }
    assert unit.payout == Money(Decimal("118.64"), "EUR")
    assert _sum_of(unit) == unit.payout.amount
    assert (unit.payout_ref, unit.paid_at) == ("5000000001", NOW)
    assert unit.status is OrderStatus.COMPLETED  # shipped and paid out


def test_a_payout_on_its_way_is_not_paid() -> None:
    with FakeEbay() as fake:
        sold = order("11-1", A_DAY_AGO)
        fake.add_order(sold, sale(sold))
        fake.payouts.append(payout("5000000001", NOW, "INITIATED"))
        unit = _only(fake)

    assert (unit.payout_ref, unit.paid_at) == ("5000000001", None)


def test_refunds_without_bookings_are_charges() -> None:
    with FakeEbay() as fake:
        fake.finances_allowed = False
        sold = fake.add_order(order("11-1", A_DAY_AGO))
        sold["orderPaymentStatus"] = "PARTIALLY_REFUNDED"
        sold["paymentSummary"]["refunds"] = [
            {"amount": amount("20.00"), "refundStatus": "REFUNDED"},
            {"amount": amount("7.00"), "refundStatus": "PENDING"},
        ]
        sold["paymentSummary"]["totalDueSeller"] = amount("116.13")
        unit = _only(fake)

    assert [(c.kind, c.amount) for c in unit.charges][1:] == [
        (ChargeKind.REFUND, Decimal("-20.00"))
    ]
    assert unit.payout
    assert _sum_of(unit) == unit.payout.amount


@pytest.mark.parametrize(
    ("payment", "shipment", "cancel", "status"),
    [
        ("PENDING", "NOT_STARTED", "NONE_REQUESTED", OrderStatus.PENDING),
        ("FAILED", "NOT_STARTED", "NONE_REQUESTED", OrderStatus.PENDING),
        ("PAID", "IN_PROGRESS", "IN_PROGRESS", OrderStatus.CONFIRMED),
        ("PAID", "FULFILLED", "NONE_REQUESTED", OrderStatus.SHIPPED),
        ("FULLY_REFUNDED", "FULFILLED", "NONE_REQUESTED", OrderStatus.REFUNDED),
        ("PAID", "NOT_STARTED", "CANCELED", OrderStatus.CANCELLED),
        ("NEWPAYMENT", "FULFILLED", "NONE_REQUESTED", None),
        ("PAID", "NEWSHIPMENT", "NONE_REQUESTED", None),
        ("PAID", "FULFILLED", "NEWCANCEL", None),
    ],
)
def test_words_of_ebay(
    payment: str, shipment: str, cancel: str, status: OrderStatus | None
) -> None:
    with FakeEbay() as fake:
        sold = fake.add_order(order("11-1", A_DAY_AGO))
        sold["orderPaymentStatus"] = payment
        sold["lineItems"][0]["lineItemFulfillmentStatus"] = shipment
        sold["cancelStatus"]["cancelState"] = cancel
        sold["newKey"] = {"unknown": [1]}
        sold["lineItems"][0]["title"] = None
        unit = _only(fake)

    assert unit.status is status
    assert unit.raw_status == f"{payment} {shipment} {cancel}"
    assert (unit.payout is None) == (payment in {"PENDING", "FAILED", "NEWPAYMENT"})


def test_moments_are_utc_however_ebay_writes_them() -> None:
    with FakeEbay() as fake:
        sold = fake.add_order(order("11-1", A_DAY_AGO))
        sold["creationDate"] = "2026-01-05T11:00:00.000+01:00"
        unit = _only(fake)
    assert unit.sold_at.isoformat() == "2026-01-05T10:00:00+00:00"


def test_behind_an_authenticity_check_stands_the_buyers_country() -> None:
    with FakeEbay() as fake:
        sold = fake.add_order(order("11-1", A_DAY_AGO))
        sold["fulfillmentStartInstructions"][0]["finalDestinationAddress"] = {"countryCode": "AT"}
        assert _only(fake).buyer_country == "AT"
        sold["fulfillmentStartInstructions"] = []
        assert _only(fake).buyer_country is None  # after 90 days eBay has forgotten


def test_nobodys_data_is_kept() -> None:
    with FakeEbay() as fake:
        sold = fake.add_order(order("11-1", A_DAY_AGO, line("1"), line("2")))
        spoilt = fake.add_order(order("11-2", A_DAY_AGO))
        del spoilt["lineItems"][0]["lineItemCost"]["value"]
        fake.transactions.append(sale(sold))
        units, bad, _ = run(fake, all_orders)
    text = repr(units) + json.dumps([*(u.raw for u in units), *(b.raw for b in bad)]) + repr(bad)

    assert len(units) == 2
    assert len(bad) == 1
    for planted in BUYER.values():
        assert planted not in text
    assert [one["lineItemId"] for one in units[0].raw["lineItems"]] == ["1"]  # its own line only


def test_a_bad_order_does_not_spoil_its_page() -> None:
    with FakeEbay() as fake:
        for number in ("11-1", "11-2", "11-3"):
            fake.add_order(order(number, A_DAY_AGO))
        fake.orders["11-2"]["creationDate"] = fake.orders["11-1"]["creationDate"]
        fake.orders["11-2"]["lineItems"][0]["lineItemCost"]["value"] = "many"
        fake.orders["11-3"]["lineItems"] = []
        units, bad, pages = run(fake, all_orders)

    assert [unit.number for unit in units] == ["11-1"]
    assert {entry.external_id for entry in bad} == {"11-2", "11-3"}
    assert "lineItemCost.value" in bad[0].message
    assert pages[0].total == 1  # what can be seen, so that no page is read again for them


@pytest.mark.parametrize("value", ["1e30", "NaN", "1E+999999"])
def test_an_amount_that_nothing_costs_does_not_spoil_its_page(value: str) -> None:
    with FakeEbay() as fake:
        for number in ("11-1", "11-2"):
            fake.add_order(order(number, A_DAY_AGO))
        fake.orders["11-1"]["lineItems"][0]["lineItemCost"]["value"] = value
        units, bad, _ = run(fake, all_orders)
    assert ([unit.number for unit in units], [b.external_id for b in bad]) == (["11-2"], ["11-1"])


def test_bad_orders_without_a_number_are_told_apart() -> None:
    with FakeEbay() as fake:
        for number in ("11-1", "11-2"):
            del fake.add_order(order(number, A_DAY_AGO))["orderId"]
        _, bad, _ = run(fake, all_orders)
    assert len({record.external_id for record in bad}) == 2


def test_a_broken_key_for_bookings_stops_nothing() -> None:
    with FakeEbay() as fake:
        sold = order("11-1", A_DAY_AGO)
        fake.add_order(sold, sale(sold))
        broken = {"signing_key_jwe": "jwe", "signing_private_key": "broken"}
        units, bad, _ = run(fake, all_orders, fake.credentials() | broken)
    assert (len(units), bad) == (1, [])


def test_all_of_two_years_by_quarters_and_pages() -> None:
    with FakeEbay() as fake:
        for n in range(230):
            fake.add_order(order(f"11-{n:03}", NOW - timedelta(hours=n + 1)))
        for n, days in enumerate((89, 91, 180, 300, 720)):
            fake.add_order(order(f"12-{n}", NOW - timedelta(days=days)))
        fake.add_order(order("13-0", NOW - timedelta(days=900)))
        units, _, pages = run(fake, all_orders)
        filters = [r.query["filter"] for r in fake.requests("/order$")]

    assert {unit.number for unit in units} == fake.orders.keys() - {"13-0"}
    assert pages[0].ends_part is False
    assert (pages[1].ends_part, pages[1].total) == (True, 231)
    assert len({page.part for page in pages}) == 9
    assert all(page.restart is not None for page in pages if page.ends_part)
    assert filters[0].endswith("..]")
    assert all(text.startswith("creationdate:[") for text in filters)


def test_changes_are_one_part_and_their_filter_is_encoded() -> None:
    since = NOW - timedelta(hours=2)
    with FakeEbay() as fake:
        fake.add_order(order("11-1", NOW - timedelta(days=30), changed=NOW - timedelta(hours=1)))
        fake.add_order(order("11-2", NOW - timedelta(days=30)))
        units, _, pages = run(fake, lambda api: all_orders(api, since))
        raw = next(r for r in fake.requests("/order$"))

    assert [unit.number for unit in units] == ["11-1"]
    assert [(page.part, page.next) for page in pages] == [("changed", None)]
    assert raw.query["filter"] == f"lastmodifieddate:[{since:%Y-%m-%dT%H:%M:%S}.000Z..]"
    assert urlsplit(raw.path).query == ""


def test_a_total_counts_units_where_orders_have_several() -> None:
    with FakeEbay() as fake:
        fake.add_order(order("11-1", A_DAY_AGO, line("1", quantity=2), line("2")))
        fake.add_order(order("11-2", A_DAY_AGO))
        units, _, pages = run(fake, lambda api: all_orders(api, NOW - timedelta(days=3)))

    assert pages[-1].total == len(units) == 4


def test_bookings_of_a_page_are_asked_for_together() -> None:
    with FakeEbay() as fake:
        for n in range(150):
            sold = order(f"11-{n:03}", NOW - timedelta(hours=n + 1))
            fake.add_order(sold, sale(sold, f"50{n % 10}"))
        fake.payouts += [payout(f"50{n}", NOW) for n in range(10)]
        units, _, _ = run(fake, all_orders)
        bookings, payouts = fake.requests("/transaction$"), fake.requests("/payout$")

    assert (len(bookings), len(payouts)) == (1, 1)
    assert {unit.payout_ref for unit in units} == {f"50{n}" for n in range(10)}
    assert all(unit.paid_at for unit in units)


def test_a_key_is_made_once_where_ebay_wants_signatures() -> None:
    saved = Saved()
    with FakeEbay() as fake:
        fake.needs_signature = True
        sold = order("11-1", A_DAY_AGO)
        fake.add_order(sold, sale(sold))
        (first,) = run(fake, lambda api: api.order("11-1"), saved=saved)
        kept = saved.credentials[-1]
        (second,) = run(fake, lambda api: api.order("11-1"), {**kept})
        made = fake.requests("signing_key")

    assert first.payout_ref == second.payout_ref == "5000000001"
    assert len(made) == 1
    assert kept["signing_key_jwe"]
    assert kept["refresh_token"] == fake.refresh_token  # nothing else was lost by it


def test_a_renewed_token_and_a_new_key_are_stored_together() -> None:
    saved = Saved()
    with FakeEbay() as fake:
        fake.needs_signature = True
        fake.add_order(order("11-1", A_DAY_AGO))

        async def work(api: object) -> None:
            await api.order("11-1")  # type: ignore[attr-defined]  # an EbayApi
            fake.expire_tokens()
            await api.order("11-1")  # type: ignore[attr-defined]  # an EbayApi

        run(fake, work, saved=saved)

    assert saved.credentials[-1]["signing_private_key"]
    assert saved.credentials[-1]["access_token"] in fake._tokens


def test_no_finances_is_said_once_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with FakeEbay() as fake, caplog.at_level(logging.INFO):
        fake.finances_allowed = False
        for n in range(3):
            fake.add_order(order(f"11-{n}", NOW - timedelta(days=100 * n + 1)))
        units, _, _ = run(fake, all_orders)
        asked = fake.requests("/transaction$")

    assert len(units) == 3
    assert len(asked) == 1
    assert len([r for r in caplog.records if "no bookings" in r.message]) == 1


def test_trouble_of_finances_does_not_fail_the_page() -> None:
    with FakeEbay() as fake:
        sold = order("11-1", A_DAY_AGO)
        fake.add_order(sold, sale(sold))
        fake.faults.add(faults.html(503), path="/transaction", times=None)
        unit = _only(fake)

    assert unit.payout == Money(Decimal("136.13"), "EUR")
    assert unit.payout_ref is None


def test_tokens_that_expire_in_the_middle_are_renewed_once() -> None:
    with FakeEbay() as fake:
        for n in range(450):
            fake.add_order(order(f"11-{n:03}", NOW - timedelta(minutes=n + 1)))
        fake.after_page.append(fake.expire_tokens)
        units, _, _ = run(fake, all_orders)

    assert len(units) == 450
    assert fake.refreshes == 1


def test_a_revoked_login_is_told_in_words() -> None:
    with FakeEbay() as fake:
        credentials = fake.credentials(fresh=False)
        fake.refresh_token = "another"
        with pytest.raises(LoginNeededError, match="Connect the account again") as caught:
            run(fake, lambda api: api.check(), credentials)
    assert credentials["refresh_token"] not in str(caught.value)


def test_an_order_that_moves_between_pages_is_missed_by_the_count() -> None:
    with FakeEbay() as fake:
        for n in range(300):
            fake.add_order(order(f"11-{n:03}", NOW - timedelta(hours=n + 1)))
        fake.after_page.append(lambda: fake.orders.pop("11-299"))  # of the first page
        units, _, pages = run(fake, lambda api: all_orders(api, NOW - timedelta(days=30)))

    assert len({unit.number for unit in units} - {"11-299"}) == 298  # one slipped through
    assert pages[-1].total == 299
    assert pages[-1].restart == {**(pages[0].next or {}), "offset": 0, "surplus": 0}


def test_stumbling_pages_are_asked_again() -> None:
    with FakeEbay() as fake:
        fake.add_order(order("11-1", A_DAY_AGO))
        fake.faults.add(faults.too_many(retry_after=2), path="/order", times=1)
        fake.faults.add(faults.html(503), path="/order", times=1)
        fake.faults.add(faults.half_body(), path="/order", times=1)
        errors = {"errors": [{"errorId": 30500, "message": "system error"}]}
        fake.faults.add(faults.status(500, errors), path="/order", times=1)
        units, _, _ = run(fake, lambda api: all_orders(api, NOW - timedelta(days=3)))

    assert [unit.number for unit in units] == ["11-1"]


def test_a_used_up_quota_ends_the_page() -> None:
    with FakeEbay() as fake:
        fake.faults.add(faults.too_many(retry_after=40_000), path="/order", times=None)
        with pytest.raises(NotSentError) as caught:
            run(fake, all_orders)
    assert caught.value.retry_after_s == 40_000


def test_an_unknown_order_is_not_there() -> None:
    with FakeEbay() as fake, pytest.raises(NotThereError):
        run(fake, lambda api: api.order("99-9"))


def test_check_and_quotas() -> None:
    with FakeEbay() as fake:
        assert run(fake, lambda api: api.check()) == ""
        fake.add_order(order("11-1", A_DAY_AGO))
        assert run(fake, lambda api: api.check()) == "test_seller"
        (quota,) = run(fake, lambda api: api.quotas())

    assert quota.limit == 100_000
    assert quota.resets_at == datetime(2026, 11, 24, 8, tzinfo=UTC)
