"""The schema's version: compare, upgrade under a lock, refuse what a newer app has written.

Alembic is imported only when the versions differ: its import costs more than everything else
that a start does with the database (performance.md E).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

from soleflip_desktop.domain.errors import DatabaseTooNewError
from soleflip_desktop.resources import data_path

if TYPE_CHECKING:
    from alembic.config import Config

#: The newest revision in `migrations/versions`; a test compares the two.
HEAD = "20261123_2200"
OLDEST_SERVER = 150000
#: Any fixed number: two desktops upgrading one database wait for each other. `migrations/env.py`
#: takes it too, for whoever migrates without `upgrade`; its holder gets it there once more.
UPGRADE_LOCK = 0x50_1E_F1_1B


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

    `before` is called with the revision of a schema of ours that is about to be changed; what it
    raises leaves the schema as it is. Of several processes one does the work, the others wait.
    Raises DatabaseTooNewError for a revision this version does not know, and for a server older
    than PostgreSQL 15.
    """
    with engine.connect() as connection:
        version = int(connection.scalar(sa.text("SHOW server_version_num")) or 0)
        if version < OLDEST_SERVER:
            msg = f"PostgreSQL 15 or later is needed; the server is version {version // 10000}."
            raise DatabaseTooNewError(msg)
        if _known_revision(connection) == HEAD:
            return False
        with _upgrading(connection):
            # Another process may have done it all while this one waited.
            revision = _known_revision(connection)
            if revision == HEAD:
                return False
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


@contextmanager
def _upgrading(connection: sa.Connection) -> Iterator[None]:
    """One process at a time, from the copy of the old books to the last migration.

    The lock is the session's: no transaction is open meanwhile that could hold up pg_dump or a
    migration.
    """
    # Whoever is at work may copy and change a million rows first; who hangs is not waited for.
    connection.execute(sa.text("SET LOCAL lock_timeout = '10min'"))
    connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": UPGRADE_LOCK})
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": UPGRADE_LOCK})
        connection.commit()


def _known_revision(connection: sa.Connection) -> str | None:
    """The current one, outside of any transaction. Raises DatabaseTooNewError."""
    revision = current_revision(connection)
    connection.rollback()
    if revision not in {None, HEAD}:
        _refuse_unknown(revision)
    return revision


def _refuse_unknown(revision: str | None) -> None:
    known = {path.name[: len(HEAD)] for path in data_path("migrations").glob("versions/*.py")}
    if revision not in known:
        msg = (
            f"This database was last opened by a newer version of SoleFlip Desktop (schema "
            f"{revision}; this version knows up to {HEAD}). Install the newer version, or open "
            "another database."
        )
        raise DatabaseTooNewError(msg)
