"""Style codes: the shapes of reference.md 2.4, with generated codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.domain.style_codes import split_style_codes


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        ("555088-101", ("555088-101",)),  # reference 7.2, case 68
        ("abc123", ("ABC123",)),
        (" dd1391-100 ", ("DD1391-100",)),
        ("DQ9055- 010", ("DQ9055-010",)),
        ("DQ9055 – 010", ("DQ9055-010",)),
        ("DD1391-100 / DD1391-101", ("DD1391-100", "DD1391-101")),
        ("DD1391-100/DD1391-101", ("DD1391-100", "DD1391-101")),
        ("AA0001/AA0002/ AA0003", ("AA0001", "AA0002", "AA0003")),
        ("AA0001, AA0002; AA0001", ("AA0001", "AA0002")),
        ("AA0001 & AA0002", ("AA0001", "AA0002")),
        ("M5000/10", ("M5000/10",)),
        ("AA0001/BLK", ("AA0001/BLK",)),
        ("AA0001/ BLACK", ("AA0001/BLACK",)),
        ("555088-101/", ("555088-101",)),
        ("0051753", ("0051753",)),
        ("a_b.c 12", ("A_B.C 12",)),
        ("315122  111", ("315122 111",)),
        ("N/A / AA0001", ("AA0001",)),
        ("AA0001 / n/a", ("AA0001",)),
        *((text, ()) for text in (None, "", "  ", "N/A", "n / a", "-", "nan", "none", "null", "/")),
    ],
)
def test_split(raw: str | None, codes: tuple[str, ...]) -> None:
    assert split_style_codes(raw) == codes


def test_long_text_takes_linear_time() -> None:
    assert split_style_codes("AA0001" + " " * 200_000 + "/ AA0002\nAA0003") == (
        "AA0001",
        "AA0002",
        "AA0003",
    )


@given(st.text(max_size=80))
def test_no_character_is_made_up(raw: str) -> None:
    for code in split_style_codes(raw):
        assert code.strip()
        assert set(code) <= set(raw.upper()) | set(" -/")


@given(st.lists(st.from_regex(r"[A-Z]{2}[0-9]{4}-[0-9]{3}", fullmatch=True), max_size=4))
def test_joined_codes_come_back(codes: list[str]) -> None:
    distinct = tuple(dict.fromkeys(codes))
    assert split_style_codes("/".join(codes)) == distinct
    assert split_style_codes(" / ".join(codes)) == distinct
