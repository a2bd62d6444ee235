"""The grids over real tables: order, search, totals and rows, and that nothing runs twice."""

from __future__ import annotations

import asyncio
import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from helpers.import_runs import Imports
from helpers.query_recorder import recorded_queries
from helpers.stockx_report import Report, sale, write_rows
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.analytics import ProfitBy, ProfitQuery
from soleflip_desktop.domain.errors import NotFoundError, UserError
from soleflip_desktop.domain.grid_query import GridQuery, SortKey
from soleflip_desktop.domain.inventory import ItemRow
from soleflip_desktop.domain.transactions import ChargeKind, OrderRow
from soleflip_desktop.services import inventory, transactions
from soleflip_desktop.services.analytics import AnalyticsService
from soleflip_desktop.services.grid import GridView
from soleflip_desktop.services.integration import IntegrationService
from soleflip_desktop.services.inventory import InventoryService
from soleflip_desktop.services.system import SystemService
from soleflip_desktop.services.transactions import TransactionsService

pytestmark = pytest.mark.db

ITEM_KEYS = sorted(inventory.KEYS.fields)
ORDER_KEYS = sorted(transactions.KEYS.fields)
#: These have an order of their own.
UNLIKE_TEXT = {"size", "status", "condition", "box_state", "vat_scheme"}


@pytest.fixture
def report(imports: Imports, tmp_path: Path) -> Report:
    made = Report(600, seed=4, products=60, bad_pct=0, duplicate_pct=0)
    path = tmp_path / "report.csv"
    made.write(path)
    imports.run(path)
    return made


def by(field: str, *, descending: bool = False, **more: Any) -> GridQuery:
    return GridQuery((SortKey(field, descending),), **more)


def view(grid: Any, query: GridQuery) -> tuple[GridView, list[Any]]:
    async def load() -> tuple[GridView, list[Any]]:
        found = await grid.view(query)
        return found, await grid.rows(found.ids.tolist())

    return asyncio.run(load())


def sorted_as(rows: list[Any], key: str, *, descending: bool) -> bool:
    """Filled values in order, blanks behind them whichever way."""
    values = [_folded(getattr(row, key)) for row in rows]
    filled = [value for value in values if value not in (None, "", ())]
    blanks_last = values[: len(filled)] == filled
    return blanks_last and filled == sorted(filled, reverse=descending)


def test_units_come_in_the_order_asked_for(database: Database, report: Report) -> None:
    grid = InventoryService(database).grid
    for key in ITEM_KEYS:
        for descending in (False, True):
            found, rows = view(grid, by(key, descending=descending))
            assert len(rows) == found.total == found.matching == report.oracle.imported
            assert len(set(found.ids.tolist())) == len(rows)
            if key not in UNLIKE_TEXT:
                assert sorted_as(rows, key, descending=descending), (key, descending)


def test_orders_come_in_the_order_asked_for(database: Database, report: Report) -> None:
    grid = TransactionsService(database).grid
    for key in ORDER_KEYS:
        found, rows = view(grid, by(key))
        assert len(rows) == found.total == report.oracle.imported
        if key not in UNLIKE_TEXT | {"category"}:  # the row has none
            assert sorted_as(rows, key, descending=False), key


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def test_sizes_of_one_system_are_in_their_natural_order(database: Database, report: Report) -> None:
    assert report.rows
    _, rows = view(InventoryService(database).grid, by("size"))
    plain = [Decimal(row.size.removeprefix("US ")) for row in rows if _is_plain_us(row.size)]
    assert len(set(plain)) > 3
    assert plain == sorted(plain)


def _is_plain_us(size: str) -> bool:
    return size.startswith("US ") and size[3:].replace(".", "").isdecimal()


def test_totals_are_those_of_the_report_and_follow_the_search(
    database: Database, report: Report
) -> None:
    grid = TransactionsService(database).grid
    everything, rows = view(grid, by("sold_at", descending=True))
    (sums,) = everything.sums
    assert (sums.currency, sums.sales) == ("EUR", report.oracle.imported)
    assert (sums.gross, sums.payout, sums.cost) == (report.oracle.gross, report.oracle.payout, None)
    found, some = view(grid, by("sold_at", search="SAMBA adidas"))
    expected = [row for row in rows if "samba" in row.product.casefold()]
    assert {row.id for row in some} == {row.id for row in expected}
    assert found.total == report.oracle.imported
    assert found.sums[0].gross == sum(row.gross for row in expected)


def test_an_order_number_is_found_by_its_beginning(database: Database, report: Report) -> None:
    assert report.rows
    grid = TransactionsService(database).grid
    _, rows = view(grid, by("sold_at", search="10000042"))
    assert [row.order_number for row in rows] == ["10000042-00000042"]
    _, units = view(InventoryService(database).grid, by("sold_at", search="10000042"))
    assert [unit.import_row for unit in units] == [rows[0].import_row]
    _, none = view(grid, by("sold_at", search="1%"))
    assert none == []


def test_a_stale_mirror_is_read_anew_and_a_fresh_one_is_not(
    database: Database, imports: Imports, tmp_path: Path
) -> None:
    imports.run(write_rows(tmp_path / "one.csv", [sale(1)]))
    grid = TransactionsService(database).grid
    assert view(grid, by("sold_at"))[0].total == 1
    imports.run(write_rows(tmp_path / "two.csv", [sale(2)]))
    with recorded_queries(database.engine, exactly=0):
        assert asyncio.run(grid.view(by("sold_at", descending=True))).total == 1
    grid.mark_stale()
    assert view(grid, by("sold_at"))[0].total == 2
    imports.run(write_rows(tmp_path / "three.csv", [sale(3)]))
    assert view(grid, by("charges"))[0].total == 3  # a new key shows that rows came


def test_a_page_of_rows_is_one_statement(database: Database, report: Report) -> None:
    assert report.rows
    grid = TransactionsService(database).grid
    ids = asyncio.run(grid.view(by("sold_at"))).ids[:64].tolist()
    with recorded_queries(database.engine, exactly=1):
        rows = asyncio.run(grid.rows([*ids, 10**12]))
    assert [row.id for row in rows] == ids


def test_the_preview_shows_the_latest_before_the_mirror_is_there(
    database: Database, report: Report
) -> None:
    assert report.rows
    for service, key in ((TransactionsService, "sold_at"), (InventoryService, "id")):
        grid = service(database).grid
        preview = asyncio.run(grid.preview(by(key, descending=True)))
        full = asyncio.run(grid.view(by(key, descending=True)))
        assert not preview.complete
        first: list[ItemRow | OrderRow] = list(asyncio.run(grid.rows(preview.ids[:1].tolist())))
        same: list[ItemRow | OrderRow] = list(asyncio.run(grid.rows(full.ids[:1].tolist())))
        assert getattr(first[0], key) == getattr(same[0], key)


def test_an_order_is_explained_to_the_last_cent(
    database: Database, imports: Imports, tmp_path: Path
) -> None:
    imports.run(write_rows(tmp_path / "may.csv", [sale(7)]))
    grid = TransactionsService(database).grid
    ids = asyncio.run(grid.view(by("sold_at"))).ids.tolist()
    detail = asyncio.run(grid.detail(ids[0]))
    assert detail.row.payout == detail.row.gross + sum(line.amount for line in detail.charges)
    assert detail.charges[0].kind is ChargeKind.SELLER_FEE
    assert detail.source.file == "may.csv"
    assert ("Order Number", "00000007-00000007") in detail.source.cells
    with pytest.raises(NotFoundError):
        asyncio.run(grid.detail(10**12))


def test_reports_exports_and_the_rejected_rows(
    database: Database, imports: Imports, tmp_path: Path
) -> None:
    rows = [sale(1), sale(2), sale(3, {"Sale Date": "soon"})]
    batch = imports.run(write_rows(tmp_path / "may.csv", rows)).batch_id
    assert batch is not None
    (month,) = asyncio.run(AnalyticsService(database).profit(ProfitQuery(ProfitBy.MONTH)))
    assert (month.key, month.sales, month.profit) == ("2024-05", 2, None)
    assert month.gross == 200
    service = IntegrationService(database)
    assert asyncio.run(service.save_rejected(batch, tmp_path / "rejected.csv")) == 1
    with (tmp_path / "rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        (rejected,) = csv.DictReader(file)
    assert rejected["Sale Date"] == "soon"
    assert "not a date and time" in rejected["Error"]
    with pytest.raises(UserError, match="cannot be written"):
        asyncio.run(service.save_rejected(batch, tmp_path / "no" / "folder.csv"))
    system = SystemService(database)
    assert asyncio.run(system.export("orders", tmp_path / "orders.csv")) > 0
    with pytest.raises(UserError, match="cannot be written"):
        asyncio.run(system.export("orders", tmp_path / "no" / "orders.csv"))
    assert [path.name for path in tmp_path.glob(".*.part")] == []
    assert asyncio.run(system.status()).revision is not None


def test_a_unit_is_sold_once_at_a_time(
    database: Database, imports: Imports, tmp_path: Path
) -> None:
    imports.run(write_rows(tmp_path / "may.csv", [sale(1), sale(2)]))
    with database.session() as session, pytest.raises(sa.exc.IntegrityError, match="item_id_live"):
        session.execute(
            sa.text("UPDATE transactions.order SET item_id = (SELECT min(id) FROM inventory.item)")
        )


def test_a_change_during_a_load_is_not_forgotten(
    database: Database, imports: Imports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imports.run(write_rows(tmp_path / "one.csv", [sale(1)]))
    grid = TransactionsService(database).grid
    read = grid._read

    def overtaken(session: Any, mirror: Any) -> Any:
        found = read(session, mirror)
        monkeypatch.setattr(grid, "_read", read)
        imports.run(write_rows(tmp_path / "two.csv", [sale(2)]))
        grid.mark_stale()  # the notice arrives while the old rows are still on their way
        return found

    monkeypatch.setattr(grid, "_read", overtaken)
    view(grid, by("gross"))
    assert view(grid, by("gross"))[0].total == 2
