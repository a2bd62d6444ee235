"""Texts that stay texts: codes, names and words of choices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.connectors.files.codes import (
    LONGEST_TEXT,
    folded,
    read_choice,
    read_code,
    read_text,
)
from soleflip_desktop.domain.inventory import ItemStatus


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0560771", "0560771"),
        (' ="0560771" ', "0560771"),
        ('="12"" x 3"', '12" x 3'),
        ("'00123", "00123"),
        ("DQ9055- 010", "DQ9055- 010"),
        ("A1\r\n / B2", "A1 / B2"),
        ("12W / 10.5M", "12W / 10.5M"),
        ("554724-1E5", "554724-1E5"),
        ("1E5", "1E5"),
        ('="1,23E+11"', "1,23E+11"),
        ('=""', None),
        ("'", None),
        ("1,23E+11", None),
        ("4.05E+12", None),
        ("1e+11", None),
        ("x" * (LONGEST_TEXT + 1), None),
    ],
)
def test_codes_keep_every_digit_or_are_refused(text: str, code: str | None) -> None:
    assert read_code(text) == code


@given(st.from_regex(r"[0-9A-Z][0-9A-Za-z/_.-]{0,30}", fullmatch=True))
def test_a_code_in_a_spreadsheets_armour_comes_back(code: str) -> None:
    assert read_code(f'="{code}"') == code
    assert read_code(f"'{code}") == code


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (" Nike  Dunk ", "Nike  Dunk"),
        ('="Nike"', "Nike"),
        ("'=1+1", "=1+1"),
        ("'90s Runner", "'90s Runner"),
        ("=1+1", "=1+1"),
        ("漢" * LONGEST_TEXT, None),
    ],
)
def test_texts_lose_only_their_armour(text: str, read: str | None) -> None:
    assert read_text(text) == read


VALUES = {"Zu versenden": "to_ship", "Weg": "sold", "-- keiner --": ""}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("zu  VERSENDEN", "to_ship"),
        ("weg", "sold"),
        ("to_ship", "to_ship"),
        ("To ship", "to_ship"),
        ("SOLD ", "sold"),
        ("keiner", ""),
        ("verkauft", None),
    ],
)
def test_choices_are_our_words_or_mapped_ones(text: str, word: str | None) -> None:
    assert read_choice(text, VALUES, ItemStatus) == word


def test_the_map_goes_before_our_own_words() -> None:
    assert read_choice("sold", {"Sold": "delivered"}, ItemStatus) == "delivered"
    assert read_choice("sold", {}) is None


@given(st.text(max_size=12))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
