"""What every marketplace connector offers, and what it is given.

A connector is four files: `auth.py` (log-in), `client.py` (calls), `schemas.py` (answers as sent),
`mapping.py` (answers as our values), and `marketplace.py`, which puts them together as a
`MarketplaceApi`. It knows HTTP and nothing of database, Qt or keyring.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.marketplace import (
    Capability,
    Document,
    Marketplace,
    MarketPrice,
    Page,
    Position,
    Quota,
    RemoteListing,
    RemoteOrder,
    RemoteProduct,
    RemoteVariant,
)
from soleflip_desktop.domain.outbox import Intent, Outcome
from soleflip_desktop.domain.quota import Rule

#: Secrets of one account by name: client_id, client_secret, api_key, redirect_uri, access_token,
#: refresh_token, expires_at (epoch seconds as text) ... Never logged, never in an exception.
Credentials = Mapping[str, str]

#: The bucket of plain requests; others are named by the connector ("batch items").
REQUESTS = "requests"


class MarketplaceError(UserError):
    """A marketplace did not do what was asked. The text is for people and holds no secret."""


class RefusedError(MarketplaceError):
    """It understood and said no (400, 403, 404, 409, 422 ...): asking again changes nothing."""

    def __init__(self, message: str, status: int, body: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.body = body


class NotThereError(RefusedError):
    """404, 410: the thing is not there (any more)."""


class NotSentError(MarketplaceError):
    """Nothing was done: no connection, or refused for its pace. Asking again later is safe."""

    def __init__(self, message: str, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class AnswerLostError(MarketplaceError):
    """The request left and no usable answer came: it may have been done."""


class Gate(Protocol):
    """Keeps the pace: every request passes it first, whoever makes it."""

    async def wait(self, rule: Rule, count: int = 1) -> None:
        """Returns when `count` may be sent. Raises QuotaUsedUpError."""


class TokenSource(Protocol):
    """The headers that log a request in."""

    async def headers(self) -> Mapping[str, str]:
        """Renews a token that is about to expire. Raises LoginNeededError."""

    async def renew(self, refused: Mapping[str, str]) -> None:
        """After a 401 to a request with these headers. Raises LoginNeededError."""


@dataclass(slots=True)
class Traffic:
    """What went over the line; a job reads it before and after."""

    requests: int = 0


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """What a connector needs to know of its account. `scale` > 1 shortens every wait (tests)."""

    base_url: str
    auth_url: str
    currency: str = "EUR"
    site: str = "EBAY_DE"
    language: str = "de-DE"
    region: str = ""
    policies: Mapping[str, str] = field(default_factory=dict)
    scale: int = 1


class MarketplaceApi(Protocol):
    """One account of one marketplace. Every method raises MarketplaceError or LoginNeededError.

    What a platform cannot do is not among its `capabilities`; nobody calls it then.
    """

    marketplace: Marketplace
    capabilities: frozenset[Capability]
    #: All limits by bucket; REQUESTS is always among them.
    rules: Mapping[str, Rule]
    #: Intents that `send` takes at once.
    batch_size: int
    traffic: Traffic

    async def check(self) -> str:
        """A cheap request that proves the log-in works; returns who is logged in, if known."""

    async def orders(self, since: datetime | None, position: Position | None) -> Page[RemoteOrder]:
        """Open orders first, then those created or changed since then (None: all of them)."""

    async def order(self, number: str) -> Sequence[RemoteOrder]:
        """One order in full: one RemoteOrder a unit. Raises NotThereError."""

    async def listings(self, position: Position | None) -> Page[RemoteListing]:
        """Every listing that is not deleted. Never changes anything."""

    async def search(self, text: str) -> Sequence[RemoteProduct]:
        """Products by keyword, style code or EAN; with sizes only where that costs nothing."""

    async def variants(self, product_id: str) -> Sequence[RemoteVariant]:
        """The sizes of one product. Raises NotThereError."""

    async def prices(self, product_id: str) -> Sequence[MarketPrice]:
        """Market data of all sizes of one product, own asks not considered."""

    async def send(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
        """Asks for at most `batch_size` intents of one action; an outcome for each.

        Raises NotSentError where nothing was done at all, AnswerLostError where that is unclear.
        """

    async def follow(self, pending: Sequence[Intent]) -> Sequence[Outcome]:
        """Asks what became of accepted intents, with as few requests as can be."""

    async def look_up(self, unknown: Sequence[Intent], known: frozenset[str]) -> Sequence[Outcome]:
        """Finds out what became of intents whose answer was lost. Reads only.

        `known` are listing ids that belong to other entries and cannot be theirs. QUEUED means
        that it was certainly not done.
        """

    async def document(self, order_number: str) -> Document:
        """The shipping label of an order. Raises NotThereError."""

    async def quotas(self) -> Sequence[Quota]:
        """What the platform says of its limits; empty where it cannot be asked."""

    async def aclose(self) -> None:
        """Closes the connections."""
