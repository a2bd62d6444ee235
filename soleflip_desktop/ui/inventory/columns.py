"""The columns of the inventory grid."""

from __future__ import annotations

from soleflip_desktop.domain.inventory import ItemRow, ItemStatus
from soleflip_desktop.ui.common.columns import (
    Column,
    Tone,
    day_column,
    money_column,
    profit_tone,
    text_column,
)
from soleflip_desktop.ui.common.formatting import Formatter

_S = ItemStatus

STATUS_TONES: dict[ItemStatus, Tone] = {
    _S.ORDERED: Tone.INFO,
    _S.INCOMING: Tone.INFO,
    _S.AVAILABLE: Tone.GOOD,
    _S.CONSIGNED: Tone.INFO,
    _S.RESERVED: Tone.WARNING,
    _S.SOLD: Tone.PLAIN,
    _S.TO_SHIP: Tone.WARNING,
    _S.PACKED: Tone.WARNING,
    _S.SHIPPED: Tone.INFO,
    _S.DELIVERED: Tone.INFO,
    _S.COMPLETED: Tone.PLAIN,
    _S.RETURN_INCOMING: Tone.WARNING,
    _S.RETURNED_TO_SUPPLIER: Tone.MUTED,
    _S.LOST: Tone.BAD,
    _S.DAMAGED: Tone.BAD,
    _S.PERSONAL_USE: Tone.MUTED,
    _S.CANCELLED: Tone.MUTED,
}


def _status(item: ItemRow) -> str:
    return item.status.value.replace("_", " ").capitalize()


def _status_tone(item: ItemRow) -> Tone:
    return STATUS_TONES[item.status]


def inventory_columns(formatter: Formatter) -> tuple[Column[ItemRow], ...]:
    return (
        text_column("product", "Product", lambda item: item.product, width=244),
        text_column("brand", "Brand", lambda item: item.brand, width=104),
        text_column("style_code", "Style code", lambda item: item.style_code, width=114),
        text_column("size", "Size", lambda item: item.size, width=84),
        text_column("category", "Category", lambda item: item.category.capitalize(), width=96),
        Column(
            "status",
            "Status",
            _status,
            _status,
            "status",
            width=128,
            tooltip=_status,
            tone=_status_tone,
            pill=True,
        ),
        money_column("cost", "Cost", lambda item: (item.cost, item.cost_currency), formatter),
        money_column(
            "gross", "Sold for", lambda item: (item.gross, item.gross_currency), formatter
        ),
        money_column(
            "payout", "Payout", lambda item: (item.payout, item.payout_currency), formatter
        ),
        money_column(
            "profit",
            "Profit",
            lambda item: (item.profit, item.payout_currency),
            formatter,
            tone=lambda item: profit_tone(item.profit),
        ),
        text_column("platform", "Platform", lambda item: item.platform, width=92),
        day_column("acquired_at", "Acquired", lambda item: item.acquired_at, formatter),
        day_column("sold_at", "Sold on", lambda item: item.sold_at, formatter),
    )
