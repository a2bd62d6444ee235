"""Loads one file: everything of it in one transaction, or nothing. Checks it without writing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import import_drafts, integration
from soleflip_desktop.domain.cancellation import CancelledWork, CancelToken
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.integration import (
    BatchStatus,
    ImportAction,
    ImportProgress,
    ImportRequest,
    ImportResult,
)
from soleflip_desktop.domain.staging import TableReader
from soleflip_desktop.services.import_load import Load
from soleflip_desktop.services.stored_rows import StoredRows

Report = Callable[[ImportProgress], None]


class _DryRunDone(Exception):  # noqa: N818  (not an error: it undoes a dry run)
    """Leaves the transaction of a dry run."""


@dataclass(frozen=True, slots=True)
class ImportLoader:
    """Takes the chunks of a `TableReader` into the database."""

    database: Database

    def stored(self, batch_id: int) -> StoredRows:
        """The rows that a batch keeps of its file. Raises NotFoundError."""
        return StoredRows.of(self.database, batch_id)

    def load(
        self, reader: TableReader, request: ImportRequest, report: Report, token: CancelToken
    ) -> ImportResult:
        """Imports all good rows of the file, or checks them; the rest is in the result.

        Raises FileImportError where the file cannot be read to its end: nothing is kept then.
        """
        plan = reader.plan
        result = ImportResult(
            None, reader.name, plan.profile, plan.title, plan.target, dry_run=request.dry_run
        )
        started = time.monotonic()
        result.batch_id = self._open(reader, request)
        try:
            with self.database.bulk() as connection:
                token.interrupt_with(connection.cancel)
                Load(
                    self.database,
                    connection,
                    reader,
                    request=request,
                    result=result,
                    report=report,
                    token=token,
                ).run()
                self._keep(request)
        except _DryRunDone:
            self._forget(result)
        except CancelledWork:
            result.status = BatchStatus.CANCELLED
            self._end(request, result, "Cancelled; nothing of this file was kept.")
        except Exception as error:
            result.status = BatchStatus.FAILED
            known = isinstance(error, UserError)
            self._end(request, result, str(error) if known else "The importer failed; see the log.")
            raise
        finally:
            token.interrupt_with(None)
        result.seconds = time.monotonic() - started
        return result

    def _open(self, reader: TableReader, request: ImportRequest) -> int:
        """A new batch; a draft or an undone one goes on under its own number."""
        with self.database.session() as session:
            if request.of_stored_rows:
                return import_drafts.reopen(session, request.batch_id or 0, request.action)
            if request.batch_id is not None:
                import_drafts.discard(session, request.batch_id)
            return integration.open_batch(
                session,
                integration.NewBatch(
                    file_name=reader.name,
                    file_size=reader.bytes_total,
                    plan=reader.plan,
                    path=request.path if request.action is ImportAction.CHECK else None,
                ),
            )

    @staticmethod
    def _keep(request: ImportRequest) -> None:
        """A dry run does all of the checking and then leaves its transaction."""
        if request.dry_run:
            raise _DryRunDone

    def _end(self, request: ImportRequest, result: ImportResult, reason: str) -> None:
        """A file leaves a batch that says why; a draft and an undone batch stay what they were."""
        if result.batch_id is None or request.of_stored_rows:
            return
        if request.action is ImportAction.CHECK:
            self._forget(result)
            return
        with self.database.session() as session:
            integration.end_batch(session, result.batch_id, result.status, reason)

    def _forget(self, result: ImportResult) -> None:
        """A dry run and a broken check leave no batch behind."""
        if result.batch_id is not None:
            with self.database.session() as session:
                integration.delete_batch(session, result.batch_id)
            result.batch_id = None
