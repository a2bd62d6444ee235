"""The assembled app with a user inside: a real server, a real child process, real files."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.stockx_report import Report
from helpers.window_driver import driven

DRIVER = Path(__file__).with_name("drive_window.py")
pytestmark = pytest.mark.db


def test_first_run_import_and_both_pages(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    oracle = Report(3_000, seed=9, products=200).write(path)
    seen = driven(DRIVER, path)
    assert seen["exit"] == 0
    assert "No units yet" in seen["first_run"]
    assert seen["base_currency"] == "USD"  # of the region en_US, in which the driver runs
    numbers = dict(zip(seen["result"][1:], seen["result"], strict=False))
    assert numbers["Rows in the file"] == f"{oracle.rows:,}"
    assert numbers["Imported"] == f"{oracle.imported:,}"
    assert numbers["Rejected"] == f"{len(oracle.rejected):,}"
    sums = (
        f"{oracle.imported:,} sales · sale price {oracle.gross:,.2f} · payout {oracle.payout:,.2f}"
    )
    assert sums in seen["inventory"]
    assert sums in seen["orders"]
    found, total = seen["search"].split(" of ")
    assert 0 < int(found.replace(",", "")) < int(total.replace(",", "")) == oracle.imported
