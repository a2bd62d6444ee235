"""A connector on a fake eBay, for tests: `run(fake, lambda api: api.orders(None, None))`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from helpers.fakes.ebay import FakeEbay
from helpers.fakes.gate import OpenGate, Saved
from soleflip_desktop.connectors.ebay.marketplace import EbayApi, open_api
from soleflip_desktop.domain.marketplace import BadRecord, Page, Position, RemoteOrder

T = TypeVar("T")


def run(
    fake: FakeEbay,
    work: Callable[[EbayApi], Awaitable[T]],
    credentials: dict[str, str] | None = None,
    saved: Saved | None = None,
    **options: Any,
) -> T:
    async def inner() -> T:
        api = open_api(
            credentials or fake.credentials(),
            fake.options(**options),
            gate=OpenGate(),
            save=saved or Saved(),
        )
        try:
            return await work(api)
        finally:
            await api.aclose()

    return asyncio.run(inner())


async def all_orders(
    api: EbayApi, since: datetime | None = None
) -> tuple[list[RemoteOrder], list[BadRecord], list[Page[RemoteOrder]]]:
    """Every page, one after the other, as a job reads them."""
    records: list[RemoteOrder] = []
    bad: list[BadRecord] = []
    pages: list[Page[RemoteOrder]] = []
    position: Position | None = None
    while True:
        page = await api.orders(since, position)
        pages.append(page)
        records += page.records
        bad += page.bad
        if page.next is None:
            return records, bad, pages
        position = page.next
