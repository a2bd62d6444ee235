"""Commands about units: list, add, set, delete, history."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.cli.output import DONE, print_json, with_json
from soleflip_desktop.cli.steps import print_report
from soleflip_desktop.domain.edit_text import EditStyle, parse_value
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.filter_text import FilterStyle, parse
from soleflip_desktop.domain.grid_query import ColumnFilter, GridQuery, SortKey
from soleflip_desktop.domain.inventory import ItemRow, ItemStatus
from soleflip_desktop.domain.step_titles import units
from soleflip_desktop.domain.unit_edits import editable, shown
from soleflip_desktop.domain.unit_fields import UnitDraft, UnitValue
from soleflip_desktop.services.grid import CurrencySums, GridSource, GridView
from soleflip_desktop.services.units import UnitsService

#: For scripts: amounts with a point, days as 2026-12-31, times of this computer's zone.
STYLE = EditStyle(zone=None)
COLUMNS = ("id", "product", "size", "status", "cost", "cost_currency", "location")
ROWS = tuple(field.name for field in dataclasses.fields(ItemRow))
_LIMIT = 100

Values = dict[str, UnitValue | None]


def add_commands(commands: Any) -> Iterable[argparse.ArgumentParser]:
    """Adds `items`; yields the parsers that take the common options."""
    actions = commands.add_parser("items", help="units").add_subparsers(
        dest="action", required=True
    )
    yield _list_command(actions)
    yield _add_command(actions)
    change = _choosing(with_json(actions.add_parser("set", help="change fields of units")))
    change.add_argument("ids", nargs="*", type=int, metavar="ID")
    _setting(change)
    change.add_argument("--dry-run", action="store_true", help="only show what stands there")
    change.add_argument("--yes", action="store_true", help="change all that the filters find")
    yield change
    delete = with_json(actions.add_parser("delete", help="delete units; `undo` brings them back"))
    delete.add_argument("ids", nargs="+", type=int, metavar="ID")
    yield delete
    history = with_json(actions.add_parser("history", help="what happened to a unit"))
    history.add_argument("id", type=int, metavar="ID")
    yield history


def _list_command(actions: Any) -> argparse.ArgumentParser:
    command = _choosing(with_json(actions.add_parser("list", help="units that match")))
    command.add_argument("--sort", action="append", default=[], metavar="FIELD[:desc]")
    command.add_argument("--group", metavar="FIELD")
    command.add_argument("--columns", default=",".join(COLUMNS), metavar="A,B")
    command.add_argument("--limit", type=int, default=_LIMIT, metavar="N")
    return command


def _add_command(actions: Any) -> argparse.ArgumentParser:
    command = with_json(actions.add_parser("add", help="add units of one product"))
    command.add_argument("--product", required=True, metavar="NAME")
    for flag in ("--brand", "--style-code"):
        command.add_argument(flag)
    command.add_argument("--category", default="sneakers")
    command.add_argument("--size", action="append", required=True, metavar='"US 9=2"')
    return _setting(command)


def _choosing(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument(
        "--filter",
        nargs=2,
        action="append",
        default=[],
        metavar=("FIELD", "TEXT"),
        help='as in the filter row: --filter cost ">100"',
    )
    command.add_argument("--search", default="", metavar="WORDS")
    return command


def _setting(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help="FIELD= empties it"
    )
    return command


def run_items(backend: Backend, arguments: argparse.Namespace) -> int:
    return ACTIONS[arguments.action](backend, arguments)


# -- looking -----------------------------------------------------------------------------------


def query_of(arguments: argparse.Namespace, grid: GridSource[ItemRow]) -> GridQuery:
    """Raises UserError for a field that the table lacks or a filter that cannot be read."""
    sorts = [text.partition(":") for text in getattr(arguments, "sort", [])]
    group = getattr(arguments, "group", None)
    fields = [name for name, _ in arguments.filter] + [name for name, _, _ in sorts]
    for name in [*fields, *([group] if group else [])]:
        if name not in grid.kinds:
            raise UserError(f"There is no field “{name}”. Fields: {', '.join(sorted(grid.kinds))}.")
    return GridQuery(
        sort=tuple(SortKey(name, order == "desc") for name, _, order in sorts) or (SortKey("id"),),
        search=arguments.search,
        filters=tuple(
            ColumnFilter(name, text, parse(text, grid.kinds[name], FilterStyle()))
            for name, text in arguments.filter
        ),
        group_by=group,
    )


def _list(backend: Backend, arguments: argparse.Namespace) -> int:
    columns = arguments.columns.split(",")
    if unknown := [name for name in columns if name not in ROWS]:
        raise UserError(f"There is no column “{unknown[0]}”. Columns: {', '.join(ROWS)}.")
    grid = backend.services.inventory.grid
    view, rows = asyncio.run(_seen(grid, query_of(arguments, grid), arguments.limit))
    if arguments.json:
        print_json(_as_json(view, rows, columns))
        return DONE
    _print_rows(view, rows, columns, arguments.limit)
    shown_of = f"{view.matching:,} of {view.total:,}"
    print(f"{shown_of} units" + "".join(f"; {_sums_text(sums)}" for sums in view.sums))
    return DONE


async def _seen(
    grid: GridSource[ItemRow], query: GridQuery, limit: int
) -> tuple[GridView, dict[int, ItemRow]]:
    view = await grid.view(query)
    ids = [int(id_) for id_ in view.ids if id_ > 0][:limit]
    return view, {row.id: row for row in await grid.rows(ids)}


def _as_json(view: GridView, rows: dict[int, ItemRow], columns: Sequence[str]) -> dict[str, Any]:
    return {
        "total": view.total,
        "matching": view.matching,
        "sums": [dataclasses.asdict(sums) for sums in view.sums],
        "groups": [
            {
                "title": group.title,
                "rows": group.rows,
                "sums": [dataclasses.asdict(sums) for sums in group.sums],
            }
            for group in view.groups
        ],
        "rows": [{name: getattr(row, name) for name in columns} for row in rows.values()],
    }


def _print_rows(
    view: GridView, rows: dict[int, ItemRow], columns: Sequence[str], limit: int
) -> None:
    """In the order of the view, tab separated; the head of a group stands before its rows."""
    print("\t".join(columns))
    left = limit
    for id_ in map(int, view.ids):
        if id_ < 0:
            group = view.groups[-id_ - 1]
            print(f"# {group.title or '(blank)'}: {units(group.rows)}")
        elif left > 0:
            left -= 1
            print("\t".join(_cell(getattr(rows[id_], name)) for name in columns))


def _cell(value: Any) -> str:
    return "" if value is None else shown(value).replace("\t", " ").replace("\n", " ")


def _sums_text(sums: CurrencySums) -> str:
    parts = {"cost": sums.cost, "gross": sums.gross, "payout": sums.payout, "profit": sums.profit}
    told = [f"{name} {value:,}" for name, value in parts.items() if value is not None]
    return f"{sums.currency} {', '.join(told)}"


# -- changing ----------------------------------------------------------------------------------


def values_of(texts: Iterable[str]) -> Values:
    """Reads FIELD=VALUE. Raises UserError for an unknown field or a text that is no value."""
    values: Values = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise UserError(f"“{text}” sets nothing: write FIELD=VALUE, or FIELD= to empty it.")
        values[name] = parse_value(editable(name.strip()), value, STYLE)
    return values


def sizes_of(texts: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Reads "US 9=2"; without a count it is one. Raises UserError for a count that is none."""
    sizes = []
    for text in texts:
        size, equals, count = text.rpartition("=")
        if equals and not count.strip().isdecimal():
            raise UserError(f"“{text}” has no count: write a size and how many, like US 9=2.")
        sizes.append((size.strip(), int(count)) if equals else (text.strip(), 1))
    return tuple(sizes)


def _add(backend: Backend, arguments: argparse.Namespace) -> int:
    values = values_of(arguments.set)
    status = values.pop("status", None)
    draft = UnitDraft(
        sizes=sizes_of(arguments.size),
        values=tuple((name, value) for name, value in values.items() if value is not None),
        status=ItemStatus(str(status or ItemStatus.AVAILABLE)),
        product=arguments.product,
        brand=arguments.brand,
        style_code=arguments.style_code,
        category=arguments.category,
    )
    report = asyncio.run(UnitsService(backend.database).add(draft))
    return print_report(report, as_json=arguments.json)


def _set(backend: Backend, arguments: argparse.Namespace) -> int:
    values = values_of(arguments.set)
    if not values:
        raise UserError("Nothing to set: say what, like --set location=Garage.")
    ids = asyncio.run(_chosen(backend, arguments))
    service = UnitsService(backend.database)
    if arguments.dry_run:
        return _print_old(service, ids, values, as_json=arguments.json)
    report = asyncio.run(service.set_fields(ids, values))
    return print_report(report, as_json=arguments.json)


async def _chosen(backend: Backend, arguments: argparse.Namespace) -> list[int]:
    """The units named, or those found. Raises UserError for neither, or without --yes."""
    if arguments.ids and not (arguments.filter or arguments.search):
        return list(arguments.ids)
    if arguments.ids or not (arguments.filter or arguments.search):
        raise UserError("Which units? Give either their numbers or --filter and --search.")
    grid = backend.services.inventory.grid
    view = await grid.view(query_of(arguments, grid))
    ids = [int(id_) for id_ in view.ids]
    if not (arguments.yes or arguments.dry_run):
        raise UserError(f"This would change {units(len(ids))}. Add --yes, or --dry-run to look.")
    return ids


def _print_old(service: UnitsService, ids: list[int], values: Values, *, as_json: bool) -> int:
    old = asyncio.run(service.old_values(ids, list(values)))
    if as_json:
        fields = {
            name: {"new": value, "old": [dataclasses.asdict(each) for each in old[name]]}
            for name, value in values.items()
        }
        print_json({"units": len(ids), "fields": fields})
        return DONE
    print(f"would change {units(len(ids))}")
    for name, value in values.items():
        before = ", ".join(f"{each.text or 'empty'} ({each.rows:,})" for each in old[name])
        print(f"  {name}: {before} -> {shown(value)}")
    return DONE


def _delete(backend: Backend, arguments: argparse.Namespace) -> int:
    report = asyncio.run(UnitsService(backend.database).delete(arguments.ids))
    return print_report(report, as_json=arguments.json)


def _history(backend: Backend, arguments: argparse.Namespace) -> int:
    entries = asyncio.run(UnitsService(backend.database).history(arguments.id))
    if arguments.json:
        print_json([dataclasses.asdict(entry) for entry in entries])
        return DONE
    for entry in entries:
        why = f" ({entry.correction})" if entry.correction else ""
        print(f"{entry.at:%Y-%m-%d %H:%M} UTC  {entry.actor:<12} {entry.event}{why}")
        for change in entry.changes:
            print(f"    {change.field}: {shown(change.old)} -> {shown(change.new)}")
    return DONE


ACTIONS = {
    "list": _list,
    "add": _add,
    "set": _set,
    "delete": _delete,
    "history": _history,
}
