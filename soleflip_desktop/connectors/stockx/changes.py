"""Sends changes to StockX, one by one or as batches, and finds out what became of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from soleflip_desktop.connectors.base import AnswerLostError, NotThereError, RefusedError
from soleflip_desktop.connectors.outcomes import failed, one_by_one, unclear
from soleflip_desktop.connectors.reading import readable
from soleflip_desktop.connectors.stockx import schemas, writes
from soleflip_desktop.connectors.stockx.client import BATCHES, StockXClient
from soleflip_desktop.connectors.stockx.look_up import LookUp
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState, Outcome

#: A batch refused like this had something wrong with one of its items.
_BAD_ITEM = frozenset({400, 404, 413, 422})
#: To delete or change what was sold or has expired (marketplaces.md 1.7 rule 7).
_UNPROCESSABLE = 422


class Changes:
    """`send`, `follow` and `look_up` of `MarketplaceApi`."""

    def __init__(self, client: StockXClient, scale: int) -> None:
        self._client = client
        self._scale = scale
        #: Listings and batches whose intents are known: a look-up must not adopt what is theirs.
        self._accounted: set[str] = set()

    async def send(self, intents: Sequence[Intent]) -> list[Outcome]:
        """Several of what has batches as one batch; the rest, and single ones, one by one."""
        objections = {intent.id: writes.objection(intent) for intent in intents}
        refused = [failed(i, words) for i in intents if (words := objections[i.id])]
        ready = [intent for intent in intents if not objections[intent.id]]
        try:
            sent = await self._send(ready)
        except AnswerLostError as error:
            if not refused:
                raise
            sent = [unclear(intent, str(error)) for intent in ready]
        self._accounted.update(o.batch_id or o.listing_id or "" for o in sent)
        return refused + sent

    async def follow(self, pending: Sequence[Intent]) -> list[Outcome]:
        """One request for a batch, one for an operation."""
        self._accounted.update(i.batch_id or i.listing_id or "" for i in pending)
        batches: dict[tuple[OutboxAction, str], list[Intent]] = defaultdict(list)
        outcomes = []
        for intent in pending:
            if intent.batch_id:
                batches[intent.action, intent.batch_id].append(intent)
            else:
                outcomes.append(await self._follow_one(intent))
        for (action, batch_id), intents in batches.items():
            outcomes += await self._follow_batch(action, batch_id, intents)
        by_id = {intent.id: intent for intent in pending}
        return [await self._unless_gone(by_id[outcome.intent_id], outcome) for outcome in outcomes]

    async def look_up(self, unknown: Sequence[Intent], known: frozenset[str]) -> list[Outcome]:
        theirs = {intent.batch_id for intent in unknown}
        others = known | (self._accounted - theirs - {""})
        return await LookUp(self._client, others, self._scale).outcomes(unknown)

    async def _send(self, intents: Sequence[Intent]) -> list[Outcome]:
        if len(intents) < 2 or intents[0].action not in BATCHES:  # noqa: PLR2004  (several)
            return await one_by_one(intents, self._send_one)
        now = datetime.now(UTC)
        items = [writes.item_of(intent, now) for intent in intents]
        try:
            answer = await self._client.write_batch(intents[0].action, items)
        except RefusedError as error:
            if error.status not in _BAD_ITEM:
                return [failed(intent, str(error)) for intent in intents]
            return await one_by_one(intents, self._send_one)
        return writes.batch_outcomes(intents, answer)

    async def _send_one(self, intent: Intent) -> Outcome:
        body = writes.body_of(intent, datetime.now(UTC))
        try:
            answer = await self._client.write(intent.action, intent.listing_id, body)
        except RefusedError as error:
            return await self._refused(intent, error)
        return writes.operation_outcome(intent, answer)

    async def _refused(self, intent: Intent, error: RefusedError) -> Outcome:
        outcome = failed(intent, str(error))
        if intent.action is OutboxAction.CREATE:
            return outcome
        if isinstance(error, NotThereError):
            return writes.gone(intent)
        return (
            await self._unless_gone(intent, outcome) if error.status == _UNPROCESSABLE else outcome
        )

    async def _follow_one(self, intent: Intent) -> Outcome:
        if not (intent.listing_id and intent.operation_id):
            return unclear(intent, "It is not known what to ask StockX for; looked up.")
        try:
            answer = await self._client.operation(intent.listing_id, intent.operation_id)
        except NotThereError:
            return unclear(intent, "StockX does not know this operation (any more).")
        return writes.operation_outcome(intent, answer)

    async def _follow_batch(
        self, action: OutboxAction, batch_id: str, intents: Sequence[Intent]
    ) -> list[Outcome]:
        try:
            rows = await self._client.batch_items(action, batch_id)
        except NotThereError:
            words = "StockX does not know this batch (any more)."
            return [unclear(intent, words) for intent in intents]
        items = readable(rows, schemas.BatchItem.model_validate)
        return [writes.item_outcome(intent, items) for intent in intents]

    async def _unless_gone(self, intent: Intent, outcome: Outcome) -> Outcome:
        """A refused change of a listing may mean that it is sold or gone: the listing tells."""
        about = intent.listing_id
        if outcome.state is not OutboxState.FAILED or not about or not _needs_listing(intent):
            return outcome
        try:
            listing = schemas.Listing.model_validate(await self._client.listing(about))
        except NotThereError:
            return writes.gone(intent)
        except ValueError:  # pydantic's: it cannot be read
            return outcome
        return writes.judged(intent, listing) or outcome


def _needs_listing(intent: Intent) -> bool:
    return intent.action in {OutboxAction.DELETE, OutboxAction.DEACTIVATE}
