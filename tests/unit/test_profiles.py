"""Which layout a header belongs to."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.stockx_report import HEADER
from soleflip_desktop.connectors.files.profiles import (
    CONTEST_2019,
    PROFILES,
    STOCKX_SALES,
    choose,
    normalise,
)
from soleflip_desktop.domain.errors import FileImportError
from soleflip_desktop.domain.integration import FileFormat

CONTEST = ["Order Date", "Brand", "Sneaker Name", "Sale Price", "Retail Price"]


def test_each_format_has_its_profile() -> None:
    assert {profile.format for profile in PROFILES.values()} == set(FileFormat)
    assert all(PROFILES[file_format].format is file_format for file_format in FileFormat)


def test_headers_are_recognised() -> None:
    assert choose(HEADER, None, "a.csv") is STOCKX_SALES
    assert choose(CONTEST, None, "a.csv") is CONTEST_2019
    assert len(STOCKX_SALES.locate(HEADER)) == len(STOCKX_SALES.columns)


@given(st.randoms(use_true_random=False))
def test_order_and_spelling_do_not_matter(shuffle: random.Random) -> None:
    header = list(HEADER)
    shuffle.shuffle(header)
    spelt = [shuffle.choice([str.upper, str.lower, str.title])(name) for name in header]
    padded = [f" {name.replace(' ', shuffle.choice(['_', '  ', '-', ' ']))}" for name in spelt]
    assert choose(padded, None, "a.csv") is STOCKX_SALES
    for field, place in STOCKX_SALES.locate(padded).items():
        assert header[place] == next(c.header for c in STOCKX_SALES.columns if c.field == field)


def test_the_first_of_two_equal_columns_counts() -> None:
    assert STOCKX_SALES.locate([*HEADER, "Item"])["name"] == HEADER.index("Item")


@pytest.mark.parametrize("missing", [c for c in STOCKX_SALES.columns if c.required or c.expected])
def test_a_missing_column_is_named(missing: object) -> None:
    name = missing.header  # type: ignore[attr-defined]
    header = [column for column in HEADER if column != name]
    with pytest.raises(FileImportError) as told:
        choose(header, FileFormat.STOCKX_SALES, "Mai.csv")
    assert str(told.value).startswith("Mai.csv: this file is not recognised.")
    assert f"also needs {name}." in str(told.value)


def test_the_wrong_format_is_told_and_a_foreign_table_too() -> None:
    with pytest.raises(FileImportError, match="StockX 2019 data contest"):
        choose(HEADER, FileFormat.CONTEST_2019, "a.csv")
    with pytest.raises(FileImportError, match=r"begin with 'x', 'y'"):
        choose(["x", "y"], None, "a.csv")
    with pytest.raises(FileImportError) as told:
        choose(["n" * 5_000] * 50, None, "a.csv")
    assert len(str(told.value)) < 600


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("\ufeffOrder Number", "order number"),
        ("ORDER_NUMBER ", "order number"),
        ("Total Gross Amount (Total Payout)", "total gross amount total payout"),
        ("Größe", "grösse"),
        ("---", ""),
    ],
)
def test_names_are_compared_without_case_and_signs(name: str, same: str) -> None:
    assert normalise(name) == same
