"""The database as users meet it: its state, and tables as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db import schema
from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import export
from soleflip_desktop.domain.errors import UserError


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """`revision` is None for a database without our tables; `size` is in bytes."""

    server_version: str
    revision: str | None
    newest_revision: str
    size: int


class SystemService:
    """What is asked of the database as a whole."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def status(self) -> DatabaseStatus:
        return await self._database.read(_status)

    async def export(self, table: str, path: Path) -> int:
        """Writes a table of `export.TABLES` as CSV; returns the number of bytes.

        Raises UserError for a table that is not one of them, and where the file cannot be
        written. A file is complete or not there.
        """
        if table not in export.TABLES:
            msg = f"There is no export of {table}; choose one of {', '.join(export.TABLES)}."
            raise UserError(msg)
        return await self._database.read(_export, table, path)


def _status(session: Session) -> DatabaseStatus:
    version = session.scalar(sa.text("SHOW server_version"))
    size = session.scalar(sa.text("SELECT pg_database_size(current_database())"))
    revision = schema.current_revision(session.connection())
    return DatabaseStatus(str(version), revision, schema.HEAD, int(size or 0))


def _export(session: Session, table: str, path: Path) -> int:
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("wb") as file:
            size = sum(file.write(piece) for piece in export.csv_pieces(session, table))
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        msg = f"{path}: cannot be written ({error.strerror})."
        raise UserError(msg) from error
    return size
