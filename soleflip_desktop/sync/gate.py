"""The pace of requests: counted in the database, kept by waiting here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

from soleflip_desktop.domain.quota import Rule

#: The marketplace counts when requests arrive, we when they leave: so much more lies between two.
MARGIN_PERCENT, LEAST_MARGIN_MS = 5, 15
#: A request after a rest opens a connection first, and so arrives late: more lies behind it.
MARGIN_AFTER_REST_PERCENT, REST_MS = 50, 4_000
_MS = 1000


class Reserves(Protocol):
    """`services.sync_runs.SyncRuns`."""

    async def reserve(self, account_id: int, rule: Rule, count: int, /) -> int: ...


class DatabaseGate:
    """A `Gate` whose limits hold for all desktops together. `on_wait` is told seconds waited."""

    def __init__(
        self, runs: Reserves, account_id: int, on_wait: Callable[[Decimal], None] = lambda _: None
    ) -> None:
        self._runs = runs
        self._account_id = account_id
        self._on_wait = on_wait
        self._passed_ms: dict[str, int] = {}

    async def wait(self, rule: Rule, count: int = 1) -> None:
        """Returns when `count` may be sent. Raises QuotaUsedUpError."""
        last = self._passed_ms.get(rule.bucket)
        rested = last is None or _now_ms() - last > REST_MS
        kept = with_margin(rule, MARGIN_AFTER_REST_PERCENT if rested else MARGIN_PERCENT)
        wait_ms = await self._runs.reserve(self._account_id, kept, count)
        started = _now_ms()
        await self._sleep_until(started + wait_ms)
        # Whoever slept too long before must not be followed too soon now.
        while (earliest := self._free_at(rule)) > _now_ms():
            await self._sleep_until(earliest)
        self._passed_ms[rule.bucket] = _now_ms()
        self._on_wait(Decimal(_now_ms() - started) / _MS)

    def _free_at(self, rule: Rule) -> int:
        last = self._passed_ms.get(rule.bucket)
        return 0 if last is None else last + rule.spacing_ms

    async def _sleep_until(self, moment_ms: int) -> None:
        if (rest := moment_ms - _now_ms()) > 0:
            await asyncio.sleep(rest / _MS)


class LocalGate:
    """A `Gate` for the few requests of an account that is not stored yet: a pause before each."""

    async def wait(self, rule: Rule, count: int = 1) -> None:
        await asyncio.sleep(count * with_margin(rule).spacing_ms / _MS)


def with_margin(rule: Rule, percent: int = MARGIN_PERCENT) -> Rule:
    """The same limits with somewhat more time between two requests."""
    if rule.spacing_ms == 0:
        return rule
    more = max(LEAST_MARGIN_MS, -(-rule.spacing_ms * percent // 100))
    return replace(rule, spacing_ms=rule.spacing_ms + more)


def _now_ms() -> int:
    """Of the loop's clock, rounded up: no wait may end too soon for being cut off."""
    return -int(-asyncio.get_running_loop().time() * _MS // 1)
