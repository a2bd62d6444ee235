"""A database cluster on disk: where it lies, making it, and reaching the server that serves it.

The driver is imported where a server is reached: a start launches the server before anything else,
and the window opens while both work.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from soleflip_desktop.db.embedded.account import Account, give_to
from soleflip_desktop.db.embedded.binaries import MAJOR_VERSION, tool
from soleflip_desktop.db.embedded.config import DATABASE, ROLE
from soleflip_desktop.db.embedded.failures import tool_failure
from soleflip_desktop.db.embedded.folders import new_folder
from soleflip_desktop.db.embedded.process import environment
from soleflip_desktop.domain.errors import DatabaseTooNewError, DatabaseUnavailableError
from soleflip_desktop.settings.paths import DataFolder

if TYPE_CHECKING:
    import psycopg

_INIT_PREFIX = "pgdata.init-"
_INIT_TIMEOUT_S = 300
_CREATE_NO_WINDOW = 0x08000000 if sys.platform == "win32" else 0


class StillLockedError(Exception):
    """The server did not start: by postmaster.pid, another one serves the cluster."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One data folder's cluster. `home` is the data folder, or root's substitute for it."""

    folder: DataFolder
    home: Path
    log: Path
    install: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.home / "pgdata"


@dataclass(frozen=True, slots=True)
class Address:
    """How to reach a running server: a socket folder and its owner, or a port and a password."""

    host: str
    port: int
    password: str | None = None
    socket_owner: str | None = None

    def url(self) -> str:
        """For SQLAlchemy. On Windows it holds the password: never log it."""
        from sqlalchemy import URL  # noqa: PLC0415  (see the module's docstring)

        url = URL.create(
            "postgresql+psycopg",
            username=ROLE,
            password=self.password,
            port=self.port,
            database=DATABASE,
            query={"host": self.host, **self._checks()},
        )
        return url.render_as_string(hide_password=False)

    def connect(self) -> psycopg.Connection | None:
        """None: nobody answers there."""
        import psycopg  # noqa: PLC0415  (see the module's docstring)
        from psycopg.conninfo import make_conninfo  # noqa: PLC0415

        target = make_conninfo(
            host=self.host,
            port=self.port,
            user=ROLE,
            password=self.password,
            dbname="postgres",
            connect_timeout=5,
            **self._checks(),
        )
        try:
            return psycopg.connect(target, autocommit=True)
        except psycopg.OperationalError:
            return None

    def _checks(self) -> dict[str, str]:
        """What keeps an impostor on the same socket or port from being taken for the server."""
        if self.socket_owner is not None:
            return {"requirepeer": self.socket_owner}
        return {"require_auth": "scram-sha-256"}


def ensure_cluster(cluster: Cluster, auth: AbstractContextManager[list[str]]) -> None:
    """Make the cluster unless it is there; refuse one that these programs cannot serve.

    `auth` gives initdb its arguments for authentication and is entered only when it runs.
    """
    version_file = cluster.data / "PG_VERSION"
    if not version_file.exists():
        _create(cluster, auth)
        return
    found = int(version_file.read_text(encoding="ascii"))
    if found > MAJOR_VERSION:
        raise DatabaseTooNewError(
            f"The database in {cluster.folder.root} was made by a newer SoleFlip Desktop "
            f"(PostgreSQL {found}, this one has {MAJOR_VERSION}). Install the newer version.",
        )
    if found < MAJOR_VERSION:
        raise DatabaseUnavailableError(
            f"The database in {cluster.folder.root} is of PostgreSQL {found}; this version of "
            f"SoleFlip Desktop needs {MAJOR_VERSION}. Back it up with the version that made it, "
            "then restore the backup into an empty data folder.",
        )


def _create(cluster: Cluster, auth: AbstractContextManager[list[str]]) -> None:
    """Make it beside its final place and rename: a killed initdb leaves nothing half done."""
    if cluster.data.exists() and any(cluster.data.iterdir()):
        raise DatabaseUnavailableError(
            f"The folder {cluster.data} is not empty and holds no database. "
            "Move it away and start SoleFlip Desktop again.",
        )
    for left in cluster.home.glob(f"{_INIT_PREFIX}*"):
        shutil.rmtree(left, ignore_errors=True)
    temporary = new_folder(cluster.home, _INIT_PREFIX)
    try:
        give_to(cluster.account, temporary)
        with auth as arguments:
            _initdb(cluster, temporary, arguments)
        if cluster.data.exists():
            cluster.data.rmdir()
        temporary.rename(cluster.data)
        _sync_folder(cluster.home)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _initdb(cluster: Cluster, target: Path, auth: list[str]) -> None:
    arguments = ["-D", str(target), "-U", ROLE, "--encoding=UTF8", "--data-checksums"]
    # The same sorting on all systems, and nothing of the host's locale, which initdb may not grasp.
    arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    arguments += ["-c", "timezone=UTC", "-c", "log_timezone=UTC", "--no-instructions", *auth]
    result = run_tool(cluster, "initdb", arguments, timeout_s=_INIT_TIMEOUT_S)
    if result.returncode != 0:
        root = cluster.folder.root
        raise tool_failure(root, "The database could not be made", result.stdout)


def run_tool(
    cluster: Cluster,
    name: str,
    arguments: list[str],
    *,
    timeout_s: float,
) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs to its end; what it says is in `stdout`.

    A file takes it, as a pipe would be inherited by a server that pg_ctl starts and never close.
    """
    account = cluster.account
    with tempfile.TemporaryFile() as output, _in_time(cluster.folder.root, name):
        code = subprocess.run(  # noqa: S603 - our own programs
            [tool(cluster.install, name), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cluster.install.anchor,  # ours may be closed to the account
            env=environment(),
            timeout=timeout_s,
            check=False,
            creationflags=_CREATE_NO_WINDOW,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        ).returncode
        output.seek(0)
        text = output.read().decode("utf-8", errors="replace")
    return subprocess.CompletedProcess([name], code, text)


@contextmanager
def _in_time(root: Path, name: str) -> Iterator[None]:
    try:
        yield
    except subprocess.TimeoutExpired as error:
        raise DatabaseUnavailableError(
            f"The database in {root} is not ready: {name} took longer than {error.timeout:.0f} "
            "seconds. Check the disk and try again.",
        ) from error


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def ensure_database(cluster: Cluster, connection: psycopg.Connection) -> None:
    import psycopg  # noqa: PLC0415  (see the module's docstring)
    from psycopg import sql  # noqa: PLC0415

    query = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s)"
    try:
        row = connection.execute(query, [DATABASE]).fetchone()
        if row != (True,):
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    except psycopg.Error as error:
        root = cluster.folder.root
        raise tool_failure(root, "The database could not be made", str(error)) from error
