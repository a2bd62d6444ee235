"""A day in the inventory: filters, edits, undo, scans, in the assembled app over a real server."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from helpers.window_driver import driven

DRIVER = Path(__file__).with_name("drive_workbench.py")
UNITS = 60
pytestmark = pytest.mark.db


def write_units(path: Path) -> None:
    """Newest last: every second one is a Jordan for 250, the others are Dunks for 90."""
    header = "Product,Brand,Style code,Size,Status,Location,Cost,Currency"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        for number in range(UNITS):
            product, cost = (
                (("Jordan 4 Retro Black Cat", "Jordan", "CU1110-010"), "250.00")
                if number % 2
                else (("Nike Dunk Low Panda", "Nike", "DD1391-100"), "90.00")
            )
            place = f"Cellar / Shelf {number % 3 + 1}"
            writer.writerow([*product, "US 9", "Available", place, cost, "EUR"])


def test_a_day_in_the_inventory(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    write_units(path)
    seen = driven(DRIVER, path)
    assert seen["exit"] == 0
    assert seen["loaded"] == "60"
    assert seen["filtered"] == "30 of 60"
    assert seen["groups"] == [["Jordan", 30], ["Nike", 30]]
    assert seen["staged"] == [5, 1]  # a typed cell, a pasted block of four, of which one is bad
    assert seen["applied"] == ["€123.45", "Shelf 9"]
    assert "60 rows" in seen["selection"]
    assert "Cost EUR: 60 · sum 9,834.45 · " in seen["selection"]
    assert seen["undo_offered"].replace("&", "") == "Undo Set tags of 60 units"
    assert seen["undone"] == ["€250.00", "Cellar / Shelf 1"]
    assert seen["search_untouched"] == ""
    assert "2 of 60 found" in seen["count"]
