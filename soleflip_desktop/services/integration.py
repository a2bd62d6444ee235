"""What the imports page does; the import itself is in `sales_loader`."""

from __future__ import annotations

import csv
from pathlib import Path

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import integration
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.errors import NotFoundError, UserError
from soleflip_desktop.domain.integration import BatchRow, ImportResult


class IntegrationService:
    """The history of imports and their rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def batches(self) -> list[BatchRow]:
        """Newest first."""
        return await self._database.read(integration.batches)

    async def result(self, batch_id: int) -> ImportResult:
        """Raises NotFoundError for a number that no import has."""
        found = await self._database.read(integration.result, batch_id)
        if found is None:
            msg = f"There is no import number {batch_id}."
            raise NotFoundError(msg)
        return found

    async def save_rejected(self, batch_id: int, path: Path) -> int:
        """Writes the rejected rows with an Error column; returns how many.

        The file has the columns of the imported one, so that it can be mended and imported.
        """
        header, rows = await self._database.read(integration.rejected_rows, batch_id)
        return await self._database.run(lambda: _write(path, header, rows))

    async def close_interrupted(self) -> int:
        """Marks imports whose process was ended; returns how many there were."""
        change = Change.of(Domain.INTEGRATION)
        return await self._database.write(change, integration.close_interrupted)


def _write(path: Path, header: list[str], rows: list[tuple[list[str], str]]) -> int:
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*header, "Error"])
            for cells, error in rows:
                padded = cells + [""] * (len(header) - len(cells))
                writer.writerow([*padded, error])
    except OSError as error:
        msg = f"{path}: cannot be written ({error.strerror})."
        raise UserError(msg) from error
    return len(rows)
