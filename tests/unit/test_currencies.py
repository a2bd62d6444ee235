"""Which currency is suggested."""

from __future__ import annotations

import pytest

from soleflip_desktop.domain.currencies import (
    USUAL_CURRENCIES,
    currency_code,
    first_payout_currency,
    with_first,
)
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.marketplace import Marketplace


@pytest.mark.parametrize(("text", "code"), [("EUR", "EUR"), (" chf ", "CHF")])
def test_a_code_is_three_letters(text: str, code: str) -> None:
    assert currency_code(text) == code


@pytest.mark.parametrize("text", ["", "€", "EURO", "E1R", "ÄÖÜ"])
def test_anything_else_is_told(text: str) -> None:
    with pytest.raises(UserError, match="three letters like EUR"):
        currency_code(text)


@pytest.mark.parametrize(
    ("first", "expected"),
    [(None, ("EUR", "USD")), ("USD", ("USD", "EUR")), ("THB", ("THB", "EUR", "USD"))],
)
def test_the_base_currency_comes_first(first: str | None, expected: tuple[str, ...]) -> None:
    assert with_first(("EUR", "USD"), first) == expected


@pytest.mark.parametrize(
    ("marketplace", "base", "expected"),
    [
        (Marketplace.STOCKX, "CHF", "CHF"),
        (Marketplace.STOCKX, "PLN", "EUR"),
        (Marketplace.EBAY, "PLN", "PLN"),
        (Marketplace.ALIAS, "EUR", "USD"),
        (Marketplace.EBAY, None, "EUR"),
    ],
)
def test_payouts_come_in_what_the_marketplace_pays(
    marketplace: Marketplace, base: str | None, expected: str
) -> None:
    assert first_payout_currency(marketplace, base) == expected


def test_no_usual_currency_stands_twice() -> None:
    assert len(set(USUAL_CURRENCIES)) == len(USUAL_CURRENCIES)
