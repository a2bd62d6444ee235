"""Syncing marketplace accounts, in this process: what was read, and what was changed."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.cli.output import DONE, FAILED, REJECTED, print_json, with_json
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.marketplace import MARKETPLACE_NAMES
from soleflip_desktop.domain.sync import (
    Account,
    KindReport,
    RunStatus,
    SyncKind,
    SyncProgress,
    SyncReport,
    SyncRequest,
)
from soleflip_desktop.domain.words import in_number

_ONLY = (SyncKind.ORDERS, SyncKind.LISTINGS, SyncKind.MARKET)


def add_commands(commands: Any) -> Iterable[argparse.ArgumentParser]:
    """Adds `sync`; yields the parser that takes the common options."""
    sync = with_json(commands.add_parser("sync", help="read orders, listings and market data"))
    sync.add_argument("--account", metavar="LABEL", help="else all accounts")
    sync.add_argument("--only", type=SyncKind, choices=_ONLY)
    sync.add_argument("--full", action="store_true", help="everything, not just what changed")
    yield sync


def run_sync(backend: Backend, arguments: argparse.Namespace) -> int:
    """Ends with 0 when all is well, 2 where records or a kind failed, 1 where nothing was done."""
    return asyncio.run(_sync(backend, arguments))


async def _sync(backend: Backend, arguments: argparse.Namespace) -> int:
    accounts = await chosen(backend, arguments.account)
    kinds = (arguments.only,) if arguments.only else tuple(SyncKind)
    reports = await run_all(backend, accounts, kinds, full=arguments.full)
    if arguments.json:
        print_json([told for pair in reports for told in as_json(*pair)])
    else:
        for account, report in reports:
            for kind in report.kinds:
                print(told(account, kind))
    return exit_code([report for _, report in reports])


async def chosen(backend: Backend, label: str | None) -> Sequence[Account]:
    """The account of that label, or all active ones. Raises UserError where there is none."""
    if label is not None:
        return [await backend.services.accounts.by_label(label)]
    found = [a for a in await backend.services.accounts.list() if a.active]
    if not found:
        raise UserError("No account is connected yet: accounts add --platform stockx --label main")
    return found


async def run_all(
    backend: Backend, accounts: Sequence[Account], kinds: tuple[SyncKind, ...], *, full: bool
) -> list[tuple[Account, SyncReport]]:
    """One account after the other; progress goes to a terminal's stderr."""
    show = _show if sys.stderr.isatty() else _say_nothing
    return [
        (
            account,
            await backend.sync_here(SyncRequest(account.id, kinds, full=full), show),
        )
        for account in accounts
    ]


def as_json(account: Account, report: SyncReport) -> list[dict[str, Any]]:
    """One object for each kind: the figures, and the cursor that the next sync begins with."""
    return [
        {
            "account": account.label,
            "platform": account.marketplace,
            "kind": kind.kind,
            "status": kind.status,
            **asdict(kind.counts),
            "cursor": kind.cursor,
            "message": kind.message,
            "retry_at": kind.retry_at,
        }
        for kind in report.kinds
    ]


def told(account: Account, report: KindReport) -> str:
    counts = report.counts
    name = f"{MARKETPLACE_NAMES[account.marketplace]} ({account.label})"
    figures = (
        f"{counts.fetched} fetched, {counts.created} created, {counts.updated} updated, "
        f"{counts.unchanged} unchanged, {counts.failed} failed, "
        f"{counts.requests} {in_number('request', counts.requests)}, {counts.waited_s} s waited"
    )
    said = f"\n    {report.message}" if report.message else ""
    return f"{name} {report.kind}: {report.status}; {figures}{said}"


def exit_code(reports: Sequence[SyncReport]) -> int:
    kinds = [kind for report in reports for kind in report.kinds]
    bad = [kind for kind in kinds if kind.status is not RunStatus.COMPLETED]
    if len(bad) == len(kinds) and kinds:
        return FAILED
    return REJECTED if bad or any(kind.counts.failed for kind in kinds) else DONE


def _show(progress: SyncProgress) -> None:
    print(f"\r{progress.words}: {progress.counts.fetched}\033[K", end="", file=sys.stderr)


def _say_nothing(progress: SyncProgress) -> None:
    del progress
