"""What the pages about marketplaces ask of services and sync engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from soleflip_desktop.domain.market import MarketRow, ShipByCount, ShipByRow
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.offering import AccountChoice
from soleflip_desktop.domain.open_listings import OpenListing
from soleflip_desktop.domain.outbox import ListingDraft, OutboxRow, StillLive
from soleflip_desktop.domain.sync import (
    AccountOverview,
    AccountSettings,
    ReviewAnswer,
    ReviewRow,
    RunRow,
    SyncKind,
    SyncProgress,
    SyncReport,
    SyncRequest,
)

SyncListener = Callable[[SyncProgress], None]


class ConnectFlow(Protocol):
    """One log-in under way. Secrets go in and never come back out."""

    async def start(self, secrets: Mapping[str, str]) -> str:
        """The address to open in the browser; empty where the platform needs none (alias).

        Raises UserError naming the field that is missing or malformed.
        """

    async def wait(self) -> None:
        """Until the browser came back to our own port. Raises UserError (refused, timed out).

        Returns at once where the platform needs no browser; waits forever where it cannot come
        back to us (eBay): then the user pastes the address.
        """

    async def paste(self, address: str) -> None:
        """The address that the browser ended at. Raises UserError (wrong state, no code)."""

    async def finish(self, label: str, settings: AccountSettings) -> int:
        """Proves that the log-in works, keeps the secrets, and returns the account's id."""

    async def cancel(self) -> None:
        """Closes the port, forgets everything."""


class AccountsSource(Protocol):
    """The accounts that are synced, and what this desktop knows of them."""

    def keyring_problem(self) -> str | None:
        """Why secrets cannot be kept beyond this session; None where they can."""

    async def overview(self) -> Sequence[AccountOverview]:
        """Every synced account, by platform and label."""

    async def log(self, account_id: int, limit: int = 200) -> Sequence[RunRow]:
        """The runs of an account, newest first."""

    def connect(self, marketplace: Marketplace, account_id: int | None = None) -> ConnectFlow:
        """A new account, or a new log-in of one that is there."""

    async def change(self, account_id: int, settings: AccountSettings, *, active: bool) -> None:
        """Schedule, currency and the like; an account that is not active is not synced."""

    async def disconnect(self, account_id: int) -> None:
        """Forgets the secrets of this desktop and stops the sync; orders and listings stay."""

    async def export_setup(self, path: Path) -> None:
        """Writes all accounts and settings, without a single secret, as JSON."""


class SyncControl(Protocol):
    """The sync engine, as pages see it."""

    def run_now(self, request: SyncRequest) -> None:
        """Starts at once, or as soon as the account's present job ends."""

    def cancel(self, account_id: int) -> None:
        """Ends the account's job at the next safe point; what is stored stays."""

    def running(self) -> Sequence[SyncProgress]:
        """The latest sign of life of each running job."""

    def watch(
        self, on_progress: SyncListener, on_end: Callable[[SyncReport], None]
    ) -> Callable[[], None]:
        """Calls back on the event loop; the function returned ends that."""


class OutboxSource(Protocol):
    """Everything that is to change a marketplace."""

    async def rows(self, *, settled: bool = False, limit: int = 1000) -> Sequence[OutboxRow]:
        """Unsettled entries, oldest first; with `settled` the others, newest first."""

    async def still_live(self) -> Sequence[StillLive]:
        """Units that are gone and whose offers are not confirmed to be ended."""

    async def accounts(self) -> Sequence[AccountChoice]:
        """Where units can be listed."""

    async def list_units(self, drafts: Sequence[ListingDraft]) -> tuple[int, Sequence[str]]:
        """Queues new listings; says how many, and in words which were refused and why."""

    async def open_listings(self, item_ids: Sequence[int]) -> Sequence[OpenListing]:
        """The offers of these units that are not ended, by unit and platform."""

    async def reprice(self, listing_ids: Sequence[int], ask: Decimal) -> int:
        """Queues a new price for open listings, in each one's currency; says for how many."""

    async def end(self, item_ids: Sequence[int]) -> int:
        """Queues the end of all open listings of these units; says how many."""

    async def edit(self, entry_id: int, ask: Decimal) -> None:
        """Another price for an entry that was not sent. Raises InvalidTransitionError."""

    async def hold(self, entry_ids: Sequence[int]) -> int: ...

    async def release(self, entry_ids: Sequence[int]) -> int:
        """Held and failed entries are queued (again)."""

    async def drop(self, entry_ids: Sequence[int]) -> int:
        """Entries that were not sent, or whose outcome is unknown, are given up."""


class ReviewSource(Protocol):
    """Questions about what marketplaces said."""

    async def rows(self, *, settled: bool = False, limit: int = 2000) -> Sequence[ReviewRow]:
        """Open questions, oldest first; with `settled` the others, newest first."""

    async def count(self) -> int:
        """How many are open."""

    async def answer(
        self, entry_ids: Sequence[int], answer: ReviewAnswer, item_id: int | None = None
    ) -> int:
        """Settles questions; says how many. Raises UserError for an answer that does not fit."""


class MarketSource(Protocol):
    """What marketplaces say of a size."""

    async def of_item(self, item_id: int) -> Sequence[MarketRow]:
        """The newest figures of each platform for the unit's size; empty without any."""

    async def history(self, item_id: int, since: datetime) -> Sequence[MarketRow]:
        """All figures since then, oldest first."""

    async def mark_presale(self, item_ids: Sequence[int], ship_by: datetime | None) -> int:
        """Promises units that are not in the house yet; says how many were marked."""

    async def unmark_presale(self, item_ids: Sequence[int]) -> int: ...

    async def ship_by_due(self, until: datetime, limit: int = 1000) -> Sequence[ShipByRow]:
        """Promised units and open orders that have to be shipped by then, the most urgent first."""

    async def ship_by_count(self, now: datetime, until: datetime) -> ShipByCount:
        """Of these, how many are overdue and how many have to be shipped until then."""


@dataclass(frozen=True, slots=True)
class SyncDesk:
    """All of it, as the window hands it to its pages."""

    accounts: AccountsSource
    control: SyncControl
    outbox: OutboxSource
    review: ReviewSource
    market: MarketSource


#: All kinds in the order in which a round runs them.
ALL_KINDS: tuple[SyncKind, ...] = tuple(SyncKind)
