"""Listings of a page: matched with ours, given a unit where one is free, else a question."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from soleflip_desktop.db.queries import review_inbox, sync_catalog, sync_questions, sync_units
from soleflip_desktop.db.queries.joins import IN_STOCK
from soleflip_desktop.db.queries.review_inbox import Question
from soleflip_desktop.db.queries.sync_orders import LISTING, ORDER, Outcome
from soleflip_desktop.db.queries.sync_rows import insert_rows, new_ids, update_rows
from soleflip_desktop.db.queries.sync_units import Units
from soleflip_desktop.domain.marketplace import RemoteListing, RemoteVariant
from soleflip_desktop.domain.money import Money, round_cents
from soleflip_desktop.domain.sync import Account, Cursor, ReviewKind
from soleflip_desktop.domain.transactions import ListingStatus

Connection = psycopg.Connection[Any]
Row = dict[str, Any]

#: Whoever sells a unit meanwhile may refer to its listings: it must not wait for us, nor we for it.
STORED = """
SELECT l.id, l.external_id, l.item_id, coalesce(l.variant_id, i.variant_id) AS variant_id,
    l.status, l.ask, l.currency, l.expires_at, l.quantity, l.remote_status
FROM transactions.listing l LEFT JOIN inventory.item i ON i.id = l.item_id
WHERE l.platform_account_id = %s AND (l.external_id = ANY(%s) OR l.id = ANY(%s))
ORDER BY l.id FOR NO KEY UPDATE OF l
"""
SALES = """
SELECT external_id, id, item_id, listing_id FROM transactions.order
WHERE platform_account_id = %s AND external_id = ANY(%s)
"""
#: Offers that the outbox has sent, or may have sent, and knows no id of yet.
BEING_MADE = """
SELECT coalesce(l.variant_id, i.variant_id), o.ask, o.currency
FROM transactions.outbox o
LEFT JOIN transactions.listing l ON l.id = o.listing_id
LEFT JOIN inventory.item i ON i.id = coalesce(o.item_id, l.item_id)
WHERE o.platform_account_id = %s AND o.action = 'create' AND l.external_id IS NULL
    AND o.state IN ('sending', 'pending', 'unknown')
"""
#: An offer that is live though its unit is gone, and was not sold through this very offer.
END_OFFERS = f"""
INSERT INTO transactions.outbox
    (platform_account_id, action, state, reason, listing_id, item_id, ask, currency)
SELECT l.platform_account_id, 'delete', 'queued', 'oversell', l.id, l.item_id, l.ask, l.currency
FROM transactions.listing l JOIN inventory.item i ON i.id = l.item_id
WHERE l.id = ANY(%s) AND l.status = 'active' AND l.quantity = 1
    AND i.status NOT IN {IN_STOCK}
    AND NOT EXISTS (SELECT FROM transactions.order o WHERE o.listing_id = l.id)
    AND NOT EXISTS (
        SELECT FROM transactions.outbox d
        WHERE d.listing_id = l.id AND d.action = 'delete' AND d.state <> 'confirmed'
    )
ON CONFLICT DO NOTHING
"""  # noqa: S608  (our own constants)
#: Nobody is asked twice about one disappearance, nor while the outbox is at it.
VANISHED = """
SELECT l.external_id, l.id, l.item_id, l.status, p.name, s.label, l.ask, l.currency
FROM transactions.listing l
LEFT JOIN inventory.item i ON i.id = l.item_id
JOIN catalog.product_variant v ON v.id = coalesce(l.variant_id, i.variant_id)
JOIN catalog.product p ON p.id = v.product_id
JOIN catalog.size s ON s.id = v.size_id
LEFT JOIN integration.remote_record r ON r.platform_account_id = l.platform_account_id
    AND r.entity = 'listing' AND r.external_id = l.external_id
WHERE l.platform_account_id = %(account)s AND l.external_id IS NOT NULL
    AND l.status IN ('active', 'inactive') AND r.round IS DISTINCT FROM %(round)s::uuid
    AND NOT EXISTS (
        SELECT FROM transactions.outbox o WHERE o.listing_id = l.id
        AND (o.state IN ('sending', 'pending', 'unknown') OR o.settled_at >= %(since)s)
    )
    AND NOT EXISTS (
        SELECT FROM integration.review_entry q
        WHERE q.platform_account_id = l.platform_account_id AND q.kind = 'listing_vanished'
            AND q.external_id = l.external_id
            AND q.raised_at >= coalesce(r.seen_at, '-infinity')
    )
ORDER BY l.id
"""

_OPEN = frozenset({ListingStatus.ACTIVE, ListingStatus.INACTIVE, ListingStatus.MATCHED})
_OWN_KEY = re.compile(r"listing-(\d{1,18})", re.ASCII)


@dataclass(slots=True)
class ListingPage:
    """The changed listings of one page of one account; `take` writes them."""

    connection: Connection
    account: Account
    records: Sequence[RemoteListing]
    now: datetime
    stored: dict[str, Row] = field(default_factory=dict)
    variants: Mapping[RemoteVariant, int] = field(default_factory=dict)
    sales: dict[str, Row] = field(default_factory=dict)
    being_made: list[tuple[int, Money | None]] = field(default_factory=list)
    units: Units = field(default_factory=Units)
    questions: list[Question] = field(default_factory=list)
    homeless: list[Question] = field(default_factory=list)
    #: Those that need no unit, or have one now.
    housed: list[str] = field(default_factory=list)
    new: list[Row] = field(default_factory=list)
    changes: dict[int, Row] = field(default_factory=dict)
    sale_changes: dict[int, Row] = field(default_factory=dict)
    outcome: Outcome = field(default_factory=Outcome)

    def take(self) -> Outcome:
        self._load()
        ids = iter(new_ids(self.connection, LISTING, len(self.records) - len(self.stored)))
        for record in self.records:
            row = self.stored.get(record.id)
            if row is not None:
                self._change(record, row)
            elif not self._is_being_made(record):
                self._make(record, next(ids))
        self._write()
        return self.outcome

    def _load(self) -> None:
        own = {record.id: _own_id(record) for record in self.records}
        with self.connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(
                STORED, (self.account.id, list(own), [id_ for id_ in own.values() if id_])
            )
            rows = cursor.fetchall()
            numbers = [r.order_number for r in self.records if r.order_number]
            if numbers:
                cursor.execute(SALES, (self.account.id, numbers))
                self.sales = {row["external_id"]: row for row in cursor}
        self.stored = {row["external_id"]: row for row in rows if row["external_id"] in own}
        ours = {row["id"]: row for row in rows if not row["external_id"]}
        for record_id, id_ in own.items():
            if id_ in ours and record_id not in self.stored:
                self.stored[record_id] = ours.pop(id_)
        self._load_units()

    def _load_units(self) -> None:
        new = [record for record in self.records if record.id not in self.stored]
        resolved = sync_catalog.resolve(self.connection, {record.variant for record in new})
        self.variants = resolved.ids
        self.questions = [
            sync_questions.unclear_size(v, self.variants[v]) for v in resolved.unclear
        ]
        if new:
            self.being_made = [
                (variant, None if ask is None else Money(ask, currency))
                for variant, ask, currency in self.connection.execute(
                    BEING_MADE, (self.account.id,)
                )
            ]
        wanted = [self.variants[record.variant] for record in new]
        wanted += [row["variant_id"] for row in self.stored.values() if not row["item_id"]]
        self.units = sync_units.load(self.connection, self.account.id, set(wanted), ())

    def _is_being_made(self, record: RemoteListing) -> bool:
        """It may be the outbox's own: that one looks it up and tells, or the next pass does."""
        asks = [ask for variant, ask in self.being_made if variant == self.variants[record.variant]]
        return any(ask is None or record.ask is None or ask == record.ask for ask in asks)

    # -- deciding --------------------------------------------------------------------------------

    def _change(self, record: RemoteListing, row: Row) -> None:
        told = self._told(record) | {"status": record.status, "external_id": record.id}
        changes = {
            name: value for name, value in told.items() if value is not None and value != row[name]
        }
        if row["item_id"] is None:
            status = record.status or ListingStatus(row["status"])
            item_id = self._unit_of(record, row["id"], row["variant_id"], status)
            changes |= {"item_id": item_id} if item_id else {}
        self.outcome.ids[record.id] = row["id"]
        if changes:
            self.changes[row["id"]] = changes | {"seen_at": self.now}
            self.outcome.updated.add(record.id)

    def _make(self, record: RemoteListing, id_: int) -> None:
        """Of an unknown word the worse is assumed: that it can be bought."""
        status = record.status or ListingStatus.ACTIVE
        variant_id = self.variants[record.variant]
        row = self._told(record) | {
            "id": id_,
            "platform_account_id": self.account.id,
            "external_id": record.id,
            "variant_id": variant_id,
            "item_id": self._unit_of(record, id_, variant_id, status),
            "status": status,
            "seen_at": self.now,
        }
        self.new.append(row)
        self.outcome.ids[record.id] = id_
        self.outcome.created.add(record.id)

    def _told(self, record: RemoteListing) -> Row:
        return {
            "remote_status": record.raw_status,
            "ask": round_cents(record.ask.amount) if record.ask else None,
            "currency": record.ask.currency if record.ask else None,
            "expires_at": record.expires_at,
            "quantity": record.quantity,
        }

    def _unit_of(
        self, record: RemoteListing, listing_id: int, variant_id: int, status: ListingStatus
    ) -> int | None:
        """The unit of its sale, else one that is free and not offered here; or a question."""
        sale = self.sales.get(record.order_number or "")
        if sale is not None:
            if sale["listing_id"] is None:
                self.sale_changes[sale["id"]] = {"listing_id": listing_id}
            item_id: int | None = sale["item_id"]
            return item_id
        if status not in _OPEN:
            self.housed.append(record.id)
            return None
        unit = self.units.next_unlisted(variant_id)
        if unit is None:
            self.homeless.append(sync_questions.without_unit(record, listing_id))
            return None
        unit.listing_id = listing_id
        self.housed.append(record.id)
        return unit.id

    # -- writing ---------------------------------------------------------------------------------

    def _write(self) -> None:
        connection, account_id = self.connection, self.account.id
        insert_rows(connection, LISTING, self.new)
        update_rows(connection, LISTING, self.changes)
        update_rows(connection, ORDER, self.sale_changes)
        touched = [*self.changes, *(row["id"] for row in self.new)]
        if touched:
            connection.execute(END_OFFERS, (touched,))
        ids = [question.external_id for question in self.homeless]
        kind = ReviewKind.LISTING_WITHOUT_UNIT
        before = review_inbox.asked(connection, account_id, kind, ids) if ids else frozenset()
        fresh = [q for q in self.homeless if q.external_id not in before]
        review_inbox.ask(connection, account_id, [*self.questions, *fresh])
        review_inbox.close_by_itself(connection, account_id, kind, self.housed)


def _own_id(record: RemoteListing) -> int | None:
    match = _OWN_KEY.fullmatch(record.own_key or "")
    return int(match[1]) if match else None


def ask_for_vanished(connection: Connection, account: Account, cursor: Cursor) -> int:
    """Open listings that a complete pass did not see become questions; their status stays."""
    values = {"account": account.id, "round": cursor.round, "since": cursor.started_at}
    questions = [
        sync_questions.vanished(
            external_id,
            f"{name}, {size}",
            status,
            None if ask is None else Money(ask, currency),
            listing_id=id_,
            item_id=item_id,
        )
        for external_id, id_, item_id, status, name, size, ask, currency in connection.execute(
            VANISHED, values
        )
    ]
    review_inbox.ask(connection, account.id, questions)
    return len(questions)
