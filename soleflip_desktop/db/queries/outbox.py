"""How entries of the outbox go from state to state, by whoever was first.

Each step is one UPDATE that names the state it starts from: of a person who drops an entry and a
job that sends it, one finds nothing left to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.queries.joins import IN_STOCK
from soleflip_desktop.db.queries.outbox_rows import ABOUT
from soleflip_desktop.db.queries.outbox_wishes import DROP_UNSENT, UNSENT, delete_unborn, unlist
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState

#: Deletions first: an offer of a unit that is gone can be bought at any moment.
ACTION_ORDER = (
    OutboxAction.DELETE,
    OutboxAction.DEACTIVATE,
    OutboxAction.REPRICE,
    OutboxAction.ACTIVATE,
    OutboxAction.CREATE,
    OutboxAction.SHIP,
)
#: Entries o that may be sent now. What changes an offer needs its id, what makes one must have
#: none; and but for an end, it waits until what was asked before about the offer is settled.
_READY = """
o.platform_account_id = :account AND o.state = 'queued'
AND (o.not_before IS NULL OR o.not_before <= now())
AND (o.action = 'ship' OR EXISTS (
    SELECT FROM transactions.listing l WHERE l.id = o.listing_id
        AND (o.action = 'create') = (l.external_id IS NULL)))
AND (o.action = 'delete' OR NOT EXISTS (
    SELECT FROM transactions.outbox e WHERE e.listing_id = o.listing_id AND e.id <> o.id
        AND e.state IN ('sending', 'pending', 'unknown')))
"""
_WAITING = sa.text(f"SELECT DISTINCT o.action FROM transactions.outbox o WHERE {_READY}")  # noqa: S608
_CLAIM = sa.text(f"""
UPDATE transactions.outbox SET state = 'sending', attempts = attempts + 1, sent_at = now(),
    not_before = NULL, operation_id = NULL, batch_id = NULL, error = '', updated_at = now()
WHERE id IN (
    SELECT o.id FROM transactions.outbox o WHERE {_READY} AND o.action = :action
    ORDER BY o.id LIMIT :limit FOR UPDATE SKIP LOCKED)
RETURNING id
""")  # noqa: S608  (our own constants)
_IDENTIFIER = """
(SELECT n.value FROM catalog.product_identifier n
    WHERE n.product_id = v.product_id AND n.scheme = CASE f.slug {schemes} END
        AND {whose} ORDER BY n.variant_id NULLS LAST, n.id LIMIT 1)
"""
_PRODUCT_ID = _IDENTIFIER.format(
    schemes="WHEN 'stockx' THEN 'stockx_product' WHEN 'alias' THEN 'alias_catalog' "
    "WHEN 'ebay' THEN 'ebay_epid'",
    whose="(n.variant_id IS NULL OR f.slug = 'ebay' AND n.variant_id = v.id)",
)
_VARIANT_ID = _IDENTIFIER.format(
    schemes="WHEN 'stockx' THEN 'stockx_variant' WHEN 'alias' THEN 'alias_catalog'",
    whose="n.variant_id = v.id",
)
_INTENTS = f"""
SELECT o.id, o.action, 'listing-' || o.listing_id AS own_key, l.external_id AS listing_id,
    {_PRODUCT_ID} AS product_id, {_VARIANT_ID} AS variant_id, s.label AS size_text,
    coalesce(p.name, '') AS title, p.style_code, o.ask, o.old_ask, o.currency, o.expires_at,
    o.active, o.sent_at, o.attempts, o.operation_id, o.batch_id, r.external_id AS order_number,
    o.carrier, o.tracking_number, now() AS read_at
FROM transactions.outbox o {ABOUT}
WHERE {{which}} ORDER BY o.id
"""  # noqa: S608  (our own constants)
_CLAIMED = sa.text(_INTENTS.format(which="o.id = ANY(CAST(:ids AS bigint[]))"))
_OPEN = sa.text(_INTENTS.format(which="o.platform_account_id = :account AND o.state = :state"))
_STEP = """
UPDATE transactions.outbox o SET state = '{new}', error = :message, updated_at = now(){more}
WHERE {which} AND o.state IN {old}
RETURNING o.id
"""
_OF_ACCOUNT = "o.platform_account_id = :account"
_THESE = "o.id = ANY(CAST(:ids AS bigint[]))"
_RECOVER = sa.text(_STEP.format(new="unknown", old="('sending')", which=_OF_ACCOUNT, more=""))
_LOSE = sa.text(
    _STEP.format(new="unknown", old="('sending')", which=f"{_OF_ACCOUNT} AND {_THESE}", more="")
)
_UNSEND = sa.text(
    _STEP.format(
        new="queued",
        old="('sending')",
        which=f"{_OF_ACCOUNT} AND {_THESE}",
        more=", not_before = :not_before, sent_at = NULL",
    )
)
_HOLD = sa.text(_STEP.format(new="held", old="('queued')", which=_THESE, more=""))
_RELEASE = sa.text(
    _STEP.format(
        new="queued",
        old="('held', 'failed')",
        which=f"""{_THESE} AND (o.action NOT IN ('create', 'reprice', 'activate')
            OR o.item_id IS NULL AND o.action <> 'create'
            OR EXISTS (SELECT FROM inventory.item i
                WHERE i.id = o.item_id AND i.status IN {IN_STOCK}))""",
        more=", not_before = NULL, settled_at = NULL",
    )
)
_REQUEUE_LISTINGS = sa.text("""
UPDATE transactions.listing l SET status = 'queued', updated_at = now()
FROM transactions.outbox o
WHERE o.id = ANY(CAST(:ids AS bigint[])) AND l.id = o.listing_id AND o.action = 'create'
    AND l.status = 'failed' AND l.external_id IS NULL
""")
_MAY_BE_LIVE = (
    "Given up while its outcome was unknown: it may be done at the marketplace. "
    "The next sync of listings tells."
)
_DROP = sa.text("""
UPDATE transactions.outbox o SET state = 'dropped', settled_at = now(), updated_at = now(),
    error = CASE WHEN o.state = 'unknown' THEN :may_be_live ELSE o.error END
WHERE o.id = ANY(CAST(:ids AS bigint[])) AND o.state IN ('unknown', 'held', 'queued', 'failed')
RETURNING o.listing_id, o.action, o.id
""")
#: Nobody needs what was to be done with a unit that went meanwhile.
_POINTLESS = f"""{_THESE} AND (
    EXISTS (SELECT FROM inventory.item i WHERE i.id = o.item_id AND i.status NOT IN {IN_STOCK})
    OR EXISTS (SELECT FROM transactions.outbox d WHERE d.listing_id = o.listing_id
        AND d.action = 'delete' AND d.state NOT IN ('confirmed', 'dropped')))
"""  # noqa: S608  (our own constants)
_DROP_POINTLESS = sa.text(DROP_UNSENT.format(which=_POINTLESS))
#: The end of an offer that never came to be.
_DROP_ENDS = sa.text("""
UPDATE transactions.outbox o SET state = 'dropped', settled_at = now(), updated_at = now(),
    error = 'The offer was never made.'
FROM transactions.listing l
WHERE l.id = o.listing_id AND l.id IN (
        SELECT c.listing_id FROM transactions.outbox c WHERE c.id = ANY(CAST(:ids AS bigint[])))
    AND l.external_id IS NULL AND l.status IN ('deleted', 'failed')
    AND o.action <> 'create' AND o.state IN ('held', 'queued', 'failed')
""")
_STATES = sa.text("""
SELECT id, state, action, listing_id FROM transactions.outbox
WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id
""")
_EDIT = sa.text(f"""
UPDATE transactions.outbox SET ask = :ask, updated_at = now()
WHERE id = :id AND state IN {UNSENT} AND action IN ('create', 'reprice')
RETURNING listing_id, action
""")  # noqa: S608  (our own constants)
_ASK = sa.text("UPDATE transactions.listing SET ask = :ask, updated_at = now() WHERE id = :id")
#: Offers that were made for other entries, or were known before the oldest unclear one was sent;
#: but none that a sync of listings told to be an unclear entry's own. Also the batches of others.
_KNOWN = sa.text("""
SELECT l.external_id FROM transactions.listing l
WHERE l.platform_account_id = :account AND l.external_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM transactions.outbox c WHERE c.listing_id = l.id AND c.action = 'create'
        AND c.state NOT IN ('confirmed', 'dropped')
) AND (
    EXISTS (SELECT FROM transactions.outbox c WHERE c.listing_id = l.id AND c.action = 'create'
        AND c.state = 'confirmed')
    OR l.created_at < (SELECT min(u.sent_at) FROM transactions.outbox u
        WHERE u.platform_account_id = :account AND u.action = 'create' AND u.state = 'unknown'))
UNION
SELECT batch_id FROM transactions.outbox
WHERE platform_account_id = :account AND action = 'create' AND batch_id IS NOT NULL
    AND state IN ('pending', 'confirmed')
""")
_LOCK_UNITS_OF = sa.text("""
SELECT i.id FROM inventory.item i WHERE i.id IN (
    SELECT o.item_id FROM transactions.outbox o WHERE o.id = ANY(CAST(:ids AS bigint[])))
ORDER BY i.id FOR NO KEY UPDATE
""")


def lock_units(session: Session, ids: Sequence[int]) -> None:
    """A sale at the same moment comes before or after what is done with these entries."""
    session.execute(_LOCK_UNITS_OF, {"ids": list(ids)})


# -- a person ----------------------------------------------------------------------------------


def states(session: Session, ids: Sequence[int]) -> list[tuple[OutboxState, OutboxAction, int]]:
    """State, action and listing of the entries that are there."""
    return [
        (OutboxState(row.state), OutboxAction(row.action), row.listing_id)
        for row in session.execute(_STATES, {"ids": list(ids)})
    ]


def edit(session: Session, entry_id: int, ask: Decimal) -> bool:
    """Whether the entry could take another price: not once it was sent."""
    row = session.execute(_EDIT, {"id": entry_id, "ask": ask}).first()
    if row is not None and row.action == OutboxAction.CREATE:
        session.execute(_ASK, {"id": row.listing_id, "ask": ask})
    return row is not None


def hold(session: Session, ids: Sequence[int]) -> int:
    lock_units(session, ids)
    return len(session.execute(_HOLD, {"ids": list(ids), "message": ""}).all())


def release(session: Session, ids: Sequence[int]) -> int:
    """Queues held and failed entries whose units are still there."""
    lock_units(session, ids)
    queued = list(session.scalars(_RELEASE, {"ids": list(ids), "message": ""}))
    session.execute(_REQUEUE_LISTINGS, {"ids": queued})
    return len(queued)


def drop(session: Session, ids: Sequence[int]) -> int:
    lock_units(session, ids)
    values = {"ids": list(ids), "may_be_live": _MAY_BE_LIVE}
    dropped = session.execute(_DROP, values).all()
    delete_unborn(session, [row.listing_id for row in dropped if row.action == "create"])
    session.execute(_DROP_ENDS, {"ids": [row.id for row in dropped]})
    return len(dropped)


# -- the job that sends ------------------------------------------------------------------------


def recover(session: Session, account_id: int, message: str) -> int:
    found = session.execute(_RECOVER, {"account": account_id, "message": message})
    return len(found.all())


def actions_waiting(session: Session, account_id: int) -> list[OutboxAction]:
    found = {OutboxAction(name) for name in session.scalars(_WAITING, {"account": account_id})}
    return [action for action in ACTION_ORDER if action in found]


def claim(session: Session, account_id: int, action: OutboxAction, limit: int) -> list[Intent]:
    values = {"account": account_id, "action": action, "limit": limit}
    ids = list(session.scalars(_CLAIM, values))
    return [_intent(row) for row in session.execute(_CLAIMED, {"ids": ids})]


def open_intents(session: Session, account_id: int, state: OutboxState) -> list[Intent]:
    found = session.execute(_OPEN, {"account": account_id, "state": state})
    return [_intent(row) for row in found]


def _intent(row: sa.Row[Any]) -> Intent:
    values = row._asdict()
    currency = values.pop("currency")
    for name in ("ask", "old_ask"):
        if values[name] is not None:
            values[name] = Money(values[name], currency)
    action = OutboxAction(values.pop("action"))
    return Intent(**values | {"action": action, "own_key": values["own_key"] or ""})


def lose(session: Session, account_id: int, ids: Sequence[int], message: str) -> None:
    session.execute(_LOSE, {"account": account_id, "ids": list(ids), "message": message})


def unsend(
    session: Session,
    account_id: int,
    ids: Sequence[int],
    message: str,
    not_before: datetime | None,
) -> None:
    """What certainly did not leave waits again, unless its unit went meanwhile."""
    lock_units(session, ids)
    values = {"account": account_id, "ids": list(ids), "message": message}
    session.execute(_UNSEND, values | {"not_before": not_before})
    drop_pointless(session, ids)


def drop_pointless(session: Session, ids: Sequence[int]) -> None:
    """Of these, entries that wait for nothing: their unit is gone, or their offer is to end."""
    why = "The unit is no longer in stock, or its offer is to end."
    unlist(session, _DROP_POINTLESS, {"ids": list(ids), "why": why})
    session.execute(_DROP_ENDS, {"ids": list(ids)})


def known_listings(session: Session, account_id: int) -> frozenset[str]:
    return frozenset(session.scalars(_KNOWN, {"account": account_id}))
