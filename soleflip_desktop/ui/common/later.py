"""Doors to services that are still being imported when the first page opens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any


class Later:
    """Stands for what `find` returns once `ready` is done; until then its methods wait for that.

    So it stands in for coroutine functions only, and for everything as soon as it is ready.
    """

    def __init__(self, ready: asyncio.Future[None], find: Callable[[], Any]) -> None:
        self._ready = ready
        self._find = find

    def __getattr__(self, name: str) -> Any:
        if self._ready.done():
            return getattr(self._find(), name)

        async def wait_and_call(*arguments: Any, **options: Any) -> Any:
            await asyncio.shield(self._ready)
            return await getattr(self._find(), name)(*arguments, **options)

        return wait_and_call
