"""What can be chosen for an account, named in the user's language where Babel knows the names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale, numbers

from soleflip_desktop.domain.currencies import PAYOUT_CURRENCIES, first_payout_currency
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.sync import AccountSettings

#: alias' numbers of its regions (marketplaces.md 2.3).
REGIONS = (
    ("", "as alias decides"),
    ("1", "United States"),
    ("2", "European Union"),
    ("3", "United Kingdom"),
    ("4", "Australia"),
    ("5", "Canada"),
    ("6", "Japan"),
)


@dataclass(frozen=True, slots=True)
class Site:
    """One of eBay's national sites: its marketplace id and what is usual there."""

    name: str
    language: str
    currency: str

    @property
    def territory(self) -> str:
        return self.name.rpartition("_")[2]


SITES = (
    Site("EBAY_DE", "de-DE", "EUR"),
    Site("EBAY_AT", "de-AT", "EUR"),
    Site("EBAY_CH", "de-CH", "CHF"),
    Site("EBAY_FR", "fr-FR", "EUR"),
    Site("EBAY_IT", "it-IT", "EUR"),
    Site("EBAY_ES", "es-ES", "EUR"),
    Site("EBAY_NL", "nl-NL", "EUR"),
    Site("EBAY_PL", "pl-PL", "PLN"),
    Site("EBAY_IE", "en-IE", "EUR"),
    Site("EBAY_GB", "en-GB", "GBP"),
    Site("EBAY_US", "en-US", "USD"),
    Site("EBAY_CA", "en-CA", "CAD"),
    Site("EBAY_AU", "en-AU", "AUD"),
)
#: What a new offer at eBay needs, by its name in `AccountSettings.policies`; the last is optional.
POLICIES = (
    ("fulfillment_policy", "Shipping policy", "number, needed for new listings"),
    ("payment_policy", "Payment policy", "number, needed for new listings"),
    ("return_policy", "Return policy", "number, needed for new listings"),
    ("location", "Location key", "of the place you ship from, needed for new listings"),
    ("category", "Category number", "such as 15709, needed for new listings"),
    ("image_url", "Picture address", "https://… for listings that have no picture yet"),
)

Choices = Sequence[tuple[str, str]]


def currency_choices(marketplace: Marketplace, chosen: str, locale: str) -> Choices:
    """Codes with their names: ("EUR", "Euro (EUR)"). What is chosen is always among them."""
    codes = PAYOUT_CURRENCIES[marketplace]
    codes = codes if chosen in codes else (*codes, chosen)
    return [(code, f"{numbers.get_currency_name(code, locale=locale)} ({code})") for code in codes]


def site_choices(locale: str) -> Choices:
    names = Locale.parse(locale).territories
    return [(site.name, f"{names.get(site.territory, site.territory)}") for site in SITES]


def language_choices(locale: str) -> Choices:
    """The languages of the sites, as locales: ("de-DE", "German (Germany)")."""
    tags = dict.fromkeys(site.language for site in SITES)
    return [
        (tag, Locale.parse(tag, sep="-").get_display_name(Locale.parse(locale)) or tag)
        for tag in tags
    ]


def first_settings(marketplace: Marketplace, base: str | None = None) -> AccountSettings:
    """What a new account begins with; `base` is the base currency, where one is chosen."""
    return AccountSettings(currency=first_payout_currency(marketplace, base))
