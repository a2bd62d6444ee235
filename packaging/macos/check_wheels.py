"""Checks that a release runs on the oldest macOS we promise: no runner has that one.

    python packaging/macos/check_wheels.py [--keep DIR]      the locked wheels, on any system
    python packaging/macos/check_wheels.py --app PATH.app    an app, on the kind of Mac it is for

Needs pip and `packaging` in its Python. Downloads what the release lock names for both kinds of
Mac, as packaging/build.py does there, into DIR/arm64 and DIR/x86_64 (a temporary folder without
--keep; wheels that are there already are taken). Of an app it sees also what is no wheel's: CPython
and PyInstaller's part. Reads every Mach-O file and prints what it found. Exit code 1 if one

- demands a newer macOS than `OLDEST_MACOS` in its header, unless `NEWER_HEADERS` says why not;
- binds strongly to a symbol that Apple's libc++ got later (a wheel's tag does not tell: PySide6
  6.12.0 is tagged 14.0 and needs 15.4);
- depends on a library that is neither the system's nor reached by a relative path, or on one
  that is not among the files;
- has no slice for the machine it was chosen for.
"""

from __future__ import annotations

import argparse
import platform
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

import version_info  # noqa: E402

LOCK = HERE.parent / "requirements-release.txt"
PYTHON = "3.12"
ARCHITECTURES = ("arm64", "x86_64")
Version = tuple[int, int]
_MAJOR, _MINOR = map(int, version_info.OLDEST_MACOS.split("."))
OLDEST_MACOS: Version = (_MAJOR, _MINOR)

#: Of files whose path says so, headers may name a newer macOS, and why that does no harm: dyld does
#: not compare a library's header with the system, only symbols that are missing stop it.
NEWER_HEADERS = {
    "pyside6": "Qt says 13.0, its bindings 15.0; what they import is older than 13.0",
    "shiboken6": "as the bindings",
}

#: Parts of Qt whose libraries are not in the wheels. The bundle leaves them out too.
NOT_SHIPPED = re.compile(
    r"PySide6/Qt/(qml/|plugins/(designer|sqldrivers|qmltooling)/"
    r"|plugins/platforminputcontexts/libqtvirtualkeyboard|plugins/imageformats/libqpdf)"
)

#: What Apple's libc++ exports only from that macOS on, by LLVM's own table of availability.
LIBCXX_SYMBOLS: tuple[tuple[str, Version], ...] = (
    (r"__ZNSt3__18to_charsEPcS0_[fde]", (13, 3)),
    (r"__ZNSt3__122__libcpp_verbose_abort", (13, 3)),
    (r"__Z(TVN|TIN|NK?)St3__13pmr", (14, 0)),
    (r"__ZNSt3__119__is_posix_terminal", (15, 0)),
    (r"___cxa_init_primary_exception", (15, 0)),
    (r"__Z(TVN|TIN|NK?)St3__117bad_function_call", (15, 4)),
    (r"__Z(TVN|TIN|NK?)St3__119bad_expected_access", (15, 4)),
    (r"__ZNSt3__1.*__from_chars_floating_point", (26, 0)),
    (r"__ZNSt3__113__hash_memory", (26, 1)),
)

FAT = 0xCAFEBABE
THIN = 0xFEEDFACF
CPU = {0x0100000C: "arm64", 0x01000007: "x86_64"}
LIBRARY_COMMANDS = {0x0C, 0x80000018, 0x8000001F, 0x20}  # load, weak, re-export, lazy
WEAK_LIBRARY = 0x80000018
SYMBOL_TABLE = 0x02
MIN_MACOS = 0x24
BUILD_VERSION = 0x32
TYPE_MASK, EXTERNAL, WEAK_REFERENCE = 0x0E, 0x01, 0x40
SYSTEM = ("/usr/lib/", "/System/Library/")
RELATIVE = ("@loader_path/", "@rpath/", "@executable_path/")


@dataclass
class Slice:
    """One machine's part of a Mach-O file."""

    machine: str
    macos: Version = (0, 0)
    libraries: list[str] = field(default_factory=list)
    symbols: list[str] = field(default_factory=list)  # undefined ones that must be found


@dataclass
class Report:
    """What one wheel, or one folder of an app, demands: by its headers and by its symbols."""

    name: str
    files: int = 0
    header: Version = (0, 0)
    symbols: Version = (0, 0)
    problems: list[str] = field(default_factory=list)


def slices(data: bytes) -> Iterator[Slice]:
    """The slices of a Mach-O file, none if the bytes are something else."""
    if len(data) < struct.calcsize(">7I"):
        return
    magic, count = struct.unpack_from(">2I", data)
    if magic == FAT and count < len(CPU) + 1:  # a Java class starts with the same four bytes
        for number in range(count):
            _, _, offset, size, _ = struct.unpack_from(">5I", data, 8 + 20 * number)
            yield from slices(data[offset : offset + size])
    elif struct.unpack_from("<I", data)[0] == THIN:
        yield thin(data)


def thin(data: bytes) -> Slice:
    cpu, _, _, commands = struct.unpack_from("<4I", data, 4)
    found = Slice(CPU.get(cpu, hex(cpu)))
    offset = 32
    for _ in range(commands):
        command, size = struct.unpack_from("<2I", data, offset)
        if command in {BUILD_VERSION, MIN_MACOS}:
            place = offset + (12 if command == BUILD_VERSION else 8)
            (packed,) = struct.unpack_from("<I", data, place)
            found.macos = (packed >> 16, packed >> 8 & 0xFF)
        elif command in LIBRARY_COMMANDS and command != WEAK_LIBRARY:
            (start,) = struct.unpack_from("<I", data, offset + 8)
            found.libraries.append(text(data, offset + start))
        elif command == SYMBOL_TABLE:
            found.symbols = undefined(data, *struct.unpack_from("<3I", data, offset + 8))
        offset += size
    return found


def undefined(data: bytes, table: int, count: int, strings: int) -> list[str]:
    """The names that the loader has to find, or refuse the file."""
    names = []
    for start, kind, _, description, _ in struct.iter_unpack(
        "<IBBHQ", data[table : table + 16 * count]
    ):
        if kind & TYPE_MASK == 0 and kind & EXTERNAL and not description & WEAK_REFERENCE:
            names.append(text(data, strings + start))
    return names


def text(data: bytes, start: int) -> str:
    return data[start : data.index(b"\0", start)].decode()


def needed(symbols: list[str]) -> dict[str, Version]:
    """Symbols that the oldest macOS lacks -> the macOS that has them."""
    return {
        symbol: version
        for symbol in symbols
        for pattern, version in LIBCXX_SYMBOLS
        if version > OLDEST_MACOS and re.match(pattern, symbol)
    }


def look_at(wheel: Path, machine: str, known: set[str]) -> Report:
    """Reads every Mach-O file of a wheel. `known`: the file names of all wheels."""
    report = Report(wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            read(report, name, archive.read(name), machine, known)
    return report


def read(report: Report, name: str, data: bytes, machine: str, known: set[str]) -> None:
    """Adds to the report what a file demands, if it is a Mach-O file."""
    found = [] if NOT_SHIPPED.search(name) else list(slices(data))
    report.files += bool(found)
    mine = [part for part in found if part.machine == machine]
    if found and not mine:
        report.problems.append(f"{name}: nothing for {machine}")
    for part in mine:
        judge(report, name, part, known)


def judge(report: Report, name: str, part: Slice, known: set[str]) -> None:
    report.header = max(report.header, part.macos)
    excused = any(word in name.lower() for word in NEWER_HEADERS)
    if part.macos > OLDEST_MACOS and not excused:
        report.problems.append(f"{name}: made for macOS {dotted(part.macos)}")
    for symbol, version in needed(part.symbols).items():
        report.symbols = max(report.symbols, version)
        report.problems.append(f"{name}: {symbol} came with macOS {dotted(version)}")
    for library in part.libraries:
        if library.startswith(RELATIVE):
            if PurePosixPath(library).name not in known:
                report.problems.append(f"{name}: {library} is not there")
        elif not library.startswith(SYSTEM):
            report.problems.append(f"{name}: {library} is not the system's, nor relative")


def dotted(version: Version) -> str:
    return ".".join(map(str, version)) if version > (0, 0) else "-"


def locked(machine: str) -> str:
    """The part of the lock file that a Mac of that kind installs, without markers."""
    from packaging.markers import Marker  # noqa: PLC0415  (the Python that starts builds has none)

    environment = {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_system": "Darwin",
        "python_full_version": f"{PYTHON}.0",
        "python_version": PYTHON,
        "sys_platform": "darwin",
    }
    chosen = []
    for entry in re.split(
        r"^(?=[A-Za-z0-9])", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE
    ):
        first, _, rest = entry.partition("\n")
        pin, _, marker = first.removesuffix("\\").partition(";")
        if "==" in pin and (not marker or Marker(marker).evaluate(environment)):
            chosen.append(f"{pin.strip()} \\\n{rest}")
    return "".join(chosen)


def download(folder: Path, machine: str) -> None:
    """Fetches the wheels of one kind of Mac into `folder`, on any system."""
    folder.mkdir(parents=True, exist_ok=True)
    requirements = folder / "requirements.txt"
    requirements.write_text(locked(machine), encoding="utf-8")
    fetch(folder, requirements, machine, python=sys.executable, version=PYTHON)


def fetch(folder: Path, requirements: Path, machine: str, *, python: str, version: str) -> None:
    """The wheels that the oldest macOS takes, or older ones; hashes are checked by pip.

    Raises CalledProcessError where pip fails; it has said why.
    """
    system = f"macosx_{'_'.join(map(str, OLDEST_MACOS))}_{machine}"
    command = [python, "-m", "pip", "--disable-pip-version-check", "download", "-q"]
    command += ["--no-deps", "--only-binary=:all:", "--require-hashes", "-d", str(folder)]
    command += ["--platform", system, "--python-version", version, "-r", str(requirements)]
    subprocess.run(command, check=True)


def check(folder: Path, machine: str) -> list[Report]:
    wheels = sorted(folder.glob("*.whl"))
    known = {
        PurePosixPath(name).name for wheel in wheels for name in zipfile.ZipFile(wheel).namelist()
    }
    reports = [look_at(wheel, machine, known) for wheel in wheels]
    return [report for report in reports if report.files]


def check_app(app: Path, machine: str) -> list[Report]:
    """By the folder or library that a file belongs to, such as Frameworks/numpy."""
    files = [path for path in sorted(app.rglob("*")) if path.is_file() and not path.is_symlink()]
    known = {path.name for path in files}
    reports: dict[str, Report] = {}
    for path in files:
        name = path.relative_to(app / "Contents").as_posix()
        owner = "/".join(name.split("/")[:2])
        report = reports.setdefault(owner, Report(owner))
        read(report, name, path.read_bytes(), machine, known)
    return [report for report in reports.values() if report.files]


def show(machine: str, reports: list[Report]) -> int:
    """Prints a machine's table and problems; returns how many problems there are."""
    print(f"\n{machine}: {'files':>6} {'header':>7} {'symbols':>8}")
    for report in sorted(reports, key=lambda each: (each.header, each.symbols), reverse=True):
        name = "-".join(report.name.split("-")[:2])
        print(
            f"  {name:32}{report.files:>4} {dotted(report.header):>7} {dotted(report.symbols):>8}"
        )
    problems = [f"{each.name}: {problem}" for each in reports for problem in each.problems]
    print("\n".join(problems) or f"  All of it runs on macOS {dotted(OLDEST_MACOS)}.")
    return len(problems)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Checks the locked macOS wheels, or an app.")
    parser.add_argument(
        "--keep", type=Path, help="folder for the wheels (default: a temporary one)"
    )
    parser.add_argument("--app", type=Path, help="an app, in place of the wheels")
    options = parser.parse_args(argv)
    if options.app:
        reports = check_app(options.app, platform.machine())
        if not reports:
            raise SystemExit(f"{options.app} holds no program: is it an app?")
        return 1 if show(platform.machine(), reports) else 0
    keep = options.keep
    with tempfile.TemporaryDirectory() as scratch:
        folder = keep or Path(scratch)
        problems = 0
        for machine in ARCHITECTURES:
            if not list((folder / machine).glob("*.whl")):
                download(folder / machine, machine)
            problems += show(machine, check(folder / machine, machine))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
