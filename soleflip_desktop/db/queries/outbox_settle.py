"""What a marketplace said of sent entries, written down with what it means for our listings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.queries.joins import IN_STOCK
from soleflip_desktop.db.queries.outbox import drop_pointless, lock_units
from soleflip_desktop.domain.offering import without_secrets
from soleflip_desktop.domain.outbox import (
    OUTBOX_TRANSITIONS,
    OutboxAction,
    OutboxState,
    Outcome,
)
from soleflip_desktop.domain.sync import SyncCounts

_S = OutboxState
_NOT_FOUND = frozenset({_S.QUEUED, _S.UNKNOWN})
_SENT = sa.text("""
SELECT o.id, o.state, o.action, l.external_id FROM transactions.outbox o
LEFT JOIN transactions.listing l ON l.id = o.listing_id
WHERE o.platform_account_id = :account AND o.id = ANY(CAST(:ids AS bigint[]))
    AND o.state IN ('sending', 'pending', 'unknown')
ORDER BY o.id FOR UPDATE OF o
""")
#: The marketplace's ids that belong to offers which were made for other entries.
_TAKEN = sa.text("""
SELECT l.external_id FROM transactions.listing l
JOIN transactions.outbox c ON c.listing_id = l.id AND c.action = 'create'
WHERE l.platform_account_id = :account AND l.external_id = ANY(:external_ids)
    AND c.id <> ALL(CAST(:ids AS bigint[]))
""")
_SAID = """
jsonb_to_recordset(CAST(:said AS jsonb)) d (id bigint, state text, external_id text,
    operation_id text, batch_id text, message text, raw jsonb, ask numeric, currency text)
"""
_WRITE = sa.text(f"""
UPDATE transactions.outbox o SET state = d.state, error = d.message, updated_at = now(),
    operation_id = CASE WHEN d.state = 'queued' THEN NULL
        ELSE coalesce(d.operation_id, o.operation_id) END,
    batch_id = CASE WHEN d.state = 'queued' THEN NULL ELSE coalesce(d.batch_id, o.batch_id) END,
    answer = coalesce(d.raw, o.answer), not_before = NULL,
    settled_at = CASE WHEN d.state = 'confirmed' THEN now() END
FROM {_SAID} WHERE o.id = d.id
""")  # noqa: S608  (our own constants)
#: Confirmed entries with their listings, and what the platform says the price is.
_DONE = f"""
FROM {_SAID} JOIN transactions.outbox o ON o.id = d.id
WHERE d.state = 'confirmed' AND l.id = o.listing_id
"""
#: A sync of listings may have met an offer before its confirmation came. Ours is the row to keep.
_TWINS = sa.text(f"""
SELECT l.id AS ours, t.id AS theirs, t.status, t.remote_status, t.external_id,
    t.platform_account_id AS account
FROM {_SAID} JOIN transactions.outbox o ON o.id = d.id AND o.action = 'create'
JOIN transactions.listing l ON l.id = o.listing_id
JOIN transactions.listing t ON t.platform_account_id = l.platform_account_id
    AND t.external_id = d.external_id AND t.id <> l.id
WHERE d.state = 'confirmed'
""")  # noqa: S608  (our own constants)
_TWIN_LIST = """
jsonb_to_recordset(CAST(:twins AS jsonb)) t (ours bigint, theirs bigint, status text,
    remote_status text, external_id text, account bigint)
"""
_MOVE = tuple(
    sa.text(f"UPDATE {table} x SET {column} = t.ours FROM {_TWIN_LIST} WHERE {which}")  # noqa: S608
    for table, column, which in (
        ("transactions.order", "listing_id", "x.listing_id = t.theirs"),
        ("transactions.outbox", "listing_id", "x.listing_id = t.theirs"),
        ("pricing.pricing_history", "listing_id", "x.listing_id = t.theirs"),
        (
            "integration.remote_record",
            "local_id",
            "x.entity = 'listing' AND x.local_id = t.theirs",
        ),
    )
)
_FORGET = sa.text(f"DELETE FROM transactions.listing x USING {_TWIN_LIST} WHERE x.id = t.theirs")  # noqa: S608
#: The question whose offer it is has its answer.
_ANSWER = sa.text(f"""
UPDATE integration.review_entry x SET state = 'settled', answer = 'link', settled_at = now(),
    settled_by = 'outbox'
FROM {_TWIN_LIST} WHERE x.platform_account_id = t.account AND x.external_id = t.external_id
    AND x.kind = 'listing_without_unit' AND x.state = 'open'
""")  # noqa: S608  (our own constants)
#: What the sync had seen of it goes on from our first status: it may be sold already.
_TAKE_OVER = sa.text(f"""
UPDATE transactions.listing l SET status = t.status, remote_status = t.remote_status
FROM {_TWIN_LIST} WHERE l.id = t.ours AND (
    l.status = 'active' AND t.status IN ('inactive', 'matched', 'sold', 'expired', 'deleted')
    OR l.status = 'inactive' AND t.status IN ('active', 'expired', 'deleted'))
""")  # noqa: S608  (our own constants)
_PRICE = "coalesce(d.ask, o.ask, l.ask)"
_CREATED = sa.text(f"""
UPDATE transactions.listing l SET external_id = d.external_id, seen_at = now(), updated_at = now(),
    status = CASE WHEN l.status <> 'queued' THEN l.status
        WHEN o.active THEN 'active' ELSE 'inactive' END,
    ask = {_PRICE}, currency = coalesce(d.currency, o.currency, l.currency)
{_DONE} AND o.action = 'create'
""")  # noqa: S608  (our own constants)
#: Which states of a listing an action leads from, and to what.
_MOVES = {
    OutboxAction.DELETE: ("deleted", "('draft', 'queued', 'active', 'inactive', 'expired')"),
    OutboxAction.DEACTIVATE: ("inactive", "('active')"),
    OutboxAction.ACTIVATE: ("active", "('inactive', 'expired')"),
}
_MOVED = tuple(
    sa.text(
        f"UPDATE transactions.listing l SET status = '{new}', seen_at = now(), updated_at = now() "  # noqa: S608
        f"{_DONE} AND o.action = '{action}' AND l.status IN {old}"
    )
    for action, (new, old) in _MOVES.items()
)
_REPRICED = (
    sa.text(f"""
INSERT INTO pricing.pricing_history (listing_id, old_ask, new_ask, currency, reason)
SELECT l.id, l.ask, {_PRICE}, coalesce(d.currency, o.currency), 'outbox'
FROM transactions.listing l, {_SAID} JOIN transactions.outbox o ON o.id = d.id
WHERE d.state = 'confirmed' AND l.id = o.listing_id AND o.action IN ('reprice', 'activate')
    AND l.ask IS DISTINCT FROM {_PRICE}
"""),  # noqa: S608  (our own constants)
    sa.text(f"""
UPDATE transactions.listing l SET ask = {_PRICE}, seen_at = now(), updated_at = now(),
    currency = coalesce(d.currency, o.currency, l.currency)
{_DONE} AND o.action IN ('reprice', 'activate') AND {_PRICE} IS NOT NULL
"""),  # noqa: S608  (our own constants)
)
_SHIPPED = (
    sa.text(f"""
UPDATE transactions.order r SET status = 'shipped', updated_at = now()
FROM {_SAID} JOIN transactions.outbox o ON o.id = d.id
WHERE d.state = 'confirmed' AND o.action = 'ship' AND r.id = o.order_id
    AND r.status IN ('pending', 'confirmed')
"""),  # noqa: S608  (our own constants)
    sa.text(f"""
UPDATE inventory.item i SET status = 'shipped', updated_at = now()
FROM {_SAID} JOIN transactions.outbox o ON o.id = d.id
JOIN transactions.order r ON r.id = o.order_id
WHERE d.state = 'confirmed' AND o.action = 'ship' AND i.id = r.item_id
    AND i.status IN ('sold', 'to_ship', 'packed')
"""),  # noqa: S608  (our own constants)
)
_REFUSED = sa.text(f"""
UPDATE transactions.listing l SET status = 'failed', updated_at = now()
FROM {_SAID} JOIN transactions.outbox o ON o.id = d.id
WHERE d.state = 'failed' AND l.id = o.listing_id AND o.action = 'create' AND l.status = 'queued'
""")  # noqa: S608  (our own constants)
#: An offer came to life after its unit had gone.
_OVERSOLD = sa.text(f"""
INSERT INTO transactions.outbox
    (platform_account_id, action, state, reason, listing_id, item_id, ask, currency)
SELECT l.platform_account_id, 'delete', 'queued', 'oversell', l.id, l.item_id, l.ask, l.currency
FROM {_SAID} JOIN transactions.outbox o ON o.id = d.id AND o.action IN ('create', 'activate')
JOIN transactions.listing l ON l.id = o.listing_id
JOIN inventory.item i ON i.id = l.item_id
WHERE d.state = 'confirmed' AND i.status NOT IN {IN_STOCK} AND l.status IN ('active', 'inactive')
ON CONFLICT DO NOTHING
""")  # noqa: S608  (our own constants)
#: In this order: a twin gives its id free before ours takes it.
_EFFECTS = (_CREATED, *_REPRICED, *_MOVED, *_SHIPPED, _REFUSED)
_NO_ID = "The marketplace confirmed it without an id; it is looked up."
_NOT_OURS = "The offer that was found belongs to another entry; it is looked up again."


@dataclass(frozen=True, slots=True)
class _Sent:
    """An entry that was sent, how far it has come, and its offer's id where that is known."""

    state: OutboxState
    action: OutboxAction
    external_id: str | None


def settle(session: Session, account_id: int, outcomes: Sequence[Outcome]) -> SyncCounts:
    """Writes what became of sent entries; those that nobody waits for any more stay as they are."""
    ids = [outcome.intent_id for outcome in outcomes]
    lock_units(session, ids)
    sent = {
        row.id: _Sent(OutboxState(row.state), OutboxAction(row.action), row.external_id)
        for row in session.execute(_SENT, {"account": account_id, "ids": ids})
    }
    taken = _taken(session, account_id, outcomes)
    heard = [
        _believed(sent[outcome.intent_id], outcome, taken)
        for outcome in outcomes
        if outcome.intent_id in sent
    ]
    if heard:
        _write(session, {"said": json.dumps([_as_json(one) for one in heard], default=str)})
        drop_pointless(session, [one.intent_id for one in heard])
    return _counts(sent, heard)


def _taken(session: Session, account_id: int, outcomes: Sequence[Outcome]) -> set[str]:
    values = {
        "account": account_id,
        "ids": [outcome.intent_id for outcome in outcomes],
        "external_ids": [outcome.listing_id for outcome in outcomes if outcome.listing_id],
    }
    return set(session.scalars(_TAKEN, values))


def _believed(sent: _Sent, outcome: Outcome, taken: set[str]) -> Outcome:
    """The outcome, or UNKNOWN where it cannot be right: then it is looked up, not sent again.

    An offer that a sync of listings has seen is there, whoever could not find it.
    """
    unclear = replace(outcome, state=_S.UNKNOWN, listing_id=None)
    if sent.action is OutboxAction.CREATE and sent.external_id and outcome.state in _NOT_FOUND:
        return replace(outcome, state=_S.CONFIRMED, listing_id=sent.external_id, message="")
    if outcome.state is not sent.state and outcome.state not in OUTBOX_TRANSITIONS[sent.state]:
        return unclear
    if sent.action is OutboxAction.CREATE and outcome.state is _S.CONFIRMED:
        if outcome.listing_id is None:
            return replace(unclear, message=_NO_ID)
        if outcome.listing_id in taken:
            return replace(unclear, message=_NOT_OURS)
        taken.add(outcome.listing_id)
    return outcome


def _as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.intent_id,
        "state": outcome.state,
        "external_id": outcome.listing_id,
        "operation_id": outcome.operation_id,
        "batch_id": outcome.batch_id,
        "message": outcome.message,
        "raw": without_secrets(outcome.raw),
        "ask": None if outcome.ask is None else outcome.ask.amount,
        "currency": None if outcome.ask is None else outcome.ask.currency,
    }


def _write(session: Session, said: dict[str, str]) -> None:
    session.execute(_WRITE, said)
    twins = [row._asdict() for row in session.execute(_TWINS, said)]
    told = {"twins": json.dumps(twins)}
    if twins:
        for step in (*_MOVE, _ANSWER, _FORGET):
            session.execute(step, told)
    for effect in _EFFECTS:
        session.execute(effect, said)
    if twins:
        session.execute(_TAKE_OVER, told)
    session.execute(_OVERSOLD, said)


def _counts(sent: dict[int, _Sent], heard: Sequence[Outcome]) -> SyncCounts:
    """An entry that stands as it stood is not counted again."""
    counts = SyncCounts()
    for outcome in heard:
        before = sent[outcome.intent_id]
        if outcome.state is before.state:
            continue
        counts.fetched += 1
        if outcome.state is _S.FAILED:
            counts.failed += 1
        elif outcome.state is not _S.CONFIRMED:
            counts.unchanged += 1
        elif before.action is OutboxAction.CREATE:
            counts.created += 1
        else:
            counts.updated += 1
    return counts
