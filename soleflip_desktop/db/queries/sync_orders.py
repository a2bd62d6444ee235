"""Orders of a page: what changed is told apart, and what that means is written set by set.

Everything is decided on what the page's few SELECTs brought, in this order: stored orders first,
as they may give units back, then new ones, the oldest sale first. The listing of a sale is booked
before its unit, because a unit that leaves the stock ends all its other active listings (the
database's trigger `queue_delisting`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import dict_row

from soleflip_desktop.db.queries import (
    review_inbox,
    sync_catalog,
    sync_charges,
    sync_questions,
    sync_units,
)
from soleflip_desktop.db.queries.review_inbox import Question
from soleflip_desktop.db.queries.sync_rows import insert_rows, new_ids, update_rows
from soleflip_desktop.db.queries.sync_units import Unit, Units, booked_out_by_hand
from soleflip_desktop.domain.marketplace import RemoteOrder, RemoteVariant
from soleflip_desktop.domain.money import round_cents
from soleflip_desktop.domain.sync import Account, ReviewKind
from soleflip_desktop.domain.synced_sales import (
    UNDONE,
    UNIT_STATUS,
    sent_and_cancelled,
    sold_listing_status,
    taken_back,
    unit_status,
)
from soleflip_desktop.domain.transactions import ListingStatus, OrderStatus

Connection = psycopg.Connection[Any]
ORDER, LISTING, ITEM = "transactions.order", "transactions.listing", "inventory.item"

STORED = """
SELECT id, external_id, variant_id, item_id, listing_id, status, remote_status, sold_at,
    gross_amount, gross_currency, payout_amount, payout_currency, paid_at, payout_id, ship_by,
    buyer_country, buyer_region
FROM transactions.order WHERE platform_account_id = %s AND external_id = ANY(%s)
ORDER BY id FOR NO KEY UPDATE
"""
LISTINGS = """
SELECT id, external_id, item_id, status, quantity FROM transactions.listing
WHERE platform_account_id = %s AND (external_id = ANY(%s) OR id = ANY(%s))
"""
LISTED = """
SELECT id, external_id, item_id, status, quantity FROM transactions.listing WHERE id = ANY(%s)
"""
PAYOUTS = """
INSERT INTO transactions.payout (platform_account_id, external_id, paid_at, currency)
SELECT %(account)s, w.ref, w.paid_at, w.currency
FROM unnest(%(refs)s::text[], %(paid)s::timestamptz[], %(currencies)s::text[])
    AS w (ref, paid_at, currency)
WHERE NOT EXISTS (
    SELECT FROM transactions.payout p
    WHERE p.platform_account_id = %(account)s AND p.external_id = w.ref
)
ON CONFLICT (platform_account_id, external_id) DO NOTHING
"""
PAYOUT_IDS = """
SELECT external_id, id FROM transactions.payout
WHERE platform_account_id = %(account)s AND external_id = ANY(%(refs)s)
"""
Row = dict[str, Any]
#: What a sale says of its listing answers a question: which unit it offered, where it went.
_ANSWERED = {
    "item_id": ReviewKind.LISTING_WITHOUT_UNIT,
    "status": ReviewKind.LISTING_VANISHED,
}


@dataclass(slots=True)
class Outcome:
    """What became of a page: our id of each number, and which are new or changed."""

    ids: dict[str, int] = field(default_factory=dict)
    created: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)


@dataclass(slots=True)
class OrderPage:
    """The changed orders of one page of one account; `take` writes them."""

    connection: Connection
    account: Account
    records: Sequence[RemoteOrder]
    stored: dict[str, Row] = field(default_factory=dict)
    variants: Mapping[RemoteVariant, int] = field(default_factory=dict)
    listings: dict[int, Row] = field(default_factory=dict)
    listing_ids: dict[str, int] = field(default_factory=dict)
    payouts: Mapping[str, int] = field(default_factory=dict)
    units: Units = field(default_factory=Units)
    questions: list[Question] = field(default_factory=list)
    new_orders: list[Row] = field(default_factory=list)
    new_units: list[Row] = field(default_factory=list)
    changes: dict[int, Row] = field(default_factory=dict)
    listing_changes: dict[int, Row] = field(default_factory=dict)
    outcome: Outcome = field(default_factory=Outcome)

    def take(self) -> Outcome:
        self._load()
        known = [record for record in self.records if record.number in self.stored]
        new = [record for record in self.records if record.number not in self.stored]
        for record in known:
            self._change(record, self.stored[record.number])
        ids = new_ids(self.connection, ORDER, len(new))
        unit_ids = iter(new_ids(self.connection, ITEM, len(new)))
        in_time = sorted(new, key=lambda record: (record.sold_at, record.number))
        for record, id_ in zip(in_time, ids, strict=True):
            self._make(record, id_, next(unit_ids))
        self._write(known)
        return self.outcome

    # -- what is stored --------------------------------------------------------------------------

    def _load(self) -> None:
        numbers = [record.number for record in self.records]
        with self.connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(STORED, (self.account.id, numbers))
            self.stored = {row["external_id"]: row for row in cursor}
            new = [record for record in self.records if record.number not in self.stored]
            resolved = sync_catalog.resolve(self.connection, {r.variant for r in new})
            self.variants = resolved.ids
            self._ask_sizes(resolved.unclear)
            self._load_listings(cursor)
        self.payouts = self._payout_ids()
        homeless = [self.variants[r.variant] for r in new if r.status not in UNDONE]
        homeless += [row["variant_id"] for row in self.stored.values() if not row["item_id"]]
        items = {row["item_id"] for row in (*self.stored.values(), *self.listings.values())}
        self.units = sync_units.load(
            self.connection, self.account.id, set(homeless), items - {None}
        )
        self._load_offers()
        given_back = [
            self.stored[r.number]["item_id"]
            for r in self.records
            if r.status is OrderStatus.CANCELLED and r.number in self.stored
        ]
        sync_units.recall_the_way(self.connection, self.units, given_back)

    def _load_listings(self, cursor: psycopg.Cursor[Row]) -> None:
        told = [record.listing_id for record in self.records if record.listing_id]
        own = [row["listing_id"] for row in self.stored.values() if row["listing_id"]]
        if told or own:
            cursor.execute(LISTINGS, (self.account.id, told, own))
            self._keep_listings(cursor)

    def _load_offers(self) -> None:
        """Of units that may be taken: an order may not name the listing it came through."""
        offers = {unit.listing_id for unit in self.units.by_id.values()} - {None}
        missing = list(offers - self.listings.keys())
        if missing:
            with self.connection.cursor(row_factory=dict_row) as cursor:
                cursor.execute(LISTED, (missing,))
                self._keep_listings(cursor)

    def _keep_listings(self, cursor: psycopg.Cursor[Row]) -> None:
        for row in cursor:
            self.listings[row["id"]] = row
            self.listing_ids[row["external_id"]] = row["id"]

    def _payout_ids(self) -> dict[str, int]:
        told = {r.payout_ref: r for r in self.records if r.payout_ref and r.payout}
        values = {
            "account": self.account.id,
            "refs": list(told),
            "paid": [record.paid_at for record in told.values()],
            "currencies": [r.payout.currency for r in told.values() if r.payout],
        }
        if not told:
            return {}
        self.connection.execute(PAYOUTS, values)
        return dict(self.connection.execute(PAYOUT_IDS, values).fetchall())

    def _ask_sizes(self, unclear: Collection[RemoteVariant]) -> None:
        self.questions.extend(
            sync_questions.unclear_size(variant, self.variants[variant]) for variant in unclear
        )

    # -- deciding --------------------------------------------------------------------------------

    def _change(self, record: RemoteOrder, row: Row) -> None:
        old = OrderStatus(row["status"])
        new = record.status or old
        told = self._told(record) | {"status": new}
        changes = {
            name: value for name, value in told.items() if value is not None and value != row[name]
        }
        unit = self.units.by_id.get(row["item_id"])
        if unit and new not in UNDONE and unit.order_id not in {None, row["id"]}:
            self._ask_oversold(record, unit)
            unit = None  # sold to somebody else since this sale was cancelled
        if unit is None and new not in UNDONE:
            unit = (
                self._choose(record, row["variant_id"])
                if old in UNDONE
                else self._next_free(record, row["variant_id"])
            )
            changes |= {"item_id": unit.id if unit else None}
            self._book(unit, row["id"], None, new)
        elif unit and old is not new:
            self._ask_order(record, old, unit)
            self._book(unit, row["id"], old, new)
        elif old is not new:
            self._ask_order(record, old, None)
        changes = {name: value for name, value in changes.items() if value != row[name]}
        listing_id = changes.get("listing_id") or row["listing_id"]
        if changes.keys() & {"status", "listing_id"}:
            self._book_listing(listing_id, unit, new)
        self.outcome.ids[record.number] = row["id"]
        if changes:
            self.changes[row["id"]] = changes
            self.outcome.updated.add(record.number)

    def _make(self, record: RemoteOrder, order_id: int, unit_id: int) -> None:
        status = record.status or OrderStatus.PENDING
        variant_id = self.variants[record.variant]
        unit = None
        if status is not OrderStatus.CANCELLED:
            unit = self._choose(record, variant_id, unit_id)
            self._book(unit, order_id, None, status)
        told = self._told(record)
        if unit and record.listing_id is None:
            told["listing_id"] = self._offer(unit)
        if unit:
            unit.order_listing_id = told["listing_id"]
        self._book_listing(told["listing_id"], unit, status)
        row = told | {
            "id": order_id,
            "platform_account_id": self.account.id,
            "external_id": record.number,
            "status": status,
            "variant_id": variant_id,
            "item_id": unit.id if unit else None,
        }
        self.new_orders.append(row)
        self.outcome.ids[record.number] = order_id
        self.outcome.created.add(record.number)

    def _told(self, record: RemoteOrder) -> Row:
        """The columns of an order, as far as the platform tells them; None: it does not."""
        payout = record.payout
        return {
            "remote_status": record.raw_status,
            "sold_at": record.sold_at,
            "gross_amount": round_cents(record.gross.amount),
            "gross_currency": record.gross.currency,
            "payout_amount": round_cents(payout.amount) if payout else None,
            "payout_currency": payout.currency if payout else None,
            "paid_at": record.paid_at,
            "payout_id": self.payouts.get(record.payout_ref or ""),
            "ship_by": record.ship_by,
            "buyer_country": record.buyer_country,
            "buyer_region": record.buyer_region,
            "listing_id": self.listing_ids.get(record.listing_id or ""),
        }

    def _choose(
        self, record: RemoteOrder, variant_id: int, unit_id: int | None = None
    ) -> Unit | None:
        """The unit that this sale took; with `unit_id` a new one where there is none.

        None where another live sale has the unit of its listing and there is no other one: a new
        unit would hide that one was sold twice.
        """
        listing = self.listings.get(self.listing_ids.get(record.listing_id or "", 0))
        own = self.units.by_id.get(listing["item_id"]) if listing else None
        oversold = False
        if own and own.free:
            return own
        if own and listing and record.status not in UNDONE:
            oversold = own.order_listing_id != listing["id"] and listing["quantity"] == 1
            if oversold:
                self._ask_oversold(record, own)
            if booked_out_by_hand(own):
                return own
        if record.status not in UNDONE:
            unit = self._next_free(record, variant_id)
            if unit or oversold:
                return unit
        if unit_id is None:
            [unit_id] = new_ids(self.connection, ITEM, 1)
        return self._new_unit(unit_id, variant_id, record.status or OrderStatus.PENDING)

    def _next_free(self, record: RemoteOrder, variant_id: int) -> Unit | None:
        """A finished sale took a unit that was there by then; a new one may be sold in advance."""
        completed = record.status is OrderStatus.COMPLETED
        return self.units.next_free(variant_id, record.sold_at if completed else None)

    def _new_unit(self, unit_id: int, variant_id: int, status: OrderStatus) -> Unit:
        """Nobody has entered it: without cost, as imports do."""
        unit = Unit(unit_id, variant_id, UNIT_STATUS[status], None)
        self.units.add(unit)
        self.new_units.append({"id": unit_id, "variant_id": variant_id, "status": unit.status})
        return unit

    def _offer(self, unit: Unit) -> int | None:
        """The unit's own offer on this account, which a platform may not name with its sale."""
        listing = self.listings.get(unit.listing_id or 0)
        return unit.listing_id if listing and listing["external_id"] else None

    def _book(
        self, unit: Unit | None, order_id: int, old: OrderStatus | None, new: OrderStatus
    ) -> None:
        if unit is None or unit.order_id not in {None, order_id}:
            return
        unit.status = unit.back_in_stock(unit_status(unit.status, old, new))
        if new not in UNDONE:
            unit.order_id = order_id
        elif unit.order_id == order_id:
            unit.order_id = None

    def _book_listing(self, listing_id: int | None, unit: Unit | None, order: OrderStatus) -> None:
        """A listing of several units goes on; what is left of it, the platform tells."""
        listing = self.listings.get(listing_id or 0)
        if listing is None:
            return
        changes: Row = {}
        if listing["quantity"] != 1:
            changes = self._handed_on(listing, unit)
        else:
            status = sold_listing_status(ListingStatus(listing["status"]), order)
            if status != listing["status"]:
                changes["status"] = status
            if listing["item_id"] is None and unit is not None:
                changes["item_id"] = unit.id
        if changes:
            listing |= changes
            self.listing_changes[listing["id"]] = (
                self.listing_changes.get(listing["id"], {}) | changes
            )

    def _handed_on(self, listing: Row, sold: Unit | None) -> Row:
        """Offers a unit that is left instead of the sold one, whose offers are about to end."""
        if sold is None or sold.free or listing["item_id"] != sold.id:
            return {}
        unit = self.units.next_unlisted(sold.variant_id)
        if unit is None:
            return {}
        unit.listing_id, sold.listing_id = listing["id"], None
        return {"item_id": unit.id}

    def _ask_order(self, record: RemoteOrder, old: OrderStatus, unit: Unit | None) -> None:
        new = record.status or old
        if taken_back(old, new) or (unit and sent_and_cancelled(unit.status, new)):
            self.questions.append(sync_questions.order_changed(record, old, unit))

    def _ask_oversold(self, record: RemoteOrder, unit: Unit) -> None:
        self.questions.append(sync_questions.oversold(record, unit))

    # -- writing ---------------------------------------------------------------------------------

    def _write(self, known: Sequence[RemoteOrder]) -> None:
        insert_rows(self.connection, ITEM, self.new_units)
        update_rows(self.connection, LISTING, self.listing_changes)
        update_rows(self.connection, ORDER, self.changes)
        insert_rows(self.connection, ORDER, self.new_orders)
        touched = sync_charges.write(
            self.connection,
            {self.outcome.ids[record.number]: record for record in self.records},
            {row["id"]: row | self.changes.get(row["id"], {}) for row in self.stored.values()},
        )
        self.outcome.updated |= {r.number for r in known if self.outcome.ids[r.number] in touched}
        update_rows(self.connection, ITEM, self.units.changed())
        review_inbox.ask(self.connection, self.account.id, self.questions)
        for column, kind in _ANSWERED.items():
            told = [
                self.listings[id_]["external_id"]
                for id_, row in self.listing_changes.items()
                if column in row
            ]
            review_inbox.close_by_itself(self.connection, self.account.id, kind, told)
        undone = [record.number for record in known if record.status in UNDONE]
        review_inbox.close_by_itself(self.connection, self.account.id, ReviewKind.OVERSOLD, undone)
