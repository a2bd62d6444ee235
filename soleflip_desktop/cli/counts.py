"""Counts of what lies somewhere: list, start, scan, sheet, finish."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.cli.output import DONE, REJECTED, print_json, with_json
from soleflip_desktop.domain.counting import CountHead, CountLine, CountMark
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.services.counts import CountsService

_ALL = "all stock"


def add_commands(commands: Any) -> Iterable[argparse.ArgumentParser]:
    """Adds `counts`; yields the parsers that take the common options."""
    actions = commands.add_parser("counts", help="what really lies somewhere").add_subparsers(
        dest="action", required=True
    )
    yield with_json(actions.add_parser("list", help="the newest counts"))
    start = with_json(actions.add_parser("start", help="a new count, or the open one of the place"))
    start.add_argument("--location", metavar="PATH", help='such as "Room / Shelf"; else all stock')
    yield start
    scan = with_json(actions.add_parser("scan", help="codes as a scanner would read them"))
    scan.add_argument("id", type=int)
    scan.add_argument("codes", nargs="+", metavar="CODE")
    yield scan
    sheet = with_json(actions.add_parser("sheet", help="every unit and code of a count"))
    sheet.add_argument("id", type=int)
    yield sheet
    finish = with_json(actions.add_parser("finish", help="close a count"))
    finish.add_argument("id", type=int)
    finish.add_argument(
        "--move-found", action="store_true", help="book units from elsewhere at the count's place"
    )
    yield finish


def run_counts(backend: Backend, arguments: argparse.Namespace) -> int:
    """Ends with 2 where some codes could not be counted."""
    return asyncio.run(ACTIONS[arguments.action](backend.services.counts, arguments))


async def _list(counts: CountsService, arguments: argparse.Namespace) -> int:
    heads = await counts.counts()
    if arguments.json:
        print_json([asdict(head) for head in heads])
    else:
        for head in heads:
            print(_told(head))
    return DONE


async def _start(counts: CountsService, arguments: argparse.Namespace) -> int:
    path = arguments.location
    head = await counts.start(None if path is None else await counts.place_id(path))
    if arguments.json:
        print_json(asdict(head))
    else:
        print(_told(head))
    return DONE


async def _scan(counts: CountsService, arguments: argparse.Namespace) -> int:
    lines, refused = [], 0
    for code in arguments.codes:
        try:
            lines.append(await counts.scan(arguments.id, code))
        except UserError as error:
            print(error, file=sys.stderr)
            refused += 1
    _print_lines(lines, as_json=arguments.json)
    return REJECTED if refused else DONE


async def _sheet(counts: CountsService, arguments: argparse.Namespace) -> int:
    lines = await counts.sheet(arguments.id)
    _print_lines(lines, as_json=arguments.json)
    if not arguments.json:
        marks = [line.mark for line in lines]
        print(", ".join(f"{mark}: {marks.count(mark)}" for mark in CountMark if mark in marks))
    return DONE


async def _finish(counts: CountsService, arguments: argparse.Namespace) -> int:
    report = await counts.finish(arguments.id, move_found=arguments.move_found)
    if arguments.json:
        kept = [{"id": kept.id, "reason": kept.reason} for kept in report.kept]
        print_json({"count": arguments.id, "moved": report.changed, "kept": kept})
        return DONE
    print(f"count {arguments.id} is finished, {report.changed} units moved")
    for each in report.kept:
        print(f"unit {each.id} stays: {each.reason}", file=sys.stderr)
    return DONE


ACTIONS = {"list": _list, "start": _start, "scan": _scan, "sheet": _sheet, "finish": _finish}


def _told(head: CountHead) -> str:
    state = "open" if head.finished_at is None else "finished"
    figures = f"{head.scanned} scans, {head.expected} expected"
    return f"{head.id:>6}  {state:<9} {head.location or _ALL}: {figures}"


def _print_lines(lines: list[CountLine], *, as_json: bool) -> None:
    if as_json:
        print_json([asdict(line) for line in lines])
        return
    for line in lines:
        what = ", ".join(part for part in (line.product, line.size, line.location) if part)
        print(f"{line.mark:<10} {line.code:<16} {line.scans:>3}  {what}")
