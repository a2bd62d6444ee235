"""Scans one after the other: people scan faster than a database answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject, Signal

from soleflip_desktop.domain.counting import ScanHit
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.ui.common.doors import CountsSource
from soleflip_desktop.ui.common.tasks import TaskRunner


class ScanQueue(QObject):
    """Hands codes to a coroutine in the order scanned. One that fails does not stop the next.

    Signals:
        failed(UserError): that code could not be taken.
    """

    failed = Signal(object)

    def __init__(
        self, take: Callable[[str], Awaitable[object]], tasks: TaskRunner, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._take, self._tasks = take, tasks
        self._codes: deque[str] = deque()
        self._running = False

    def add(self, code: str) -> None:
        self._codes.append(code)
        if not self._running:
            self._running = True
            self._tasks.start(self._work())

    async def _work(self) -> None:
        try:
            while self._codes:
                try:
                    await self._take(self._codes.popleft())
                except UserError as error:
                    self.failed.emit(error)
        finally:
            self._running = False


class ScanFinder(QObject):
    """What the scanned codes are: connect `WedgeScanner.scanned` to `find`.

    Signals:
        found(ScanHit): in the order scanned; of UNKNOWN kind too.
        failed(UserError): the code could not be looked up.
    """

    found = Signal(object)
    failed = Signal(object)

    def __init__(self, counts: CountsSource, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._counts = counts
        self._queue = ScanQueue(self._find, tasks, self)
        self._queue.failed.connect(self.failed)

    def find(self, code: str) -> None:
        self._queue.add(code)

    async def _find(self, code: str) -> None:
        hit: ScanHit = await self._counts.resolve(code)
        self.found.emit(hit)
