"""One load under way, inside its transaction: stage, match, then write or keep a review."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import import_diff, import_drafts, import_outcome, import_review
from soleflip_desktop.db.queries import import_stage as stage
from soleflip_desktop.db.queries.integration import IMPORT_LOCK, WRITE_LOCK
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.integration import (
    ISSUE_LIMIT,
    REMARK_LIMIT,
    BatchStatus,
    ImportAction,
    ImportPhase,
    ImportProgress,
    ImportRequest,
    ImportResult,
    RecordState,
    RowClass,
    RowIssue,
)
from soleflip_desktop.domain.read_ahead import read_ahead
from soleflip_desktop.domain.staging import RejectedRow, StagedChunk, TableReader
from soleflip_desktop.services.import_targets import TargetLoad, target_load

#: Counted in full where they arise; the others as far as they are listed.
COUNTED_REMARKS = {"unitemised_charge", "differs_from_stored"}
REMARK_MESSAGES = {
    "differs_from_stored": "Order {value} is stored with other figures (payout {detail}); the "
    "stored ones were kept.",
    "unitemised_charge": "The fees do not explain the payout: {detail} was booked as an "
    "unitemised charge.",
    "payout_total": "The transfer says {value}, its orders in this file add up to {detail}.",
    "uncertain_size": "The size “{value}” is not certain ({detail} rows); please look at it.",
    "differs_from_computed": "The file states a profit of {value}; payout less cost is {detail}, "
    "which is what the app shows.",
}


class Load:
    """Every step of one load. Its result fills while it runs."""

    def __init__(
        self,
        database: Database,
        connection: psycopg.Connection[Any],
        reader: TableReader,
        *,
        request: ImportRequest,
        result: ImportResult,
        report: Callable[[ImportProgress], None],
        token: CancelToken,
    ) -> None:
        self._database = database
        self._connection = connection
        self._reader = reader
        self._request = request
        self._result = result
        self._report = report
        self._token = token
        self._batch_id = result.batch_id or 0
        self._checking = request.action is ImportAction.CHECK or request.dry_run
        self._started = time.monotonic()
        self._bytes_done = self._last_row = self._sequence = 0
        self._rejected: list[int] = []
        self._skipped: list[int] = []

    def run(self) -> None:
        """Raises CancelledWork, also where a statement was ended because of it."""
        try:
            self._run()
        except psycopg.errors.QueryCanceled:
            self._token.check()
            raise

    def _run(self) -> None:
        connection = self._connection
        stage.lock_batch(connection, IMPORT_LOCK, self._batch_id)
        if self._request.of_stored_rows:
            import_drafts.clear_review(connection, self._batch_id)
        stage.create_stage(connection, self._reader.plan.target)
        self._read()
        target = self._match()
        self._sort_out()
        if not self._checking:
            self._tell(ImportPhase.WRITING)
            target.write(lambda: self._tell(ImportPhase.INDEXING))
        self._sum_up(target)
        self._remark(target)
        if self._checking:
            self._keep_review()
        draft = self._request.action is ImportAction.CHECK
        status = BatchStatus.DRAFT if draft else BatchStatus.COMPLETED
        self._result.status = status
        import_outcome.finish_batch(connection, self._result, status, self._reader.sha256)
        self._tell(ImportPhase.DONE)

    # -- reading -------------------------------------------------------------------------------

    def _read(self) -> None:
        with closing(read_ahead(self._reader.chunks(), "checker")) as chunks:
            for chunk in chunks:
                self._token.check()
                self._store(chunk)
                self._tell(ImportPhase.READING)
        self._result.skipped = len(self._skipped)

    def _store(self, chunk: StagedChunk) -> None:
        stage.copy_rows(self._connection, self._reader.columns, chunk.data)
        if not self._request.of_stored_rows:
            stage.copy_raw(self._connection, self._batch_id, chunk.raw)
        self._refuse(RecordState.REJECTED, chunk.rejected)
        self._skipped += chunk.skipped
        self._result.rows += chunk.rows
        self._last_row = max(self._last_row, *(raw.last_row for raw in chunk.raw), 0)
        self._bytes_done, self._sequence = chunk.bytes_done, max(self._sequence, chunk.sequence)

    def _refuse(self, state: RecordState, rows: list[RejectedRow]) -> None:
        if not rows:
            return
        stage.copy_records(self._connection, self._batch_id, state, rows)
        if state is RecordState.REJECTED:
            self._result.rejected += len(rows)
            self._rejected += [row.row for row in rows]
        else:
            self._result.conflicts += len(rows)
        for row in rows:
            if len(self._result.issues) < ISSUE_LIMIT:
                self._result.issues += row.issues

    # -- matching ------------------------------------------------------------------------------

    def _match(self) -> TargetLoad:
        """Finds what is stored of the rows already, and what they would change there."""
        self._tell(ImportPhase.MATCHING)
        reader, connection = self._reader, self._connection
        stage.copy_catalog(connection, reader.products, reader.variants)
        self._token.check()
        target = target_load(
            self._database,
            connection,
            reader.plan,
            reader.columns,
            batch_id=self._batch_id,
            sequence=self._sequence,
        )
        if not self._checking:
            target.reserve()
        stage.lock_writing(connection, WRITE_LOCK)
        stage.prepare(connection)
        self._token.check()
        target.match()
        self._token.check()
        return target

    def _sort_out(self) -> None:
        """Counts the classes; rows that contradict themselves or the database are told."""
        result = self._result
        for row_class, state, code in (
            (RowClass.REJECTED, RecordState.REJECTED, "conflicting_duplicate"),
            (RowClass.CONFLICT, RecordState.CONFLICT, "conflict"),
        ):
            found = import_outcome.refused_rows(self._connection, row_class)
            self._refuse(state, self._told(found, code))
        result.issues.sort(key=lambda issue: issue.row)
        counts = import_outcome.class_counts(self._connection)
        result.changed = counts.get(RowClass.CHANGED, (0, 0))[0]
        result.unchanged, differing = counts.get(RowClass.UNCHANGED, (0, 0))
        result.duplicates = result.unchanged + counts.get(RowClass.DUPLICATE, (0, 0))[0]
        result.skipped += counts.get(RowClass.SKIPPED, (0, 0))[0]
        result.warnings += differing
        known = result.changed + result.duplicates + result.rejected
        result.imported = result.rows - known - result.conflicts - result.skipped

    def _told(self, found: list[tuple[int, str]], code: str) -> list[RejectedRow]:
        plan = self._reader.plan
        number = plan.column("external_id")
        column = plan.header_of("external_id") if number else ""
        place = number.source if number else None
        cells = import_drafts.raw_cells(
            self._connection, self._batch_id, [row for row, _ in found], plan.dialect.delimiter
        )
        rows = []
        for (row, message), record in zip(found, cells, strict=True):
            value = record[place] if place is not None and place < len(record) else ""
            rows.append(RejectedRow(row, record, [RowIssue(row, column, value, code, message)]))
        return rows

    # -- the outcome ---------------------------------------------------------------------------

    def _sum_up(self, target: TargetLoad) -> None:
        result = self._result
        if not target.has_amounts:
            return
        written, unitemised = import_outcome.totals(self._connection, import_outcome.WRITTEN)
        result.totals = written
        result.warnings += unitemised
        new_only = result.imported + result.skipped == result.rows
        result.file_totals = (
            written
            if new_only
            else import_outcome.totals(self._connection, import_outcome.RECORDS)[0]
        )

    def _remark(self, target: TargetLoad) -> None:
        found = target.remarks(REMARK_LIMIT)
        rows: dict[int, RejectedRow] = {}
        for code, row, column, value, detail in found:
            message = REMARK_MESSAGES[code].format(value=value, detail=detail)
            issue = RowIssue(row, column, value, code, message)
            rows.setdefault(row, RejectedRow(row, [], [])).issues.append(issue)
            self._result.warnings += code not in COUNTED_REMARKS
        rows |= self._told_before()
        self._result.remarks = [issue for row in rows.values() for issue in row.issues]
        stage.copy_records(self._connection, self._batch_id, RecordState.WARNING, rows.values())

    def _told_before(self) -> dict[int, RejectedRow]:
        """The very same file again is no mistake, but worth a word: row 0 is the file itself."""
        found = import_drafts.imported_before(self._connection, self._reader.sha256, self._batch_id)
        if found is None:
            return {}
        batch_id, day = found
        message = f"The same file was imported on {day:%Y-%m-%d %H:%M} UTC, as import {batch_id}."
        issue = RowIssue(0, "", self._reader.name, "imported_before", message)
        return {0: RejectedRow(0, [], [issue])}

    def _keep_review(self) -> None:
        letters = import_review.row_letters(
            self._connection, self._last_row, self._rejected, self._skipped
        )
        import_review.store_letters(self._connection, self._batch_id, letters)
        import_diff.journal_changes(self._connection, self._batch_id)

    def _tell(self, phase: ImportPhase) -> None:
        self._token.check()
        self._report(
            ImportProgress(
                phase=phase,
                bytes_done=self._bytes_done,
                bytes_total=self._reader.bytes_total,
                rows=self._result.rows,
                rejected=self._result.rejected,
                seconds=time.monotonic() - self._started,
            )
        )
