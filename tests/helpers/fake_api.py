"""A marketplace in memory: a `MarketplaceApi` with books of its own and scripted faults.

It is not HTTP (the servers in `fakes/` are): it tests what jobs, outbox and engine do with answers.

- `books` hold every offer ever made; `live()` are those that can be bought.
- `fails(method, error, ...)` scripts errors of the next calls of a method, None lets one pass.
- `lose_every` n: every n-th `send` acts and then loses its answer.
- `rounds` > 0: accepted intents are done only after so many calls of `follow`.
- `keyed` False: like StockX it keeps no key of ours, so it finds a lost offer by size and price.
- `hook(method, when)` is awaited "before" and "after" each call acts: to cancel or kill there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import TypeVar

from soleflip_desktop.connectors.base import (
    REQUESTS,
    AnswerLostError,
    NotThereError,
    Traffic,
)
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
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState, Outcome
from soleflip_desktop.domain.quota import Rule
from soleflip_desktop.domain.transactions import ListingStatus

T = TypeVar("T")
Hook = Callable[[str, str], Awaitable[None]]


async def _nothing(_method: str, _when: str) -> None:
    return


@dataclass(slots=True)
class Offer:
    """A page of the marketplace's books. `intent_id` is for the test; the fake never looks."""

    id: str
    variant_id: str | None
    ask: Money | None
    active: bool
    own_key: str
    intent_id: int
    deleted: bool = False


@dataclass(slots=True)
class _Operation:
    """An accepted intent: done when `rounds` is down to 0."""

    intent: Intent
    rounds: int
    outcome: Outcome | None = None


@dataclass(slots=True)
class FakeApi:
    """One account of a marketplace that forgets nothing."""

    marketplace: Marketplace = Marketplace.STOCKX
    capabilities: frozenset[Capability] = frozenset(Capability)
    batch_size: int = 10
    lose_every: int = 0
    rounds: int = 0
    keyed: bool = False
    page_size: int = 100
    hook: Hook = _nothing
    rules: Mapping[str, Rule] = field(default_factory=lambda: {REQUESTS: Rule(REQUESTS)})
    traffic: Traffic = field(default_factory=Traffic)
    books: dict[str, Offer] = field(default_factory=dict)
    sold: list[RemoteOrder] = field(default_factory=list)
    market: dict[str, list[MarketPrice]] = field(default_factory=dict)
    refuses: dict[int, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    sent: list[Intent] = field(default_factory=list)
    closed: bool = False
    limits: Sequence[Quota] | Exception = ()
    asked_limits: int = 0
    _faults: dict[str, deque[BaseException | None]] = field(default_factory=dict)
    _operations: dict[str, _Operation] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    # -- for the test ----------------------------------------------------------------------------

    def fails(self, method: str, *errors: BaseException | None) -> None:
        """Raises these, one a call, instead of doing what is asked."""
        self._faults.setdefault(method, deque()).extend(errors)

    def live(self) -> list[Offer]:
        return [offer for offer in self.books.values() if offer.active and not offer.deleted]

    def offer(self, variant_id: str, ask: Money, *, active: bool = True) -> Offer:
        """An offer that is there already, made elsewhere."""
        made = Offer(f"offer-{next(self._numbers)}", variant_id, ask, active, "", 0)
        self.books[made.id] = made
        return made

    def times(self, method: str) -> int:
        return self.calls.count(method)

    # -- MarketplaceApi --------------------------------------------------------------------------

    async def check(self) -> str:
        await self._enter("check")
        return "somebody"

    async def orders(self, since: datetime | None, position: Position | None) -> Page[RemoteOrder]:
        await self._enter("orders")
        found = [order for order in self.sold if since is None or order.sold_at >= since]
        return self._page(found, position)

    async def order(self, number: str) -> Sequence[RemoteOrder]:
        await self._enter("order")
        found = [order for order in self.sold if order.number.partition("/")[0] == number]
        if not found:
            raise NotThereError(f"There is no order {number}.", 404)
        return found

    async def listings(self, position: Position | None) -> Page[RemoteListing]:
        await self._enter("listings")
        there = [_listing(offer) for offer in self.books.values() if not offer.deleted]
        return self._page(there, position)

    async def search(self, text: str) -> Sequence[RemoteProduct]:
        await self._enter("search")
        return ()

    async def variants(self, product_id: str) -> Sequence[RemoteVariant]:
        await self._enter("variants")
        return [price.variant for price in self._market_of(product_id)]

    async def prices(self, product_id: str) -> Sequence[MarketPrice]:
        await self._enter("prices")
        return self._market_of(product_id)

    async def send(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
        await self._enter("send")
        assert 0 < len(intents) <= self.batch_size
        assert len({intent.action for intent in intents}) == 1
        self.sent.extend(intents)
        outcomes = [self._accept(intent) for intent in intents]
        await self.hook("send", "after")
        if self.lose_every and self.times("send") % self.lose_every == 0:
            raise AnswerLostError("The line broke before the answer came.")
        return outcomes

    async def follow(self, pending: Sequence[Intent]) -> Sequence[Outcome]:
        await self._enter("follow")
        self._pass_time()
        return [self._outcome_of(intent) for intent in pending]

    async def look_up(self, unknown: Sequence[Intent], known: frozenset[str]) -> Sequence[Outcome]:
        await self._enter("look_up")
        self._pass_time()
        taken = set(known)
        return [self._looked_up(intent, taken) for intent in unknown]

    async def document(self, order_number: str) -> Document:
        await self._enter("document")
        return Document(f"{order_number}.pdf", "application/pdf", b"%PDF-1.4")

    async def quotas(self) -> Sequence[Quota]:
        self.asked_limits += 1
        if isinstance(self.limits, Exception):
            raise self.limits
        return self.limits

    async def aclose(self) -> None:
        self.closed = True

    # -- behind the counter ----------------------------------------------------------------------

    async def _enter(self, method: str) -> None:
        self.calls.append(method)
        self.traffic.requests += 1
        await self.hook(method, "before")
        faults = self._faults.get(method)
        error = faults.popleft() if faults else None
        if error is not None:
            raise error

    def _page(self, records: Sequence[T], position: Position | None) -> Page[T]:
        start = int(position["at"]) if position else 0
        end = start + self.page_size
        last = end >= len(records)
        return Page(
            tuple(records[start:end]),
            (),
            None if last else {"at": end},
            "all",
            ends_part=last,
            total=len(records) if last else None,
        )

    def _market_of(self, product_id: str) -> list[MarketPrice]:
        if product_id not in self.market:
            raise NotThereError(f"There is no product {product_id}.", 404)
        return self.market[product_id]

    def _accept(self, intent: Intent) -> Outcome:
        operation = f"operation-{next(self._numbers)}"
        self._operations[operation] = _Operation(intent, self.rounds)
        if self.rounds == 0:
            return replace(self._finish(operation), operation_id=operation)
        return Outcome(intent.id, OutboxState.PENDING, operation_id=operation)

    def _pass_time(self) -> None:
        for name, operation in self._operations.items():
            if operation.outcome is None:
                operation.rounds -= 1
                if operation.rounds <= 0:
                    self._finish(name)

    def _finish(self, name: str) -> Outcome:
        operation = self._operations[name]
        operation.outcome = self._done(operation.intent)
        return operation.outcome

    def _outcome_of(self, intent: Intent) -> Outcome:
        operation = self._operations[intent.operation_id or ""]
        waiting = Outcome(intent.id, OutboxState.PENDING, operation_id=intent.operation_id)
        return operation.outcome or waiting

    def _done(self, intent: Intent) -> Outcome:
        """What the marketplace does at last, and says of it."""
        if intent.id in self.refuses:
            return Outcome(intent.id, OutboxState.FAILED, message=self.refuses[intent.id])
        if intent.action is OutboxAction.CREATE:
            made = self.offer(intent.variant_id or "", _price(intent), active=intent.active)
            made.own_key, made.intent_id = intent.own_key, intent.id
            return _confirmed(intent, made)
        if intent.action is OutboxAction.SHIP:
            return Outcome(intent.id, OutboxState.CONFIRMED)
        offer = self.books[intent.listing_id or ""]
        if offer.deleted and intent.action is not OutboxAction.DELETE:
            return Outcome(intent.id, OutboxState.FAILED, message="The offer is not there.")
        match intent.action:
            case OutboxAction.DELETE:
                offer.deleted = True
            case OutboxAction.REPRICE:
                offer.ask = intent.ask
            case _:
                offer.active = intent.action is OutboxAction.ACTIVATE
        return _confirmed(intent, offer)

    def _looked_up(self, intent: Intent, taken: set[str]) -> Outcome:
        if intent.action is not OutboxAction.CREATE:
            return self._compared(intent)
        if any(
            operation.outcome is None and operation.intent.variant_id == intent.variant_id
            for operation in self._operations.values()
        ):
            return Outcome(intent.id, OutboxState.UNKNOWN)
        for offer in self.books.values():
            same = (
                offer.own_key == intent.own_key
                if self.keyed
                else (offer.variant_id, offer.ask) == (intent.variant_id, intent.ask)
            )
            if same and offer.id not in taken and not offer.deleted:
                taken.add(offer.id)
                return _confirmed(intent, offer)
        return Outcome(intent.id, OutboxState.QUEUED)

    def _compared(self, intent: Intent) -> Outcome:
        """Whether an offer that is there stands as it was asked to."""
        offer = self.books.get(intent.listing_id or "")
        if offer is None or offer.deleted:
            gone = intent.action is OutboxAction.DELETE
            return Outcome(intent.id, OutboxState.CONFIRMED if gone else OutboxState.FAILED)
        done = {
            OutboxAction.REPRICE: offer.ask == intent.ask,
            OutboxAction.ACTIVATE: offer.active,
            OutboxAction.DEACTIVATE: not offer.active,
        }.get(intent.action, False)
        return _confirmed(intent, offer) if done else Outcome(intent.id, OutboxState.QUEUED)


def _price(intent: Intent) -> Money:
    assert intent.ask is not None
    return intent.ask


def _confirmed(intent: Intent, offer: Offer) -> Outcome:
    raw = {"listingId": offer.id, "token": "planted-secret"}
    return Outcome(intent.id, OutboxState.CONFIRMED, listing_id=offer.id, raw=raw, ask=offer.ask)


def _listing(offer: Offer) -> RemoteListing:
    status = ListingStatus.ACTIVE if offer.active else ListingStatus.INACTIVE
    variant = RemoteVariant("product", offer.variant_id, "Acme Runner", "US M 9")
    return RemoteListing(
        offer.id,
        variant,
        status,
        status.value.upper(),
        {"listingId": offer.id},
        ask=offer.ask,
        own_key=offer.own_key or None,
    )
