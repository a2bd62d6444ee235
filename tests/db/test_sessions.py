"""Where transactions begin and end, and what callers learn of the driver's errors."""

from __future__ import annotations

import asyncio
import getpass
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from helpers.import_runs import stockx_plan
from helpers.query_recorder import recorded_queries
from helpers.rows import make_item
from soleflip_desktop.db.engine import Database, actor
from soleflip_desktop.db.models import InventoryItem
from soleflip_desktop.db.queries import integration
from soleflip_desktop.domain.changes import Change, ChangeBus, Domain
from soleflip_desktop.domain.errors import DatabaseUnavailableError

pytestmark = pytest.mark.db


def count_items(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count(InventoryItem.id))) or 0


def add_item(session: Session, *, then: Exception | None = None) -> int:
    item = make_item(session)
    if then is not None:
        raise then
    return item.id


def test_a_write_is_announced_after_its_commit(database: Database) -> None:
    seen: list[tuple[Change, int]] = []

    def look(change: Change) -> None:
        with database.session(read_only=True) as session:
            seen.append((change, count_items(session)))

    database.bus.subscribe(look)
    change = Change.of(Domain.INVENTORY)
    assert asyncio.run(database.write(change, add_item)) > 0
    assert seen == [(change, 1)]
    assert asyncio.run(database.read(count_items)) == 1


def test_a_failed_write_is_not_announced(database: Database) -> None:
    seen: list[Change] = []
    database.bus.subscribe(seen.append)
    with pytest.raises(KeyError):
        asyncio.run(database.write(Change.of(Domain.INVENTORY), add_item, then=KeyError()))
    assert seen == []
    assert asyncio.run(database.read(count_items)) == 0


def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only transaction"):
        asyncio.run(database.read(add_item))
    assert asyncio.run(database.write(Change.of(Domain.INVENTORY), add_item))


def test_rows_stay_readable_after_their_session(database: Database) -> None:
    with database.session() as session:
        item = make_item(session)
    assert item.id
    assert item.version == 1


def test_work_without_the_database_runs_in_the_same_pool(database: Database) -> None:
    assert asyncio.run(database.run(lambda: 6 * 7)) == 42


def test_connections_speak_utc_and_know_the_actor(database: Database) -> None:
    with database.session() as session:
        told = session.execute(
            sa.text("SELECT current_setting('timezone'), current_setting('soleflip.actor')")
        ).one()
    assert tuple(told) == ("UTC", actor())


@pytest.mark.parametrize("error", [OSError, KeyError])
def test_an_actor_without_a_name_is_unknown(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", fail)
    assert actor() == "unknown"


def test_a_server_that_is_gone_is_a_sentence() -> None:
    gone = Database("postgresql+psycopg://nobody@/x?host=/nonexistent", ChangeBus())
    with (
        pytest.raises(DatabaseUnavailableError, match=r"^The database cannot be used: "),
        gone.session() as session,
    ):
        count_items(session)
    with (
        pytest.raises(DatabaseUnavailableError, match=r"^The database cannot be used: "),
        gone.bulk(),
    ):
        pass
    gone.close()


def test_a_connection_that_was_cut_is_replaced(database: Database) -> None:
    with database.session() as session:
        pid = session.scalar(sa.text("SELECT pg_backend_pid()"))
    other = sa.create_engine(database.url, poolclass=sa.NullPool)
    with other.begin() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    with database.session() as session:
        assert session.scalar(sa.text("SELECT pg_backend_pid()")) != pid


def test_a_bulk_connection_is_one_transaction(database: Database) -> None:
    def fail() -> None:
        with database.bulk() as raw:
            raw.execute("INSERT INTO catalog.brand (name) VALUES ('Nike')")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.bulk() as raw:
        assert raw.execute("SELECT count(*) FROM catalog.brand").fetchone() == (0,)
        raw.execute("INSERT INTO catalog.brand (name) VALUES ('Nike')")
    with database.session(read_only=True) as session:
        assert session.scalar(sa.text("SELECT count(*) FROM catalog.brand")) == 1


def test_the_import_history_is_one_statement(database: Database) -> None:
    new = integration.NewBatch("a.csv", 1, stockx_plan())
    with database.session() as session:
        for _ in range(30):
            integration.open_batch(session, new)
    with database.session() as session, recorded_queries(database.engine, exactly=1):
        assert len(integration.batches(session, limit=20)) == 20


def test_the_recorder_counts() -> None:
    engine: Any = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    with engine.connect() as connection:
        with recorded_queries(engine) as recorded:
            connection.execute(sa.text("SELECT 1"))
            connection.execute(sa.text("SELECT 2"))
        assert recorded.statements == ["SELECT 1", "SELECT 2"]
        with pytest.raises(AssertionError, match="SELECT 3"), recorded_queries(engine, at_most=0):
            connection.execute(sa.text("SELECT 3"))
    engine.dispose()
