"""A sync in a child process, with an event loop and a database connection of its own.

Credentials come and go through the pipe, never as argument, environment or file.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from soleflip_desktop.connectors.base import Credentials
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.logins import addresses
from soleflip_desktop.domain.sync import SyncKind, SyncProgress, SyncReport, SyncRequest
from soleflip_desktop.sync.child import TELL_EVERY_S, ChildRun
from soleflip_desktop.sync.tools import SyncServices, sync_tools

ENDED = (
    "The sync was ended from outside. What it had stored stays; the next one goes on from there."
)


@dataclass(frozen=True, slots=True)
class SyncTask:
    """A request and what it needs of this desktop. `environ` holds addresses and time scale."""

    request: SyncRequest
    credentials: Credentials = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Renewed:
    """Credentials that the marketplace exchanged: the old ones may be worth nothing any more."""

    account_id: int
    credentials: Credentials = field(repr=False)


class ChildSyncs:
    """Starts one child process a request, for the engine."""

    def __init__(
        self,
        work: Callable[[str, SyncTask, Callable[[Any], None], CancelToken], SyncReport],
        url: str,
        environ: Mapping[str, str],
        on_renewed: Callable[[int, Credentials], None],
    ) -> None:
        self._work = work
        self._url = url
        self._environ = addresses(environ)
        self._on_renewed = on_renewed

    def start(
        self,
        request: SyncRequest,
        credentials: Credentials,
        on_progress: Callable[[SyncProgress], None],
    ) -> ChildRun[SyncTask, SyncReport]:
        def hear(sign: SyncProgress | Renewed) -> None:
            if isinstance(sign, Renewed):
                self._on_renewed(sign.account_id, sign.credentials)
            else:
                on_progress(sign)

        task = SyncTask(request, dict(credentials), self._environ)
        return ChildRun(self._work, self._url, task, hear, ended=ENDED)


def sync_in_child(
    services: SyncServices, task: SyncTask, report: Callable[[Any], None], token: CancelToken
) -> SyncReport:
    """What the child does once it has a database. Raises what `run_request` raises."""
    return asyncio.run(_sync(services, task, report, token))


async def _sync(
    services: SyncServices, task: SyncTask, report: Callable[[Any], None], token: CancelToken
) -> SyncReport:
    from soleflip_desktop.sync.run_sync import run_request  # noqa: PLC0415  (only a child needs it)

    loop, current = asyncio.get_running_loop(), asyncio.current_task()
    if current is not None:
        token.interrupt_with(partial(_cancel_soon, loop, current))
    token.check()  # cancelled before anybody listened

    async def save(credentials: Credentials) -> None:
        report(Renewed(task.request.account_id, dict(credentials)))

    tools = sync_tools(services, task.credentials, save, task.environ)
    try:
        return await run_request(task.request, tools, _now_and_then(report))
    finally:
        token.interrupt_with(None)


def _cancel_soon(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any]) -> None:
    loop.call_soon_threadsafe(task.cancel)


def _now_and_then(report: Callable[[Any], None]) -> Callable[[SyncProgress], None]:
    """Another kind at once, the rest some ten times a second."""
    told: tuple[SyncKind, int] | None = None

    def tell(progress: SyncProgress) -> None:
        nonlocal told
        now = time.monotonic_ns()
        if told is None or progress.kind is not told[0] or now - told[1] > TELL_EVERY_S * 10**9:
            told = (progress.kind, now)
            report(progress)

    return tell
