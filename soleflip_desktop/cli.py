"""The command line: the same services as the window, for scripts and tests. Needs no display."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import logging
import signal
import sys
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from soleflip_desktop import __version__
from soleflip_desktop.bootstrap import Backend, Options, open_backend
from soleflip_desktop.domain.analytics import ProfitBy, ProfitQuery, ProfitRow
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.integration import (
    BatchStatus,
    FileFormat,
    ImportProgress,
    ImportRequest,
    ImportResult,
)
from soleflip_desktop.settings.log_file import log_to
from soleflip_desktop.sync.jobs.import_file import import_file

#: Exit codes: everything went in or was there already; nothing could be done; rows were rejected.
DONE, FAILED, REJECTED = 0, 1, 2


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="soleflip-desktop", description=__doc__)
    top.add_argument("--version", action="version", version=f"SoleFlip Desktop {__version__}")
    _common(top)
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    _import_command(commands)
    history = commands.add_parser("imports", help="the history of imports").add_subparsers(
        dest="action", required=True
    )
    _common(_json(history.add_parser("list", help="all imports, newest first")))
    show = _json(history.add_parser("show", help="one import with its rejected rows"))
    show.add_argument("id", type=int)
    _common(show)
    export = commands.add_parser("export", help="a table as CSV")
    export.add_argument("table", choices=["items", "orders"])
    export.add_argument("--out", type=Path, required=True, metavar="FILE")
    _common(export)
    _report_command(commands)
    database = commands.add_parser("db", help="the database itself").add_subparsers(
        dest="action", required=True
    )
    _common(_json(database.add_parser("status", help="server, schema version, size")))
    _common(database.add_parser("upgrade", help="bring the schema up to date"))
    return top


def _common(command: argparse.ArgumentParser) -> None:
    """Allowed before and behind the command; what is not given keeps the other one's value."""
    command.add_argument(
        "--data",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="DIR",
        help="keep everything the app writes in DIR (or SOLEFLIP_DATA_DIR)",
    )
    command.add_argument(
        "--database",
        default=argparse.SUPPRESS,
        metavar="URL",
        help="use this PostgreSQL 15 or later (or SOLEFLIP_DATABASE_URL)",
    )


def _json(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("--json", action="store_true", help="machine-readable output")
    return command


def _import_command(commands: Any) -> None:
    command = _json(commands.add_parser("import", help="import files of sales"))
    command.add_argument("files", nargs="+", metavar="FILE")
    command.add_argument("--format", default="auto", choices=["auto", *FileFormat])
    command.add_argument("--encoding", help="for text that is neither UTF-8 nor marked UTF-16")
    command.add_argument("--dry-run", action="store_true", help="check everything, keep nothing")
    _common(command)


def _report_command(commands: Any) -> None:
    reports = commands.add_parser("report", help="figures").add_subparsers(
        dest="action", required=True
    )
    profit = _json(reports.add_parser("profit", help="sales, payouts and profit"))
    profit.add_argument("--from", dest="start", type=date.fromisoformat, metavar="YYYY-MM-DD")
    profit.add_argument("--to", dest="end", type=date.fromisoformat, metavar="YYYY-MM-DD")
    profit.add_argument("--by", default="month", choices=list(ProfitBy))
    _common(profit)


def main(argv: Sequence[str]) -> int:
    """Runs one command; returns the exit code."""
    arguments = parser().parse_args(argv)
    options = Options.of(getattr(arguments, "data", None), getattr(arguments, "database", None))
    status_only = arguments.command == "db" and arguments.action == "status"
    try:
        options.folder.create()
        log_file = log_to(options.folder)
        backend = open_backend(options, exclusive=False, upgrade=not status_only)
        try:
            return COMMANDS[arguments.command](backend, arguments)
        finally:
            backend.close()
            logging.getLogger().removeHandler(log_file)
            log_file.close()
    except UserError as error:
        print(error, file=sys.stderr)
        return FAILED


def run_import(backend: Backend, arguments: argparse.Namespace) -> int:
    wanted = None if arguments.format == "auto" else FileFormat(arguments.format)
    codes = [
        _import_one(
            backend,
            ImportRequest(name, wanted, arguments.encoding, arguments.dry_run),
            as_json=arguments.json,
        )
        for name in arguments.files
    ]
    return FAILED if FAILED in codes else max(codes)


def _import_one(backend: Backend, request: ImportRequest, *, as_json: bool) -> int:
    token = CancelToken()
    before = signal.signal(signal.SIGINT, lambda *_: token.cancel())
    show = _progress_line if sys.stderr.isatty() and not as_json else _silent
    try:
        result = import_file(backend.loader, request, show, token)
    except UserError as error:
        if as_json:
            _print_json({"file": request.path, "error": str(error)})
        print(error, file=sys.stderr)
        return FAILED
    finally:
        signal.signal(signal.SIGINT, before)
    if as_json:
        _print_json(import_report(result))
    else:
        _print_result(result)
    if result.status is not BatchStatus.COMPLETED:
        return FAILED
    return REJECTED if result.rejected else DONE


def import_report(result: ImportResult) -> dict[str, Any]:
    """One JSON object an import; amounts are strings, never floating point."""
    return {
        "batch": result.batch_id,
        "file": result.file,
        "format": result.format,
        "status": result.status,
        "dry_run": result.dry_run,
        "rows": result.rows,
        "imported": result.imported,
        "duplicates": result.duplicates,
        "rejected": result.rejected,
        "warnings": result.warnings,
        "seconds": round(result.seconds, 3),
        "totals": {code: dataclasses.asdict(sums) for code, sums in result.totals.items()},
        "errors": [dataclasses.asdict(issue) for issue in result.issues],
        "remarks": [dataclasses.asdict(issue) for issue in result.remarks],
    }


def _print_result(result: ImportResult) -> None:
    verb = "would import" if result.dry_run else "imported"
    if result.status is BatchStatus.CANCELLED:
        print(f"{result.file}: cancelled, nothing was kept")
        return
    print(
        f"{result.file} ({result.format}): {result.rows:,} rows, {verb} {result.imported:,}, "
        f"duplicates {result.duplicates:,}, rejected {result.rejected:,}, "
        f"warnings {result.warnings:,} in {result.seconds:.1f} s"
    )
    for code, sums in result.totals.items():
        known = f"  charges {sums.charges:,}  payout {sums.payout:,}  residual {sums.residual:,}"
        rest = known if sums.names_payouts else "  (no payouts in this file)"
        print(f"  {code}  gross {sums.gross:,}{rest}")
    for issue in result.issues[:20]:
        print(f"  row {issue.row}, {issue.column or 'whole row'}: {issue.message}")
    if len(result.issues) > 20:  # noqa: PLR2004  (a screenful)
        print(f"  ... and more; see: imports show {result.batch_id}")


def _progress_line(progress: ImportProgress) -> None:
    percent = 100 * progress.bytes_done // max(1, progress.bytes_total)
    print(
        f"\r{progress.phase}: {percent} %, {progress.rows:,} rows, "
        f"{progress.rejected:,} rejected, {progress.seconds:.1f} s  ",
        end="",
        file=sys.stderr,
        flush=True,
    )


def _silent(_progress: ImportProgress) -> None:
    """For scripts."""


def run_imports(backend: Backend, arguments: argparse.Namespace) -> int:
    if arguments.action == "show":
        result = asyncio.run(backend.services.integration.result(arguments.id))
        if arguments.json:
            _print_json(import_report(result))
        else:
            _print_result(result)
        return DONE
    batches = asyncio.run(backend.services.integration.batches())
    if arguments.json:
        _print_json([dataclasses.asdict(batch) for batch in batches])
        return DONE
    for b in batches:
        print(
            f"{b.id:>5}  {b.started_at:%Y-%m-%d %H:%M}  {b.status:<11}  {b.imported:>9,} of "
            f"{b.rows:>9,}  {b.file}"
        )
    return DONE


def run_export(backend: Backend, arguments: argparse.Namespace) -> int:
    size = asyncio.run(backend.services.system.export(arguments.table, arguments.out))
    print(f"{arguments.out}: {size:,} bytes")
    return DONE


def run_report(backend: Backend, arguments: argparse.Namespace) -> int:
    query = ProfitQuery(ProfitBy(arguments.by), arguments.start, arguments.end)
    rows = asyncio.run(backend.services.analytics.profit(query))
    if arguments.json:
        _print_json(
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
        _print_json(facts)
    else:
        for name, value in facts.items():
            print(f"{name.replace('_', ' '):<16} {value}")
    return DONE


COMMANDS = {
    "import": run_import,
    "imports": run_imports,
    "export": run_export,
    "report": run_report,
    "db": run_db,
}


def _print_json(value: Any) -> None:
    print(json.dumps(value, default=_plain, ensure_ascii=False, indent=2))


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value))
