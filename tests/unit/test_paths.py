"""Which data folder is taken, and that everything lies below it."""

from __future__ import annotations

import sys
from pathlib import Path

import platformdirs
import pytest

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.settings.paths import ENVIRONMENT_VARIABLE, DataFolder, data_dir


def test_explicit_wins_over_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "environment"))
    assert data_dir(tmp_path / "explicit") == tmp_path / "explicit"


def test_environment_wins_over_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path))
    assert data_dir() == tmp_path


@pytest.mark.parametrize("value", [None, ""])
def test_default_is_the_users_data_folder(
    monkeypatch: pytest.MonkeyPatch,
    value: str | None,
) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(ENVIRONMENT_VARIABLE, value)
    assert data_dir() == platformdirs.user_data_path("SoleFlip Desktop", appauthor=False)


def test_relative_folder_becomes_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert data_dir(Path("mine")) == tmp_path / "mine"


def test_everything_is_below_root(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    written = [folder.pgdata, folder.logs, folder.locks, folder.backups, folder.imports]
    assert all(path.parent == folder.root for path in written)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_created_folders_cannot_be_read_by_others(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "deep" / "data")
    folder.create()
    folder.create()
    for path in (folder.root, folder.logs, folder.locks, folder.backups, folder.imports):
        assert path.stat().st_mode & 0o066 == 0


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="file/data cannot be written"):
        DataFolder(tmp_path / "file" / "data").create()
