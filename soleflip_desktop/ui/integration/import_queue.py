"""Files on their way in: one after another, each with an outcome that is kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.integration import ImportRequest, ImportResult
from soleflip_desktop.sync.import_runner import ImportRun, ImportRunner
from soleflip_desktop.ui.common.tasks import TaskRunner


@dataclass(frozen=True, slots=True, eq=False)
class ImportOutcome:
    """What became of one file: a result, or the sentence that says why there is none."""

    path: str
    result: ImportResult | None = None
    error: str | None = None

    @property
    def name(self) -> str:
        return Path(self.path).name


class ImportQueue(QObject):
    """Runs one import at a time.

    Signals:
        started(str): the path of the file that is being imported now.
        progressed(ImportProgress): a sign of life.
        finished(ImportOutcome): the file is through, one way or the other.
        changed: files were added, or the queue moved on.
    """

    started = Signal(str)
    progressed = Signal(object)
    finished = Signal(object)
    changed = Signal()

    def __init__(
        self, runner: ImportRunner, tasks: TaskRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.runner = runner
        self._tasks = tasks
        self._waiting: deque[ImportRequest] = deque()
        self._run: ImportRun | None = None
        self.current: str | None = None

    @property
    def running(self) -> bool:
        return self.current is not None

    @property
    def waiting(self) -> tuple[str, ...]:
        """The paths of the files that wait."""
        return tuple(request.path for request in self._waiting)

    def add(self, requests: Sequence[ImportRequest]) -> None:
        """Each request has the path of its file, also where its rows come from the database."""
        self._waiting.extend(requests)
        self.changed.emit()
        self._start_next()

    def cancel_current(self) -> None:
        if self._run is not None:
            self._run.cancel()

    def cancel_all(self) -> None:
        self._waiting.clear()
        self.changed.emit()
        self.cancel_current()

    def _start_next(self) -> None:
        if self.current is None and self._waiting:
            request = self._waiting.popleft()
            self.current = request.path
            self.changed.emit()
            self._tasks.start(self._import(request))

    async def _import(self, request: ImportRequest) -> None:
        path = request.path
        outcome = ImportOutcome(path, error="The import ended because of a mistake in the app.")
        try:
            self._run = self.runner.start(request, self.progressed.emit)
            self.started.emit(path)
            outcome = ImportOutcome(path, await self._run.wait())
        except UserError as error:
            outcome = ImportOutcome(path, error=str(error))
        finally:
            # Also after a bug, which goes on to the error dialog: the files behind it still run.
            self._run, self.current = None, None
            self.finished.emit(outcome)
            self.changed.emit()
            self._start_next()
