"""Amounts: exact, rounded half-up, and never added across currencies."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.domain.money import Money, margin_pct, roi_pct, round_cents, totals

AMOUNTS = st.decimals("-9999999999.99", "9999999999.99", places=2)
LONG_AMOUNTS = st.decimals("-999999", "999999", places=6)
CURRENCIES = st.sampled_from(["EUR", "USD", "GBP", "JPY"])
MONIES = st.builds(Money, AMOUNTS, CURRENCIES)


@given(AMOUNTS, AMOUNTS, CURRENCIES)
def test_one_currency_adds_exactly(one: Decimal, other: Decimal, currency: str) -> None:
    total = Money(one, currency) + Money(other, currency)
    assert Fraction(total.amount) == Fraction(one) + Fraction(other)
    assert total.currency == currency


@given(MONIES, MONIES)
def test_two_currencies_never_add(one: Money, other: Money) -> None:
    if one.currency == other.currency:
        assert one + other == other + one
    else:
        with pytest.raises(ValueError, match=f"{one.currency} and {other.currency}"):
            one + other


@given(st.lists(MONIES))
def test_totals_are_one_sum_for_each_currency(monies: list[Money]) -> None:
    sums = totals(monies)
    assert list(sums) == list(dict.fromkeys(money.currency for money in monies))
    for currency, total in sums.items():
        parts = [Fraction(money.amount) for money in monies if money.currency == currency]
        assert Fraction(total) == sum(parts)


@given(LONG_AMOUNTS)
def test_rounding_moves_by_half_a_cent_at_most(amount: Decimal) -> None:
    rounded = round_cents(amount)
    assert rounded.as_tuple().exponent == -2
    assert abs(rounded - amount) <= Decimal("0.005")
    assert round_cents(-amount) == -rounded
    assert round_cents(rounded) == rounded


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("2.675", "2.68"),
        ("2.665", "2.67"),
        ("0.0049999", "0.00"),
        ("1", "1.00"),
        ("217.7085", "217.71"),
    ],
)
def test_halves_go_away_from_zero(amount: str, cents: str) -> None:
    assert str(round_cents(Decimal(amount))) == cents


@pytest.mark.parametrize(
    ("cost", "sale", "margin"),
    [("85", "100", "15.00"), ("100", "100", "0.00"), ("150", "100", "-50.00"), ("1", "3", "66.67")],
)
def test_margin_is_a_share_of_the_sale(cost: str, sale: str, margin: str) -> None:
    assert margin_pct(Decimal(cost), Decimal(sale)) == Decimal(margin)


@pytest.mark.parametrize(
    ("cost", "profit", "roi"),
    [("100", "25", "25.00"), ("80", "-20", "-25.00"), ("3", "1", "33.33")],
)
def test_roi_is_a_share_of_the_cost(cost: str, profit: str, roi: str) -> None:
    assert roi_pct(Decimal(cost), Decimal(profit)) == Decimal(roi)


def test_nothing_is_no_base_for_a_share() -> None:
    assert margin_pct(Decimal(5), Decimal(0)) is None
    assert roi_pct(Decimal(0), Decimal(5)) is None


@given(LONG_AMOUNTS.filter(bool), LONG_AMOUNTS)
def test_shares_are_rounded_like_amounts(base: Decimal, part: Decimal) -> None:
    exact = Fraction(part) / Fraction(base) * 100
    roi = roi_pct(base, part)
    assert roi is not None
    assert abs(Fraction(roi) - exact) <= Fraction(1, 200) + Fraction(1, 10**12)
