"""The fake StockX's books: products, listings, orders, and how StockX writes them down.

Everything is synthetic. Tests change the books under `FakeStockX.lock` and compare by key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

#: Instants of the generated books are counted from here, so that they are the same each time.
EPOCH = datetime(2026, 1, 5, 10, tzinfo=UTC)
LIFE = (
    "CREATED",
    "SHIPPED",
    "RECEIVED",
    "AUTHENTICATING",
    "AUTHENTICATED",
    "PAYOUTPENDING",
    "PAYOUTCOMPLETED",
    "COMPLETED",
)
HISTORY = frozenset({"AUTHFAILED", "DIDNOTSHIP", "CANCELED", "COMPLETED", "RETURNED"})
LIVE = "ACTIVE"
_MEN = ("7", "7.5", "8", "8.5", "9", "9.5", "10", "10.5", "11", "12")
_WOMEN = tuple(f"{size}W" for size in ("5", "5.5", "6", "6.5", "7", "7.5", "8", "8.5", "9", "9.5"))
_YOUTH = tuple(f"{size}Y" for size in ("3.5", "4", "4.5", "5", "5.5", "6", "6.5", "7", "1", "2"))
_GROUPS = (("us m", _MEN), ("us m", _MEN), ("us w", _WOMEN), ("us y", _YOUTH))


def uid(kind: str, number: int) -> str:
    """A UUID that tells what it is: kind a product, b variant, c listing, d operation, e batch."""
    return f"00000000-0000-4000-8000-{kind}{number:011x}"


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(slots=True)
class Variant:
    id: str
    product: Product
    value: str
    kind: str
    place: int
    gtin: str | None = None

    def ref(self) -> dict[str, Any]:
        name = self.product.url_key.title()
        return {
            "variantId": self.id,
            "variantName": f"{name}:{self.place}",
            "variantValue": self.value,
        }

    def row(self) -> dict[str, Any]:
        number = self.value.rstrip("WY")
        sizes = [(f"{self.kind.upper()} {number}", self.kind), (f"CM 27 (US {number})", "cm")]
        gtins = [{"identifier": self.gtin, "type": "UPC"}] if self.gtin else []
        return {
            "productId": self.product.id,
            **self.ref(),
            "sizeChart": {
                "defaultConversion": {"size": self.value, "type": self.kind},
                "availableConversions": [{"size": size, "type": kind} for size, kind in sizes],
            },
            "gtins": gtins,
            "isFlexEligible": True,
            "isDirectEligible": False,
        }


@dataclass(slots=True)
class Product:
    id: str
    number: int
    variants: list[Variant] = field(default_factory=list)

    @property
    def url_key(self) -> str:
        return f"acme-runner-{self.number}"

    @property
    def style(self) -> str:
        return f"AC{1000 + self.number}-100"

    def ref(self) -> dict[str, Any]:
        name = f"Acme Runner {self.number}"
        return {"productId": self.id, "productName": name, "styleId": self.style}

    def row(self) -> dict[str, Any]:
        return {
            "productId": self.id,
            "urlKey": self.url_key,
            "styleId": self.style,
            "productType": "sneakers",
            "title": f"Acme Runner {self.number}",
            "brand": "Acme",
            "productAttributes": {
                "gender": "men",
                "season": None,
                "releaseDate": "2025-03-10",
                "retailPrice": 115,
                "colorway": "White/Black",
                "color": None,
            },
        }


@dataclass(slots=True)
class Operation:
    id: str
    kind: str
    listing_id: str
    at: datetime
    effect: Callable[[], None]
    error: str | None = None
    status: str = "PENDING"
    polls: int = 0

    def settle(self) -> None:
        if self.status == "PENDING":
            self.status = "FAILED" if self.error else "SUCCEEDED"
            if not self.error:
                self.effect()

    def row(self) -> dict[str, Any]:
        return {
            "listingId": self.listing_id,
            "operationId": self.id,
            "operationType": self.kind,
            "operationStatus": self.status,
            "operationUrl": None,
            "operationInitiatedBy": "USER",
            "operationInitiatedVia": "PUBLIC-API",
            "createdAt": instant(self.at),
            "updatedAt": instant(self.at),
            "changes": {"additions": [], "updates": {}, "removals": []},
            "error": self.error if self.status == "FAILED" else None,
        }


@dataclass(slots=True)
class Listing:
    id: str
    variant: Variant
    amount: int
    currency: str
    status: str
    created_at: datetime
    expires_at: datetime
    batch_id: str | None = None
    order_number: str | None = None
    operations: list[Operation] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        made = instant(self.created_at)
        ask = {
            "askId": f"14{int(self.id[-11:], 16):018d}",
            "askExpiresAt": instant(self.expires_at),
        }
        order = {"orderNumber": self.order_number, "orderCreatedAt": made, "orderStatus": "CREATED"}
        return {
            "listingId": self.id,
            "status": self.status,
            "amount": f"{self.amount}.0000",
            "currencyCode": self.currency,
            "inventoryType": "STANDARD",
            "createdAt": made,
            "updatedAt": made,
            "batch": {"batchId": self.batch_id, "taskId": "1"} if self.batch_id else None,
            "ask": ask,
            "authenticationDetails": None,
            "order": order if self.order_number else None,
            "product": self.variant.product.ref(),
            "initiatedShipments": None,
            "variant": self.variant.ref(),
            "futureField": {"unknown": True},
        }


@dataclass(slots=True)
class Order:
    number: str
    variant: Variant
    amount: int
    currency: str
    status: str
    created_at: datetime
    listing_id: str | None = None

    def row(self, *, full: bool = False) -> dict[str, Any]:
        """Lists leave the payout out while nothing is sent."""
        told = full or self.status != "CREATED"
        row = {
            "orderNumber": self.number,
            "listingId": self.listing_id,
            "askId": "14000000000000000001",
            "amount": str(self.amount),
            "currencyCode": self.currency,
            "status": self.status,
            "createdAt": instant(self.created_at),
            "updatedAt": instant(self.created_at),
            "product": self.variant.product.ref(),
            "variant": self.variant.ref(),
            "authenticationDetails": None,
            "inventoryType": "STANDARD",
            "initiatedShipments": None,
            "payout": self.payout() if told else None,
            "futureField": {"unknown": True},
        }
        return {**row, "shipment": self.shipment()} if full else row

    def payout(self) -> dict[str, Any]:
        """9 % and 3 % in whole cents, and 4.50 for shipping."""
        fee, processing = self.amount * 9, self.amount * 3
        total = self.amount * 100 - fee - processing - 450
        lines = [
            ("Transaction Fee (9%)", fee, "0.09"),
            ("Payment Proc. (3%)", processing, "0.03"),
            ("Shipping", 450, "0"),
        ]
        return {
            "totalPayout": cents(total),
            "salePrice": str(self.amount),
            "totalAdjustments": cents(total - self.amount * 100),
            "currencyCode": self.currency,
            "adjustments": [
                {"adjustmentType": words, "amount": cents(-amount), "percentage": share}
                for words, amount, share in lines
            ],
        }

    def shipment(self) -> dict[str, Any]:
        base = "https://api.stockx.com/v2/selling/orders"
        return {
            "shipByDate": instant(self.created_at + timedelta(days=3)),
            "trackingNumber": "1Z0000000000000001",
            "trackingUrl": "https://example.invalid/t/1Z0000000000000001",
            "carrierCode": "UPS",
            "shippingLabelUrl": "https://example.invalid/label.pdf?sig=x",
            "shippingDocumentUrl": f"{base}/{self.number}/shipping-document/S-600000001",
        }


def cents(amount: int) -> str:
    sign, amount = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}{amount // 100}.{amount % 100:02d}"


def made_products(count: int) -> list[Product]:
    products = []
    for number in range(count):
        product = Product(uid("a", number), number)
        kind, sizes = _GROUPS[number % len(_GROUPS)]
        for place, size in enumerate(sizes):
            serial = number * 100 + place
            gtin = f"{serial:012d}" if place % 2 else None
            product.variants.append(Variant(uid("b", serial), product, size, kind, place, gtin))
        products.append(product)
    return products


def order_number(serial: int) -> str:
    return f"{300000000 + serial:09d}-{400000000 + serial:09d}"


def made_orders(count: int, variants: list[Variant], currency: str) -> dict[str, Order]:
    """One in fifty is under way, one in a hundred went wrong."""
    orders = {}
    for serial in range(count):
        status = "COMPLETED"
        if serial % 50 == 0:
            status = LIFE[serial // 50 % (len(LIFE) - 1)]
        elif serial % 100 == 1:
            status = ("CANCELED", "DIDNOTSHIP", "AUTHFAILED", "RETURNED")[serial // 100 % 4]
        number = order_number(serial)
        made = EPOCH - timedelta(minutes=7 * (count - serial))
        variant = variants[serial % len(variants)]
        orders[number] = Order(number, variant, 100 + serial % 300, currency, status, made)
    return orders


def made_listings(count: int, variants: list[Variant], currency: str) -> dict[str, Listing]:
    listings = {}
    for serial in range(count):
        made = EPOCH - timedelta(minutes=count - serial)
        status = "INACTIVE" if serial % 20 == 7 else LIVE
        key = uid("c", serial)
        variant, ask = variants[serial % len(variants)], 100 + serial % 300
        expires = made + timedelta(days=365)
        listings[key] = Listing(key, variant, ask, currency, status, made, expires)
    return listings
