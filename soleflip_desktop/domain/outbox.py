"""The outbox: everything that changes a marketplace, from the wish to the platform's own word.

queued -> sending -> pending -> confirmed is the good way. `sending` is stored before the request
leaves, so that a crash cannot hide that something may have been sent; an entry whose answer was
lost is `unknown` and is looked up at the marketplace before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from soleflip_desktop.domain.marketplace import Raw
from soleflip_desktop.domain.money import Money


class OutboxAction(StrEnum):
    """What an entry asks the marketplace for."""

    CREATE = "create"
    REPRICE = "reprice"
    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"
    DELETE = "delete"
    SHIP = "ship"


class OutboxState(StrEnum):
    """How far an entry has come."""

    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    PENDING = "pending"  # accepted, not done yet
    CONFIRMED = "confirmed"
    FAILED = "failed"
    UNKNOWN = "unknown"  # it may have been done: look it up first
    DROPPED = "dropped"


class OutboxReason(StrEnum):
    """Who wanted it."""

    USER = "user"
    OVERSELL = "oversell"  # the unit was sold elsewhere


_S = OutboxState

#: Steps that exist. Only entries that were not sent can be edited, held or dropped.
OUTBOX_TRANSITIONS: Mapping[OutboxState, frozenset[OutboxState]] = {
    _S.HELD: frozenset({_S.QUEUED, _S.DROPPED}),
    _S.QUEUED: frozenset({_S.HELD, _S.DROPPED, _S.SENDING}),
    _S.SENDING: frozenset({_S.QUEUED, _S.PENDING, _S.CONFIRMED, _S.FAILED, _S.UNKNOWN}),
    _S.PENDING: frozenset({_S.CONFIRMED, _S.FAILED, _S.UNKNOWN}),
    _S.UNKNOWN: frozenset({_S.QUEUED, _S.PENDING, _S.CONFIRMED, _S.FAILED, _S.DROPPED}),
    _S.FAILED: frozenset({_S.QUEUED, _S.DROPPED}),
    _S.CONFIRMED: frozenset(),
    _S.DROPPED: frozenset(),
}
#: Entries that somebody still has to care for.
OPEN_STATES = frozenset({_S.HELD, _S.QUEUED, _S.SENDING, _S.PENDING, _S.UNKNOWN, _S.FAILED})
EDITABLE_STATES = frozenset({_S.HELD, _S.QUEUED, _S.FAILED})


@dataclass(frozen=True, slots=True)
class Intent:
    """An entry as a connector gets it. `own_key` finds the listing again ("listing-<id>").

    `variant_id` and `product_id` are the platform's ids, `listing_id` the platform's id of a
    listing that exists. `ask` is the price to set; `old_ask` what we believe it is now. `read_at`
    is when this was read, by the clock of `sent_at`: what lies between them is the same by any.
    """

    id: int
    action: OutboxAction
    own_key: str
    listing_id: str | None = None
    product_id: str | None = None
    variant_id: str | None = None
    size_text: str | None = None
    title: str = ""
    style_code: str | None = None
    ask: Money | None = None
    old_ask: Money | None = None
    expires_at: datetime | None = None
    active: bool = True
    sent_at: datetime | None = None
    attempts: int = 0
    operation_id: str | None = None
    batch_id: str | None = None
    order_number: str | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the marketplace said of an intent.

    `state` is PENDING (with what to ask for later), CONFIRMED, FAILED (with `message`, the
    platform's reason and the remedy), QUEUED (looked up: it was not done, send it again) or
    UNKNOWN (still unclear). `listing_id` is the platform's id, `ask` the price it confirmed.
    """

    intent_id: int
    state: OutboxState
    listing_id: str | None = None
    operation_id: str | None = None
    batch_id: str | None = None
    message: str = ""
    raw: Raw | None = None
    ask: Money | None = None


@dataclass(frozen=True, slots=True)
class ListingDraft:
    """A wish to offer a unit: made into a listing that is `queued` and an outbox entry."""

    item_id: int
    account_id: int
    ask: Money
    expires_at: datetime | None = None
    active: bool = True
    held: bool = False


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One line of the outbox. `words` tells the wish in plain words, `answer` what came of it."""

    id: int
    account_id: int
    platform: str
    account: str
    action: OutboxAction
    state: OutboxState
    reason: OutboxReason
    words: str
    answer: str
    ask: Decimal | None
    currency: str | None
    created_at: datetime
    actor: str
    attempts: int
    sent_at: datetime | None
    settled_at: datetime | None
    not_before: datetime | None
    operation_id: str | None
    external_id: str | None
    item_id: int | None
    listing_id: int | None


@dataclass(frozen=True, slots=True)
class StillLive:
    """A unit that is gone and still offered somewhere: the warning that stays until confirmed."""

    item_id: int
    title: str
    platforms: tuple[str, ...]
    since: datetime
