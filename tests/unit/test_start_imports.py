"""What a start does not import: each of these would be in the way of the first paint or rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
#: Each adds 5 ms or more, the larger ones hundreds.
NEVER = {
    "alembic",
    "cryptography",
    "httpx",
    "keyring",
    "polars",
    "pydantic",
    "reportlab",
    "soleflip_desktop.connectors",
    "soleflip_desktop.db.models",
    "soleflip_desktop.ui.pages",
}
BEFORE_PAINT = NEVER | {
    "asyncio",
    "babel",
    "numpy",
    "psycopg",
    "qasync",
    "soleflip_desktop.db",
    "soleflip_desktop.services",
    "soleflip_desktop.sync",
    "sqlalchemy",
}
LOOK = """
import json, sys
import soleflip_desktop.__main__
import soleflip_desktop.starting
import soleflip_desktop.ui.common.first_paint
import soleflip_desktop.ui.main_window
painted = list(sys.modules)
from soleflip_desktop import app
app._import_backend()
app._import_first_page()
rows = list(sys.modules)
# PySide6 looks at modules while they are imported, and pydantic's take that ill in some orders.
import pydantic
from pydantic import TypeAdapter
import pydantic.fields
read = TypeAdapter(list[str]).validate_json('["read"]')
print(json.dumps({"painted": painted, "rows": rows, "read": read}))
"""


@pytest.fixture(scope="module")
def seen() -> dict[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        capture_output=True,
        check=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def test_the_window_is_painted_without_what_its_pages_stand_on(seen: dict[str, list[str]]) -> None:
    assert "PySide6.QtWidgets" in seen["painted"]
    assert BEFORE_PAINT & set(seen["painted"]) == set()


def test_the_first_rows_come_without_the_rest(seen: dict[str, list[str]]) -> None:
    assert {"psycopg", "numpy", "soleflip_desktop.ui.inventory.page"} <= set(seen["rows"])
    assert NEVER & set(seen["rows"]) == set()


def test_pydantic_can_be_imported_after_the_window(seen: dict[str, list[str]]) -> None:
    assert seen["read"] == ["read"]
