"""The doors of marketplaces (ui/common/sync_doors.py) without services, engine or network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.market import MarketRow, ShipByCount, ShipByRow
from soleflip_desktop.domain.marketplace import MARKETPLACE_NAMES, Capability, Marketplace
from soleflip_desktop.domain.offering import AccountChoice
from soleflip_desktop.domain.open_listings import OpenListing
from soleflip_desktop.domain.outbox import (
    ListingDraft,
    OutboxAction,
    OutboxReason,
    OutboxRow,
    OutboxState,
    StillLive,
)
from soleflip_desktop.domain.sync import (
    Account,
    AccountOverview,
    AccountSettings,
    AccountState,
    KindReport,
    KindState,
    QuotaLeft,
    ReviewAnswer,
    ReviewKind,
    ReviewRow,
    ReviewState,
    RunRow,
    RunStatus,
    SyncCounts,
    SyncKind,
    SyncProgress,
    SyncReport,
    SyncRequest,
)
from soleflip_desktop.ui.common.sync_doors import SyncDesk, SyncListener

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
AUTHORIZE = "https://accounts.example/authorize?state=s1"


class FakeConnectFlow:
    """A log-in whose every step a test decides. `came_back` is the browser's return."""

    def __init__(self, accounts: FakeAccounts, marketplace: Marketplace, old: int | None) -> None:
        self.accounts, self.marketplace, self.old = accounts, marketplace, old
        self.given: dict[str, str] = {}
        self.came_back = asyncio.Event()
        self.pasted: list[str] = []
        self.finished: tuple[str, AccountSettings] | None = None
        self.cancelled = False
        self.errors: dict[str, UserError] = {}
        self.hold_finish: asyncio.Event | None = None

    async def start(self, secrets: Mapping[str, str]) -> str:
        await self._step("start")
        self.given = dict(secrets)
        return "" if self.marketplace is Marketplace.ALIAS else AUTHORIZE

    async def wait(self) -> None:
        if self.marketplace is not Marketplace.ALIAS:
            await self.came_back.wait()
        await self._step("wait")

    async def paste(self, address: str) -> None:
        await self._step("paste")
        self.pasted.append(address)

    async def finish(self, label: str, settings: AccountSettings) -> int:
        if self.hold_finish is not None:
            await self.hold_finish.wait()
        await self._step("finish")
        self.finished = (label, settings)
        return self.accounts.take(self.marketplace, label, settings, self.old)

    async def cancel(self) -> None:
        await asyncio.sleep(0)
        self.cancelled = True

    async def _step(self, name: str) -> None:
        await asyncio.sleep(0)
        if name in self.errors:
            raise self.errors.pop(name)


class FakeAccounts:
    """Accounts in a list. `error` is what the next reading raises."""

    def __init__(self, overviews: Sequence[AccountOverview] = ()) -> None:
        self.overviews = list(overviews)
        self.runs: dict[int, list[RunRow]] = {}
        self.problem: str | None = None
        self.error: UserError | None = None
        self.flows: list[FakeConnectFlow] = []
        self.flow_errors: dict[str, UserError] = {}
        self.changes: list[tuple[int, AccountSettings, bool]] = []
        self.disconnected: list[int] = []
        self.exported: list[Path] = []
        self.readings = 0

    def keyring_problem(self) -> str | None:
        return self.problem

    async def overview(self) -> list[AccountOverview]:
        await asyncio.sleep(0)
        self.readings += 1
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        return list(self.overviews)

    async def log(self, account_id: int, limit: int = 200) -> list[RunRow]:
        await asyncio.sleep(0)
        return self.runs.get(account_id, [])[:limit]

    def connect(self, marketplace: Marketplace, account_id: int | None = None) -> FakeConnectFlow:
        flow = FakeConnectFlow(self, marketplace, account_id)
        flow.errors = self.flow_errors
        self.flows.append(flow)
        return flow

    async def change(self, account_id: int, settings: AccountSettings, *, active: bool) -> None:
        await asyncio.sleep(0)
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        self.changes.append((account_id, settings, active))
        self.overviews = [
            replace(each, account=replace(each.account, settings=settings, active=active))
            if each.account.id == account_id
            else each
            for each in self.overviews
        ]

    async def disconnect(self, account_id: int) -> None:
        await asyncio.sleep(0)
        self.disconnected.append(account_id)
        self.overviews = [each for each in self.overviews if each.account.id != account_id]

    async def export_setup(self, path: Path) -> None:
        await asyncio.sleep(0)
        self.exported.append(path)

    def take(
        self, marketplace: Marketplace, label: str, settings: AccountSettings, old: int | None
    ) -> int:
        """What a finished log-in leaves behind."""
        if old is not None:
            self.overviews = [
                replace(each, state=AccountState.CONNECTED) if each.account.id == old else each
                for each in self.overviews
            ]
            return old
        number = max((each.account.id for each in self.overviews), default=0) + 1
        self.overviews.append(overview(number, marketplace, label, settings=settings))
        return number


class FakeControl:
    """A sync engine that only notes what it is told. A test speaks for it: `tell`, `end`."""

    def __init__(self) -> None:
        self.requests: list[SyncRequest] = []
        self.cancelled: list[int] = []
        self.now: dict[int, SyncProgress] = {}
        self._listeners: list[tuple[SyncListener, Callable[[SyncReport], None]]] = []

    @property
    def watchers(self) -> int:
        return len(self._listeners)

    def run_now(self, request: SyncRequest) -> None:
        self.requests.append(request)

    def cancel(self, account_id: int) -> None:
        self.cancelled.append(account_id)

    def running(self) -> list[SyncProgress]:
        return list(self.now.values())

    def watch(
        self, on_progress: SyncListener, on_end: Callable[[SyncReport], None]
    ) -> Callable[[], None]:
        pair = (on_progress, on_end)
        self._listeners.append(pair)
        return lambda: self._listeners.remove(pair)

    def tell(self, progress: SyncProgress) -> None:
        self.now[progress.account_id] = progress
        for on_progress, _on_end in tuple(self._listeners):
            on_progress(progress)

    def end(self, report: SyncReport) -> None:
        self.now.pop(report.account_id, None)
        for _on_progress, on_end in tuple(self._listeners):
            on_end(report)


class FakeOutbox:
    """An outbox in a list; `calls` are the wishes, by method."""

    def __init__(self, rows: Sequence[OutboxRow] = ()) -> None:
        self.entries = list(rows)
        self.live: list[StillLive] = []
        self.choices: list[AccountChoice] = [account_choice()]
        self.listings: list[OpenListing] = []
        self.calls: list[tuple[str, object]] = []
        self.refused: tuple[str, ...] = ()
        self.error: UserError | None = None

    async def rows(self, *, settled: bool = False, limit: int = 1000) -> list[OutboxRow]:
        await self._breathe()
        chosen = [row for row in self.entries if (row.settled_at is not None) is settled]
        return (chosen[::-1] if settled else chosen)[:limit]

    async def still_live(self) -> list[StillLive]:
        await asyncio.sleep(0)
        return list(self.live)

    async def open_listings(self, item_ids: Sequence[int]) -> list[OpenListing]:
        await self._breathe()
        return [listing for listing in self.listings if listing.item_id in item_ids]

    async def accounts(self) -> list[AccountChoice]:
        await self._breathe()
        return list(self.choices)

    async def list_units(self, drafts: Sequence[ListingDraft]) -> tuple[int, tuple[str, ...]]:
        await self._breathe()
        self.calls.append(("list_units", tuple(drafts)))
        return len(drafts) - len(self.refused), self.refused

    async def reprice(self, listing_ids: Sequence[int], ask: Decimal) -> int:
        await self._breathe()
        self.calls.append(("reprice", (tuple(listing_ids), ask)))
        return len(listing_ids)

    async def end(self, item_ids: Sequence[int]) -> int:
        await self._breathe()
        self.calls.append(("end", tuple(item_ids)))
        return len(item_ids)

    async def edit(self, entry_id: int, ask: Decimal) -> None:
        await self._breathe()
        self.calls.append(("edit", (entry_id, ask)))
        self._set([entry_id], ask=ask)

    async def hold(self, entry_ids: Sequence[int]) -> int:
        return await self._move("hold", entry_ids, OutboxState.HELD)

    async def release(self, entry_ids: Sequence[int]) -> int:
        return await self._move("release", entry_ids, OutboxState.QUEUED)

    async def drop(self, entry_ids: Sequence[int]) -> int:
        return await self._move("drop", entry_ids, OutboxState.DROPPED)

    async def _move(self, name: str, ids: Sequence[int], state: OutboxState) -> int:
        await self._breathe()
        self.calls.append((name, tuple(ids)))
        settled = NOW if state is OutboxState.DROPPED else None
        self._set(ids, state=state, settled_at=settled)
        return len(ids)

    def _set(self, ids: Sequence[int], **changes: object) -> None:
        self.entries = [
            replace(row, **changes) if row.id in ids else row  # type: ignore[arg-type]  # any field
            for row in self.entries
        ]

    async def _breathe(self) -> None:
        await asyncio.sleep(0)
        if self.error is not None:
            error, self.error = self.error, None
            raise error


class FakeReview:
    """Questions in a list."""

    def __init__(self, rows: Sequence[ReviewRow] = ()) -> None:
        self.questions = list(rows)
        self.answers: list[tuple[tuple[int, ...], ReviewAnswer, int | None]] = []
        self.error: UserError | None = None

    async def rows(self, *, settled: bool = False, limit: int = 2000) -> list[ReviewRow]:
        await self._breathe()
        chosen = [row for row in self.questions if (row.state is not ReviewState.OPEN) is settled]
        return (chosen[::-1] if settled else chosen)[:limit]

    async def count(self) -> int:
        await asyncio.sleep(0)
        return sum(row.state is ReviewState.OPEN for row in self.questions)

    async def answer(
        self, entry_ids: Sequence[int], answer: ReviewAnswer, item_id: int | None = None
    ) -> int:
        await self._breathe()
        self.answers.append((tuple(entry_ids), answer, item_id))
        state = ReviewState.DISMISSED if answer is ReviewAnswer.DISMISS else ReviewState.SETTLED
        self.questions = [
            replace(row, state=state, answer=answer) if row.id in entry_ids else row
            for row in self.questions
        ]
        return len(entry_ids)

    async def _breathe(self) -> None:
        await asyncio.sleep(0)
        if self.error is not None:
            error, self.error = self.error, None
            raise error


class FakeMarket:
    """Market data by unit, oldest first."""

    def __init__(self) -> None:
        self.figures: dict[int, list[MarketRow]] = {}
        self.presales: list[tuple[tuple[int, ...], datetime | None]] = []
        self.unmarked: list[tuple[int, ...]] = []
        self.due: list[ShipByRow] = []
        self.error: UserError | None = None

    async def of_item(self, item_id: int) -> list[MarketRow]:
        await asyncio.sleep(0)
        newest = {row.platform: row for row in self.figures.get(item_id, [])}
        return list(newest.values())

    async def history(self, item_id: int, since: datetime) -> list[MarketRow]:
        await asyncio.sleep(0)
        return [row for row in self.figures.get(item_id, []) if row.observed_at >= since]

    async def mark_presale(self, item_ids: Sequence[int], ship_by: datetime | None) -> int:
        await asyncio.sleep(0)
        self.presales.append((tuple(item_ids), ship_by))
        return len(item_ids)

    async def unmark_presale(self, item_ids: Sequence[int]) -> int:
        await asyncio.sleep(0)
        self.unmarked.append(tuple(item_ids))
        return len(item_ids)

    async def ship_by_due(self, until: datetime, limit: int = 1000) -> list[ShipByRow]:
        await asyncio.sleep(0)
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        due = [row for row in self.due if row.ship_by <= until]
        return sorted(due, key=lambda row: row.ship_by)[:limit]

    async def ship_by_count(self, now: datetime, until: datetime) -> ShipByCount:
        due = await self.ship_by_due(until)
        overdue = sum(row.ship_by < now for row in due)
        return ShipByCount(overdue, len(due) - overdue)


class FakeDesk:
    """All five, and the `SyncDesk` over them."""

    def __init__(self, overviews: Sequence[AccountOverview] = ()) -> None:
        self.accounts = FakeAccounts(overviews)
        self.control = FakeControl()
        self.outbox = FakeOutbox()
        self.review = FakeReview()
        self.market = FakeMarket()
        self.desk = SyncDesk(self.accounts, self.control, self.outbox, self.review, self.market)


def overview(
    number: int = 1,
    marketplace: Marketplace = Marketplace.STOCKX,
    label: str = "main",
    *,
    state: AccountState = AccountState.CONNECTED,
    settings: AccountSettings | None = None,
    active: bool = True,
    kinds: Sequence[KindState] = (),
    quotas: Sequence[QuotaLeft] = (),
    waiting: int = 0,
    to_review: int = 0,
) -> AccountOverview:
    account = Account(number, marketplace, label, settings or AccountSettings(), active)
    return AccountOverview(account, state, tuple(kinds), tuple(quotas), waiting, to_review)


def kind_state(
    kind: SyncKind = SyncKind.ORDERS,
    *,
    succeeded_at: datetime | None = NOW - timedelta(minutes=3),
    next_run_at: datetime | None = NOW + timedelta(minutes=12),
    last: RunRow | None = None,
) -> KindState:
    return KindState(kind, succeeded_at, next_run_at, last)


def run_row(
    number: int = 1,
    *,
    account_id: int = 1,
    kind: SyncKind = SyncKind.ORDERS,
    status: RunStatus = RunStatus.COMPLETED,
    started_at: datetime = NOW - timedelta(minutes=4),
    counts: SyncCounts | None = None,
    message: str = "",
    full: bool = False,
) -> RunRow:
    finished = None if status is RunStatus.RUNNING else started_at + timedelta(minutes=1)
    figures = counts or SyncCounts(12, 2, 3, 6, 1, 4, Decimal("1.5"))
    return RunRow(
        number, account_id, kind, status, "ada", started_at, finished, figures, message, full
    )


def progress(
    account_id: int = 1,
    *,
    kind: SyncKind = SyncKind.ORDERS,
    words: str = "Reading orders",
    done: int = 12_300,
    total: int | None = 50_000,
) -> SyncProgress:
    counts = SyncCounts(fetched=done, created=done, requests=done // 100)
    return SyncProgress(account_id, kind, words, counts, total)


def report(
    account_id: int = 1,
    status: RunStatus = RunStatus.COMPLETED,
    *,
    kind: SyncKind = SyncKind.ORDERS,
    message: str = "",
) -> SyncReport:
    return SyncReport(account_id, (KindReport(kind, status, SyncCounts(), message),))


def outbox_row(
    number: int = 1,
    *,
    state: OutboxState = OutboxState.QUEUED,
    action: OutboxAction = OutboxAction.CREATE,
    reason: OutboxReason = OutboxReason.USER,
    words: str = "List Acme Runner US 9 at €150",
    answer: str = "",
    ask: Decimal | None = Decimal(150),
    created_at: datetime = NOW - timedelta(hours=1),
    settled_at: datetime | None = None,
    item_id: int | None = 1,
    marketplace: Marketplace = Marketplace.STOCKX,
) -> OutboxRow:
    sent = state not in {OutboxState.HELD, OutboxState.QUEUED, OutboxState.DROPPED}
    return OutboxRow(
        id=number,
        account_id=1,
        platform=MARKETPLACE_NAMES[marketplace],
        account="main",
        action=action,
        state=state,
        reason=reason,
        words=words,
        answer=answer,
        ask=ask,
        currency="EUR" if ask is not None else None,
        created_at=created_at,
        actor="ada",
        attempts=int(sent),
        sent_at=created_at + timedelta(minutes=1) if sent else None,
        settled_at=settled_at,
        not_before=None,
        operation_id="op-1" if state is OutboxState.PENDING else None,
        external_id=None,
        item_id=item_id,
        listing_id=number,
    )


def review_row(
    number: int = 1,
    *,
    kind: ReviewKind = ReviewKind.LISTING_VANISHED,
    title: str = "Acme Runner (AC1234-100), US 9",
    words: str = "StockX does not show this listing any more. Say what became of it.",
    state: ReviewState = ReviewState.OPEN,
    answer: ReviewAnswer | None = None,
    raised_at: datetime = NOW - timedelta(hours=2),
    item_id: int | None = 1,
) -> ReviewRow:
    external = f"listing-{number}"
    return ReviewRow(
        number, 1, "StockX", "main", kind, external, title, words, raised_at, state, answer,
        number, item_id,
    )  # fmt: skip


def still_live(
    item_id: int = 1, *platforms: str, title: str = "Acme Runner, US 9", since: datetime = NOW
) -> StillLive:
    return StillLive(item_id, title, platforms or ("alias / GOAT",), since)


def account_choice(
    number: int = 1, marketplace: Marketplace = Marketplace.STOCKX, currency: str = "EUR"
) -> AccountChoice:
    whole = marketplace is not Marketplace.EBAY
    title = f"{MARKETPLACE_NAMES[marketplace]} (main)"
    return AccountChoice(number, marketplace, title, currency, whole, frozenset(Capability))


def market_row(
    platform: str = "StockX",
    *,
    observed_at: datetime = NOW - timedelta(minutes=5),
    lowest_ask: Decimal | None = Decimal(160),
    highest_bid: Decimal | None = Decimal(131),
    last_sale: Decimal | None = None,
) -> MarketRow:
    return MarketRow(
        platform, "EUR", observed_at, lowest_ask, highest_bid, last_sale,
        Decimal(140), Decimal(155), 12,
    )  # fmt: skip
