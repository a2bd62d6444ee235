"""What of eBay's answers is stored beside our values: named keys, everything else is dropped.

Buyer, addresses, e-mail, phone, tax numbers, notes and gift messages are not among them, and a key
that eBay adds tomorrow is not either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: True keeps a value as it is (texts, numbers, yes/no; never an object), a mapping looks inside.
Keys = Mapping[str, Any]

_AMOUNT: Keys = dict.fromkeys(
    ("value", "currency", "convertedFromValue", "convertedFromCurrency"), True
)
_AMOUNTS_OF_PRICING = (
    "adjustment",
    "deliveryCost",
    "deliveryDiscount",
    "fee",
    "priceDiscount",
    "priceSubtotal",
    "tax",
    "total",
)
_ASPECT: Keys = {"name": True, "value": True}
_LINE: Keys = {
    **dict.fromkeys(
        (
            "lineItemId",
            "legacyItemId",
            "legacyVariationId",
            "sku",
            "title",
            "quantity",
            "soldFormat",
            "listingMarketplaceId",
            "lineItemFulfillmentStatus",
        ),
        True,
    ),
    **dict.fromkeys(("lineItemCost", "discountedLineItemCost", "total"), _AMOUNT),
    "deliveryCost": dict.fromkeys(("shippingCost", "handlingCost", "discountAmount"), _AMOUNT),
    "lineItemFulfillmentInstructions": {"shipByDate": True},
    "taxes": {"amount": _AMOUNT, "taxType": True},
    "ebayCollectAndRemitTaxes": {"amount": _AMOUNT, "taxType": True},
    "variationAspects": _ASPECT,
}
ORDER: Keys = {
    **dict.fromkeys(
        (
            "orderId",
            "creationDate",
            "lastModifiedDate",
            "orderFulfillmentStatus",
            "orderPaymentStatus",
            "salesRecordReference",
        ),
        True,
    ),
    "cancelStatus": {"cancelState": True, "cancelledDate": True},
    "pricingSummary": dict.fromkeys(_AMOUNTS_OF_PRICING, _AMOUNT),
    "paymentSummary": {
        "totalDueSeller": _AMOUNT,
        "refunds": {"amount": _AMOUNT, "refundDate": True, "refundStatus": True},
    },
    "program": {"authenticityVerification": {"status": True, "outcomeReason": True}},
    "totalFeeBasisAmount": _AMOUNT,
    "totalMarketplaceFee": _AMOUNT,
    "lineItems": _LINE,
}
OFFER: Keys = {
    **dict.fromkeys(
        ("offerId", "sku", "marketplaceId", "format", "status", "availableQuantity", "categoryId"),
        True,
    ),
    "pricingSummary": {"price": _AMOUNT},
    "listing": dict.fromkeys(("listingId", "listingStatus", "soldQuantity", "listingOnHold"), True),
}


def kept(value: Any, keys: Any) -> Any:
    """The named part of it, as JSON takes it: exact numbers become texts."""
    if isinstance(value, list | tuple):
        return [kept(entry, keys) for entry in value]
    if isinstance(keys, Mapping):
        if not isinstance(value, Mapping):
            return None
        return {name: kept(value[name], inner) for name, inner in keys.items() if name in value}
    if isinstance(value, Mapping):
        return None
    return value if isinstance(value, str | int | None) else str(value)
