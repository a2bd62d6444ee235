"""Changes of StockX listings as the outbox would ask for them, and their way to the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from helpers.fakes.stockx import FakeStockX
from soleflip_desktop.connectors.stockx.marketplace import StockXApi
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState, Outcome

_A, _S = OutboxAction, OutboxState


def euros(amount: int | str) -> Money:
    return Money(Decimal(amount), "EUR")


def creates(fake: FakeStockX, count: int, *, variants: int = 7) -> list[Intent]:
    """Several units of a size at the same ask: only their count tells them apart."""
    keys = list(fake.variants)
    now = datetime.now(UTC)
    return [
        Intent(
            serial,
            _A.CREATE,
            f"listing-{serial}",
            variant_id=keys[serial % variants],
            ask=euros(100 + serial % 3),
            sent_at=now,
        )
        for serial in range(1, count + 1)
    ]


def change_of(fake: FakeStockX, action: OutboxAction, place: int = 0, ask: int = 222) -> Intent:
    listing_id = list(fake.listings)[place]
    now = datetime.now(UTC)
    return Intent(
        place + 1, action, "listing-1", listing_id=listing_id, ask=euros(ask), sent_at=now
    )


def after(intents: Sequence[Intent], outcomes: Sequence[Outcome]) -> list[Intent]:
    """The intents as the outbox would hold them after these outcomes."""
    by_id = {outcome.intent_id: outcome for outcome in outcomes}
    assert len(by_id) == len(outcomes) == len(intents)
    return [
        replace(
            intent,
            listing_id=by_id[intent.id].listing_id,
            operation_id=by_id[intent.id].operation_id,
            batch_id=by_id[intent.id].batch_id,
        )
        for intent in intents
    ]


async def finish(api: StockXApi, intents: Sequence[Intent]) -> dict[int, Outcome]:
    """Sends and follows to the end."""
    outcomes = list(await api.send(intents))
    assert {outcome.state for outcome in outcomes} <= {_S.PENDING, _S.FAILED}
    done = {o.intent_id: o for o in outcomes if o.state is not _S.PENDING}
    pending = [i for i in after(intents, outcomes) if i.id not in done]
    for _look in range(10):
        outcomes = list(await api.follow(pending))
        done |= {o.intent_id: o for o in outcomes if o.state is not _S.PENDING}
        pending = [intent for intent in pending if intent.id not in done]
    assert not pending
    return done
