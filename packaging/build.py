"""Builds what is released, and tests what was built.

    python3 packaging/build.py bundle      dist/: the program with all that it needs
    python3 packaging/build.py size        what the bundle weighs, by component
    python3 packaging/build.py smoke       the bundle's own test, off screen and on a virtual screen
    python3 packaging/build.py crash       tests/bundle: killed programs, read-only folders
    python3 packaging/build.py deb|tar|appimage     dist/packages/, on Linux
    python3 packaging/build.py deb-test    install, run and purge it in a clean Debian; needs root
    python3 packaging/build.py setup       dist/packages/, on Windows
    python3 packaging/build.py dmg         dist/packages/, on macOS
    python3 packaging/build.py weigh       dist/packages/: fails where one is too big to download
    python3 packaging/build.py licences [ARGS...]   packaging/licences.py on what ships
    python3 packaging/build.py all         bundle and everything else of this system

Needs Python 3.11 or later; releases are built with 3.12. The environment of builds lies in
`.venv-release` and is made anew when the lock or the Python changes.
"""

from __future__ import annotations

import importlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import bundle_files
import dev
import version_info

ROOT = dev.ROOT
HERE = ROOT / "packaging"
DIST = ROOT / "dist"
PACKAGES = DIST / "packages"
SCRATCH = ROOT / "build"
NAME = version_info.executable_name()
MACOS = sys.platform == "darwin"
BUNDLE = DIST / (f"{NAME}.app" if MACOS else NAME)
CONTENTS = BUNDLE / "Contents" / "MacOS" if MACOS else BUNDLE
EXECUTABLE = CONTENTS / (NAME + (".exe" if sys.platform == "win32" else ""))
LIBRARIES = BUNDLE / "Contents" / "Frameworks" if MACOS else BUNDLE / "_internal"

#: Megabytes of a package: what people wait for at each download, of an update too. Polars, Qt and
#: PostgreSQL are most of it; whatever comes on top is to be a decision, not an accident.
HEAVIEST_MB = 110

_UNRESOLVED = re.compile(r"could not resolve '(lib(?:xcb|xkbcommon)[^']*)'")

# dev.py sets up the environment that these name; ours is another one, from another lock.
dev.VENV = ROOT / ".venv-release"
dev.LOCK = HERE / "requirements-release.txt"
dev.BIN = dev.VENV / ("Scripts" if os.name == "nt" else "bin")
dev.PYTHON = dev.BIN / ("python.exe" if os.name == "nt" else "python")


def main(argv: list[str]) -> int:
    command, rest = (argv[0], argv[1:]) if argv else ("", [])
    if command not in COMMANDS or (rest and command != "licences"):
        print(__doc__)
        return 64
    if sys.version_info < dev.OLDEST_PYTHON:
        print("A build needs Python 3.11 or later; this is", sys.version.split()[0])
        return 1
    if command not in {"bundle", "all", "licences"} and not EXECUTABLE.exists():
        print(f"There is no {EXECUTABLE}: run packaging/build.py bundle first.")
        return 1
    try:
        return licences(rest) if command == "licences" else COMMANDS[command]()
    except KeyboardInterrupt:
        return 130


def prepare() -> bool:
    return dev.prepare(oldest_wheels if MACOS else tuple)


def oldest_wheels() -> list[str]:
    """A folder of the very wheels that the check of macOS has proved, and nothing else, for pip.

    Left alone it takes the newest that run here: NumPy has others for macOS 14 and later.
    """
    folder = SCRATCH / "wheels"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    fetch = importlib.import_module("macos.check_wheels").fetch
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    fetch(folder, dev.LOCK, platform.machine(), python=str(dev.PYTHON), version=version)
    return ["--no-index", "--find-links", str(folder)]


def bundle() -> int:
    if not prepare():
        return 1
    began = time.monotonic()
    shutil.rmtree(BUNDLE, ignore_errors=True)
    SCRATCH.mkdir(exist_ok=True)
    log = SCRATCH / "pyinstaller.log"
    options = ["--noconfirm", "--distpath", str(DIST), "--workpath", str(SCRATCH)]
    with log.open("wb") as file:
        status = subprocess.run(
            [str(dev.PYTHON), "-m", "PyInstaller", *options, str(HERE / "app.spec")],
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"},  # the same bytes each time
            check=False,
        ).returncode
    said = log.read_text(encoding="utf-8", errors="replace")
    if status != 0:
        print(f"PyInstaller failed; see {log}.", *said.splitlines()[-25:], sep="\n")
        return 1
    return write_notices() or report_bundle(said, time.monotonic() - began)


def write_notices() -> int:
    """The licences of everything in the bundle, into the bundle; fails on what may not ship."""
    holder = BUNDLE / "Contents" if MACOS else BUNDLE
    folder = holder / "Resources" if MACOS else LIBRARIES
    script, out = str(HERE / "licences.py"), str(folder / "THIRD-PARTY-NOTICES.txt")
    return dev.call(
        *(str(dev.PYTHON), script, "notices", "--bundle", str(holder), "--out", out),
    )


def report_bundle(log: str, seconds: float) -> int:
    """What PyInstaller merely warns of and we do not accept, or one line of success."""
    found = bundle_files.problems(LIBRARIES)
    found += starts()
    # A bundle that was built without these would start on this computer and on few others.
    found += [f"this system lacks {name}" for name in sorted(set(_UNRESOLVED.findall(log)))]
    if found:
        print("The bundle is not complete:", *found, sep="\n  ")
        return 1
    files = [path for path in BUNDLE.rglob("*") if path.is_file() and not path.is_symlink()]
    size = sum(path.stat().st_size for path in files)
    print(f"{BUNDLE}: {len(files)} files, {size / 1e6:.0f} MB, {seconds:.0f} s")
    return 0


def starts() -> list[str]:
    """The command line imports all but Qt: a library that does not load shows here at once."""
    program = CONTENTS / "soleflip.exe" if sys.platform == "win32" else EXECUTABLE
    said = subprocess.run([program, "--version"], capture_output=True, check=False)
    if said.returncode == 0 and version_info.app_version().encode() in said.stdout:
        return []
    text = said.stderr.decode(errors="replace").strip()
    return [f"{program} --version ended with {said.returncode}: {text}"]


def size() -> int:
    return run_part("bundle_size", BUNDLE)


def smoke() -> int:
    """The app's own test, as an ordinary user where we are root: PostgreSQL refuses that."""
    script = HERE / "smoke.py"
    if not script.exists():
        return lacking(script)
    rights = ["--as-user", "nobody"] if sys.platform != "win32" and os.geteuid() == 0 else []
    runs: list[list[str]] = [[]]
    if sys.platform.startswith("linux"):
        keyring = ["--keyring"] if shutil.which("gnome-keyring-daemon") else []
        runs += [["--xvfb", *keyring]]
    for options in runs:
        status = dev.call(sys.executable, str(script), *rights, *options, str(EXECUTABLE))
        if status:
            return status
    return 0


def crash() -> int:
    os.environ["SOLEFLIP_BUNDLE"] = str(EXECUTABLE)
    return dev.call(sys.executable, str(HERE / "dev.py"), "test", "tests/bundle", "-v", "-s")


def deb() -> int:
    return package("linux.make_deb")


def deb_test() -> int:
    return run_part("linux.deb_test", PACKAGES, version_info.app_version())


def tar() -> int:
    return package("linux.make_tar")


def appimage() -> int:
    return package("linux.make_appimage")


def setup() -> int:
    return package("windows.make_setup")


def dmg() -> int:
    """Signs the app, or seals it without an identity, and packs it."""
    for name in ("sign.sh", "make_dmg.sh"):
        script = HERE / "macos" / name
        if not script.exists():
            return lacking(script)
        target = [str(PACKAGES), version_info.app_version()] if name == "make_dmg.sh" else []
        PACKAGES.mkdir(parents=True, exist_ok=True)
        status = dev.call("bash", str(script), str(BUNDLE), *target)
        if status:
            return status
    return weigh()


def package(module: str) -> int:
    return run_part(module, BUNDLE, PACKAGES, version_info.app_version()) or weigh()


def weigh() -> int:
    """Says what each package weighs; 1 where one is heavier than it may be."""
    megabytes = {path.name: path.stat().st_size / 1e6 for path in sorted(PACKAGES.glob("*"))}
    for name, size in megabytes.items():
        print(f"{name}: {size:.1f} MB" + (" IS TOO BIG" if size > HEAVIEST_MB else ""))
    print(f"A package may have {HEAVIEST_MB} MB.")
    return 1 if max(megabytes.values(), default=0) > HEAVIEST_MB else 0


def licences(arguments: list[str]) -> int:
    script = HERE / "licences.py"
    if not script.exists():
        return lacking(script)
    if not prepare():
        return 1
    shipped = ["check", "--bundle", str(BUNDLE)] if BUNDLE.exists() else ["check"]
    return dev.call(str(dev.PYTHON), str(script), *(arguments or shipped))


def everything() -> int:
    steps: list[Callable[[], int]] = [bundle, size, smoke]
    if sys.platform == "win32":
        steps += [setup]
    elif MACOS:
        steps += [dmg]
    else:
        steps += [crash, deb, deb_test, tar, appimage]
    for step in steps:
        print(f"\n# {step.__name__}", flush=True)
        status = step()
        if status:
            return status
    return 0


def run_part(module: str, *arguments: Path | str) -> int:
    """A part that only one system needs, imported when it is asked for."""
    path = HERE / (module.replace(".", "/") + ".py")
    if not path.exists():
        return lacking(path)
    part: Callable[..., int] = importlib.import_module(module).main
    return int(part(*arguments))


def lacking(path: Path) -> int:
    print(f"{path} is not there: this checkout cannot do that.")
    return 1


COMMANDS: dict[str, Callable[[], int]] = {
    "bundle": bundle,
    "size": size,
    "smoke": smoke,
    "crash": crash,
    "deb": deb,
    "deb-test": deb_test,
    "tar": tar,
    "appimage": appimage,
    "setup": setup,
    "dmg": dmg,
    "weigh": weigh,
    "licences": lambda: licences([]),
    "all": everything,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
