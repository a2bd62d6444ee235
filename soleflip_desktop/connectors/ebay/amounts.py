"""How a sale at eBay adds up, to the cent, for each unit of an order (marketplaces.md 3.4, 3.6).

The sale price of a line is its cost after discounts (`discountedLineItemCost`, else
`lineItemCost`) and what the buyer pays for its delivery (`deliveryCost.shippingCost`,
`handlingCost`); taxes that eBay collects and remits are never ours. With bookings of the Finances
API the charges are these (fees negative, refunds and labels as booked) and the payout is their sum.
Without, they are `totalMarketplaceFee` and the refunds of the order, and the payout is
`totalDueSeller`. What eBay leaves unexplained stays a residual; nothing is made up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from soleflip_desktop.connectors.ebay.schemas import FeeLine, LineItem, Order, Transaction
from soleflip_desktop.domain.marketplace import RemoteCharge
from soleflip_desktop.domain.money import Money, round_cents, split_evenly
from soleflip_desktop.domain.transactions import ChargeKind

SALE = "SALE"
PAID = frozenset({"PAID", "PARTIALLY_REFUNDED"})
_DEBIT = "DEBIT"
_BOOKED_AS: Mapping[str, ChargeKind] = {
    "REFUND": ChargeKind.REFUND,
    "SHIPPING_LABEL": ChargeKind.SHIPPING,
    "NON_SALE_CHARGE": ChargeKind.SELLER_FEE,
}
#: The whole list of fee types is not published: a part of the word decides, the word is kept.
_FEES_LIKE: Sequence[tuple[str, ChargeKind]] = (
    ("AD_FEE", ChargeKind.ADVERTISING),
    ("PROMOTED", ChargeKind.ADVERTISING),
    ("PAYMENT_PROCESSING", ChargeKind.PAYMENT_PROCESSING),
    ("SHIPPING", ChargeKind.SHIPPING),
)
_REFUND_DONE = frozenset({"", "REFUNDED"})


@dataclass(frozen=True, slots=True)
class UnitAmounts:
    """One sold piece of a line: gross + charges + residual = payout."""

    line: LineItem
    gross: Money
    charges: tuple[RemoteCharge, ...]
    payout: Money | None


@dataclass(frozen=True, slots=True)
class _Told:
    """Charges and payout of an order; `by_line` are charges that name their line."""

    payout: Money | None
    whole: tuple[RemoteCharge, ...]
    by_line: Mapping[str, tuple[RemoteCharge, ...]]


def unit_amounts(order: Order, booked: Sequence[Transaction]) -> list[UnitAmounts]:
    """All units of an order, in the order of their line numbers, so that "/n" stays the same.

    Raises ValueError for an order without lines or with several currencies.
    """
    lines = sorted(order.line_items, key=lambda line: line.line_item_id)
    if not lines or len({line.line_item_cost.currency for line in lines}) != 1:
        raise ValueError("no line items, or several currencies, as lineItems")
    currency = lines[0].line_item_cost.currency
    units = [(line, share) for line in lines for share in _unit_prices(line)]
    told = _booked(booked) if _has_sale(booked) else _told_by_order(order, currency)
    charges = _shared_charges(units, told)
    payouts = _shared_payout(units, charges, told)
    return [
        UnitAmounts(line, Money(gross, currency), tuple(own), payout)
        for (line, gross), own, payout in zip(units, charges, payouts, strict=True)
    ]


def _has_sale(booked: Sequence[Transaction]) -> bool:
    return any(entry.transaction_type == SALE for entry in booked)


def _unit_prices(line: LineItem) -> list[Decimal]:
    return split_evenly(_line_gross(line), max(1, line.quantity))


def _line_gross(line: LineItem) -> Decimal:
    cost = line.discounted_line_item_cost or line.line_item_cost
    delivery = line.delivery_cost
    parts = (delivery.shipping_cost, delivery.handling_cost) if delivery else ()
    same = (part.value for part in parts if part and part.currency == cost.currency)
    return round_cents(cost.value + sum(same, Decimal(0)))


def _told_by_order(order: Order, currency: str) -> _Told:
    """Until it is paid, `totalDueSeller` may still change (E1): no payout then."""
    summary = order.payment_summary
    due = summary.total_due_seller if summary else None
    unpaid = order.order_payment_status not in {*PAID, "FULLY_REFUNDED"}
    payout = None if due is None or unpaid else Money(due.value, due.currency)
    charges = []
    fee = order.total_marketplace_fee
    if fee is not None:
        charges.append((fee, ChargeKind.SELLER_FEE, "totalMarketplaceFee"))
    charges += [
        (refund.amount, ChargeKind.REFUND, "refund")
        for refund in (summary.refunds if summary else ())
        if refund.amount is not None and refund.refund_status in _REFUND_DONE
    ]
    wanted = payout.currency if payout else currency
    whole = (
        RemoteCharge(kind, -round_cents(amount.value), word)
        for amount, kind, word in charges
        if amount.currency == wanted and amount.value
    )
    return _Told(payout, tuple(whole), {})


def _booked(booked: Sequence[Transaction]) -> _Told:
    """All bookings of the order together, in the currency of its sale."""
    currency = next(e.amount.currency for e in booked if e.transaction_type == SALE)
    mine = [entry for entry in booked if entry.amount.currency == currency]
    whole: list[RemoteCharge] = []
    by_line: dict[str, tuple[RemoteCharge, ...]] = {}
    for entry in mine:
        if entry.transaction_type != SALE:
            whole.append(_booking_charge(entry))
            continue
        fees = {line.line_item_id: _fees(line, currency) for line in entry.order_line_items}
        for line_id, charges in fees.items():
            by_line[line_id] = by_line.get(line_id, ()) + charges
        if entry.total_fee_amount and not any(fees.values()):
            amount = -round_cents(entry.total_fee_amount.value)
            whole.append(RemoteCharge(ChargeKind.SELLER_FEE, amount, "totalFeeAmount"))
    payout = sum((_signed(entry) for entry in mine), Decimal(0))
    return _Told(Money(payout, currency), tuple(whole), by_line)


def _signed(entry: Transaction) -> Decimal:
    """Amounts come without sign; a word beside them says which way they went."""
    amount = round_cents(entry.amount.value)
    return -abs(amount) if entry.booking_entry == _DEBIT else amount


def _booking_charge(entry: Transaction) -> RemoteCharge:
    kind = _BOOKED_AS.get(entry.transaction_type, ChargeKind.ADJUSTMENT)
    word = entry.fee_type or entry.transaction_type
    return RemoteCharge(_fee_kind(word, kind), _signed(entry), word)


def _fees(line: FeeLine, currency: str) -> tuple[RemoteCharge, ...]:
    return tuple(
        RemoteCharge(
            _fee_kind(fee.fee_type, ChargeKind.SELLER_FEE),
            -round_cents(fee.amount.value),
            fee.fee_type,
        )
        for fee in line.marketplace_fees
        if fee.amount.currency == currency and fee.amount.value
    )


def _fee_kind(word: str, otherwise: ChargeKind) -> ChargeKind:
    if otherwise is not ChargeKind.SELLER_FEE:
        return otherwise
    return next((kind for part, kind in _FEES_LIKE if part in word), otherwise)


def _shared_charges(
    units: Sequence[tuple[LineItem, Decimal]], told: _Told
) -> list[list[RemoteCharge]]:
    """The charges of each unit: those of its line, and its part of the order's."""
    charges: list[list[RemoteCharge]] = [[] for _ in units]
    everywhere = list(range(len(units)))
    of_lines = [
        (charge, [n for n in everywhere if units[n][0].line_item_id == line_id] or everywhere)
        for line_id, own in told.by_line.items()
        for charge in own
    ]
    for charge, places in [*of_lines, *((charge, everywhere) for charge in told.whole)]:
        parts = by_weight(charge.amount, [units[place][1] for place in places])
        for place, part in zip(places, parts, strict=True):
            if part:
                charges[place].append(RemoteCharge(charge.kind, part, charge.raw_kind))
    return charges


def _shared_payout(
    units: Sequence[tuple[LineItem, Decimal]], charges: Sequence[list[RemoteCharge]], told: _Told
) -> list[Money | None]:
    """What each unit should bring, and its part of what is left unexplained."""
    if told.payout is None:
        return [None] * len(units)
    expected = [
        gross + sum((charge.amount for charge in own), Decimal(0))
        for (_, gross), own in zip(units, charges, strict=True)
    ]
    residual = told.payout.amount - sum(expected, Decimal(0))
    parts = by_weight(residual, [gross for _, gross in units])
    currency = told.payout.currency
    return [Money(sure + part, currency) for sure, part in zip(expected, parts, strict=True)]


def by_weight(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Cents in proportion to the weights, exact in sum; even shares where no weight tells."""
    total = sum(weights, Decimal(0))
    if total <= 0 or len(set(weights)) == 1:
        return split_evenly(amount, len(weights))
    parts, seen, given = [], Decimal(0), Decimal(0)
    for weight in weights:
        seen += weight
        upto = round_cents(amount * seen / total)
        parts.append(upto - given)
        given = upto
    return parts
