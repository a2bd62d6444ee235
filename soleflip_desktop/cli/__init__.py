"""The command line: the same services as the window, for scripts and tests. Needs no display."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from soleflip_desktop import __version__
from soleflip_desktop.bootstrap import Backend, Options, open_backend, update_desk
from soleflip_desktop.cli import (
    accounts,
    counts,
    figures,
    imports,
    labels,
    outbox,
    places,
    preferences,
    profiles,
    steps,
    sync,
    units,
    updates,
    views,
)
from soleflip_desktop.cli.output import FAILED, with_json
from soleflip_desktop.domain.analytics import ProfitBy
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.settings.log_file import log_to

PARTS = (
    imports,
    profiles,
    units,
    steps,
    places,
    views,
    labels,
    counts,
    accounts,
    sync,
    outbox,
    preferences,
    updates,
)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="soleflip-desktop", description=__doc__)
    top.add_argument("--version", action="version", version=f"SoleFlip Desktop {__version__}")
    _common(top)
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    for part in PARTS:
        for command in part.add_commands(commands):
            _common(command)
    _common(figures.add_export(commands))
    reports = commands.add_parser("report", help="figures").add_subparsers(
        dest="action", required=True
    )
    profit = with_json(reports.add_parser("profit", help="sales, payouts and profit"))
    profit.add_argument("--from", dest="start", type=date.fromisoformat, metavar="YYYY-MM-DD")
    profit.add_argument("--to", dest="end", type=date.fromisoformat, metavar="YYYY-MM-DD")
    profit.add_argument("--by", default="month", choices=list(ProfitBy))
    _common(profit)
    database = commands.add_parser("db", help="the database itself").add_subparsers(
        dest="action", required=True
    )
    _common(with_json(database.add_parser("status", help="server, schema version, size")))
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


def main(argv: Sequence[str]) -> int:
    """Runs one command; returns the exit code."""
    arguments = parser().parse_args(argv)
    options = Options.of(getattr(arguments, "data", None), getattr(arguments, "database", None))
    status_only = arguments.command == "db" and arguments.action == "status"
    try:
        options.folder.create()
        if arguments.command == "updates":  # needs no database
            return updates.run_updates(update_desk(options), arguments)
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


COMMANDS: dict[str, Callable[[Backend, argparse.Namespace], int]] = {
    "import": imports.run_import,
    "imports": imports.run_imports,
    "profiles": profiles.run_profiles,
    "items": units.run_items,
    "undo": steps.run_undo,
    "redo": steps.run_redo,
    "locations": places.run_locations,
    "views": views.run_views,
    "labels": labels.run_labels,
    "counts": counts.run_counts,
    "accounts": accounts.run_accounts,
    "sync": sync.run_sync,
    "outbox": outbox.run_outbox,
    "preferences": preferences.run_preferences,
    "export": figures.run_export,
    "report": figures.run_report,
    "db": figures.run_db,
}
