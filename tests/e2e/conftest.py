"""Fixtures of the end-to-end tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from helpers.clusters import passable_folder
from helpers.command_line import Commands


@pytest.fixture(scope="module")
def soleflip() -> Iterator[Commands]:
    """The command line on a data folder of its own."""
    base = passable_folder()
    yield Commands(base / "data")
    shutil.rmtree(base)
