"""The preview of offers: what goes where for how much, beside what the market says."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from soleflip_desktop.ui.common.columns import Column, Tone, money_column, text_column
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.sync_words import age
from soleflip_desktop.ui.inventory.offers import Offer


def offer_columns(formatter: Formatter) -> tuple[Column[Offer], ...]:
    def lowest(offer: Offer) -> tuple[Decimal | None, str | None]:
        market = offer.market
        return (None, None) if market is None else (market.lowest_ask, market.currency)

    return (
        text_column(
            "unit", "Unit", lambda offer: f"{offer.item.product}, {offer.item.size}", width=236
        ),
        text_column("account", "On", lambda offer: offer.account.title, width=124),
        money_column("ask", "Ask", lambda offer: (offer.ask, offer.account.currency), formatter),
        money_column("lowest", "Lowest ask", lowest, formatter, width=108),
        text_column("seen", "Seen", _seen, width=138),
        Column(
            "note",
            "",
            _note,
            _note,
            width=190,
            tooltip=_note,
            tone=lambda offer: Tone.WARNING if offer.problem else Tone.PLAIN,
        ),
    )


def _seen(offer: Offer) -> str:
    if offer.market is None:
        return "no data yet"
    return age(offer.market.observed_at, datetime.now(UTC))


def _note(offer: Offer) -> str:
    return f"! {offer.problem}" if offer.problem else "○ Goes to the outbox"
