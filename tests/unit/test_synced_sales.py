"""What a platform's word about a sale means for unit, listing and charges."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.domain.inventory import IN_STOCK, ItemStatus
from soleflip_desktop.domain.marketplace import RemoteCharge
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.synced_sales import (
    SOLD_WAY,
    UNDONE,
    UNIT_STATUS,
    itemised,
    sold_listing_status,
    taken_back,
    unit_status,
    with_residual,
)
from soleflip_desktop.domain.transactions import (
    ChargeKind,
    ChargeSource,
    ListingStatus,
    OrderStatus,
)

_I, _O, _L = ItemStatus, OrderStatus, ListingStatus
CENTS = st.decimals(-1000, 1000, places=2)


@pytest.mark.parametrize(
    ("unit", "old", "new", "after"),
    [
        (_I.AVAILABLE, None, _O.PENDING, _I.SOLD),
        (_I.AVAILABLE, None, _O.CANCELLED, _I.AVAILABLE),
        (_I.RESERVED, None, _O.COMPLETED, _I.COMPLETED),
        (_I.SOLD, _O.PENDING, _O.CONFIRMED, _I.TO_SHIP),
        (_I.PACKED, _O.PENDING, _O.CONFIRMED, _I.PACKED),
        (_I.SHIPPED, _O.PENDING, _O.CONFIRMED, _I.SHIPPED),
        (_I.PACKED, _O.CONFIRMED, _O.CANCELLED, _I.AVAILABLE),
        (_I.SHIPPED, _O.AUTHENTICATING, _O.CANCELLED, _I.SHIPPED),
        (_I.COMPLETED, _O.COMPLETED, _O.RETURNED, _I.RETURN_INCOMING),
        (_I.AVAILABLE, _O.COMPLETED, _O.RETURNED, _I.AVAILABLE),
        (_I.AVAILABLE, _O.RETURNED, _O.REFUNDED, _I.AVAILABLE),
        (_I.AVAILABLE, _O.CANCELLED, _O.CONFIRMED, _I.TO_SHIP),
        (_I.COMPLETED, _O.COMPLETED, _O.SHIPPED, _I.SHIPPED),
        (_I.DELIVERED, _O.COMPLETED, _O.SHIPPED, _I.DELIVERED),
        (_I.LOST, _O.SHIPPED, _O.COMPLETED, _I.LOST),
    ],
)
def test_a_unit_follows_its_sale(
    unit: ItemStatus, old: OrderStatus | None, new: OrderStatus, after: ItemStatus
) -> None:
    assert unit_status(unit, old, new) is after


@given(
    unit=st.sampled_from(ItemStatus),
    old=st.none() | st.sampled_from(OrderStatus),
    new=st.sampled_from(OrderStatus),
)
def test_a_status_comes_from_the_sale_or_stays(
    unit: ItemStatus, old: OrderStatus | None, new: OrderStatus
) -> None:
    after = unit_status(unit, old, new)
    assert after in {unit, UNIT_STATUS[new]}
    if unit not in {*IN_STOCK, *SOLD_WAY, _I.RETURN_INCOMING}:
        assert after is unit
    if unit in IN_STOCK and old is None and new not in UNDONE:
        assert after in SOLD_WAY


def test_only_final_words_are_taken_back() -> None:
    assert taken_back(_O.COMPLETED, _O.CANCELLED)
    assert taken_back(_O.CANCELLED, _O.CONFIRMED)
    assert not taken_back(_O.COMPLETED, _O.RETURNED)
    assert not taken_back(_O.SHIPPED, _O.CONFIRMED)
    assert not taken_back(_O.COMPLETED, _O.COMPLETED)


def test_a_listing_is_matched_then_sold() -> None:
    assert sold_listing_status(_L.ACTIVE, _O.CONFIRMED) is _L.MATCHED
    assert sold_listing_status(_L.MATCHED, _O.COMPLETED) is _L.SOLD
    assert sold_listing_status(_L.SOLD, _O.CONFIRMED) is _L.SOLD
    assert sold_listing_status(_L.ACTIVE, _O.CANCELLED) is _L.ACTIVE


@given(gross=CENTS, payout=CENTS, amounts=st.lists(st.tuples(st.sampled_from(ChargeKind), CENTS)))
def test_sale_price_and_lines_make_the_payout(
    gross: Decimal, payout: Decimal, amounts: list[tuple[ChargeKind, Decimal]]
) -> None:
    told = itemised((RemoteCharge(kind, amount, "x") for kind, amount in amounts), "EUR")
    lines = with_residual(Money(gross, "EUR"), Money(payout, "EUR"), told)
    assert gross + sum(line.amount for line in lines) == payout
    assert len({line.kind for line in lines}) == len(lines)
    assert sum(line.source is ChargeSource.DERIVED for line in lines) <= 1


def test_two_currencies_leave_no_residual() -> None:
    told = itemised([RemoteCharge(ChargeKind.TAX, Decimal("1.005"), "VAT")], "USD")
    assert [line.amount for line in told] == [Decimal("1.01")]
    assert with_residual(Money(Decimal(9), "EUR"), Money(Decimal(8), "USD"), told) == told
    assert with_residual(Money(Decimal(9), "USD"), None, told) == told
