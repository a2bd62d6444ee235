"""Delimited text: CSV for Excel, CSV for machines, and what a spreadsheet takes when pasting."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from soleflip_desktop.connectors.documents.table_text import PlainText, machine_text
from soleflip_desktop.domain.exporting import (
    Cell,
    ExportColumn,
    Line,
    LineKind,
    TableHead,
    TextStyle,
)
from soleflip_desktop.domain.grid_query import FieldKind
from soleflip_desktop.domain.money import Money

#: Excel takes a cell that begins like this for a formula; the wide forms it takes for the same.
_FORMULA_SIGNS = "=+-@\t\r\n＝＋－＠"
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


def defused(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it as a formula.

    A number is none, whatever its sign.
    """
    begins = text.lstrip(" ")[:1]
    harmless = not begins or begins not in _FORMULA_SIGNS or _NUMBER.fullmatch(text)
    return text if harmless else f"'{text}"


@dataclass(frozen=True, slots=True)
class _Dialect:
    encoding: str
    delimiter: str
    line_end: str
    text: Callable[[Cell], str]
    safe: Callable[[str], str]
    currencies: bool = True  # in a column of their own beside each amount
    groups: bool = True


class DelimitedWriter:
    """A table as lines of cells; `head` stands on the first line."""

    def __init__(
        self, file: BinaryIO, columns: Sequence[ExportColumn], dialect: _Dialect, *, head: bool
    ) -> None:
        self._columns, self._dialect = columns, dialect
        self._file = io.TextIOWrapper(file, dialect.encoding, newline="", write_through=False)
        self._lines = csv.writer(
            self._file, delimiter=dialect.delimiter, lineterminator=dialect.line_end
        )
        if head:
            self._lines.writerow([dialect.safe(title) for title in self._titles()])

    def add(self, lines: Sequence[Line]) -> None:
        groups = self._dialect.groups
        self._lines.writerows(
            self._cells(line) for line in lines if groups or line.kind is LineKind.ROW
        )

    def close(self) -> None:
        self._file.detach()  # flushes; the file is its opener's to close

    def abandon(self) -> None:
        self._file.detach()

    def _titles(self) -> list[str]:
        titles = []
        for column in self._columns:
            titles.append(column.title)
            if self._with_currency(column):
                titles.append(f"{column.title} currency")
        return titles

    def _cells(self, line: Line) -> list[str]:
        cells = []
        for column, cell in zip(self._columns, line.cells, strict=True):
            text = self._dialect.text(cell)
            cells.append(self._dialect.safe(text) if isinstance(cell, str) else text)
            if self._with_currency(column):
                cells.append(cell.currency if isinstance(cell, Money) else "")
        return cells

    def _with_currency(self, column: ExportColumn) -> bool:
        return self._dialect.currencies and column.kind is FieldKind.AMOUNT


def excel_csv(file: BinaryIO, head: TableHead, style: TextStyle) -> DelimitedWriter:
    """Opens by double-click where Excel speaks the locale: its delimiter, its decimals, UTF-8."""
    plain = PlainText(style)
    delimiter = ";" if plain.point == "," else ","
    dialect = _Dialect("utf-8-sig", delimiter, "\r\n", plain.text, defused)
    return DelimitedWriter(file, head.columns, dialect, head=True)


def machine_csv(file: BinaryIO, head: TableHead, _style: TextStyle) -> DelimitedWriter:
    """RFC 4180 with the values as they are; group heads are left out."""
    dialect = _Dialect("utf-8", ",", "\r\n", machine_text, str, groups=False)
    return DelimitedWriter(file, head.columns, dialect, head=True)


def spreadsheet_text(
    file: BinaryIO, head: TableHead, style: TextStyle, *, titles: bool = True
) -> DelimitedWriter:
    """For the clipboard: tabs, and quotes only where a cell holds a tab, a break or a quote."""
    dialect = _Dialect("utf-8", "\t", "\n", PlainText(style).text, str, currencies=False)
    return DelimitedWriter(file, head.columns, dialect, head=titles)
