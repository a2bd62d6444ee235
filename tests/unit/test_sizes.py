"""The size parser against every size text of the reference sample and appendix B."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.domain.categories import Category
from soleflip_desktop.domain.sizes import ParsedSize, SizeSystem, parse_size

S = SizeSystem

_US_MEN = (
    "10.5 10 9 11 9.5 13 12 8.5 6 8 7 11.5 6.5 5 14 7.5 12.5 4 5.5 15 4.5 13.5 16 17".split()  # noqa: SIM905
)
_EU = ("43", "39", "38", "40", "42", "35", "44", "45", "41")
_WOMEN = (
    "12 8.5 7.5 8 7 6.5 6 11.5 11 5.5 10.5 10 9.5 9 14.5 12.5 5 13".split()  # noqa: SIM905
)
_YOUTH = ("4", "6.5", "2", "7", "6", "5.5", "4.5", "3.5", "2.5", "5")
_CHILD = ("10", "3", "6", "5", "2", "8", "13", "9", "1", "7", "4")

# All 88 texts of reference.md 2.4: text, system, value, label.
SAMPLE: list[tuple[str, SizeSystem, str, str]] = [
    ("N/A", S.NONE, "", "No size"),
    *((n, S.US_M, n, f"US {n}") for n in _US_MEN),
    *((n, S.EU, n, f"EU {n}") for n in _EU),
    *((f"{n}W", S.US_W, n, f"US W {n}") for n in _WOMEN),
    *((f"{n}Y", S.US_Y, n, f"{n}Y") for n in _YOUTH),
    *((f"{n}C", S.US_C, n, f"{n}C") for n in _CHILD),
    ("3J", S.US_J, "3", "3J"),
    *((n, S.ALPHA, n, n) for n in ("M", "S", "L", "XL", "XS", "XXL", "S/M", "M/L", "L/XL")),
    ("12W / 10.5M", S.US_W, "12", "US W 12"),
    ("42/44", S.EU, "42/44", "EU 42/44"),
    ("36/38", S.EU, "36/38", "EU 36/38"),
    ("34W/32L", S.WAIST_LENGTH, "34x32", "34x32"),
    ("S / Men's 9-10", S.ALPHA, "S", "S"),
]


def test_sample_is_complete() -> None:
    assert len(SAMPLE) == len({text for text, *_ in SAMPLE}) == 88


@pytest.mark.parametrize(("text", "system", "value", "label"), SAMPLE)
def test_every_size_of_the_sample(text: str, system: SizeSystem, value: str, label: str) -> None:
    parsed = parse_size(text)
    assert (parsed.system, parsed.value, parsed.label) == (system, value, label)
    assert parsed.confidence >= Decimal("0.7")


@pytest.mark.parametrize(
    ("text", "system", "value", "confidence"),
    [
        ("9", S.US_M, "9", "0.9"),  # reference 7.2, cases 1-20
        ("9.5", S.US_M, "9.5", "0.9"),
        ("", S.NONE, "", "1"),
        ("US 10", S.US_M, "10", "1"),
        ("us 10", S.US_M, "10", "1"),
        ("43", S.EU, "43", "0.85"),
        ("12W / 10.5M", S.US_W, "12", "0.95"),
        ("34W/32L", S.WAIST_LENGTH, "34x32", "1"),
        ("EU 42.5", S.EU, "42.5", "1"),
        ("EU 41 1/3", S.EU, "41 1/3", "1"),
        ("42 2/3", S.EU, "42 2/3", "0.85"),
        ("106", S.OTHER, "106", "0"),
        ("41⅓", S.EU, "41 1/3", "0.85"),
        ("41.33", S.EU, "41 1/3", "0.85"),
        ("42,67", S.EU, "42 2/3", "0.85"),
        ("37-1/3", S.EU, "37 1/3", "0.85"),
        ("8 1/2", S.US_M, "8.5", "0.9"),
        ("9,5", S.US_M, "9.5", "0.9"),
        ("US W 9", S.US_W, "9", "1"),
        ("US Women's 9", S.US_W, "9", "1"),
        ("9 US", S.US_M, "9", "1"),
        ("Men's 10.5", S.US_M, "10.5", "0.98"),
        ("uk8.5", S.UK, "8.5", "1"),
        ("EUR 44", S.EU, "44", "1"),
        ("44 eu", S.EU, "44", "1"),
        ("JP 27.5", S.JP_CM, "27.5", "1"),
        ("JP 275", S.JP_CM, "27.5", "1"),
        ("27.5 cm", S.JP_CM, "27.5", "1"),
        ("CM 27", S.JP_CM, "27", "1"),
        ("KR 270", S.KR_MM, "270", "1"),
        ("270", S.KR_MM, "270", "0.9"),
        ("272", S.OTHER, "272", "0"),
        ("10K", S.US_C, "10", "0.98"),
        ("7T", S.US_C, "7", "0.98"),
        ("W34", S.WAIST, "34", "0.9"),
        ("34W", S.WAIST, "34", "0.9"),
        ("34x32", S.WAIST_LENGTH, "34x32", "1"),
        ("W34 L32", S.WAIST_LENGTH, "34x32", "1"),
        ("2XL", S.ALPHA, "XXL", "1"),
        ("xxxl", S.ALPHA, "3XL", "1"),
        ("x-large", S.ALPHA, "XL", "1"),
        ("O/S", S.ONE_SIZE, "one size", "1"),
        ("One Size", S.ONE_SIZE, "one size", "1"),
        ("EU 99", S.OTHER, "EU 99", "0"),
        ("US 42", S.OTHER, "US 42", "0"),
        ("US 9.3", S.OTHER, "US 9.3", "0"),
        ("EU UK 9", S.OTHER, "EU UK 9", "0"),
        ("XL/S", S.OTHER, "XL/S", "0"),
        ("19", S.OTHER, "19", "0"),
        ("1", S.OTHER, "1", "0"),
        ("0", S.OTHER, "0", "0"),
        ("-9", S.OTHER, "-9", "0"),
        ("60/30", S.OTHER, "60/30", "0"),
        ("99x99", S.OTHER, "99x99", "0"),
        ("banana", S.OTHER, "banana", "0"),
        ("9" * 5000, S.OTHER, "9" * 5000, "0"),
    ],
)
def test_rules(text: str, system: SizeSystem, value: str, confidence: str) -> None:
    parsed = parse_size(text)
    assert (parsed.system, parsed.value) == (system, value)
    assert parsed.confidence == Decimal(confidence)


@pytest.mark.parametrize("text", [None, "", "  ", "N/A", "n/a", "-", "null", "NaN", "none"])
def test_placeholders_depend_on_the_category(text: str | None) -> None:
    assert parse_size(text).system is S.NONE
    assert parse_size(text, category=Category.SNEAKERS).system is S.NONE
    bag = parse_size(text, category="bag")
    assert (bag.system, bag.label, bag.confidence) == (S.ONE_SIZE, "One size", Decimal("0.8"))
    assert parse_size(text, item_name="LEGO Star Wars Set", brand="LEGO").system is S.ONE_SIZE


@pytest.mark.parametrize(
    ("text", "item", "label", "confidence"),
    [
        ("38", "Supreme Nylon Water Short Shorts", "W38", "0.85"),
        ("38", "Birkenstock Boston", "EU 38", "0.85"),
        ("38", "Stone Island Jacket", "EU 38", "0.5"),
        ("34/32", "Levi's 501 Jeans", "34x32", "0.9"),
        ("9", "Nike Dunk Low Panda (Women's)", "US W 9", "0.6"),
        ("9", "Nike Dunk Low Panda (W)", "US W 9", "0.6"),
        ("6", "Nike Dunk Low Panda (GS)", "6Y", "0.6"),
        ("11", "Nike Dunk Low Panda (PS)", "11C", "0.5"),
        ("2", "Nike Dunk Low Panda (PS)", "2Y", "0.6"),
        ("5", "Nike Dunk Low Panda (TD)", "5C", "0.6"),
        ("1", "Nike Dunk Low Panda (TD)", "1C", "0.6"),
        ("17", "Nike Dunk Low Panda (TD)", "EU 17", "0.5"),
        ("25", "Nike Dunk Low Panda (TD)", "EU 25", "0.6"),
        ("15", "Nike Dunk Low Panda (GS)", "US 15", "0.5"),
        ("9W", "Nike Dunk Low Panda (GS)", "US W 9", "0.98"),
    ],
)
def test_the_product_decides_bare_numbers(
    text: str, item: str, label: str, confidence: str
) -> None:
    parsed = parse_size(text, item_name=item)
    assert (parsed.label, parsed.confidence) == (label, Decimal(confidence))


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("12W / 10.5M", "US W 12", "US 10.5"),
        ("10.5M/12W", "US 10.5", "US W 12"),
        ("M9W11", "US 9", "US W 11"),
        ("M 9 / W 11", "US 9", "US W 11"),
        ("Men's 9 / Women's 10.5", "US 9", "US W 10.5"),
        ("5.5Y / 7W", "5.5Y", "US W 7"),
        ("US 9 / EU 42.5", "US 9", "EU 42.5"),
    ],
)
def test_two_names_of_one_size(text: str, first: str, second: str) -> None:
    parsed = parse_size(text)
    assert parsed.label == first
    assert [equal.label for equal in parsed.equivalent] == [second]
    assert parsed.confidence == Decimal("0.95")


def test_free_text_behind_a_letter_is_kept() -> None:
    parsed = parse_size("S / Men's 9-10")
    assert (parsed.note, parsed.confidence) == ("Men's 9-10", Decimal("0.7"))


def test_thirds_sort_exactly() -> None:
    assert parse_size("41 1/3").sort_key == Decimal("41.333")
    assert parse_size("41.67").sort_key == Decimal("41.667")


@pytest.mark.parametrize(
    "ordered",
    [
        ["4", "4.5", "9", "9.5", "10", "10.5", "17"],
        ["EU 36", "36 2/3", "37 1/3", "37.5", "38", "EU 38/40", "40"],
        ["XXS", "XS", "S", "S/M", "M", "M/L", "L", "XL", "2XL", "3XL"],
        ["28x30", "28x32", "30W/30L", "34x32"],
        ["5C", "9.5C", "10C"],
    ],
)
def test_sort_key_is_the_natural_order(ordered: list[str]) -> None:
    keys = [parse_size(text).sort_key for text in ordered]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def _again(parsed: ParsedSize) -> tuple[SizeSystem, str]:
    again = parse_size(parsed.label)
    return again.system, again.value


_PIECES = st.sampled_from(
    [
        "US",
        "UK",
        "EU",
        "JP",
        "KR",
        "cm",
        "W",
        "M",
        "Y",
        "C",
        "J",
        "/",
        " ",
        "-",
        ".",
        "1/3",
        "⅔",
        "9",
        "10.5",
        "41",
        "270",
        "34",
        "32",
        "L",
        "XL",
        "S",
        "x",
        "N/A",
        "Men's",
        "(",
        ")",
        "½",
    ]
)


@given(st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=7).map("".join)), st.text())
def test_never_raises_and_its_own_label_means_the_same(text: str, item: str) -> None:
    parsed = parse_size(text)
    assert Decimal(0) <= parsed.confidence <= Decimal(1)
    assert _again(parsed) == (parsed.system, parsed.value)
    assert (parsed.confidence == 0) == (parsed.system is S.OTHER)
    parse_size(text, item_name=item, brand=item, category=item)


@given(
    st.sampled_from(["US {}", "US W {}", "UK {}", "{}Y", "{}C"]),
    st.integers(min_value=4, max_value=26),
    st.integers(min_value=4, max_value=26),
)
def test_larger_sizes_sort_behind_smaller_ones(pattern: str, first: int, second: int) -> None:
    one, other = (parse_size(pattern.format(half / 2)) for half in (first, second))
    assert one.system is other.system is not S.OTHER
    assert (one.sort_key < other.sort_key) == (first < second)
