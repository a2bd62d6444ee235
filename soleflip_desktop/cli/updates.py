"""Looking for updates; the command line never installs one."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from soleflip_desktop.cli.output import DONE, print_json, with_json
from soleflip_desktop.domain.changelog import newer_than
from soleflip_desktop.domain.updates import NO_CHANNEL, Checked
from soleflip_desktop.sync.update_desk import UpdateDesk


def add_commands(commands: Any) -> Iterable[argparse.ArgumentParser]:
    """Adds `updates`; yields the parser that takes the common options."""
    actions = commands.add_parser("updates", help="new versions of the app").add_subparsers(
        dest="action", required=True
    )
    yield with_json(actions.add_parser("check", help="is there a newer version, and what is new"))


def run_updates(desk: UpdateDesk, arguments: argparse.Namespace) -> int:
    """Needs no database. Raises UpdateError where the list cannot be had or trusted."""
    checked = asyncio.run(desk.check(None)) if desk.looks else None
    if arguments.json:
        print_json(as_json(desk.version, checked))
    else:
        print(told(desk.version, checked))
    return DONE


def as_json(current: str, checked: Checked | None) -> dict[str, Any]:
    """`available` is null without a newer version; `file` null where none fits this system."""
    offer = checked.offer if checked is not None else None
    if offer is None:
        return {"looks": checked is not None, "current": current, "available": None}
    release = offer.release
    return {
        "looks": True,
        "current": current,
        "available": release.version,
        "released": release.released,
        "notes": newer_than(current, release.notes),
        "file": asdict(offer.file) if offer.file is not None else None,
        "obstacle": offer.obstacle or None,
        "changes_database": offer.changes_database,
    }


def told(current: str, checked: Checked | None) -> str:
    if checked is None:
        return NO_CHANNEL
    offer = checked.offer
    if offer is None:
        return f"SoleFlip Desktop {current} is the newest version."
    release = offer.release
    lines = [
        f"SoleFlip Desktop {release.version} of {release.released} is available; this is {current}."
    ]
    if offer.obstacle:
        lines.append(offer.obstacle)
    return "\n".join([*lines, "", newer_than(current, release.notes)])
