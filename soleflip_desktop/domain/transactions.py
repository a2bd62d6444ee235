"""Sales: an Order is one sold unit, its charges are signed lines, the payout is the truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from soleflip_desktop.domain.provenance import Provenance


class OrderStatus(StrEnum):
    """Where a sale stands."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    SHIPPED = "shipped"
    RECEIVED = "received"
    AUTHENTICATING = "authenticating"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    REFUNDED = "refunded"


_O = OrderStatus

#: The state machine of a sale; the database enforces the same table.
ORDER_TRANSITIONS: dict[OrderStatus, frozenset[OrderStatus]] = {
    _O.PENDING: frozenset({_O.CONFIRMED, _O.SHIPPED, _O.COMPLETED, _O.CANCELLED}),
    _O.CONFIRMED: frozenset({_O.SHIPPED, _O.COMPLETED, _O.CANCELLED}),
    _O.SHIPPED: frozenset({_O.RECEIVED, _O.AUTHENTICATING, _O.COMPLETED, _O.RETURNED}),
    _O.RECEIVED: frozenset({_O.AUTHENTICATING, _O.COMPLETED, _O.RETURNED}),
    _O.AUTHENTICATING: frozenset({_O.COMPLETED, _O.RETURNED, _O.CANCELLED}),
    _O.COMPLETED: frozenset({_O.RETURNED, _O.REFUNDED}),
    _O.CANCELLED: frozenset(),
    _O.RETURNED: frozenset({_O.REFUNDED}),
    _O.REFUNDED: frozenset(),
}


class ListingStatus(StrEnum):
    """The life of an offer on a marketplace (reference.md 4.3)."""

    DRAFT = "draft"
    QUEUED = "queued"
    ACTIVE = "active"
    INACTIVE = "inactive"
    MATCHED = "matched"
    SOLD = "sold"
    EXPIRED = "expired"
    DELETED = "deleted"
    FAILED = "failed"


_L = ListingStatus

#: The state machine of a listing; the database enforces the same table.
LISTING_TRANSITIONS: dict[ListingStatus, frozenset[ListingStatus]] = {
    _L.DRAFT: frozenset({_L.QUEUED, _L.ACTIVE, _L.DELETED}),
    _L.QUEUED: frozenset({_L.ACTIVE, _L.INACTIVE, _L.FAILED, _L.DELETED}),
    _L.ACTIVE: frozenset({_L.INACTIVE, _L.MATCHED, _L.SOLD, _L.EXPIRED, _L.DELETED, _L.FAILED}),
    _L.INACTIVE: frozenset({_L.ACTIVE, _L.QUEUED, _L.EXPIRED, _L.DELETED}),
    _L.MATCHED: frozenset({_L.SOLD, _L.ACTIVE, _L.INACTIVE}),
    _L.SOLD: frozenset(),
    _L.EXPIRED: frozenset({_L.ACTIVE, _L.QUEUED, _L.DELETED}),
    _L.DELETED: frozenset(),
    _L.FAILED: frozenset({_L.QUEUED, _L.DELETED}),
}


class ChargeKind(StrEnum):
    """What a signed line between sale price and payout is for."""

    SELLER_FEE = "seller_fee"
    PAYMENT_PROCESSING = "payment_processing"
    SHIPPING = "shipping"
    TAX = "tax"
    ADVERTISING = "advertising"
    CASH_OUT = "cash_out"
    REFUND = "refund"
    ADJUSTMENT = "adjustment"
    ROUNDING = "rounding"
    UNITEMISED = "unitemised"


class ChargeSource(StrEnum):
    """Who says so: the report itself, or we, from what the payout leaves unexplained."""

    ITEMISED = "itemised"
    DERIVED = "derived"


#: A residual up to this amount, in the payout's major unit, is rounding (issue 2, reference 2.4).
ROUNDING_LIMIT = Decimal("0.01")


def residual_kind(residual: Decimal) -> ChargeKind | None:
    """Names what is left between sale price, itemised charges and payout. None: nothing is."""
    if residual == 0:
        return None
    return ChargeKind.ROUNDING if abs(residual) <= ROUNDING_LIMIT else ChargeKind.UNITEMISED


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One line of the orders grid. Amounts are major units of the currency beside them.

    `remote_status` is the marketplace's own word for where the sale stands, as it was last seen.
    """

    id: int
    order_number: str | None
    platform: str
    account: str
    product: str
    brand: str | None
    style_code: str | None
    size: str
    status: OrderStatus
    sold_at: datetime
    gross: Decimal
    gross_currency: str
    charges: Decimal | None
    payout: Decimal | None
    payout_currency: str | None
    cost: Decimal | None
    cost_currency: str | None
    profit: Decimal | None
    paid_at: datetime | None
    buyer_country: str | None
    buyer_region: str | None
    batch_id: int | None
    import_row: int | None
    ship_by: datetime | None = None
    remote_status: str | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """One signed line of an order: negative takes from the payout, positive adds to it."""

    kind: ChargeKind
    amount: Decimal
    currency: str
    source: ChargeSource


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """What the detail pane shows of one order: the row, its charges and where it comes from."""

    row: OrderRow
    charges: tuple[Charge, ...]
    source: Provenance
