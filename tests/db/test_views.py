"""Saved views: mine, everybody's, and the one with which a table opens for me."""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import cast

import pytest
import sqlalchemy as sa

from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.cli import views as commands
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.grid_query import ColumnFilter, Condition, Operator, SortKey
from soleflip_desktop.domain.saved_views import ColumnState, ViewNameError, ViewState
from soleflip_desktop.services.views import ViewsService

pytestmark = pytest.mark.db

START, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 2, 1, 12, 30, tzinfo=UTC)
FULL = ViewState(
    search="dunk",
    filters=(
        ColumnFilter("cost", ">10.50", (Condition(Operator.MORE, (Decimal("10.50"),)),)),
        ColumnFilter("status", "", (Condition(Operator.ONE_OF, ("sold", "")),)),
        ColumnFilter("sold_at", "2025-01", (Condition(Operator.BETWEEN, (START, END)),)),
        ColumnFilter("notes", "blank", (Condition(Operator.BLANK),)),
    ),
    sort=(SortKey("sold_at", descending=True), SortKey("product")),
    group_by="brand",
    columns=(ColumnState("product", 240), ColumnState("cost", 92, hidden=True)),
    frozen=1,
)
OTHER = ViewState(search="jordan")


async def names(service: ViewsService, table: str = "inventory") -> list[str]:
    return [view.name for view in await service.views(table)]


def test_a_view_comes_back_as_it_was_saved(database: Database) -> None:
    async def check() -> None:
        service = ViewsService(database, "ada")
        saved = await service.save("inventory", "  Sold   Dunks ", FULL, shared=False)
        assert (saved.name, saved.shared, saved.default) == ("Sold Dunks", False, False)
        assert saved.state == FULL
        assert await service.views("inventory") == [saved]
        assert await service.views("orders") == []

    asyncio.run(check())


def test_the_same_name_is_replaced_mine_and_shared_apart(database: Database) -> None:
    async def check() -> None:
        service = ViewsService(database, "ada")
        first = await service.save("inventory", "Mine", FULL, shared=False)
        shared = await service.save("inventory", "Mine", FULL, shared=True)
        assert (
            await service.save("inventory", "Mine", OTHER, shared=True)
            == (await service.views("inventory"))[1]
        )
        again = await service.save("inventory", "Mine", OTHER, shared=False)
        assert (first.id, again.state) == (again.id, OTHER)
        found = await service.views("inventory")
        assert [(view.id, view.shared) for view in found] == [(first.id, False), (shared.id, True)]

    asyncio.run(check())


def test_views_are_listed_mine_first_and_never_those_of_others(database: Database) -> None:
    async def check() -> None:
        ada, bob = ViewsService(database, "ada"), ViewsService(database, "bob")
        await ada.save("inventory", "b of ada", OTHER, shared=False)
        await ada.save("inventory", "A of ada", OTHER, shared=False)
        await ada.save("orders", "orders of all", OTHER, shared=True)
        hidden = await bob.save("inventory", "a of bob", OTHER, shared=False)
        await bob.save("inventory", "a of all", OTHER, shared=True)
        assert await names(ada) == ["A of ada", "b of ada", "a of all"]
        assert await names(bob) == ["a of bob", "a of all"]
        listed = await ada.all_views()
        assert {key: len(rows) for key, rows in listed.items()} == {"inventory": 3, "orders": 1}
        for attempt in (
            ada.delete(hidden.id),
            ada.rename(hidden.id, "x"),
            ada.set_default("inventory", hidden.id),
        ):
            with pytest.raises(NotFoundError, match="gone"):
                await attempt
        assert await names(bob) == ["a of bob", "a of all"]

    asyncio.run(check())


def test_each_person_has_a_default_of_their_own(database: Database) -> None:
    async def check() -> None:
        ada, bob = ViewsService(database, "ada"), ViewsService(database, "bob")
        one = await ada.save("inventory", "one", OTHER, shared=True)
        two = await ada.save("inventory", "two", OTHER, shared=True)
        await ada.set_default("inventory", one.id)
        await ada.set_default("inventory", two.id)
        await bob.set_default("inventory", one.id)
        assert [view.default for view in await ada.views("inventory")] == [False, True]
        assert [view.default for view in await bob.views("inventory")] == [True, False]
        await ada.set_default("inventory", None)
        assert [view.default for view in await ada.views("inventory")] == [False, False]
        await ada.delete(one.id)
        assert [view.default for view in await bob.views("inventory")] == [False]

    asyncio.run(check())


def test_a_renamed_view_keeps_its_place_as_default(database: Database) -> None:
    async def check() -> None:
        service = ViewsService(database, "ada")
        one = await service.save("inventory", "one", OTHER, shared=False)
        await service.save("inventory", "two", OTHER, shared=False)
        await service.save("orders", "three", OTHER, shared=False)
        await service.save("inventory", "three", OTHER, shared=True)
        await service.set_default("inventory", one.id)
        with pytest.raises(ViewNameError, match="“two” already"):
            await service.rename(one.id, "two")
        await service.rename(one.id, "one")
        await service.rename(one.id, "three")
        renamed = (await service.views("inventory"))[0]
        assert (renamed.id, renamed.name, renamed.default) == (one.id, "three", True)

    asyncio.run(check())


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_view_needs_a_name(database: Database, name: str) -> None:
    service = ViewsService(database, "ada")
    with pytest.raises(ViewNameError):
        asyncio.run(service.save("inventory", name, OTHER, shared=False))


def test_other_desktops_hear_of_it(database: Database) -> None:
    heard: list[Change] = []
    database.bus.subscribe(heard.append)
    service = ViewsService(database, "ada")
    saved = asyncio.run(service.save("inventory", "one", OTHER, shared=True))
    asyncio.run(service.delete(saved.id))
    assert heard == [Change.of(Domain.SYSTEM)] * 2


def test_a_view_of_a_newer_version_is_read_as_far_as_it_goes(database: Database) -> None:
    state = """{"search": "dunk", "theme": {"rows": "tall"}, "frozen": "two", "group_by": 5,
      "sort": [{"field": "cost"}, {"direction": "up"}, 7],
      "columns": [{"key": "cost", "width": 90, "pinned": true}, {"key": "x", "width": "wide"}],
      "filters": [
        {"field": "cost", "text": ">1", "conditions": [
          {"operator": ">", "values": [{"number": "1"}]}]},
        {"field": "cost", "text": "~1", "conditions": [
          {"operator": "about", "values": [{"number": "1"}]}]},
        {"field": "shape", "text": "round; >1", "conditions": [
          {"operator": ">", "values": [{"number": "1"}]},
          {"operator": ">", "values": [{"shape": "round"}]}]},
        {"field": "day", "text": "x", "conditions": [
          {"operator": "between", "values": [{"moment": "2025-01-01T00:00:00+00:00"}]}]},
        {"field": "day", "text": "x", "conditions": [
          {"operator": "<", "values": [{"moment": "never"}]}]}]}"""
    with database.session() as session:
        statement = sa.text(
            "INSERT INTO system.saved_view (table_key, owner, name, state)"
            " VALUES ('inventory', NULL, 'newer', cast(:state AS jsonb)),"
            " ('inventory', NULL, 'odd', '[1]')"
        )
        session.execute(statement, {"state": state})
    newer, odd = asyncio.run(ViewsService(database, "ada").views("inventory"))
    more = ColumnFilter("cost", ">1", (Condition(Operator.MORE, (Decimal(1),)),))
    assert newer.state == ViewState(
        search="dunk",
        filters=(more,),
        sort=(SortKey("cost"),),
        columns=(ColumnState("cost", 90),),
    )
    assert odd.state == ViewState()


def test_a_view_fits_the_table_that_there_is() -> None:
    fitted = FULL.fitted({"cost", "product"}, {"product", "size"})
    assert [each.field for each in fitted.filters] == ["cost"]
    assert fitted.sort == (SortKey("product"),)
    assert fitted.group_by is None
    assert fitted.columns == (ColumnState("product", 240),)
    assert FULL.fitted({"cost", "status", "sold_at", "notes", "product", "brand"}, {"product"}) != (
        FULL
    )


def run(database: Database, *words: str) -> int:
    top = argparse.ArgumentParser()
    list(commands.add_commands(top.add_subparsers()))
    backend = cast("Backend", SimpleNamespace(database=database))
    return commands.run_views(backend, top.parse_args(["views", *words]))


def test_views_on_the_command_line(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    saved = asyncio.run(ViewsService(database).save("inventory", "Dunks", FULL, shared=True))
    number = str(saved.id)
    assert run(database, "list") == 0
    assert "inventory      shared  Dunks" in capsys.readouterr().out
    assert run(database, "show", number) == 0
    shown = capsys.readouterr().out
    assert "filters:    cost > 10.50 | status: sold, (Blank) | sold_at: 2025-01" in shown
    assert "columns:    product\n" in shown
    assert run(database, "show", number, "--json") == 0
    assert json.loads(capsys.readouterr().out)["state"]["sort"][0]["field"] == "sold_at"
    assert run(database, "delete", number) == 0
    capsys.readouterr()
    assert run(database, "list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []
    with pytest.raises(NotFoundError, match=f"no view {number}"):
        run(database, "show", number)
