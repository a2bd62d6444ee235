"""The wizard with a user inside: a German list from its file to its undo, in the assembled app."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.window_driver import driven

DRIVER = Path(__file__).with_name("drive_wizard.py")
pytestmark = pytest.mark.db


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the user has seen on the way."""
    path = tmp_path_factory.mktemp("wizard") / "Einkäufe.csv"
    return driven(DRIVER, path)


def test_what_the_file_does_not_tell_is_asked_and_blocks(seen: dict[str, Any]) -> None:
    assert "Purchases" in seen["file"][1]
    assert "Kaufdatum: “08/01/25” may be 2025-01-08 (the day first)" in seen["question"]
    assert "nothing says which currency “Einkaufspreis” is in" in seen["question"]
    assert seen["blocked"] is True


def test_the_row_that_nobody_can_read_stays_out(seen: dict[str, Any]) -> None:
    assert "1 row stays out as things are" in seen["check"]
    assert "What the import will do" in seen["review"]


def test_what_was_said_is_done_and_taken_back(seen: dict[str, Any]) -> None:
    figures = dict(zip(seen["imported"][1:], seen["imported"], strict=False))
    assert (figures["Rows in the file"], figures["Imported"]) == ("60", "59")
    assert figures["Rejected"] == "1"
    cost = next(text for text in seen["review"] if text[:1].isdigit())
    assert cost in seen["imported"]
    assert any("takes back 59 rows" in text for text in seen["undo"])
    assert seen["undone"] is True
    assert seen["exit"] == 0
