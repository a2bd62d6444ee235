"""Work in a child process: what it takes, it takes nothing of from the window's thread.

The child answers over a pipe: progress of whatever type the work has, then the result or an error.
When the pipe breaks because the app is gone, the child ends too, and its transaction with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Generic, Protocol, TypeVar

from soleflip_desktop.domain.cancellation import CancelledWork, CancelToken
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.integration import ImportProgress

CANCEL = "cancel"
#: Progress older than this is replaced by newer, in seconds: some ten signs of life a second.
TELL_EVERY_S = 0.1
KILL_AFTER_S = 10.0
ENDED = "The import was ended from outside; nothing of the file was kept. Import it again."

Task = TypeVar("Task")
Result = TypeVar("Result")
Told = TypeVar("Told")
Task_contra = TypeVar("Task_contra", contravariant=True)
Result_co = TypeVar("Result_co", covariant=True)


class Work(Protocol[Task_contra, Result_co]):
    """What a child runs; a module's function, for it travels by name."""

    def __call__(
        self,
        url: str,
        task: Task_contra,
        report: Callable[[Any], None],
        token: CancelToken,
        /,
    ) -> Result_co: ...


@dataclass(frozen=True, slots=True)
class Sign:
    """What the work reports before its result. It may hold secrets: nothing shows it."""

    told: Any = field(repr=False)


class ChildRun(Generic[Task, Result]):
    """One piece of work under way. `after` is called in a thread when the child is done.

    `ended` is what is said when the child dies without an answer.
    """

    def __init__(
        self,
        work: Work[Task, Result],
        url: str,
        task: Task,
        on_progress: Callable[[Told], None],
        after: Callable[[], None] = lambda: None,
        *,
        ended: str = ENDED,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_progress = on_progress
        self._after = after
        self._ended = ended
        self._result: asyncio.Future[Result] = self._loop.create_future()
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=run_child, args=(theirs, work, url, task), daemon=True
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

    async def wait(self) -> Result:
        """The result, or what the work raised."""
        return await asyncio.shield(self._result)

    def _follow(self, theirs: Connection[Any, Any]) -> None:
        self._process.start()
        theirs.close()
        outcome: Any = None
        answered = False
        with contextlib.suppress(EOFError, OSError):
            while not answered:
                message = self._pipe.recv()
                if isinstance(message, Sign):
                    self._tell(self._on_progress, message.told)
                else:
                    outcome, answered = message, True
        if not answered:
            outcome = UserError(self._ended)
        # The answer is final: whoever waits need not wait for the process to be cleared away.
        self._after()
        self._tell(self._settle, outcome)
        self._process.join()

    def _tell(self, listener: Callable[[Any], None], message: Any) -> None:
        """In the loop; where that has ended, as when the app closes, nobody listens any more."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(listener, message)

    def _settle(self, outcome: Any) -> None:
        if isinstance(outcome, Exception):
            self._result.set_exception(outcome)
        else:
            self._result.set_result(outcome)


def run_child(pipe: Connection[Any, Any], work: Work[Task, Result], url: str, task: Task) -> None:
    """The child's main function."""
    token = CancelToken()
    threading.Thread(target=_obey, args=(pipe, token), daemon=True).start()
    last: Any = None

    def report(progress: Any) -> None:
        nonlocal last
        if not _is_repetition(progress, last):
            last = progress
            pipe.send(Sign(progress))

    try:
        pipe.send(work(url, task, report, token))
    except CancelledWork:
        pipe.send(UserError("Cancelled."))
    except UserError as error:
        pipe.send(error)
    except Exception as error:  # noqa: BLE001  (a bug crosses to the parent, which reports it)
        pipe.send(RuntimeError(f"{type(error).__name__} in a child process: {error}"))


def _is_repetition(progress: Any, last: Any) -> bool:
    """Of an import, a new phase is told at once, the rest now and then; anything else always."""
    return (
        isinstance(progress, ImportProgress)
        and isinstance(last, ImportProgress)
        and progress.phase is last.phase
        and abs(progress.seconds - last.seconds) < TELL_EVERY_S
    )


def _obey(pipe: Connection[Any, Any], token: CancelToken) -> None:
    try:
        while True:
            if pipe.recv() == CANCEL:
                token.cancel()
    except (EOFError, OSError):
        os._exit(1)  # the app is gone: leave at once, the server rolls back
