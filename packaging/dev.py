"""Sets up everything from a fresh checkout and runs the app, the tests or a tool.

    python3 packaging/dev.py run [ARGS...]     the app (no ARGS) or its CLI
    python3 packaging/dev.py test [ARGS...]    what CI runs; ARGS go to pytest alone
    python3 packaging/dev.py exec TOOL [...]   any tool of the environment

Needs Python 3.11 or later and nothing else. The environment lives in `.venv` beside
`pyproject.toml` and is made anew when the locked requirements change.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "packaging" / "requirements-dev.txt"
STAMP = VENV / "soleflip-lock.sha256"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST_PYTHON = (3, 11)


def main(argv: list[str]) -> int:
    if not argv or argv[0] not in {"run", "test", "exec"}:
        print(__doc__)
        return 64
    if sys.version_info < OLDEST_PYTHON:
        print("SoleFlip Desktop needs Python 3.11 or later; this is", sys.version.split()[0])
        return 1
    if not prepare():
        return 1
    command, rest = argv[0], argv[1:]
    if command == "run":
        return call(str(PYTHON), "-m", "soleflip_desktop", *rest)
    if command == "exec":
        return call(str(BIN / rest[0]), *rest[1:])
    return test(rest)


def prepare() -> bool:
    """Makes `.venv` match the lock file. Returns False, after saying why, when it cannot."""
    wanted = hashlib.sha256(LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    wanted += f" {sys.version_info[0]}.{sys.version_info[1]} {ROOT}"
    if STAMP.exists() and STAMP.read_text() == wanted and PYTHON.exists():
        return True
    print(f"Setting up {VENV} (about a minute, once) ...", file=sys.stderr, flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    if subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False).returncode:
        print(
            "This Python cannot make virtual environments. On Debian and Ubuntu: "
            "apt-get install python3-venv",
            file=sys.stderr,
        )
        return False
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "-q", "install"]
    steps = (
        [*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(LOCK)],
        [*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)],
    )
    for step in steps:
        if subprocess.run(step, stdout=sys.stderr, check=False).returncode:
            shutil.rmtree(VENV, ignore_errors=True)
            print("The packages could not be installed; see pip's message above.", file=sys.stderr)
            return False
    STAMP.write_text(wanted)
    return True


def test(arguments: list[str]) -> int:
    """Runs the checks of CI one after another; the first failure ends the run."""
    os.chdir(ROOT)
    if arguments:
        return call(str(PYTHON), "-m", "pytest", *arguments)
    workers = str(min(4, os.cpu_count() or 1))
    checks = (
        (str(BIN / "ruff"), "format", "--check", "."),
        (str(BIN / "ruff"), "check", "."),
        (str(PYTHON), "-m", "mypy"),
        (str(BIN / "lint-imports"), "--no-cache"),
        (str(PYTHON), "-m", "pytest", "-n", workers, "--cov", "--cov-report=term:skip-covered"),
    )
    for check in checks:
        print("\n$", " ".join(Path(part).name if "/" in part else part for part in check), flush=True)
        status = call(*check)
        if status:
            return status
    return 0


def call(*command: str) -> int:
    """Runs a command where the caller stands, so that relative file arguments keep their meaning."""
    return subprocess.run(command, env=os.environ | {"PYTHONUTF8": "1"}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
