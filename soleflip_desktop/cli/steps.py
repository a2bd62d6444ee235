"""Undo and redo, and what every step tells."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.cli.output import DONE, REJECTED, print_json, with_json
from soleflip_desktop.domain.steps import StepReport
from soleflip_desktop.services.steps import StepsService

_NAMED_IDS = 10


def add_commands(commands: Any) -> Iterable[argparse.ArgumentParser]:
    """Adds `undo` and `redo`; yields the parsers that take the common options."""
    undo = with_json(commands.add_parser("undo", help="take your last step back"))
    undo.add_argument("--list", action="store_true", help="only show the steps, newest first")
    yield undo
    yield with_json(commands.add_parser("redo", help="do again what was undone last"))


def run_undo(backend: Backend, arguments: argparse.Namespace) -> int:
    service = StepsService(backend.database)
    if arguments.list:
        return _list(service, as_json=arguments.json)
    return print_report(asyncio.run(service.undo()), as_json=arguments.json, verb="undid")


def run_redo(backend: Backend, arguments: argparse.Namespace) -> int:
    report = asyncio.run(StepsService(backend.database).redo())
    return print_report(report, as_json=arguments.json, verb="redid")


def _list(service: StepsService, *, as_json: bool) -> int:
    heads = asyncio.run(service.steps())
    if as_json:
        print_json([dataclasses.asdict(head) for head in heads])
        return DONE
    for head in heads:
        mark = "  (undone)" if head.undone else ""
        print(f"{head.id:>6}  {head.done_at:%Y-%m-%d %H:%M}  {head.actor:<12} {head.title}{mark}")
    return DONE


def print_report(report: StepReport, *, as_json: bool, verb: str = "done") -> int:
    """What a step did and what it left alone; the exit code says whether that was all."""
    if as_json:
        print_json(dataclasses.asdict(report))
    else:
        title = report.step.title if report.step else "nothing to change"
        print(f"{verb}: {title}, {report.changed:,} changed, {len(report.kept):,} kept")
        by_reason: dict[str, list[int]] = defaultdict(list)
        for record in report.kept:
            by_reason[record.reason].append(record.id)
        for reason, ids in by_reason.items():
            more = ", ..." if len(ids) > _NAMED_IDS else ""
            named = ", ".join(map(str, ids[:_NAMED_IDS]))
            print(f"  kept {len(ids):,} ({named}{more}): {reason}")
    return REJECTED if report.kept else DONE
