"""Delimiter and header: by consistent fields and known names, with quotes respected."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.connectors.files.dialect import (
    detect_dialect,
    header_names,
    require_delimiter,
    split_text,
)
from soleflip_desktop.domain.errors import FileImportError
from soleflip_desktop.domain.import_plan import Dialect

KNOWN = {"Order number", "Item", "Price", "Bestellnummer", "Artikel", "Preis"}


def name_row(cells: Sequence[str]) -> int:
    return len(KNOWN.intersection(cells))


def found(head: str, *, encoding: str = "utf-8") -> tuple[str, int]:
    dialect, _ = detect_dialect(head, encoding, None, name_row)
    return dialect.delimiter, dialect.header_row


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_delimiter_is_found_by_consistent_fields(delimiter: str) -> None:
    rows = [["Datum", "Was", "Wie viel"]] + [["1.2.", "a, b; c | d", "1,50"]] * 5
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    assert found(text) == (delimiter, 0)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("Datum;Betrag\n" + "01.02.2024;12,50\n" * 9, (";", 0)),
        ("Datum;Betrag;Gebühr\n" + "01.02.2024;12,50;1,20\n" * 9, (";", 0)),
        ("Name;Maße\n" + "a;1,20 x 3,40 x 5,60\n" * 9, (";", 0)),
        ("Name,Tags\n" + "Shoe,x|y|z\n" * 9, (",", 0)),
        ("Name;Text\n" + "a;b\n" * 50 + "a;b;c\n", (";", 0)),
        ("Wort\n" + "eins\n" * 9 + "zwei, drei\n", (",", 0)),
        ("a;b", (";", 0)),
        ("x\n", (",", 0)),
        ("", (",", 0)),
        ('Name;Text\n"a\n;b";c\nd;e\n', (";", 0)),
    ],
)
def test_hard_cases(head: str, expected: tuple[str, int]) -> None:
    assert found(head) == expected


def test_known_names_decide_before_counts() -> None:
    text = "Sales, 2024\nOrder number;Price\n" + "1;2,50\n" * 20
    assert found(text) == (";", 1)


def test_the_header_stands_below_the_lines_of_a_report() -> None:
    """As in eBay's reports: a title, notes of one or two cells, blank lines, bare delimiters."""
    notes = ["Transaktionsbericht", "", "Von;01.01.2024", '"Hinweis; lang"', "", ";;;", "--", ""]
    text = "\ufeff" + "\r\n".join([*notes, "Datum;Artikel;Bestellnummer;Preis"]) + "\r\n"
    assert found(text + "1.1.;Schuh;01-1;12,00\r\n" * 3) == (";", 8)


def test_without_known_names_the_first_full_row_of_words_is_the_header() -> None:
    text = "Report,,\n,,\n1,2,3\nAlpha,Beta,Gamma\n" + "1,2,3\n" * 5
    assert found(text) == (",", 3)
    assert found("1,2,3\n" * 5) == (",", 0)


@pytest.mark.parametrize("line", ["sep=|", '"sep=|"', "SEP=|"])
def test_a_sep_line_is_obeyed_and_skipped(line: str) -> None:
    assert found(f"{line}\r\nName|Text;mehr\r\na|b;c\r\n") == ("|", 1)
    assert found("sep=\t\nName\tText\na\tb\n") == ("\t", 1)


def test_what_is_given_is_not_guessed() -> None:
    head = "a,b;c\n1,2;3\n"
    dialect, reason = detect_dialect(head, "cp1252", None, name_row, delimiter=";", header_row=1)
    assert dialect == Dialect("cp1252", ";", 1)
    assert reason == "Semicolon: 1 of 1 records have 2 fields; header in row 2"


def test_a_sheet_has_commas_whatever_is_in_it() -> None:
    dialect, _ = detect_dialect('"a;b"\r\n"c;d"\r\n', "spreadsheet", "S", name_row, delimiter=";")
    assert dialect == Dialect("spreadsheet", ",", 0, "S")


def test_the_reason_is_a_sentence() -> None:
    head = "Report\n\nItem;Price\n" + "a;1\n" * 9 + "b\n"
    _, reason = detect_dialect(head, "utf-8", None, name_row)
    assert reason == "Semicolon: 10 of 11 records have 2 fields; header in row 3"


def test_names_of_columns_differ_and_are_never_blank() -> None:
    assert header_names(["\ufeff Item ", "", "Item", "Item", " ", "Item (2)"]) == (
        "Item",
        "Column 2",
        "Item (2)",
        "Item (3)",
        "Column 5",
        "Item (2) (2)",
    )


@pytest.mark.parametrize("text", ["", ";;", '"', "a", "7", "\n", " ", "§", "\0"])
def test_what_cannot_be_a_delimiter_is_told(text: str) -> None:
    with pytest.raises(FileImportError, match=r"^a\.csv: .* cannot be the delimiter"):
        require_delimiter(text, "a.csv")


@given(st.text(st.sampled_from('a;,"\n\r\t|'), max_size=80))
def test_any_text_has_a_dialect_and_its_records_are_all_of_it(text: str) -> None:
    assert "".join(split_text(text)) == text
    delimiter, row = found(text)
    assert delimiter in {",", ";", "\t", "|"}
    assert 0 <= row <= text.count("\n")
