"""What alias is sent for an intent, and what its answers say of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from soleflip_desktop.connectors.alias import schemas
from soleflip_desktop.connectors.alias.mapping import (
    CURRENCY,
    GOOD_BOX,
    LISTING_STATUS,
    OWN_KEY,
    ask_of,
    kept,
    own_key_of,
    parts_of,
)
from soleflip_desktop.connectors.outcomes import confirmed, failed, unclear
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState, Outcome
from soleflip_desktop.domain.transactions import ListingStatus

_A, _S, _L = OutboxAction, OutboxState, ListingStatus

_PRICED = frozenset({_A.CREATE, _A.REPRICE})
_CONDITION = "CONDITION_NEW"
_DONE, _FAILED = "BATCH_OPERATION_STATUS_COMPLETED", "BATCH_OPERATION_STATUS_FAILED"
_SHOWN_LETTERS = 300


def objection(intent: Intent) -> str:
    """Why alias need not be asked at all, with the remedy; empty where nothing is wrong."""
    if intent.action is _A.CREATE and not all(parts_of(intent.variant_id or "")):
        return (
            f"The size of {intent.title or 'this unit'} is not known at alias yet. Find the "
            "product there first, then queue the listing again."
        )
    if intent.action is not _A.CREATE and not intent.listing_id:
        return "alias' id of this listing is not known. Sync the listings, then try again."
    return _price_objection(intent.ask) if intent.action in _PRICED else ""


def _price_objection(ask: Money | None) -> str:
    """Whole US dollars only (marketplaces.md 2.1)."""
    if ask is None or ask.amount <= 0:
        return "An ask is needed. Enter one and queue it again."
    if ask.currency != CURRENCY:
        return (
            f"Prices at alias are in {CURRENCY}, not in {ask.currency}. Set the account's currency "
            f"to {CURRENCY} and enter the ask in it."
        )
    if ask.amount != ask.amount.to_integral_value():
        return (
            f"Prices at alias are whole dollars, not {ask.amount}. Round the ask and queue it "
            "again."
        )
    return ""


def cents(ask: Money | None) -> int:
    return int((ask.amount if ask else 0) * 100)


def create_params(intent: Intent, size_unit: str) -> dict[str, Any]:
    """A single listing, by query; its key among the metadata finds it again."""
    catalog_id, size = parts_of(intent.variant_id or "")
    return {
        "catalog_id": catalog_id,
        "price_cents": cents(intent.ask),
        "condition": _CONDITION,
        "packaging_condition": GOOD_BOX,
        "size": size,
        "size_unit": size_unit,
        "activate": intent.active,
        f"metadata[{OWN_KEY}]": intent.own_key,
    }


def create_item(intent: Intent, size_unit: str) -> dict[str, Any]:
    """The same in a batch. Sizes are texts: protobuf's JSON takes numbers as such, exactly."""
    params = create_params(intent, size_unit)
    del params[f"metadata[{OWN_KEY}]"]
    metadata = [{"key": OWN_KEY, "value": intent.own_key}]
    return {**params, "metadata_list": metadata, "quantity": 1}


def reprice_item(intent: Intent) -> dict[str, Any]:
    """Only where the price still is what we believe it is (marketplaces.md 2.5)."""
    change: dict[str, Any] = {"new_value": cents(intent.ask)}
    if intent.old_ask is not None and intent.old_ask.currency == CURRENCY:
        change["conditional_value"] = cents(intent.old_ask)
        change["condition_operator"] = "CONDITION_OPERATOR_EQ"
    return {"id": intent.listing_id, "price_cents_change": change}


def belongs(operation: schemas.Operation, intent: Intent) -> bool:
    """A batch's operations name what was asked for; their order is not told."""
    asked, came = operation.part("request"), operation.part("result")
    inner = came.get("listing")
    listing = inner if isinstance(inner, Mapping) else came
    if intent.action is not _A.CREATE:
        return intent.listing_id in {asked.get("id"), asked.get("listing_id"), listing.get("id")}
    entries = asked.get("metadata_list")
    keys = {
        str(entry.get("value"))
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, Mapping) and entry.get("key") == OWN_KEY
    }
    metadata = listing.get("metadata")
    known = own_key_of(metadata) if isinstance(metadata, Mapping) else None
    return intent.own_key in {*keys, known}


def operation_outcome(intent: Intent, operation: schemas.Operation) -> Outcome:
    """What an operation of a batch says; a creation is confirmed with the listing it made."""
    if operation.status == _FAILED or (operation.success is False and operation.status == _DONE):
        return failed(intent, refusal(operation.errors or ()))
    if operation.status != _DONE:
        return pending(intent, intent.batch_id or "")
    result = operation.part("result")
    inner = result.get("listing")
    listing = inner if isinstance(inner, Mapping) else result
    listing_id = str(listing.get("id") or intent.listing_id or "")
    if not listing_id:
        return unclear(intent, "alias says it is done, without saying which listing it made.")
    return confirmed(intent, listing_id, kept(listing))


def listing_outcome(intent: Intent, row: Mapping[str, Any]) -> Outcome:
    """What a single change answered. Raises ValidationError."""
    listing = schemas.Listing.model_validate(row)
    wanted = {_A.ACTIVATE: _L.ACTIVE, _A.DEACTIVATE: _L.INACTIVE}.get(intent.action)
    if wanted and LISTING_STATUS.get(listing.status.upper(), wanted) is not wanted:
        return failed(intent, refusal((f"the listing is {listing.status}",)))
    return Outcome(
        intent.id, _S.CONFIRMED, listing_id=listing.id, raw=kept(row), ask=ask_of(listing)
    )


def judged(intent: Intent, listing: schemas.Listing) -> Outcome | None:
    """What a listing as it is now says of an intent; None where it is not done (yet)."""
    status = LISTING_STATUS.get(listing.status.upper())
    if status is _L.SOLD:
        return failed(intent, "It was sold at alias meanwhile. Sync the orders.")
    done = {
        _A.REPRICE: intent.ask is not None and ask_of(listing) == intent.ask,
        _A.ACTIVATE: status is _L.ACTIVE,
        _A.DEACTIVATE: status is _L.INACTIVE,
    }.get(intent.action, False)
    return confirmed(intent, listing.id) if done else None


def gone(intent: Intent) -> Outcome:
    """Not there any more: what a deletion wanted, and the end of anything else."""
    if intent.action is _A.DELETE:
        return confirmed(intent, intent.listing_id, message="It was already gone.")
    return failed(intent, "This listing is gone at alias. Sync the listings, then list it again.")


def pending(intent: Intent, batch_id: str) -> Outcome:
    return Outcome(intent.id, _S.PENDING, listing_id=intent.listing_id, batch_id=batch_id)


def refusal(errors: Sequence[Any]) -> str:
    """Alias' own words, texts or objects with a message."""
    texts = (e.get("message") if isinstance(e, Mapping) else e for e in errors)
    said = "; ".join(" ".join(text.split()) for text in texts if isinstance(text, str))
    words = said[:_SHOWN_LETTERS].rstrip(".") or "without a reason"
    return f"alias did not do it: {words}. Look at the listing there, then queue it again."
