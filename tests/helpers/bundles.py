"""A built program under test: its commands, its window, its server, and all of their ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WAIT_S = 60
_POLL_S = 0.05


def ordinary_user() -> dict[str, Any]:
    """The account to run as, as `subprocess` wants it; nothing where we are no superuser."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return {}
    import pwd  # noqa: PLC0415  (not on Windows)

    entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def own(folder: Path, user: dict[str, Any]) -> None:
    if user:
        os.chown(folder, user["user"], user["group"])


def eventually(condition: Callable[[], bool], what: str, seconds: float = WAIT_S) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {seconds} seconds"
        time.sleep(_POLL_S)


class Program:
    """The executable on one data folder below `base`."""

    def __init__(self, executable: Path, base: Path, user: dict[str, Any]) -> None:
        self.executable = executable
        self.base = base
        self.data = base / "Datenordner 李雷"
        self._user = user
        self._windows: list[subprocess.Popen[bytes]] = []

    def __call__(self, *words: str | Path, code: int = 0) -> Any:
        """What a command prints, as JSON where that was asked for."""
        done = subprocess.run(
            self._command(*words),
            capture_output=True,
            check=False,
            env=self._environment(),
            cwd=self.base,
            timeout=WAIT_S,
            **self._user,
        )
        said = done.stdout.decode()
        assert done.returncode == code, said + done.stderr.decode()
        return json.loads(said) if "--json" in words else said

    def open_window(self) -> subprocess.Popen[bytes]:
        """A window off screen, once its pages stand (or it says why not)."""
        window = self.start_window()
        eventually(lambda: "pages" in self.marks(), "the window is ready")
        return window

    def start_window(self) -> subprocess.Popen[bytes]:
        self._log.unlink(missing_ok=True)
        with (self.base / "said.txt").open("ab") as said:
            window = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=self._environment() | {"SOLEFLIP_START_LOG": str(self._log)},
                cwd=self.base,
                **self._user,
            )
        self._windows.append(window)
        return window

    def marks(self) -> set[str]:
        """The steps of its start that the newest window has reached."""
        if not self._log.exists():
            return set()
        lines = self._log.read_text(encoding="utf-8").splitlines()
        return {json.loads(line)["mark"] for line in lines}

    def postmaster(self) -> int | None:
        """The server's process by its own file; it may have died."""
        try:
            text = (self.data / "pgdata" / "postmaster.pid").read_text()
        except FileNotFoundError:
            return None
        return int(text.partition("\n")[0])

    def server_lives(self) -> bool:
        pid = self.postmaster()
        return pid is not None and Path(f"/proc/{pid}/exe").exists() and not zombie(pid)

    def log(self) -> str:
        path = self.data / "logs" / "soleflip.log"  # made with its first line
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def end(self) -> None:
        """Ends what a test left running."""
        for window in self._windows:
            window.kill()
            window.wait()
        pid = self.postmaster()
        if pid is not None and self.server_lives():
            os.kill(pid, signal.SIGINT)
            eventually(lambda: not self.server_lives(), "the server stops")

    @property
    def _log(self) -> Path:
        return self.base / "marks"

    def _command(self, *words: str | Path) -> list[str]:
        return [str(self.executable), *map(str, words), "--data", str(self.data)]

    def _environment(self) -> dict[str, str]:
        """A user's, without anything of the tests."""
        return {
            "HOME": str(self.base),
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "QT_QPA_PLATFORM": "offscreen",
        }


def zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False
