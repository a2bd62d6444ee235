"""A StockX connector against the fake, for tests: no pace, time a thousand times as fast."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from helpers.fakes.gate import OpenGate, Saved
from helpers.fakes.stockx import FakeStockX
from soleflip_desktop.connectors.stockx.marketplace import StockXApi, open_api

T = TypeVar("T")


@asynccontextmanager
async def opened(
    fake: FakeStockX, gate: OpenGate | None = None, saved: Saved | None = None, **more: str
) -> AsyncIterator[StockXApi]:
    """`more` overwrites credentials."""
    options = fake.options(scale=1000)
    credentials = fake.credentials(**more)
    api = open_api(credentials, options, gate=gate or OpenGate(), save=saved or Saved())
    try:
        yield api
    finally:
        await api.aclose()


def asked(fake: FakeStockX, act: Callable[[StockXApi], Awaitable[T]]) -> T:
    """Does one thing with a connector of its own."""

    async def run() -> T:
        async with opened(fake) as api:
            return await act(api)

    return asyncio.run(run())
