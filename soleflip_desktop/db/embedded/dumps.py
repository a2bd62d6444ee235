"""Whole databases as files and back, by the pg_dump and pg_restore that come with the server.

The connection goes to the programs in their own environment, the password of Windows too: a command
line is open to every user of the computer, an environment is not, and a password file would lie on
the disk. The dump itself goes through their standard input and output, so that no path, whatever
its letters, is theirs to understand.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from psycopg import pq

from soleflip_desktop.db.embedded.binaries import find_install, tool
from soleflip_desktop.db.embedded.failures import tool_failure, translated
from soleflip_desktop.db.embedded.process import environment
from soleflip_desktop.domain.errors import DatabaseUnavailableError

#: A million units take seconds; whoever waits for an hour waits for a broken disk.
LONGEST_S = 3600
#: Ends the name of an unfinished file. One that nobody wrote to for so long is a killed process's.
_PART = ".dump-part"
_ABANDONED_S = 24 * 3600
_CREATE_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)


def dump(url: str, target: Path, *, timeout_s: int = LONGEST_S) -> int:
    """Writes the database of `url` into one compressed file; returns its size in bytes.

    The file is complete or not there. Raises DatabaseUnavailableError: disk full, server gone,
    server newer than our programs.
    """
    # Two processes may copy to one target: each writes a file of its own.
    partial = target.with_name(f".{target.name}.{os.urandom(4).hex()}{_PART}")
    with translated(target.parent):
        _clear_abandoned(target.parent)
        try:
            with partial.open("wb") as file:
                said = _run("pg_dump", ["--format=custom"], url, (None, file), timeout_s)
                os.fsync(file.fileno())  # or a power cut could leave its name and not its bytes
            if said is not None:
                raise tool_failure(target.parent, "The database could not be copied", said)
            size = partial.stat().st_size
            partial.replace(target)
            return size
        finally:
            partial.unlink(missing_ok=True)


def restore(source: Path, url: str, *, timeout_s: int = LONGEST_S) -> None:
    """Reads a file of `dump` into the empty database of `url`: all of it or nothing.

    The schema stays as old as the file: `schema.upgrade` is the next step. Raises
    DatabaseUnavailableError.
    """
    into = f"--dbname={sa.make_url(url).database}"
    options = ["--single-transaction", "--no-owner", "--no-privileges", into]
    with translated(source.parent), source.open("rb") as file:
        said = _run("pg_restore", options, url, (file, None), timeout_s)
    if said is not None:
        raise tool_failure(
            source.parent, f"{source.name} could not be restored from its copy", said
        )


def create_database(url: str, name: str) -> str:
    """Makes an empty database on the server of `url`; returns its own URL."""
    with _server(url) as connection:
        connection.execute(
            sa.text(f"CREATE DATABASE {_quoted(connection, name)} TEMPLATE template0")
        )
    return sa.make_url(url).set(database=name).render_as_string(hide_password=False)


def drop_database(url: str, name: str) -> None:
    """Removes another database of the server of `url`, with whoever is connected to it."""
    with _server(url) as connection:
        connection.execute(sa.text(f"DROP DATABASE {_quoted(connection, name)} WITH (FORCE)"))


def sorting(url: str) -> tuple[str, str, str]:
    """Encoding, locale provider and locale of the database: the same on every system."""
    query = (
        "SELECT pg_encoding_to_char(encoding), datlocprovider::text, datlocale "
        "FROM pg_database WHERE datname = current_database()"
    )
    with _server(url) as connection:
        encoding, provider, locale = connection.execute(sa.text(query)).one()
    return str(encoding), str(provider), str(locale)


def _clear_abandoned(folder: Path) -> None:
    for part in folder.glob(f".*{_PART}"):
        with suppress(OSError):  # another process was faster, or still has it open: no harm
            if time.time() - part.stat().st_mtime > _ABANDONED_S:
                part.unlink()


def _quoted(connection: sa.Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)


@contextmanager
def _server(url: str) -> Iterator[sa.Connection]:
    """Outside of transactions: databases are not made and removed in one."""
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    except sa.exc.OperationalError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise DatabaseUnavailableError(f"The database cannot be used: {reason}") from error


def _run(
    name: str,
    arguments: list[str],
    url: str,
    streams: tuple[IO[bytes] | None, IO[bytes] | None],
    timeout_s: int,
) -> str | None:
    """What the program complains about; None where it succeeded."""
    source, target = streams
    try:
        done = subprocess.run(  # noqa: S603 - our own programs
            [tool(find_install(), name), *arguments],
            stdin=source or subprocess.DEVNULL,
            stdout=target or subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment() | _connection(url),
            timeout=timeout_s,
            check=False,
            creationflags=_CREATE_NO_WINDOW,
        )
    except subprocess.TimeoutExpired:
        return f"{name} took longer than {timeout_s} seconds."
    return None if done.returncode == 0 else done.stderr.decode("utf-8", errors="replace")


def _connection(url: str) -> dict[str, str]:
    """The URL as libpq's environment variables, by its own list of them."""
    given = sa.make_url(url)
    parts = {
        "host": given.host,
        "port": None if given.port is None else str(given.port),
        "user": given.username,
        "password": given.password,
        "dbname": given.database,
        **{key: value for key, value in given.query.items() if isinstance(value, str)},
    }
    known = {
        option.keyword.decode(): option.envvar.decode()
        for option in pq.Conninfo.get_defaults()
        if option.envvar
    }
    return {known[key]: value for key, value in parts.items() if value and key in known}
