"""What a platform's word about a sale means for the unit, the listing and the charges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from soleflip_desktop.domain.inventory import IN_STOCK, ItemStatus
from soleflip_desktop.domain.marketplace import RemoteCharge
from soleflip_desktop.domain.money import Money, round_cents
from soleflip_desktop.domain.transactions import (
    ORDER_TRANSITIONS,
    Charge,
    ChargeKind,
    ChargeSource,
    ListingStatus,
    OrderStatus,
    residual_kind,
)

_I, _O = ItemStatus, OrderStatus

#: Not in the house yet: taken for a sale only where no other unit is there.
ON_THE_WAY = frozenset({_I.ORDERED, _I.INCOMING})
#: The way of a sold unit.
SOLD_WAY = (_I.SOLD, _I.TO_SHIP, _I.PACKED, _I.SHIPPED, _I.DELIVERED, _I.COMPLETED)
_RANK = {
    **dict.fromkeys(IN_STOCK, 0),
    **{status: rank for rank, status in enumerate((*SOLD_WAY, _I.RETURN_INCOMING), 1)},
}
_NOT_SENT = frozenset({_I.SOLD, _I.TO_SHIP, _I.PACKED})
#: Where the unit of a sale is, as in imports; that of a cancelled one never left.
UNIT_STATUS: Mapping[OrderStatus, ItemStatus] = {
    _O.PENDING: _I.SOLD,
    _O.CONFIRMED: _I.TO_SHIP,
    _O.SHIPPED: _I.SHIPPED,
    _O.RECEIVED: _I.DELIVERED,
    _O.AUTHENTICATING: _I.SHIPPED,
    _O.COMPLETED: _I.COMPLETED,
    _O.CANCELLED: _I.AVAILABLE,
    _O.RETURNED: _I.RETURN_INCOMING,
    _O.REFUNDED: _I.RETURN_INCOMING,
}
#: Sales that do not count: the unit can be sold again.
UNDONE = frozenset({_O.CANCELLED, _O.RETURNED, _O.REFUNDED})
_FINAL = UNDONE | {_O.COMPLETED}


def taken_back(old: OrderStatus, new: OrderStatus) -> bool:
    """The platform goes back on a status that we hold as final."""
    return old in _FINAL and new is not old and new not in ORDER_TRANSITIONS[old]


def unit_status(unit: ItemStatus, old: OrderStatus | None, new: OrderStatus) -> ItemStatus:
    """Where the unit is once its sale has gone from `old` (None: just now sold) to `new`.

    What somebody entered that lies further on stays: a packed unit of a confirmed sale is packed.
    A cancelled sale gives back what was not sent yet.
    """
    told = UNIT_STATUS[new]
    before = UNIT_STATUS[old] if old else None
    if unit not in _RANK or before is told:
        return unit
    if new is _O.CANCELLED:
        return told if old and unit in _NOT_SENT else unit
    if before is not None and _RANK[told] < _RANK[before]:
        return told if unit is before else unit
    if new in UNDONE and old and not _RANK[unit]:
        return unit
    return told if _RANK[unit] < _RANK[told] else unit


def sent_and_cancelled(unit: ItemStatus, new: OrderStatus) -> bool:
    """A sale was cancelled whose unit is not in the house."""
    return new is _O.CANCELLED and _RANK.get(unit, 0) >= _RANK[_I.SHIPPED]


def sold_listing_status(listing: ListingStatus, order: OrderStatus) -> ListingStatus:
    """How an offer of one unit stands, once it has made this sale."""
    if order in UNDONE or listing is ListingStatus.SOLD:
        return listing
    return ListingStatus.SOLD if order is _O.COMPLETED else ListingStatus.MATCHED


def itemised(charges: Iterable[RemoteCharge], currency: str) -> list[Charge]:
    """One line a kind, in cents; what a platform splits further is summed."""
    sums: dict[ChargeKind, Decimal] = {}
    for charge in charges:
        sums[charge.kind] = sums.get(charge.kind, Decimal(0)) + charge.amount
    return [
        Charge(kind, round_cents(amount), currency, ChargeSource.ITEMISED)
        for kind, amount in sums.items()
    ]


def with_residual(gross: Money, payout: Money | None, lines: Sequence[Charge]) -> list[Charge]:
    """The lines with what they leave of the payout: gross + lines = payout, where one currency."""
    same = {gross.currency, *(line.currency for line in lines)}
    if payout is None or same != {payout.currency}:
        return list(lines)
    residual = payout.amount - gross.amount - sum(line.amount for line in lines)
    kind = residual_kind(residual)
    if kind is None:
        return list(lines)
    taken = next((line for line in lines if line.kind is kind), None)
    if taken is None:
        return [*lines, Charge(kind, residual, payout.currency, ChargeSource.DERIVED)]
    whole = Charge(kind, taken.amount + residual, taken.currency, taken.source)
    return [whole if line is taken else line for line in lines]
