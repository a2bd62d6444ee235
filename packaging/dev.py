"""Sets up everything from a fresh checkout and runs the app, the tests or a tool.

    python3 packaging/dev.py run [ARGS...]     the app (no ARGS) or its CLI
    python3 packaging/dev.py test [ARGS...]    what CI runs; ARGS go to pytest alone
    python3 packaging/dev.py exec TOOL [...]   any tool of the environment

Needs Python 3.11 or later and nothing else. The environment lives in `.venv` beside
`pyproject.toml`. It is made anew when the locked requirements or the Python change, and stays
while only `pyproject.toml` does: another command may be running in it.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "packaging" / "requirements-dev.txt"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST_PYTHON = (3, 11)

#: What Qt's wheel takes from the system: library -> Debian package. A window needs both lists,
#: the CLI neither, the tests (which draw off screen) the first one.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
}
WINDOW_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def main(argv: list[str]) -> int:
    command, rest = (argv[0], argv[1:]) if argv else ("", [])
    if command not in {"run", "test", "exec"} or (command == "exec" and not rest):
        print(__doc__)
        return 64
    if sys.version_info < OLDEST_PYTHON:
        print("SoleFlip Desktop needs Python 3.11 or later; this is", sys.version.split()[0])
        return 1
    try:
        return {"run": run, "test": test, "exec": execute}[command](rest) if prepare() else 1
    except KeyboardInterrupt:
        return 130


def run(arguments: list[str]) -> int:
    if not arguments:
        warn_of_missing_libraries(QT_LIBRARIES | WINDOW_LIBRARIES)
    return call(str(PYTHON), "-m", "soleflip_desktop", *arguments)


def execute(arguments: list[str]) -> int:
    return call(str(BIN / arguments[0]), *arguments[1:])


def prepare(options: Callable[[], Sequence[str]] = tuple) -> bool:
    """Makes `.venv` match the lock file. Returns False, after saying why, when it cannot.

    `options` is asked for more of pip's options for the locked packages, where they are wanted.
    """
    packages = f"{digest(LOCK)} {sys.version_info[0]}.{sys.version_info[1]} {ROOT}"
    project = digest(ROOT / "pyproject.toml")
    if not (is_stamped("packages", packages) and PYTHON.exists()):
        print(f"Setting up {VENV} (about a minute, once) ...", file=sys.stderr, flush=True)
        locked = ("--require-hashes", "--only-binary=:all:", "-r", LOCK)
        if not (make_environment() and pip(*options(), *locked)):
            return False
        stamp("packages", packages)
    if not is_stamped("project", project):
        if not pip("--no-deps", "--no-build-isolation", "-e", ROOT):
            return False
        stamp("project", project)
    return True


def make_environment() -> bool:
    shutil.rmtree(VENV, ignore_errors=True)
    # Not sys.executable: that may be the interpreter inside the folder just removed.
    python = getattr(sys, "_base_executable", None) or sys.executable
    if subprocess.run([python, "-m", "venv", str(VENV)], check=False).returncode == 0:
        return True
    print(
        "This Python cannot make virtual environments. On Debian and Ubuntu: "
        "apt-get install python3-venv",
        file=sys.stderr,
    )
    return False


def pip(*arguments: str | Path) -> bool:
    """Installs into `.venv`. Its output goes to stderr: stdout may be the CLI's JSON."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "-q", "install"]
    command += [str(argument) for argument in arguments]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode == 0:
        return True
    print("The packages could not be installed; see pip's message above.", file=sys.stderr)
    return False


def digest(path: Path) -> str:
    """The same for Unix and Windows line ends, so that a checkout's setting does not matter."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def is_stamped(kind: str, value: str) -> bool:
    path = VENV / f"soleflip-{kind}.stamp"
    return path.exists() and path.read_text(encoding="utf-8") == value


def stamp(kind: str, value: str) -> None:
    (VENV / f"soleflip-{kind}.stamp").write_text(value, encoding="utf-8")


def test(arguments: list[str]) -> int:
    """Runs the checks of CI one after another; the first failure ends the run."""
    os.chdir(ROOT)
    warn_of_missing_libraries(QT_LIBRARIES)
    if arguments:
        return call(str(BIN / "pytest"), *arguments)
    workers = str(min(4, os.cpu_count() or 1))
    checks = (
        ("ruff", "format", "--check", "."),
        ("ruff", "check", "."),
        ("mypy",),
        ("lint-imports", "--no-cache"),
        ("pytest", "-n", workers, "--cov", "--cov-report=term:skip-covered"),
    )
    for tool, *rest in checks:
        print("\n$", tool, *rest, flush=True)
        status = call(str(BIN / tool), *rest)
        if status:
            return status
    return 0


def warn_of_missing_libraries(wanted: dict[str, str]) -> None:
    """Says which packages Qt lacks, before Qt's own message names one library at a time."""
    if sys.platform != "linux":
        return
    missing = [package for library, package in wanted.items() if not loads(library)]
    if missing:
        print("Qt needs system libraries that are missing here. On Debian and Ubuntu:")
        print("  apt-get install", *missing, flush=True)


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def call(*command: str) -> int:
    """Runs a command where the caller stands: relative file arguments keep their meaning."""
    environment = os.environ | {"PYTHONUTF8": "1"}
    status = subprocess.run(command, env=environment, check=False).returncode
    return status if status >= 0 else 128 - status  # killed by a signal, as shells say it


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
