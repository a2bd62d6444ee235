"""Makes the Windows setup of a bundle with makensis (NSIS 3), on Windows or Linux.

    python packaging/windows/make_setup.py BUNDLE PACKAGES [--version X.Y.Z] [--uncompressed]

BUNDLE is the folder that PyInstaller made on Windows, "dist/SoleFlip Desktop"; the setup is put
into the folder PACKAGES. It is not signed here. What it can do is written in app.nsi.
"""

from __future__ import annotations

import argparse
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGING = HERE.parent
sys.path[:0] = [str(PACKAGING)]

import bundle_files  # noqa: E402
import version_info  # noqa: E402

SCRIPT = HERE / "app.nsi"
ICON = PACKAGING / "icons" / "soleflip.ico"
PROGRAM = f"{version_info.PRODUCT}.exe"
CONSOLE = f"{version_info.CONSOLE}.exe"
LIBRARIES = "_internal"
EXTENSION = f".{version_info.PROFILE_SUFFIX}"
#: Letters of the longest folder to install into; Windows allows 259 for a whole path.
LONGEST_FOLDER = 150
LONGEST_FILE = 259 - LONGEST_FOLDER - len("\\_before\\")
#: Helps of the wine bench; Windows has its own, and a bundle must not bring another.
NOT_OURS = ("icuuc.dll", "mscms.dll", "ucrtbase.dll", "ucrtwine.dll")
OTHERS = "others.nsh"
SIDE = "side.bmp"
BLUE = "2257C9"
_STUB_FOR_WINE = Path("/usr/share/nsis/Stubs/zlib-amd64-unicode")
_X64 = 0x8664
_DOS_HEAD = struct.Struct("<60xI")  # its last field says where the real head is


def main(dist: Path, packages: Path, version: str, *, uncompressed: bool = False) -> int:
    """Make the setup of the bundle `dist`. Prints what is wrong and returns 1, or 0."""
    found = problems(dist)
    makensis = find_makensis()
    if makensis is None:
        found.append("makensis is not installed: https://nsis.sourceforge.io, or apt's nsis")
    if found or makensis is None:
        print(f"No setup of {dist}:", *found, sep="\n  ", file=sys.stderr)
        return 1
    packages.mkdir(parents=True, exist_ok=True)
    out = packages / setup_name(version)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / OTHERS).write_text(with_others(other_files(dist)), encoding="utf-8")
        (Path(scratch) / SIDE).write_bytes(side_picture())
        command = [makensis, *arguments(dist.resolve(), out.resolve(), version, Path(scratch))]
        command += ["-DUNCOMPRESSED"] if uncompressed else []
        code = subprocess.run([*command, str(SCRIPT)], check=False).returncode
    if code == 0:
        size = out.stat().st_size / 1e6
        print(f"{out}: {size:.1f} MB of {kilobytes(dist) * 1024 / 1e6:.1f} MB,", end=" ")
        print(f"{time.monotonic() - began:.0f} s")
    return code


def find_makensis() -> str | None:
    """On the PATH, or where NSIS's own setup puts it, which leaves the PATH alone."""
    usual = Path(os.environ.get("PROGRAMFILES(X86)", "")) / "NSIS" / "makensis.exe"
    return shutil.which("makensis") or (str(usual) if usual.is_file() else None)


def setup_name(version: str) -> str:
    """Not "setup.exe": Windows treats programs of that very name as older than they are."""
    return f"{version_info.PRODUCT.replace(' ', '-')}-{version}-setup.exe"


def arguments(dist: Path, out: Path, version: str, scratch: Path) -> list[str]:
    """What makensis has to be told; the script has no name of the app of its own."""
    names = {
        "PRODUCT": version_info.PRODUCT,
        "PUBLISHER": version_info.PUBLISHER,
        "COPYRIGHT": version_info.COPYRIGHT,
        "VERSION": version,
        "VERSION_OF_FOUR": four_numbers(version),
        "EXE": PROGRAM,
        "CONSOLE": CONSOLE,
        "EXTENSION": EXTENSION,
        "LONGEST_FOLDER": str(LONGEST_FOLDER),
        "SIZE_KB": str(kilobytes(dist)),
        "ICON": str(ICON),
        "DIST": str(dist),
        "OTHERS": str(scratch / OTHERS),
        "SIDE": str(scratch / SIDE),
        "OUT": str(out),
    }
    options = ["-V2", "-WX", "-INPUTCHARSET", "UTF8"]
    options += [f"-D{name}={value}" for name, value in names.items()]
    # wine on a 64-bit system without 32-bit parts cannot run the ordinary, 32-bit setup.
    return [*options, "-DX64STUB"] if _STUB_FOR_WINE.exists() else options


def side_picture() -> bytes:
    """The last page's left side, in the icon's blue; NSIS has its own picture there otherwise."""
    width, height, blue_green_red = 164, 314, bytes.fromhex(BLUE)[::-1]
    pixels = blue_green_red * width * height  # a line's length is a multiple of four, as it must be
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(pixels), 0, 0, 0, 0)
    start = 14 + len(head)
    return struct.pack("<2sIHHI", b"BM", start + len(pixels), 0, 0, start) + head + pixels


def with_others(names: list[str]) -> str:
    """A macro that does with each of these files what it is told."""
    lines = [f'  !insertmacro ${{WHAT_TO_DO}} "{name.replace("$", "$$")}"' for name in names]
    return "\n".join(["!macro WITH_OTHERS WHAT_TO_DO", *lines, "!macroend", ""])


def problems(dist: Path) -> list[str]:
    """Why this folder is not a bundle for Windows."""
    if not dist.is_dir():
        return ["there is no such folder; build the bundle first"]
    found = [
        f"{name} is no 64-bit Windows program"
        for name in (PROGRAM, CONSOLE)
        if not is_windows_program(dist / name)
    ]
    libraries = dist / LIBRARIES
    found += bundle_files.problems(libraries, "win32") if libraries.is_dir() else [LIBRARIES]
    found += [f"{path.name} is another folder" for path in other_folders(dist)]
    names = [path.relative_to(dist) for path in dist.rglob("*")]
    found += [f"{name} must not be shipped" for name in names if name.name.lower() in NOT_OURS]
    return found + [f"{name} is too long" for name in names if len(str(name)) > LONGEST_FILE]


def is_windows_program(path: Path) -> bool:
    """By the head of the file: a Portable Executable for x64."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(_DOS_HEAD.size)
        if len(head) < _DOS_HEAD.size or not head.startswith(b"MZ"):
            return False
        file.seek(_DOS_HEAD.unpack(head)[0])
        return file.read(6) == b"PE\0\0" + struct.pack("<H", _X64)


def other_folders(dist: Path) -> list[Path]:
    """The uninstaller removes one folder; another one would stay."""
    return [path for path in dist.iterdir() if path.is_dir() and path.name != LIBRARIES]


def other_files(dist: Path) -> list[str]:
    """Licences and the like beside the programs."""
    names = (path.name for path in dist.iterdir() if path.is_file())
    return sorted(name for name in names if name not in {PROGRAM, CONSOLE})


def kilobytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 1024


def four_numbers(version: str) -> str:
    """Windows' form of a version: "1.2.3rc1" is 1.2.3.0."""
    numbers = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        numbers.append(int(digits or 0))
        if digits != part:
            break
    return ".".join(str(number) for number in (*numbers, 0, 0, 0, 0)[:4])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("bundle", type=Path)
    parser.add_argument("packages", type=Path)
    parser.add_argument("--version", default=version_info.app_version())
    parser.add_argument("--uncompressed", action="store_true", help="for a quick try")
    chosen = parser.parse_args()
    sys.exit(main(chosen.bundle, chosen.packages, chosen.version, uncompressed=chosen.uncompressed))
