"""Runs the assembled app with a scripted user inside, in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from helpers.clusters import passable_folder


def driven(script: Path, file: Path | str) -> dict[str, Any]:
    """What the user of the script saw, who was given the path of a file to import, or a word."""
    base = passable_folder()
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "LC_ALL": "en_US.UTF-8"}
    done = subprocess.run(
        [sys.executable, str(script), str(base / "data"), str(file), ""],
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
        timeout=180,
        env=environment,
    )
    shutil.rmtree(base)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen
