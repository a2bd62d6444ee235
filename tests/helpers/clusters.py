"""PostgreSQL servers for tests, and databases on them that are cloned from a migrated template."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from soleflip_desktop.db.embedded import EmbeddedServer
from soleflip_desktop.db.schema import upgrade
from soleflip_desktop.settings.paths import DataFolder

#: The suite's core runs on this server instead of the embedded one. Its role may CREATE DATABASE.
SERVER_VARIABLE = "SOLEFLIP_TEST_DATABASE_URL"
OLDEST_MAJOR = 15
#: Tests do not outlive a power cut: nothing waits for the disk.
UNSAFE_BUT_FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


def passable_folder() -> Path:
    """A new folder that the account PostgreSQL runs under may pass, unlike pytest's tmp_path."""
    path = Path(tempfile.mkdtemp(prefix="sf-"))
    path.chmod(0o711)
    return path


@contextmanager
def embedded_server() -> Iterator[str]:
    """The URL of the app's own server on a new data folder."""
    base = passable_folder()
    try:
        with EmbeddedServer(DataFolder(base / "data")) as server:
            url = server.acquire(exclusive=True)
            with maintenance(url) as connection:
                for setting in UNSAFE_BUT_FAST:
                    connection.execute(sa.text(f"ALTER SYSTEM SET {setting}"))
                connection.execute(sa.text("SELECT pg_reload_conf()"))
            yield url
    finally:
        shutil.rmtree(base)


def installed_programs() -> Path | None:
    """The folder of Debian's newest PostgreSQL that we support; None where there is none."""
    found = {
        int(path.parents[1].name): path.parent
        for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")
        if path.parents[1].name.isdecimal()
    }
    newest = max(found, default=0)
    return found[newest] if newest >= OLDEST_MAJOR else None


@contextmanager
def installed_server(programs: Path) -> Iterator[str]:
    """A throw-away cluster of the operating system's PostgreSQL; as `nobody` where we are root."""
    base = passable_folder()
    account = "nobody" if sys.platform != "win32" and os.geteuid() == 0 else None
    data = base / "data"
    data.mkdir(mode=0o700)
    sockets = base / "run"
    sockets.mkdir(mode=0o700)
    if account:
        shutil.chown(data, account)
        shutil.chown(sockets, account)

    def run(*arguments: str | Path) -> None:
        with tempfile.TemporaryFile() as output:  # a pipe would be inherited by the server
            code = subprocess.run(
                arguments, cwd="/", user=account, stdout=output, stderr=output, check=False
            ).returncode
            output.seek(0)
            assert code == 0, output.read().decode(errors="replace")

    options = f"-c listen_addresses='' -c unix_socket_directories='{sockets}' -c fsync=off"
    run(programs / "initdb", "-D", data, "-U", "soleflip", "-E", "UTF8", "--locale=C", "-N")
    run(programs / "pg_ctl", "-D", data, "-l", data / "log", "-w", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://soleflip@/postgres?host={sockets}"
    finally:
        run(programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(base)


@contextmanager
def maintenance(url: str) -> Iterator[sa.Connection]:
    """An autocommit connection, for what no transaction may hold."""
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


class Databases:
    """Databases of one test process on one server."""

    def __init__(self, server: str) -> None:
        self._server = sa.make_url(server)
        self._numbers = itertools.count(1)
        self._prefix = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
        self._template: str | None = None
        self._made: list[str] = []

    def create(self) -> str:
        """The URL of a new database at the newest revision (a clone: some 50 ms)."""
        if self._template is None:
            url = self.create_empty()
            engine = sa.create_engine(url, poolclass=sa.NullPool)
            upgrade(engine)
            self._template = sa.make_url(url).database
        return self._create(f"TEMPLATE {self._template}")

    def create_empty(self) -> str:
        """The URL of a new database without a schema of ours."""
        return self._create("TEMPLATE template0")

    def drop(self, url: str) -> None:
        name = sa.make_url(url).database
        assert name in self._made
        self._made.remove(name)
        with maintenance(self._text(self._server)) as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))

    def close(self) -> None:
        for name in tuple(self._made):
            self.drop(self._text(self._server.set(database=name)))

    def _create(self, option: str) -> str:
        name = f"{self._prefix}_{next(self._numbers)}"
        with maintenance(self._text(self._server)) as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} {option}"))
        self._made.append(name)
        return self._text(self._server.set(database=name))

    @staticmethod
    def _text(url: sa.URL) -> str:
        return url.render_as_string(hide_password=False)
