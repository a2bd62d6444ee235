"""The import of one file, wherever it runs: in the CLI's process or in a child of the app."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from soleflip_desktop.connectors.files.decide import plan_file
from soleflip_desktop.connectors.files.table import TableFile, open_table
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.import_plan import ImportPlan, Profile
from soleflip_desktop.domain.integration import ImportRequest, ImportResult
from soleflip_desktop.services.import_loader import ImportLoader, Report


def import_file(
    loader: ImportLoader,
    profiles: Sequence[Profile],
    request: ImportRequest,
    report: Report,
    token: CancelToken,
) -> ImportResult:
    """Recognises, reads, checks and loads a file, or the rows that a batch kept of one.

    Raises FileImportError with the file's name and the remedy when nothing could be done.
    """
    reader = _reader(loader, profiles, request, token)
    try:
        return loader.load(reader, request, report, token)
    finally:
        reader.close()


def _reader(
    loader: ImportLoader,
    profiles: Sequence[Profile],
    request: ImportRequest,
    token: CancelToken,
) -> TableFile:
    if request.of_stored_rows:
        stored = loader.stored(request.batch_id or 0)
        return TableFile(stored, stored.plan, with_header=False)
    path = Path(request.path)
    plan: ImportPlan = request.plan or plan_file(path, profiles, request.choices, token)
    return open_table(path, plan)
