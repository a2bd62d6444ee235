"""Prints the release lock as a Windows computer reads it: for `pip download --platform win_amd64`.

    python packaging/windows/win_requirements.py [--python 3.12] [--lock FILE] > windows.txt

pip evaluates markers for the computer that it runs on, whatever `--platform` says, and so would
bring Linux's keyring and leave out Windows's. Here the markers are evaluated for Windows and then
taken away; versions and hashes stay as they are locked. Needs the `packaging` library.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from packaging.requirements import Requirement

LOCK = Path(__file__).resolve().parents[1] / "requirements-release.txt"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lock", type=Path, default=LOCK)
    parser.add_argument("--python", default="3.12", metavar="X.Y")
    options = parser.parse_args(argv)
    lines = windows_lines(options.lock.read_text(encoding="utf-8"), options.python)
    print("\n".join(lines))
    return 0


def windows_lines(lock: str, python: str) -> list[str]:
    """The lock's lines that hold on 64-bit Windows, each `name==version --hash=...`, no markers."""
    environment = windows_environment(python)  # the rest stays as it is here
    kept = []
    for line in lock.replace("\\\n", " ").splitlines():
        text, hashes = line.partition(" --hash=")[0::2]
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        requirement = Requirement(text.strip())
        if requirement.marker is None or requirement.marker.evaluate(environment):
            pins = " ".join(f"--hash={part}" for part in hashes.replace("--hash=", " ").split())
            kept.append(f"{requirement.name}{requirement.specifier} {pins}".rstrip())
    return kept


def windows_environment(python: str) -> dict[str, str]:
    """The values of markers on 64-bit Windows with CPython of that version, say "3.12"."""
    return {
        "implementation_name": "cpython",
        "os_name": "nt",
        "platform_machine": "AMD64",
        "platform_python_implementation": "CPython",
        "platform_system": "Windows",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": "win32",
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
