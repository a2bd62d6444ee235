"""Runs of the push job against a marketplace in memory."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from unittest import mock

from helpers.fake_api import FakeApi
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.sync import Account, AccountSettings, SyncCounts, SyncKind
from soleflip_desktop.sync.job import Job, Outbox
from soleflip_desktop.sync.jobs import push_outbox

NOW = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


class Clock:
    """The part of the runs that the push job asks: what time it is."""

    async def now(self) -> datetime:
        return NOW


def push_job(outbox: Outbox, api: FakeApi, account_id: int = 1) -> Job:
    """A run as the engine makes one; a second takes a ten-thousandth."""
    account = Account(account_id, Marketplace.STOCKX, "main", AccountSettings())
    runs: Any = Clock()
    return Job(SyncKind.OUTBOX, account, api, mock.Mock(), runs, outbox, scale=10_000)


def push(outbox: Outbox, api: FakeApi, account_id: int = 1) -> SyncCounts:
    """One whole run; its figures."""
    job = push_job(outbox, api, account_id)
    asyncio.run(push_outbox.run(job))
    return job.counts
