"""The rows that a batch keeps of its file, as a stream: what was checked is what is written."""

from __future__ import annotations

import dataclasses

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import import_drafts
from soleflip_desktop.domain.import_plan import ImportPlan


class StoredRows:
    """UTF-8 bytes of all records, without the header; `plan` leaves out what an undo kept."""

    def __init__(self, database: Database, batch: import_drafts.StoredBatch) -> None:
        self._database = database
        self._batch = batch
        self._next = 0
        self.name = batch.file
        self.bytes_total = batch.size
        self.sha256 = batch.sha256
        self.stream = self

    @classmethod
    def of(cls, database: Database, batch_id: int) -> StoredRows:
        """Raises NotFoundError."""
        with database.session(read_only=True) as session:
            return cls(database, import_drafts.stored_batch(session, batch_id))

    @property
    def plan(self) -> ImportPlan:
        kept = self._batch.kept_rows
        plan = self._batch.plan
        return dataclasses.replace(plan, skipped_rows=(*plan.skipped_rows, *kept))

    @property
    def bytes_done(self) -> int:
        """In proportion to the chunks: the file's own bytes are not read again."""
        return self.bytes_total * self._next // max(1, len(self._batch.chunks))

    def read(self, size: int, /) -> bytes:
        """At least `size` bytes, if there are as many."""
        pieces: list[bytes] = []
        with self._database.session(read_only=True) as session:
            while self._next < len(self._batch.chunks) and sum(map(len, pieces)) < size:
                first_row = self._batch.chunks[self._next]
                pieces.append(import_drafts.chunk_text(session, self._batch.id, first_row))
                self._next += 1
        return b"".join(pieces)

    def close(self) -> None:
        """Nothing is held open."""
