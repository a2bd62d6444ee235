"""What one desktop writes, another one hears."""

from __future__ import annotations

import queue
from pathlib import Path

import pytest
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict

from helpers.import_runs import Imports
from helpers.stockx_report import sale, write_rows
from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.listener import EVERYTHING, ChangeListener, target_of
from soleflip_desktop.domain.changes import Change, ChangeBus, Domain

pytestmark = pytest.mark.db


def test_an_import_is_heard_and_a_lost_connection_means_everything(
    database: Database, imports: Imports, tmp_path: Path
) -> None:
    heard: queue.Queue[Change] = queue.Queue()
    bus = ChangeBus()
    bus.subscribe(heard.put)
    listener = ChangeListener(database.url, bus)
    listener.start()
    try:
        domains: set[Domain] = set()
        while not domains:  # the first LISTEN takes a moment
            imports.run(write_rows(tmp_path / "may.csv", [sale(next(imports_made))]))
            while Domain.INVENTORY not in domains:
                try:
                    domains |= heard.get(timeout=0.5).domains
                except queue.Empty:
                    break
        # The first import makes the seller's account too, which is announced by its domain's name.
        assert domains - {Domain.INTEGRATION} == {Domain.INVENTORY, Domain.TRANSACTIONS}
        change = Change.of()
        with database.bulk() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
            )
        while change != EVERYTHING:
            change = heard.get(timeout=10)
    finally:
        listener.stop()


imports_made = iter(range(1, 100))


def test_a_socket_in_a_folder_with_a_space_is_the_servers_own() -> None:
    """SQLAlchemy writes a plus sign for the space in a URL; libpq takes that for a plus sign."""
    url = sa.make_url("postgresql+psycopg://u:p%2Bs%20s@/b?host=%2Fa%20b&requirepeer=me")
    assert conninfo_to_dict(target_of(url)) == {
        "user": "u",
        "password": "p+s s",
        "dbname": "b",
        "host": "/a b",
        "requirepeer": "me",
    }
