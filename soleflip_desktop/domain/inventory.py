"""Physical units: one InventoryItem is one pair, garment or box that can be held in the hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from soleflip_desktop.domain.errors import InvalidTransitionError
from soleflip_desktop.domain.provenance import Provenance


class ItemStatus(StrEnum):
    """Where a unit is in its life. "Listed" is not a status: it follows from open listings."""

    ORDERED = "ordered"
    INCOMING = "incoming"
    AVAILABLE = "available"
    CONSIGNED = "consigned"
    RESERVED = "reserved"
    SOLD = "sold"
    TO_SHIP = "to_ship"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    RETURN_INCOMING = "return_incoming"
    RETURNED_TO_SUPPLIER = "returned_to_supplier"
    LOST = "lost"
    DAMAGED = "damaged"
    PERSONAL_USE = "personal_use"
    CANCELLED = "cancelled"


_S = ItemStatus

#: In these a unit can be sold; the database's trigger `queue_delisting` has the same list.
IN_STOCK = (_S.ORDERED, _S.INCOMING, _S.AVAILABLE, _S.CONSIGNED, _S.RESERVED)
#: How the grid's column “Presale” names a unit that is promised before it is in the house.
PROMISED = "Promised"

#: The one state machine of a unit (reference.md 1.2); the database enforces the same table.
ITEM_TRANSITIONS: dict[ItemStatus, frozenset[ItemStatus]] = {
    _S.ORDERED: frozenset({_S.INCOMING, _S.AVAILABLE, _S.CANCELLED}),
    _S.INCOMING: frozenset({_S.AVAILABLE, _S.LOST, _S.DAMAGED, _S.CANCELLED}),
    _S.AVAILABLE: frozenset(
        {
            _S.CONSIGNED,
            _S.RESERVED,
            _S.SOLD,
            _S.RETURNED_TO_SUPPLIER,
            _S.LOST,
            _S.DAMAGED,
            _S.PERSONAL_USE,
        }
    ),
    _S.CONSIGNED: frozenset({_S.AVAILABLE, _S.SOLD, _S.LOST, _S.DAMAGED}),
    _S.RESERVED: frozenset({_S.AVAILABLE, _S.SOLD}),
    _S.SOLD: frozenset({_S.TO_SHIP, _S.AVAILABLE, _S.SHIPPED, _S.COMPLETED}),
    _S.TO_SHIP: frozenset({_S.PACKED, _S.SHIPPED, _S.AVAILABLE}),
    _S.PACKED: frozenset({_S.TO_SHIP, _S.SHIPPED, _S.AVAILABLE}),
    _S.SHIPPED: frozenset({_S.DELIVERED, _S.COMPLETED, _S.RETURN_INCOMING, _S.LOST}),
    _S.DELIVERED: frozenset({_S.COMPLETED, _S.RETURN_INCOMING}),
    _S.COMPLETED: frozenset({_S.RETURN_INCOMING}),
    _S.RETURN_INCOMING: frozenset({_S.AVAILABLE, _S.DAMAGED, _S.LOST}),
    _S.RETURNED_TO_SUPPLIER: frozenset(),
    _S.LOST: frozenset({_S.AVAILABLE}),
    _S.DAMAGED: frozenset({_S.AVAILABLE, _S.PERSONAL_USE, _S.RETURNED_TO_SUPPLIER}),
    _S.PERSONAL_USE: frozenset({_S.AVAILABLE}),
    _S.CANCELLED: frozenset(),
}


class Condition(StrEnum):
    """The grade of a unit, best first."""

    NEW = "new"
    EXCELLENT = "excellent"
    VERY_GOOD = "very_good"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class BoxState(StrEnum):
    """What is left of the original box."""

    ORIGINAL = "original"
    DAMAGED = "damaged"
    REPLACEMENT = "replacement"
    NONE = "none"


class VatScheme(StrEnum):
    """How a unit was bought for VAT (reference.md 1.8)."""

    STANDARD = "standard"
    MARGIN = "margin"
    REVERSE_CHARGE = "reverse_charge"
    INTRA_EU = "intra_eu"
    IMPORT = "import"
    NONE = "none"


def check_item_transition(old: ItemStatus, new: ItemStatus) -> None:
    """Raises InvalidTransitionError where the state machine has no such step."""
    if new not in ITEM_TRANSITIONS[old]:
        allowed = ", ".join(sorted(ITEM_TRANSITIONS[old])) or "nothing: it is final"
        msg = f"A unit cannot go from {old} to {new}. Allowed from {old}: {allowed}."
        raise InvalidTransitionError(msg)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line of the inventory grid. Amounts are major units of the currency beside them.

    `landed_cost` = cost + cost_inbound, both in `cost_currency`; `profit` = payout - landed cost,
    where both are in one currency. `days_held` runs from `acquired_at` to the sale, or to now.
    `roi_pct` = profit / landed cost, `profit_per_day` = profit / days held (at least 1).
    `market_value` is the newest lowest ask of this size, seen at `market_seen_at`;
    `margin_at_ask_pct` = (lowest ask - landed cost) / lowest ask, before fees, in one currency.
    `listed` names the platforms of open listings. `presale`: promised on StockX and not sent yet;
    `ship_by` is when it has to leave the house, blank once it has left.
    """

    id: int
    product: str
    brand: str | None
    style_code: str | None
    category: str
    size: str
    status: ItemStatus
    cost: Decimal | None
    cost_currency: str | None
    gross: Decimal | None
    gross_currency: str | None
    payout: Decimal | None
    payout_currency: str | None
    profit: Decimal | None
    acquired_at: datetime | None
    sold_at: datetime | None
    platform: str | None
    batch_id: int | None
    import_row: int | None
    version: int = 1
    listed: tuple[str, ...] = ()
    condition: Condition | None = None
    box_state: BoxState | None = None
    location: str | None = None
    tags: tuple[str, ...] = ()
    notes: str | None = None
    supplier: str | None = None
    purchase_order_number: str | None = None
    purchase_invoice_number: str | None = None
    delivered_at: datetime | None = None
    return_until: date | None = None
    cost_net: Decimal | None = None
    cost_inbound: Decimal | None = None
    vat_scheme: VatScheme | None = None
    vat_pct: Decimal | None = None
    landed_cost: Decimal | None = None
    days_held: int | None = None
    roi_pct: Decimal | None = None
    profit_per_day: Decimal | None = None
    market_value: Decimal | None = None
    market_currency: str | None = None
    market_seen_at: datetime | None = None
    margin_at_ask_pct: Decimal | None = None
    attachments: int = 0
    presale: bool = False
    ship_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Purchase:
    """How a unit was bought. The gross cost and its currency stand in the unit's row."""

    supplier: str | None = None
    order_number: str | None = None
    invoice_number: str | None = None
    delivered_at: datetime | None = None
    return_until: date | None = None
    cost_net: Decimal | None = None
    vat_scheme: VatScheme | None = None
    vat_pct: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Keeping:
    """The unit as it lies there: its state and its place."""

    condition: Condition | None = None
    box: BoxState | None = None
    location: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class ItemDetail:
    """What the detail pane shows of one unit."""

    row: ItemRow
    purchase: Purchase
    keeping: Keeping
    source: Provenance
