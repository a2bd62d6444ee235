"""Stopping work that runs in another thread or process."""

from __future__ import annotations

import threading
from collections.abc import Callable


class CancelledWork(Exception):  # noqa: N818  (not an error: the user asked for it)
    """Raised where cancelled work gives up."""


class CancelToken:
    """Set once by the user's side; asked by the working side at every step."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._interrupt: Callable[[], None] | None = None

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self) -> None:
        self._cancelled.set()
        if self._interrupt is not None:
            self._interrupt()

    def interrupt_with(self, interrupt: Callable[[], None] | None) -> None:
        """What ends a wait that cannot ask (a statement on the server); None: there is none."""
        self._interrupt = interrupt

    def check(self) -> None:
        """Raises CancelledWork once the work is no longer wanted."""
        if self.cancelled:
            raise CancelledWork
