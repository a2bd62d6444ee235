"""Which front end a command line is for."""

from __future__ import annotations

import pytest

from soleflip_desktop.__main__ import wants_smoke, wants_window


@pytest.mark.parametrize(
    ("words", "window"),
    [
        ("", True),
        ("--data DIR", True),
        ("--data=DIR --database URL", True),
        ("--open FILE", True),
        ("--open=FILE --data DIR", True),
        ("import FILE", False),
        ("--data DIR items list", False),
        ("--version", False),
        ("--help", False),
    ],
)
def test_window_comes_without_a_command(words: str, window: bool) -> None:  # noqa: FBT001
    assert wants_window(words.split()) is window


@pytest.mark.parametrize("words", ["--smoke OUT --data DIR", "--data DIR --smoke=OUT --shot PNG"])
def test_smoke_is_seen_wherever_it_stands(words: str) -> None:
    assert wants_smoke(words.split())


@pytest.mark.parametrize("words", ["", "import smoke.csv", "--data --smokehouse"])
def test_smoke_is_not_seen_in_other_words(words: str) -> None:
    assert not wants_smoke(words.split())
