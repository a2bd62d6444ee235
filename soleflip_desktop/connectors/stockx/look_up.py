"""What became of changes whose answer was lost: found out by reading only.

StockX knows no idempotency key: a created listing is recognised by size, ask and moment. One that
is not found may still be under way; only after a while it counts as never done.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from soleflip_desktop.connectors.base import NotThereError
from soleflip_desktop.connectors.outcomes import confirmed, not_done, unclear
from soleflip_desktop.connectors.reading import readable
from soleflip_desktop.connectors.stockx import schemas
from soleflip_desktop.connectors.stockx.client import StockXClient
from soleflip_desktop.connectors.stockx.mapping import LISTING_STATUS
from soleflip_desktop.connectors.stockx.writes import gone, judged, operation_outcome
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState, Outcome
from soleflip_desktop.domain.transactions import ListingStatus

#: Operations are followed for so long (marketplaces.md 1.7 rule 1).
SETTLES_IN = timedelta(minutes=15)
#: How much earlier than it was sent a change may have been made, as far as we can tell: StockX
#: tells its time in seconds, and ours is taken before the request leaves.
_MARGIN = timedelta(minutes=1)
#: Size ids in one address: 50 of 36 letters stay below 2,000.
_IDS_AT_ONCE = 50
_LATEST = datetime.max.replace(tzinfo=UTC)


class LookUp:
    """One look: `known` are ids of listings, and of batches, that belong to other intents."""

    def __init__(self, client: StockXClient, known: frozenset[str], scale: int) -> None:
        self._client = client
        self._taken = set(known)
        self._settles_in = SETTLES_IN / scale
        self._now, self._started = datetime.now(UTC), time.monotonic()

    async def outcomes(self, unknown: Sequence[Intent]) -> list[Outcome]:
        creates = [intent for intent in unknown if intent.action is OutboxAction.CREATE]
        found = await self._created(creates)
        changed = [
            await self._changed(intent)
            for intent in unknown
            if intent.action is not OutboxAction.CREATE
        ]
        return found + changed

    async def _created(self, intents: Sequence[Intent]) -> list[Outcome]:
        wanted = sorted({intent.variant_id for intent in intents if intent.variant_id})
        by_variant: dict[str, list[schemas.Listing]] = defaultdict(list)
        for start in range(0, len(wanted), _IDS_AT_ONCE):
            for listing in await self._listings(wanted[start : start + _IDS_AT_ONCE]):
                variant_id = listing.variant.variant_id if listing.variant else None
                by_variant[variant_id or ""].append(listing)
        outcomes = []
        for intent in sorted(intents, key=lambda intent: intent.id):
            offer = self._adopted(intent, by_variant[intent.variant_id or ""])
            outcomes.append(await self._of_created(intent, offer))
        return outcomes

    async def _listings(self, variant_ids: Sequence[str]) -> list[schemas.Listing]:
        """Oldest first; pages may repeat listings, and one bad record hides no other."""
        found: dict[str, schemas.Listing] = {}
        page, has_next = 1, True
        while has_next:
            answer = await self._client.listings_page(page, variant_ids)
            for listing in readable(answer.rows, schemas.Listing.model_validate):
                found[listing.listing_id] = listing
            page, has_next = page + 1, answer.has_next
        return sorted(found.values(), key=lambda listing: listing.created_at or _LATEST)

    def _adopted(self, intent: Intent, offers: Sequence[schemas.Listing]) -> schemas.Listing | None:
        """The oldest one that can be this intent's and is nobody else's."""
        earliest = self._earliest(intent)
        for offer in offers:
            ask = intent.ask
            fits = ask is not None and (offer.amount, offer.currency_code) == (
                ask.amount,
                ask.currency,
            )
            batch_id = offer.batch.batch_id if offer.batch else None
            others = offer.listing_id in self._taken or (batch_id or "") in self._taken
            if fits and not others and (offer.created_at or earliest) >= earliest:
                self._taken.add(offer.listing_id)
                return offer
        return None

    async def _of_created(self, intent: Intent, listing: schemas.Listing | None) -> Outcome:
        """An inactive one may be under way, or what a failed creation left (1.7 rule 2)."""
        if listing is None:
            return self._not_found(intent)
        if LISTING_STATUS.get(listing.status.upper()) is ListingStatus.INACTIVE:
            made = await self._operation(intent, listing.listing_id, "CREATE")
            if made is not None:
                return made
        return confirmed(intent, listing.listing_id, message="Found at StockX.")

    async def _changed(self, intent: Intent) -> Outcome:
        listing_id = intent.listing_id or ""
        try:
            row = await self._client.listing(listing_id)
            listings = readable([row], schemas.Listing.model_validate)
            done = judged(intent, listings[0]) if listings else None
            return done or await self._under_way(intent, listing_id)
        except NotThereError:
            return gone(intent)

    async def _under_way(self, intent: Intent, listing_id: str) -> Outcome:
        kind = {OutboxAction.REPRICE: "UPDATE"}.get(intent.action, intent.action.value.upper())
        found = await self._operation(intent, listing_id, kind)
        if found is None or found.state is OutboxState.CONFIRMED:
            return self._not_found(intent)  # done by now, but not to be seen in the listing yet
        return found

    async def _operation(self, intent: Intent, listing_id: str, kind: str) -> Outcome | None:
        """The newest operation of that kind since the intent was sent."""
        earliest = self._earliest(intent)
        newest: tuple[datetime, Mapping[str, Any]] | None = None
        for row in await self._client.operations(listing_id):
            try:
                operation = schemas.Operation.model_validate(row)
            except ValidationError:
                continue
            at = operation.created_at or earliest
            if operation.operation_type.upper() == kind and at >= earliest:
                newest = max(newest or (at, row), (at, row), key=lambda entry: entry[0])
        return operation_outcome(intent, newest[1]) if newest else None

    def _age(self, intent: Intent) -> timedelta:
        """Between its sending and this look's begin, by one clock: a wrong one does no harm.

        An answer of later is none too young for that, however long it took.
        """
        now = intent.read_at or self._now
        return now - (intent.sent_at or now)

    def _earliest(self, intent: Intent) -> datetime:
        """What it made cannot be older, by StockX's clock."""
        reading = timedelta(seconds=time.monotonic() - self._started)
        return self._client.now() - reading - self._age(intent) - _MARGIN

    def _not_found(self, intent: Intent) -> Outcome:
        if intent.sent_at is not None and self._age(intent) < self._settles_in:
            return unclear(intent, "Not to be seen at StockX yet; it is looked up again.")
        return not_done(intent, "StockX has not done it; it is sent again.")
