"""The check of a draft: the importer reads every row and keeps what it would do."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from soleflip_desktop.domain.integration import BatchStatus, ImportAction, ImportRequest
from soleflip_desktop.sync.import_runner import ImportRun, ImportRunner, ProgressListener
from soleflip_desktop.ui.integration.wizard.draft import ImportDraft


class Checker:
    """Checks one draft at a time."""

    def __init__(self, runner: ImportRunner) -> None:
        self._runner = runner
        self._run: ImportRun | None = None

    def cancel(self) -> None:
        if self._run is not None:
            self._run.cancel()

    async def check(self, draft: ImportDraft, on_progress: ProgressListener) -> ImportDraft:
        """The draft with its result; the very same one where the check was cancelled.

        Raises UserError. A task that is cancelled stops the importer, too.
        """
        request = ImportRequest(
            draft.path, draft.plan, draft.choices, ImportAction.CHECK, draft.batch_id
        )
        self._run = run = self._runner.start(request, on_progress)
        try:
            result = await run.wait()
        except asyncio.CancelledError:
            run.cancel()
            raise
        finally:
            self._run = None
        if result.status is BatchStatus.CANCELLED:
            return draft
        return replace(draft, result=result, checked=draft.plan)
