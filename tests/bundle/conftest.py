"""The built program, as its users have it: in a read-only folder with a difficult name.

`python3 packaging/build.py crash` runs these tests; without SOLEFLIP_BUNDLE they are skipped.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.bundles import Program, ordinary_user, own
from helpers.clusters import passable_folder

# Read while this file is imported: later on the tests' environment is free of our variables.
_EXECUTABLE = os.environ.get("SOLEFLIP_BUNDLE")


@pytest.fixture(scope="session")
def installed() -> Iterator[Path]:
    """A copy of the bundle that nobody may write to; its executable."""
    if not _EXECUTABLE:
        pytest.skip("SOLEFLIP_BUNDLE names no executable; packaging/build.py crash does")
    source = Path(_EXECUTABLE)
    base = passable_folder()
    folder = base / "Jürgen 李雷" / "Programme"
    folder.parent.mkdir(mode=0o755)
    shutil.copytree(source.parent, folder, symlinks=True)
    everything = [folder.parent, folder, *folder.rglob("*")]
    for path in everything:
        if not path.is_symlink():
            path.chmod(0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444)
    yield folder / source.name
    for path in everything:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(base)


@pytest.fixture
def program(installed: Path) -> Iterator[Program]:
    """The program on a data folder of its own, run by an ordinary user."""
    base = passable_folder()
    user = ordinary_user()
    own(base, user)
    made = Program(installed, base, user)
    yield made
    made.end()
    shutil.rmtree(base)
