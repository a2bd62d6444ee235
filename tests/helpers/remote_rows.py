"""Makes what a marketplace tells: orders and listings, as connectors hand them on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from soleflip_desktop.domain.catalog import IdentifierScheme
from soleflip_desktop.domain.marketplace import (
    BadRecord,
    Page,
    RemoteCharge,
    RemoteListing,
    RemoteOrder,
    RemoteVariant,
)
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.transactions import ChargeKind, ListingStatus, OrderStatus

T = TypeVar("T")

SOLD_AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PAID_AT = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


def euros(amount: str | int) -> Money:
    return Money(Decimal(amount), "EUR")


def remote_variant(number: int = 1, size: str | None = "US M 9", **values: Any) -> RemoteVariant:
    """Size `size` of the n-th product, with StockX's ids; `values` replace single fields."""
    facts: dict[str, Any] = {
        "product_id": f"product-{number}",
        "variant_id": f"variant-{number}-{size}",
        "product_name": f"Acme Runner {number}",
        "size_text": size,
        "style_code": f"AC{number:04}-100",
        "brand": "Acme",
        "product_scheme": IdentifierScheme.STOCKX_PRODUCT,
        "variant_scheme": IdentifierScheme.STOCKX_VARIANT,
    }
    return RemoteVariant(**(facts | values))


def remote_order(
    number: str = "1000-1", status: OrderStatus | None = OrderStatus.COMPLETED, **values: Any
) -> RemoteOrder:
    """A sale for 100.00, of which 90.00 are paid out; its `raw` holds all that differs."""
    facts: dict[str, Any] = {
        "number": number,
        "variant": remote_variant(),
        "status": status,
        "raw_status": str(status or "NEWSTATUS").upper(),
        "sold_at": SOLD_AT,
        "gross": euros("100.00"),
        "payout": euros("90.00"),
        "charges": (
            RemoteCharge(ChargeKind.SELLER_FEE, Decimal("-7.00"), "Transaction Fee"),
            RemoteCharge(ChargeKind.PAYMENT_PROCESSING, Decimal("-3.00"), "Payment Proc. (3%)"),
        ),
        "paid_at": None,
    } | values
    raw = values.get("raw", {name: repr(value) for name, value in sorted(facts.items())})
    return RemoteOrder(**(facts | {"raw": raw}))


def remote_listing(
    listing_id: str = "listing-a",
    status: ListingStatus | None = ListingStatus.ACTIVE,
    **values: Any,
) -> RemoteListing:
    """An offer for 120.00."""
    facts: dict[str, Any] = {
        "id": listing_id,
        "variant": remote_variant(),
        "status": status,
        "raw_status": str(status or "NEWSTATUS").upper(),
        "ask": euros("120.00"),
    } | values
    raw = values.get("raw", {name: repr(value) for name, value in sorted(facts.items())})
    return RemoteListing(**(facts | {"raw": raw}))


def page_of(
    *records: T, bad: Sequence[BadRecord] = (), part: str = "all", more: bool = False
) -> Page[T]:
    """A page of a list with one part; with `more` there is another one behind it."""
    position = {"page": 2} if more else None
    return Page(tuple(records), tuple(bad), position, part, not more)
