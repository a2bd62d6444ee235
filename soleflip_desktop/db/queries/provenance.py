"""Where a record comes from: its row in the file, and what later imports made of it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import ImportBatch, ImportChange
from soleflip_desktop.db.queries.import_review import cell_changes
from soleflip_desktop.db.queries.integration import raw_cells
from soleflip_desktop.domain.integration import BatchStatus, ChangedEntity
from soleflip_desktop.domain.provenance import ImportedChange, Provenance

#: A draft has changed nothing yet; what an undo took back, it also took out of the journal.
_WRITTEN = (BatchStatus.COMPLETED, BatchStatus.UNDONE)


def provenance(
    session: Session, entity: ChangedEntity, entity_id: int, batch_id: int | None, row: int | None
) -> Provenance:
    """Of a record and the row of the batch that made it, if one did."""
    changes = tuple(_changes(session, entity, entity_id))
    if batch_id is None or row is None:
        return Provenance(changes=changes)
    batch = session.get_one(ImportBatch, batch_id)
    cells = tuple(raw_cells(session, batch_id, row))
    return Provenance(batch.file_name, batch_id, row, cells, changes)


def _changes(session: Session, entity: ChangedEntity, entity_id: int) -> list[ImportedChange]:
    lines = session.execute(
        sa.select(ImportChange, ImportBatch)
        .join(ImportBatch, ImportBatch.id == ImportChange.batch_id)
        .where(ImportChange.entity == entity, ImportChange.entity_id == entity_id)
        .where(ImportChange.operation == "U", ImportBatch.status.in_(_WRITTEN))
        .order_by(ImportChange.id)
    )
    return [
        ImportedChange(
            batch.file_name,
            line.row_no,
            cell.field,
            cell.old,
            cell.new,
            batch.finished_at or batch.started_at,
        )
        for line, batch in lines
        for cell in cell_changes(line)
    ]
