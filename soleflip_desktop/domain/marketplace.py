"""What marketplaces tell us, in our own words: the values that every connector produces.

A connector translates its platform's answers into these; nothing above it knows how a platform
spells things. Amounts are Decimals in major units with their currency, instants aware UTC. What a
source says in a word that we do not know stays beside ours: `raw_status`, `raw`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

from soleflip_desktop.domain.catalog import IdentifierScheme
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.transactions import ChargeKind, ListingStatus, OrderStatus

T = TypeVar("T")

#: JSON as a source sent it, without personal data.
Raw = Mapping[str, Any]


class Marketplace(StrEnum):
    """A platform with an API of ours; the slug of its row in system.platform."""

    STOCKX = "stockx"
    EBAY = "ebay"
    ALIAS = "alias"


MARKETPLACE_NAMES: Mapping[Marketplace, str] = {
    Marketplace.STOCKX: "StockX",
    Marketplace.EBAY: "eBay",
    Marketplace.ALIAS: "alias / GOAT",
}


class Capability(StrEnum):
    """What a connector can do; pages and jobs ask for this, never for a platform's name."""

    ORDERS = "orders"
    LISTINGS = "listings"
    MARKET_DATA = "market_data"
    SEARCH = "search"
    CREATE = "create"
    REPRICE = "reprice"
    ACTIVATE = "activate"
    DELETE = "delete"
    LABELS = "labels"
    PAYOUTS = "payouts"
    SHIP = "ship"


@dataclass(frozen=True, slots=True)
class RemoteVariant:
    """A product in a size, as a platform names it. Texts are the platform's own.

    `variant_id` is None where the platform knows no sizes of its own (eBay); `product_scheme` and
    `variant_scheme` say whose ids they are. `size_text` is the platform's label with its system
    where it names one ("US M 9", "EU 42.5", "9"); parse it, never compute one size from another.
    `sku` is the seller's own label of the article, if there is one.
    """

    product_id: str | None
    variant_id: str | None
    product_name: str
    size_text: str | None
    style_code: str | None = None
    brand: str | None = None
    colourway: str | None = None
    gtins: tuple[str, ...] = ()
    sku: str | None = None
    product_scheme: IdentifierScheme | None = None
    variant_scheme: IdentifierScheme | None = None


@dataclass(frozen=True, slots=True)
class RemoteCharge:
    """A signed line between sale price and payout: negative takes from the payout."""

    kind: ChargeKind
    amount: Decimal
    raw_kind: str


@dataclass(frozen=True, slots=True)
class RemoteOrder:
    """One sold unit. `number` is the platform's own; one of several units has "/n" behind it.

    `status` is None where the platform's word is unknown: then a stored status stays as it is.
    `payout` is None until the platform tells it; `charges` are in the currency of `payout`, or of
    `gross` without one. No names and addresses: `buyer_country` is an ISO 3166 code.
    """

    number: str
    variant: RemoteVariant
    status: OrderStatus | None
    raw_status: str
    sold_at: datetime
    gross: Money
    raw: Raw
    payout: Money | None = None
    charges: tuple[RemoteCharge, ...] = ()
    listing_id: str | None = None
    paid_at: datetime | None = None
    payout_ref: str | None = None
    ship_by: datetime | None = None
    buyer_country: str | None = None
    buyer_region: str | None = None


@dataclass(frozen=True, slots=True)
class RemoteListing:
    """One offer. `own_key` is what we wrote into it ourselves: "listing-<id>" of our row."""

    id: str
    variant: RemoteVariant
    status: ListingStatus | None
    raw_status: str
    raw: Raw
    ask: Money | None = None
    quantity: int = 1
    created_at: datetime | None = None
    expires_at: datetime | None = None
    order_number: str | None = None
    own_key: str | None = None


@dataclass(frozen=True, slots=True)
class RemoteProduct:
    """A hit of the catalogue search, with its sizes where the search brought them."""

    id: str
    name: str
    style_code: str | None
    brand: str | None
    colourway: str | None
    release_date: date | None
    retail: Money | None
    scheme: IdentifierScheme
    raw: Raw
    variants: tuple[RemoteVariant, ...] = ()


@dataclass(frozen=True, slots=True)
class MarketPrice:
    """What a platform says of one size now; None where it says nothing, never 0."""

    variant: RemoteVariant
    currency: str
    lowest_ask: Decimal | None
    highest_bid: Decimal | None
    last_sale: Decimal | None = None
    sell_faster: Decimal | None = None
    earn_more: Decimal | None = None
    sales_72h: int | None = None


class RemoteEntity(StrEnum):
    """What a platform's records are."""

    ORDER = "order"
    LISTING = "listing"


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that could not be read: it goes to the review inbox, the job goes on.

    `message` is a sentence that names the field, the value and the remedy.
    """

    entity: RemoteEntity
    external_id: str
    message: str
    raw: Raw


#: Where a connector goes on: its own words, kept as JSON beside the data. None: from the beginning.
Position = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One answer of a list. `next` is None at the very end.

    A list may have several parts (active orders, then history), read one after the other. `part`
    names the one that this page is of; on a part's last page `total` is how many records the
    platform counts in it, where it tells that, and `restart` its beginning: pages move while they
    are read, so a part of which fewer were seen is read again.
    """

    records: tuple[T, ...]
    bad: tuple[BadRecord, ...]
    next: Position | None
    part: str
    ends_part: bool
    total: int | None = None
    restart: Position | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """What a platform says of its own limits, where it can be asked (eBay)."""

    name: str
    limit: int
    remaining: int
    resets_at: datetime | None


@dataclass(frozen=True, slots=True)
class Document:
    """A shipping label or packing slip: the bytes and what they are."""

    name: str
    media_type: str
    data: bytes = field(repr=False)
