"""What a sync asks people, in words: what happened, and what to do about it."""

from __future__ import annotations

from typing import Any

from soleflip_desktop.db.queries.review_inbox import Question
from soleflip_desktop.db.queries.sync_catalog import title
from soleflip_desktop.db.queries.sync_units import Unit, booked_out_by_hand
from soleflip_desktop.domain.marketplace import RemoteListing, RemoteOrder, RemoteVariant
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.sync import ReviewKind
from soleflip_desktop.domain.synced_sales import sent_and_cancelled
from soleflip_desktop.domain.transactions import OrderStatus


def order_changed(record: RemoteOrder, old: OrderStatus, unit: Unit | None) -> Question:
    """The platform went back on a status, or cancelled what had been sent."""
    new = record.status or old
    words = (
        f"The platform says “{record.raw_status}” of this order, which was {old} here; it is {new} "
        "now."
    )
    if unit is not None and sent_and_cancelled(unit.status, new):
        words += (
            f" Its unit {unit.id} is not in the house: it stays {unit.status} until you change "
            "that."
        )
    return _about_order(ReviewKind.ORDER_CHANGED, record, words, unit)


def oversold(record: RemoteOrder, unit: Unit) -> Question:
    """The unit of the order's listing was gone already."""
    if booked_out_by_hand(unit):
        words = (
            f"The unit {unit.id} of its listing was booked out by hand ({unit.status}) before this "
            "sale came. If this is that sale, dismiss this; if it was sold elsewhere, send another "
            "unit or cancel this order."
        )
    else:
        words = (
            f"The unit {unit.id} of its listing is {unit.status} already, for another sale. Send "
            "another unit, or cancel one of the two orders."
        )
    return _about_order(ReviewKind.OVERSOLD, record, words, unit)


def _about_order(kind: ReviewKind, record: RemoteOrder, words: str, unit: Unit | None) -> Question:
    details = {"item_id": unit.id} if unit else {}
    heading = f"Order {record.number}: {title(record.variant)}"
    return Question(kind, record.number, heading, words, details)


def unclear_size(variant: RemoteVariant, variant_id: int) -> Question:
    """Of a size that was stored as the platform wrote it, because nobody could read it."""
    return Question(
        ReviewKind.SIZE_UNCLEAR,
        variant.variant_id or title(variant),
        title(variant),
        f"“{variant.size_text}” is not a size that can be read. It was stored as it stands; "
        "correct the size of its units where you know it.",
        {"variant_id": variant_id},
    )


def without_unit(record: RemoteListing, listing_id: int) -> Question:
    return Question(
        ReviewKind.LISTING_WITHOUT_UNIT,
        record.id,
        f"{title(record.variant)}{_ask_text(record.ask)}",
        "This is offered at the platform, and no unit of this size is in stock that is not "
        "offered there already. Link the unit that is meant, or add it.",
        {"listing_id": listing_id},
    )


def vanished(
    external_id: str, name: str, status: str, ask: Money | None, **details: Any
) -> Question:
    """`name` is product and size, `details` our listing_id and item_id."""
    return Question(
        ReviewKind.LISTING_VANISHED,
        external_id,
        f"{name}{_ask_text(ask)}",
        f"The platform does not list this any more; here it is still {status}. Was it sold, "
        "deleted, or did it expire?",
        details,
    )


def _ask_text(ask: Money | None) -> str:
    return f" for {ask.amount} {ask.currency}" if ask else ""
