"""A sync store at work: takes pages, and tells what is stored afterwards."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from helpers.remote_rows import page_of
from helpers.rows import make_account
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.marketplace import (
    BadRecord,
    Marketplace,
    RemoteListing,
    RemoteOrder,
)
from soleflip_desktop.domain.sync import (
    Account,
    AccountSettings,
    Cursor,
    ReviewAnswer,
    ReviewRow,
    SyncCounts,
)
from soleflip_desktop.services.review import ReviewService
from soleflip_desktop.services.sync_store import SyncStore

STARTED = datetime(2026, 4, 1, tzinfo=UTC)
#: Everything that a sync may change, but for who saw what when.
IMAGE = (
    "inventory.item",
    "transactions.order",
    "transactions.transaction",
    "transactions.listing",
    "transactions.payout",
    "transactions.outbox",
    "catalog.product",
    "catalog.product_variant",
    "catalog.product_identifier",
    "catalog.size",
    "integration.review_entry",
    "system.event_store",
    "system.change_log",
)


class SyncDesk:
    """One account that is synced; a pass goes on until `next_pass`."""

    def __init__(self, database: Database, account: Account | None = None) -> None:
        self.database = database
        self.store = SyncStore(database)
        self.review = ReviewService(database)
        self.account = account or new_account(database)
        self.next_pass()

    def next_pass(self) -> None:
        self.cursor = Cursor(round=str(uuid.uuid4()), started_at=STARTED)

    def orders(self, *records: RemoteOrder, bad: tuple[BadRecord, ...] = ()) -> SyncCounts:
        page = page_of(*records, bad=bad)
        return asyncio.run(self.store.take_orders(self.account, page, self.cursor))

    def listings(self, *records: RemoteListing, bad: tuple[BadRecord, ...] = ()) -> SyncCounts:
        page = page_of(*records, bad=bad)
        return asyncio.run(self.store.take_listings(self.account, page, self.cursor))

    def end_listings(self) -> int:
        asked = asyncio.run(self.store.end_listings(self.account, self.cursor))
        self.next_pass()
        return asked

    def questions(self, *, settled: bool = False) -> list[ReviewRow]:
        return asyncio.run(self.review.rows(settled=settled))

    def kinds(self) -> list[str]:
        """The kinds of the open questions."""
        return [row.kind.value for row in self.questions()]

    def answer(self, answer: ReviewAnswer, item_id: int | None = None) -> int:
        """To all open questions."""
        ids = [row.id for row in self.questions()]
        return asyncio.run(self.review.answer(ids, answer, item_id))

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.database.session() as session:
            return [tuple(row) for row in session.execute(sa.text(statement), values)]

    def do(self, statement: str, **values: Any) -> None:
        with self.database.session() as session:
            session.execute(sa.text("SELECT set_config('soleflip.correction', 'test', true)"))
            session.execute(sa.text(statement), values)

    def order(self, number: str, columns: str = "status") -> tuple[Any, ...]:
        [row] = self.rows(
            f'SELECT {columns} FROM transactions."order" o WHERE external_id = :n '
            "AND platform_account_id = :a",
            n=number,
            a=self.account.id,
        )
        return row

    def unit(self, status: str = "available", acquired: str | None = None, number: int = 1) -> int:
        """A unit of the n-th remote product, which a sale made known before."""
        [(item_id,)] = self.rows(
            "INSERT INTO inventory.item (variant_id, status, acquired_at) "
            "SELECT k.variant_id, :s, CAST(:at AS timestamptz) FROM catalog.product_identifier k "
            "WHERE k.scheme = 'stockx_variant' AND k.value = :v RETURNING id",
            s=status,
            at=acquired,
            v=f"variant-{number}-US M 9",
        )
        return int(item_id)

    def status(self, item_id: int) -> str:
        [(status,)] = self.rows("SELECT status FROM inventory.item WHERE id = :i", i=item_id)
        return str(status)

    def offer(self, item_id: int, external_id: str, account: Account | None = None) -> int:
        """An active listing of a unit."""
        [(listing_id,)] = self.rows(
            "INSERT INTO transactions.listing (item_id, variant_id, platform_account_id, "
            "external_id, status, ask, currency) SELECT id, variant_id, :a, :e, 'active', 120, "
            "'EUR' FROM inventory.item WHERE id = :i RETURNING id",
            i=item_id,
            e=external_id,
            a=(account or self.account).id,
        )
        return int(listing_id)

    def delistings(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "SELECT l.external_id FROM transactions.outbox o JOIN transactions.listing l "
            "ON l.id = o.listing_id WHERE o.action = 'delete' AND o.reason = 'oversell' "
            "AND o.state = 'queued' ORDER BY 1"
        )

    def image(self) -> dict[str, list[str]]:
        return {
            table: [row[0] for row in self.rows(f"SELECT t::text FROM {table} t ORDER BY 1")]
            for table in IMAGE
        }


def new_account(database: Database) -> Account:
    with database.session() as session:
        account_id = make_account(session)
    return Account(account_id, Marketplace.STOCKX, f"Account {account_id}", AccountSettings())
