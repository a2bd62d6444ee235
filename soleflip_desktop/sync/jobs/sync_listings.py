"""Reads an account's listings; what is open here and was not among them becomes a question."""

from __future__ import annotations

from soleflip_desktop.domain.marketplace import (
    Capability,
    Page,
    RemoteEntity,
    RemoteListing,
)
from soleflip_desktop.domain.sync import Cursor, SyncCounts
from soleflip_desktop.sync.job import Job
from soleflip_desktop.sync.jobs.passes import begin, read_through


async def run(job: Job) -> None:
    """Raises what the marketplace says; everything up to there is stored."""
    if Capability.LISTINGS not in job.api.capabilities:
        return

    async def take(page: Page[RemoteListing], place: Cursor) -> SyncCounts:
        return await job.store.take_listings(job.account, page, place)

    cursor = await begin(job)
    cursor = await read_through(job, cursor, RemoteEntity.LISTING, job.api.listings, take)
    await job.store.end_listings(job.account, cursor)
