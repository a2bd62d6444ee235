"""Imports in a child process: parsing a million rows takes nothing from the window's thread."""

from __future__ import annotations

from dataclasses import dataclass

from soleflip_desktop.domain.changes import Change, ChangeBus, Domain
from soleflip_desktop.domain.integration import ImportRequest, ImportResult
from soleflip_desktop.sync.child import ChildRun, Work
from soleflip_desktop.sync.import_runner import ProgressListener

AFTER_IMPORT = Change.of(
    Domain.CATALOG,
    Domain.INVENTORY,
    Domain.TRANSACTIONS,
    Domain.INTEGRATION,
    Domain.PRICING,
    Domain.SUPPLIERS,
    Domain.ANALYTICS,
)


@dataclass(frozen=True, slots=True)
class ProcessImportRunner:
    """Starts one child process an import (an `ImportRunner`)."""

    url: str
    bus: ChangeBus
    work: Work[ImportRequest, ImportResult]

    def start(
        self, request: ImportRequest, on_progress: ProgressListener
    ) -> ChildRun[ImportRequest, ImportResult]:
        def announce() -> None:
            self.bus.publish(AFTER_IMPORT)

        return ChildRun(self.work, self.url, request, on_progress, announce)
