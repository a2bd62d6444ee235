from __future__ import annotations

import asyncio

import pytest

from soleflip_desktop.ui.common.later import Later


class Door:
    def __init__(self) -> None:
        self.asked: list[int] = []

    async def ask(self, number: int, *, more: int = 0) -> int:
        self.asked.append(number)
        return number + more

    def at_once(self) -> str:
        return "here"


def test_calls_wait_until_the_door_is_there() -> None:
    async def check() -> None:
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        door = Door()
        later = Later(ready, lambda: door)
        call = asyncio.ensure_future(later.ask(1, more=2))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert door.asked == []
        ready.set_result(None)
        assert await call == 3
        assert later.at_once() == "here"

    asyncio.run(check())


def test_one_call_given_up_leaves_the_others_waiting() -> None:
    async def check() -> None:
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        later = Later(ready, Door)
        given_up, kept = (asyncio.ensure_future(later.ask(n)) for n in (1, 2))
        await asyncio.sleep(0)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        ready.set_result(None)
        assert await kept == 2

    asyncio.run(check())
