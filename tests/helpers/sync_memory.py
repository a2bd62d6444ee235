"""Sync stores and books in memory, for jobs and engine: the protocols of sync/job.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import cast

from helpers.fake_api import FakeApi
from soleflip_desktop.connectors.base import Gate, MarketplaceApi
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.marketplace import (
    Marketplace,
    MarketPrice,
    Page,
    Quota,
    RemoteEntity,
    RemoteListing,
    RemoteOrder,
    RemoteVariant,
)
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState, Outcome
from soleflip_desktop.domain.quota import QuotaState, Rule, reserve
from soleflip_desktop.domain.sync import (
    Account,
    AccountBusyError,
    AccountSettings,
    Cursor,
    KindReport,
    SyncCounts,
    SyncKind,
)
from soleflip_desktop.domain.sync_schedule import Agenda, Planned
from soleflip_desktop.domain.transactions import OrderStatus
from soleflip_desktop.sync.run_sync import Tools

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACCOUNT = Account(1, Marketplace.STOCKX, "StockX", AccountSettings())
KINDS = {RemoteEntity.ORDER: SyncKind.ORDERS, RemoteEntity.LISTING: SyncKind.LISTINGS}


def remote_order(number: int, status: OrderStatus = OrderStatus.COMPLETED) -> RemoteOrder:
    return RemoteOrder(
        f"order-{number}",
        RemoteVariant("product", "variant", "Acme Runner", "US M 9"),
        status,
        status.upper(),
        NOON - timedelta(minutes=number),
        Money(Decimal("100.00"), "EUR"),
        {"orderNumber": f"order-{number}"},
    )


@dataclass(slots=True)
class MemoryRuns:
    """A `RunBook` and `AgendaSource`; `clock` is the database's."""

    clock: datetime = NOON
    cursors: dict[tuple[int, SyncKind], Cursor] = field(default_factory=dict)
    plans: dict[tuple[int, SyncKind], Planned] = field(default_factory=dict)
    open_runs: dict[int, SyncKind] = field(default_factory=dict)
    ended: list[KindReport] = field(default_factory=list)
    quotas: dict[tuple[int, str], QuotaState] = field(default_factory=dict)
    held: set[int] = field(default_factory=set)
    on_agenda: Agenda = field(default_factory=lambda: Agenda(NOON))
    looks: int = 0
    limits: dict[int, Sequence[Quota]] = field(default_factory=dict)
    agenda_fails: list[Exception] = field(default_factory=list)
    on_end: Callable[[], object] = lambda: None

    async def now(self) -> datetime:
        return self.clock

    async def cursor(self, account_id: int, kind: SyncKind) -> Cursor:
        return self.cursors.get((account_id, kind), Cursor())

    async def save_cursor(self, account_id: int, kind: SyncKind, cursor: Cursor) -> None:
        await asyncio.sleep(0)
        self.cursors[account_id, kind] = cursor

    async def planned(self, account_id: int, kind: SyncKind) -> Planned:
        return self.plans.get((account_id, kind), Planned())

    async def schedule(
        self, account_id: int, kind: SyncKind, at: datetime | None, failures: int
    ) -> None:
        self.plans[account_id, kind] = Planned(at, failures)

    async def reserve(self, account_id: int, rule: Rule, count: int) -> int:
        state = self.quotas.get((account_id, rule.bucket), QuotaState())
        self.quotas[account_id, rule.bucket], wait_ms = reserve(state, rule, self.clock, count)
        return wait_ms

    @asynccontextmanager
    async def hold_account(self, account_id: int) -> AsyncIterator[None]:
        if account_id in self.held:
            raise AccountBusyError("Another desktop is syncing this account at the moment.")
        self.held.add(account_id)
        try:
            yield
        finally:
            self.held.discard(account_id)

    async def start_run(self, account_id: int, kind: SyncKind, *, full: bool) -> int:
        assert account_id in self.held
        number = len(self.ended) + len(self.open_runs) + 1
        self.open_runs[number] = kind
        return number

    async def end_run(self, run_id: int, report: KindReport) -> None:
        self.on_end()
        await asyncio.sleep(0)
        assert self.open_runs.pop(run_id) is report.kind
        self.ended.append(replace(report, counts=replace(report.counts)))

    async def are_limits_old(self, account_id: int) -> bool:
        return account_id not in self.limits

    async def keep_limits(self, account_id: int, quotas: Sequence[Quota]) -> None:
        self.limits[account_id] = quotas

    async def agenda(self) -> Agenda:
        self.looks += 1
        if self.agenda_fails:
            raise self.agenda_fails.pop(0)
        return replace(self.on_agenda, held=frozenset(self.held))

    async def close_interrupted(self) -> int:
        return 0


@dataclass(slots=True)
class MemoryProduct:
    product_id: int
    external_id: str | None
    name: str
    style_code: str | None


@dataclass(slots=True)
class MemoryStore:
    """Records by number with the pass and part that saw them last; a page and its cursor as one."""

    runs: MemoryRuns
    records: dict[tuple[RemoteEntity, str], RemoteOrder | RemoteListing] = field(
        default_factory=dict
    )
    sightings: dict[tuple[RemoteEntity, str], tuple[str, str]] = field(default_factory=dict)
    open_orders: list[str] = field(default_factory=list)
    products: list[MemoryProduct] = field(default_factory=list)
    variants: dict[int, Sequence[RemoteVariant]] = field(default_factory=dict)
    prices: list[MarketPrice] = field(default_factory=list)
    passes: list[Cursor] = field(default_factory=list)

    async def take_orders(
        self, account: Account, page: Page[RemoteOrder], cursor: Cursor
    ) -> SyncCounts:
        found = {record.number: record for record in page.records}
        return await self._take(account, RemoteEntity.ORDER, found, page.part, cursor)

    async def take_listings(
        self, account: Account, page: Page[RemoteListing], cursor: Cursor
    ) -> SyncCounts:
        found = {record.id: record for record in page.records}
        return await self._take(account, RemoteEntity.LISTING, found, page.part, cursor)

    async def _take(
        self,
        account: Account,
        entity: RemoteEntity,
        found: dict[str, RemoteOrder] | dict[str, RemoteListing],
        part: str,
        cursor: Cursor,
    ) -> SyncCounts:
        counts = SyncCounts()
        await asyncio.sleep(0)  # whoever is cancelled here has stored nothing
        for name, record in found.items():
            counts.fetched += 1
            old = self.records.get((entity, name))
            counts.created += old is None
            counts.unchanged += old == record
            counts.updated += old is not None and old != record
            self.records[entity, name] = record
            self.sightings[entity, name] = (cursor.round or "", part)
        self.runs.cursors[account.id, KINDS[entity]] = cursor
        await asyncio.sleep(0)  # whoever is cancelled here has stored it
        return counts

    async def seen(self, account_id: int, entity: RemoteEntity, name: str, part: str) -> int:
        return sum(
            of is entity and sighting == (name, part)
            for (of, _), sighting in self.sightings.items()
        )

    async def end_orders(self, account: Account, cursor: Cursor) -> int:
        return await self._end(account, SyncKind.ORDERS, cursor)

    async def end_listings(self, account: Account, cursor: Cursor) -> int:
        return await self._end(account, SyncKind.LISTINGS, cursor)

    async def _end(self, account: Account, kind: SyncKind, cursor: Cursor) -> int:
        self.passes.append(cursor)
        self.runs.cursors[account.id, kind] = Cursor(succeeded_at=cursor.started_at)
        return 0

    async def orders_to_look_up(self, account: Account, name: str, limit: int) -> Sequence[str]:
        unseen = [
            number
            for number in self.open_orders
            if self.sightings.get((RemoteEntity.ORDER, number), ("", ""))[0] != name
        ]
        return unseen[:limit]

    async def note_look_up(self, account: Account, number: str, cursor: Cursor) -> None:
        self.sightings[RemoteEntity.ORDER, number] = (cursor.round or "", "look up")

    async def products_to_price(
        self,
        account: Account,
        limit: int,
        all: bool,  # noqa: A002, FBT001  (the service's word)
    ) -> Sequence[MemoryProduct]:
        return self.products if all else self.products[:limit]

    async def remember_variants(
        self, account: Account, product_id: int, variants: Sequence[RemoteVariant]
    ) -> None:
        self.variants[product_id] = variants

    async def take_prices(self, account: Account, prices: Sequence[MarketPrice]) -> SyncCounts:
        self.prices.extend(prices)
        return SyncCounts(fetched=len(prices), created=len(prices))


class NoOutbox:
    """An outbox without entries."""

    async def recover(self, account_id: int) -> int:
        return 0

    async def claim(self, account_id: int, action: OutboxAction, limit: int) -> Sequence[Intent]:
        return ()

    async def open_intents(self, account_id: int, state: OutboxState) -> Sequence[Intent]:
        return ()

    async def actions_waiting(self, account_id: int) -> Sequence[OutboxAction]:
        return ()

    async def settle(self, account_id: int, outcomes: Sequence[Outcome]) -> SyncCounts:
        return SyncCounts()

    async def unsend(
        self, account_id: int, ids: Sequence[int], message: str, not_before: datetime | None
    ) -> None:
        return

    async def lose(self, account_id: int, ids: Sequence[int], message: str) -> None:
        return

    async def known_listings(self, account_id: int) -> frozenset[str]:
        return frozenset()


@dataclass(slots=True)
class Desk:
    """One desktop: a fake marketplace and the books, which two desktops may share."""

    api: FakeApi = field(default_factory=FakeApi)
    runs: MemoryRuns = field(default_factory=MemoryRuns)
    accounts: dict[int, Account] = field(default_factory=lambda: {1: ACCOUNT})
    store: MemoryStore = field(init=False)
    gates: list[Gate] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = MemoryStore(self.runs)

    def tools(self, jitter: Callable[[int, int], int] = lambda _low, _high: 100) -> Tools:
        return Tools(self._account, self.runs, self.store, NoOutbox(), self._open, jitter=jitter)

    async def _account(self, account_id: int) -> Account:
        if account_id not in self.accounts:
            raise NotFoundError(f"There is no account {account_id}.")
        return self.accounts[account_id]

    @property
    def marketplace(self) -> MarketplaceApi:
        return cast("MarketplaceApi", self.api)  # its attributes may be set, those of an API not

    def _open(self, _account: Account, gate: Gate) -> MarketplaceApi:
        self.gates.append(gate)
        return self.marketplace
