"""Commands that read: exports, reports, the state of the database."""

from __future__ import annotations

import argparse
import asyncio
import csv
import dataclasses
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from babel import Locale, UnknownLocaleError

from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.cli.output import DONE, print_json
from soleflip_desktop.db.queries.export import CHARGES, TABLES
from soleflip_desktop.domain.analytics import ProfitBy, ProfitQuery, ProfitRow
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.exporting import (
    MAX_PDF_LINES,
    ROWS_PER_PIECE,
    Cell,
    ExportColumn,
    Line,
    TableFormat,
    TableHead,
    TextStyle,
)
from soleflip_desktop.domain.grid_query import FieldKind
from soleflip_desktop.sync.documents import Document, write_lines

#: What the headers of an export hold that is no text; see `db.queries.export`.
_AMOUNTS = frozenset({"Sale price", "Payout", "Cost", "Net cost", "Retail price", *CHARGES})
_MOMENTS = frozenset({"Sold on", "Paid on", "Acquired", "Delivered"})
_DAYS = frozenset({"Return until", "Release date"})
_NUMBERS = frozenset({"VAT %", "Return policy days"})


def add_export(commands: Any) -> argparse.ArgumentParser:
    """Declares `export`."""
    export: argparse.ArgumentParser = commands.add_parser("export", help="a table as a file")
    export.add_argument("table", choices=list(TABLES))
    export.add_argument("--out", type=Path, required=True, metavar="FILE")
    export.add_argument(
        "--format",
        default=TableFormat.CSV.value,
        choices=[TableFormat.CSV, TableFormat.EXCEL_CSV, TableFormat.XLSX, TableFormat.PDF],
        help="csv (the default) imports again as it is; the others are for people",
    )
    export.add_argument("--locale", default="en_GB", help="of excel-csv and pdf, like de_DE")
    return export


def run_export(backend: Backend, arguments: argparse.Namespace) -> int:
    out: Path = arguments.out
    if arguments.format == TableFormat.CSV:
        size = asyncio.run(backend.services.system.export(arguments.table, out))
    else:
        with TemporaryDirectory(prefix="soleflip-export-") as folder:
            plain = Path(folder) / "table.csv"
            asyncio.run(backend.services.system.export(arguments.table, plain))
            convert(plain, out, arguments)
        size = out.stat().st_size
    print(f"{out}: {size:,} bytes")
    return DONE


def convert(plain: Path, out: Path, arguments: argparse.Namespace) -> None:
    """Writes our CSV in another format, piece by piece. Raises UserError."""
    with plain.open(encoding="utf-8", newline="") as file:
        lines = sum(1 for _row in csv.reader(file)) - 1
        file.seek(0)
        rows = csv.reader(file)
        columns = tuple(ExportColumn(title, title, _kind(title)) for title in next(rows))
        head = TableHead(arguments.table.capitalize(), (f"{lines:,} rows",), columns, lines)
        if arguments.format == TableFormat.PDF and lines > MAX_PDF_LINES:
            msg = f"{lines:,} rows are too many for a PDF ({MAX_PDF_LINES:,}): choose xlsx."
            raise UserError(msg)
        document = Document(out, TableFormat(arguments.format), TextStyle(_locale(arguments)))
        write_lines(document, head, _pieces(rows, columns))


def _locale(arguments: argparse.Namespace) -> str:
    try:
        return str(Locale.parse(arguments.locale))
    except (UnknownLocaleError, ValueError) as error:
        msg = f"There is no locale {arguments.locale}; write it like de_DE or en_GB."
        raise UserError(msg) from error


def _pieces(rows: Iterator[list[str]], columns: Sequence[ExportColumn]) -> Iterator[list[Line]]:
    while piece := list(islice(rows, ROWS_PER_PIECE)):
        yield [
            Line(tuple(_cell(*pair) for pair in zip(columns, row, strict=True))) for row in piece
        ]


def _kind(title: str) -> FieldKind:
    if title in _MOMENTS:
        return FieldKind.MOMENT
    if title in _DAYS:
        return FieldKind.DAY
    # The currency has its own column already, so amounts are figures here.
    return FieldKind.NUMBER if title in _AMOUNTS | _NUMBERS else FieldKind.TEXT


def _cell(column: ExportColumn, text: str) -> Cell:
    if not text or column.kind is FieldKind.TEXT:
        return text
    if column.kind is FieldKind.NUMBER:
        return Decimal(text)
    return (
        date.fromisoformat(text) if column.kind is FieldKind.DAY else datetime.fromisoformat(text)
    )


def run_report(backend: Backend, arguments: argparse.Namespace) -> int:
    query = ProfitQuery(ProfitBy(arguments.by), arguments.start, arguments.end)
    rows = asyncio.run(backend.services.analytics.profit(query))
    if arguments.json:
        print_json(
            {
                "by": query.by,
                "from": query.start,
                "to": query.end,
                "rows": [dataclasses.asdict(row) for row in rows],
                "totals": report_totals(rows),
            }
        )
        return DONE
    print(
        f"{query.by:<20} {'sales':>9} {'gross':>16} {'charges':>14} {'payout':>16} {'profit':>14}"
    )
    for row in rows:
        figures = (row.gross, row.charges, row.payout, row.profit)
        shown = ["-" if value is None else f"{value:,.2f}" for value in figures]
        print(
            f"{row.key:<20} {row.sales:>9,} {shown[0]:>16} {shown[1]:>14} {shown[2]:>16} "
            f"{shown[3]:>14} {row.currency}"
        )
    return DONE


def report_totals(rows: Sequence[ProfitRow]) -> dict[str, dict[str, Any]]:
    """Per currency; a figure that no row knows stays None."""
    totals: dict[str, dict[str, Any]] = {}
    for row in rows:
        sums = totals.setdefault(row.currency, {"sales": 0})
        sums["sales"] += row.sales
        for name in ("gross", "charges", "payout", "cost", "profit"):
            value: Decimal | None = getattr(row, name)
            known: Decimal | None = sums.get(name)
            sums[name] = known if value is None else value + (known or Decimal(0))
    return totals


def run_db(backend: Backend, arguments: argparse.Namespace) -> int:
    if arguments.action == "upgrade":
        print("The schema was upgraded." if backend.upgraded else "The schema is up to date.")
        return DONE
    status = asyncio.run(backend.services.system.status())
    where = "external server" if backend.options.url else str(backend.options.folder.root)
    facts = dataclasses.asdict(status) | {"data": where}
    if arguments.json:
        print_json(facts)
    else:
        for name, value in facts.items():
            print(f"{name.replace('_', ' '):<16} {value}")
    return DONE
