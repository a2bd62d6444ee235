"""Folders for PostgreSQL are private, but not so that its own programs are shut out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from soleflip_desktop.db.embedded.folders import new_folder


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_they_are_private_and_each_has_its_name(tmp_path: Path) -> None:
    first, second = new_folder(tmp_path, "init-"), new_folder(tmp_path, "init-")
    assert first != second
    for folder in (first, second):
        assert folder.parent == tmp_path
        assert folder.name.startswith("init-")
        assert folder.stat().st_mode & 0o777 == 0o700


def test_windows_is_given_no_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[int] = []
    plain = Path.mkdir

    def mkdir(self: Path, mode: int = 0o777, **options: bool) -> None:
        modes.append(mode)
        plain(self, mode, **options)

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(Path, "mkdir", mkdir)
    assert new_folder(tmp_path, "init-").is_dir()
    assert modes == [0o777]
