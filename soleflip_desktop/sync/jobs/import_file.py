"""The import of one file, wherever it runs: in the CLI's process or in a child of the app."""

from __future__ import annotations

from pathlib import Path

from soleflip_desktop.connectors.files.sales import SalesFile
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.integration import ImportRequest, ImportResult
from soleflip_desktop.services.sales_loader import Report, SalesLoader


def import_file(
    loader: SalesLoader, request: ImportRequest, report: Report, token: CancelToken
) -> ImportResult:
    """Recognises, reads, checks and loads a file.

    Raises FileImportError with the file's name and the remedy when nothing could be done.
    """
    reader = SalesFile(Path(request.path), request.file_format, request.encoding)
    try:
        return loader.load(reader, request, report, token)
    finally:
        reader.close()
