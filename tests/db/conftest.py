"""Fixtures of the database tests."""

from __future__ import annotations

import pytest

from helpers.import_runs import Imports
from soleflip_desktop.db.engine import Database


@pytest.fixture
def imports(database: Database) -> Imports:
    return Imports(database)
