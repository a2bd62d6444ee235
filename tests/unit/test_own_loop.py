"""Work on a loop of its own: what it returns, raises, and leaves when it is cancelled."""

from __future__ import annotations

import asyncio
import threading

import pytest

from soleflip_desktop.sync.own_loop import in_own_loop


def test_it_runs_elsewhere_and_returns() -> None:
    async def work() -> tuple[int, asyncio.AbstractEventLoop]:
        await asyncio.sleep(0)
        return threading.get_ident(), asyncio.get_running_loop()

    async def ask() -> tuple[int, asyncio.AbstractEventLoop]:
        found = await in_own_loop(work)
        assert found[1] is not asyncio.get_running_loop()
        return found

    assert asyncio.run(ask())[0] != threading.get_ident()


def test_what_it_raises_arrives() -> None:
    async def work() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        asyncio.run(in_own_loop(work))


def test_cancelling_waits_for_its_cleaning_up() -> None:
    begun, cleaned = threading.Event(), threading.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            cleaned.set()

    async def cancel() -> None:
        task = asyncio.create_task(in_own_loop(work))
        await asyncio.to_thread(begun.wait)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert cleaned.is_set()

    asyncio.run(cancel())


def test_cancelling_comes_before_it_has_begun() -> None:
    """The thread is held back, the work never begins."""
    gate, began = threading.Event(), threading.Event()

    async def work() -> None:
        began.set()

    async def cancel() -> None:
        loop = asyncio.get_running_loop()
        run = loop.run_in_executor

        def held(executor: object, call: object, *arguments: object) -> object:
            def late() -> object:
                gate.wait()
                return call(*arguments)  # type: ignore[operator]

            return run(None, late)

        loop.run_in_executor = held  # type: ignore[method-assign, assignment]
        task = asyncio.create_task(in_own_loop(work))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        gate.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert not began.is_set()
