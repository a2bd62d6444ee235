"""The columns of the inventory grid: every field of a unit; the rarer ones wait to be chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from soleflip_desktop.domain.inventory import PROMISED, ItemRow, ItemStatus
from soleflip_desktop.domain.market import is_stale
from soleflip_desktop.domain.unit_fields import UNIT_FIELDS_BY_NAME
from soleflip_desktop.ui.common.columns import (
    Column,
    Tone,
    calendar_column,
    day_column,
    figure_column,
    money_column,
    number_column,
    profit_tone,
    text_column,
)
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.ship_by import ship_by_column
from soleflip_desktop.ui.common.sync_words import age

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

#: Stands before a market value that is too old to be relied on; the tooltip says it in words.
STALE_SIGN = "◷"
#: Shown until somebody chooses otherwise.
_SHOWN = frozenset(
    [
        "product",
        "brand",
        "style_code",
        "size",
        "status",
        "listed",
        "location",
        "cost",
        "landed_cost",
        "market_value",
        "gross",
        "payout",
        "profit",
        "roi_pct",
        "days_held",
        "platform",
        "acquired_at",
        "sold_at",
    ]
)


def inventory_columns(formatter: Formatter) -> tuple[Column[ItemRow], ...]:
    columns = (
        *_what(),
        *_where(),
        *_cost(formatter),
        *_worth(formatter),
        *_sale(formatter),
        *_time(formatter),
        *_purchase(),
        *_record(formatter),
    )
    return tuple(
        replace(
            column,
            hidden=column.key not in _SHOWN,
            edit=column.key if column.key in UNIT_FIELDS_BY_NAME else None,
        )
        for column in columns
    )


def describe_item(item: ItemRow) -> str:
    """What a screen reader says before the cell: "Nike Dunk Low, US 9, listed on StockX"."""
    listed = f"listed on {' and '.join(item.listed)}" if item.listed else _words(item.status)
    return f"{item.product}, {item.size}, {listed}"


def _words(value: StrEnum | None) -> str:
    return "" if value is None else value.value.replace("_", " ").capitalize()


def _promised(item: ItemRow) -> str:
    return PROMISED if item.presale else ""


def _status(item: ItemRow) -> str:
    return _words(item.status)


def _status_tone(item: ItemRow) -> Tone:
    return STATUS_TONES[item.status]


def _what() -> tuple[Column[ItemRow], ...]:
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
        text_column("listed", "Listed on", lambda item: ", ".join(item.listed), width=96),
        text_column("presale", "Presale", _promised, width=92),
    )


def _where() -> tuple[Column[ItemRow], ...]:
    return (
        text_column("location", "Location", lambda item: item.location, width=128),
        text_column("condition", "Condition", lambda item: _words(item.condition), width=92),
        text_column("box_state", "Box", lambda item: _words(item.box_state), width=96),
        text_column("tags", "Tags", lambda item: ", ".join(item.tags), width=128),
        text_column("notes", "Notes", lambda item: item.notes, width=180),
    )


def _money(
    key: str,
    title: str,
    currency: Callable[[ItemRow], str | None],
    formatter: Formatter,
    *,
    signed: bool = False,
    width: int = 92,
) -> Column[ItemRow]:
    """The amount in the field `key`; a `signed` one stands out where it is a loss."""

    def amount(item: ItemRow) -> tuple[Decimal | None, str | None]:
        return getattr(item, key), currency(item)

    if not signed:
        return money_column(key, title, amount, formatter, width=width)
    return money_column(
        key, title, amount, formatter, tone=lambda item: profit_tone(amount(item)[0]), width=width
    )


def _cost_currency(item: ItemRow) -> str | None:
    return item.cost_currency


def _payout_currency(item: ItemRow) -> str | None:
    return item.payout_currency


def _percent(key: str, title: str, formatter: Formatter) -> Column[ItemRow]:
    def value(item: ItemRow) -> Decimal | None:
        percent: Decimal | None = getattr(item, key)
        return percent

    return figure_column(key, title, value, formatter, tone=lambda item: profit_tone(value(item)))


def _cost(formatter: Formatter) -> tuple[Column[ItemRow], ...]:
    return (
        _money("cost", "Cost", _cost_currency, formatter),
        _money("cost_net", "Net cost", _cost_currency, formatter),
        _money("cost_inbound", "Inbound cost", _cost_currency, formatter, width=116),
        _money("landed_cost", "Landed cost", _cost_currency, formatter, width=112),
        text_column("cost_currency", "Cost currency", _cost_currency, width=112),
        text_column("vat_scheme", "VAT scheme", lambda item: _words(item.vat_scheme)),
        _percent("vat_pct", "VAT %", formatter),
    )


def _worth(formatter: Formatter) -> tuple[Column[ItemRow], ...]:
    market = _money(
        "market_value", "Market value", lambda item: item.market_currency, formatter, width=118
    )

    def seen(item: ItemRow) -> str:
        value = market.tooltip(item)
        if not value or item.market_seen_at is None:
            return value
        told = age(item.market_seen_at, datetime.now(UTC))
        return f"{told}: {value}, lowest ask seen on {formatter.iso(item.market_seen_at)}"

    def marked(item: ItemRow) -> str:
        return f"{STALE_SIGN} {market.display(item)}" if _stale(item) else market.display(item)

    def tone(item: ItemRow) -> Tone:
        return Tone.MUTED if _stale(item) else Tone.PLAIN

    return (
        replace(market, display=marked, tooltip=seen, tone=tone),
        day_column("market_seen_at", "Market seen", lambda item: item.market_seen_at, formatter),
        _percent("margin_at_ask_pct", "Margin at ask %", formatter),
    )


def _stale(item: ItemRow) -> bool:
    seen = item.market_seen_at
    return item.market_value is not None and seen is not None and is_stale(seen, datetime.now(UTC))


def _sale(formatter: Formatter) -> tuple[Column[ItemRow], ...]:
    return (
        _money("gross", "Sold for", lambda item: item.gross_currency, formatter),
        _money("payout", "Payout", _payout_currency, formatter),
        _money("profit", "Profit", _payout_currency, formatter, signed=True),
        _percent("roi_pct", "ROI %", formatter),
        _money("profit_per_day", "Profit a day", _payout_currency, formatter, signed=True),
        text_column("platform", "Platform", lambda item: item.platform, width=92),
    )


def _time(formatter: Formatter) -> tuple[Column[ItemRow], ...]:
    return (
        number_column(
            "days_held", "Days held", lambda item: item.days_held, formatter, sortable=True
        ),
        day_column("acquired_at", "Acquired", lambda item: item.acquired_at, formatter),
        day_column("sold_at", "Sold on", lambda item: item.sold_at, formatter),
        ship_by_column(lambda item: item.ship_by, formatter, waiting=lambda _item: True),
        day_column("delivered_at", "Delivered", lambda item: item.delivered_at, formatter),
        calendar_column("return_until", "Return until", lambda item: item.return_until, formatter),
    )


def _purchase() -> tuple[Column[ItemRow], ...]:
    return (
        text_column("supplier", "Supplier", lambda item: item.supplier, width=120),
        text_column(
            "purchase_order_number", "Purchase order", lambda item: item.purchase_order_number
        ),
        text_column(
            "purchase_invoice_number", "Purchase invoice", lambda item: item.purchase_invoice_number
        ),
    )


def _record(formatter: Formatter) -> tuple[Column[ItemRow], ...]:
    return (
        number_column("id", "Unit no.", lambda item: item.id, formatter, sortable=True),
        number_column(
            "attachments", "Attachments", lambda item: item.attachments, formatter, sortable=True
        ),
        number_column("batch_id", "Import no.", lambda item: item.batch_id, formatter),
        number_column("import_row", "Row in file", lambda item: item.import_row, formatter),
    )
