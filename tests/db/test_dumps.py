"""A database as a file, and back."""

from __future__ import annotations

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from helpers.clusters import passable_folder
from helpers.import_runs import Imports
from helpers.stockx_report import sale, write_rows
from soleflip_desktop.bootstrap import Options, open_backend
from soleflip_desktop.db import schema
from soleflip_desktop.db.embedded import dumps
from soleflip_desktop.db.engine import Database, make_engine
from soleflip_desktop.domain.errors import DatabaseUnavailableError

pytestmark = pytest.mark.db
ORDERS = 'SELECT external_id, gross_amount FROM transactions."order" ORDER BY 1'


def test_books_survive_as_a_file(database: Database, imports: Imports, tmp_path: Path) -> None:
    imports.run(write_rows(tmp_path / "may.csv", [sale(1), sale(2)]))
    with database.session() as session:
        before = session.execute(sa.text(ORDERS)).all()
    assert len(before) == 2
    target = tmp_path / "Jürgen 李雷.dump"
    assert dumps.dump(database.url, target) == target.stat().st_size > 1000
    name = f"{sa.make_url(database.url).database}-copy"
    url = dumps.create_database(database.url, name)
    try:
        dumps.restore(target, url)
        engine = make_engine(url, 1)
        with engine.connect() as connection:
            assert connection.execute(sa.text(ORDERS)).all() == before
        with pytest.raises(DatabaseUnavailableError, match="could not be restored"):
            dumps.restore(target, url)  # it is not empty any more
        engine.dispose()
    finally:
        dumps.drop_database(database.url, name)
    with pytest.raises(DatabaseUnavailableError, match="does not exist"):
        dumps.sorting(url)


def test_failed_dump_leaves_no_file(database: Database, tmp_path: Path) -> None:
    target = tmp_path / "backup.dump"
    target.write_text("yesterday's")
    gone = sa.make_url(database.url).set(database="not_there")
    with pytest.raises(DatabaseUnavailableError, match="could not be copied"):
        dumps.dump(gone.render_as_string(hide_password=False), target)
    assert [path.name for path in tmp_path.iterdir()] == ["backup.dump"]
    assert target.read_text() == "yesterday's"


def test_two_dumps_at_once_to_one_target_leave_a_complete_file(
    database: Database, imports: Imports, tmp_path: Path
) -> None:
    imports.run(write_rows(tmp_path / "may.csv", [sale(1), sale(2)]))
    target = tmp_path / "copies" / "backup.dump"
    target.parent.mkdir()
    with ThreadPoolExecutor(2) as pool:
        sizes = list(pool.map(dumps.dump, [database.url] * 2, [target] * 2))
    assert list(target.parent.iterdir()) == [target]
    assert target.stat().st_size in sizes
    name = f"{sa.make_url(database.url).database}-twice"
    url = dumps.create_database(database.url, name)
    try:
        dumps.restore(target, url)
        engine = make_engine(url, 1)
        with engine.connect() as connection:
            assert len(connection.execute(sa.text(ORDERS)).all()) == 2
        engine.dispose()
    finally:
        dumps.drop_database(database.url, name)


def test_what_killed_dumps_left_is_cleared_after_a_day(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "backup.dump"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_, **__: None)  # a killed process clears nothing away
        for name in ("old.dump", "new.dump"):
            with pytest.raises(DatabaseUnavailableError):
                dumps.dump("postgresql+psycopg:///absent?host=/absent", tmp_path / name)
    old, new = sorted(tmp_path.iterdir(), key=lambda path: ".old." not in path.name)
    yesterday = time.time() - 25 * 3600
    os.utime(old, (yesterday, yesterday))
    dumps.dump(database.url, target)
    assert set(tmp_path.iterdir()) == {target, new}


def test_folder_that_is_not_there_is_told(database: Database, tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailableError):
        dumps.dump(database.url, tmp_path / "absent" / "backup.dump")


def test_books_of_an_older_version_are_copied_before_they_are_changed() -> None:
    base = passable_folder()
    options = Options.of(base / "data", None)
    options.folder.create()
    old = "20261123_1900"
    try:
        backend = open_backend(options, exclusive=False)
        assert list(options.folder.backups.iterdir()) == []  # nothing was there to lose
        with backend.database.engine.connect() as connection:
            schema.migrate(connection, old)
        backend.close()
        backend = open_backend(options, exclusive=False)
        assert backend.upgraded
        [copy] = options.folder.backups.iterdir()
        url = dumps.create_database(backend.url, "copy")
        dumps.restore(copy, url)
        engine = make_engine(url, 1)
        with engine.connect() as connection:
            assert schema.current_revision(connection) == old
        engine.dispose()
        backend.close()
    finally:
        shutil.rmtree(base)
