"""What the app opens, and from where it does not start."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.cli.profiles import run_profiles
from soleflip_desktop.connectors.files.profiles import builtin, profile_to_json
from soleflip_desktop.domain.file_kinds import can_be_opened, is_profile
from soleflip_desktop.settings.translocation import is_translocated
from soleflip_desktop.sync.profile_book import read_profile


@pytest.mark.parametrize(
    ("name", "profile", "opens"),
    [
        ("/in/shop.soleflip-profile", True, True),
        ("C:/in/Shop.SOLEFLIP-PROFILE", True, True),
        ("/in/sales.CSV", False, True),
        ("/in/sales.csv.gz", False, True),
        ("/in/shop.json", False, False),
        ("/in/photo.png", False, False),
    ],
)
def test_files_by_the_end_of_their_name(name: str, *, profile: bool, opens: bool) -> None:
    assert (is_profile(name), can_be_opened(name)) == (profile, opens)


def test_both_endings_hold_the_same_profile(tmp_path: Path) -> None:
    shared = json.loads(profile_to_json(next(iter(builtin().values()))))
    for name in ("a.soleflip-profile", "a.json"):
        (tmp_path / name).write_text(json.dumps(shared), encoding="utf-8")
    one, other = (read_profile(tmp_path / name) for name in ("a.soleflip-profile", "a.json"))
    assert one == other


@pytest.mark.parametrize(
    ("executable", "expected"),
    [
        (
            "/private/var/folders/x/AppTranslocation/8E2B/d/SoleFlip Desktop.app/Contents/MacOS/x",
            True,
        ),
        ("/Applications/SoleFlip Desktop.app/Contents/MacOS/SoleFlip Desktop", False),
        ("/Users/ann/AppTranslocation notes/SoleFlip Desktop", False),
    ],
)
def test_where_macos_put_the_app(executable: str, *, expected: bool) -> None:
    assert is_translocated(executable) is expected


@pytest.mark.parametrize(
    ("out", "written"), [("mine", "mine.soleflip-profile"), ("mine.json", "mine.json")]
)
def test_a_shared_profile_gets_the_ending_that_opens_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], out: str, written: str
) -> None:
    shared: list[Path] = []

    class Book:
        async def share(self, _key: str, path: Path) -> None:
            shared.append(path)

    backend = cast("Backend", SimpleNamespace(book=Book()))
    words = argparse.Namespace(action="share", key="mine", out=tmp_path / out)
    assert run_profiles(backend, words) == 0
    assert shared == [tmp_path / written]
    assert capsys.readouterr().out == f"{tmp_path / written}\n"
