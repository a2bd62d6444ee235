"""Asynchronous work on an event loop of its own, in a thread, for whoever has Qt's loop.

httpx leaves generators midway when a transfer is given up. asyncio ends them properly; qasync does
not, and they would complain much later. A thread also keeps disk and TLS away from the GUI.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


async def in_own_loop(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What `work` returns or raises. Cancelling waits until it has cleaned up behind itself."""
    run = _Run(work)
    thread = asyncio.ensure_future(asyncio.to_thread(run.run))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        run.cancel()
        while not thread.done():
            with contextlib.suppress(asyncio.CancelledError):  # once is enough
                await asyncio.wait({thread})
        thread.exception()  # of a failure that came with the cancelling nobody is told
        raise


class _Run(Generic[T]):
    def __init__(self, work: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._work = work
        self._guard = threading.Lock()
        self._cancelled = False
        self._end: Callable[[], object] | None = None

    def run(self) -> T:
        try:
            return asyncio.run(self._watched())
        except asyncio.CancelledError:
            # qasync's threads die of what is no Exception.
            raise _CancelledError from None

    def cancel(self) -> None:
        with self._guard:
            self._cancelled = True
            if self._end is not None:
                with contextlib.suppress(RuntimeError):  # it has just ended
                    self._end()

    async def _watched(self) -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        with self._guard:
            if self._cancelled or task is None:
                raise asyncio.CancelledError
            self._end = lambda: loop.call_soon_threadsafe(task.cancel)
        return await self._work()


class _CancelledError(Exception):
    """Whoever cancelled raises the true one."""
