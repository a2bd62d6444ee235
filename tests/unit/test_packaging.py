"""What is shipped holds what it needs, and a fresh machine can be set up from what is written."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
import zipfile
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

import pytest

from helpers.scripts import load_script
from soleflip_desktop import __version__
from soleflip_desktop.db import schema

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / "packaging" / "dev.py"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
BOUND = re.compile(r"(>=|<)([0-9.]+)")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The set-up script, its environment in a temporary folder."""
    module = load_script("dev")
    monkeypatch.setattr(module, "VENV", tmp_path)
    monkeypatch.setattr(module, "PYTHON", tmp_path / "python")
    return module


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return HeaderParser().parsestr(wheel.read(name).decode())


@pytest.mark.parametrize("folder", ["migrations", "resources"])
def test_wheel_holds_the_data(wheel: zipfile.ZipFile, folder: str) -> None:
    files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    wanted = {
        f"soleflip_desktop/_data/{path.relative_to(ROOT).as_posix()}"
        for path in files
        if "__pycache__" not in path.parts
    }
    shipped = {name for name in wheel.namelist() if f"_data/{folder}/" in name}
    assert wanted
    assert shipped == wanted


def test_wheel_holds_the_app_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    top = {PurePosixPath(name).parts[0] for name in wheel.namelist()}
    assert top == {"soleflip_desktop", f"soleflip_desktop-{__version__}.dist-info"}
    code = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("soleflip_desktop/**/*.py")}
    assert code <= set(wheel.namelist())
    assert not [name for name in wheel.namelist() if PurePosixPath(name).name.startswith("test_")]


def test_wheel_says_who_it_is(wheel: zipfile.ZipFile) -> None:
    about = metadata(wheel)
    assert about["Version"] == __version__
    assert about["License-Expression"] == "Apache-2.0"
    prefix = f"soleflip_desktop-{__version__}.dist-info"
    assert b"Apache License" in wheel.read(f"{prefix}/licenses/LICENSE")
    entry_points = wheel.read(f"{prefix}/entry_points.txt").decode()
    assert "soleflip-desktop = soleflip_desktop.__main__:main" in entry_points


def test_entry_point_can_be_called() -> None:
    target = project()["project"]["scripts"]["soleflip-desktop"]
    module, _, function = target.partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def requirements() -> list[str]:
    settings = project()
    return [*settings["project"]["dependencies"], *settings["dependency-groups"]["dev"]]


@pytest.mark.parametrize("requirement", requirements())
def test_lock_satisfies_the_requirement(requirement: str) -> None:
    lock = (ROOT / "packaging" / "requirements-dev.txt").read_text(encoding="utf-8")
    specification = requirement.partition(";")[0]
    name = normalised(re.split(r"[\[<>=]", specification)[0].strip())
    pins = [version(pin) for locked, pin in PIN.findall(lock) if normalised(locked) == name]
    assert pins, f"{name} is not locked: make the lock file anew (README, Dependencies)"
    bounds = [(sign, version(bound)) for sign, bound in BOUND.findall(specification)]
    assert bounds
    good = [
        pin
        for pin in pins
        if all(pin >= bound if sign == ">=" else pin < bound for sign, bound in bounds)
    ]
    # A package may be locked once for each of several markers, its requirement then stands twice.
    assert good == pins or (";" in requirement and good)


def test_lock_keeps_qt_on_the_release_that_works() -> None:
    lock = (ROOT / "packaging" / "requirements-dev.txt").read_text(encoding="utf-8")
    pins = {normalised(name): version(pin) for name, pin in PIN.findall(lock)}
    assert (6, 11) <= pins["pyside6-essentials"] < (6, 12)
    assert pins["shiboken6"] == pins["pyside6-essentials"]


def test_lock_has_a_hash_for_every_package() -> None:
    lock = (ROOT / "packaging" / "requirements-dev.txt").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)
    assert [entry for entry in entries if entry.strip() and "--hash=sha256:" not in entry] == []


def test_head_is_the_newest_migration() -> None:
    revisions = {}
    for path in ROOT.joinpath("migrations", "versions").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        (revision,) = re.findall(r'^revision(?:: str)? = "(.+)"$', text, re.MULTILINE)
        assert path.name.startswith(revision), "schema.py reads the revision from the file's name"
        revisions[revision] = re.findall(r'^down_revision.* = "(.+)"$', text, re.MULTILINE)
    assert max(revisions) == schema.HEAD
    order = sorted(revisions)
    assert [revisions[name] for name in order] == [[], *([name] for name in order[:-1])]


@pytest.mark.parametrize("place", ["README.md", ".ci/run", ".github/workflows/ci.yml"])
def test_qt_libraries_are_the_same_everywhere(dev: ModuleType, place: str) -> None:
    text = (ROOT / place).read_text(encoding="utf-8")
    named = set(re.findall(r"\blib[a-z0-9.+-]*\d\b", text))
    wanted = set(dev.QT_LIBRARIES.values())
    if place == "README.md":
        wanted |= set(dev.WINDOW_LIBRARIES.values())
    assert wanted <= named


def test_set_up_script_can_complain_on_an_old_python() -> None:
    ast.parse(DEV.read_text(encoding="utf-8"), feature_version=(3, 7))


def test_set_up_script_explains_itself(dev: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main([]) == 64
    assert dev.main(["exec"]) == 64
    assert "dev.py test" in capsys.readouterr().out


def test_set_up_happens_once(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def make() -> bool:
        done.append("environment")
        dev.PYTHON.touch()
        return True

    def install(*arguments: str | Path) -> bool:
        done.append("packages" if "--require-hashes" in arguments else "project")
        return True

    monkeypatch.setattr(dev, "make_environment", make)
    monkeypatch.setattr(dev, "pip", install)
    assert dev.prepare()
    assert done == ["environment", "packages", "project"]
    assert dev.prepare()
    assert done == ["environment", "packages", "project"]
    dev.stamp("project", "an older pyproject.toml")
    assert dev.prepare()
    assert done[3:] == ["project"], "the environment stays: something may be running in it"
    dev.stamp("packages", "an older lock file")
    assert dev.prepare()
    assert done[4:] == ["environment", "packages"]


def test_locked_packages_come_from_where_they_are_said_to_be(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str | Path, ...]] = []

    def pip(*arguments: str | Path) -> bool:
        asked.append(arguments)
        return True

    monkeypatch.setattr(dev, "make_environment", lambda: True)
    monkeypatch.setattr(dev, "pip", pip)
    assert dev.prepare(lambda: ["--no-index"])
    assert ["--no-index" in arguments for arguments in asked] == [True, False]
    assert ["--require-hashes" in arguments for arguments in asked] == [True, False]


@pytest.mark.parametrize(("heaviest", "status"), [(2, 0), (0.5, 1)])
def test_package_that_is_too_big_stops_the_build(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    heaviest: float,
    status: int,
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    build = load_script("build")
    monkeypatch.setattr(build, "PACKAGES", tmp_path)
    monkeypatch.setattr(build, "HEAVIEST_MB", heaviest)
    monkeypatch.setattr(build, "run_part", lambda *_arguments: 0)
    (tmp_path / "app.deb").write_bytes(b"\0" * 1_000_000)
    for make in (build.deb, build.tar, build.appimage, build.setup, build.weigh):
        assert make() == status
    assert "app.deb: 1.0 MB" in capsys.readouterr().out


def test_failed_set_up_is_tried_again(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "make_environment", lambda: True)
    monkeypatch.setattr(dev, "pip", lambda *_arguments: False)
    assert not dev.prepare()
    assert list(dev.VENV.glob("*.stamp")) == []


def test_missing_qt_libraries_are_named_as_packages(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    dev.warn_of_missing_libraries({"libsoleflip-absent.so.1": "libsoleflip1"})
    assert "apt-get install libsoleflip1" in capsys.readouterr().out
