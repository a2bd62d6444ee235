"""Fixtures of the end-to-end tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from helpers.clusters import passable_folder
from helpers.command_line import Commands, CommandsHere
from soleflip_desktop.db.embedded import EmbeddedServer
from soleflip_desktop.settings.paths import DataFolder


@pytest.fixture(scope="module")
def soleflip() -> Iterator[Commands]:
    """The command line on a data folder of its own, beside something that keeps the server up."""
    base = passable_folder()
    server = EmbeddedServer(DataFolder(base / "data"))
    server.acquire(exclusive=False)
    yield CommandsHere(base / "data")
    server.release()
    shutil.rmtree(base)
