"""SIGKILL in the middle of an import: afterwards there is all of the file or nothing of it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.clusters import passable_folder
from helpers.command_line import CommandsHere
from helpers.stockx_report import Oracle, Report
from soleflip_desktop.db.embedded import EmbeddedServer
from soleflip_desktop.settings.paths import DataFolder

ROWS = 40_000
pytestmark = [pytest.mark.db, pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX")]


@pytest.fixture
def folder() -> Iterator[Path]:
    base = passable_folder()
    yield base / "data"
    with EmbeddedServer(DataFolder(base / "data")) as server:  # adopts what a kill left running
        server.acquire(exclusive=True)
    shutil.rmtree(base)


def command(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "soleflip_desktop", *words, "--data", str(folder)]


def run(folder: Path, *words: str | Path, code: int = 0) -> Any:
    """What does not get killed runs in this process; only the killed ones need one of their own."""
    return CommandsHere(folder)(*words, "--json", code=code)


@pytest.mark.slow
def test_a_killed_import_leaves_all_or_nothing_and_can_be_repeated(
    folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "report.csv"
    oracle = Report(ROWS, products=500).write(path)
    run(folder, "db", "status")
    for delay_s in (1.2, 1.7, 2.2):
        kill_after(command(folder, "import", str(path)), delay_s)
        batches = run(folder, "imports", "list")
        assert batches == [] or batches[0]["status"] in {"interrupted", "completed"}
        assert sales(folder) in (0, oracle.imported)
    result = run(folder, "import", path, code=2)
    assert result["imported"] in (oracle.imported, 0)
    assert result["imported"] + result["duplicates"] == oracle.imported + oracle.duplicates
    assert_books_balance(folder, oracle)


@pytest.mark.slow
def test_a_killed_server_recovers_and_keeps_what_was_reported(folder: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    oracle = Report(500, products=50, bad_pct=0, duplicate_pct=0).write(first)
    Report(ROWS, seed=5, products=500, first_order=40_000_000).write(second)
    assert run(folder, "import", first)["imported"] == oracle.imported
    importing = subprocess.Popen(
        command(folder, "import", str(second)), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    wait_for_server(folder)
    time.sleep(1.0)
    os.kill(postmaster(folder), signal.SIGKILL)
    _, errors = importing.communicate(timeout=60)
    assert importing.returncode in (0, 1, 2), errors.decode()
    assert sales(folder) in (oracle.imported, oracle.imported + expected(second))


def expected(path: Path) -> int:
    oracle = Report(ROWS, seed=5, products=500, first_order=40_000_000)
    list(oracle.lines())
    assert path.exists()
    return oracle.oracle.imported


def kill_after(words: list[str], delay_s: float) -> None:
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(delay_s)
    process.kill()
    process.wait()


def wait_for_server(folder: Path) -> None:
    """A busy machine starts it later."""
    end = time.monotonic() + 30
    while not (folder / "pgdata" / "postmaster.pid").exists() and time.monotonic() < end:
        time.sleep(0.05)


def postmaster(folder: Path) -> int:
    return int((folder / "pgdata" / "postmaster.pid").read_text().splitlines()[0])


def sales(folder: Path) -> int:
    report = run(folder, "report", "profit", "--by", "platform")
    return sum(row["sales"] for row in report["rows"])


def assert_books_balance(folder: Path, oracle: Oracle) -> None:
    totals = run(folder, "report", "profit", "--by", "month")["totals"]["EUR"]
    assert totals["sales"] == oracle.imported
    assert totals["gross"] == f"{oracle.gross:.2f}"
    assert totals["payout"] == f"{oracle.payout:.2f}"
