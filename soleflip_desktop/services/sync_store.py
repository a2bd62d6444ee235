"""What sync jobs read and write: every method is one transaction.

A page's records and the cursor that stands behind them are stored together or not at all, so a
job that is killed goes on where its data ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import psycopg
from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import (
    accounts,
    remote_records,
    review_inbox,
    steps,
    sync_catalog,
    sync_listings,
    sync_market,
    sync_runs,
)
from soleflip_desktop.db.queries.remote_records import Sight
from soleflip_desktop.db.queries.sync_listings import ListingPage
from soleflip_desktop.db.queries.sync_market import PricedProduct
from soleflip_desktop.db.queries.sync_orders import OrderPage, Outcome
from soleflip_desktop.db.queries.sync_pages import Taking
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.errors import NotFoundError, UserError
from soleflip_desktop.domain.marketplace import (
    MarketPrice,
    Page,
    Raw,
    RemoteEntity,
    RemoteListing,
    RemoteOrder,
    RemoteVariant,
)
from soleflip_desktop.domain.sync import Account, Cursor, ReviewKind, SyncCounts, SyncKind

T = TypeVar("T")
Connection = psycopg.Connection[Any]

#: Sizes, products and units may come with a record.
TOUCHED = Change.of(Domain.TRANSACTIONS, Domain.INVENTORY, Domain.CATALOG, Domain.INTEGRATION)
ASKED = Change.of(Domain.INTEGRATION)
PRICED = Change.of(Domain.INTEGRATION, Domain.INVENTORY)
LEARNT = Change.of(Domain.CATALOG)

#: From here on the source says what is so, not which step was taken; its name is kept with it.
CORRECT = "SELECT set_config('soleflip.correction', %s, true), now()"


class SyncStore:
    """Where jobs put what they read (`sync.job.Store`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def account(self, account_id: int) -> Account:
        """Raises NotFoundError for one that is gone."""
        return await self._database.read(_account, account_id)

    async def take_orders(
        self, account: Account, page: Page[RemoteOrder], cursor: Cursor
    ) -> SyncCounts:
        """Stores the page and the cursor behind it. Raises DatabaseUnavailableError."""
        return await self._database.write(TOUCHED, _take_orders, account, page, cursor)

    async def take_listings(
        self, account: Account, page: Page[RemoteListing], cursor: Cursor
    ) -> SyncCounts:
        """Stores the page and the cursor behind it. Raises DatabaseUnavailableError."""
        return await self._database.write(TOUCHED, _take_listings, account, page, cursor)

    async def seen(self, account_id: int, entity: RemoteEntity, round: str, part: str) -> int:  # noqa: A002  (the contract's word)
        """How many different records that part of that pass has told so far."""
        return await self._database.read(
            _on_driver(remote_records.seen), account_id, entity, round, part
        )

    async def end_orders(self, account: Account, cursor: Cursor) -> int:
        """The pass is complete; nothing is asked of orders that it did not show."""
        return await self._database.write(ASKED, _end_orders, account, cursor)

    async def end_listings(self, account: Account, cursor: Cursor) -> int:
        """The pass is complete: says how many open listings it did not show (questions now)."""
        return await self._database.write(ASKED, _end_listings, account, cursor)

    async def orders_to_look_up(self, account: Account, round: str, limit: int) -> list[str]:  # noqa: A002
        """Numbers of orders that are open or unpaid here, not seen in this pass, oldest look first.

        Those that somebody wants read again come first.
        """
        return await self._database.read(_on_driver(sync_market.orders), account, round, limit)

    async def note_look_up(self, account: Account, number: str, cursor: Cursor) -> None:
        """This order was asked for in this pass and could not be had: others come first now."""
        await self._database.write(ASKED, _note_look_up, account, number, cursor)

    async def products_to_price(
        self,
        account: Account,
        limit: int,
        all: bool,  # noqa: A002, FBT001
    ) -> list[PricedProduct]:
        """Products in stock, those asked longest ago first; with `all` without a limit."""
        most = None if all else limit
        return await self._database.read(_on_driver(sync_market.products), account, most)

    async def remember_variants(
        self, account: Account, product_id: int, variants: Sequence[RemoteVariant]
    ) -> None:
        """Keeps the platform's ids of a product and of those of its sizes that are stored."""
        del account  # the schemes of the ids say whose they are
        await self._database.write(LEARNT, _on_driver(sync_catalog.remember), product_id, variants)

    async def take_prices(self, account: Account, prices: Sequence[MarketPrice]) -> SyncCounts:
        """One row a size that we know; the others count as unchanged."""
        return await self._database.write(
            PRICED, _on_driver(sync_market.take_prices), account, prices
        )


def _note_look_up(session: Session, account: Account, number: str, cursor: Cursor) -> None:
    sight = _sight(account, RemoteEntity.ORDER, cursor, "look up")
    sync_market.note_look_up(steps.driver(session), sight, number)


def _on_driver(query: Callable[..., T]) -> Callable[..., T]:
    return lambda session, *values: query(steps.driver(session), *values)


def _account(session: Session, account_id: int) -> Account:
    found = accounts.account(session, account_id)
    if found is None:
        raise NotFoundError("This account is no longer there: it was removed.")
    return found


# -- pages ---------------------------------------------------------------------------------------


def _take_orders(
    session: Session, account: Account, page: Page[RemoteOrder], cursor: Cursor
) -> SyncCounts:
    connection = steps.driver(session)
    _begin(connection, account)

    def write(records: Sequence[RemoteOrder]) -> Outcome:
        return OrderPage(connection, account, records).take()

    records = {record.number: (record, record.raw) for record in page.records}
    sight = _sight(account, RemoteEntity.ORDER, cursor, page.part)
    counts = _take(Taking(connection, sight, write), records, page)
    sync_runs.save_cursor(session, account.id, SyncKind.ORDERS, cursor)
    return counts


def _take_listings(
    session: Session, account: Account, page: Page[RemoteListing], cursor: Cursor
) -> SyncCounts:
    connection = steps.driver(session)
    now = _begin(connection, account)

    def write(records: Sequence[RemoteListing]) -> Outcome:
        return ListingPage(connection, account, records, now).take()

    records = {record.id: (record, record.raw) for record in page.records}
    sight = _sight(account, RemoteEntity.LISTING, cursor, page.part)
    counts = _take(Taking(connection, sight, write), records, page)
    review_inbox.close_by_itself(connection, account.id, ReviewKind.LISTING_VANISHED, list(records))
    sync_runs.save_cursor(session, account.id, SyncKind.LISTINGS, cursor)
    return counts


def _take(taking: Taking[T], records: Mapping[str, tuple[T, Raw]], page: Page[T]) -> SyncCounts:
    return taking.take(records, page.bad, len(page.records) - len(records))


def _begin(connection: Connection, account: Account) -> datetime:
    row = connection.execute(CORRECT, (f"sync {account.marketplace}",)).fetchone()
    if row is None:  # pragma: no cover
        raise LookupError(CORRECT)
    now: datetime = row[1]
    return now


def _sight(account: Account, entity: RemoteEntity, cursor: Cursor, part: str) -> Sight:
    return Sight(account.id, entity, _round(cursor), part)


def _round(cursor: Cursor) -> str:
    if cursor.round is None:
        raise UserError("This page belongs to no pass. Start the sync again.")
    return cursor.round


# -- the end of a pass ---------------------------------------------------------------------------


def _end_orders(session: Session, account: Account, cursor: Cursor) -> int:
    sync_runs.save_cursor(session, account.id, SyncKind.ORDERS, _ended(cursor))
    return 0


def _end_listings(session: Session, account: Account, cursor: Cursor) -> int:
    _round(cursor)  # without one, every listing would seem to have vanished
    asked = sync_listings.ask_for_vanished(steps.driver(session), account, cursor)
    sync_runs.save_cursor(session, account.id, SyncKind.LISTINGS, _ended(cursor))
    return asked


def _ended(cursor: Cursor) -> Cursor:
    return Cursor(succeeded_at=cursor.started_at)
