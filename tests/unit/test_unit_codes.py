"""Codes on labels: ours with their check digit, and EAN and UPC."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.domain.unit_codes import (
    CodeOwner,
    OwnCode,
    check_digit,
    clean_code,
    parse_ean,
    parse_own_code,
    place_code,
    same_ean,
    unit_code,
)

NUMBERS = st.integers(min_value=1, max_value=2**63 - 1)
DIGITS = st.text("0123456789", min_size=1, max_size=19)


def test_codes_as_they_are_printed() -> None:
    assert unit_code(12) == "SF000125"
    assert place_code(12) == "SL000125"
    assert unit_code(1_234_567) == "SF12345671"


def test_damm_as_published() -> None:
    assert check_digit("572") == "4"


@given(NUMBERS)
def test_what_is_printed_is_read_back(number: int) -> None:
    assert parse_own_code(unit_code(number)) == OwnCode(CodeOwner.UNIT, number)
    assert parse_own_code(f" {place_code(number).lower()}\r") == OwnCode(CodeOwner.PLACE, number)


@given(NUMBERS)
def test_digits_come_in_pairs(number: int) -> None:
    digits = unit_code(number)[2:]
    assert len(digits) >= 6
    assert len(digits) % 2 == 0


@given(DIGITS, st.data())
def test_one_wrong_digit_is_noticed(digits: str, data: st.DataObject) -> None:
    whole = digits + check_digit(digits)
    place = data.draw(st.integers(0, len(whole) - 1))
    wrong = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != whole[place]))
    assert check_digit(whole[:place] + wrong + whole[place + 1 :]) != "0"


@given(DIGITS, st.data())
def test_swapped_neighbours_are_noticed(digits: str, data: st.DataObject) -> None:
    whole = digits + check_digit(digits)
    place = data.draw(st.integers(0, len(whole) - 2))
    one, two = whole[place], whole[place + 1]
    swapped = whole[:place] + two + one + whole[place + 2 :]
    assert (check_digit(swapped) == "0") is (one == two)


@pytest.mark.parametrize(
    "text",
    ["", "SF", "SF0", "SF000124", "SX000125", "000125", "SF٠٠٠١٢٥", "SF" + "9" * 30, "SF000000"],
)
def test_anything_else_is_no_code_of_ours(text: str) -> None:
    assert parse_own_code(text) is None


@given(st.text(max_size=30))
def test_any_text_is_read_without_failing(text: str) -> None:
    for found in (parse_own_code(text), parse_ean(text)):
        assert found is None or clean_code(text)


@pytest.mark.parametrize("text", ["4006381333931", " 4006381333931\n", "036000291452", "96385074"])
def test_ean_and_upc_by_their_check_digit(text: str) -> None:
    assert parse_ean(text) == text.strip()


@pytest.mark.parametrize(
    "text", ["4006381333932", "400638133393", "40063813339310", "abc", "٩٦٣٨٥٠٧٤"]
)
def test_wrong_numbers_are_no_ean(text: str) -> None:
    assert parse_ean(text) is None


def test_a_upc_is_an_ean_with_a_zero() -> None:
    assert "0036000291452" in same_ean("036000291452")
    assert "036000291452" in same_ean("0036000291452")
    assert same_ean("4006381333931") == ("4006381333931", "04006381333931")
