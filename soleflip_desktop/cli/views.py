"""Commands about saved views: list, show, delete."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable
from typing import Any

from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.cli.output import DONE, print_json, with_json
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.filter_text import described
from soleflip_desktop.domain.saved_views import SavedViewRow, ViewState, to_json
from soleflip_desktop.services.views import ViewsService

_COLUMN = 12
_Views = dict[str, list[SavedViewRow]]


def add_commands(commands: Any) -> Iterable[argparse.ArgumentParser]:
    """Adds `views`; yields the parsers that take the common options."""
    actions = commands.add_parser("views", help="saved views of tables").add_subparsers(
        dest="action", required=True
    )
    yield with_json(actions.add_parser("list", help="mine and everybody's"))
    show = with_json(actions.add_parser("show", help="what a view shows"))
    show.add_argument("id", type=int, metavar="ID")
    yield show
    delete = actions.add_parser("delete", help="remove a view")
    delete.add_argument("id", type=int, metavar="ID")
    yield delete


def run_views(backend: Backend, arguments: argparse.Namespace) -> int:
    service = ViewsService(backend.database)
    if arguments.action == "delete":
        asyncio.run(service.delete(arguments.id))
        print(f"View {arguments.id} was removed")
        return DONE
    views = asyncio.run(service.all_views())
    if arguments.action == "list":
        _list(views, as_json=arguments.json)
    else:
        _show(*_found(views, arguments.id), as_json=arguments.json)
    return DONE


def _found(views: _Views, view_id: int) -> tuple[str, SavedViewRow]:
    """The table and the view. Raises NotFoundError."""
    for table, rows in views.items():
        for row in rows:
            if row.id == view_id:
                return table, row
    raise NotFoundError(f"There is no view {view_id}. `views list` names those that there are.")


def _list(views: _Views, *, as_json: bool) -> None:
    rows = [(table, row) for table, found in views.items() for row in found]
    if as_json:
        print_json([_head(table, row) for table, row in rows])
        return
    for table, row in rows:
        owner = "shared" if row.shared else "mine"
        mark = "  default" if row.default else ""
        print(f"{row.id:>6}  {table:<14} {owner:<7} {row.name}{mark}")


def _show(table: str, row: SavedViewRow, *, as_json: bool) -> None:
    if as_json:
        print_json({**_head(table, row), "state": to_json(row.state)})
        return
    for name, text in {**_head(table, row), **_lines(row.state)}.items():
        print(f"{name + ':':<{_COLUMN}}{text}")


def _head(table: str, row: SavedViewRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "table": table,
        "name": row.name,
        "shared": row.shared,
        "default": row.default,
    }


def _lines(state: ViewState) -> dict[str, str]:
    sort = (f"{key.field}{' (descending)' if key.descending else ''}" for key in state.sort)
    lines = {
        "search": state.search,
        "filters": " | ".join(described(each, each.field) for each in state.filters),
        "sort": ", ".join(sort),
        "group by": state.group_by or "",
        "columns": ", ".join(each.key for each in state.columns if not each.hidden),
    }
    return {name: text for name, text in lines.items() if text}
