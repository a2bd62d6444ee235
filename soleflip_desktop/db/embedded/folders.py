"""Folders that PostgreSQL's programs can use."""

from __future__ import annotations

import secrets
import sys
import tempfile
from pathlib import Path


def new_folder(parent: Path, prefix: str) -> Path:
    """A new, empty folder with a name of its own.

    On Windows tempfile would close it to all but administrators and its owner. That is their group
    where an administrator made it, and PostgreSQL gives up that group's rights before it starts.
    """
    if sys.platform != "win32":
        return Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    else:  # noqa: RET505 - mypy takes a branch by platform only in this form
        folder = parent / f"{prefix}{secrets.token_hex(8)}"
        folder.mkdir()
        return folder
