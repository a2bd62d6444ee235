"""Background sync: its kinds, runs, figures, and what a desktop knows of its accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.marketplace import Marketplace, Position


class SyncKind(StrEnum):
    """What one run is about. The order is that of a full round: what was sold comes first."""

    OUTBOX = "outbox"
    ORDERS = "orders"
    LISTINGS = "listings"
    MARKET = "market"


class RunStatus(StrEnum):
    """What became of a run. `waiting`: today's requests are used up, it goes on by itself."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    WAITING = "waiting"
    INTERRUPTED = "interrupted"


class AccountState(StrEnum):
    """How an account stands on this desktop."""

    CONNECTED = "connected"
    SESSION_ONLY = "session_only"  # no keyring: the secrets end with the app
    LOGIN_NEEDED = "login_needed"
    NOT_CONNECTED = "not_connected"  # its secrets lie on another desktop, or nowhere


class LoginNeededError(UserError):
    """The platform does not accept the stored login any more; only the user can renew it."""


class AccountBusyError(UserError):
    """Another desktop is syncing this account at the moment."""


@dataclass(slots=True)
class SyncCounts:
    """Figures of one run. fetched = created + updated + unchanged + failed, always.

    `requests` were answered or failed, `waited_s` is the time spent on limits, in seconds.
    """

    fetched: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    requests: int = 0
    waited_s: Decimal = Decimal(0)

    def add(self, other: SyncCounts) -> None:
        self.fetched += other.fetched
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.failed += other.failed
        self.requests += other.requests
        self.waited_s += other.waited_s


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where an account's sync of one kind stands; stored with the data it describes.

    `round` names the pass under way (a UUID as text) and is None between two passes; `position` is
    the connector's own; `since` limits the pass to what changed later; `again` counts how often a
    part was read again because records were missing. `succeeded_at` is the start of the last
    complete pass, by the database's clock.
    """

    round: str | None = None
    position: Position | None = None
    since: datetime | None = None
    started_at: datetime | None = None
    again: Mapping[str, int] = field(default_factory=dict)
    succeeded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """What to sync. `full` reads everything, not just what changed since the last time."""

    account_id: int
    kinds: tuple[SyncKind, ...]
    full: bool = False


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """A sign of life of a job: what it does, in words, and its figures so far."""

    account_id: int
    kind: SyncKind
    words: str
    counts: SyncCounts
    total: int | None = None


@dataclass(frozen=True, slots=True)
class KindReport:
    """How one kind of one request ended. `cursor` is what is stored for the next time."""

    kind: SyncKind
    status: RunStatus
    counts: SyncCounts
    message: str = ""
    cursor: Mapping[str, Any] | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one request did. Nothing in here is claimed that the platform did not confirm."""

    account_id: int
    kinds: tuple[KindReport, ...]

    @property
    def status(self) -> RunStatus:
        """The worst of the kinds."""
        worst = (
            RunStatus.FAILED,
            RunStatus.CANCELLED,
            RunStatus.WAITING,
            RunStatus.COMPLETED,
        )
        seen = {report.status for report in self.kinds}
        return next((status for status in worst if status in seen), RunStatus.COMPLETED)


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """What is chosen for an account. No secrets: it is shared and exported.

    `currency` is the payout currency, sent with each ask; `every_minutes` is the schedule, 0 for
    "only when asked"; `site` is eBay's marketplace id (EBAY_DE), `language` its Content-Language.
    `policies` are eBay's fulfilment, payment and return policy ids and the location key.
    """

    currency: str = "EUR"
    every_minutes: int = 15
    kinds: tuple[SyncKind, ...] = tuple(SyncKind)
    site: str = "EBAY_DE"
    language: str = "de-DE"
    region: str = ""
    policies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account:
    """An account that is synced by its platform's API."""

    id: int
    marketplace: Marketplace
    label: str
    settings: AccountSettings
    active: bool = True


@dataclass(frozen=True, slots=True)
class KindState:
    """How one kind of one account stands, for the accounts page."""

    kind: SyncKind
    succeeded_at: datetime | None
    next_run_at: datetime | None
    last: RunRow | None


@dataclass(frozen=True, slots=True)
class QuotaLeft:
    """What is left of a bucket today; `limit` 0 means that the platform tells none."""

    bucket: str
    limit: int
    used: int
    resets_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountOverview:
    """One line of the accounts page."""

    account: Account
    state: AccountState
    kinds: tuple[KindState, ...]
    quotas: tuple[QuotaLeft, ...]
    waiting: int  # outbox entries that are not settled
    to_review: int


@dataclass(frozen=True, slots=True)
class RunRow:
    """One line of the log of an account."""

    id: int
    account_id: int
    kind: SyncKind
    status: RunStatus
    actor: str
    started_at: datetime
    finished_at: datetime | None
    counts: SyncCounts
    message: str
    full: bool


class ReviewKind(StrEnum):
    """What somebody has to decide."""

    BAD_RECORD = "bad_record"
    LISTING_VANISHED = "listing_vanished"
    LISTING_WITHOUT_UNIT = "listing_without_unit"
    SIZE_UNCLEAR = "size_unclear"
    OVERSOLD = "oversold"
    ORDER_CHANGED = "order_changed"  # the platform went back on a status we hold as final


class ReviewState(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    SETTLED = "settled"
    DISMISSED = "dismissed"


class ReviewAnswer(StrEnum):
    """What can be answered; which of them a kind offers, `REVIEW_ANSWERS` says."""

    SOLD = "sold"
    DELETED = "deleted"
    EXPIRED = "expired"
    LINK = "link"  # to a unit that is named with the answer
    ADD_UNIT = "add_unit"
    READ_AGAIN = "read_again"
    DISMISS = "dismiss"


REVIEW_ANSWERS: Mapping[ReviewKind, tuple[ReviewAnswer, ...]] = {
    ReviewKind.BAD_RECORD: (ReviewAnswer.READ_AGAIN, ReviewAnswer.DISMISS),
    ReviewKind.LISTING_VANISHED: (
        ReviewAnswer.SOLD,
        ReviewAnswer.DELETED,
        ReviewAnswer.EXPIRED,
        ReviewAnswer.DISMISS,
    ),
    ReviewKind.LISTING_WITHOUT_UNIT: (
        ReviewAnswer.LINK,
        ReviewAnswer.ADD_UNIT,
        ReviewAnswer.DISMISS,
    ),
    ReviewKind.SIZE_UNCLEAR: (ReviewAnswer.DISMISS,),
    ReviewKind.OVERSOLD: (ReviewAnswer.DISMISS,),
    ReviewKind.ORDER_CHANGED: (ReviewAnswer.DISMISS,),
}


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One question. `title` says what it is about, `words` what happened and what to do."""

    id: int
    account_id: int
    platform: str
    account: str
    kind: ReviewKind
    external_id: str
    title: str
    words: str
    raised_at: datetime
    state: ReviewState
    answer: ReviewAnswer | None = None
    listing_id: int | None = None
    item_id: int | None = None
