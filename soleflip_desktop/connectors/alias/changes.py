"""Sends changes to alias, and finds out what became of them.

Single changes answer at once, batches later. Our own key in a listing's metadata makes up for the
idempotency key that alias does not have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from soleflip_desktop.connectors.alias import schemas, writes
from soleflip_desktop.connectors.alias.client import AliasClient
from soleflip_desktop.connectors.alias.mapping import OWN_KEY, own_key_of, parts_of
from soleflip_desktop.connectors.base import AnswerLostError, NotThereError, RefusedError
from soleflip_desktop.connectors.outcomes import confirmed, failed, not_done, one_by_one, unclear
from soleflip_desktop.connectors.reading import readable
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState, Outcome

_A = OutboxAction
#: So long a change may take to show in alias' lists.
_SETTLES_IN = timedelta(minutes=2)
#: A batch refused like this had something wrong with one of its items.
_BAD_ITEM = frozenset({400, 404, 409})


class Changes:
    """`send`, `follow` and `look_up` of `MarketplaceApi`."""

    def __init__(self, client: AliasClient, scale: int) -> None:
        self._client = client
        self._settles_in = _SETTLES_IN / scale
        self._units: dict[str, str] = {}

    async def send(self, intents: Sequence[Intent]) -> list[Outcome]:
        """What alias would refuse anyway is not sent."""
        refused = [failed(i, words) for i in intents if (words := writes.objection(i))]
        ready = [intent for intent in intents if not writes.objection(intent)]
        unlisted = await self._find_units(ready)
        ready = [intent for intent in ready if intent.id not in {o.intent_id for o in unlisted}]
        try:
            sent = await self._send(ready)
        except AnswerLostError as error:
            if len(ready) == len(intents):
                raise
            sent = [unclear(intent, str(error)) for intent in ready]
        return [*refused, *unlisted, *sent]

    async def follow(self, pending: Sequence[Intent]) -> list[Outcome]:
        """One request for a batch."""
        batches: dict[str, list[Intent]] = defaultdict(list)
        for intent in pending:
            batches[intent.batch_id or ""].append(intent)
        outcomes: list[Outcome] = []
        for batch_id, intents in batches.items():
            outcomes += await self._follow_batch(batch_id, intents)
        return outcomes

    async def look_up(self, unknown: Sequence[Intent]) -> list[Outcome]:
        """By key for what was to be created, by id for the rest; one request for each."""
        found = {intent.id: await self._found(intent) for intent in unknown}
        busy = None in found.values() and await self._client.is_busy()
        return [found[intent.id] or self._open(intent, busy=busy) for intent in unknown]

    async def _find_units(self, intents: Sequence[Intent]) -> list[Outcome]:
        """The scale of each product's sizes, asked once; what is not in the catalogue fails."""
        unlisted = []
        for intent in intents:
            catalog_id = parts_of(intent.variant_id or "")[0]
            if intent.action is not _A.CREATE or catalog_id in self._units:
                continue
            try:
                row = await self._client.catalog_item(catalog_id)
                self._units[catalog_id] = str(row.get("size_unit") or "SIZE_UNIT_US")
            except NotThereError:
                words = f"alias does not know the product {catalog_id} any more. Find it anew."
                unlisted.append(failed(intent, words))
        return unlisted

    async def _send(self, intents: Sequence[Intent]) -> list[Outcome]:
        locked = [i for i in intents if i.action is _A.REPRICE and i.old_ask is not None]
        if not locked and len(intents) < 2:  # noqa: PLR2004  (several)
            return await one_by_one(intents, self._send_one)
        action = intents[0].action
        items = [self._item(intent) for intent in intents]
        try:
            batch_id = await self._client.write_batch(action, items)
        except RefusedError as error:
            if error.status in _BAD_ITEM and len(intents) > 1:
                return await one_by_one(intents, self._send_one)
            return [await self._refused(intent, error) for intent in intents]
        return [writes.pending(intent, batch_id) for intent in intents]

    def _item(self, intent: Intent) -> object:
        if intent.action is _A.CREATE:
            return writes.create_item(intent, self._unit_of(intent))
        return writes.reprice_item(intent) if intent.action is _A.REPRICE else intent.listing_id

    def _unit_of(self, intent: Intent) -> str:
        return self._units[parts_of(intent.variant_id or "")[0]]

    async def _send_one(self, intent: Intent) -> Outcome:
        listing_id = intent.listing_id or ""
        try:
            if intent.action is _A.DELETE:
                await self._client.delete(listing_id)
                return confirmed(intent, listing_id)
            if intent.action is _A.CREATE:
                params = writes.create_params(intent, self._unit_of(intent))
                row = await self._client.create(params)
            elif intent.action is _A.REPRICE:
                price = {"price_cents": writes.cents(intent.ask)}
                row = await self._client.change(listing_id, "", price)
            else:
                row = await self._client.change(listing_id, f"/{intent.action}", {})
            return writes.listing_outcome(intent, row)
        except RefusedError as error:
            return await self._refused(intent, error)
        except ValidationError:
            raise AnswerLostError("alias' answer has no listing in it. It is looked up.") from None

    async def _refused(self, intent: Intent, error: RefusedError) -> Outcome:
        if isinstance(error, NotThereError) and intent.action is not _A.CREATE:
            return writes.gone(intent)
        return await self._unless_done(
            intent, failed(intent, f"{error} Change it and queue it again.")
        )

    async def _follow_batch(self, batch_id: str, intents: Sequence[Intent]) -> list[Outcome]:
        try:
            rows = await self._client.operations(batch_id)
        except NotThereError:
            words = "alias does not know this batch (any more)."
            return [unclear(intent, words) for intent in intents]
        operations = readable(rows, schemas.Operation.model_validate)
        outcomes = []
        for intent in intents:
            theirs = (o for o in operations if writes.belongs(o, intent))
            operation = next(theirs, None)
            if operation is None:
                outcomes.append(await self._without_operation(intent))
            else:
                outcome = writes.operation_outcome(intent, operation)
                outcomes.append(await self._unless_done(intent, outcome))
        return outcomes

    async def _without_operation(self, intent: Intent) -> Outcome:
        """Its batch does not name it: either it comes yet, or the lists tell."""
        if self._is_fresh(intent):
            return writes.pending(intent, intent.batch_id or "")
        return unclear(intent, "alias' batch does not tell what became of it.")

    async def _unless_done(self, intent: Intent, outcome: Outcome) -> Outcome:
        """A refused end of a listing may mean that it is gone or sold: the listing tells."""
        if outcome.state is not OutboxState.FAILED or intent.action in {_A.CREATE, _A.REPRICE}:
            return outcome
        return await self._found(intent) or outcome

    async def _found(self, intent: Intent) -> Outcome | None:
        """What alias' books say of an intent now; None where it is not done (yet)."""
        if intent.action is _A.CREATE:
            rows = await self._client.listings_with(OWN_KEY, intent.own_key)
            listings = readable(rows, schemas.Listing.model_validate)
            ours = [o for o in listings if own_key_of(o.metadata) == intent.own_key]
            return confirmed(intent, ours[0].id) if ours else None
        try:
            row = await self._client.listing(intent.listing_id or "")
            return writes.judged(intent, schemas.Listing.model_validate(row))
        except NotThereError:
            return writes.gone(intent)
        except ValidationError:
            return None

    def _open(self, intent: Intent, *, busy: bool) -> Outcome:
        if busy or self._is_fresh(intent):
            return unclear(intent, "It may still be under way at alias; looked up again.")
        return not_done(intent, "It was not done at alias.")

    def _is_fresh(self, intent: Intent) -> bool:
        sent_at = intent.sent_at
        return sent_at is not None and datetime.now(UTC) - sent_at < self._settles_in
