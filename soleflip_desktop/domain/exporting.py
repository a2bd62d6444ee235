"""A table on its way out: typed columns and cells, the formats, and what writes them.

Whatever is copied, exported or printed takes this form first. The writers know nothing of rows,
pages or databases, and each format says by itself how an amount or a day is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from soleflip_desktop.domain.grid_query import FieldKind
from soleflip_desktop.domain.money import Money

#: A bigger piece would hold the interpreter lock long enough to be felt (performance.md 0.4).
ROWS_PER_PIECE = 500
#: What a clipboard and a spreadsheet still take well; more is a case for an export.
MAX_COPIED_ROWS = 20_000
#: A PDF is kept in memory until it is whole, and some 2,500 pages are nobody's reading.
MAX_PDF_LINES = 100_000

#: An amount with its currency, an amount or number without one, an instant (aware), a day, a text.
Cell = str | Money | Decimal | int | datetime | date | None

_CURRENCY_FIELDS = {
    "charges": ("payout_currency", "gross_currency"),
    "profit": ("payout_currency",),
    "profit_per_day": ("payout_currency",),
    "landed_cost": ("cost_currency",),
    "cost_net": ("cost_currency",),
    "cost_inbound": ("cost_currency",),
    "market_value": ("market_currency",),
}


class TableFormat(StrEnum):
    """What a table can be written as."""

    EXCEL_CSV = "excel-csv"  # for people with Excel: its delimiter, its decimals, no formulas
    CSV = "csv"  # for machines: RFC 4180, UTF-8, ISO dates, dot decimals, values as they are
    XLSX = "xlsx"
    PDF = "pdf"
    TSV = "tsv"  # what a spreadsheet takes from the clipboard
    JSON = "json"
    MARKDOWN = "markdown"


class LineKind(StrEnum):
    """What a line is; machines get plain rows only."""

    ROW = "row"
    GROUP = "group"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """`key` is the field's name, for machines; `title` is what people read."""

    key: str
    title: str
    kind: FieldKind = FieldKind.TEXT


@dataclass(frozen=True, slots=True)
class Line:
    """One line, as many cells as there are columns."""

    cells: tuple[Cell, ...]
    kind: LineKind = LineKind.ROW


@dataclass(frozen=True, slots=True)
class TableHead:
    """What the table is. `notes` tell filters and date; `lines` is how many lines will come."""

    title: str
    notes: tuple[str, ...]
    columns: tuple[ExportColumn, ...]
    lines: int


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How people write: the locale, like "de_DE", and the zone; None is the system's own."""

    locale: str
    zone: tzinfo | None = None


class TableWriter(Protocol):
    """Writes one table, piece by piece, with memory that does not grow with it."""

    def add(self, lines: Sequence[Line]) -> None: ...

    def close(self) -> None:
        """Completes the document."""

    def abandon(self) -> None:
        """Gives up what it holds; the document is not to be used."""


def typed_cell(row: object, column: ExportColumn) -> Cell:
    """The value of a column's field, an amount with the currency that stands beside it."""
    value: Cell = getattr(row, column.key)
    if isinstance(value, datetime) and column.kind is FieldKind.DAY:
        return value.date()
    if column.kind is not FieldKind.AMOUNT or not isinstance(value, Decimal):
        return value
    names = _CURRENCY_FIELDS.get(column.key, (f"{column.key}_currency",))
    currency = next((known for name in names if (known := getattr(row, name, None))), None)
    return value if currency is None else Money(value, currency)
