"""What connectors say of intents, and how several are sent where there is no batch for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from soleflip_desktop.connectors.base import AnswerLostError
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.marketplace import Raw
from soleflip_desktop.domain.outbox import Intent, OutboxState, Outcome


def confirmed(
    intent: Intent, listing_id: str | None, raw: Raw | None = None, message: str = ""
) -> Outcome:
    return Outcome(
        intent.id,
        OutboxState.CONFIRMED,
        listing_id=listing_id,
        raw=raw,
        ask=intent.ask,
        message=message,
    )


def failed(intent: Intent, message: str) -> Outcome:
    return Outcome(intent.id, OutboxState.FAILED, listing_id=intent.listing_id, message=message)


def unclear(intent: Intent, message: str) -> Outcome:
    """It may have been done: it is looked up before anything is sent again."""
    return Outcome(intent.id, OutboxState.UNKNOWN, listing_id=intent.listing_id, message=message)


def not_done(intent: Intent, message: str) -> Outcome:
    """Certainly not: it may be sent again."""
    return Outcome(intent.id, OutboxState.QUEUED, listing_id=intent.listing_id, message=message)


async def one_by_one(
    intents: Sequence[Intent], send: Callable[[Intent], Awaitable[Outcome]]
) -> list[Outcome]:
    """What stops the first stops all, as an error; what stops a later one leaves the rest."""
    outcomes: list[Outcome] = []
    for place, intent in enumerate(intents):
        try:
            outcomes.append(await send(intent))
        except AnswerLostError as error:
            if len(intents) == 1:
                raise
            outcomes.append(unclear(intent, str(error)))
        except UserError as error:
            if not outcomes:
                raise
            return outcomes + [not_done(later, str(error)) for later in intents[place:]]
    return outcomes
