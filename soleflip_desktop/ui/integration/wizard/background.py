"""What the wizard waits for: one piece of work at a time, which newer work replaces."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.ui.common.tasks import TaskRunner
from soleflip_desktop.ui.integration.wizard.draft import ImportDraft

Make = Callable[[], Coroutine[Any, Any, ImportDraft]]
Then = Callable[[ImportDraft], None]


class Background(QObject):
    """Awaits a draft, then hands it on. Whatever was stopped or replaced says nothing any more.

    Signals:
        changed(str): words for what is going on; none when it has ended, one way or the other.
        failed(str): the sentence of the error it ended with; `retry` starts it anew.
    """

    changed = Signal(str)
    failed = Signal(str)

    def __init__(self, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._turn = 0
        self._cancel: Callable[[], object] | None = None
        self._again: Callable[[], None] | None = None

    @property
    def busy(self) -> bool:
        return self._cancel is not None

    def start(self, words: str, make: Make, then: Then) -> None:
        self.stop()
        self._turn += 1
        self._again = lambda: self.start(words, make, then)
        self._cancel = self._tasks.start(self._run(self._turn, make, then))
        self.changed.emit(words)

    def stop(self) -> None:
        cancel, self._cancel = self._cancel, None
        if cancel is not None:
            self._turn += 1
            cancel()
            self.changed.emit("")

    def retry(self) -> None:
        if self._again is not None:
            self._again()

    async def _run(self, turn: int, make: Make, then: Then) -> None:
        try:
            draft = await make()
        except UserError as error:
            if self._ended(turn):
                self.failed.emit(str(error))
        except Exception:
            self._ended(turn)
            raise
        else:
            if self._ended(turn):
                then(draft)

    def _ended(self, turn: int) -> bool:
        """Whether it is still the one that is waited for."""
        if turn != self._turn:
            return False
        self._cancel = None
        self.changed.emit("")
        return True
