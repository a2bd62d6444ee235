"""Drafts and other batches whose rows are stored: opened again, thrown away, read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
import sqlalchemy as sa
import zstandard
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import ImportBatch, ImportChunk
from soleflip_desktop.db.queries.import_plans import plan_from_json
from soleflip_desktop.db.queries.raw import records_of
from soleflip_desktop.domain.errors import NotFoundError, UserError
from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.integration import BatchStatus, ImportAction

Connection = psycopg.Connection[Any]

#: What a batch must be to be run or redone.
_BEFORE = {ImportAction.RUN: BatchStatus.DRAFT, ImportAction.REDO: BatchStatus.UNDONE}


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A batch as its reader needs it. `chunks` are the first rows of its raw chunks."""

    id: int
    file: str
    size: int
    sha256: str
    plan: ImportPlan
    kept_rows: tuple[int, ...]
    chunks: tuple[int, ...]


def stored_batch(session: Session, batch_id: int) -> StoredBatch:
    """Raises NotFoundError."""
    batch = _batch(session, batch_id)
    chunks = session.scalars(
        sa.select(ImportChunk.first_row)
        .where(ImportChunk.batch_id == batch_id)
        .order_by(ImportChunk.first_row)
    )
    return StoredBatch(
        id=batch.id,
        file=batch.file_name,
        size=batch.file_size,
        sha256=batch.file_sha256 or "",
        plan=plan_from_json(batch.parse_settings),
        kept_rows=tuple(batch.kept_rows),
        chunks=tuple(chunks),
    )


def chunk_text(session: Session, batch_id: int, first_row: int) -> bytes:
    """About a thousand records as the file had them, in UTF-8."""
    chunk = session.get_one(ImportChunk, (batch_id, first_row))
    return zstandard.ZstdDecompressor().decompress(chunk.data)


def reopen(session: Session, batch_id: int, action: ImportAction) -> int:
    """The batch, if it may be run or redone. Raises UserError otherwise."""
    batch = _batch(session, batch_id)
    if batch.status is not _BEFORE[action]:
        wanted = "a draft" if action is ImportAction.RUN else "undone"
        msg = f"Import {batch_id} ({batch.file_name}) is {batch.status}, not {wanted}."
        raise UserError(msg)
    return batch.id


def discard(session: Session, batch_id: int) -> None:
    """Throws a draft away. Raises UserError for a batch that wrote rows."""
    batch = _batch(session, batch_id)
    if batch.status is not BatchStatus.DRAFT:
        msg = f"Import {batch_id} ({batch.file_name}) is {batch.status}; only drafts are discarded."
        raise UserError(msg)
    session.delete(batch)


def _batch(session: Session, batch_id: int) -> ImportBatch:
    batch = session.get(ImportBatch, batch_id)
    if batch is None:
        msg = f"There is no import number {batch_id}."
        raise NotFoundError(msg)
    return batch


def clear_review(connection: Connection, batch_id: int) -> None:
    """A run says anew what it rejects and changes."""
    connection.execute("DELETE FROM integration.import_record WHERE batch_id = %s", (batch_id,))
    connection.execute("DELETE FROM integration.import_change WHERE batch_id = %s", (batch_id,))


def imported_before(
    connection: Connection, sha256: str, batch_id: int
) -> tuple[int, datetime] | None:
    """The newest other import of a file with this content that was not undone."""
    found = connection.execute(
        "SELECT id, started_at FROM integration.import_batch WHERE file_sha256 = %s "
        "AND status = 'completed' AND id <> %s ORDER BY id DESC LIMIT 1",
        (sha256, batch_id),
    ).fetchone()
    return None if found is None else (found[0], found[1])


def raw_cells(
    connection: Connection, batch_id: int, rows: Sequence[int], delimiter: str
) -> list[list[str]]:
    """The cells of ascending rows that this transaction can see; each chunk is unpacked once."""
    return [cells for part in _by_chunk(connection, batch_id, rows, delimiter) for cells in part]


def _by_chunk(
    connection: Connection, batch_id: int, rows: Sequence[int], delimiter: str
) -> Iterator[list[list[str]]]:
    place = 0
    while place < len(rows):
        found = connection.execute(
            "SELECT first_row, offsets, data FROM integration.import_chunk "
            "WHERE batch_id = %s AND first_row <= %s ORDER BY first_row DESC LIMIT 1",
            (batch_id, rows[place]),
        ).fetchone()
        if found is None:
            yield [[]]
            place += 1
            continue
        first, offsets, data = found
        end = place
        while end < len(rows) and rows[end] < first + len(offsets):
            end += 1
        end = max(end, place + 1)
        yield records_of(first, offsets, data, rows[place:end], delimiter)
        place = end
