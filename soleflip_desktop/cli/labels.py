"""Labels of units as PDF."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.cli.output import DONE, print_json, with_json
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.labels import FORMATS, CodeKind, LabelOptions, find_format
from soleflip_desktop.domain.words import in_number
from soleflip_desktop.sync.label_desk import LabelDesk


def add_commands(commands: Any) -> Iterable[argparse.ArgumentParser]:
    """Adds `labels`; yields the parsers that take the common options."""
    labels = with_json(commands.add_parser("labels", help="labels with barcodes, as PDF"))
    labels.add_argument("--formats", action="store_true", help="list the label formats")
    what = labels.add_mutually_exclusive_group()
    what.add_argument("--items", type=int, nargs="+", metavar="ID", help="units, by their numbers")
    what.add_argument("--places", type=int, nargs="+", metavar="ID", help="places, likewise")
    labels.add_argument("--format", metavar="KEY", help="see --formats")
    labels.add_argument("--start", type=int, default=1, metavar="N", help="first free label")
    labels.add_argument("--code", default=CodeKind.CODE128, choices=list(CodeKind))
    labels.add_argument("--copies", type=int, default=1, metavar="N", help="of each label")
    labels.add_argument("--offset", type=float, nargs=2, default=(0.0, 0.0), metavar="MM")
    labels.add_argument("--dpi", type=int, choices=(203, 300, 600), help="of the printer")
    labels.add_argument("--out", type=Path, metavar="FILE")
    yield labels


def run_labels(backend: Backend, arguments: argparse.Namespace) -> int:
    if arguments.formats:
        _print_formats(as_json=arguments.json)
        return DONE
    ids = arguments.items or arguments.places
    if not ids or arguments.format is None or arguments.out is None:
        raise UserError(
            "Say what to print, on what and where to: labels --items 12 13 --format L7160 "
            "--out labels.pdf. The formats are listed by labels --formats."
        )
    desk = LabelDesk(backend.services.labels)
    write = desk.write_labels if arguments.items else desk.write_place_labels
    form = find_format(arguments.format)
    done = asyncio.run(write(ids, form, _options(arguments), arguments.out))
    if arguments.json:
        values = {"file": str(arguments.out), "labels": done.labels, "pages": done.pages}
        print_json({**values, "other_code": done.other_code})
    else:
        labels, pages = in_number("label", done.labels), in_number("page", done.pages)
        print(f"{arguments.out}: {done.labels} {labels} on {done.pages} {pages}")
    missing = len(ids) - done.labels // arguments.copies
    if missing:
        numbers = in_number("number", missing)
        print(f"left out: {missing} {numbers} under which nothing is stored", file=sys.stderr)
    if done.other_code:
        text = f"{done.other_code} labels had no room for the code asked for; they have another"
        print(text, file=sys.stderr)
    return DONE


def _options(arguments: argparse.Namespace) -> LabelOptions:
    return LabelOptions(
        code=CodeKind(arguments.code),
        copies=arguments.copies,
        start=arguments.start,
        offset_x=arguments.offset[0],
        offset_y=arguments.offset[1],
        dpi=arguments.dpi,
    )


def _print_formats(*, as_json: bool) -> None:
    if as_json:
        print_json([{"key": f.key, "title": f.title, "labels": f.per_page} for f in FORMATS])
        return
    for form in FORMATS:
        print(f"{form.key:<8} {form.per_page:>3} a page  {form.title}")
