"""What the imports page does before and after an import; the import itself is `import_loader`."""

from __future__ import annotations

import csv
from pathlib import Path

from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.models import ImportBatch
from soleflip_desktop.db.queries import import_drafts, import_review, integration
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.errors import NotFoundError, UserError
from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.integration import (
    ERROR_COLUMN,
    BatchRow,
    ImportResult,
    IssueGroup,
    ReviewRow,
    RowClass,
    UndoReport,
)
from soleflip_desktop.services.undo import ImportUndo

CHANGED = Change.of(Domain.INTEGRATION)


class IntegrationService:
    """The history of imports, their drafts and their rows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._undo = ImportUndo(database)

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

    async def review_rows(
        self, batch_id: int, row_class: RowClass | None, offset: int, limit: int
    ) -> list[ReviewRow]:
        """Rows of a class in file order, with what they change and what is wrong with them."""
        return await self._database.read(
            import_review.review_rows, batch_id, row_class, offset, limit
        )

    async def issue_groups(self, batch_id: int) -> list[IssueGroup]:
        return await self._database.read(integration.issue_groups, batch_id)

    async def plan(self, batch_id: int) -> ImportPlan:
        """The frozen plan of a batch. Raises NotFoundError."""
        stored = await self._database.read(import_drafts.stored_batch, batch_id)
        return stored.plan

    async def draft_path(self, batch_id: int) -> str:
        """Where the file of a draft lay when it was checked."""
        return await self._database.read(_path, batch_id)

    async def discard(self, batch_id: int) -> None:
        """Throws a draft away. Raises UserError for a batch that wrote rows."""
        await self._database.write(CHANGED, import_drafts.discard, batch_id)

    async def undo_preview(self, batch_id: int) -> UndoReport:
        """What an undo would do now. Raises UserError for a batch that wrote nothing."""
        return await self._undo.preview(batch_id)

    async def undo(self, batch_id: int) -> UndoReport:
        """Restores the state before the import, but for the rows that the report names."""
        return await self._undo.undo(batch_id)

    async def save_rejected(self, batch_id: int, path: Path) -> int:
        """Writes the rows that did not go in with an Error column; returns how many.

        The file has the columns of the imported one, so that it can be mended and imported.
        """
        header, rows = await self._database.read(integration.rejected_rows, batch_id)
        return await self._database.run(lambda: _write(path, header, rows))

    async def close_interrupted(self) -> int:
        """Marks imports whose process was ended; returns how many there were."""
        return await self._database.write(CHANGED, integration.close_interrupted)


def _path(session: Session, batch_id: int) -> str:
    batch = session.get_one(ImportBatch, batch_id)
    return str(batch.parse_settings.get("path", ""))


def _write(path: Path, header: list[str], rows: list[tuple[list[str], str]]) -> int:
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            # Rows that were saved and rejected again have the column, with what was wrong before.
            header = header[:-1] if header[-1:] == [ERROR_COLUMN] else header
            writer.writerow([*header, ERROR_COLUMN])
            for cells, error in rows:
                padded = cells[: len(header)] + [""] * (len(header) - len(cells))
                writer.writerow([*padded, error])
    except OSError as error:
        msg = f"{path}: cannot be written ({error.strerror})."
        raise UserError(msg) from error
    return len(rows)
