from __future__ import annotations

import sys
from pathlib import Path

import pytest

from soleflip_desktop import resources


def test_checkout_has_both_folders() -> None:
    assert resources.data_path("migrations").joinpath("env.py").is_file()
    assert resources.resource_path("icons/search.svg").is_file()


def test_installed_package_brings_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "soleflip_desktop"
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert resources.data_path("resources") == package / "_data" / "resources"


def test_frozen_bundle_unpacks_beside_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resources.data_path("migrations") == tmp_path / "migrations"
