"""What all tests share: no screen, no network, no home folder, no keyring, and a real PostgreSQL.

Set SOLEFLIP_TEST_DATABASE_URL to run the database tests on another server than the embedded one.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import socket
import tempfile
from collections.abc import Generator, Iterator
from typing import Any

import pydantic.fields  # noqa: F401  (before PySide6, as in app.py)
import pytest
from hypothesis import settings
from sqlalchemy.orm import Session

from helpers.clusters import SERVER_VARIABLE, Databases, embedded_server
from soleflip_desktop.db.engine import Database, make_engine
from soleflip_desktop.domain.changes import ChangeBus

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
# Nothing of a failed example is kept on disk: the tree stays clean, and a run says how to repeat.
settings.register_profile(
    "soleflip", deadline=None, database=None, print_blob=True, max_examples=60
)
settings.load_profile("soleflip")

_HOME_VARIABLES = (
    "HOME",
    "USERPROFILE",
    "LOCALAPPDATA",
    "APPDATA",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_CACHE_HOME",
    "XDG_STATE_HOME",
)
_home = tempfile.TemporaryDirectory(prefix="sf-home-", ignore_cleanup_errors=True)
_patches = pytest.MonkeyPatch()


def pytest_configure() -> None:
    for name in _HOME_VARIABLES:
        _patches.setenv(name, _home.name)
    for name in tuple(os.environ):
        if name.startswith("SOLEFLIP_") and name != SERVER_VARIABLE:
            _patches.delenv(name)
    _guard_sockets()


def pytest_unconfigure() -> None:
    _patches.undo()
    _home.cleanup()


def _guard_sockets() -> None:
    """Tests reach local servers only; libpq and the app's children never use more anyway."""
    plain_connect, plain_connect_ex = socket.socket.connect, socket.socket.connect_ex
    plain_look_up = socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        _refuse_far(self.family, address)
        plain_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_far(self.family, address)
        return plain_connect_ex(self, address)

    def look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        _refuse_far(socket.AF_INET, (host, 0))
        return plain_look_up(host, *arguments, **options)

    _patches.setattr(socket.socket, "connect", connect)
    _patches.setattr(socket.socket, "connect_ex", connect_ex)
    _patches.setattr(socket, "getaddrinfo", look_up)


def _refuse_far(family: int, address: Any) -> None:
    if family not in {socket.AF_INET, socket.AF_INET6}:
        return
    host = address[0]
    text = host.decode() if isinstance(host, bytes) else host
    if text in {None, "", "localhost"}:
        return
    try:
        near = ipaddress.ip_address(text).is_loopback
    except ValueError:
        near = False
    if not near:
        raise RuntimeError(f"a test may not reach {address!r}")


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """A warning in the log fails the test, unless the test looks at the log (uses caplog)."""
    warnings = _Warnings()
    logging.getLogger().addHandler(warnings)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(warnings)
    if warnings.seen and "caplog" not in getattr(item, "fixturenames", ()):
        pytest.fail("unexpected log records:\n" + "\n".join(warnings.seen), pytrace=False)


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The URL of this test process's PostgreSQL."""
    given = os.environ.get(SERVER_VARIABLE)
    if given:
        yield given
    else:
        with embedded_server() as url:
            yield url


@pytest.fixture(scope="session")
def databases(cluster: str) -> Iterator[Databases]:
    made = Databases(cluster)
    yield made
    made.close()


@pytest.fixture
def empty_database(databases: Databases) -> Iterator[str]:
    """The URL of a database without any schema of ours."""
    url = databases.create_empty()
    yield url
    databases.drop(url)


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    """A migrated database of this test's own, for what commits."""
    url = databases.create()
    opened = Database(url, ChangeBus())
    yield opened
    opened.close()
    databases.drop(url)


@pytest.fixture(scope="session")
def _shared_database(databases: Databases) -> str:
    return databases.create()


@pytest.fixture
def session(_shared_database: str) -> Iterator[Session]:
    """A session whose commits are savepoints in a transaction that is rolled back at the end."""
    engine = make_engine(_shared_database, threads=1)
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as opened:
            yield opened
        outer.rollback()
    engine.dispose()
