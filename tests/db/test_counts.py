"""Scanned codes and counts, in a real database."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from helpers.rows import make_item, make_variant
from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.models import InventoryItem, Location, ProductIdentifier, ProductVariant
from soleflip_desktop.db.queries import counts as count_queries
from soleflip_desktop.db.queries import steps
from soleflip_desktop.domain.catalog import IdentifierScheme
from soleflip_desktop.domain.counting import CountLine, CountMark, ScanKind
from soleflip_desktop.domain.errors import NotFoundError, UserError
from soleflip_desktop.domain.inventory import ItemStatus
from soleflip_desktop.domain.unit_codes import place_code, unit_code
from soleflip_desktop.services.counts import CountsService
from soleflip_desktop.services.labels import LabelsService

pytestmark = pytest.mark.db

UPC = "036000291452"


@dataclass(frozen=True, slots=True)
class Stock:
    """A shelf with a box on it, a cellar, and units in them."""

    shelf: int
    box: int
    cellar: int
    on_shelf: int
    in_box: int
    in_cellar: int
    nowhere: int
    sold: int


@pytest.fixture
def stock(database: Database) -> Stock:
    with database.session() as session:
        shelf = Location(name="Shelf", code="R-1 left")
        cellar = Location(name="Shelf 2")  # a name that begins like the other's
        session.add_all([shelf, cellar])
        session.flush()
        box = Location(name="Box", parent_id=shelf.id)
        session.add(box)
        session.flush()
        variant = make_variant(session)
        product = session.get_one(ProductVariant, variant).product_id
        session.add(
            ProductIdentifier(
                product_id=product, variant_id=variant, scheme=IdentifierScheme.EAN, value="0" + UPC
            )
        )
        units = [make_item(session, variant_id=variant) for _ in range(4)]
        for unit, place in zip(units, (shelf.id, box.id, cellar.id, None), strict=True):
            unit.location_id = place
        sold = make_item(session, ItemStatus.SOLD)
        session.flush()
        one, two, three, four = (unit.id for unit in units)
        return Stock(shelf.id, box.id, cellar.id, one, two, three, four, sold.id)


@pytest.fixture
def service(database: Database) -> CountsService:
    return CountsService(database)


def marks(lines: list[CountLine]) -> dict[int | str, CountMark]:
    return {line.item_id or line.code: line.mark for line in lines}


def test_codes_are_resolved(service: CountsService, stock: Stock) -> None:
    async def kinds(*codes: str) -> list[tuple[ScanKind, tuple[int, ...]]]:
        hits = [await service.resolve(code) for code in codes]
        return [(hit.kind, hit.ids) for hit in hits]

    in_house = (stock.on_shelf, stock.in_box, stock.in_cellar, stock.nowhere)
    found = asyncio.run(
        kinds(
            unit_code(stock.in_box).lower(),
            place_code(stock.box),
            "r-1 LEFT",
            UPC,
            unit_code(999_999),
            "4006381333931",
            "",
        )
    )
    assert found == [
        (ScanKind.UNIT, (stock.in_box,)),
        (ScanKind.LOCATION, (stock.box,)),
        (ScanKind.LOCATION, (stock.shelf,)),
        (ScanKind.PRODUCT, in_house),
        (ScanKind.UNKNOWN, ()),
        (ScanKind.UNKNOWN, ()),
        (ScanKind.UNKNOWN, ()),
    ]


def test_a_place_expects_what_lies_there_and_below(service: CountsService, stock: Stock) -> None:
    async def play() -> None:
        count = await service.start(stock.shelf)
        assert (count.location, count.expected, count.scanned) == ("Shelf", 2, 0)
        first = await service.scan(count.id, unit_code(stock.on_shelf))
        assert (first.mark, first.location) == (CountMark.FOUND, "Shelf")
        assert (await service.scan(count.id, unit_code(stock.on_shelf))).mark is CountMark.TWICE
        other = await service.scan(count.id, unit_code(stock.in_cellar))
        assert (other.mark, other.location) == (CountMark.ELSEWHERE, "Shelf 2")
        assert (await service.scan(count.id, unit_code(stock.sold))).mark is CountMark.GONE
        assert (await service.scan(count.id, "what's this")).mark is CountMark.UNKNOWN
        assert marks(await service.sheet(count.id)) == {
            stock.on_shelf: CountMark.TWICE,
            stock.in_box: CountMark.MISSING,
            stock.in_cellar: CountMark.ELSEWHERE,
            stock.sold: CountMark.GONE,
            "what's this": CountMark.UNKNOWN,
        }
        assert [(head.id, head.expected, head.scanned) for head in await service.counts()] == [
            (count.id, 2, 5)
        ]

    asyncio.run(play())


def test_all_stock_expects_every_unit_in_the_house(service: CountsService, stock: Stock) -> None:
    async def play() -> None:
        count = await service.start(None)
        assert (count.location, count.expected) == (None, 4)
        await service.scan(count.id, unit_code(stock.nowhere))
        found = marks(await service.sheet(count.id))
        assert found[stock.nowhere] is CountMark.FOUND
        assert stock.sold not in found

    asyncio.run(play())


def test_an_ean_counts_one_unit_after_the_other(service: CountsService, stock: Stock) -> None:
    async def play() -> list[tuple[CountMark, int | None]]:
        count = await service.start(stock.shelf)
        lines = [await service.scan(count.id, UPC) for _ in range(3)]
        return [(line.mark, line.item_id) for line in lines]

    assert asyncio.run(play()) == [
        (CountMark.FOUND, stock.on_shelf),
        (CountMark.FOUND, stock.in_box),
        (CountMark.UNKNOWN, None),
    ]


def test_a_count_goes_on_and_takes_back(service: CountsService, stock: Stock) -> None:
    async def play() -> None:
        count = await service.start(stock.shelf)
        with pytest.raises(UserError, match="Nothing was scanned yet"):
            await service.take_back(count.id)
        await service.scan(count.id, unit_code(stock.on_shelf))
        await service.scan(count.id, unit_code(stock.in_box))
        await service.take_back(count.id)
        again = await service.start(stock.shelf)
        assert (again.id, again.scanned) == (count.id, 1)
        assert (await service.start(None)).id != count.id
        assert marks(await service.sheet(count.id))[stock.in_box] is CountMark.MISSING

    asyncio.run(play())


def test_finishing_moves_what_was_found_as_one_step(
    service: CountsService, stock: Stock, database: Database
) -> None:
    async def play() -> None:
        count = await service.start(stock.shelf)
        for item_id in (stock.in_box, stock.in_cellar, stock.nowhere, stock.sold):
            await service.scan(count.id, unit_code(item_id))
        report = await service.finish(count.id, move_found=True)
        assert report.changed == 2
        assert report.step is not None
        assert report.step.title == "Move 2 units found by a count to Shelf"
        assert [kept.id for kept in report.kept] == [stock.sold]
        with pytest.raises(UserError, match="is finished"):
            await service.scan(count.id, unit_code(stock.on_shelf))
        assert (await service.start(stock.shelf)).id != count.id

    asyncio.run(play())
    with database.session() as session:
        places = dict(session.execute(sa.select(InventoryItem.id, InventoryItem.location_id)).all())
        undo = steps.state(session).undo
    assert places[stock.in_cellar] == places[stock.nowhere] == stock.shelf
    assert places[stock.in_box] == stock.box
    assert places[stock.sold] is None
    assert undo is not None
    assert undo.title.startswith("Move 2 units")


def test_finishing_without_moving_leaves_the_bookings(service: CountsService, stock: Stock) -> None:
    async def play() -> None:
        count = await service.start(stock.shelf)
        await service.scan(count.id, unit_code(stock.in_cellar))
        report = await service.finish(count.id, move_found=False)
        assert (report.step, report.changed) == (None, 0)
        assert (await service.sheet(count.id))[-1].mark is CountMark.ELSEWHERE

    asyncio.run(play())


def test_what_cannot_be_scanned_is_refused(service: CountsService, stock: Stock) -> None:
    async def play() -> None:
        count = await service.start(stock.shelf)
        with pytest.raises(UserError, match="Shelf / Box is a place, not a unit"):
            await service.scan(count.id, place_code(stock.box))
        with pytest.raises(UserError, match="the code is empty"):
            await service.scan(count.id, " \x00 ")
        with pytest.raises(NotFoundError, match="Count 999 is no longer there"):
            await service.scan(999, "x")
        with pytest.raises(NotFoundError, match="Count 999 is no longer there"):
            await service.sheet(999)
        with pytest.raises(NotFoundError, match="There is no place “Loft”"):
            await service.place_id("Loft")
        assert await service.place_id("Shelf / Box") == stock.box
        assert await service.place_id("r-1 left") == stock.shelf
        with pytest.raises(NotFoundError, match="place is no longer there"):
            await service.start(999)
        assert all(line.mark is CountMark.MISSING for line in await service.sheet(count.id))

    asyncio.run(play())


def test_ten_thousand_units_are_counted_in_a_few_statements(database: Database) -> None:
    with database.session() as session:
        variant = make_variant(session)
        session.execute(
            sa.text(
                "INSERT INTO inventory.item (variant_id, status) "
                "SELECT :variant, 'available' FROM generate_series(1, 10000)"
            ),
            {"variant": variant},
        )
        count_id = count_queries.add_count(session, None)
        session.execute(
            sa.text(
                "INSERT INTO inventory.stock_count_scan (count_id, code, item_id) "
                "SELECT :count_id, 'SF' || id, id FROM inventory.item WHERE id % 2 = 0"
            ),
            {"count_id": count_id},
        )
    with database.session() as session:
        lines = count_queries.sheet(session, count_id)
    found = sum(line.mark is CountMark.FOUND for line in lines)
    assert (len(lines), found) == (10_000, 5_000)


def test_labels_come_in_the_order_asked(database: Database, stock: Stock) -> None:
    labels = LabelsService(database)
    units = asyncio.run(labels.units([stock.in_box, 999_999, stock.nowhere, stock.in_box]))
    assert [(label.code, label.place) for label in units] == [
        (unit_code(stock.in_box), "Shelf / Box"),
        (unit_code(stock.nowhere), ""),
        (unit_code(stock.in_box), "Shelf / Box"),
    ]
    assert units[0].title.startswith("Dunk Low")
    assert units[0].big.startswith("US ")
    places = asyncio.run(labels.places([stock.box, stock.shelf]))
    assert [(place.code, place.title, place.line) for place in places] == [
        (place_code(stock.box), "Box", "Shelf"),
        ("R-1 left", "Shelf", ""),
    ]
