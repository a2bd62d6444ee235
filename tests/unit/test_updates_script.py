"""packaging/feed.py: from a new key to a list that the app believes."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from helpers.scripts import load_script
from soleflip_desktop.connectors.updates.feed import public_key_of, read_feed
from soleflip_desktop.db.schema import HEAD
from soleflip_desktop.domain.changelog import newer_than, sections
from soleflip_desktop.domain.updates import UpdateError
from soleflip_desktop.settings.update_channel import UpdateChannel, read_channel

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "feed.py"
BASE = "https://updates.example/v1.4.0"
CHANGELOG = """# Changelog

## [Unreleased]

- Later.

## [1.4.0] - 2026-11-24

- Four.

## [1.3.0] - 2026-11-02

- Three.
"""
NAMES = {
    "windows-x86_64": "SoleFlip-Desktop-1.4.0-setup.exe",
    "macos-arm64": "SoleFlip-Desktop-1.4.0-arm64.dmg",
    "macos-x86_64": "SoleFlip-Desktop-1.4.0-x86_64.dmg",
    "linux-deb-x86_64": "soleflip-desktop_1.4.0_amd64.deb",
    "linux-tar-x86_64": "soleflip-desktop-1.4.0-linux-x86_64.tar.xz",
    "linux-appimage-x86_64": "SoleFlip-Desktop-1.4.0-x86_64.AppImage",
}


@pytest.fixture(scope="module")
def feed() -> ModuleType:
    return load_script("feed")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout of 1.4.0 with all its installers, and another version's."""
    (tmp_path / "resources").mkdir()
    (tmp_path / "packages").mkdir()
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    for number, name in enumerate([*NAMES.values(), "SoleFlip-Desktop-1.3.0-setup.exe"]):
        (tmp_path / "packages" / name).write_bytes(b"x" * (number + 1))
    return tmp_path


@pytest.fixture
def seed(monkeypatch: pytest.MonkeyPatch) -> bytes:
    seed = bytes(range(1, 33))
    monkeypatch.setenv("UPDATE_SIGNING_KEY", base64.b64encode(seed).decode())
    return seed


def make(feed: ModuleType, root: Path, *options: str, version: str = "1.4.0") -> int:
    packages, out = str(root / "packages"), str(root / "feed.json")
    arguments = ["make", "--version", version, "--packages", packages, "--out", out]
    status: int = feed.main([*arguments, "--base-url", BASE, *options], root)
    return status


def test_a_new_key_signs_a_list_that_the_configured_build_believes(
    feed: ModuleType,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seed_file = root / "seed"
    assert feed.main(["new-key", "--seed-file", str(seed_file)]) == 0
    said, secret = capsys.readouterr(), seed_file.read_text().strip()
    key = said.out.strip()
    assert secret not in said.out + said.err
    if sys.platform != "win32":
        assert seed_file.stat().st_mode & 0o777 == 0o600
    url = "https://updates.example/feed.json"
    assert feed.main(["configure", "--feed", url, "--public-key", key], root) == 0
    channel = read_channel(root / "resources" / "update.json")
    assert channel == UpdateChannel(url, key)

    monkeypatch.setenv("UPDATE_SIGNING_KEY", secret)
    assert make(feed, root, "--public-key", key) == 0
    release = read_feed((root / "feed.json").read_bytes(), key)
    assert feed.main(["verify", str(root / "feed.json"), "--public-key", key]) == 0
    assert secret not in "".join(capsys.readouterr())

    assert (release.version, str(release.released)) == ("1.4.0", "2026-11-24")
    assert (release.schema, release.least) == (HEAD, None)
    assert {system: file.name for system, file in release.files.items()} == NAMES
    assert [file.size for file in release.files.values()] == [1, 2, 3, 4, 5, 6]
    assert newer_than("1.3.0", release.notes) == "- Four."
    assert [one.version for one in sections(newer_than("1.0.0", release.notes))] == [
        "1.4.0",
        "1.3.0",
    ]


def test_a_seed_file_is_never_written_over(
    feed: ModuleType, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "seed").write_text("mine")
    assert feed.main(["new-key", "--seed-file", str(root / "seed")]) == 1
    assert (root / "seed").read_text() == "mine"
    assert "exists" in capsys.readouterr().err


@pytest.mark.parametrize("planted", ["", "cGxhbnRlZA==", "planted planted"])
def test_a_seed_that_is_none_is_not_repeated(
    planted: str,
    feed: ModuleType,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("UPDATE_SIGNING_KEY", planted)
    assert make(feed, root) == 1
    said = capsys.readouterr()
    assert said.err == "UPDATE_SIGNING_KEY does not hold 32 bytes in base64.\n"
    assert not (root / "feed.json").exists()


def test_a_seed_of_another_key_signs_nothing(feed: ModuleType, root: Path, seed: bytes) -> None:
    assert make(feed, root, "--public-key", public_key_of(bytes(32))) == 1
    assert not (root / "feed.json").exists()
    assert make(feed, root, "--public-key", public_key_of(seed)) == 0


@pytest.mark.parametrize("version", ["1.5.0", "1.4"])
def test_a_version_without_a_section_is_not_published(
    version: str, feed: ModuleType, root: Path, seed: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make(feed, root, version=version) == 1
    assert f"no section “[{version}]" in capsys.readouterr().err


def test_a_version_without_installers_is_not_published(
    feed: ModuleType, root: Path, seed: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make(feed, root, version="1.3.0") == 0
    assert "macos-arm64: none" in capsys.readouterr().out
    (root / "packages" / "SoleFlip-Desktop-1.3.0-setup.exe").unlink()
    assert make(feed, root, version="1.3.0") == 1


def test_two_files_for_one_system_are_asked_about(
    feed: ModuleType, root: Path, seed: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "packages" / "soleflip-desktop-1.4.0-other.tar.xz").touch()
    assert make(feed, root) == 1
    assert "Which one is for linux-tar-x86_64" in capsys.readouterr().err


def test_notes_stay_below_what_apps_read(feed: ModuleType) -> None:
    long = "- " + "word " * 2000
    text = "\n".join(f"## [1.{n}.0] - 2026-11-24\n\n{long}" for n in range(40, 0, -1))
    _, notes = feed.notes_of("1.40.0", text)
    kept = [one.version for one in sections(notes)]
    assert kept[0] == "1.40.0"
    assert 2 <= len(kept) < 40
    assert len(notes) * 4 // 3 < feed.LARGEST_FEED


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://updates.example/feed.json", public_key_of(bytes(32))),
        ("https://updates.example/feed.json", base64.b64encode(bytes(31)).decode()),
        ("https://updates.example/feed.json", "no key"),
    ],
)
def test_a_build_is_not_configured_with_less(
    url: str, key: str, feed: ModuleType, root: Path
) -> None:
    assert feed.main(["configure", "--feed", url, "--public-key", key], root) == 1
    assert list((root / "resources").iterdir()) == []


def test_verify_refuses_another_key(feed: ModuleType, root: Path, seed: bytes) -> None:
    assert make(feed, root) == 0
    other = public_key_of(bytes(32))
    assert feed.main(["verify", str(root / "feed.json"), "--public-key", other]) == 1
    outer = json.loads((root / "feed.json").read_text())
    assert set(outer) == {"payload", "signature"}
    with pytest.raises(UpdateError):
        read_feed((root / "feed.json").read_bytes(), other)
