"""The core on the PostgreSQL that Debian installs: no embedded server, version 15 or later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from helpers.clusters import Databases, installed_programs, installed_server
from helpers.import_runs import Imports
from helpers.stockx_report import Report
from soleflip_desktop.db import schema
from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import rebuild
from soleflip_desktop.domain.changes import ChangeBus
from soleflip_desktop.domain.errors import InvalidTransitionError

PROGRAMS = installed_programs()

pytestmark = [
    pytest.mark.db,
    pytest.mark.skipif(PROGRAMS is None, reason="no PostgreSQL 15 or later in /usr/lib/postgresql"),
    pytest.mark.xdist_group("debian"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    assert PROGRAMS is not None
    with installed_server(PROGRAMS) as url:
        yield url


@pytest.fixture
def debian(server: str) -> Iterator[Database]:
    databases = Databases(server)
    database = Database(databases.create(), ChangeBus())
    yield database
    database.close()
    databases.close()


def test_migrations_go_up_and_down(debian: Database) -> None:
    assert schema.is_current(debian.engine)
    with debian.engine.connect() as connection:
        assert connection.scalar(sa.text("SHOW server_version_num")) >= "150000"
        schema.migrate(connection, "base")
    assert schema.upgrade(debian.engine)


@pytest.mark.parametrize("rebuild_rows", [1, 10**9], ids=["rebuild", "keep"])
def test_a_report_goes_in_once_and_its_units_obey_the_machine(
    debian: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rebuild_rows: int
) -> None:
    monkeypatch.setattr(rebuild, "REBUILD_ROWS", rebuild_rows)
    path = tmp_path / "report.csv"
    oracle = Report(600, seed=4, products=60, bad_pct=2).write(path)
    imports = Imports(debian)
    first = imports.run(path)
    assert (first.imported, first.duplicates) == (oracle.imported, oracle.duplicates)
    assert {issue.row: issue.code for issue in first.issues} == oracle.rejected
    assert first.totals["EUR"].gross == oracle.gross
    assert imports.unbalanced() == []
    again = imports.run(path)
    assert (again.imported, again.duplicates) == (0, oracle.imported + oracle.duplicates)

    with debian.session() as session:
        session.execute(sa.text("UPDATE inventory.item SET status = 'return_incoming'"))
    events = "SELECT count(*) FROM system.event_store WHERE event_type = 'item.status_changed'"
    assert imports.value(events) == oracle.imported
    with pytest.raises(InvalidTransitionError), debian.session() as session:
        session.execute(sa.text("UPDATE inventory.item SET status = 'sold'"))
    assert imports.value(events) == oracle.imported
