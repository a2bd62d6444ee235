"""The command line, run as its users run it: a process for each command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Commands:
    """Runs the command line on one data folder; `environment` joins that of the tests.

    `said` is everything that the commands printed.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._environment = {**os.environ, **(environment or {})}
        self.said: list[str] = []

    def __call__(self, *words: str | int | Path, code: int = 0, stdin: str = "") -> Any:
        """What it prints, as JSON where that was asked for; `code` is the right exit code."""
        done = subprocess.run(
            self._command(words),
            capture_output=True,
            check=False,
            text=True,
            encoding="utf-8",
            input=stdin,
            env=self._environment,
        )
        self.said += [done.stdout, done.stderr]
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout) if "--json" in words else done.stdout + done.stderr

    def start(self, *words: str | int | Path) -> subprocess.Popen[str]:
        """A command that runs on meanwhile; whoever starts it waits for its end."""
        return subprocess.Popen(
            self._command(words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=self._environment,
        )

    def _command(self, words: tuple[str | int | Path, ...]) -> list[str]:
        command = [sys.executable, "-m", "soleflip_desktop", *map(str, words)]
        return [*command, "--data", str(self._folder)]
