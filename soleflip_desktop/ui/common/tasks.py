"""Coroutines of the GUI: started here, kept here, cancelled here, their errors routed here."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from soleflip_desktop.domain.errors import UserError

if TYPE_CHECKING:
    import asyncio


class TaskRunner(QObject):
    """Starts coroutines on the running event loop.

    A UserError goes to the message bar, anything else is a bug and goes to the error dialog.
    asyncio itself keeps only weak references to tasks: one that nobody holds may vanish midway.

    Signals:
        user_error_raised(UserError): a task nobody waits for ended with a sentence for the user.
        bug_raised(Exception): a task ended with anything else.
    """

    user_error_raised = Signal(object)
    bug_raised = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False

    def start(self, coroutine: Coroutine[Any, Any, object]) -> Callable[[], object]:
        """Runs it to its end; the function returned cancels it. Nothing starts after `close`."""
        if self._closed:
            coroutine.close()
            return _nothing
        import asyncio  # noqa: PLC0415  (the window is painted without it)

        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._on_done)
        return task.cancel

    @property
    def active(self) -> int:
        return len(self._tasks)

    def close(self) -> None:
        """Cancels what runs and refuses anything new."""
        self._closed = True
        for task in tuple(self._tasks):
            task.cancel()

    async def wait_closed(self) -> None:
        """After `close`: returns when the last task has ended."""
        import asyncio  # noqa: PLC0415  (as above)

        if self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def _on_done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            return
        if isinstance(error, UserError):
            self.user_error_raised.emit(error)
        else:
            self.bug_raised.emit(error)


def _nothing() -> None:
    """Cancels a task that was never started."""
