"""Import batches: their life, their rows and their raw text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import ImportBatch, ImportChunk, ImportRecord
from soleflip_desktop.db.queries.import_plans import plan_to_json
from soleflip_desktop.db.queries.raw import record_cells
from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.integration import (
    ISSUE_LIMIT,
    BatchRow,
    BatchStatus,
    CurrencyTotals,
    ImportResult,
    IssueGroup,
    RecordState,
    RowIssue,
)

#: First key of the advisory lock that a running import holds; the second is its batch.
IMPORT_LOCK = 0x1A90
#: Key of the lock under which one import at a time matches and writes.
WRITE_LOCK = 0x1A91


def batches(session: Session, limit: int = 500) -> list[BatchRow]:
    found = session.scalars(sa.select(ImportBatch).order_by(ImportBatch.id.desc()).limit(limit))
    return [_batch_row(batch) for batch in found]


def _batch_row(batch: ImportBatch) -> BatchRow:
    return BatchRow(
        id=batch.id,
        file=batch.file_name,
        format=batch.format,
        title=batch.title or batch.format,
        target=batch.target,
        status=batch.status,
        started_at=batch.started_at,
        finished_at=batch.finished_at,
        rows=batch.rows,
        imported=batch.imported,
        changed=batch.changed,
        duplicates=batch.duplicates,
        rejected=batch.rejected,
        conflicts=batch.conflicts,
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
        format=batch.format,
        title=batch.title or batch.format,
        target=batch.target,
        rows=batch.rows,
        imported=batch.imported,
        changed=batch.changed,
        unchanged=batch.unchanged,
        duplicates=batch.duplicates,
        rejected=batch.rejected,
        conflicts=batch.conflicts,
        skipped=batch.skipped,
        warnings=batch.warnings,
        totals=_totals(batch.totals),
        file_totals=_totals(batch.file_totals),
        issues=issues(session, batch_id, RecordState.REJECTED, RecordState.CONFLICT),
        remarks=issues(session, batch_id, RecordState.WARNING),
        status=batch.status,
        seconds=seconds,
    )


def _totals(stored: dict[str, dict[str, str]]) -> dict[str, CurrencyTotals]:
    return {
        code: CurrencyTotals(**{name: Decimal(value) for name, value in sums.items()})
        for code, sums in stored.items()
    }


def issues(session: Session, batch_id: int, *states: RecordState) -> list[RowIssue]:
    records = session.scalars(
        sa.select(ImportRecord)
        .where(ImportRecord.batch_id == batch_id, ImportRecord.state.in_(states))
        .order_by(ImportRecord.row_no)
        .limit(ISSUE_LIMIT)
    )
    return [RowIssue(record.row_no, **issue) for record in records for issue in record.issues]


def rejected_rows(session: Session, batch_id: int) -> tuple[list[str], list[tuple[list[str], str]]]:
    """The file's header, and cells with their reasons for every row that did not go in."""
    batch = session.get_one(ImportBatch, batch_id)
    records = session.scalars(
        sa.select(ImportRecord)
        .where(ImportRecord.batch_id == batch_id, ImportRecord.state != RecordState.WARNING)
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
    batch = session.get_one(ImportBatch, batch_id)
    delimiter = batch.parse_settings.get("dialect", {}).get("delimiter", ",")
    cells = record_cells(chunk.first_row, chunk.offsets, chunk.data, row, delimiter)
    return list(zip(batch.header, cells, strict=False))


#: Rows with the same column, code and message shape are mended alike; values show what differs.
GROUPS = """
SELECT i.issue ->> 'column', i.issue ->> 'code', min(i.issue ->> 'message'), count(*),
    (array_agg(DISTINCT r.row_no))[1:20]
FROM integration.import_record r CROSS JOIN jsonb_array_elements(r.issues) AS i (issue)
WHERE r.batch_id = :batch AND r.state <> 'warning'
GROUP BY 1, 2 ORDER BY 4 DESC, 1, 2
"""
GROUP_VALUES = """
SELECT i.issue ->> 'value', count(*)
FROM integration.import_record r CROSS JOIN jsonb_array_elements(r.issues) AS i (issue)
WHERE r.batch_id = :batch AND r.state <> 'warning' AND i.issue ->> 'column' = :column
    AND i.issue ->> 'code' = :code
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20
"""


def issue_groups(session: Session, batch_id: int) -> list[IssueGroup]:
    """What is wrong, by remedy: the most frequent first."""
    groups = []
    for column, code, message, count, rows in session.execute(sa.text(GROUPS), {"batch": batch_id}):
        keys = {"batch": batch_id, "column": column, "code": code}
        values = session.execute(sa.text(GROUP_VALUES), keys)
        pairs = tuple((value, number) for value, number in values)
        groups.append(IssueGroup(column, code, message, count, pairs, tuple(rows)))
    return groups


@dataclass(frozen=True, slots=True)
class NewBatch:
    """What is known of a batch before its first row. A draft keeps the `path` of its file."""

    file_name: str
    file_size: int
    plan: ImportPlan
    path: str | None = None


def open_batch(session: Session, new: NewBatch) -> int:
    """Running until it is done; a check becomes a draft then."""
    plan = new.plan
    batch = ImportBatch(
        file_name=new.file_name,
        file_size=new.file_size,
        format=plan.profile,
        title=plan.title,
        target=plan.target,
        header=list(plan.header),
        parse_settings=plan_to_json(plan) | ({"path": new.path} if new.path else {}),
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
