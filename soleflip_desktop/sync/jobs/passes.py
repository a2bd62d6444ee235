"""One pass over a list of a marketplace: resumable at every page, read again where pages moved."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from soleflip_desktop.connectors.base import MarketplaceError, RefusedError
from soleflip_desktop.domain.marketplace import Page, Position, RemoteEntity
from soleflip_desktop.domain.sync import Cursor, SyncCounts
from soleflip_desktop.sync.job import Job

T = TypeVar("T")
#: Marketplaces take a while until a change shows in their lists.
OVERLAP = timedelta(days=2)
#: A part of which records are missing is read again so often.
MOST_AGAIN = 2

#: Records in a row that cannot be had one by one: more than chance, so the run ends.
MOST_LOST = 5

Read = Callable[[Position | None], Awaitable[Page[T]]]
Take = Callable[[Page[T], Cursor], Awaitable[SyncCounts]]
#: The place behind the last page, in our own words: what comes after the list may be interrupted.
_ENDED: Position = {"ended": True}


class Patience:
    """A record that cannot be had keeps nobody else out; many in a row are no accident."""

    def __init__(self) -> None:
        self._lost = 0

    def lose(self, error: MarketplaceError) -> None:
        """Raises the error once it is one too many."""
        self._lost += 1
        if self._lost >= MOST_LOST:
            raise error

    def find(self) -> None:
        self._lost = 0


async def begin(job: Job) -> Cursor:
    """Goes on with the pass under way; else starts a new one, by the database's clock.

    A pass under way that only reads changes is not enough where everything was asked for.
    """
    cursor = await job.runs.cursor(job.account.id, job.kind)
    if cursor.round is not None and not (job.full and cursor.since is not None):
        return cursor
    since = None
    if not job.full and cursor.succeeded_at is not None:
        since = cursor.succeeded_at - OVERLAP
    return Cursor(
        round=str(uuid.uuid4()),
        since=since,
        started_at=await job.runs.now(),
        succeeded_at=cursor.succeeded_at,
    )


async def read_through(
    job: Job, cursor: Cursor, entity: RemoteEntity, read: Read[T], take: Take[T]
) -> Cursor:
    """Reads from the cursor's place to the end of the list; returns the cursor of the end.

    Each page is stored with the place behind it, so that whoever is interrupted goes on there; the
    last page of a part with its own place, as the part may have to be read again.
    """
    while cursor.position != _ENDED:
        page = await _read(job, cursor, read)
        place = cursor.position if page.ends_part else page.next
        cursor = replace(cursor, position=place)
        job.counts.add(await take(page, cursor))
        if page.ends_part:
            cursor = await _end_part(job, cursor, entity, page)
            await job.runs.save_cursor(job.account.id, job.kind, cursor)
        job.tell(f"Reading {entity}s", page.total)
    return cursor


async def _read(job: Job, cursor: Cursor, read: Read[T]) -> Page[T]:
    """A place that the marketplace refuses is forgotten: the next run begins a new pass."""
    try:
        return await read(cursor.position)
    except RefusedError:
        if cursor.position is not None:
            afresh = Cursor(succeeded_at=cursor.succeeded_at)
            await job.runs.save_cursor(job.account.id, job.kind, afresh)
        raise


async def _end_part(job: Job, cursor: Cursor, entity: RemoteEntity, page: Page[T]) -> Cursor:
    """Pages move while they are read: a part of which fewer were seen than there are is repeated.

    A record that changed its part meanwhile counts where it was seen last.
    """
    onwards = replace(cursor, position=page.next or _ENDED)
    tries = cursor.again.get(page.part, 0)
    if page.total is None or page.restart is None or tries >= MOST_AGAIN:
        return onwards
    if await job.store.seen(job.account.id, entity, cursor.round or "", page.part) >= page.total:
        return onwards
    again = {**cursor.again, page.part: tries + 1}
    return replace(cursor, position=page.restart, again=again)
