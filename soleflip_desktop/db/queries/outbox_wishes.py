"""New entries of the outbox: units to list, asks to change, offers to end. All set-based."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.queries.joins import IN_STOCK, LIVE_SALE
from soleflip_desktop.db.queries.outbox_rows import account_title
from soleflip_desktop.domain.marketplace import MARKETPLACE_NAMES, Marketplace
from soleflip_desktop.domain.offering import NEEDED_ID, ONLY_CURRENCY, WHOLE_UNITS, price_problem
from soleflip_desktop.domain.outbox import ListingDraft

#: Entries that did not leave yet.
UNSENT = "('held', 'queued', 'failed')"
REFUSED = "(o.action = 'reprice' AND o.state = 'failed')"
#: Units are locked before outbox and listings, by everybody: a sale at the same moment waits.
_LOCK_UNITS = sa.text("""
SELECT id FROM inventory.item WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id
FOR NO KEY UPDATE
""")
_FACTS = sa.text(f"""
SELECT d.place, i.id IS NOT NULL AS there, i.status IN {IN_STOCK} AS in_stock, i.status,
    p.name || ', ' || s.label AS title, f.slug, f.name AS platform, a.label,
    a.synced AND a.active AS synced,
    EXISTS (SELECT FROM transactions.order o WHERE {LIVE_SALE}) AS in_sale,
    EXISTS (
        SELECT FROM transactions.listing l WHERE l.item_id = i.id AND l.platform_account_id = a.id
            AND (l.status IN ('draft', 'queued', 'active', 'inactive', 'matched') OR EXISTS (
                SELECT FROM transactions.outbox x WHERE x.listing_id = l.id
                    AND x.action = 'create' AND x.state NOT IN ('confirmed', 'dropped')))
    ) AS offered,
    array(
        SELECT DISTINCT n.scheme FROM catalog.product_identifier n WHERE n.variant_id = v.id
    ) AS schemes
FROM jsonb_to_recordset(CAST(:drafts AS jsonb)) d (place int, item_id bigint, account_id bigint)
LEFT JOIN inventory.item i ON i.id = d.item_id
LEFT JOIN catalog.product_variant v ON v.id = i.variant_id
LEFT JOIN catalog.product p ON p.id = v.product_id
LEFT JOIN catalog.size s ON s.id = v.size_id
LEFT JOIN system.platform_account a ON a.id = d.account_id
LEFT JOIN system.platform f ON f.id = a.platform_id
ORDER BY d.place
""")  # noqa: S608  (our own constants)
#: Ids of listings are drawn first: entry and listing are written by one statement.
_LIST = sa.text("""
WITH draft AS MATERIALIZED (
    SELECT d.*, nextval(pg_get_serial_sequence('transactions.listing', 'id')) AS listing_id
    FROM jsonb_to_recordset(CAST(:drafts AS jsonb)) d (
        place int, item_id bigint, account_id bigint, ask numeric, currency text,
        expires_at timestamptz, active boolean, held boolean)
), listed AS (
    INSERT INTO transactions.listing
        (id, item_id, platform_account_id, status, ask, currency, expires_at)
    SELECT listing_id, item_id, account_id, 'queued', ask, currency, expires_at FROM draft
    RETURNING id
)
INSERT INTO transactions.outbox (platform_account_id, action, state, listing_id, item_id, ask,
    currency, expires_at, active)
SELECT d.account_id, 'create', CASE WHEN d.held THEN 'held' ELSE 'queued' END, l.id, d.item_id,
    d.ask, d.currency, d.expires_at, d.active
FROM draft d JOIN listed l ON l.id = d.listing_id ORDER BY d.place
RETURNING id
""")


def list_units(session: Session, drafts: Sequence[ListingDraft]) -> tuple[int, list[str]]:
    """Queues what can be listed; says how many, and why not the others."""
    session.execute(_LOCK_UNITS, {"ids": [draft.item_id for draft in drafts]})
    wanted, taken = [], set[tuple[int, int]]()
    refused = []
    facts = session.execute(_FACTS, {"drafts": _as_json(drafts)}).all()
    for draft, fact in zip(drafts, facts, strict=True):
        key = (draft.item_id, draft.account_id)
        problem = "it is in the list twice" if key in taken else _problem(draft, fact)
        if problem is None:
            wanted.append(draft)
            taken.add(key)
        else:
            refused.append(f"{fact.title or f'Unit {draft.item_id}'}: {problem}.")
    made = session.execute(_LIST, {"drafts": _as_json(wanted)}).all() if wanted else []
    return len(made), refused


def _as_json(drafts: Sequence[ListingDraft]) -> str:
    return json.dumps(
        [
            {
                "place": place,
                "item_id": draft.item_id,
                "account_id": draft.account_id,
                "ask": str(draft.ask.amount),
                "currency": draft.ask.currency,
                "expires_at": draft.expires_at.isoformat() if draft.expires_at else None,
                "active": draft.active,
                "held": draft.held,
            }
            for place, draft in enumerate(drafts)
        ]
    )


def _problem(draft: ListingDraft, fact: sa.Row[Any]) -> str | None:
    """Why this unit cannot be listed there, with the remedy; None where it can."""
    if not fact.there:
        return "the unit is not there any more; reload the page"
    if fact.slug not in set(Marketplace) or not fact.synced:
        return "the account is not connected; connect it on the accounts page first"
    if fact.in_sale:
        return "the unit is sold; cancel its sale before listing it again"
    if not fact.in_stock:
        return f"the unit is not in stock (it is {fact.status}); correct its status first"
    if fact.offered:
        account = account_title(fact.platform, fact.label)
        return f"it is offered or queued on {account} already; change that offer instead"
    return _platform_problem(draft, Marketplace(fact.slug), fact.schemes)


def _platform_problem(
    draft: ListingDraft, marketplace: Marketplace, schemes: Sequence[str]
) -> str | None:
    name = MARKETPLACE_NAMES[marketplace]
    needed = NEEDED_ID.get(marketplace)
    if needed is not None and needed not in schemes:
        return f"{name} does not know this size yet; sync market data or search the product first"
    currency = ONLY_CURRENCY.get(marketplace)
    if currency is not None and draft.ask.currency != currency:
        return f"{name} takes prices in {currency} only, not in {draft.ask.currency}"
    return price_problem(draft.ask.amount, whole_units=marketplace in WHOLE_UNITS)


# -- other prices ------------------------------------------------------------------------------

_STRICTEST = sa.text("""
SELECT bool_or(f.slug = ANY(:whole)) FROM transactions.listing l
JOIN system.platform_account a ON a.id = l.platform_account_id
JOIN system.platform f ON f.id = a.platform_id
WHERE l.id = ANY(CAST(:ids AS bigint[]))
""")
_LOCK_UNITS_OF = sa.text("""
SELECT i.id FROM inventory.item i WHERE i.id IN (
    SELECT l.item_id FROM transactions.listing l WHERE l.id = ANY(CAST(:ids AS bigint[])))
ORDER BY i.id FOR NO KEY UPDATE
""")
#: What was not sent yet is changed as it waits there; a price that was refused is tried again.
_EDIT_UNSENT = sa.text(f"""
UPDATE transactions.outbox o SET ask = :ask, updated_at = now(),
    state = CASE WHEN {REFUSED} THEN 'queued' ELSE o.state END,
    error = CASE WHEN {REFUSED} THEN '' ELSE o.error END
FROM transactions.listing l
WHERE l.id = o.listing_id AND l.id = ANY(CAST(:ids AS bigint[]))
    AND o.action IN ('create', 'reprice') AND o.state IN {UNSENT}
    AND (o.ask <> :ask OR {REFUSED})
RETURNING o.listing_id
""")  # noqa: S608  (our own constants)
_ASK_OF_QUEUED = sa.text("""
UPDATE transactions.listing SET ask = :ask, updated_at = now()
WHERE id = ANY(CAST(:ids AS bigint[])) AND external_id IS NULL
""")
_REPRICE = sa.text(f"""
INSERT INTO transactions.outbox
    (platform_account_id, action, state, listing_id, item_id, ask, old_ask, currency, expires_at)
SELECT l.platform_account_id, 'reprice', 'queued', l.id, l.item_id, :ask, l.ask, l.currency,
    l.expires_at
FROM transactions.listing l LEFT JOIN inventory.item i ON i.id = l.item_id
WHERE l.id = ANY(CAST(:ids AS bigint[])) AND l.status IN ('active', 'inactive')
    AND (i.id IS NULL OR i.status IN {IN_STOCK}) AND l.external_id IS NOT NULL
    AND l.currency IS NOT NULL AND l.ask <> :ask
    AND NOT EXISTS (
        SELECT FROM transactions.outbox d WHERE d.listing_id = l.id AND d.action = 'delete'
            AND d.state NOT IN ('confirmed', 'dropped'))
ORDER BY l.id ON CONFLICT DO NOTHING
RETURNING listing_id
""")  # noqa: S608  (our own constants)


def takes_whole_amounts_only(session: Session, listing_ids: Sequence[int]) -> bool:
    """Whether one of these listings is on such a platform."""
    whole = [str(slug) for slug in WHOLE_UNITS]
    return bool(session.scalar(_STRICTEST, {"ids": list(listing_ids), "whole": whole}))


def reprice(session: Session, listing_ids: Sequence[int], ask: Decimal) -> int:
    """How many listings get another price: by a new entry, or by one that waits anyway."""
    values = {"ids": list(listing_ids), "ask": ask}
    session.execute(_LOCK_UNITS_OF, values)
    edited = set(session.scalars(_EDIT_UNSENT, values))
    session.execute(_ASK_OF_QUEUED, {"ids": list(edited), "ask": ask})
    return len(edited | set(session.scalars(_REPRICE, values)))


# -- the end of offers -------------------------------------------------------------------------

#: A creation that was not sent needs no end; what else was planned is pointless.
DROP_UNSENT = f"""
UPDATE transactions.outbox o
SET state = 'dropped', error = :why, settled_at = now(), updated_at = now()
WHERE o.state IN {UNSENT} AND o.action IN ('create', 'reprice', 'activate', 'deactivate')
    AND {{which}}
RETURNING o.listing_id, o.action
"""  # noqa: S608  (our own constants)
_DELETE_UNBORN = sa.text("""
UPDATE transactions.listing SET status = 'deleted', updated_at = now()
WHERE id = ANY(CAST(:ids AS bigint[])) AND external_id IS NULL AND status IN ('queued', 'failed')
RETURNING id
""")
_DROP_OF_UNITS = sa.text(DROP_UNSENT.format(which="o.item_id = ANY(CAST(:ids AS bigint[]))"))
#: One that is on its way is ended as soon as it has its id. A held or failed end is tried again.
_END = sa.text("""
INSERT INTO transactions.outbox
    (platform_account_id, action, state, listing_id, item_id, ask, currency)
SELECT l.platform_account_id, 'delete', 'queued', l.id, l.item_id, l.ask, l.currency
FROM transactions.listing l
WHERE l.item_id = ANY(CAST(:ids AS bigint[])) AND (
    l.status IN ('active', 'inactive') OR l.status = 'queued' AND EXISTS (
        SELECT FROM transactions.outbox c WHERE c.listing_id = l.id AND c.action = 'create'
            AND c.state IN ('sending', 'pending', 'unknown')))
ORDER BY l.id
ON CONFLICT (listing_id, action) WHERE state NOT IN ('confirmed', 'dropped')
DO UPDATE SET state = 'queued', not_before = NULL, error = '', updated_at = now()
WHERE outbox.state IN ('held', 'failed')
RETURNING listing_id
""")


def end(session: Session, item_ids: Sequence[int]) -> int:
    """How many offers of these units are ended, or given up before they were sent."""
    session.execute(_LOCK_UNITS, {"ids": list(item_ids)})
    given_up = unlist(
        session, _DROP_OF_UNITS, {"ids": list(item_ids), "why": "The offer was ended."}
    )
    return given_up + len(session.execute(_END, {"ids": list(item_ids)}).all())


def unlist(session: Session, drop: sa.TextClause, values: dict[str, Any]) -> int:
    """Drops entries; listings that were never sent are deleted with them. Says how many."""
    dropped = session.execute(drop, values)
    return delete_unborn(session, [row.listing_id for row in dropped if row.action == "create"])


def delete_unborn(session: Session, listing_ids: Sequence[int]) -> int:
    """Deletes listings that no marketplace ever confirmed; says how many."""
    return len(session.execute(_DELETE_UNBORN, {"ids": list(listing_ids)}).all())
