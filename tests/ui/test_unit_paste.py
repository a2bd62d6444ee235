from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.domain.edit_text import EditTextError
from soleflip_desktop.domain.import_plan import DateOrder, NumberStyle
from soleflip_desktop.ui.common.locale_style import edit_style
from soleflip_desktop.ui.inventory.paste import parse_block, spread
from soleflip_desktop.ui.inventory.size_range import parse_sizes

cells = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=6)
blocks = st.lists(st.lists(cells, min_size=1, max_size=4), min_size=1, max_size=5)


def as_a_spreadsheet_writes(block: list[list[str]]) -> str:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if set('"\t\n') & set(cell) else cell

    return "".join("\t".join(map(quoted, row)) + "\r\n" for row in block)


@given(blocks.filter(lambda block: block != [[""]]))
def test_what_a_spreadsheet_copies_comes_back_cell_by_cell(block: list[list[str]]) -> None:
    assert parse_block(as_a_spreadsheet_writes(block)) == block


@given(st.text(max_size=60))
def test_any_text_is_a_block(text: str) -> None:
    assert all(isinstance(cell, str) for row in parse_block(text) for cell in row)


def test_quotes_inside_a_cell_are_its_own() -> None:
    assert parse_block('"Air" Jordan\t5"') == [['"Air" Jordan', '5"']]
    assert parse_block("") == []
    assert parse_block("a\n\nb") == [["a"], [""], ["b"]]


def test_a_block_is_repeated_only_where_it_fits() -> None:
    assert spread([["a", "b"]], 2, 4) == [["a", "b", "a", "b"]] * 2
    assert spread([["a"], ["b"]], 3, 1) == [["a"], ["b"]]
    assert spread([["a"], ["b", "c"]], 2, 2) == [["a"], ["b", "c"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("US 9", [("US 9", 1)]),
        ("US 8-9 x2", [("US 8", 2), ("US 8.5", 2), ("US 9", 2)]),
        ("8-9", [("8", 1), ("8.5", 1), ("9", 1)]),
        ("US 8-10/1", [("US 8", 1), ("US 9", 1), ("US 10", 1)]),
        ("EU 40-42", [("EU 40", 1), ("EU 41", 1), ("EU 42", 1)]),
        ("EU 40,5", [("EU 40", 1), ("5", 1)]),
        ("5Y-6Y", [("5Y", 1), ("5.5Y", 1), ("6Y", 1)]),
        ("S-L x3, XL", [("S", 3), ("M", 3), ("L", 3), ("XL", 1)]),
        ("34x32 x2", [("34x32", 2)]),
        ("US 9, US 9 x2", [("US 9", 3)]),
        ("  ", []),
    ],
)
def test_sizes_in_short(text: str, expected: list[tuple[str, int]]) -> None:
    assert list(parse_sizes(text)) == expected


@pytest.mark.parametrize("text", ["US 11-8", "XL-S", "US 9 x0", "US 8-11 x900"])
def test_sizes_that_make_no_sense_are_told(text: str) -> None:
    with pytest.raises(EditTextError):
        parse_sizes(text)


@given(st.text(max_size=40))
def test_any_text_is_sizes_or_a_sentence(text: str) -> None:
    try:
        sizes = parse_sizes(text)
    except EditTextError as error:
        sizes = ((str(error), 1),)
    assert all(size and count > 0 for size, count in sizes)


@pytest.mark.parametrize(
    ("locale", "numbers", "dates", "sign"),
    [
        ("de_DE", NumberStyle.COMMA, DateOrder.DMY, "."),
        ("en_GB", NumberStyle.POINT, DateOrder.DMY, "/"),
        ("en_US", NumberStyle.POINT, DateOrder.MDY, "/"),
        ("sv_SE", NumberStyle.COMMA, DateOrder.YMD, "-"),
    ],
)
def test_the_style_of_a_locale(
    locale: str, numbers: NumberStyle, dates: DateOrder, sign: str
) -> None:
    style = edit_style(locale)
    assert (style.numbers, style.dates, style.day_sign) == (numbers, dates, sign)
