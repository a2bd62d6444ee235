"""The outbox: what waits to change a marketplace, and pushing it now."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.cli import sync
from soleflip_desktop.cli.output import DONE, print_json, with_json
from soleflip_desktop.domain.sync import SyncKind


def add_commands(commands: Any) -> Iterable[argparse.ArgumentParser]:
    """Adds `outbox`; yields the parsers that take the common options."""
    actions = commands.add_parser("outbox", help="changes of marketplaces").add_subparsers(
        dest="action", required=True
    )
    entries = with_json(actions.add_parser("list", help="what is not settled, oldest first"))
    entries.add_argument("--settled", action="store_true", help="the others, newest first")
    yield entries
    push = with_json(actions.add_parser("push", help="send what waits, look up what is unclear"))
    push.add_argument("--account", metavar="LABEL", help="else all accounts")
    yield push


def run_outbox(backend: Backend, arguments: argparse.Namespace) -> int:
    return asyncio.run(ACTIONS[arguments.action](backend, arguments))


async def _list(backend: Backend, arguments: argparse.Namespace) -> int:
    rows = await backend.services.outbox.rows(settled=arguments.settled)
    if arguments.json:
        print_json([asdict(row) for row in rows])
        return DONE
    for row in rows:
        print(
            f"{row.id:>6}  {row.state:<10} {row.words}" + (f": {row.answer}" if row.answer else "")
        )
    for gone in await backend.services.outbox.still_live():
        print(f"still live on {', '.join(gone.platforms)}: {gone.title} (unit {gone.item_id})")
    return DONE


async def _push(backend: Backend, arguments: argparse.Namespace) -> int:
    accounts = await sync.chosen(backend, arguments.account)
    reports = await sync.run_all(backend, accounts, (SyncKind.OUTBOX,), full=False)
    if arguments.json:
        print_json([told for pair in reports for told in sync.as_json(*pair)])
    else:
        for account, report in reports:
            for kind in report.kinds:
                print(sync.told(account, kind))
    return sync.exit_code([report for _, report in reports])


ACTIONS = {"list": _list, "push": _push}
