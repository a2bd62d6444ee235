"""The switch by which installers are tried, tried on the checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "smoke.py"
pytestmark = [pytest.mark.db, pytest.mark.slow]


def test_everything_works_from_source(tmp_path: Path) -> None:
    picture = tmp_path / "window.png"
    done = subprocess.run(
        [sys.executable, SCRIPT, "--shot", picture, sys.executable, "-m", "soleflip_desktop"],
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("Everything works.\n")
    assert picture.read_bytes().startswith(b"\x89PNG")
