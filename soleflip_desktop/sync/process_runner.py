"""Imports in a child process: parsing a million rows takes nothing from the window's thread.

The child answers over a pipe: progress, then the result or an error. When the pipe breaks because
the app is gone, the child ends too, and its transaction with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Protocol

from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.changes import Change, ChangeBus, Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.integration import ImportProgress, ImportRequest, ImportResult
from soleflip_desktop.sync.import_runner import ProgressListener

CANCEL = "cancel"
#: Progress older than this is replaced by newer, in seconds: some ten signs of life a second.
TELL_EVERY_S = 0.1
KILL_AFTER_S = 10.0
AFTER_IMPORT = Change.of(
    Domain.CATALOG, Domain.INVENTORY, Domain.TRANSACTIONS, Domain.INTEGRATION, Domain.ANALYTICS
)


class ImportWork(Protocol):
    """What the child runs; a module's function, for it travels by name."""

    def __call__(
        self,
        url: str,
        request: ImportRequest,
        report: Callable[[ImportProgress], None],
        token: CancelToken,
    ) -> ImportResult: ...


@dataclass(frozen=True, slots=True)
class ProcessImportRunner:
    """Starts one child process an import (an `ImportRunner`)."""

    url: str
    bus: ChangeBus
    work: ImportWork

    def start(self, request: ImportRequest, on_progress: ProgressListener) -> ProcessImport:
        return ProcessImport(self, request, on_progress)


class ProcessImport:
    """One import under way (an `ImportRun`)."""

    def __init__(
        self, runner: ProcessImportRunner, request: ImportRequest, on_progress: ProgressListener
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_progress = on_progress
        self._bus = runner.bus
        self._result: asyncio.Future[ImportResult] = self._loop.create_future()
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=run_child, args=(theirs, runner.work, runner.url, request), daemon=True
        )
        # Starting takes tens of milliseconds, and reading waits: both off the caller's thread.
        threading.Thread(target=self._follow, args=(theirs,), daemon=True).start()

    def cancel(self) -> None:
        """Politely first; a child that does not answer is killed, and the server rolls back."""
        with contextlib.suppress(OSError):  # it has just ended by itself
            self._pipe.send(CANCEL)
        killer = threading.Timer(KILL_AFTER_S, self._process.kill)
        killer.daemon = True
        killer.start()

    async def wait(self) -> ImportResult:
        return await asyncio.shield(self._result)

    def _follow(self, theirs: Connection[Any, Any]) -> None:
        self._process.start()
        theirs.close()
        outcome: ImportResult | Exception | None = None
        with contextlib.suppress(EOFError, OSError):
            while outcome is None:
                message = self._pipe.recv()
                if isinstance(message, ImportProgress):
                    self._loop.call_soon_threadsafe(self._on_progress, message)
                else:
                    outcome = message
        self._process.join()
        if outcome is None:
            outcome = UserError(
                "The import was ended from outside; nothing of the file was kept. Import it again."
            )
        self._bus.publish(AFTER_IMPORT)
        self._loop.call_soon_threadsafe(self._settle, outcome)

    def _settle(self, outcome: ImportResult | Exception) -> None:
        if isinstance(outcome, Exception):
            self._result.set_exception(outcome)
        else:
            self._result.set_result(outcome)


def run_child(
    pipe: Connection[Any, Any], work: ImportWork, url: str, request: ImportRequest
) -> None:
    """The child's main function."""
    token = CancelToken()
    threading.Thread(target=_obey, args=(pipe, token), daemon=True).start()
    last = 0.0

    def report(progress: ImportProgress) -> None:
        nonlocal last
        if progress.seconds - last >= TELL_EVERY_S or progress.seconds < last:
            last = progress.seconds
            pipe.send(progress)

    try:
        pipe.send(work(url, request, report, token))
    except UserError as error:
        pipe.send(error)
    except Exception as error:  # noqa: BLE001  (a bug crosses to the parent, which reports it)
        pipe.send(RuntimeError(f"{type(error).__name__} in the importer: {error}"))


def _obey(pipe: Connection[Any, Any], token: CancelToken) -> None:
    try:
        while True:
            if pipe.recv() == CANCEL:
                token.cancel()
    except (EOFError, OSError):
        os._exit(1)  # the app is gone: leave at once, the server rolls back
