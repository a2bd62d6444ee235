"""Tables as documents, read back by other programs' readers."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]  # has no stubs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from soleflip_desktop.connectors.documents import table_xlsx
from soleflip_desktop.connectors.documents.table_csv import (
    defused,
    excel_csv,
    machine_csv,
    spreadsheet_text,
)
from soleflip_desktop.connectors.documents.table_pdf import PdfWriter
from soleflip_desktop.connectors.documents.table_text import JsonWriter, MarkdownWriter
from soleflip_desktop.connectors.documents.table_xlsx import XlsxWriter
from soleflip_desktop.domain.exporting import (
    ExportColumn,
    Line,
    LineKind,
    TableHead,
    TableWriter,
    TextStyle,
)
from soleflip_desktop.domain.grid_query import FieldKind
from soleflip_desktop.domain.money import Money

COLUMNS = (
    ExportColumn("product", "Product"),
    ExportColumn("cost", "Cost", FieldKind.AMOUNT),
    ExportColumn("days_held", "Days held", FieldKind.NUMBER),
    ExportColumn("sold_at", "Sold on", FieldKind.MOMENT),
    ExportColumn("return_until", "Return until", FieldKind.DAY),
)
HEAD = TableHead("Inventory", ("2 units", "Filter: brand is Nike"), COLUMNS, 3)
BERLIN = timezone(timedelta(hours=1))
GERMAN = TextStyle("de_DE", BERLIN)
BRITISH = TextStyle("en_GB", BERLIN)
SOLD = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
WRITTEN = SOLD.astimezone(BERLIN).replace(tzinfo=None)
SHOE = Line(("Dunk; Low\n“Panda”", Money(Decimal("-1234.5"), "EUR"), 12, SOLD, date(2026, 12, 24)))
BARE = Line(("=cmd|' /C calc'!A0", None, None, None, None))
GROUP = Line(("Nike · 2", Money(Decimal("99.00"), "USD"), None, None, None), LineKind.GROUP)


def text_of(make: object, style: TextStyle, *lines: Line) -> str:
    file = io.BytesIO()
    writer: TableWriter = make(file, HEAD, style)  # type: ignore[operator]  # any writer's maker
    writer.add(lines[:1])
    writer.add(lines[1:])
    writer.close()
    return file.getvalue().decode()


def cells_of(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_csv_for_excel_speaks_the_locale() -> None:
    text = text_of(excel_csv, GERMAN, GROUP, SHOE, BARE)
    assert text.startswith("\ufeffProduct;Cost;Cost currency;Days held;Sold on;Return until\r\n")
    _head, group, shoe, bare = cells_of(text, ";")
    assert group[:3] == ["Nike · 2", "99,00", "USD"]
    assert shoe == [
        "Dunk; Low\n“Panda”", "-1234,50", "EUR", "12", "2026-11-24 00:30:00", "2026-12-24",
    ]  # fmt: skip
    assert bare == ["'=cmd|' /C calc'!A0", "", "", "", "", ""]
    assert "-1234.50,EUR" in text_of(excel_csv, BRITISH, SHOE)


def test_csv_for_machines_holds_the_values_as_they_are() -> None:
    text = text_of(machine_csv, GERMAN, GROUP, SHOE, BARE)
    assert text.endswith("\r\n")
    _head, shoe, bare = cells_of(text, ",")
    assert shoe == [
        "Dunk; Low\n“Panda”", "-1234.50", "EUR", "12", "2026-11-23T23:30:00Z", "2026-12-24",
    ]  # fmt: skip
    assert bare[0] == "=cmd|' /C calc'!A0"


def test_clipboard_text_is_quoted_as_excel_does() -> None:
    text = text_of(spreadsheet_text, GERMAN, SHOE)
    assert text == (
        "Product\tCost\tDays held\tSold on\tReturn until\n"
        '"Dunk; Low\n“Panda”"\t-1234,50\t12\t2026-11-24 00:30:00\t2026-12-24\n'
    )
    line = Line(('6" nail', None, None, None, None))
    assert '"6"" nail"\t' in text_of(spreadsheet_text, GERMAN, line)


def test_json_keeps_amounts_exact_with_their_currency() -> None:
    first, second = json.loads(text_of(JsonWriter, GERMAN, SHOE, GROUP, BARE))
    assert first == {
        "product": "Dunk; Low\n“Panda”",
        "cost": "-1234.50",
        "cost_currency": "EUR",
        "days_held": 12,
        "sold_at": "2026-11-23T23:30:00Z",
        "return_until": "2026-12-24",
    }
    assert second["cost"] is second["cost_currency"] is second["sold_at"] is None
    assert json.loads(text_of(JsonWriter, GERMAN)) == []


def test_markdown_is_one_line_a_row() -> None:
    line = Line(("a|b\nc", Money(Decimal(5), "EUR"), None, None, None))
    lines = text_of(MarkdownWriter, BRITISH, line, GROUP).splitlines()
    assert lines[1] == "| --- | ---: | ---: | --- | --- |"
    assert lines[2] == "| a\\|b c | 5.00 EUR |  |  |  |"
    assert lines[3].startswith("| **Nike · 2** | **99.00 USD** |")


# -- formulas ----------------------------------------------------------------------------------

DANGEROUS = st.text(alphabet="=+-@\t\r\n ;,\"'0123456789.aZ＝", max_size=12)


@given(texts=st.lists(DANGEROUS, min_size=1, max_size=5), style=st.sampled_from((GERMAN, BRITISH)))
def test_no_cell_of_a_csv_for_excel_is_a_formula(texts: Sequence[str], style: TextStyle) -> None:
    written = text_of(excel_csv, style, *(Line((text, None, None, None, None)) for text in texts))
    delimiter = ";" if style is GERMAN else ","
    rows = cells_of(written.removeprefix("\ufeff"), delimiter)[1:]
    for text, row in zip(texts, rows, strict=True):
        cell = row[0]
        assert cell in {text, f"'{text}"}
        if cell.lstrip(" ")[:1] in set("=+-@\t\r\n＝"):
            assert re.fullmatch(r"[+-]?\d+([.,]\d+)?", cell)


@pytest.mark.parametrize("text", ["-12.50", "+3", "-1", "1=1", "", "   ", "Air Max"])
def test_harmless_text_is_left_alone(text: str) -> None:
    assert defused(text) == text


@pytest.mark.parametrize("text", ["-1+1", "+49 170", "@SUM(A1)", " =1", "\t=1", "-"])
def test_what_excel_would_run_is_defused(text: str) -> None:
    assert defused(text) == f"'{text}"


# -- spreadsheets ------------------------------------------------------------------------------


def workbook(path: Path, lines: Sequence[Line]) -> CalamineWorkbook:
    with path.open("wb") as file:
        writer = XlsxWriter(file, HEAD, BRITISH)
        for line in lines:
            writer.add([line])
        writer.close()
    return CalamineWorkbook.from_path(path)


def test_xlsx_has_numbers_dates_and_texts_that_stay_texts(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", [SHOE, BARE, GROUP])
    assert book.sheet_names == ["Inventory"]
    head, shoe, bare, group = book.get_sheet_by_index(0).to_python()
    assert head == [column.title for column in COLUMNS]
    assert shoe == [
        "Dunk; Low\n“Panda”", -1234.5, 12.0, WRITTEN, date(2026, 12, 24),
    ]  # fmt: skip
    assert bare[0] == "=cmd|' /C calc'!A0"
    assert group[1] == 99


def test_xlsx_says_the_currency_and_has_no_formula(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", [SHOE, BARE, GROUP])
    with zipfile.ZipFile(tmp_path / "a.xlsx") as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        styles = parts.read("xl/styles.xml").decode()
    assert "<f>" not in sheet
    assert '<autoFilter ref="A1:E4"/>' in sheet
    assert 'state="frozen"' in sheet
    assert '<col min="1" max="1"' in sheet
    assert "&quot;EUR&quot;" in styles
    assert "&quot;USD&quot;" in styles


def test_rows_beyond_a_sheet_go_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_xlsx, "SHEET_LINES", 3)
    lines = [Line((f"Unit {number}", None, number, None, None)) for number in range(5)]
    book = workbook(tmp_path / "a.xlsx", lines)
    assert book.sheet_names == ["Inventory", "Inventory (2)", "Inventory (3)"]
    sheets = [book.get_sheet_by_index(place).to_python() for place in range(3)]
    assert [len(sheet) for sheet in sheets] == [3, 3, 2]
    assert [row[0] for sheet in sheets for row in sheet[1:]] == [f"Unit {n}" for n in range(5)]
    assert all(sheet[0][0] == "Product" for sheet in sheets)


def test_an_abandoned_workbook_leaves_no_temporary_file(tmp_path: Path) -> None:
    with (tmp_path / "a.xlsx").open("wb") as file:
        writer = XlsxWriter(file, HEAD, BRITISH)
        writer.add([SHOE])
        folder = Path(writer._folder.name)
        assert list(folder.iterdir())
        writer.abandon()
    assert not folder.exists()


# -- paper -------------------------------------------------------------------------------------


def pdf_of(path: Path, lines: Sequence[Line], head: TableHead = HEAD) -> list[str]:
    with path.open("wb") as file:
        writer = PdfWriter(file, head, BRITISH)
        for start in range(0, len(lines), 50):
            writer.add(lines[start : start + 50])
        writer.close()
    document = pypdfium2.PdfDocument(path)
    pages = [document[number].get_textpage().get_text_bounded() for number in range(len(document))]
    document.close()
    return pages


def test_pdf_has_title_head_and_page_numbers_on_all_pages(tmp_path: Path) -> None:
    lines = [Line((f"Unit {number}", None, None, SOLD, None)) for number in range(120)]
    head = TableHead(HEAD.title, HEAD.notes, COLUMNS, len(lines))
    pages = pdf_of(tmp_path / "a.pdf", lines, head)
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Return until" in page
    assert "Filter: brand is Nike" in pages[0]
    shown = re.findall(r"Unit \d+", "\n".join(pages))
    assert shown == [f"Unit {number}" for number in range(120)]


def test_pdf_shows_amounts_days_and_subtotals_as_people_write_them(tmp_path: Path) -> None:
    strange = Line(("Ж→Łódź 中", None, None, None, None))
    (page,) = pdf_of(tmp_path / "a.pdf", [GROUP, SHOE, strange])
    assert "−1,234.50 EUR" in page
    assert "24 Nov 2026" in page
    assert "99.00 USD" in page
    assert "Łódź" in page


def test_pdf_never_cuts_a_figure(tmp_path: Path) -> None:
    columns = (
        *(ExportColumn(f"word{number}", f"Word {number}") for number in range(8)),
        *(ExportColumn(f"sum{number}", f"Sum {number}", FieldKind.AMOUNT) for number in range(9)),
    )
    words = ("A rather long text that is cut",) * 8
    small = Line((*words, *(Money(Decimal(1), "EUR"),) * 9))
    large = Line((*words, *(Money(Decimal("123456789.01"), "EUR"),) * 9), LineKind.GROUP)
    (page,) = pdf_of(
        tmp_path / "a.pdf", [*[small] * 50, large][-30:], TableHead("T", (), columns, 30)
    )
    assert page.count("123,456,789.01 EUR") == 9
    assert "…" in page


def test_pdf_of_nothing_is_a_page(tmp_path: Path) -> None:
    (page,) = pdf_of(tmp_path / "a.pdf", [], TableHead("Inventory", (), COLUMNS, 0))
    assert "Page 1 of 1" in page
