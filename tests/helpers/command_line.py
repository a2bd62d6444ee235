"""The command line, run as its users run it: a process for each command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


class Commands:
    """Runs the command line on one data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, *words: str | int | Path, code: int = 0) -> Any:
        """What it prints, as JSON where that was asked for; `code` is the right exit code."""
        command = [sys.executable, "-m", "soleflip_desktop", *map(str, words)]
        command += ["--data", str(self._folder)]
        done = subprocess.run(
            command, capture_output=True, check=False, text=True, encoding="utf-8"
        )
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout) if "--json" in words else done.stdout + done.stderr
