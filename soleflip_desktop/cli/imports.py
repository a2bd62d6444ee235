"""Commands about imports: run, check, look at, undo, redo."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import signal
import sys
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.cli.output import DONE, FAILED, REJECTED, print_json, with_json
from soleflip_desktop.cli.profiles import chosen_profile
from soleflip_desktop.cli.reading import add_reading, choices_of
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.import_plan import Profile
from soleflip_desktop.domain.integration import (
    BatchStatus,
    CurrencyTotals,
    ImportAction,
    ImportProgress,
    ImportRequest,
    ImportResult,
    ReviewRow,
    RowClass,
    UndoReport,
)
from soleflip_desktop.domain.words import in_number
from soleflip_desktop.sync.jobs.import_file import import_file

REVIEW_ROWS = 100


def add_commands(commands: Any) -> Iterable[argparse.ArgumentParser]:
    """Adds `import` and `imports`; yields the parsers that take the common options."""
    yield _import_command(commands)
    actions = commands.add_parser("imports", help="the history of imports").add_subparsers(
        dest="action", required=True
    )
    yield with_json(actions.add_parser("list", help="all imports, newest first"))
    for name, help_text in (
        ("show", "one import with its rejected rows"),
        ("review", "the rows of a draft or of a checked import"),
        ("run", "write a draft"),
        ("discard", "throw a draft away"),
        ("undo", "take an import back"),
        ("redo", "write an undone import again"),
        ("rejected", "save the rejected rows with an Error column"),
    ):
        action = with_json(actions.add_parser(name, help=help_text))
        action.add_argument("id", type=int)
        if name == "undo":
            action.add_argument("--dry-run", action="store_true", help="only say what it would do")
        if name == "rejected":
            action.add_argument("--out", type=Path, required=True, metavar="FILE")
        if name == "review":
            action.add_argument("--class", dest="row_class", choices=list(RowClass))
            action.add_argument("--offset", type=int, default=0)
            action.add_argument("--limit", type=int, default=REVIEW_ROWS)
        yield action


def _import_command(commands: Any) -> argparse.ArgumentParser:
    command = with_json(commands.add_parser("import", help="import files"))
    command.add_argument("files", nargs="+", metavar="FILE")
    command.add_argument("--dry-run", action="store_true", help="check everything, keep nothing")
    command.add_argument("--check", action="store_true", help="check and keep a draft to review")
    return add_reading(command)


def run_import(backend: Backend, arguments: argparse.Namespace) -> int:
    key, profiles = chosen_profile(backend.book.load(), arguments.profile)
    choices = choices_of(arguments, key)
    action = ImportAction.CHECK if arguments.check else ImportAction.IMPORT
    codes = [
        _run_one(
            backend,
            profiles,
            ImportRequest(name, None, choices, action=action, dry_run=arguments.dry_run),
            as_json=arguments.json,
        )
        for name in arguments.files
    ]
    return FAILED if FAILED in codes else max(codes)


def _run_one(
    backend: Backend, profiles: list[Profile], request: ImportRequest, *, as_json: bool
) -> int:
    token = CancelToken()
    before = signal.signal(signal.SIGINT, lambda *_: token.cancel())
    show = _progress_line if sys.stderr.isatty() and not as_json else _silent
    try:
        result = import_file(backend.loader, profiles, request, show, token)
    except UserError as error:
        if as_json:
            print_json({"file": request.path, "error": str(error)})
        print(error, file=sys.stderr)
        return FAILED
    finally:
        signal.signal(signal.SIGINT, before)
    if as_json:
        print_json(import_report(result))
    else:
        print_result(result)
    if result.status not in {BatchStatus.COMPLETED, BatchStatus.DRAFT}:
        return FAILED
    return REJECTED if result.rejected or result.conflicts else DONE


def import_report(result: ImportResult) -> dict[str, Any]:
    """One JSON object an import; amounts are strings, never floating point."""
    counts = ("rows", "imported", "changed", "unchanged", "duplicates", "rejected", "conflicts")
    return {
        "batch": result.batch_id,
        "file": result.file,
        "format": result.format,
        "target": result.target,
        "status": result.status,
        "dry_run": result.dry_run,
        **{name: getattr(result, name) for name in (*counts, "skipped", "warnings")},
        "seconds": round(result.seconds, 3),
        "totals": {code: _sums(sums) for code, sums in result.totals.items()},
        "file_totals": {code: _sums(sums) for code, sums in result.file_totals.items()},
        "errors": [dataclasses.asdict(issue) for issue in result.issues],
        "remarks": [dataclasses.asdict(issue) for issue in result.remarks],
    }


def _sums(totals: CurrencyTotals) -> dict[str, Decimal]:
    """The cost stands there where the file has one."""
    sums = dataclasses.asdict(totals)
    return sums if totals.cost else {name: sums[name] for name in sums if name != "cost"}


def print_result(result: ImportResult) -> None:
    planned = result.dry_run or result.status is BatchStatus.DRAFT
    verb = "would import" if planned else "imported"
    if result.status is BatchStatus.CANCELLED:
        print(f"{result.file}: cancelled, nothing was kept")
        return
    extra = "".join(
        f", {name} {count:,}"
        for name, count in (
            ("changed", result.changed),
            ("conflicts", result.conflicts),
            ("skipped", result.skipped),
        )
        if count
    )
    print(
        f"{result.file} ({result.format}): {result.rows:,} rows, {verb} {result.imported:,}, "
        f"duplicates {result.duplicates:,}, rejected {result.rejected:,}{extra}, "
        f"warnings {result.warnings:,} in {result.seconds:.1f} s"
    )
    for code, sums in result.totals.items():
        if sums.cost:
            print(f"  {code}  cost {sums.cost:,}")
        if not sums.gross and not sums.names_payouts:
            continue
        known = f"  charges {sums.charges:,}  payout {sums.payout:,}  residual {sums.residual:,}"
        rest = known if sums.names_payouts else "  (no payouts in this file)"
        print(f"  {code}  gross {sums.gross:,}{rest}")
    for issue in result.issues[:20]:
        print(f"  row {issue.row}, {issue.column or 'whole row'}: {issue.message}")
    if len(result.issues) > 20:  # noqa: PLR2004  (a screenful)
        print(f"  ... and more; see: imports show {result.batch_id}")
    if result.status is BatchStatus.DRAFT:
        print(f"  draft {result.batch_id}; next: imports review|run|discard {result.batch_id}")


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
    return ACTIONS[arguments.action](backend, arguments)


def _list(backend: Backend, arguments: argparse.Namespace) -> int:
    batches = asyncio.run(backend.services.integration.batches())
    if arguments.json:
        print_json([dataclasses.asdict(batch) for batch in batches])
        return DONE
    for b in batches:
        print(
            f"{b.id:>5}  {b.started_at:%Y-%m-%d %H:%M}  {b.status:<11}  {b.imported:>9,} of "
            f"{b.rows:>9,}  {b.file}"
        )
    return DONE


def _show(backend: Backend, arguments: argparse.Namespace) -> int:
    result = asyncio.run(backend.services.integration.result(arguments.id))
    if arguments.json:
        print_json(import_report(result))
    else:
        print_result(result)
    return DONE


def _review(backend: Backend, arguments: argparse.Namespace) -> int:
    wanted = RowClass(arguments.row_class) if arguments.row_class else None
    rows = asyncio.run(
        backend.services.integration.review_rows(
            arguments.id, wanted, arguments.offset, arguments.limit
        )
    )
    if arguments.json:
        print_json([dataclasses.asdict(row) for row in rows])
        return DONE
    for row in rows:
        print(f"row {row.row:>7,}  {row.row_class:<10} {_told(row)}")
    return DONE


def _told(row: ReviewRow) -> str:
    if row.changes:
        return "; ".join(f"{c.field}: {c.old or '(none)'} -> {c.new}" for c in row.changes)
    if row.issues:
        return "; ".join(issue.message for issue in row.issues)
    return " | ".join(cell for cell in row.cells[:8] if cell)


def _run(backend: Backend, arguments: argparse.Namespace) -> int:
    request = ImportRequest(action=ImportAction(arguments.action), batch_id=arguments.id)
    return _run_one(backend, [], request, as_json=arguments.json)


def _discard(backend: Backend, arguments: argparse.Namespace) -> int:
    asyncio.run(backend.services.integration.discard(arguments.id))
    print(f"draft {arguments.id} was thrown away")
    return DONE


def _undo(backend: Backend, arguments: argparse.Namespace) -> int:
    imports = backend.services.integration
    work = imports.undo_preview(arguments.id) if arguments.dry_run else imports.undo(arguments.id)
    report = asyncio.run(work)
    if arguments.json:
        print_json(dataclasses.asdict(report))
    else:
        _print_undo(report)
    return DONE


def _print_undo(report: UndoReport) -> None:
    verb = "would take back" if report.dry_run else "took back"
    print(f"{report.file}: {verb} {report.reverted:,} rows, kept {len(report.kept):,}")
    for title, counts in (("removed", report.removed), ("restored", report.restored)):
        if counts:
            named = (f"{count:,} {in_number(what, count)}" for what, count in counts.items())
            print(f"  {title}: {', '.join(named)}")
    for row in report.kept:
        print(f"  row {row.row}, {row.entity} {row.entity_id} ({row.title}): {row.reason}")


def _rejected(backend: Backend, arguments: argparse.Namespace) -> int:
    saved = asyncio.run(backend.services.integration.save_rejected(arguments.id, arguments.out))
    print(f"{arguments.out}: {saved:,} rows")
    return DONE


ACTIONS = {
    "list": _list,
    "show": _show,
    "review": _review,
    "run": _run,
    "redo": _run,
    "discard": _discard,
    "undo": _undo,
    "rejected": _rejected,
}
