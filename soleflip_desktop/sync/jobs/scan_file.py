"""The look at all values of a file, in a child of the app."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from soleflip_desktop.connectors.files.scan import scan_file
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.import_sketch import FileScan
from soleflip_desktop.domain.integration import ImportPhase, ImportProgress


@dataclass(frozen=True, slots=True)
class ScanTask:
    """Which file, and by which plan."""

    path: str
    plan: ImportPlan


def scan_in_child(
    _url: str, task: ScanTask, report: Callable[[ImportProgress], None], token: CancelToken
) -> FileScan:
    """Raises FileImportError, CancelledWork."""
    started = time.monotonic()

    def tell(done: int, total: int) -> None:
        seconds = time.monotonic() - started
        report(ImportProgress(ImportPhase.READING, done, total, 0, 0, seconds))

    return scan_file(Path(task.path), task.plan, token, tell)
