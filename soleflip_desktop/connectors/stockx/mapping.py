"""StockX's records as our values.

Nothing is computed here that StockX did not say: sizes keep its label, the payout its currency.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from soleflip_desktop.connectors.reading import Records
from soleflip_desktop.connectors.stockx import schemas
from soleflip_desktop.domain.catalog import IdentifierScheme
from soleflip_desktop.domain.marketplace import (
    MarketPrice,
    RemoteCharge,
    RemoteEntity,
    RemoteListing,
    RemoteOrder,
    RemoteProduct,
    RemoteVariant,
)
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.sizes import parse_size
from soleflip_desktop.domain.transactions import ChargeKind, ListingStatus, OrderStatus

_O, _L, _C = OrderStatus, ListingStatus, ChargeKind

#: marketplaces.md 1.6. AUTHENTICATED is not paid out yet and may still be taken back; from
#: PAYOUTPENDING on the sale stands, whatever becomes of the transfer (PAYOUTFAILED). SUSPENDED
#: waits for StockX. AUTHFAILED comes back to the seller.
ORDER_STATUS: Mapping[str, OrderStatus] = {
    "PENDING": _O.PENDING,
    "CCAUTHORIZATIONFAILED": _O.PENDING,
    "SUSPENDED": _O.PENDING,
    "CREATED": _O.CONFIRMED,
    "SHIPPED": _O.SHIPPED,
    "RECEIVED": _O.RECEIVED,
    "AUTHENTICATING": _O.AUTHENTICATING,
    "AUTHENTICATED": _O.AUTHENTICATING,
    "PAYOUTPENDING": _O.COMPLETED,
    "PAYOUTCOMPLETED": _O.COMPLETED,
    "PAYOUTFAILED": _O.COMPLETED,
    "SYSTEMFULFILLED": _O.COMPLETED,
    "COMPLETED": _O.COMPLETED,
    "CANCELED": _O.CANCELLED,
    "DIDNOTSHIP": _O.CANCELLED,
    "DONOTSHIP": _O.CANCELLED,
    "AUTHFAILED": _O.RETURNED,
    "RETURNED": _O.RETURNED,
}
LISTING_STATUS: Mapping[str, ListingStatus] = {
    "ACTIVE": _L.ACTIVE,
    "INACTIVE": _L.INACTIVE,
    "MATCHED": _L.MATCHED,
    "COMPLETED": _L.SOLD,
    "DELETED": _L.DELETED,
    "CANCELED": _L.DELETED,
}
#: The wording is open (marketplaces.md 1.6); the first that fits.
_CHARGES: Sequence[tuple[re.Pattern[str], ChargeKind]] = (
    (re.compile(r"payment\s*proc", re.IGNORECASE), _C.PAYMENT_PROCESSING),
    (re.compile(r"transaction\s*fee", re.IGNORECASE), _C.SELLER_FEE),
    (re.compile(r"shipping|drop\s*off", re.IGNORECASE), _C.SHIPPING),
    (re.compile(r"\b(tax|vat|gst)\b", re.IGNORECASE), _C.TAX),
)
#: Where buyer and parcel would be found; whatever bears such a name is not kept.
_PERSONAL = re.compile(
    r"tracking|label|address|street|city|zip|postal|(first|last|full|user|seller)_?name|ship_?to"
    r"|e-?mail|phone|buyer|customer|recipient|vat|tax_?id",
    re.IGNORECASE,
)
_WITH_LETTER = re.compile(r"(\d{1,2}(?:\.5)?)\s*([WYC])", re.IGNORECASE | re.ASCII)
#: What StockX says of retail prices has no currency; they are those of the United States.
_RETAIL_CURRENCY = "USD"


def order_of(row: Mapping[str, Any]) -> RemoteOrder:
    """Raises ValidationError."""
    order = schemas.Order.model_validate(row)
    payout = order.payout
    net = None
    if payout and payout.total_payout is not None:
        net = Money(payout.total_payout, payout.currency_code or order.currency_code)
    return RemoteOrder(
        number=order.order_number,
        variant=_variant_of(order.product, order.variant),
        status=ORDER_STATUS.get(order.status.upper()),
        raw_status=order.status,
        sold_at=order.created_at,
        gross=Money(order.amount, order.currency_code),
        raw=cleaned(row),
        payout=net,
        charges=_charges(payout) if payout and net else (),
        listing_id=order.listing_id,
        ship_by=order.shipment.ship_by_date if order.shipment else None,
    )


def listing_of(row: Mapping[str, Any]) -> RemoteListing:
    """Raises ValidationError."""
    listing = schemas.Listing.model_validate(row)
    amount, currency = listing.amount, listing.currency_code
    return RemoteListing(
        id=listing.listing_id,
        variant=_variant_of(listing.product, listing.variant),
        status=LISTING_STATUS.get(listing.status.upper()),
        raw_status=listing.status,
        raw=cleaned(row),
        ask=Money(amount, currency) if amount is not None and currency else None,
        created_at=listing.created_at,
        expires_at=listing.ask.ask_expires_at if listing.ask else None,
        order_number=listing.order.order_number if listing.order else None,
    )


def product_of(row: Mapping[str, Any]) -> RemoteProduct:
    """Raises ValidationError."""
    product = schemas.Product.model_validate(row)
    facts = product.product_attributes or schemas.Attributes()
    retail = facts.retail_price
    return RemoteProduct(
        id=product.product_id,
        name=product.title or _words(product.url_key),
        style_code=product.style_id or None,
        brand=product.brand,
        colourway=facts.colorway,
        release_date=_day(facts.release_date),
        retail=Money(retail, _RETAIL_CURRENCY) if retail else None,
        scheme=IdentifierScheme.STOCKX_PRODUCT,
        raw=cleaned(row),
    )


def variant_of(row: Mapping[str, Any]) -> RemoteVariant:
    """Raises ValidationError. The answer has no product name but the one in the variant's."""
    variant = schemas.Variant.model_validate(row)
    chart = variant.size_chart
    size = (chart and chart.default_conversion) or schemas.Conversion()
    return RemoteVariant(
        product_id=variant.product_id,
        variant_id=variant.variant_id,
        product_name=_words((variant.variant_name or "").partition(":")[0]),
        size_text=size_text(size.size or variant.variant_value, size.type),
        gtins=tuple(gtin.identifier for gtin in variant.gtins or ()),
        product_scheme=IdentifierScheme.STOCKX_PRODUCT,
        variant_scheme=IdentifierScheme.STOCKX_VARIANT,
    )


def price_of(row: Mapping[str, Any], product_id: str, currency: str) -> MarketPrice:
    """What holds for goods that the seller sends in (STANDARD). Raises ValidationError."""
    data = schemas.MarketData.model_validate(row)
    block = data.standard_market_data or schemas.PriceBlock()
    variant = schemas.VariantRef(variantId=data.variant_id)
    return MarketPrice(
        variant=_variant_of(schemas.ProductRef(productId=data.product_id or product_id), variant),
        currency=data.currency_code or currency,
        lowest_ask=_price(block.lowest_ask, data.lowest_ask_amount),
        highest_bid=_price(block.highest_bid_amount, data.highest_bid_amount),
        sell_faster=_price(block.sell_faster, data.sell_faster_amount),
        earn_more=_price(block.earn_more, data.earn_more_amount),
    )


def _price(*told: Decimal | None) -> Decimal | None:
    """The first that is one; nothing costs nothing, or less."""
    return next((amount for amount in told if amount is not None and amount > 0), None)


def size_text(size: str | None, kind: str | None = None) -> str | None:
    """Makes "9" of kind "us m" to "US M 9"; "9.5W" names its scale itself: "US W 9.5".

    The letter wins over the kind: it is the finer word. What does not make a size that is read
    with certainty stays as it was printed ("XL", "32", "M9/W11").
    """
    if not size or not size.strip():
        return None
    printed = " ".join(size.split())
    letter = _WITH_LETTER.fullmatch(printed)
    if letter:
        labelled = f"US {letter[2].upper()} {letter[1]}"
    else:
        labelled = f"{kind.upper()} {printed}" if kind else printed
    return labelled if parse_size(labelled).confidence == 1 else printed


def charge_kind(wording: str) -> ChargeKind:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", wording)  # MinTransactionFee
    return next((kind for words, kind in _CHARGES if words.search(spaced)), _C.ADJUSTMENT)


def cleaned(value: Any) -> Any:
    """As it was sent, without what could name a person or a parcel; exact numbers as text."""
    if isinstance(value, dict):
        return {name: cleaned(v) for name, v in value.items() if not _is_personal(name)}
    if isinstance(value, list):
        return [cleaned(entry) for entry in value]
    return str(value) if isinstance(value, Decimal) else value


ORDERS = Records("StockX", RemoteEntity.ORDER, "orderNumber", cleaned)
LISTINGS = Records("StockX", RemoteEntity.LISTING, "listingId", cleaned)


def _variant_of(
    product: schemas.ProductRef | None, variant: schemas.VariantRef | None
) -> RemoteVariant:
    product, variant = product or schemas.ProductRef(), variant or schemas.VariantRef()
    return RemoteVariant(
        product_id=product.product_id,
        variant_id=variant.variant_id,
        product_name=product.product_name or _words((variant.variant_name or "").partition(":")[0]),
        size_text=size_text(variant.variant_value),
        style_code=product.style_id or None,
        product_scheme=IdentifierScheme.STOCKX_PRODUCT,
        variant_scheme=IdentifierScheme.STOCKX_VARIANT,
    )


def _charges(payout: schemas.Payout) -> tuple[RemoteCharge, ...]:
    return tuple(
        RemoteCharge(charge_kind(line.adjustment_type), line.amount, line.adjustment_type)
        for line in payout.adjustments or ()
        if line.amount
    )


@lru_cache(maxsize=1024)
def _is_personal(name: str) -> bool:
    return _PERSONAL.search(name) is not None


def _words(url_key: str | None) -> str:
    return (url_key or "").replace("-", " ").strip()


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
