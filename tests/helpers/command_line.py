"""The command line, run as its users run it, or in this process, which saves a start each."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest import mock

import keyring

from soleflip_desktop.__main__ import main


class Commands:
    """A process for each command, on one data folder; `environment` joins that of the tests.

    `said` is everything that the commands printed.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._environment = {**os.environ, **(environment or {})}
        self.said: list[str] = []

    def __call__(self, *words: str | int | Path, code: int = 0, stdin: str = "") -> Any:
        """What it prints, as JSON where that was asked for; `code` is the right exit code."""
        done = self._run(self._command(words), stdin)
        self.said += [done.stdout, done.stderr]
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout) if "--json" in words else done.stdout + done.stderr

    def _run(self, command: list[str], stdin: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            capture_output=True,
            check=False,
            text=True,
            encoding="utf-8",
            input=stdin,
            env=self._environment,
        )

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


class CommandsHere(Commands):
    """The same from `main` on, in this process; `start` still makes one of its own."""

    def _run(self, command: list[str], stdin: str) -> subprocess.CompletedProcess[str]:
        out, errors = io.StringIO(), io.StringIO()
        before = keyring.get_keyring()
        with (
            mock.patch.dict(os.environ, self._environment, clear=True),
            mock.patch.object(sys, "argv", command[2:]),
            mock.patch.object(sys, "stdin", io.StringIO(stdin)),
            redirect_stdout(out),
            redirect_stderr(errors),
        ):
            keyring.core.init_backend()
            try:
                code = main()
            except SystemExit as ended:  # argparse's way out
                code = int(ended.code or 0)
            finally:
                keyring.set_keyring(before)
        return subprocess.CompletedProcess(command, code, out.getvalue(), errors.getvalue())
