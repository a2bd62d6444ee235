"""Import batches: their life, their rows and their raw text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import ImportBatch, ImportChunk, ImportRecord
from soleflip_desktop.db.queries.raw import record_cells
from soleflip_desktop.domain.integration import (
    ISSUE_LIMIT,
    BatchRow,
    BatchStatus,
    CurrencyTotals,
    FileFormat,
    ImportResult,
    RecordState,
    RowIssue,
)

#: First key of the advisory lock that a running import holds; the second is its batch.
IMPORT_LOCK = 0x1A90


def batches(session: Session, limit: int = 500) -> list[BatchRow]:
    found = session.scalars(sa.select(ImportBatch).order_by(ImportBatch.id.desc()).limit(limit))
    return [_batch_row(batch) for batch in found]


def _batch_row(batch: ImportBatch) -> BatchRow:
    return BatchRow(
        id=batch.id,
        file=batch.file_name,
        format=FileFormat(batch.format),
        status=batch.status,
        started_at=batch.started_at,
        finished_at=batch.finished_at,
        rows=batch.rows,
        imported=batch.imported,
        duplicates=batch.duplicates,
        rejected=batch.rejected,
        warnings=batch.warnings,
        error=batch.error,
    )


def result(session: Session, batch_id: int) -> ImportResult | None:
    """What the batch reported when it ended, with at most ISSUE_LIMIT issues."""
    batch = session.get(ImportBatch, batch_id)
    if batch is None:
        return None
    seconds = (batch.finished_at - batch.started_at).total_seconds() if batch.finished_at else 0.0
    return ImportResult(
        batch_id=batch.id,
        file=batch.file_name,
        format=FileFormat(batch.format),
        rows=batch.rows,
        imported=batch.imported,
        duplicates=batch.duplicates,
        rejected=batch.rejected,
        warnings=batch.warnings,
        totals={code: CurrencyTotals(**_decimals(sums)) for code, sums in batch.totals.items()},
        issues=issues(session, batch_id, RecordState.REJECTED),
        remarks=issues(session, batch_id, RecordState.WARNING),
        status=batch.status,
        seconds=seconds,
    )


def _decimals(sums: dict[str, str]) -> dict[str, Any]:
    return {name: Decimal(value) for name, value in sums.items()}


def issues(session: Session, batch_id: int, state: RecordState) -> list[RowIssue]:
    records = session.scalars(
        sa.select(ImportRecord)
        .where(ImportRecord.batch_id == batch_id, ImportRecord.state == state)
        .order_by(ImportRecord.row_no)
        .limit(ISSUE_LIMIT)
    )
    return [RowIssue(record.row_no, **issue) for record in records for issue in record.issues]


def rejected_rows(session: Session, batch_id: int) -> tuple[list[str], list[tuple[list[str], str]]]:
    """The file's header, and cells with their reasons for every rejected row."""
    batch = session.get_one(ImportBatch, batch_id)
    records = session.scalars(
        sa.select(ImportRecord)
        .where(ImportRecord.batch_id == batch_id, ImportRecord.state == RecordState.REJECTED)
        .order_by(ImportRecord.row_no)
    )
    rows = [(r.cells, "; ".join(issue["message"] for issue in r.issues)) for r in records]
    return batch.header, rows


def raw_cells(session: Session, batch_id: int, row: int) -> list[tuple[str, str]]:
    """The cells of one record exactly as the file had them, beside their headers."""
    chunk = session.scalars(
        sa.select(ImportChunk)
        .where(ImportChunk.batch_id == batch_id, ImportChunk.first_row <= row)
        .order_by(ImportChunk.first_row.desc())
        .limit(1)
    ).first()
    if chunk is None:
        return []
    cells = record_cells(chunk.first_row, chunk.offsets, chunk.data, row)
    header = session.get_one(ImportBatch, batch_id).header
    return list(zip(header, cells, strict=False))


@dataclass(frozen=True, slots=True)
class NewBatch:
    """What is known of a batch before its first row."""

    file_name: str
    file_size: int
    format: str
    header: list[str]
    parse_settings: dict[str, Any]


def open_batch(session: Session, new: NewBatch) -> int:
    batch = ImportBatch(
        file_name=new.file_name,
        file_size=new.file_size,
        format=new.format,
        header=new.header,
        parse_settings=new.parse_settings,
        status=BatchStatus.RUNNING,
    )
    session.add(batch)
    session.flush()  # the id is needed
    return batch.id


def end_batch(session: Session, batch_id: int, status: BatchStatus, error: str | None) -> None:
    """Records that nothing of the batch was kept, and why."""
    batch = session.get_one(ImportBatch, batch_id)
    batch.status = status
    batch.error = error
    batch.finished_at = sa.func.now()


def delete_batch(session: Session, batch_id: int) -> None:
    session.execute(sa.delete(ImportBatch).where(ImportBatch.id == batch_id))


def close_interrupted(session: Session) -> int:
    """Marks batches whose importer is gone: it held an advisory lock for as long as it lived."""
    running = session.scalars(
        sa.select(ImportBatch).where(ImportBatch.status == BatchStatus.RUNNING)
    ).all()
    gone = [
        batch
        for batch in running
        if session.scalar(sa.func.pg_try_advisory_xact_lock(IMPORT_LOCK, batch.id))
    ]
    for batch in gone:
        batch.status = BatchStatus.INTERRUPTED
        batch.finished_at = sa.func.now()
        batch.error = "The app was ended during this import; nothing of it was kept."
    return len(gone)
