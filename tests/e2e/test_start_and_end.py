"""The assembled app where its start or its end is not the usual one."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.window_driver import driven

DRIVER = Path(__file__).with_name("drive_ends.py")
pytestmark = pytest.mark.db


def test_a_log_out_ends_the_app_as_its_own_cross_does() -> None:
    seen = driven(DRIVER, "log-out")
    assert seen == {"exit": 0, "server": False}


def test_a_window_that_ends_takes_no_files() -> None:
    seen = driven(DRIVER, "at once")
    assert seen == {"exit": 0, "other_exit": 9, "server": False}


def test_a_window_that_begins_takes_files() -> None:
    seen = driven(DRIVER, "second start")
    assert (seen["exit"], seen["other_exit"]) == (0, 0)
    assert not seen["had_pages"], "the database was still being made"
    assert any("missing.csv" in text for text in seen["said"])


def test_a_folder_that_cannot_be_used_is_said_in_the_window() -> None:
    seen = driven(DRIVER, "blocked")
    assert "cannot be used: Is a directory" in seen["said"]
    assert seen["exit"] == 0
