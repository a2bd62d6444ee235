"""The columns of the orders grid."""

from __future__ import annotations

from soleflip_desktop.domain.transactions import OrderRow, OrderStatus
from soleflip_desktop.ui.common.columns import (
    Column,
    Tone,
    day_column,
    money_column,
    profit_tone,
    text_column,
)
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.ship_by import ship_by_column

_O = OrderStatus

STATUS_TONES: dict[OrderStatus, Tone] = {
    _O.PENDING: Tone.WARNING,
    _O.CONFIRMED: Tone.INFO,
    _O.SHIPPED: Tone.INFO,
    _O.RECEIVED: Tone.INFO,
    _O.AUTHENTICATING: Tone.INFO,
    _O.COMPLETED: Tone.GOOD,
    _O.CANCELLED: Tone.MUTED,
    _O.RETURNED: Tone.BAD,
    _O.REFUNDED: Tone.BAD,
}


def _status(order: OrderRow) -> str:
    return order.status.value.capitalize()


def _status_tone(order: OrderRow) -> Tone:
    return STATUS_TONES[order.status]


def is_waiting(order: OrderRow) -> bool:
    """Has still to be shipped."""
    return order.status in {OrderStatus.PENDING, OrderStatus.CONFIRMED}


def _place(order: OrderRow) -> str:
    return " · ".join(part for part in (order.buyer_country, order.buyer_region) if part)


def orders_columns(formatter: Formatter) -> tuple[Column[OrderRow], ...]:
    place = text_column("buyer_country", "Country/Region", _place, width=128)
    return (
        text_column("order_number", "Order number", lambda order: order.order_number, width=166),
        day_column("sold_at", "Sold on", lambda order: order.sold_at, formatter),
        text_column("product", "Product", lambda order: order.product, width=220),
        text_column("size", "Size", lambda order: order.size, width=84),
        *_money_columns(formatter),
        text_column("brand", "Brand", lambda order: order.brand, width=96),
        text_column("style_code", "Style code", lambda order: order.style_code, width=114),
        text_column("platform", "Platform", lambda order: order.platform, width=86),
        Column(
            "status",
            "Status",
            _status,
            _status,
            "status",
            width=112,
            tooltip=_status,
            tone=_status_tone,
            pill=True,
        ),
        ship_by_column(lambda order: order.ship_by, formatter, waiting=is_waiting),
        text_column(
            "remote_status", "Marketplace status", lambda order: order.remote_status, width=150
        ),
        place,
        day_column("paid_at", "Paid on", lambda order: order.paid_at, formatter),
    )


def _money_columns(formatter: Formatter) -> tuple[Column[OrderRow], ...]:
    return (
        money_column(
            "gross", "Sale price", lambda order: (order.gross, order.gross_currency), formatter
        ),
        money_column(
            "charges",
            "Charges",
            lambda order: (order.charges, order.payout_currency or order.gross_currency),
            formatter,
        ),
        money_column(
            "payout", "Payout", lambda order: (order.payout, order.payout_currency), formatter
        ),
        money_column("cost", "Cost", lambda order: (order.cost, order.cost_currency), formatter),
        money_column(
            "profit",
            "Profit",
            lambda order: (order.profit, order.payout_currency),
            formatter,
            tone=lambda order: profit_tone(order.profit),
        ),
    )


def describe_order(order: OrderRow) -> str:
    """What a screen reader says before the cell: "Nike Dunk Low, US 9, sold on StockX"."""
    return f"{order.product}, {order.size}, sold on {order.platform}"
