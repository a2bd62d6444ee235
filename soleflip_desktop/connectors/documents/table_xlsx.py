"""Tables as XLSX: real numbers and dates, texts that stay texts, memory that does not grow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import xlsxwriter  # type: ignore[import-untyped]  # has no stubs
from babel.numbers import get_currency_precision

from soleflip_desktop.connectors.documents.table_text import PlainText, machine_text
from soleflip_desktop.domain.exporting import Cell, Line, LineKind, TableHead, TextStyle
from soleflip_desktop.domain.money import Money

#: Lines of a sheet, the head among them; what comes after goes on in a further sheet.
SHEET_LINES = 1_048_576
_LONGEST_TEXT = 32_767
_FIRST_YEAR = 1900  # earlier days are no numbers in Excel
_WIDEST = 60
_DAY, _MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
_FIGURE = "#,##0.00"


class XlsxWriter:
    """Sheets with a frozen head and filter arrows; formats name the currency of each amount."""

    def __init__(self, file: BinaryIO, head: TableHead, style: TextStyle) -> None:
        self._head, self._plain = head, PlainText(style)
        self._folder = TemporaryDirectory(prefix="soleflip-xlsx-")
        options = {"constant_memory": True, "tmpdir": self._folder.name}
        self._book: Any = xlsxwriter.Workbook(file, options)
        self._book.set_properties({"title": head.title, "comments": "\n".join(head.notes)})
        self._formats: dict[tuple[str, bool], Any] = {}
        self._widths = [len(column.title) + 4 for column in head.columns]
        self._sheets = 0
        self._open_sheet()

    def add(self, lines: Sequence[Line]) -> None:
        for line in lines:
            if self._row >= SHEET_LINES:
                self._finish_sheet()
                self._open_sheet()
            bold = line.kind is not LineKind.ROW
            for place, cell in enumerate(line.cells):
                self._write(place, cell, bold=bold)
            self._row += 1

    def close(self) -> None:
        self._finish_sheet()
        self._book.close()
        self._folder.cleanup()

    def abandon(self) -> None:
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()  # Windows does not delete open files
        self._folder.cleanup()

    def _open_sheet(self) -> None:
        self._sheets += 1
        name = "".join(" " if sign in "[]:*?/\\" else sign for sign in self._head.title)[:24]
        self._sheet = self._book.add_worksheet(
            name if self._sheets == 1 else f"{name} ({self._sheets})"
        )
        self._sheet.freeze_panes(1, 0)
        for place, column in enumerate(self._head.columns):
            self._sheet.write_string(0, place, column.title, self._format("", bold=True))
        self._row = 1

    def _finish_sheet(self) -> None:
        last = len(self._widths) - 1
        self._sheet.autofilter(0, 0, self._row - 1, last)
        for place, width in enumerate(self._widths):
            self._sheet.set_column(place, place, min(width, _WIDEST))

    def _write(self, place: int, cell: Cell, *, bold: bool) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, Money):
            pattern = _currency_pattern(cell.currency)
            self._sheet.write_number(
                self._row, place, cell.amount, self._format(pattern, bold=bold)
            )
        elif isinstance(cell, Decimal | int):
            pattern = _FIGURE if isinstance(cell, Decimal) else "0"
            self._sheet.write_number(self._row, place, cell, self._format(pattern, bold=bold))
        elif isinstance(cell, date) and cell.year >= _FIRST_YEAR:
            self._write_day(place, cell, bold=bold)
        else:
            text = machine_text(cell)[:_LONGEST_TEXT]
            self._sheet.write_string(self._row, place, text, self._format("", bold=bold))
        self._widen(place, cell)

    def _write_day(self, place: int, day: date, *, bold: bool) -> None:
        """Excel knows no zones: an instant is written as the local clock showed it."""
        moment = isinstance(day, datetime)
        value = self._plain.local(day).replace(tzinfo=None) if isinstance(day, datetime) else day
        cell_format = self._format(_MOMENT if moment else _DAY, bold=bold)
        self._sheet.write_datetime(self._row, place, value, cell_format)

    def _widen(self, place: int, cell: Cell) -> None:
        """By text length: close enough, and free of fonts."""
        extra = 6 if isinstance(cell, Money) else 2
        self._widths[place] = max(self._widths[place], len(machine_text(cell)) + extra)

    def _format(self, pattern: str, *, bold: bool) -> Any:
        key = (pattern, bold)
        if key not in self._formats:
            looks: dict[str, object] = {"num_format": pattern} if pattern else {}
            self._formats[key] = self._book.add_format(looks | ({"bold": True} if bold else {}))
        return self._formats[key]


def _currency_pattern(currency: str) -> str:
    """The code behind the figure: a sign such as $ would be read as anybody's dollars."""
    whole = get_currency_precision(currency) == 0
    return f'{"#,##0" if whole else _FIGURE} "{currency}"'
