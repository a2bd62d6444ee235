"""The job that sends the outbox of one account, and never sends anything twice unseen.

What was on its way when a process died, and what lost its answer, is looked up first. Only what is
stored as `sending` leaves; what comes back is stored before the next request goes out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from soleflip_desktop.connectors.base import (
    AnswerLostError,
    MarketplaceError,
    NotSentError,
    RefusedError,
)
from soleflip_desktop.connectors.http import pause
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState, Outcome
from soleflip_desktop.domain.quota import QuotaUsedUpError
from soleflip_desktop.domain.sync import LoginNeededError
from soleflip_desktop.sync.job import Job

#: Seconds between two looks at what the marketplace has not done yet (marketplaces.md 1.7 rule
#: 1). What is open then is left to the next run, a minute later: other kinds wait behind this.
PAUSES = (2, 5, 15, 20, 20)
#: Sent again within one run after a look-up said "not done": no more often than this.
ROUNDS = 5
#: Back-off where the marketplace names no time: doubled with each attempt.
FIRST_WAIT_S, LONGEST_WAIT_S = 30, 3600
_CANCELLED = "The sync was stopped before the answer came."

Ask = Callable[[Sequence[Intent]], Awaitable[Sequence[Outcome]]]


async def run(job: Job) -> None:
    """Sends what waits and follows it to its end.

    Raises what stops a whole run: NotSentError (the entries wait until it is safe to try again),
    LoginNeededError, QuotaUsedUpError. `job.counts` are of outcomes: created are new offers.
    """
    await job.outbox.recover(job.account.id)
    await _catch_up(job)
    for _ in range(ROUNDS):
        await _send_all(job)
        if not await _wait_for_outcomes(job):
            return


async def _send_all(job: Job) -> None:
    """Everything that may be sent now, deletions first, whatever joins them meanwhile.

    What comes back as "not done" is tried once more, then it waits for the next round.
    """
    sent = set[int]()
    while actions := await job.outbox.actions_waiting(job.account.id):
        batch = await _claim(job, actions[0])
        job.tell(f"Sending {len(batch)} of the outbox: {actions[0]}")
        if batch:
            await _send(job, batch)
        if not batch or not sent.isdisjoint(_ids(batch)):
            return
        sent.update(_ids(batch))


async def _claim(job: Job, action: OutboxAction) -> Sequence[Intent]:
    """A claim that is stored is never forgotten, not even by a cancellation in the same moment."""
    claiming = asyncio.ensure_future(job.outbox.claim(job.account.id, action, job.api.batch_size))
    try:
        return await asyncio.shield(claiming)
    except asyncio.CancelledError:
        batch = await claiming
        await job.outbox.unsend(job.account.id, _ids(batch), "", None)
        raise


async def _send(job: Job, batch: Sequence[Intent]) -> None:
    """One request, and what it means for its entries."""
    account, ids = job.account.id, _ids(batch)
    try:
        outcomes = await job.api.send(batch)
    except NotSentError as error:
        await job.outbox.unsend(account, ids, str(error), await _next_try(job, batch, error))
        raise
    except (LoginNeededError, QuotaUsedUpError) as error:
        until = error.until if isinstance(error, QuotaUsedUpError) else None
        await job.outbox.unsend(account, ids, str(error), until)
        raise
    except RefusedError as error:
        refused = [Outcome(id_, OutboxState.FAILED, message=str(error)) for id_ in ids]
        await _settle(job, refused)
    except MarketplaceError as error:  # AnswerLostError, and whatever else leaves it unclear
        await job.outbox.lose(account, ids, str(error))
    except asyncio.CancelledError:
        await asyncio.shield(job.outbox.lose(account, ids, _CANCELLED))
        raise
    else:
        await _settle(job, outcomes)
        await _lose_unanswered(job, ids, outcomes)


async def _lose_unanswered(job: Job, ids: Sequence[int], outcomes: Sequence[Outcome]) -> None:
    """An answer that does not speak of all entries says nothing of the others."""
    silent = set(ids) - {outcome.intent_id for outcome in outcomes}
    if silent:
        message = "The marketplace's answer did not mention this entry."
        await job.outbox.lose(job.account.id, sorted(silent), message)


async def _settle(job: Job, outcomes: Sequence[Outcome]) -> None:
    """Stored also where the run is cancelled meanwhile: the answer is here, and it is sure."""
    storing = asyncio.ensure_future(job.outbox.settle(job.account.id, outcomes))
    try:
        counts = await asyncio.shield(storing)
    except asyncio.CancelledError:
        job.counts.add(await storing)
        raise
    job.counts.add(counts)


async def _next_try(job: Job, batch: Sequence[Intent], error: NotSentError) -> datetime:
    attempts = max(intent.attempts for intent in batch)
    doubled = FIRST_WAIT_S * 2 ** min(attempts - 1, 10)
    seconds = min(doubled, LONGEST_WAIT_S) if error.retry_after_s is None else error.retry_after_s
    return await job.runs.now() + timedelta(seconds=seconds) / job.scale


# -- what is not settled yet -------------------------------------------------------------------


async def _wait_for_outcomes(job: Job) -> bool:
    """Asks again with growing pauses. True: something is to be sent (again) now."""
    for seconds in PAUSES:
        waiting = await _catch_up(job)
        if await job.outbox.actions_waiting(job.account.id):
            return True
        if not waiting:
            return False
        job.tell(f"Waiting for the marketplace: {waiting} of the outbox are not done yet")
        await pause(seconds, job.scale)
    return False


async def _catch_up(job: Job) -> int:
    """Follows what was accepted, then looks up what is unknown; says how many are still open."""
    await _ask(job, await _open(job, OutboxState.PENDING), job.api.follow)
    pending = await _open(job, OutboxState.PENDING)
    unknown = await _open(job, OutboxState.UNKNOWN)
    clear = [intent for intent in unknown if not _has_twin(intent, pending)]
    if clear:
        known = await job.outbox.known_listings(job.account.id)
        await _ask(job, clear, lambda intents: job.api.look_up(intents, known))
    return len(pending) + len(await _open(job, OutboxState.UNKNOWN))


def _has_twin(intent: Intent, pending: Sequence[Intent]) -> bool:
    """Whether an accepted entry is about to make an offer that looks just like this one's."""
    return intent.action is OutboxAction.CREATE and any(
        other.action is OutboxAction.CREATE
        and (other.product_id, other.variant_id, other.size_text)
        == (intent.product_id, intent.variant_id, intent.size_text)
        for other in pending
    )


async def _ask(job: Job, intents: Sequence[Intent], question: Ask) -> None:
    """Reads only: without an answer, everything stays as it is until the next time."""
    if not intents:
        return
    try:
        outcomes = await question(intents)
    except (AnswerLostError, RefusedError) as error:
        job.tell(str(error))
    else:
        await _settle(job, outcomes)


async def _open(job: Job, state: OutboxState) -> Sequence[Intent]:
    return await job.outbox.open_intents(job.account.id, state)


def _ids(intents: Sequence[Intent]) -> list[int]:
    return [intent.id for intent in intents]
