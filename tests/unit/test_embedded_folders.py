"""Folders for PostgreSQL are private, but not so that its own programs are shut out."""

from __future__ import annotations

import importlib
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest

from soleflip_desktop.db.embedded.folders import new_folder
from soleflip_desktop.domain.errors import DatabaseUnavailableError


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


SELLER, SOMEBODY, SYSTEM = "S-1-5-21-7-1001", "S-1-5-21-7-1002", "S-1-5-18"


@dataclass
class FakeWindows:
    """What Windows is asked for when a folder is closed to other users."""

    owner: str = SELLER
    commands: list[list[str]] = field(default_factory=list)

    def run(self, command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        self.commands.append(command)
        return subprocess.CompletedProcess(command, 0)


@pytest.fixture
def fake_windows(monkeypatch: pytest.MonkeyPatch) -> FakeWindows:
    fake = FakeWindows()
    monkeypatch.setattr(subprocess, "run", fake.run)
    monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", 0, raising=False)
    return fake


@pytest.fixture
def windows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fake_windows: FakeWindows
) -> ModuleType:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "win32")
        module = importlib.import_module("soleflip_desktop.db.embedded.windows")
    monkeypatch.setattr(module, "_substitute", lambda: tmp_path / "product" / "user")
    monkeypatch.setattr(module, "process_sid", lambda: SELLER)
    monkeypatch.setattr(module, "owner_sid", lambda _: fake_windows.owner)
    return module


def test_the_substitute_is_opened_to_the_account_that_runs(
    windows: ModuleType, fake_windows: FakeWindows, tmp_path: Path
) -> None:
    for _ in range(2):
        windows._make_substitute()
    assert (tmp_path / "product" / "user").is_dir()
    assert len(fake_windows.commands) == 1, "what is there is left as it is"
    granted = fake_windows.commands[0][fake_windows.commands[0].index("/grant:r") + 1 :]
    assert granted == [f"*{SELLER}:(OI)(CI)F", f"*{SYSTEM}:(OI)(CI)F"]


def test_a_substitute_that_somebody_else_made_is_not_used(
    windows: ModuleType, fake_windows: FakeWindows, tmp_path: Path
) -> None:
    (tmp_path / "product" / "user").mkdir(parents=True)
    fake_windows.owner = SOMEBODY
    with pytest.raises(DatabaseUnavailableError, match="another user"):
        windows._make_substitute()
    assert fake_windows.commands == []
