"""What is offered to whom, how it is started, and what the command line says of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import pytest

from helpers.update_feeds import (
    CONTENT,
    NAME,
    NOTES,
    PUBLIC_KEY,
    SCHEMA,
    SYSTEM,
    offer,
    release,
    signed,
    update_file,
)
from soleflip_desktop import bootstrap, resources
from soleflip_desktop.cli.updates import add_commands, run_updates
from soleflip_desktop.domain.updates import (
    Checked,
    Launched,
    Release,
    Seen,
    UpdateError,
    UpdateFile,
    is_safe_address,
    judge,
)
from soleflip_desktop.settings.options import Options
from soleflip_desktop.settings.paths import DataFolder
from soleflip_desktop.settings.update_channel import (
    UpdateChannel,
    looks_by_default,
    read_channel,
)
from soleflip_desktop.sync import installer
from soleflip_desktop.sync.update_desk import UpdateDesk

CHANNEL = UpdateChannel("https://updates.example/feed.json", PUBLIC_KEY)
DAY = date(2026, 11, 24)


def judged(found: Release, newest: Seen | None = None, current: str = "0.1.0") -> Checked:
    return judge(found, current=current, schema=SCHEMA, system=SYSTEM, newest=newest)


# -- what is offered ---------------------------------------------------------------------------


def test_a_newer_version_is_offered_with_its_file() -> None:
    checked = judged(release())

    assert checked.newest == Seen("1.4.0", DAY)
    assert checked.offer is not None
    assert checked.offer.file == update_file()
    assert not checked.offer.changes_database


@pytest.mark.parametrize("current", ["1.4.0", "1.4.1", "1.4.0+build", "2.0.0-rc.1"])
def test_an_older_or_equal_version_is_not_offered(current: str) -> None:
    assert judged(release(), current=current).offer is None


def test_a_pre_release_is_brought_to_its_release() -> None:
    assert judged(release(), current="1.4.0-rc.2").offer is not None


@pytest.mark.parametrize("newest", [Seen("1.4.0", DAY), Seen("1.3.0", date(2026, 11, 25))])
def test_a_list_as_new_as_the_newest_one_is_believed(newest: Seen) -> None:
    checked = judged(release(), newest)

    assert checked.offer is not None
    assert checked.newest == Seen("1.4.0", DAY)


@pytest.mark.parametrize("current", ["0.1.0", "1.4.0"])
@pytest.mark.parametrize(
    "newest", [Seen("1.5.0", date(2026, 11, 1)), Seen("1.4.0", date(2026, 11, 25))]
)
def test_a_list_older_than_the_newest_one_is_refused(newest: Seen, current: str) -> None:
    said = f"older list.*1.4.0 of 2026-11-24 after {newest.version} of {newest.released}"
    with pytest.raises(UpdateError, match=said):
        judged(release(), newest, current)


def test_a_release_without_a_file_for_this_system_says_so() -> None:
    found = judged(release(files={"macos-arm64": update_file()})).offer
    assert found is not None
    assert found.file is None
    assert "no file for this system (windows-x86_64)" in found.obstacle


def test_a_release_that_needs_a_step_between_says_so() -> None:
    found = judged(release(least="1.0.0")).offer
    assert found is not None
    assert found.file is None
    assert "install version 1.0.0 first" in found.obstacle
    assert judged(release(least="0.1.0")).offer != found


def test_a_release_with_another_schema_changes_the_database() -> None:
    found = judged(release(schema="20270101_0000")).offer
    assert found is not None
    assert found.changes_database


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://updates.example/a", True),
        ("http://127.0.0.1:8000/a", True),
        ("http://[::1]/a", True),
        ("http://localhost/a", True),
        ("http://updates.example/a", False),
        ("http://127.0.0.1.example/a", False),
        ("https://user:word@updates.example/a", False),
        ("https:///a", False),
        ("https://updates.example:port/a", False),
        ("file:///a", False),
        ("updates.example/a", False),
    ],
)
def test_which_addresses_are_asked(url: str, *, safe: bool) -> None:
    assert is_safe_address(url) is safe
    assert is_safe_address(url, loopback=False) is (safe and url.startswith("https"))


# -- where this build looks --------------------------------------------------------------------


def test_the_source_tree_looks_nowhere() -> None:
    assert resources.resource_path("update.json").is_file()
    assert read_channel(resources.resource_path("update.json")) is None


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        (json.dumps({"feed": CHANNEL.feed, "public_key": PUBLIC_KEY}), CHANNEL),
        (json.dumps({"feed": CHANNEL.feed, "public_key": None}), None),
        ("[]", None),
        ("{", None),
        (None, None),
    ],
)
def test_the_channel_is_read(
    text: str | None, channel: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "update.json"
    if text is not None:
        path.write_text(text)
    assert read_channel(path) == channel
    damaged = text is None or "feed" not in text
    assert ("cannot be read" in caplog.text) is damaged


def test_linux_looks_only_when_asked() -> None:
    assert [name for name in ("win32", "darwin", "linux") if looks_by_default(name)] == [
        "win32",
        "darwin",
    ]


def test_the_changelog_lies_beside_the_other_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert resources.changelog_path().is_file()
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "soleflip_desktop")
    assert resources.changelog_path() == tmp_path / "soleflip_desktop" / "_data" / "CHANGELOG.md"
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)
    assert resources.changelog_path() == tmp_path / "CHANGELOG.md"


# -- the system and its installer --------------------------------------------------------------

PROGRAM = PurePosixPath("/opt/soleflip-desktop/soleflip-desktop")


@pytest.mark.parametrize(
    ("platform", "machine", "executable", "system", "ending"),
    [
        ("win32", "AMD64", PureWindowsPath("C:/a.exe"), "windows-x86_64", Launched.RESTARTS),
        ("win32", "ARM64", PureWindowsPath("C:/a.exe"), "windows-x86_64", Launched.RESTARTS),
        ("darwin", "arm64", PurePosixPath("/A/b"), "macos-arm64", Launched.OPENED),
        ("darwin", "x86_64", PurePosixPath("/A/b"), "macos-x86_64", Launched.OPENED),
        ("linux", "x86_64", PROGRAM, "linux-deb-x86_64", Launched.OPENED),
        ("linux", "aarch64", PROGRAM, "linux-deb-arm64", Launched.OPENED),
        ("linux", "x86_64", PurePosixPath("/home/a/b"), "linux-tar-x86_64", Launched.SHOWN),
    ],
)
def test_each_system_has_its_name_and_its_way(
    platform: str, machine: str, executable: Any, system: str, ending: Launched
) -> None:
    assert installer.system_name(platform, machine, executable, {}) == system
    assert installer.ending(system) is ending


def test_an_appimage_says_so_itself() -> None:
    environ = {"APPIMAGE": "/home/a/b.AppImage"}
    system = installer.system_name("linux", "x86_64", PurePosixPath("/mnt/b"), environ)
    assert system == "linux-appimage-x86_64"
    assert installer.ending(system) is Launched.SHOWN


def test_no_way_asks_for_root() -> None:
    path = Path("/data/updates/file")
    assert installer.command("windows-x86_64", path) == (str(path), "/S", "/WAIT", "/RESTART")
    assert installer.command("macos-arm64", path) == ("/usr/bin/open", str(path))
    assert installer.command("linux-deb-x86_64", path) == ("xdg-open", str(path))
    assert installer.command("linux-tar-x86_64", path) == ("xdg-open", str(path.parent))


def test_other_programs_get_the_systems_libraries() -> None:
    frozen = {
        "_PYI_ARCHIVE_FILE": "/opt/a",
        "LD_LIBRARY_PATH": "/opt/a/_internal",
        "LD_LIBRARY_PATH_ORIG": "/usr/local/lib",
        "DYLD_LIBRARY_PATH": "/opt/a/_internal",
        "HOME": "/home/a",
    }
    assert installer.environment(frozen) == {
        "LD_LIBRARY_PATH": "/usr/local/lib",
        "HOME": "/home/a",
        "PYINSTALLER_RESET_ENVIRONMENT": "1",
    }
    assert installer.environment({"LD_LIBRARY_PATH": "/a"})["LD_LIBRARY_PATH"] == "/a"


NEEDS_SHELL = pytest.mark.skipif(os.name == "nt", reason="shell scripts stand in for programs")


@NEEDS_SHELL
@pytest.mark.parametrize(("script", "said"), [("exit 0", None), ("exit 4", "status 4"), (None, "")])
def test_a_helper_that_fails_is_told(
    script: str | None, said: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.deb"
    file.touch()
    if script is not None:
        helper = tmp_path / "xdg-open"
        helper.write_text(f"#!/bin/sh\n{script}\n")
        helper.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    if said is None:
        assert installer.start("linux-deb-x86_64", file, {}) is Launched.OPENED
    else:
        with pytest.raises(UpdateError, match=f"{said}.*start it yourself from {file}"):
            installer.start("linux-deb-x86_64", file, {})
    assert file.exists()


def setup_of(folder: Path, script: str) -> Path:
    """What stands in for the Windows setup."""
    setup = folder / NAME
    setup.write_text(f"#!/bin/sh\n{script}\n")
    setup.chmod(0o700)
    return setup


@NEEDS_SHELL
@pytest.mark.parametrize(
    ("status", "said"),
    [
        (3, "cannot use the folder"),
        (4, "Update Windows first"),
        (5, "status 5"),
        (6, "Another setup of SoleFlip Desktop is running"),
    ],
)
def test_a_setup_that_refuses_at_once_is_told(status: int, said: str, tmp_path: Path) -> None:
    setup = setup_of(tmp_path, f"exit {status}")
    with pytest.raises(UpdateError, match=said):
        installer.start(SYSTEM, setup, {})
    assert setup.exists()


@NEEDS_SHELL
def test_a_setup_that_waits_for_the_app_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installer, "_HELPER_S", 0.2)
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def note(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(popen(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", note)
    assert installer.start(SYSTEM, setup_of(tmp_path, "exec sleep 60"), {}) is Launched.RESTARTS
    assert started[0].poll() is None
    started[0].kill()
    started[0].wait()


URL_OF_BOOKS = "postgresql://seller:geheim@127.0.0.1:5432/books"
TELL = 'printf "%s\\n" "$SOLEFLIP_DATA_DIR" "$SOLEFLIP_DATABASE_URL" "$@" >told'


@NEEDS_SHELL
@pytest.mark.parametrize("url", [URL_OF_BOOKS, None])
def test_the_app_comes_back_with_the_same_data(
    url: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOLEFLIP_DATABASE_URL", raising=False)
    monkeypatch.setattr(installer, "system_name", lambda *_facts: SYSTEM)
    folder = DataFolder(tmp_path / "Bücher")
    folder.updates.mkdir(parents=True)
    setup = setup_of(folder.updates, TELL)
    file = update_file(setup.read_bytes())
    desk = bootstrap.update_desk(Options(folder, url))

    assert asyncio.run(desk.launch(replace(offer(), file=file))) is Launched.RESTARTS
    told = (folder.updates / "told").read_text().splitlines()
    assert told == [str(folder.root), url or "", *installer.SETUP_ARGUMENTS]


@NEEDS_SHELL
def test_who_does_not_restart_the_app_learns_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper = tmp_path / "xdg-open"
    helper.write_text(f"#!/bin/sh\n{TELL}\n")
    helper.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("SOLEFLIP_DATA_DIR", "SOLEFLIP_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "a.deb"
    file.touch()
    installer.start("linux-deb-x86_64", file, {"SOLEFLIP_DATABASE_URL": URL_OF_BOOKS})
    assert (tmp_path / "told").read_text().splitlines() == ["", "", str(file)]


# -- the desk ----------------------------------------------------------------------------------


class Source:
    """The network: a list, and a file that lies in the folder once it was asked for."""

    def __init__(self, feed: bytes = b"", content: bytes = CONTENT) -> None:
        self.list = feed or signed()
        self.content = content
        self.asked: list[str] = []

    async def feed(self, url: str) -> bytes:
        self.asked.append(url)
        return self.list

    async def download(
        self, file: UpdateFile, folder: Path, progress: Callable[[int, int], None]
    ) -> Path:
        path = self.store(folder / file.name)
        progress(file.size, file.size)
        return path

    def store(self, path: Path) -> Path:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(self.content)
        return path


class Desk:
    """A desk in a temporary folder; `started` is what would have been installed."""

    def __init__(self, folder: Path, channel: UpdateChannel | None = CHANNEL) -> None:
        self.folder = folder / "updates"
        self.source = Source()
        self.started: list[tuple[str, bytes]] = []
        changelog = folder / "CHANGELOG.md"
        changelog.write_text(NOTES)
        self.desk = UpdateDesk(
            channel,
            self.folder,
            version="0.1.0",
            schema=SCHEMA,
            changelog=changelog,
            data={},
            source=self.source,
            system=SYSTEM,
            start=self.start,
        )

    def start(self, system: str, path: Path, _data: Mapping[str, str]) -> Launched:
        self.started.append((system, path.read_bytes()))
        return Launched.RESTARTS


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_an_update_is_found_fetched_and_started(desk: Desk) -> None:
    async def update() -> None:
        checked = await desk.desk.check(None)
        assert checked.offer is not None
        await desk.desk.download(checked.offer, lambda *_now: None)
        assert await desk.desk.launch(checked.offer) is Launched.RESTARTS

    asyncio.run(update())
    assert desk.source.asked == [CHANNEL.feed]
    assert desk.started == [(SYSTEM, CONTENT)]


def test_a_list_of_strangers_is_refused(desk: Desk) -> None:
    desk.source.list = signed(bytes(32))
    with pytest.raises(UpdateError, match="not signed"):
        asyncio.run(desk.desk.check(None))


def test_a_file_that_was_changed_since_is_not_started(desk: Desk) -> None:
    async def update() -> None:
        await desk.desk.download(offer(), lambda *_now: None)
        (desk.folder / NAME).write_bytes(CONTENT[::-1])
        await desk.desk.launch(offer())

    with pytest.raises(UpdateError, match="changed after it had been downloaded"):
        asyncio.run(update())
    assert desk.started == []
    assert list(desk.folder.iterdir()) == []


def test_a_file_that_is_gone_is_not_started(desk: Desk) -> None:
    with pytest.raises(UpdateError, match="Download it again"):
        asyncio.run(desk.desk.launch(offer()))


def test_an_offer_without_a_file_is_not_fetched(desk: Desk) -> None:
    with pytest.raises(UpdateError, match="Not for you"):
        asyncio.run(desk.desk.download(offer(obstacle="Not for you."), lambda *_now: None))


def test_a_build_without_a_list_looks_nowhere(tmp_path: Path) -> None:
    desk = Desk(tmp_path, channel=None)
    assert not desk.desk.looks
    assert not desk.desk.looks_by_default
    with pytest.raises(UpdateError, match="looks for no updates"):
        asyncio.run(desk.desk.check(None))
    assert desk.source.asked == []


def test_old_downloads_are_deleted(desk: Desk) -> None:
    desk.folder.mkdir()
    for name in ("SoleFlip-Desktop-1.3.0-setup.exe", NAME, f"{NAME}.abc.part"):
        (desk.folder / name).touch()
    asyncio.run(desk.desk.tidy(offer()))
    assert sorted(path.name for path in desk.folder.iterdir()) == [NAME, f"{NAME}.abc.part"]
    asyncio.run(desk.desk.tidy(None))
    assert list(desk.folder.iterdir()) == []


def test_news_come_from_the_changelog(desk: Desk, tmp_path: Path) -> None:
    desk.desk._version = "1.4.0"
    assert "printer" in asyncio.run(desk.desk.news())
    assert "children" in asyncio.run(desk.desk.news(after="0.1.0"))
    (tmp_path / "CHANGELOG.md").unlink()
    assert asyncio.run(desk.desk.news()) == ""


# -- the command -------------------------------------------------------------------------------


def command(desk: Desk, *options: str) -> int:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command")
    assert len(list(add_commands(commands))) == 1
    return run_updates(desk.desk, parser.parse_args(["updates", "check", *options]))


def test_the_command_tells_of_an_update_and_installs_nothing(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(desk) == 0
    said = capsys.readouterr().out
    assert said.startswith("SoleFlip Desktop 1.4.0 of 2026-11-24 is available; this is 0.1.0.\n")
    assert "printer" in said
    assert not desk.folder.exists()


def test_the_command_prints_json(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(desk, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["current"], told["available"], told["released"]) == (
        "0.1.0",
        "1.4.0",
        "2026-11-24",
    )
    assert told["file"]["size"] == len(CONTENT)
    assert told["obstacle"] is None


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_the_command_says_that_there_is_nothing(
    options: tuple[str, ...], desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.source.list = signed(version="0.1.0")
    assert command(desk, *options) == 0
    said = capsys.readouterr().out
    if options:
        assert json.loads(said) == {"looks": True, "current": "0.1.0", "available": None}
    else:
        assert said == "SoleFlip Desktop 0.1.0 is the newest version.\n"


def test_the_command_says_that_it_looks_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(tmp_path, channel=None)
    assert command(desk) == 0
    assert "looks for no updates" in capsys.readouterr().out
    assert command(desk, "--json") == 0
    assert json.loads(capsys.readouterr().out)["looks"] is False
