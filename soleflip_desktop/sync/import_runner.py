"""Runs imports in a child process: the GUI and its thread stay out of the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from soleflip_desktop.domain.integration import ImportProgress, ImportRequest, ImportResult

ProgressListener = Callable[[ImportProgress], None]


class ImportRun(Protocol):
    """One import under way."""

    def cancel(self) -> None:
        """Asks the import to stop; nothing of the batch stays. `wait` then returns soon."""

    async def wait(self) -> ImportResult:
        """The result; its status says whether it completed or was cancelled.

        Raises FileImportError, DatabaseUnavailableError or another UserError.
        """


class ImportRunner(Protocol):
    """Starts imports."""

    def start(self, request: ImportRequest, on_progress: ProgressListener) -> ImportRun:
        """Starts at once; `on_progress` is called on the event loop, some ten times a second."""
