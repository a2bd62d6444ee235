"""The schema's version: compare, upgrade under a lock, refuse what a newer app has written.

Alembic is imported only when the versions differ: its import costs more than everything else
that a start does with the database (performance.md E).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import sqlalchemy as sa

from soleflip_desktop.domain.errors import DatabaseTooNewError
from soleflip_desktop.resources import data_path

if TYPE_CHECKING:
    from alembic.config import Config

#: The newest revision in `migrations/versions`; a test compares the two.
HEAD = "20261123_2200"
OLDEST_SERVER = 150000


def current_revision(connection: sa.Connection) -> str | None:
    """None: the database holds no schema of ours yet."""
    if connection.scalar(sa.text("SELECT to_regclass('public.alembic_version')")) is None:
        return None
    revision: str | None = connection.scalar(
        sa.text("SELECT version_num FROM public.alembic_version")
    )
    return revision


def is_current(engine: sa.Engine) -> bool:
    with engine.connect() as connection:
        return current_revision(connection) == HEAD


def upgrade(engine: sa.Engine, before: Callable[[str], None] | None = None) -> bool:
    """Brings the schema to HEAD; returns whether anything was done.

    `before` is called with the revision of a schema of ours that is about to be changed.
    Raises DatabaseTooNewError for a revision this version does not know, and for a server older
    than PostgreSQL 15.
    """
    with engine.connect() as connection:
        version = int(connection.scalar(sa.text("SHOW server_version_num")) or 0)
        if version < OLDEST_SERVER:
            msg = f"PostgreSQL 15 or later is needed; the server is version {version // 10000}."
            raise DatabaseTooNewError(msg)
        revision = current_revision(connection)
        if revision == HEAD:
            return False
        _refuse_unknown(revision)
        connection.rollback()
        if before is not None and revision is not None:
            before(revision)
        migrate(connection, HEAD)
    return True


def migrate(connection: sa.Connection, revision: str) -> None:
    """Moves the schema to `revision`, up or down (`base` removes everything)."""
    from alembic import command  # noqa: PLC0415  (see the module's docstring)

    current = current_revision(connection)
    connection.rollback()
    down = revision == "base" or (current is not None and revision < current)
    (command.downgrade if down else command.upgrade)(alembic_config(connection), revision)


def alembic_config(connection: sa.Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415  (see the module's docstring)

    config = Config()
    # ConfigParser reads % as the start of a reference; paths may hold one.
    config.set_main_option("script_location", str(data_path("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _refuse_unknown(revision: str | None) -> None:
    if revision is None:
        return
    known = {path.name[: len(HEAD)] for path in data_path("migrations").glob("versions/*.py")}
    if revision not in known:
        msg = (
            f"This database was last opened by a newer version of SoleFlip Desktop (schema "
            f"{revision}; this version knows up to {HEAD}). Install the newer version, or open "
            "another database."
        )
        raise DatabaseTooNewError(msg)
