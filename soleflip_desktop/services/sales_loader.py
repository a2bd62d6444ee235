"""Loads one file of sales: everything of it in one transaction, or nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import import_sales as statements
from soleflip_desktop.db.queries import import_stage as stage
from soleflip_desktop.db.queries import integration, rebuild
from soleflip_desktop.domain.cancellation import CancelledWork, CancelToken
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.integration import (
    ISSUE_LIMIT,
    REMARK_LIMIT,
    BatchStatus,
    CurrencyTotals,
    ImportPhase,
    ImportProgress,
    ImportRequest,
    ImportResult,
    RecordState,
    RowIssue,
)
from soleflip_desktop.domain.read_ahead import read_ahead
from soleflip_desktop.domain.staging import RejectedRow, SalesReader, StagedChunk

Report = Callable[[ImportProgress], None]
#: First key of the advisory lock under which one import at a time writes.
WRITE_LOCK = 0x1A91

#: Counted in full where they arise; the others as far as they are listed.
COUNTED_REMARKS = {"unitemised_charge", "differs_from_stored"}
REMARK_MESSAGES = {
    "differs_from_stored": "Order {value} is stored with other figures (payout {detail}); the "
    "stored ones were kept.",
    "unitemised_charge": "The fees do not explain the payout: {detail} was booked as an "
    "unitemised charge.",
    "payout_total": "The transfer says {value}, its orders in this file add up to {detail}.",
    "uncertain_size": "The size “{value}” is not certain ({detail} rows); please look at it.",
}


class _DryRunDone(Exception):  # noqa: N818  (not an error: it undoes a dry run)
    """Leaves the transaction of a dry run."""


class SalesLoader:
    """Takes the chunks of a `SalesReader` into the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(
        self, reader: SalesReader, request: ImportRequest, report: Report, token: CancelToken
    ) -> ImportResult:
        """Imports all good rows of the file; the rest is in the result with its reasons.

        Raises FileImportError where the file cannot be read to its end: nothing is kept then.
        """
        name = reader.name
        result = ImportResult(None, name, reader.format, dry_run=request.dry_run)
        started = time.monotonic()
        with self._database.session() as session:
            result.batch_id = integration.open_batch(
                session,
                integration.NewBatch(
                    file_name=name,
                    file_size=reader.bytes_total,
                    format=reader.format,
                    header=list(reader.header),
                    parse_settings={"encoding": reader.encoding},
                ),
            )
        try:
            with self._database.bulk() as connection:
                token.interrupt_with(connection.cancel)
                _Load(self._database, connection, reader, result, report, token).run()
                self._keep(request)
        except _DryRunDone:
            self._forget(result)
        except CancelledWork:
            result.status = BatchStatus.CANCELLED
            self._end(result, "Cancelled; nothing of this file was kept.")
        except Exception as error:
            result.status = BatchStatus.FAILED
            known = isinstance(error, UserError)
            self._end(result, str(error) if known else "The importer failed; see the log.")
            raise
        finally:
            token.interrupt_with(None)
        result.seconds = time.monotonic() - started
        return result

    @staticmethod
    def _keep(request: ImportRequest) -> None:
        """A dry run does all of the work and then leaves its transaction."""
        if request.dry_run:
            raise _DryRunDone

    def _end(self, result: ImportResult, reason: str) -> None:
        if result.batch_id is not None:
            with self._database.session() as session:
                integration.end_batch(session, result.batch_id, result.status, reason)

    def _forget(self, result: ImportResult) -> None:
        """A dry run leaves no batch behind."""
        if result.batch_id is not None:
            with self._database.session() as session:
                integration.delete_batch(session, result.batch_id)
            result.batch_id = None


@dataclass(slots=True)
class _Load:
    """One load under way, inside its transaction."""

    database: Database
    connection: psycopg.Connection[Any]
    reader: SalesReader
    result: ImportResult
    report: Report
    token: CancelToken
    started: float = 0.0
    last_row: int = 0
    bytes_done: int = 0

    def run(self) -> None:
        self.started = time.monotonic()
        try:
            self._read()
            keys = self._match()
            self._write(keys)
        except psycopg.errors.QueryCanceled:
            self.token.check()
            raise
        self._tell(ImportPhase.DONE)

    @property
    def batch_id(self) -> int:
        if self.result.batch_id is None:
            raise RuntimeError("the batch is not open")
        return self.result.batch_id

    def _read(self) -> None:
        stage.lock_batch(self.connection, integration.IMPORT_LOCK, self.batch_id)
        stage.create_stage(self.connection)
        with closing(read_ahead(self.reader.chunks(), "checker")) as chunks:
            for chunk in chunks:
                self.token.check()
                self._store(chunk)
                self._tell(ImportPhase.READING)

    def _store(self, chunk: StagedChunk) -> None:
        stage.copy_sales(self.connection, chunk.sales)
        stage.copy_raw(self.connection, self.batch_id, chunk.raw)
        self._reject(chunk.rejected)
        self.result.rows += chunk.rows
        self.last_row = max(self.last_row, *(raw.last_row for raw in chunk.raw), 0)
        self.bytes_done = chunk.bytes_done

    def _reject(self, rows: list[RejectedRow]) -> None:
        if not rows:
            return
        stage.copy_records(self.connection, self.batch_id, RecordState.REJECTED, rows)
        self.result.rejected += len(rows)
        for row in rows:
            if len(self.result.issues) < ISSUE_LIMIT:
                self.result.issues += row.issues

    def _match(self) -> statements.LoadKeys:
        """Numbers the new rows and sorts out those that are known already."""
        self._tell(ImportPhase.MATCHING)
        stage.copy_catalog(self.connection, self.reader.products, self.reader.variants)
        with self.database.bulk() as other:
            item_base = statements.reserve_ids(other, "inventory.item", self.last_row)
            order_base = statements.reserve_ids(other, "transactions.order", self.last_row)
        stage.lock_writing(self.connection, WRITE_LOCK)
        statements.prepare(self.connection)
        account = statements.platform_account(
            self.connection, self.reader.platform, self.reader.account
        )
        duplicates = statements.find_duplicates(self.connection, account)
        self._reject([self._conflict(row, number) for row, number in duplicates.conflicting])
        self.result.issues.sort(key=lambda issue: issue.row)
        self.result.duplicates = duplicates.skipped
        self.result.warnings += duplicates.changed
        return statements.LoadKeys(self.batch_id, account, item_base, order_base)

    def _conflict(self, row: int, number: str) -> RejectedRow:
        message = f"Order {number} stands twice in this file with different figures."
        column = self.reader.headers["external_id"]
        issue = RowIssue(row, column, number, "conflicting_duplicate", message)
        return RejectedRow(row, stage.raw_record(self.connection, self.batch_id, row), [issue])

    def _write(self, keys: statements.LoadKeys) -> None:
        self._tell(ImportPhase.WRITING)
        new = self.result.rows - self.result.duplicates - self.result.rejected
        if rebuild.is_worthwhile(self.connection, new):
            with rebuild.without_indexes(self.connection):
                self._insert(keys)
                self._tell(ImportPhase.INDEXING)
            rebuild.announce(self.connection)
        else:
            self._insert(keys)
        self._sum_up()
        self._remark(keys)
        items = (keys.item_base + 1, keys.item_base + self.last_row)
        statements.finish_batch(self.connection, self.result, self.reader.sha256, items)
        if new >= rebuild.REBUILD_ROWS:
            statements.analyse(self.connection)

    def _insert(self, keys: statements.LoadKeys) -> None:
        statements.resolve_catalog(self.connection)
        statements.insert_sales(self.connection, keys)

    def _sum_up(self) -> None:
        for currency, rows, *sums, unitemised in statements.sale_totals(self.connection):
            gross, charges, payout, residual = (value or Decimal(0) for value in sums)
            self.result.totals[currency] = CurrencyTotals(gross, charges, payout, residual)
            self.result.imported += rows
            self.result.warnings += unitemised

    def _remark(self, keys: statements.LoadKeys) -> None:
        found = statements.remarks(self.connection, keys, self.reader.headers, REMARK_LIMIT)
        rows: dict[int, RejectedRow] = {}
        for code, row, column, value, detail in found:
            message = REMARK_MESSAGES[code].format(value=value, detail=detail)
            issue = RowIssue(row, column, value, code, message)
            rows.setdefault(row, RejectedRow(row, [], [])).issues.append(issue)
            self.result.warnings += code not in COUNTED_REMARKS
        self.result.remarks = [issue for row in rows.values() for issue in row.issues]
        stage.copy_records(self.connection, self.batch_id, RecordState.WARNING, rows.values())

    def _tell(self, phase: ImportPhase) -> None:
        self.token.check()
        self.report(
            ImportProgress(
                phase=phase,
                bytes_done=self.bytes_done,
                bytes_total=self.reader.bytes_total,
                rows=self.result.rows,
                rejected=self.result.rejected,
                seconds=time.monotonic() - self.started,
            )
        )
