"""Reads an account's orders: what is open and what changed, then a look at those left out."""

from __future__ import annotations

from soleflip_desktop.connectors.base import AnswerLostError, RefusedError
from soleflip_desktop.domain.marketplace import (
    Capability,
    Page,
    Position,
    RemoteEntity,
    RemoteOrder,
)
from soleflip_desktop.domain.sync import Cursor, SyncCounts
from soleflip_desktop.sync.job import Job
from soleflip_desktop.sync.jobs.passes import Patience, begin, read_through

#: Marketplaces filter orders by their creation: what changed later is looked up one by one.
MOST_LOOK_UPS = 300
LOOK_UP = "look up"


async def run(job: Job) -> None:
    """Raises what the marketplace says; everything up to there is stored."""
    if Capability.ORDERS not in job.api.capabilities:
        return
    cursor = await begin(job)

    async def read(position: Position | None) -> Page[RemoteOrder]:
        return await job.api.orders(cursor.since, position)

    async def take(page: Page[RemoteOrder], place: Cursor) -> SyncCounts:
        return await job.store.take_orders(job.account, page, place)

    cursor = await read_through(job, cursor, RemoteEntity.ORDER, read, take)
    await _look_up(job, cursor)
    await job.store.end_orders(job.account, cursor)


async def _look_up(job: Job, cursor: Cursor) -> None:
    """Orders that are open here and that the pass did not show; one that is refused stays as is.

    What cannot be had is asked for again after all others, and none that was is asked twice.
    """
    patience = Patience()
    numbers = await job.store.orders_to_look_up(job.account, cursor.round or "", MOST_LOOK_UPS)
    for number in numbers:
        try:
            records = tuple(await job.api.order(number))
        except (RefusedError, AnswerLostError) as error:
            await job.store.note_look_up(job.account, number, cursor)
            if isinstance(error, AnswerLostError):
                patience.lose(error)
            continue
        patience.find()
        page = Page(records, (), cursor.position, LOOK_UP, ends_part=False)
        job.counts.add(await job.store.take_orders(job.account, page, cursor))
        job.tell("Looking up open orders", len(numbers))
