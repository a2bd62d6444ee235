"""Orders, bookings and payouts as eBay sends them. Every buyer is invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

#: What must never leave the connector.
BUYER: dict[str, str] = {
    "username": "buyer_planted_1",
    "name": "Test Plantedbuyer",
    "street": "Plantedstr. 17",
    "city": "Plantedtown",
    "postcode": "10999",
    "email": "planted@example.invalid",
    "phone": "+49 30 5550199",
    "tax": "DE999999999",
    "notes": "planted: please ring at the third floor",
}
FEE_SHARE, FEE_FIXED = Decimal("0.13"), Decimal("0.45")
Json = dict[str, Any]


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def amount(value: Decimal | str, currency: str = "EUR") -> Json:
    return {"value": str(value), "currency": currency}


def line(
    number: str,
    *,
    price: str = "150.00",
    quantity: int = 1,
    delivery: str = "6.99",
    sku: str = "AC1234100EU42",
    listing: str = "110000000001",
    size: str = "42,5",
) -> Json:
    """`price` is that of all units together."""
    return {
        "lineItemId": number,
        "legacyItemId": listing,
        "sku": sku,
        "title": f"Acme Runner EU {size}",
        "quantity": quantity,
        "soldFormat": "FIXED_PRICE",
        "listingMarketplaceId": "EBAY_DE",
        "purchaseMarketplaceId": "EBAY_DE",
        "lineItemCost": amount(price),
        "deliveryCost": {"shippingCost": amount(delivery)},
        "total": amount(Decimal(price) + Decimal(delivery)),
        "lineItemFulfillmentStatus": "NOT_STARTED",
        "lineItemFulfillmentInstructions": {
            "shipByDate": "2026-01-07T22:59:59.000Z",
            "guaranteedDelivery": False,
        },
        "variationAspects": [{"name": "EU-Schuhgröße", "value": size}],
        "taxes": [],
        "appliedPromotions": [],
        "properties": {"buyerProtection": True},
        "giftDetails": {"message": BUYER["notes"], "recipientEmail": BUYER["email"]},
    }


def order(number: str, created: datetime, *lines: Json, changed: datetime | None = None) -> Json:
    """Paid, not shipped; fees as in `fee_of`."""
    mine = lines or (line(number.replace("-", "")),)
    total = sum((Decimal(one["total"]["value"]) for one in mine), Decimal(0))
    fee = fee_of(total)
    contact = _contact()
    return {
        "orderId": number,
        "creationDate": moment(created),
        "lastModifiedDate": moment(changed or created + timedelta(minutes=1)),
        "orderFulfillmentStatus": "NOT_STARTED",
        "orderPaymentStatus": "PAID",
        "sellerId": "test_seller",
        "salesRecordReference": "101",
        "buyer": {
            "username": BUYER["username"],
            "taxIdentifier": {"taxpayerId": BUYER["tax"], "taxIdentifierType": "VATIN"},
            "buyerRegistrationAddress": contact,
        },
        "buyerCheckoutNotes": BUYER["notes"],
        "cancelStatus": {"cancelState": "NONE_REQUESTED", "cancelRequests": []},
        "pricingSummary": {"total": amount(total)},
        "paymentSummary": {"totalDueSeller": amount(total - fee), "refunds": [], "payments": []},
        "fulfillmentStartInstructions": [
            {
                "fulfillmentInstructionsType": "SHIP_TO",
                "ebaySupportedFulfillment": False,
                "shippingStep": {"shippingServiceCode": "DE_DHLPaket", "shipTo": contact},
            }
        ],
        "fulfillmentHrefs": [],
        "totalFeeBasisAmount": amount(total),
        "totalMarketplaceFee": amount(fee),
        "lineItems": list(mine),
    }


def _contact() -> Json:
    address = {
        "addressLine1": BUYER["street"],
        "city": BUYER["city"],
        "postalCode": BUYER["postcode"],
        "countryCode": "DE",
    }
    return {
        "fullName": BUYER["name"],
        "email": BUYER["email"],
        "primaryPhone": {"phoneNumber": BUYER["phone"]},
        "contactAddress": address,
    }


def fee_of(total: Decimal) -> Decimal:
    return (total * FEE_SHARE).quantize(Decimal("0.01")) + FEE_FIXED


def sale(of: Json, payout: str | None = "5000000001") -> Json:
    """The booking of an order: its fees by line, the fixed one at the first."""
    fees, whole = [], Decimal(0)
    for place, one in enumerate(of["lineItems"]):
        share = (Decimal(one["total"]["value"]) * FEE_SHARE).quantize(Decimal("0.01"))
        own = [{"feeType": "FINAL_VALUE_FEE", "amount": amount(share)}]
        if not place:
            own.append({"feeType": "FINAL_VALUE_FEE_FIXED_PER_ORDER", "amount": amount(FEE_FIXED)})
        whole += share + (Decimal(0) if place else FEE_FIXED)
        fees.append({"lineItemId": one["lineItemId"], "marketplaceFees": own})
    total = Decimal(of["pricingSummary"]["total"]["value"])
    return {
        "transactionId": f"T-{of['orderId']}",
        "orderId": of["orderId"],
        **({"payoutId": payout} if payout else {}),
        "buyer": {"username": BUYER["username"]},
        "transactionType": "SALE",
        "amount": amount(total - whole),
        "totalFeeBasisAmount": amount(total),
        "totalFeeAmount": amount(whole),
        "orderLineItems": fees,
        "bookingEntry": "CREDIT",
        "transactionDate": of["creationDate"],
        "transactionStatus": "PAYOUT",
    }


def booking(of: Json, kind: str, value: str, **more: Any) -> Json:
    """Something else that was booked for an order, such as a refund."""
    return {
        "transactionId": f"{kind}-{of['orderId']}",
        "orderId": of["orderId"],
        "transactionType": kind,
        "amount": amount(value),
        "bookingEntry": "DEBIT",
        "transactionDate": of["lastModifiedDate"],
        "transactionStatus": "PAYOUT",
        **more,
    }


def payout(number: str, at: datetime, status: str = "SUCCEEDED") -> Json:
    return {
        "payoutId": number,
        "payoutStatus": status,
        "amount": amount("136.20"),
        "payoutDate": moment(at),
        "transactionCount": 1,
        "payoutInstrument": {"instrumentType": "BankAccount", "accountLastFourDigits": "0000"},
    }
