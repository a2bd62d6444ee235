"""Changes at StockX: what is sent for an intent, and what an answer says of it.

A 2xx means that an operation was made, not that it was done (marketplaces.md 1.7 rule 1): such an
intent is PENDING, with its operation's id, or with its batch's id and its place in the batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from soleflip_desktop.connectors.base import AnswerLostError
from soleflip_desktop.connectors.outcomes import confirmed, failed, unclear
from soleflip_desktop.connectors.stockx import schemas
from soleflip_desktop.connectors.stockx.mapping import LISTING_STATUS, cleaned
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState, Outcome
from soleflip_desktop.domain.transactions import ListingStatus

_A, _S, _L = OutboxAction, OutboxState, ListingStatus

_PRICED = frozenset({_A.CREATE, _A.REPRICE, _A.ACTIVATE})
#: Sent with each ask, because StockX's own default is told in two ways (1.7 rule 5).
LIFE_OF_AN_ASK = timedelta(days=365)
SOLD = frozenset({_L.MATCHED, _L.SOLD})


def objection(intent: Intent) -> str | None:
    """Why an intent cannot be sent as it is: what is wrong, and the remedy."""
    if intent.action is _A.CREATE and not intent.variant_id:
        return (
            f"StockX's own size of {intent.title or 'this unit'} is not known yet. Find the "
            "product at StockX first, then queue the listing again."
        )
    if intent.action is not _A.CREATE and not intent.listing_id:
        return "StockX's id of this listing is not known. Sync the listings, then try again."
    if intent.action not in _PRICED:
        return None
    if intent.ask is None:
        return "An ask is needed. Enter one and queue it again."
    if intent.ask.amount <= 0 or intent.ask.amount != intent.ask.amount.to_integral_value():
        return (
            f"StockX takes whole amounts only, not {intent.ask.amount} {intent.ask.currency}. "
            "Round the ask and queue it again."
        )
    return None


def body_of(intent: Intent, now: datetime) -> dict[str, Any] | None:
    """The JSON of a single change; None where there is none."""
    if intent.action not in _PRICED or intent.ask is None:
        return None
    expires_at = (intent.expires_at or now + LIFE_OF_AN_ASK).astimezone(UTC)
    body: dict[str, Any] = {
        "amount": str(int(intent.ask.amount)),  # whole, or objection() would have said so
        "currencyCode": intent.ask.currency,
        "expiresAt": expires_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    if intent.action is _A.CREATE:
        body |= {"variantId": intent.variant_id, "active": intent.active}
        body |= {"inventoryType": "STANDARD"}
    return body


def item_of(intent: Intent, now: datetime) -> dict[str, Any]:
    """The same as one item of a batch."""
    body = body_of(intent, now) or {}
    if intent.action is _A.CREATE:
        return {**body, "quantity": 1}
    return {"listingId": intent.listing_id, **body}


def operation_outcome(intent: Intent, answer: Any) -> Outcome:
    """What an operation says. Raises AnswerLostError for an answer that is none."""
    try:
        operation = schemas.Operation.model_validate(answer)
    except ValidationError:
        raise AnswerLostError("StockX's answer has no operation in it. It is looked up.") from None
    state = {"SUCCEEDED": _S.CONFIRMED, "FAILED": _S.FAILED}.get(operation.operation_status.upper())
    return Outcome(
        intent.id,
        state or _S.PENDING,
        listing_id=operation.listing_id or intent.listing_id,
        operation_id=operation.operation_id,
        message=_failed(operation.error) if state is _S.FAILED else "",
        raw=cleaned(answer),
        ask=intent.ask if state is _S.CONFIRMED else None,
    )


def batch_outcomes(intents: Sequence[Intent], answer: Any) -> list[Outcome]:
    """All PENDING in the batch; `operation_id` is the intent's place in it, from "1" on."""
    batch_id = answer.get("batchId") if isinstance(answer, Mapping) else None
    if not batch_id:
        raise AnswerLostError("StockX's answer has no batch in it. It is looked up.")
    return [
        Outcome(
            intent.id,
            _S.PENDING,
            listing_id=intent.listing_id,
            operation_id=str(place),
            batch_id=str(batch_id),
        )
        for place, intent in enumerate(intents, 1)
    ]


def item_outcome(intent: Intent, items: Sequence[schemas.BatchItem]) -> Outcome:
    """What a batch's items say of an intent. Its place counts, and what stands there must fit."""
    item = _item_at(intent.operation_id or "", items)
    if item is None:
        return pending(intent)
    if not _fits(intent, item.listing_input or {}):
        return unclear(intent, "What StockX lists at this place of the batch is another article.")
    listing_id = str((item.result or {}).get("listingId") or intent.listing_id or "") or None
    status = item.status.upper()
    if status == "FAILED":
        return failed(intent, _failed(item.error))
    if status != "COMPLETED":
        return pending(intent)
    if listing_id is None:
        return unclear(intent, "StockX says it is done, without saying which listing it made.")
    return confirmed(intent, listing_id, cleaned(item.model_dump(mode="json", by_alias=True)))


def pending(intent: Intent) -> Outcome:
    return Outcome(
        intent.id,
        _S.PENDING,
        listing_id=intent.listing_id,
        operation_id=intent.operation_id,
        batch_id=intent.batch_id,
    )


def gone(intent: Intent) -> Outcome:
    """The listing is not there any more: what a deletion wanted, and the end of anything else."""
    if intent.action is _A.DELETE:
        return confirmed(intent, intent.listing_id, message="It was already gone.")
    return failed(intent, "This listing is gone at StockX. Sync the listings, then list it again.")


def judged(intent: Intent, listing: schemas.Listing) -> Outcome | None:
    """What a listing as it is now says of an intent; None where it is not done (yet)."""
    status = LISTING_STATUS.get(listing.status.upper())
    if status is _L.DELETED:
        return gone(intent)
    if status in SOLD and intent.action is not _A.CREATE:
        return failed(intent, "It was sold at StockX meanwhile. Sync the orders.")
    ask = intent.ask
    asked = ask is not None and (listing.amount, listing.currency_code) == (
        ask.amount,
        ask.currency,
    )
    done = {
        _A.REPRICE: asked,
        _A.ACTIVATE: status is _L.ACTIVE and asked,
        _A.DEACTIVATE: status is _L.INACTIVE,
    }.get(intent.action, False)
    return confirmed(intent, listing.listing_id) if done else None


def _item_at(place: str, items: Sequence[schemas.BatchItem]) -> schemas.BatchItem | None:
    named = next((item for item in items if item.item_id == place), None)
    if named is not None or not place.isdecimal() or any(i.item_id.isdecimal() for i in items):
        return named
    return items[int(place) - 1] if 0 < int(place) <= len(items) else None


def _fits(intent: Intent, given: Mapping[str, Any]) -> bool:
    """What StockX repeats of an input must be the intent's; it may leave it out."""
    if intent.action is _A.CREATE:
        return given.get("variantId") in (None, intent.variant_id)
    return given.get("listingId", given.get("id")) in (None, intent.listing_id)


def _failed(error: Any) -> str:
    """StockX's own words, which are free text, sometimes an object, sometimes nothing."""
    words = error if isinstance(error, str) else ""
    if isinstance(error, Mapping):
        words = str(error.get("message") or error.get("errorMessage") or "")
    said = " ".join(words.split())[:300].rstrip(".")
    return f"StockX did not do it: {said or 'without a reason'}. Change it and queue it again."
