"""Cells as text, for people and for machines; tables as JSON and Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import BinaryIO

from babel import Locale, numbers

from soleflip_desktop.domain.exporting import Cell, Line, LineKind, TableHead, TextStyle
from soleflip_desktop.domain.grid_query import FieldKind
from soleflip_desktop.domain.money import Money

_RIGHT = frozenset({FieldKind.AMOUNT, FieldKind.NUMBER})


def amount_text(amount: Decimal) -> str:
    """At least two places, and no digit lost: 12 is 12.00, 0.125 stays."""
    exponent = amount.as_tuple().exponent
    return f"{amount:.2f}" if isinstance(exponent, int) and exponent > -2 else f"{amount:f}"  # noqa: PLR2004


def machine_text(cell: Cell) -> str:
    """ISO dates in UTC, dot decimals, nothing else changed."""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Money):
        return amount_text(cell.amount)
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return "" if cell is None else str(cell)


class PlainText:
    """Cells as a spreadsheet of one locale reads them: its decimals, no grouping, ISO days."""

    def __init__(self, style: TextStyle) -> None:
        self.point = numbers.get_decimal_symbol(Locale.parse(style.locale))
        self._zone = style.zone

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self._zone)

    def text(self, cell: Cell) -> str:
        if isinstance(cell, datetime):
            return self.local(cell).strftime("%Y-%m-%d %H:%M:%S")
        if isinstance(cell, Money | Decimal):
            return machine_text(cell).replace(".", self.point)
        return machine_text(cell)


class JsonWriter:
    """A list of objects: amounts as exact strings with their currency beside them, ISO dates."""

    def __init__(self, file: BinaryIO, head: TableHead, _style: TextStyle) -> None:
        self._file, self._columns = file, head.columns
        self._between = "["

    def add(self, lines: Sequence[Line]) -> None:
        for line in lines:
            if line.kind is LineKind.ROW:
                text = json.dumps(self._record(line), ensure_ascii=False)
                self._file.write(f"{self._between}\n  {text}".encode())
                self._between = ","

    def close(self) -> None:
        self._file.write(b"[]\n" if self._between == "[" else b"\n]\n")

    def abandon(self) -> None:
        """Holds nothing."""

    def _record(self, line: Line) -> dict[str, str | int | None]:
        record: dict[str, str | int | None] = {}
        for column, cell in zip(self._columns, line.cells, strict=True):
            record[column.key] = cell if isinstance(cell, int | None) else machine_text(cell)
            if column.kind is FieldKind.AMOUNT:
                currency = cell.currency if isinstance(cell, Money) else None
                record.setdefault(f"{column.key}_currency", currency)
        return record


class MarkdownWriter:
    """A table for a message or a ticket: amounts with their currency, right-aligned."""

    def __init__(self, file: BinaryIO, head: TableHead, style: TextStyle) -> None:
        self._file, self._plain = file, PlainText(style)
        self._write([_escaped(column.title) for column in head.columns])
        self._write(["---:" if column.kind in _RIGHT else "---" for column in head.columns])

    def add(self, lines: Sequence[Line]) -> None:
        for line in lines:
            cells = [_escaped(self._text(cell)) for cell in line.cells]
            if line.kind is not LineKind.ROW:
                cells = [f"**{cell}**" if cell else "" for cell in cells]
            self._write(cells)

    def close(self) -> None:
        """Nothing follows the last line."""

    def abandon(self) -> None:
        """Holds nothing."""

    def _text(self, cell: Cell) -> str:
        text = self._plain.text(cell)
        return f"{text} {cell.currency}" if isinstance(cell, Money) else text

    def _write(self, cells: Sequence[str]) -> None:
        self._file.write(f"| {' | '.join(cells)} |\n".encode())


def _escaped(text: str) -> str:
    """A bar or a line break would end the cell; markup and tags would be taken for such."""
    for sign in "\\|*_`<[":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.splitlines())
