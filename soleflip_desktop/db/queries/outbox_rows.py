"""The outbox to look at: entries in plain words, units still live, accounts to list on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.queries.joins import IN_STOCK
from soleflip_desktop.domain.inventory import ItemStatus
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.offering import (
    OFFERING,
    ONLY_CURRENCY,
    WHOLE_UNITS,
    AccountChoice,
    Wish,
    answer_words,
    wish_words,
)
from soleflip_desktop.domain.open_listings import OpenListing
from soleflip_desktop.domain.outbox import (
    OutboxAction,
    OutboxReason,
    OutboxRow,
    OutboxState,
    StillLive,
)
from soleflip_desktop.domain.sync import AccountSettings

#: What entry `o` is about: its listing l, account a, platform f, and p in size s, where known.
ABOUT = """
JOIN system.platform_account a ON a.id = o.platform_account_id
JOIN system.platform f ON f.id = a.platform_id
LEFT JOIN transactions.listing l ON l.id = o.listing_id
LEFT JOIN transactions.order r ON r.id = o.order_id
LEFT JOIN inventory.item i ON i.id = coalesce(o.item_id, l.item_id, r.item_id)
LEFT JOIN catalog.product_variant v ON v.id = coalesce(i.variant_id, l.variant_id, r.variant_id)
LEFT JOIN catalog.product p ON p.id = v.product_id
LEFT JOIN catalog.size s ON s.id = v.size_id
"""
_ROWS = """
SELECT o.id, o.platform_account_id AS account_id, f.name AS platform, a.label AS account,
    o.action, o.state, o.reason, o.ask, o.old_ask, o.currency, o.created_at, o.actor,
    o.attempts, o.sent_at, o.settled_at, o.not_before, o.operation_id, o.batch_id, o.error,
    l.external_id, coalesce(o.item_id, l.item_id, r.item_id) AS item_id, o.listing_id,
    coalesce(p.name || ', ' || s.label, 'a unit') AS title, a.synced AND a.active AS synced,
    i.status AS unit
FROM transactions.outbox o {about}
WHERE o.state {settled} IN ('confirmed', 'dropped')
ORDER BY {order} LIMIT :limit
"""
UNSETTLED = sa.text(_ROWS.format(about=ABOUT, settled="NOT", order="o.id"))
SETTLED = sa.text(_ROWS.format(about=ABOUT, settled="", order="o.settled_at DESC, o.id DESC"))
#: Besides delistings: offers of gone units that were sent and may come to life yet.
_STILL_LIVE = sa.text(f"""
SELECT i.id, max(p.name || ', ' || s.label), array_agg(DISTINCT f.name ORDER BY f.name),
    min(o.created_at)
FROM transactions.outbox o {ABOUT}
WHERE i.status NOT IN {IN_STOCK} AND (
    o.action = 'delete' AND o.state NOT IN ('confirmed', 'dropped')
    OR o.action IN ('create', 'activate') AND o.state IN ('sending', 'pending', 'unknown'))
GROUP BY i.id ORDER BY min(o.created_at), i.id
""")  # noqa: S608  (our own constants)
#: Offers that can be given another price or an end: live, or waiting to be made.
_OPEN_LISTINGS = sa.text("""
SELECT l.id, l.item_id, p.name || ', ' || s.label AS title, f.name AS platform, a.label, l.ask,
    l.currency
FROM transactions.listing l
JOIN system.platform_account a ON a.id = l.platform_account_id
JOIN system.platform f ON f.id = a.platform_id
JOIN inventory.item i ON i.id = l.item_id
JOIN catalog.product_variant v ON v.id = i.variant_id
JOIN catalog.product p ON p.id = v.product_id
JOIN catalog.size s ON s.id = v.size_id
WHERE l.item_id = ANY(CAST(:ids AS bigint[])) AND l.status IN ('queued', 'active', 'inactive')
ORDER BY l.item_id, f.name, l.id
""")
_FIELDS = frozenset(field.name for field in fields(OutboxRow))
_ACCOUNTS = sa.text("""
SELECT a.id, f.slug, f.name, a.label, a.settings ->> 'currency' AS currency
FROM system.platform_account a JOIN system.platform f ON f.id = a.platform_id
WHERE a.synced AND a.active AND f.slug = ANY(:slugs)
ORDER BY f.name, a.label
""")


def rows(session: Session, *, settled: bool, limit: int) -> list[OutboxRow]:
    """Unsettled ones, oldest first; or the settled ones, newest first."""
    found = session.execute(SETTLED if settled else UNSETTLED, {"limit": limit})
    return [_row(row) for row in found]


def still_live(session: Session) -> list[StillLive]:
    """Units that are gone and whose offers are not known to have ended, the oldest first."""
    return [
        StillLive(item_id, title, tuple(platforms), since)
        for item_id, title, platforms, since in session.execute(_STILL_LIVE)
    ]


def open_listings(session: Session, item_ids: Sequence[int]) -> list[OpenListing]:
    """The offers of these units that are not ended, by unit and platform."""
    return [
        OpenListing(
            row.id,
            row.item_id,
            f"{row.title} on {account_title(row.platform, row.label)}",
            None if row.ask is None else Money(row.ask, row.currency),
        )
        for row in session.execute(_OPEN_LISTINGS, {"ids": list(item_ids)})
    ]


def accounts(session: Session) -> list[AccountChoice]:
    """The synced accounts, by platform and label."""
    slugs = [str(slug) for slug in Marketplace]
    return [_choice(row) for row in session.execute(_ACCOUNTS, {"slugs": slugs})]


def _choice(row: sa.Row[Any]) -> AccountChoice:
    marketplace = Marketplace(row.slug)
    currency = ONLY_CURRENCY.get(marketplace) or row.currency or AccountSettings().currency
    return AccountChoice(
        row.id,
        marketplace,
        account_title(row.name, row.label),
        currency,
        marketplace in WHOLE_UNITS,
        OFFERING[marketplace],
    )


def account_title(platform: str, label: str) -> str:
    return f"{platform} ({label})"


def _row(row: sa.Row[Any]) -> OutboxRow:
    state, account = OutboxState(row.state), account_title(row.platform, row.account)
    operation = row.operation_id or row.batch_id
    delayed = row.not_before is not None
    action, reason = OutboxAction(row.action), OutboxReason(row.reason)
    unit = ItemStatus(row.unit) if row.unit else None
    wish = Wish(action, reason, row.title, account, row.ask, row.old_ask, row.currency, unit)
    told = {
        "state": state,
        "action": action,
        "reason": reason,
        "words": wish_words(wish),
        "answer": answer_words(state, row.error, operation, synced=row.synced, delayed=delayed),
    }
    stored = {name: value for name, value in row._asdict().items() if name in _FIELDS}
    return OutboxRow(**stored | told)
