"""Which currencies are offered, and which one comes first. Nothing here converts anything."""

from __future__ import annotations

from collections.abc import Iterable

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.marketplace import Marketplace

#: What resellers count in, in the order in which lists offer it.
USUAL_CURRENCIES = (
    *("EUR", "USD", "GBP", "CHF", "PLN", "SEK", "DKK", "NOK", "CZK"),
    *("JPY", "KRW", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN"),
)
#: Payout currencies: of StockX those stated as available (marketplaces.md 1.6), alias counts in US
#: dollars wherever it sells (2.3), eBay in those of its sites.
PAYOUT_CURRENCIES: dict[Marketplace, tuple[str, ...]] = {
    Marketplace.STOCKX: (
        *("EUR", "USD", "GBP", "CHF", "AUD", "CAD"),
        *("HKD", "JPY", "KRW", "MXN", "NZD", "SGD"),
    ),
    Marketplace.EBAY: ("EUR", "GBP", "USD", "CHF", "PLN", "CAD", "AUD"),
    Marketplace.ALIAS: ("USD",),
}
_LETTERS = 3


def currency_code(text: str) -> str:
    """The code in capitals. Raises UserError for what is no three letters."""
    code = text.strip().upper()
    if len(code) != _LETTERS or not (code.isascii() and code.isalpha()):
        raise UserError(f"“{text.strip()}” is not a currency: enter three letters like EUR.")
    return code


def with_first(codes: Iterable[str], first: str | None) -> tuple[str, ...]:
    """The codes in their order, but `first` before all others, whether it was among them or not."""
    return tuple(dict.fromkeys((first, *codes) if first else codes))


def first_payout_currency(marketplace: Marketplace, base: str | None) -> str:
    """The base currency where the marketplace pays out in it, else what is usual there."""
    offered = PAYOUT_CURRENCIES[marketplace]
    return base if base in offered else offered[0]
