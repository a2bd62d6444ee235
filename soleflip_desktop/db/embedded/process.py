"""The postmaster as a process: its pid file, whether it lives, the environment of its programs."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PID_FILE_NAME = "postmaster.pid"


@dataclass(frozen=True, slots=True)
class PidFile:
    """What a postmaster says about itself."""

    pid: int
    port: int
    socket_folder: str
    ready: bool


def read_pid_file(data: Path) -> PidFile | None:
    """None when there is no server, or one so young that its file is incomplete."""
    try:
        lines = os.fsdecode((data / PID_FILE_NAME).read_bytes()).splitlines()
        pid, _data, _start, port, socket_folder, _address, _memory, status = lines[:8]
        return PidFile(int(pid), int(port), socket_folder, status.strip() == "ready")
    except (FileNotFoundError, ValueError):
        return None


def is_postmaster(pid: int) -> bool:
    """Does the process live and is it PostgreSQL? A zombie is dead, a reused pid somebody else."""
    if sys.platform == "win32":
        raise NotImplementedError  # os.kill(pid, 0) would end the process there
    else:  # noqa: RET506 - mypy takes a branch by platform only in this form
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # ours and dead: let it go
        name, state = _name_and_state(pid)
        return name.endswith("postgres") and state not in {"Z", "X"}


def _name_and_state(pid: int) -> tuple[str, str]:
    if sys.platform == "linux":
        try:
            text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return "", ""
        name, _, rest = text.partition("(")[2].rpartition(")")
    else:
        answer = subprocess.run(  # noqa: S603 - fixed words and a number
            ["/bin/ps", "-o", "stat=,comm=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        rest, _, name = answer.stdout.strip().partition(" ")
    return name.strip(), rest.strip()[:1]


def environment() -> dict[str, str]:
    """Ours, without what would lead PostgreSQL's programs elsewhere, and without our secrets.

    Log-ins of marketplaces may lie in our environment; the server outlives us and shows its own.
    """
    ours = ("PG", "SOLEFLIP_")
    result = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    # PyInstaller points these at the bundle's libraries and keeps the user's value in *_ORIG.
    for key in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
        result.pop(key, None)
        original = result.pop(f"{key}_ORIG", None)
        if original:
            result[key] = original
    result["LC_ALL"] = "C"  # the host's locale stays out; on macOS it would even start threads
    return result
