"""Upgrades of one database by several processes: one copy, one migration, and a free lock."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from soleflip_desktop.db import schema
from soleflip_desktop.db.embedded import dumps
from soleflip_desktop.db.engine import make_engine
from soleflip_desktop.domain.errors import DatabaseTooNewError, UserError

pytestmark = pytest.mark.db
REPOSITORY = Path(__file__).parents[2]
OLD = "20261123_1900"
LOCKS = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted = :granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@pytest.fixture
def engine(empty_database: str) -> Iterator[sa.Engine]:
    """As the app makes it: its connections, and the locks of theirs, outlive their use."""
    engine = make_engine(empty_database, 1)
    with engine.connect() as connection:
        schema.migrate(connection, OLD)
    yield engine
    engine.dispose()


@pytest.fixture
def other(empty_database: str) -> Iterator[sa.Connection]:
    """Another process's connection."""
    engine = sa.create_engine(empty_database, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


def locks(connection: sa.Connection, *, granted: bool = True) -> int:
    return int(connection.scalar(sa.text(LOCKS), {"granted": granted}) or 0)


DESKTOP = """
import sys, time, sqlalchemy as sa
from pathlib import Path
from soleflip_desktop.db.embedded.dumps import dump
from soleflip_desktop.db.schema import upgrade
url, target = sys.argv[1:]
engine = sa.create_engine(url, poolclass=sa.NullPool)
engine.connect().close()
def copy(revision):
    dump(url, Path(target))
    print("copied", revision, flush=True)
    time.sleep(1)  # the other has arrived by now
print("ready", flush=True)
sys.stdin.readline()
print("upgraded" if upgrade(engine, copy) else "nothing to do", flush=True)
"""


def test_two_desktops_make_one_copy_and_one_migration(
    engine: sa.Engine, empty_database: str, tmp_path: Path
) -> None:
    target = tmp_path / "before.dump"
    desktops = [
        subprocess.Popen(
            [sys.executable, "-c", DESKTOP, empty_database, str(target)],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for desktop in desktops:
        assert desktop.stdout
        assert desktop.stdout.readline() == "ready\n"
    for desktop in desktops:
        assert desktop.stdin
        desktop.stdin.write("go\n")
        desktop.stdin.flush()
    said = [desktop.communicate(timeout=60)[0] for desktop in desktops]
    assert sorted(said) == [f"copied {OLD}\nupgraded\n", "nothing to do\n"]
    assert [desktop.returncode for desktop in desktops] == [0, 0]
    assert schema.is_current(engine)
    assert list(tmp_path.iterdir()) == [target]
    assert revision_of(target, empty_database) == OLD


def revision_of(copy: Path, server: str) -> str | None:
    name = f"{sa.make_url(server).database}-before"
    url = dumps.create_database(server, name)
    try:
        dumps.restore(copy, url)
        with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
            return schema.current_revision(connection)
    finally:
        dumps.drop_database(server, name)


def test_who_waited_finds_the_work_done(engine: sa.Engine, other: sa.Connection) -> None:
    copied: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        with another_upgrade(other, schema.HEAD):
            waiting = pool.submit(schema.upgrade, engine, copied.append)
            wait_for(waiting, other)
        assert waiting.result(30) is False
    assert copied == []
    assert locks(other) == 0


def test_who_waited_for_a_newer_version_is_refused(engine: sa.Engine, other: sa.Connection) -> None:
    copied: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        with another_upgrade(other, "29990101_0000"):
            waiting = pool.submit(schema.upgrade, engine, copied.append)
            wait_for(waiting, other)
        with pytest.raises(DatabaseTooNewError, match="29990101_0000"):
            waiting.result(30)
    assert copied == []
    assert locks(other) == 0


@contextmanager
def another_upgrade(connection: sa.Connection, revision: str) -> Iterator[None]:
    """Another process holds the lock meanwhile, and leaves the books at `revision`."""
    key = {"key": schema.UPGRADE_LOCK}
    connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), key)
    try:
        yield
        connection.execute(
            sa.text("UPDATE alembic_version SET version_num = :to"), {"to": revision}
        )
    finally:
        connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), key)


def wait_for(upgrade: Future[bool], other: sa.Connection) -> None:
    """Until it waits for the lock, or did not wait."""
    deadline = time.monotonic() + 30
    while not upgrade.done() and not locks(other, granted=False):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_copy_that_fails_leaves_the_schema_and_a_free_lock(
    engine: sa.Engine, other: sa.Connection
) -> None:
    held: list[int] = []

    def fail(_revision: str) -> None:
        held.append(locks(other))
        raise UserError("The disk is full.")

    with pytest.raises(UserError, match="disk is full"):
        schema.upgrade(engine, fail)
    assert held == [1]
    assert locks(other) == 0
    assert schema.current_revision(other) == OLD
    assert schema.upgrade(engine, lambda _revision: None)
    assert locks(other) == 0
    assert schema.is_current(engine)
