"""Commands about the places where units lie. A place is named by its path: "Garage / Shelf 2"."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
from collections.abc import Iterable
from typing import Any

from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.cli.output import DONE, print_json, with_json
from soleflip_desktop.cli.steps import print_report
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.locations import SEPARATOR, LocationRow
from soleflip_desktop.domain.step_titles import units
from soleflip_desktop.domain.steps import StepReport
from soleflip_desktop.services.locations import LocationsService


def add_commands(commands: Any) -> Iterable[argparse.ArgumentParser]:
    """Adds `locations`; yields the parsers that take the common options."""
    actions = commands.add_parser("locations", help="places where units lie").add_subparsers(
        dest="action", required=True
    )
    yield with_json(actions.add_parser("list", help="all places with their units"))
    for name, help_text, more in (
        ("add", "a new place; the one above it must be there", ()),
        ("rename", "another name", ("name",)),
        ("move", "into another place; without one, to the top", ()),
        ("remove", "an empty place", ()),
    ):
        action = with_json(actions.add_parser(name, help=help_text))
        action.add_argument("path")
        for argument in more:
            action.add_argument(argument)
        if name == "add":
            action.add_argument("--code", help="what its label says")
        if name == "move":
            action.add_argument("into", nargs="?", metavar="PATH")
        yield action


def run_locations(backend: Backend, arguments: argparse.Namespace) -> int:
    service = LocationsService(backend.database)
    rows = asyncio.run(service.locations())
    if arguments.action == "list":
        return _list(rows, as_json=arguments.json)
    report = asyncio.run(_change(service, rows, arguments))
    return print_report(report, as_json=arguments.json)


async def _change(
    service: LocationsService, rows: list[LocationRow], arguments: argparse.Namespace
) -> StepReport:
    if arguments.action == "add":
        above, _, name = arguments.path.rpartition(SEPARATOR)
        parent = _found(rows, above).id if above else None
        return await service.add(name, parent, arguments.code)
    place = _found(rows, arguments.path)
    if arguments.action == "remove":
        return await service.remove(place.id)
    if arguments.action == "rename":
        return await service.change(place.id, arguments.name, place.parent_id, place.code)
    parent = _found(rows, arguments.into).id if arguments.into else None
    return await service.change(place.id, place.name, parent, place.code)


def _found(rows: list[LocationRow], path: str) -> LocationRow:
    """Raises NotFoundError for a path that no place has."""
    for row in rows:
        if row.path.casefold() == path.casefold():
            return row
    raise NotFoundError(f"There is no place “{path}”. See: locations list.")


def _list(rows: list[LocationRow], *, as_json: bool) -> int:
    if as_json:
        print_json([dataclasses.asdict(row) for row in rows])
        return DONE
    for row in rows:
        code = f"  [{row.code}]" if row.code else ""
        print(f"{row.path}{code}  {units(row.units)}")
    return DONE
