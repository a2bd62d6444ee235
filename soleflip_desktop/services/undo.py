"""Takes a whole import back, in one transaction; what was built on since stays, with its reason."""

from __future__ import annotations

from dataclasses import replace

import psycopg

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import import_undo, integration
from soleflip_desktop.db.queries.import_stage import lock_batch, lock_writing
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.errors import ConflictError
from soleflip_desktop.domain.integration import UndoReport

TOUCHED = Change.of(
    Domain.CATALOG,
    Domain.INVENTORY,
    Domain.TRANSACTIONS,
    Domain.PRICING,
    Domain.SUPPLIERS,
    Domain.SYSTEM,
    Domain.INTEGRATION,
)


class ImportUndo:
    """Undo of completed imports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def preview(self, batch_id: int) -> UndoReport:
        """What an undo would do now; does all of it and leaves nothing. Raises as `undo` does."""
        return await self._database.run(lambda: self._take_back(batch_id, dry_run=True))

    async def undo(self, batch_id: int) -> UndoReport:
        """Restores the state before the import, but for the rows that the report names.

        Raises NotFoundError for a number that no import has, UserError for one that is not
        completed, ConflictError where another record has taken a value that would come back.
        """
        report = await self._database.run(lambda: self._take_back(batch_id, dry_run=False))
        self._database.bus.publish(TOUCHED)
        return report

    def _take_back(self, batch_id: int, *, dry_run: bool) -> UndoReport:
        try:
            with (
                self._database.bulk() as connection,
                connection.transaction(force_rollback=dry_run),
            ):
                # One that runs is refused at once: it holds the batch's lock till it ends.
                import_undo.check_completed(connection, batch_id)
                lock_batch(connection, integration.IMPORT_LOCK, batch_id)
                lock_writing(connection, integration.WRITE_LOCK)
                import_undo.plan_undo(connection, batch_id)
                report = import_undo.apply_undo(connection, batch_id)
        except psycopg.IntegrityError as error:
            reason = error.diag.message_detail or error.diag.message_primary
            msg = (
                f"Import {batch_id} cannot be undone, because another record has taken a value "
                f"that would come back: {reason} Nothing was changed."
            )
            raise ConflictError(msg) from error
        return replace(report, dry_run=dry_run)
