"""eBay's orders and offers as our values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from soleflip_desktop.connectors.ebay import kept, schemas
from soleflip_desktop.connectors.ebay.amounts import PAID, SALE, unit_amounts
from soleflip_desktop.connectors.ebay.schemas import Amount, LineItem, Order, Transaction
from soleflip_desktop.connectors.reading import Records
from soleflip_desktop.domain.catalog import IdentifierScheme
from soleflip_desktop.domain.marketplace import (
    RemoteEntity,
    RemoteListing,
    RemoteOrder,
    RemoteVariant,
)
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.transactions import ListingStatus, OrderStatus

_SHIPMENT: Mapping[str, OrderStatus] = {
    "NOT_STARTED": OrderStatus.CONFIRMED,
    "IN_PROGRESS": OrderStatus.CONFIRMED,
    "FULFILLED": OrderStatus.SHIPPED,
}
_NOT_CANCELLED = frozenset({"", "NONE_REQUESTED", "IN_PROGRESS"})
_LISTED_AS: Mapping[str, ListingStatus] = {
    "ACTIVE": ListingStatus.ACTIVE,
    "OUT_OF_STOCK": ListingStatus.INACTIVE,
    "INACTIVE": ListingStatus.INACTIVE,
    "NOT_LISTED": ListingStatus.INACTIVE,
    "ENDED": ListingStatus.EXPIRED,
    "EBAY_ENDED": ListingStatus.DELETED,
}
_OFFER = "offer:"
_OWN_SKU = re.compile(r"SF(\d+)")
_OWN_KEY = re.compile(r"listing-(\d+)")
_SIZE_NAME = re.compile(r"gr(ö|oe)(ß|ss)e|size|pointure|taille|taglia|talla|maat", re.IGNORECASE)
_SYSTEM = re.compile(r"\b(EU|UK|US|FR|IT|JP|AU)\b")


def own_sku(own_key: str) -> str | None:
    """The SKU of "listing-42": "SF42", as eBay takes letters and digits only (error 25707)."""
    found = _OWN_KEY.fullmatch(own_key)
    return f"SF{found[1]}" if found else None


def own_key(sku: str) -> str | None:
    found = _OWN_SKU.fullmatch(sku)
    return f"listing-{found[1]}" if found else None


def offer_listing_id(offer_id: str) -> str:
    """The id of an offer that is not published: it has no number of a listing."""
    return _OFFER + offer_id


def offer_id_of(listing_id: str) -> str | None:
    return listing_id.removeprefix(_OFFER) if listing_id.startswith(_OFFER) else None


ORDERS = Records("eBay", RemoteEntity.ORDER, "orderId", partial(kept.kept, keys=kept.ORDER))
_kept_offer = partial(kept.kept, keys=kept.OFFER)
OFFERS = Records("eBay", RemoteEntity.LISTING, "offerId", _kept_offer)
ITEMS = Records("eBay", RemoteEntity.LISTING, "sku", _kept_offer)


def order_units(
    order: Order, raw: Mapping[str, Any], booked: Sequence[Transaction], paid_at: datetime | None
) -> list[RemoteOrder]:
    """One order as its units: "11-1", or "11-1/1" and "11-1/2". Raises ValueError.

    The values are those of one eBay answer; how they add up stands in amounts.py.
    """
    units = unit_amounts(order, booked)
    sale = next((entry for entry in booked if entry.transaction_type == SALE), None)
    return [
        RemoteOrder(
            number=order.order_id + (f"/{place}" if len(units) > 1 else ""),
            variant=line_variant(unit.line),
            status=order_status(order, unit.line, paid_at),
            raw_status=_raw_status(order, unit.line),
            sold_at=order.creation_date,
            gross=unit.gross,
            raw=_raw_unit(raw, unit.line),
            payout=unit.payout,
            charges=unit.charges,
            listing_id=unit.line.legacy_item_id,
            paid_at=paid_at,
            payout_ref=sale.payout_id if sale else None,
            ship_by=_ship_by(unit.line),
            buyer_country=_country(order),
        )
        for place, unit in enumerate(units, 1)
    ]


def _ship_by(line: LineItem) -> datetime | None:
    told = line.line_item_fulfillment_instructions
    return told.ship_by_date if told else None


def _raw_unit(raw: Mapping[str, Any], line: LineItem) -> dict[str, Any]:
    """The order without personal data and without the lines of other units."""
    whole = kept.kept(raw, kept.ORDER)
    mine = [one for one in whole["lineItems"] if str(one.get("lineItemId")) == line.line_item_id]
    return {**whole, "lineItems": mine}


def _raw_status(order: Order, line: LineItem) -> str:
    cancel = order.cancel_status.cancel_state if order.cancel_status else ""
    shipment = line.line_item_fulfillment_status or order.order_fulfillment_status
    return " ".join(word for word in (order.order_payment_status, shipment, cancel) if word)


def order_status(order: Order, line: LineItem, paid_at: datetime | None) -> OrderStatus | None:
    """Completed is what was shipped and paid out; eBay has no such word. None: a word is new."""
    cancel = order.cancel_status.cancel_state if order.cancel_status else ""
    if cancel == "CANCELED":
        return OrderStatus.CANCELLED
    if cancel not in _NOT_CANCELLED:
        return None
    if order.order_payment_status == "FULLY_REFUNDED":
        return OrderStatus.REFUNDED
    if order.order_payment_status in {"PENDING", "FAILED"}:
        return OrderStatus.PENDING
    if order.order_payment_status not in PAID:
        return None
    shipment = line.line_item_fulfillment_status or order.order_fulfillment_status
    status = _SHIPMENT.get(shipment)
    return OrderStatus.COMPLETED if status is OrderStatus.SHIPPED and paid_at else status


def _country(order: Order) -> str | None:
    """The buyer's; with an authenticity check the parcel goes to eBay first (3.4)."""
    for start in order.fulfillment_start_instructions:
        step = start.shipping_step
        ship_to = step.ship_to.contact_address if step and step.ship_to else None
        for address in (start.final_destination_address, ship_to):
            if address is not None and address.country_code:
                return address.country_code
    return None


def line_variant(line: LineItem) -> RemoteVariant:
    sizes = {aspect.name: [aspect.value] for aspect in line.variation_aspects}
    return RemoteVariant(
        product_id=None,
        variant_id=None,
        product_name=line.title,
        size_text=size_text(sizes),
        sku=line.sku,
    )


def size_text(aspects: Mapping[str, Sequence[str]]) -> str | None:
    """Such as "EU 42.5" of {"EU-Schuhgröße": ["42,5"]}; the bare value where no system is named."""
    for name, values in aspects.items():
        if values and _SIZE_NAME.search(name):
            value = values[0].strip().replace(",", ".")
            system = _SYSTEM.search(name)
            named = system and not _SYSTEM.search(value)
            return f"{system[0]} {value}" if system and named else value
    return None


def item_variant(item: schemas.InventoryItem) -> RemoteVariant:
    product = item.product or schemas.Product()
    return RemoteVariant(
        product_id=product.epid,
        variant_id=None,
        product_name=product.title,
        size_text=size_text(product.aspects or {}),
        style_code=product.mpn,
        brand=product.brand,
        gtins=(*product.ean, *product.upc),
        sku=item.sku,
        product_scheme=IdentifierScheme.EBAY_EPID if product.epid else None,
    )


def listing_of(raw: Mapping[str, Any], item: schemas.InventoryItem) -> RemoteListing:
    """Raises ValidationError."""
    offer = schemas.Offer.model_validate(raw)
    published = offer.listing if offer.status == "PUBLISHED" else None
    number = published.listing_id if published else None
    word = published.listing_status if published and published.listing_status else offer.status
    return RemoteListing(
        id=number or offer_listing_id(offer.offer_id),
        variant=item_variant(item),
        status=listing_status(offer),
        raw_status=word,
        raw=kept.kept(raw, kept.OFFER),
        ask=ask_of(offer),
        quantity=offer.available_quantity if offer.available_quantity is not None else 1,
        own_key=own_key(item.sku),
    )


def listing_status(offer: schemas.Offer) -> ListingStatus | None:
    """Sold: nothing is left and something went. None: a word is new."""
    if offer.status == "UNPUBLISHED":
        return ListingStatus.INACTIVE
    if offer.status != "PUBLISHED":
        return None
    listing = offer.listing or schemas.ListingDetails()
    status = _LISTED_AS.get(listing.listing_status or "ACTIVE")
    none_left = offer.available_quantity == 0 or status is not ListingStatus.ACTIVE
    return ListingStatus.SOLD if listing.sold_quantity and status and none_left else status


def ask_of(offer: schemas.Offer) -> Money | None:
    price: Amount | None = offer.pricing_summary.price if offer.pricing_summary else None
    return Money(price.value, price.currency) if price else None
