"""StockX's answers as our values: the examples of marketplaces.md 11.2, and recorded answers."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.connectors.reading import amount_of, readable
from soleflip_desktop.connectors.stockx import mapping
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.sizes import SizeSystem, parse_size
from soleflip_desktop.domain.transactions import ChargeKind, ListingStatus, OrderStatus

_CONTRACTS = Path(__file__).parents[3] / "shared" / "contracts" / "stockx"
_PRODUCT = {
    "productId": "00000000-0000-4000-8000-0000000000a1",
    "productName": "Acme Runner Low White Black",
    "styleId": "AC1234-100",
}
_VARIANT = {
    "variantId": "00000000-0000-4000-8000-0000000000b1",
    "variantName": "Acme-Runner-Low-White-Black:0",
    "variantValue": "9",
}
_ORDER: dict[str, Any] = {
    "orderNumber": "323000001-323000101",
    "listingId": "00000000-0000-4000-8000-0000000000c1",
    "amount": "150",
    "currencyCode": "EUR",
    "status": "CREATED",
    "createdAt": "2026-01-06T08:00:00.000Z",
    "product": _PRODUCT,
    "variant": _VARIANT,
    "payout": {
        "totalPayout": "127.50",
        "salePrice": "150",
        "totalAdjustments": "-22.50",
        "currencyCode": "EUR",
        "adjustments": [
            {"adjustmentType": "Transaction Fee (9%)", "amount": "-13.50", "percentage": "0.09"},
            {"adjustmentType": "Payment Proc. (3%)", "amount": "-4.50", "percentage": "0.03"},
            {"adjustmentType": "Shipping", "amount": "-4.50", "percentage": "0"},
        ],
    },
    "shipment": {
        "shipByDate": "2026-01-09T23:59:59.000Z",
        "trackingNumber": "1Z0000000000000001",
        "trackingUrl": "https://example.invalid/t",
        "carrierCode": "UPS",
        "shippingLabelUrl": "https://example.invalid/label.pdf?sig=x",
        "shippingDocumentUrl": "https://example.invalid/shipping-document/S-600000001",
    },
}
_LISTING: dict[str, Any] = {
    "listingId": "00000000-0000-4000-8000-0000000000c1",
    "status": "ACTIVE",
    "amount": "150.0000",
    "currencyCode": "EUR",
    "createdAt": "2026-01-05T10:00:00.000Z",
    "batch": None,
    "ask": {"askId": "14000000000000000001", "askExpiresAt": "2027-01-05T10:00:00.000Z"},
    "order": None,
    "product": _PRODUCT,
    "variant": _VARIANT,
}


def test_an_order_in_full() -> None:
    order = mapping.order_of(_ORDER)
    assert order.number == "323000001-323000101"
    assert order.status is OrderStatus.CONFIRMED
    assert order.gross == Money(Decimal(150), "EUR")
    assert order.payout == Money(Decimal("127.50"), "EUR")
    assert order.gross.amount + sum(c.amount for c in order.charges) == order.payout.amount
    assert [charge.kind for charge in order.charges] == [
        ChargeKind.SELLER_FEE,
        ChargeKind.PAYMENT_PROCESSING,
        ChargeKind.SHIPPING,
    ]
    assert order.variant.style_code == "AC1234-100"
    assert order.ship_by is not None
    assert order.sold_at.isoformat() == "2026-01-06T08:00:00+00:00"


def test_nothing_that_names_a_parcel_is_kept() -> None:
    with_buyer = {**_ORDER, "buyerAddress": {"name": "Somebody"}, "amount": Decimal("150.5")}
    kept = json.dumps(mapping.order_of(with_buyer).raw)
    assert "1Z0000000000000001" not in kept
    assert "label.pdf" not in kept
    assert "Somebody" not in kept
    assert "UPS" in kept


def test_a_list_may_leave_the_payout_out() -> None:
    order = mapping.order_of({**_ORDER, "payout": None, "shipment": None})
    assert (order.payout, order.charges, order.ship_by) == (None, (), None)


def test_words_that_came_later_stay_raw() -> None:
    order = mapping.order_of({**_ORDER, "status": "NEWSTATUS", "more": {"x": 1}})
    assert (order.status, order.raw_status, order.raw["more"]) == (None, "NEWSTATUS", {"x": 1})
    listing = mapping.listing_of({**_LISTING, "status": "ODD"})
    assert (listing.status, listing.raw_status) == (None, "ODD")


def test_a_listing() -> None:
    listing = mapping.listing_of(_LISTING)
    assert listing.ask == Money(Decimal(150), "EUR")
    assert listing.status is ListingStatus.ACTIVE
    assert listing.variant.variant_id == _VARIANT["variantId"]
    assert listing.expires_at is not None
    bare = {"listingId": "L-1", "status": "INACTIVE", "amount": None, "currencyCode": None}
    assert mapping.listing_of({**bare, "ask": None, "product": None, "variant": None}).ask is None


def test_every_documented_status_has_one_of_ours() -> None:
    """marketplaces.md 1.6; UNKNOWN is StockX's own word for that."""
    documented = (
        "CREATED CCAUTHORIZATIONFAILED SHIPPED RECEIVED AUTHENTICATING AUTHENTICATED PAYOUTPENDING "
        "PAYOUTCOMPLETED SYSTEMFULFILLED PAYOUTFAILED SUSPENDED PENDING DONOTSHIP AUTHFAILED "
        "DIDNOTSHIP CANCELED COMPLETED RETURNED"
    )
    assert set(mapping.ORDER_STATUS) == set(documented.split())
    listings = {"INACTIVE", "ACTIVE", "DELETED", "CANCELED", "MATCHED", "COMPLETED"}
    assert set(mapping.LISTING_STATUS) == listings


@pytest.mark.parametrize(
    ("wording", "kind"),
    [
        ("Minimum Transaction Fee", ChargeKind.SELLER_FEE),
        ("MinTransactionFee", ChargeKind.SELLER_FEE),
        ("Transaction Fee (8.5%)", ChargeKind.SELLER_FEE),
        ("Payment Proc. (3%)", ChargeKind.PAYMENT_PROCESSING),
        ("Shipping", ChargeKind.SHIPPING),
        ("InPersonDropOff", ChargeKind.SHIPPING),
        ("VAT (19%)", ChargeKind.TAX),
        ("Sales Tax", ChargeKind.TAX),
        ("Quick Ship Bonus", ChargeKind.ADJUSTMENT),
        ("", ChargeKind.ADJUSTMENT),
    ],
)
def test_adjustments_by_their_wording(wording: str, kind: ChargeKind) -> None:
    assert mapping.charge_kind(wording) is kind


def test_two_adjustments_of_a_kind_are_two_charges() -> None:
    lines = [{"adjustmentType": "Shipping", "amount": a} for a in ("-4.50", "2.00", None, "0")]
    payout = {"totalPayout": "147.50", "currencyCode": "EUR", "adjustments": lines}
    charges = mapping.order_of({**_ORDER, "payout": payout}).charges
    assert [charge.amount for charge in charges] == [Decimal("-4.50"), Decimal(2)]


@pytest.mark.parametrize(
    ("size", "kind", "text", "system", "value"),
    [
        ("9", "us m", "US M 9", SizeSystem.US_M, "9"),
        ("4.5", "us m", "US M 4.5", SizeSystem.US_M, "4.5"),
        ("9.5W", "us w", "US W 9.5", SizeSystem.US_W, "9.5"),
        ("5W", "us w", "US W 5", SizeSystem.US_W, "5"),
        ("10.5", "us w", "US W 10.5", SizeSystem.US_W, "10.5"),
        ("5Y", "us y", "US Y 5", SizeSystem.US_Y, "5"),
        ("5Y", "us m", "US Y 5", SizeSystem.US_Y, "5"),
        ("6.5Y", None, "US Y 6.5", SizeSystem.US_Y, "6.5"),
        ("5C", "us td", "US C 5", SizeSystem.US_C, "5"),
        ("8", "uk", "UK 8", SizeSystem.UK, "8"),
        ("42.5", "eu", "EU 42.5", SizeSystem.EU, "42.5"),
        ("42 2/3", "eu", "EU 42 2/3", SizeSystem.EU, "42 2/3"),
        ("27", "cm", "CM 27", SizeSystem.JP_CM, "27"),
        ("270", "kr", "KR 270", SizeSystem.KR_MM, "270"),
        ("XL", "us m", "XL", SizeSystem.ALPHA, "XL"),
        ("OS", "us", "OS", SizeSystem.ONE_SIZE, "one size"),
        ("34W/32L", "us m", "34W/32L", SizeSystem.WAIST_LENGTH, "34x32"),
    ],
)
def test_sizes_are_read_with_certainty(
    size: str, kind: str | None, text: str, system: SizeSystem, value: str
) -> None:
    assert mapping.size_text(size, kind) == text
    parsed = parse_size(text)
    assert (parsed.system, parsed.value, parsed.confidence) == (system, value, Decimal(1))


@pytest.mark.parametrize("size", ["9", "M9/W11", "34W", "Mystery"])
def test_what_is_not_certain_stays_as_printed(size: str) -> None:
    assert mapping.size_text(size) == size


def test_no_size_is_none() -> None:
    assert mapping.size_text(None, "us m") is None
    assert mapping.size_text(" ") is None


def test_a_bad_record_names_field_value_and_remedy() -> None:
    rows = [_ORDER, {**_ORDER, "orderNumber": "2-2", "amount": "soon"}, {"status": "X"}, "junk"]
    good, bad = mapping.ORDERS.read_all(rows, mapping.order_of)
    assert [order.number for order in good] == ["323000001-323000101"]
    assert bad[0].external_id == "2-2"
    assert "“soon” as amount of order 2-2" in bad[0].message
    assert "read it again" in bad[0].message
    assert [record.external_id[:8] for record in bad[1:]] == ["unnamed-", "unnamed-"]
    again = mapping.ORDERS.read_all(rows, mapping.order_of)[1]
    assert [record.external_id for record in again] == [record.external_id for record in bad]


def test_prices_are_never_zero() -> None:
    row = {"variantId": "V", "lowestAskAmount": "0", "highestBidAmount": "12", "earnMoreAmount": ""}
    price = mapping.price_of({**row, "sellFasterAmount": "-1"}, "P", "EUR")
    assert price.sell_faster is None
    assert (price.lowest_ask, price.earn_more, price.highest_bid) == (None, None, Decimal(12))
    assert (price.currency, price.variant.product_id) == ("EUR", "P")


def test_the_prices_of_our_way_of_delivery_come_first() -> None:
    block = {"lowestAsk": "142", "highestBidAmount": None, "sellFaster": "131", "earnMore": None}
    row = {"variantId": "V", "lowestAskAmount": "139", "highestBidAmount": "120"}
    price = mapping.price_of({**row, "standardMarketData": block}, "P", "EUR")
    assert (price.lowest_ask, price.highest_bid) == (Decimal(142), Decimal(120))


@given(st.decimals(-(10**9), 10**9, places=2))
def test_amounts_stay_exact_however_they_are_written(amount: Decimal) -> None:
    for written in (amount, str(amount), f" {amount} ", f"{amount}00"):
        assert amount_of(written) == amount


@given(st.text(max_size=20) | st.booleans() | st.floats() | st.lists(st.integers(), max_size=2))
def test_no_amount_is_none_or_an_error(value: object) -> None:
    try:
        amount = amount_of(value)
    except ValueError:
        return
    assert amount is None or amount.is_finite()


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e40", "1e-40", True, 1.5, "12,50", [1]])
def test_nonsense_is_no_amount(value: object) -> None:
    with pytest.raises(ValueError, match=r"amount|number"):
        amount_of(value)


def test_whole_units_with_zeros_are_the_same_amount() -> None:
    assert str(amount_of("76.0000")) == "76.00"


def _recorded(name: str) -> Any:
    path = _CONTRACTS / name
    if not path.is_file():
        pytest.skip(f"../shared is not here: {path} is missing")
    return json.loads(path.read_text(), parse_float=Decimal)["response"]


@pytest.mark.shared
def test_recorded_search() -> None:
    found = _recorded("01_catalog_search.json")["products"]
    products = readable(found, mapping.product_of)
    assert len(products) == len(found)
    assert all(product.name and product.style_code for product in products)
    assert products[0].retail == Money(Decimal(115), "USD")


@pytest.mark.shared
def test_recorded_product() -> None:
    product = mapping.product_of(_recorded("02_product_details.json"))
    assert product.release_date is not None
    assert product.colourway == "White/Black"


@pytest.mark.shared
def test_recorded_variants_have_certain_sizes() -> None:
    rows = _recorded("03_product_variants.json")
    variants = readable(rows, mapping.variant_of)
    assert len(variants) == len(rows)
    for row, variant in zip(rows, variants, strict=True):
        parsed = parse_size(variant.size_text)
        assert (parsed.confidence, parsed.system) == (Decimal(1), SizeSystem.US_M)
        assert parsed.value == row["variantValue"]


@pytest.mark.shared
def test_recorded_market_data() -> None:
    price = mapping.price_of(_recorded("05_market_data.json"), "P", "EUR")
    assert price.currency == "GBP"
    assert (price.lowest_ask, price.highest_bid) == (None, Decimal(27))
    assert (price.sell_faster, price.earn_more) == (Decimal(59), Decimal(100))
