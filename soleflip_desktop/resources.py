"""Where files that are not code lie: beside a checkout, in a wheel or in a frozen bundle."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent


def data_path(kind: Literal["resources", "migrations"]) -> Path:
    """The folder of that kind; it exists in every way the app can be installed."""
    return _place(kind)


def resource_path(name: str) -> Path:
    """The file `name` below resources, for example "icons/search.svg"; it need not exist."""
    return data_path("resources") / name


def changelog_path() -> Path:
    """What came with which version, as Markdown; a checkout may lack it."""
    return _place("CHANGELOG.md")


def _place(name: str) -> Path:
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle is not None:
        return Path(bundle) / name
    checkout = _PACKAGE.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / name).exists():
        return checkout / name
    return _PACKAGE / "_data" / name
