"""The command line as scripts use it: real processes, a real server, real files."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from helpers.clusters import passable_folder
from helpers.command_line import Commands, CommandsHere
from helpers.stockx_report import Oracle, Report
from soleflip_desktop.resources import resource_path

pytestmark = pytest.mark.db


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    base = passable_folder()
    yield base / "data"
    shutil.rmtree(base)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Oracle]:
    path = tmp_path_factory.mktemp("files") / "seller report.csv"
    return path, Report(800, seed=3, products=60, bad_pct=2, duplicate_pct=2).write(path)


@pytest.fixture(scope="module")
def soleflip(folder: Path) -> Commands:
    """Each command starts the server and stops it again, as a script's first one does."""
    return Commands(folder)


def test_a_report_goes_in_once_and_its_figures_are_exact(
    soleflip: Commands, report: tuple[Path, Oracle]
) -> None:
    path, oracle = report
    checked = soleflip("import", path, "--dry-run", "--json", code=2)
    assert (checked["batch"], checked["imported"]) == (None, oracle.imported)
    first = soleflip("import", path, "--json", code=2)
    assert first["format"] == "stockx-sales"
    assert first["rows"] == oracle.rows
    assert first["imported"] == oracle.imported
    assert first["duplicates"] == oracle.duplicates
    assert {error["row"]: error["code"] for error in first["errors"]} == oracle.rejected
    assert set(first["errors"][0]) == {"row", "column", "value", "code", "message"}
    assert {name: Decimal(value) for name, value in first["totals"]["EUR"].items()} == {
        "gross": oracle.gross,
        "charges": oracle.charges,
        "payout": oracle.payout,
        "residual": oracle.residual,
    }
    again = soleflip("import", path, "--json", code=2)
    assert again["imported"] == 0
    assert again["duplicates"] == oracle.imported + oracle.duplicates
    shown = soleflip("imports", "show", str(first["batch"]), "--json")
    assert shown["errors"] == first["errors"]
    assert shown["totals"] == first["totals"]
    listed = soleflip("imports", "list", "--json")
    assert [batch["status"] for batch in listed] == ["completed", "completed"]


def test_reports_and_exports_agree_with_the_import(
    folder: Path, report: tuple[Path, Oracle], tmp_path: Path
) -> None:
    path, oracle = report
    soleflip = CommandsHere(folder)
    soleflip("import", path, code=2)
    for grouping in ("month", "brand", "platform"):
        figures = soleflip("report", "profit", "--by", grouping, "--json")
        assert Decimal(figures["totals"]["EUR"]["gross"]) == oracle.gross
        assert Decimal(figures["totals"]["EUR"]["payout"]) == oracle.payout
        assert figures["totals"]["EUR"]["profit"] is None  # no cost is known: not zero
    none = soleflip("report", "profit", "--from", "2019-01-01", "--to", "2019-12-31", "--json")
    assert none["rows"] == []
    for table in ("orders", "items"):
        out = tmp_path / f"{table}.csv"
        soleflip("export", table, "--out", out)
        with out.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == oracle.imported
        assert sum(Decimal(row["Sale price"]) for row in rows) == oracle.gross
        assert sum(Decimal(row["Payout"]) for row in rows) == oracle.payout


def test_a_file_that_is_nothing_says_so_and_exits_with_one(
    soleflip: Commands, tmp_path: Path
) -> None:
    wrong = tmp_path / "shopping list.csv"
    wrong.write_text("milk,eggs\n2,12\n")
    assert "shopping list.csv" in soleflip("import", wrong, code=1)
    missing = soleflip("import", tmp_path / "gone.csv", code=1)
    assert "gone.csv" in missing
    assert soleflip("imports", "show", "9999", code=1) == "There is no import number 9999.\n"


def test_the_sample_that_is_shipped_imports_as_it_is(soleflip: Commands) -> None:
    sample = resource_path("samples/stockx-sales-sample.csv")
    result = soleflip("import", sample, "--json")
    assert result["imported"] + result["duplicates"] == result["rows"] == 240
    assert "18." in soleflip("db", "status")
    assert soleflip("db", "upgrade") == "The schema is up to date.\n"


def test_options_may_stand_on_either_side_of_the_command(folder: Path) -> None:
    command = [sys.executable, "-m", "soleflip_desktop", "--data", str(folder), "db", "status"]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    assert str(folder) in done.stdout
