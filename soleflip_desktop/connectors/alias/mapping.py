"""alias' records as our values. Everything is in US dollars (marketplaces.md 2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from soleflip_desktop.connectors.alias import schemas
from soleflip_desktop.connectors.reading import Records
from soleflip_desktop.domain.catalog import IdentifierScheme
from soleflip_desktop.domain.marketplace import (
    MarketPrice,
    RemoteEntity,
    RemoteListing,
    RemoteOrder,
    RemoteProduct,
    RemoteVariant,
)
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.sizes import parse_size
from soleflip_desktop.domain.transactions import ListingStatus, OrderStatus

CURRENCY = "USD"
#: The name of our own key in a listing's metadata.
OWN_KEY = "own_key"
NEW, GOOD_BOX = "NEW", "PACKAGING_CONDITION_GOOD_CONDITION"

_O, _L = OrderStatus, ListingStatus

#: marketplaces.md 2.4; what is missing here leaves a stored status as it is.
ORDER_STATUS: Mapping[str, OrderStatus] = {
    "ORDER_STATUS_PENDING": _O.PENDING,
    "ORDER_STATUS_CONFIRMED": _O.CONFIRMED,
    "ORDER_STATUS_LABEL_GENERATED": _O.CONFIRMED,
    "ORDER_STATUS_SHIPPED": _O.SHIPPED,
    "ORDER_STATUS_IN_TRANSIT": _O.SHIPPED,
    "ORDER_STATUS_DELIVERED": _O.RECEIVED,
    "ORDER_STATUS_COMPLETED": _O.COMPLETED,
    "ORDER_STATUS_CANCELED": _O.CANCELLED,
}
LISTING_STATUS: Mapping[str, ListingStatus] = {
    "LISTING_STATUS_ACTIVE": _L.ACTIVE,
    "LISTING_STATUS_INACTIVE": _L.INACTIVE,
    "LISTING_STATUS_SOLD": _L.SOLD,
}
#: What is kept of a record: names, so that what alias adds about people and parcels is not.
_KEPT = frozenset(
    {"id", "status", "fulfillment_status", "sales_channel", "purchase_order_number", "listing_id"}
    | {"catalog_id", "catalog_name", "catalog_brand", "catalog_sku", "sku", "size", "size_unit"}
    | {"price_cents", "price_cents_after_take", "retail_price_cents"}
    | {"sold_at", "created_at", "updated_at", "activated_at", "in_transit_at", "cancels_at"}
    | {"condition", "packaging_condition", "consigned", "defects"}
    | {"name", "nickname", "brand", "gender", "colorway", "release_date", "allowed_sizes"}
    | {"product_category", "product_type", "resellable", "requires_listing_pictures"}
)
_GENDERS = {"men": "M", "unisex": "M", "women": "W", "youth": "Y", "infant": "C", "toddler": "C"}
_UNIT_PREFIX, _US = "SIZE_UNIT_", "US"
#: Whose scale parse_size knows by the same letters.
_PLAIN_UNITS = frozenset({"UK", "EU", "JP"})


def order_of(row: Mapping[str, Any]) -> RemoteOrder:
    """Charges are not itemised: only price and payout are told. Raises ValidationError."""
    order = schemas.Order.model_validate(row)
    net = order.price_cents_after_take
    return RemoteOrder(
        number=order.id,
        variant=RemoteVariant(
            product_id=order.catalog_id,
            variant_id=variant_id(order.catalog_id, order.size),
            product_name=order.catalog_name or _words(order.catalog_id),
            size_text=order.size,
            style_code=style_code(order.catalog_sku),
            brand=order.catalog_brand,
            product_scheme=IdentifierScheme.ALIAS_CATALOG,
            variant_scheme=IdentifierScheme.ALIAS_CATALOG,
        ),
        status=ORDER_STATUS.get(order.status.upper()),
        raw_status=order.status,
        sold_at=order.sold_at,
        gross=Money(order.price_cents, CURRENCY),
        raw=kept(row),
        payout=Money(net, CURRENCY) if net else None,
        listing_id=order.listing_id or None,
        ship_by=order.cancels_at,
    )


def listing_of(row: Mapping[str, Any]) -> RemoteListing:
    """Raises ValidationError."""
    listing = schemas.Listing.model_validate(row)
    return RemoteListing(
        id=listing.id,
        variant=RemoteVariant(
            product_id=listing.catalog_id,
            variant_id=variant_id(listing.catalog_id, listing.size),
            product_name=_words(listing.catalog_id),
            size_text=size_text(listing.size, listing.size_unit),
            style_code=style_code(listing.sku),
            product_scheme=IdentifierScheme.ALIAS_CATALOG,
            variant_scheme=IdentifierScheme.ALIAS_CATALOG,
        ),
        status=LISTING_STATUS.get(listing.status.upper()),
        raw_status=listing.status,
        raw=kept(row),
        ask=ask_of(listing),
        created_at=listing.created_at,
        own_key=own_key_of(listing.metadata),
    )


def product_of(row: Mapping[str, Any]) -> RemoteProduct:
    """Raises ValidationError."""
    item = schemas.CatalogItem.model_validate(row)
    retail = item.retail_price_cents
    return RemoteProduct(
        id=item.catalog_id,
        name=item.name or _words(item.catalog_id),
        style_code=style_code(item.sku),
        brand=item.brand,
        colourway=item.colorway,
        release_date=_day(item.release_date),
        retail=Money(retail, CURRENCY) if retail else None,
        scheme=IdentifierScheme.ALIAS_CATALOG,
        raw=kept(row),
        variants=tuple(_variant_of(item, size) for size in item.allowed_sizes or ()),
    )


def price_of(row: Mapping[str, Any], product_id: str) -> MarketPrice | None:
    """None for what is not new in a good box, or lies at alias. Raises ValidationError."""
    priced = schemas.PricedVariant.model_validate(row)
    new = priced.product_condition.removeprefix("PRODUCT_").removeprefix("CONDITION_") == NEW
    if not new or priced.packaging_condition != GOOD_BOX or priced.consigned:
        return None
    told = priced.availability or schemas.Availability()
    return MarketPrice(
        variant=RemoteVariant(
            product_id=product_id,
            variant_id=variant_id(product_id, priced.size),
            product_name=_words(product_id),
            size_text=priced.size,
            product_scheme=IdentifierScheme.ALIAS_CATALOG,
            variant_scheme=IdentifierScheme.ALIAS_CATALOG,
        ),
        currency=CURRENCY,
        lowest_ask=told.lowest_listing_price_cents,
        highest_bid=told.highest_offer_price_cents,
        last_sale=told.last_sold_listing_price_cents,
    )


def ask_of(listing: schemas.Listing) -> Money | None:
    return Money(listing.price_cents, CURRENCY) if listing.price_cents else None


def own_key_of(metadata: Mapping[str, Any] | None) -> str | None:
    value = (metadata or {}).get(OWN_KEY)
    return str(value) if value else None


def variant_id(catalog_id: str, size: str) -> str:
    """There are no ids for sizes at alias; product and size together are one."""
    return f"{catalog_id}:{size}"


def parts_of(variant: str) -> tuple[str, str]:
    """Product and size of a `variant_id`."""
    catalog_id, _, size = variant.rpartition(":")
    return catalog_id, size


def size_text(size: str, unit: str, gender: str = "", shown: str = "") -> str:
    """The size with its scale: "US W 9.5", "EU 42", "US Y 4"; "XL" as it is shown.

    A US number whose gender is not told (listings, orders) stays bare, so that whoever reads it
    looks at the product's name: as "US 9" it would pass for a man's.
    """
    scale = unit.removeprefix(_UNIT_PREFIX).upper()
    if shown and not shown.replace(".", "", 1).isdecimal():
        return shown
    if scale in _PLAIN_UNITS:
        labelled = f"{scale} {size}"
    elif scale == _US and gender.lower() in _GENDERS:
        labelled = f"{_US} {_GENDERS[gender.lower()]} {size}"
    else:
        return size
    return labelled if parse_size(labelled).confidence == 1 else size


def style_code(sku: str) -> str | None:
    """A blank stands at alias where brand and StockX have a dash (marketplaces.md 2.5)."""
    return "-".join(sku.split()) or None


def kept(row: Mapping[str, Any]) -> dict[str, Any]:
    """What may be stored; exact numbers as text."""
    found = {name: _plain(value) for name, value in row.items() if name in _KEPT}
    key = own_key_of(row["metadata"]) if isinstance(row.get("metadata"), Mapping) else None
    return {**found, "metadata": {OWN_KEY: key}} if key else found


ORDERS = Records("alias", RemoteEntity.ORDER, "id", kept)
LISTINGS = Records("alias", RemoteEntity.LISTING, "id", kept)


def _variant_of(item: schemas.CatalogItem, size: schemas.AllowedSize) -> RemoteVariant:
    return RemoteVariant(
        product_id=item.catalog_id,
        variant_id=variant_id(item.catalog_id, size.value),
        product_name=item.name or _words(item.catalog_id),
        size_text=size_text(size.value, item.size_unit, item.gender, size.display_name),
        style_code=style_code(item.sku),
        brand=item.brand,
        colourway=item.colorway,
        product_scheme=IdentifierScheme.ALIAS_CATALOG,
        variant_scheme=IdentifierScheme.ALIAS_CATALOG,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return str(value) if isinstance(value, Decimal) else value


def _words(slug: str) -> str:
    return slug.replace("-", " ")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
