"""What one sync job is given, and what it asks of the stores behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from soleflip_desktop.connectors.base import MarketplaceApi
from soleflip_desktop.domain.marketplace import (
    MarketPrice,
    Page,
    RemoteEntity,
    RemoteListing,
    RemoteOrder,
    RemoteVariant,
)
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState, Outcome
from soleflip_desktop.domain.sync import Account, Cursor, SyncCounts, SyncKind, SyncProgress

#: Begins the message of a run that ended for want of a log-in; the accounts page looks for it.
LOGIN_NEEDED = "Log in again: "


class PricedProduct(Protocol):
    """A product whose prices are wanted. `external_id` is the platform's, None: not found yet."""

    @property
    def product_id(self) -> int: ...
    @property
    def external_id(self) -> str | None: ...
    @property
    def name(self) -> str: ...
    @property
    def style_code(self) -> str | None: ...


class Store(Protocol):
    """Where jobs put what they read: `services.sync_store.SyncStore`. One transaction a method."""

    async def take_orders(
        self, account: Account, page: Page[RemoteOrder], cursor: Cursor
    ) -> SyncCounts: ...

    async def take_listings(
        self, account: Account, page: Page[RemoteListing], cursor: Cursor
    ) -> SyncCounts: ...

    async def seen(self, account_id: int, entity: RemoteEntity, round: str, part: str) -> int:  # noqa: A002  (the contract's word)
        ...

    async def end_orders(self, account: Account, cursor: Cursor) -> int: ...

    async def end_listings(self, account: Account, cursor: Cursor) -> int: ...

    async def orders_to_look_up(self, account: Account, round: str, limit: int) -> Sequence[str]:  # noqa: A002
        ...

    async def note_look_up(self, account: Account, number: str, cursor: Cursor) -> None: ...

    async def products_to_price(
        self,
        account: Account,
        limit: int,
        all: bool,  # noqa: A002, FBT001
    ) -> Sequence[PricedProduct]: ...

    async def remember_variants(
        self, account: Account, product_id: int, variants: Sequence[RemoteVariant]
    ) -> None: ...

    async def take_prices(self, account: Account, prices: Sequence[MarketPrice]) -> SyncCounts: ...


class Runs(Protocol):
    """The part of `services.sync_runs.SyncRuns` that jobs ask."""

    async def now(self) -> datetime: ...

    async def cursor(self, account_id: int, kind: SyncKind) -> Cursor: ...

    async def save_cursor(self, account_id: int, kind: SyncKind, cursor: Cursor) -> None: ...


class Outbox(Protocol):
    """The part of `services.outbox.OutboxService` that the push job asks."""

    async def recover(self, account_id: int) -> int: ...

    async def claim(
        self, account_id: int, action: OutboxAction, limit: int
    ) -> Sequence[Intent]: ...

    async def open_intents(self, account_id: int, state: OutboxState) -> Sequence[Intent]: ...

    async def actions_waiting(self, account_id: int) -> Sequence[OutboxAction]: ...

    async def settle(self, account_id: int, outcomes: Sequence[Outcome]) -> SyncCounts: ...

    async def unsend(
        self, account_id: int, ids: Sequence[int], message: str, not_before: datetime | None
    ) -> None: ...

    async def lose(self, account_id: int, ids: Sequence[int], message: str) -> None: ...

    async def known_listings(self, account_id: int) -> frozenset[str]: ...


@dataclass(slots=True)
class Job:
    """One kind of sync of one account, under the account's lock.

    `counts` grow while it works and are what its run reports, also when it fails half-way. `scale`
    shortens its own waits (tests; `connectors.http.pause`).
    """

    kind: SyncKind
    account: Account
    api: MarketplaceApi
    store: Store
    runs: Runs
    outbox: Outbox
    full: bool = False
    scale: int = 1
    on_progress: Callable[[SyncProgress], None] = lambda _: None
    counts: SyncCounts = field(default_factory=SyncCounts)

    def tell(self, words: str, total: int | None = None) -> None:
        """A sign of life; `total` is how many records there are, where that is known."""
        progress = SyncProgress(self.account.id, self.kind, words, replace(self.counts), total)
        self.on_progress(progress)
