"""Commands about preferences that all desktops of a database share."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable
from typing import Any

from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.cli.output import DONE, print_json, with_json

BASE_CURRENCY = "base-currency"


def add_commands(commands: Any) -> Iterable[argparse.ArgumentParser]:
    """Adds `preferences`; yields the parsers that take the common options."""
    actions = commands.add_parser(
        "preferences", help="what is suggested where nothing better is known"
    ).add_subparsers(dest="action", required=True)
    yield with_json(actions.add_parser("show", help="all of them"))
    change = with_json(actions.add_parser("set", help="change one, for all desktops"))
    change.add_argument("name", choices=(BASE_CURRENCY,))
    change.add_argument("value", metavar="EUR")
    yield change


def run_preferences(backend: Backend, arguments: argparse.Namespace) -> int:
    service = backend.services.preferences
    if arguments.action == "set":
        code: str | None = asyncio.run(service.set_base_currency(arguments.value))
    else:
        code = asyncio.run(service.base_currency())
    if arguments.json:
        print_json({BASE_CURRENCY: code})
    else:
        print(f"{BASE_CURRENCY}: {code or 'not chosen yet'}")
    return DONE
