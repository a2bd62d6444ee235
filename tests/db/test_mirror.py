"""The mirror follows the change feed: after any change it is what reading anew would give."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from helpers.import_runs import Imports
from helpers.query_recorder import recorded_queries
from helpers.rows import make_account, make_item, make_listing, make_order
from helpers.stockx_report import Report
from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.models import (
    InventoryItem,
    Listing,
    Location,
    Order,
    Product,
    ProductVariant,
    Supplier,
)
from soleflip_desktop.db.queries import change_feed
from soleflip_desktop.domain.grid_query import (
    ColumnFilter,
    Condition,
    FilterValue,
    GridQuery,
    Operator,
    SortKey,
)
from soleflip_desktop.domain.inventory import ItemStatus
from soleflip_desktop.domain.transactions import ListingStatus
from soleflip_desktop.services import mirror_load
from soleflip_desktop.services.grid import FieldValue
from soleflip_desktop.services.inventory import InventoryService
from soleflip_desktop.services.market import MarketService
from soleflip_desktop.services.transactions import TransactionsService

pytestmark = pytest.mark.db
BY_ID = GridQuery((SortKey("id"),))
NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)


def by(field: str, *, descending: bool = False) -> GridQuery:
    return GridQuery((SortKey(field, descending),))


def where(field: str, operator: Operator, *values: FilterValue) -> GridQuery:
    column = ColumnFilter(field, "", (Condition(operator, values),))
    return GridQuery((SortKey("id"),), filters=(column,))


def ids(grid: Any, query: GridQuery) -> list[int]:
    found: list[int] = asyncio.run(grid.view(query)).ids.tolist()
    return found


def values(grid: Any, field: str, query: GridQuery = BY_ID) -> list[tuple[str, int]]:
    return [(value.text, value.rows) for value in asyncio.run(grid.values(query, field))]


@pytest.fixture
def stock(imports: Imports, tmp_path: Path) -> Imports:
    """Sold units, some of them with a cost."""
    Report(120, seed=7, products=12, bad_pct=0, duplicate_pct=0).write(tmp_path / "may.csv")
    imports.run(tmp_path / "may.csv")
    with imports.database.session() as session:
        session.execute(
            sa.text(
                "UPDATE inventory.item SET cost_gross = 20 + id % 7, cost_currency = 'EUR', "
                "cost_inbound = nullif(id % 3, 0), acquired_at = timestamptz '2022-01-01' "
                "+ id * interval '1 day', tags = ARRAY['tag' || id % 3], notes = 'n' || id % 5 "
                "WHERE id % 4 > 0"
            )
        )
    return imports


@pytest.mark.parametrize("service", [InventoryService, TransactionsService])
def test_a_patched_mirror_is_a_rebuilt_one(
    database: Database, stock: Imports, service: Any
) -> None:
    """Random edits, and in every second round sales, inserts and deletes; every key and order."""
    pick = random.Random(11)  # noqa: S311  (repeatable, not secret)
    grid = service(database).grid
    asyncio.run(grid.warm())
    for turn in range(8):
        for field in grid.kinds:
            ids(grid, by(field))
        change_at_random(database, pick, come_and_go=turn % 2 == 0)
        grid.mark_stale()
        fresh = service(database).grid
        for field in grid.kinds:
            for descending in (False, True):
                query = by(field, descending=descending)
                found = asyncio.run(grid.view(query))
                expected = asyncio.run(fresh.view(query))
                assert found.ids.tolist() == expected.ids.tolist(), (field, descending)
                assert found.sums == expected.sums
            assert values(grid, field) == values(fresh, field), field


def change_at_random(database: Database, pick: random.Random, *, come_and_go: bool) -> None:
    with database.session() as session:
        units = list(session.scalars(sa.select(InventoryItem.id).order_by(InventoryItem.id)))
        for unit in pick.sample(units, 5):
            item = session.get_one(InventoryItem, unit)
            item.cost_gross = Decimal(pick.randrange(9_000_000)) / 100
            item.cost_currency = pick.choice(["EUR", "USD"])
            item.notes = pick.choice([None, "n1", f"new {pick.random()}"])
            item.acquired_at = pick.choice([None, NOW, NOW + timedelta(microseconds=1)])
        if not come_and_go:
            return
        fresh = make_item(session, variant_id=new_variant(session, f"Model {pick.random()}"))
        fresh.supplier_id = _supplier(session, f"Shop {pick.random()}").id
        order = session.scalars(sa.select(Order)).first()
        assert order is not None
        session.add(
            Order(
                platform_account_id=order.platform_account_id,
                external_id=f"again-{pick.random()}",
                variant_id=fresh.variant_id,
                item_id=fresh.id,
                status=order.status,
                sold_at=NOW,
                gross_amount=Decimal(7),
                gross_currency="USD",
            )
        )
        session.flush()
        orders = list(session.scalars(sa.select(Order).order_by(Order.id)))
        sold = pick.choice(orders)
        sold.gross_amount = Decimal(pick.randrange(100))
        session.delete(pick.choice([order for order in orders if order is not sold]))
        session.flush()
        unsold = sa.text(
            "DELETE FROM inventory.item WHERE id = (SELECT min(id) FROM inventory.item i WHERE "
            "NOT EXISTS (SELECT FROM transactions.order o WHERE o.item_id = i.id))"
        )
        session.execute(unsold)


def new_variant(session: Session, name: str = "Model") -> int:
    """A size of a new product, where an import has made the sizes."""
    known = session.scalars(sa.select(ProductVariant)).first()
    assert known is not None
    category = session.get_one(Product, known.product_id).category_id
    product = Product(category_id=category, name=name)
    session.add(product)
    session.flush()
    variant = ProductVariant(product_id=product.id, size_id=known.size_id)
    session.add(variant)
    session.flush()
    return variant.id


def _supplier(session: Session, name: str) -> Supplier:
    supplier = Supplier(name=name)
    session.add(supplier)
    session.flush()
    return supplier


def made(database: Database, make: Callable[[Session], Any]) -> Any:
    with database.session() as session:
        return make(session)


def test_a_patch_reads_the_changed_rows_only(database: Database, stock: Imports) -> None:
    grid = InventoryService(database).grid
    first = ids(grid, by("cost"))[0]
    made(database, lambda s: setattr(s.get_one(InventoryItem, first), "cost_gross", Decimal(1000)))
    mirror = grid._mirror
    grid.mark_stale()
    assert ids(grid, by("cost", descending=True))[0] == first
    assert grid._mirror is mirror
    grid.mark_stale()
    with recorded_queries(database.engine, exactly=3):  # one snapshot, its position, the feed
        ids(grid, by("cost"))


def test_many_changes_are_read_anew(database: Database, stock: Imports) -> None:
    grid = InventoryService(database).grid
    ids(grid, by("cost"))
    mirror, variant = grid._mirror, made(database, new_variant)
    with database.session() as session:
        session.execute(
            sa.text(
                "INSERT INTO inventory.item (variant_id, status) SELECT :variant, 'available' "
                "FROM generate_series(1, 501)"
            ),
            {"variant": variant},
        )
    grid.mark_stale()
    assert len(ids(grid, BY_ID)) == 120 + 501
    assert grid._mirror is not mirror


def test_a_slow_writer_is_not_overlooked(database: Database) -> None:
    """Its change is older than one that was read already."""
    grid = InventoryService(database).grid
    with database.session() as slow:
        first = make_item(slow).id
        with database.session() as fast:
            second = make_item(fast).id
        assert ids(grid, BY_ID) == [second]
        with database.session() as fast:
            third = make_item(fast).id
        grid.mark_stale()
        assert ids(grid, BY_ID) == [second, third]
    grid.mark_stale()
    assert ids(grid, BY_ID) == [first, second, third]


def test_rows_that_come_while_a_key_is_read_are_in_it(
    database: Database, stock: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = InventoryService(database).grid
    ids(grid, BY_ID)
    fetch = grid._fetch

    def overtaken(session: Session, names: Any) -> Any:
        fetched = fetch(session, names)
        monkeypatch.setattr(grid, "_fetch", fetch)
        with database.session() as other:
            item = make_item(other, variant_id=new_variant(other))
            item.acquired_at = NOW - timedelta(days=9_000)
            other.flush()
            made_ids.append(item.id)
        grid.mark_stale()
        return fetched

    made_ids: list[int] = []
    monkeypatch.setattr(grid, "_fetch", overtaken)
    assert ids(grid, by("acquired_at"))[0] == made_ids[0]


def test_a_sale_shows_at_its_unit_and_a_cost_at_its_sale(database: Database) -> None:
    units, orders = InventoryService(database).grid, TransactionsService(database).grid
    with database.session() as session:
        item, order = make_item(session), make_order(session)
        item_id, order_id = item.id, order.id
    assert ids(units, where("gross", Operator.FILLED)) == []
    assert ids(orders, where("cost", Operator.FILLED)) == []
    with database.session() as session:
        session.get_one(Order, order_id).item_id = item_id
        item = session.get_one(InventoryItem, item_id)
        item.cost_gross, item.cost_currency = Decimal("12.34"), "EUR"
    units.mark_stale()
    orders.mark_stale()
    assert ids(units, where("gross", Operator.EQUALS, Decimal(100))) == [item_id]
    assert ids(orders, where("cost", Operator.EQUALS, Decimal("12.34"))) == [order_id]
    with database.session() as session:
        session.delete(session.get_one(Order, order_id))
    units.mark_stale()
    assert ids(units, where("gross", Operator.FILLED)) == []


def test_open_listings_are_named_at_their_unit(database: Database) -> None:
    grid = InventoryService(database).grid
    with database.session() as session:
        listing = make_listing(session, ListingStatus.ACTIVE)
        listing_id, item_id = listing.id, listing.item_id or 0
    assert ids(grid, where("listed", Operator.EQUALS, "stockx")) == [item_id]
    assert values(grid, "listed") == [("StockX", 1)]
    (row,) = asyncio.run(grid.rows([item_id]))
    assert row.listed == ("StockX",)
    made(database, lambda s: setattr(s.get_one(Listing, listing_id), "status", "sold"))
    grid.mark_stale()
    assert values(grid, "listed") == [("", 1)]
    with database.session() as session:
        again = Listing(
            item_id=item_id, platform_account_id=make_account(session), status="matched"
        )
        session.add(again)
    grid.mark_stale()
    assert values(grid, "listed") == [("StockX", 1)]
    made(database, lambda s: s.execute(sa.text("DELETE FROM transactions.listing")))
    grid.mark_stale()
    assert values(grid, "listed") == [("", 1)]


def test_a_listing_without_a_unit_leaves_the_grid_alone(database: Database) -> None:
    grid = InventoryService(database).grid
    assert ids(grid, BY_ID) == []
    with database.session() as session:
        unit = make_item(session)
        account = make_account(session)
        session.add_all(
            Listing(
                item_id=item_id,
                variant_id=unit.variant_id,
                platform_account_id=account,
                status=ListingStatus.ACTIVE,
            )
            for item_id in (unit.id, None)
        )
        item_id = unit.id
    grid.mark_stale()
    assert ids(grid, BY_ID) == [item_id]


def test_a_promise_shows_at_its_unit_on_every_desktop(database: Database) -> None:
    """The mark comes through the change feed: nobody tells the other desktop's grid of it."""
    grid = InventoryService(database).grid
    market = MarketService(database)
    with database.session() as session:
        promised, dateless, other = (make_item(session).id for _ in range(3))
    assert values(grid, "presale") == [("", 3)]
    assert ids(grid, by("ship_by")) == [promised, dateless, other]
    asyncio.run(market.mark_presale([dateless], None))
    asyncio.run(market.mark_presale([promised], NOW))
    grid.mark_stale()
    assert values(grid, "presale") == [("Promised", 2), ("", 1)]
    assert ids(grid, where("presale", Operator.EQUALS, "promised")) == [promised, dateless]
    assert ids(grid, where("ship_by", Operator.AT_MOST, NOW)) == [promised]
    shown = [(row.presale, row.ship_by) for row in asyncio.run(grid.rows([promised, dateless]))]
    assert shown == [(True, NOW), (True, None)]
    asyncio.run(market.mark_presale([promised], NOW + timedelta(days=2)))
    asyncio.run(market.unmark_presale([dateless]))
    grid.mark_stale()
    assert values(grid, "presale") == [("Promised", 1), ("", 2)]
    assert ids(grid, where("ship_by", Operator.AT_MOST, NOW)) == []
    made(database, lambda s: s.execute(sa.text("DELETE FROM inventory.stockx_presale_marking")))
    grid.mark_stale()
    assert values(grid, "presale") == [("", 3)]


def test_an_order_says_better_when_to_ship_and_what_has_left_says_nothing(
    database: Database,
) -> None:
    units, sales = InventoryService(database).grid, TransactionsService(database).grid
    with database.session() as session:
        order, item_id = make_order(session), make_item(session).id
        order.item_id = item_id
        order.ship_by, order.remote_status = NOW, "PENDING_SHIPMENT"
        order_id = order.id
        session.execute(
            sa.text(
                "INSERT INTO inventory.stockx_presale_marking (item_id, ship_by) "
                "VALUES (:item, :ship_by)"
            ),
            {"item": item_id, "ship_by": NOW + timedelta(days=1)},
        )
        session.execute(sa.text("UPDATE inventory.item SET status = 'sold'"))
    [unit] = asyncio.run(units.rows([item_id]))
    assert (unit.presale, unit.ship_by) == (True, NOW)
    assert ids(units, where("ship_by", Operator.AT_MOST, NOW)) == [item_id]
    [sale] = asyncio.run(sales.rows([order_id]))
    assert (sale.ship_by, sale.remote_status) == (NOW, "PENDING_SHIPMENT")
    assert values(sales, "remote_status") == [("PENDING_SHIPMENT", 1)]
    assert ids(sales, where("ship_by", Operator.MORE, NOW)) == []
    made(database, lambda s: s.execute(sa.text("UPDATE inventory.item SET status = 'shipped'")))
    units.mark_stale()
    [unit] = asyncio.run(units.rows([item_id]))
    assert (unit.presale, unit.ship_by) == (False, None)
    assert ids(units, where("ship_by", Operator.FILLED)) == []


def test_other_names_are_shown_and_sorted_by(database: Database) -> None:
    grid = InventoryService(database).grid
    with database.session() as session:
        first, second = make_item(session), make_item(session)
        shelf, box = Location(name="Shelf"), Location(name="Box")
        session.add_all([shelf, box])
        session.flush()
        first.location_id, second.location_id = box.id, shelf.id
        first.supplier_id = _supplier(session, "Corner Shop").id
        session.flush()
        pair = [first.id, second.id]
    assert ids(grid, by("location")) == ids(grid, by("product")) == pair
    assert values(grid, "supplier") == [("Corner Shop", 1), ("", 1)]
    with database.session() as session:
        session.scalars(sa.select(Location).where(Location.name == "Box")).one().name = "Zone"
        session.scalars(sa.select(Supplier)).one().name = "Other Shop"
        session.scalars(sa.select(Product).order_by(Product.id)).first().name = "Zoom"  # type: ignore[union-attr]  # made above
    grid.mark_stale()
    assert ids(grid, by("location")) == ids(grid, by("product")) == pair[::-1]
    assert values(grid, "location") == [("Shelf", 1), ("Zone", 1)]
    assert values(grid, "supplier") == [("Other Shop", 1), ("", 1)]
    assert [row.location for row in asyncio.run(grid.rows(pair))] == ["Zone", "Shelf"]


def test_texts_too_many_to_hold_are_ranked_and_searched_by_the_server(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror_load, "WORDS_LIMIT", 2)
    with database.session() as session:
        items = [make_item(session) for _ in range(5)]
        for item, notes in zip(items, ["beta 50%", "Alpha", None, "gamma", "alpha_2"], strict=True):
            item.notes = notes
        session.flush()
        one, two, three, four, five = (item.id for item in items)
    grid = InventoryService(database).grid
    assert ids(grid, by("notes")) == [two, five, one, four, three]
    assert ids(grid, by("notes", descending=True)) == [four, one, five, two, three]
    assert values(grid, "notes") == []
    for operator, wanted, expected in (
        (Operator.CONTAINS, ("ALPHA",), [two, five]),
        (Operator.CONTAINS, ("a_",), [five]),
        (Operator.LACKS, ("a",), [three]),
        (Operator.EQUALS, ("alpha",), [two]),
        (Operator.DIFFERS, ("alpha",), [one, three, four, five]),
        (Operator.ONE_OF, ("alpha", "Gamma"), [two, four]),
        (Operator.BLANK, (), [three]),
        (Operator.FILLED, (), [one, two, four, five]),
        (Operator.MORE, ("beta",), [one, four]),
        (Operator.BETWEEN, ("alpha", "beta"), [two, five]),
    ):
        assert ids(grid, where("notes", operator, *wanted)) == expected, operator
    assert ids(grid, GridQuery((SortKey("id"),), search="50%")) == [one]
    assert ids(grid, GridQuery((SortKey("id"),), search="gam", search_fields=("brand",))) == []
    made(database, lambda s: setattr(s.get_one(InventoryItem, four), "notes", "aaa"))
    grid.mark_stale()
    assert ids(grid, by("notes")) == [four, two, five, one, three]


def test_sums_equal_those_of_the_database_to_the_cent(database: Database, stock: Imports) -> None:
    made(
        database,
        lambda s: s.execute(
            sa.text("UPDATE inventory.item SET cost_currency = 'USD' WHERE id % 5 = 0")
        ),
    )
    grid = InventoryService(database).grid
    chosen = asyncio.run(grid.view(by("product"))).ids[::2]
    lines = asyncio.run(grid.sums(chosen, ("brand", "cost", "payout", "profit", "days_held")))
    expected = stock.rows(
        "SELECT 'cost', i.cost_currency::text, count(*), sum(cost_gross), "
        "round(avg(cost_gross), 2), min(cost_gross), max(cost_gross) FROM inventory.item i "
        "WHERE id = ANY(:ids) AND cost_gross IS NOT NULL GROUP BY 2 "
        "UNION ALL SELECT 'payout', payout_currency, count(*), sum(payout_amount), "
        "round(avg(payout_amount), 2), min(payout_amount), max(payout_amount) "
        "FROM transactions.order WHERE item_id = ANY(:ids) GROUP BY 2 "
        "UNION ALL SELECT 'profit', 'EUR', count(p), sum(p), round(avg(p), 2), min(p), max(p) "
        "FROM (SELECT o.payout_amount - i.cost_gross - coalesce(i.cost_inbound, 0) AS p "
        "FROM inventory.item i JOIN transactions.order o ON o.item_id = i.id "
        "WHERE i.id = ANY(:ids) AND i.cost_currency = o.payout_currency) AS profits",
        ids=chosen.tolist(),
    )
    found = [
        (s.field, s.currency, s.count, s.total, s.average, s.smallest, s.largest) for s in lines
    ]
    assert sorted(found[:-1]) == sorted(expected)
    rows = asyncio.run(grid.rows(chosen.tolist()))
    days = [row.days_held for row in rows if row.days_held is not None]
    assert lines[-1].currency is None
    assert (lines[-1].count, lines[-1].total) == (len(days), Decimal(sum(days)))


def test_cells_and_filters_agree_on_every_figure(database: Database, stock: Imports) -> None:
    """The row's value, sought by, finds the row."""
    grid = InventoryService(database).grid
    unit = ids(grid, where("profit", Operator.FILLED))[0]
    with database.session() as session:
        variant = session.get_one(InventoryItem, unit).variant_id
        session.execute(
            sa.text(
                "INSERT INTO integration.marketplace_data "
                "(variant_id, platform_id, observed_at, currency, lowest_ask) VALUES "
                "(:variant, 1, now() - interval '1 day', 'EUR', 999), "
                "(:variant, 1, now(), 'EUR', 120.50)"
            ),
            {"variant": variant},
        )
    (row,) = asyncio.run(grid.rows([unit]))
    assert row.landed_cost == (row.cost or 0) + (row.cost_inbound or 0)
    assert row.payout is not None
    assert row.profit == row.payout - row.landed_cost
    assert row.sold_at is not None
    assert row.acquired_at is not None
    assert row.days_held == (row.sold_at - row.acquired_at).days
    assert row.roi_pct == round(row.profit / row.landed_cost * 100, 2)
    assert row.market_value == Decimal("120.50")
    assert row.market_currency == "EUR"
    for field in (
        *("landed_cost", "profit", "days_held", "roi_pct", "profit_per_day"),
        *("market_value", "margin_at_ask_pct", "cost", "gross", "payout", "attachments"),
    ):
        value = getattr(row, field)
        assert value is not None, field
        assert unit in ids(grid, where(field, Operator.EQUALS, Decimal(value))), field
        text = str(value)
        assert unit in ids(grid, where(field, Operator.ONE_OF, text)), field


def test_groups_fold_and_sum(database: Database, stock: Imports) -> None:
    grid = InventoryService(database).grid
    query = GridQuery((SortKey("gross", descending=True),), group_by="brand")
    everything = asyncio.run(grid.view(query))
    assert [g.rows for g in everything.groups] == [n for _, n in values(grid, "brand")]
    assert sum(g.rows for g in everything.groups) == everything.matching == 120
    assert len(everything.ids) == 120 + len(everything.groups)
    folded = frozenset({everything.groups[0].key})
    some = asyncio.run(
        grid.view(GridQuery(query.sort, group_by="brand", collapsed=folded, search="a"))
    )
    assert some.ids[:2].tolist() == [-1, -2]
    assert some.groups[0].collapsed


def test_the_value_list_leaves_its_own_filter_out(database: Database, stock: Imports) -> None:
    grid = InventoryService(database).grid
    everything = values(grid, "brand")
    brand = everything[0][0]
    assert values(grid, "brand", where("brand", Operator.ONE_OF, brand)) == everything
    products = asyncio.run(grid.values(where("brand", Operator.ONE_OF, brand), "product"))
    assert sum(value.rows for value in products) == everything[0][1]
    assert FieldValue("Completed", 120) in asyncio.run(grid.values(BY_ID, "status"))


def test_statuses_go_by_the_state_machine(database: Database) -> None:
    with database.session() as session:
        kept = [
            make_item(session, status).id
            for status in (ItemStatus.SOLD, ItemStatus.ORDERED, ItemStatus.AVAILABLE)
        ]
    grid = InventoryService(database).grid
    assert ids(grid, by("status")) == [kept[1], kept[2], kept[0]]
    assert ids(grid, where("status", Operator.LESS, "sold")) == [kept[1], kept[2]]


def test_the_feed_is_pruned_after_a_week(database: Database) -> None:
    with database.session() as session:
        make_item(session)
        make_item(session)
        session.execute(
            sa.text("UPDATE system.change_log SET at = now() - interval '8 days' WHERE seq = 1")
        )
        assert change_feed.prune(session) == 1
        assert session.scalar(sa.text("SELECT count(*) FROM system.change_log")) == 1
