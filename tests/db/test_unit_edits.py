"""Editing, adding and deleting units: what goes in, what is kept out and why."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from helpers.import_runs import Imports
from helpers.rows import make_listing, make_order
from helpers.stockx_report import sale, write_rows
from helpers.unit_steps import Desk, desk_of
from soleflip_desktop.db.engine import Database, actor
from soleflip_desktop.db.models import InventoryItem
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.errors import NotFoundError, UserError
from soleflip_desktop.domain.inventory import BoxState, Condition, ItemStatus, VatScheme
from soleflip_desktop.domain.transactions import ListingStatus
from soleflip_desktop.domain.unit_fields import UNIT_FIELDS, UnitDraft, UnitValue
from soleflip_desktop.services.grid import FieldValue

pytestmark = pytest.mark.db

EVERYTHING: dict[str, UnitValue] = {
    "status": ItemStatus.RESERVED,
    "size": "US 10.5",
    "condition": Condition.VERY_GOOD,
    "box_state": BoxState.ORIGINAL,
    "location": "Garage / Shelf 2",
    "tags": ("gift", "b-stock"),
    "supplier": "Shop Nine",
    "purchase_order_number": "PO-1",
    "purchase_invoice_number": "INV-1",
    "acquired_at": datetime(2026, 3, 1, 10, tzinfo=UTC),
    "delivered_at": datetime(2026, 3, 4, 10, 30, tzinfo=UTC),
    "return_until": date(2026, 4, 1),
    "cost": Decimal("120.50"),
    "cost_net": Decimal("101.26"),
    "cost_inbound": Decimal("7.00"),
    "cost_currency": "EUR",
    "vat_scheme": VatScheme.STANDARD,
    "vat_pct": Decimal("19.0000"),
    "notes": "two\nlines",
}


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def units(desk: Desk) -> list[int]:
    """Three units of one product in two sizes."""
    return list(desk.add("Nike Dunk Low", ("US 9", 2), ("US 10", 1)).created)


def reasons(report: Any) -> list[tuple[int, str]]:
    return [(record.id, record.reason) for record in report.kept]


def fields(desk: Desk, item_id: int) -> dict[str, Any]:
    """The latest entry of the history as field -> (old, new)."""
    entry = asyncio.run(desk.units.history(item_id))[0]
    return {change.field: (change.old, change.new) for change in entry.changes}


def test_every_field_can_be_set_and_emptied(desk: Desk, units: list[int]) -> None:
    assert EVERYTHING.keys() == {field.name for field in UNIT_FIELDS}
    report = desk.set(units[:1], **EVERYTHING)
    assert (report.changed, report.kept) == (1, ())
    told = fields(desk, units[0])
    assert {name: new for name, (_, new) in told.items()} == EVERYTHING
    assert told["size"] == ("US 9", "US 10.5")
    clearable = [field.name for field in UNIT_FIELDS if field.clearable]
    report = desk.set(units[:1], **dict.fromkeys(clearable))
    assert (report.changed, report.kept) == (1, ())
    assert fields(desk, units[0]) == {name: (EVERYTHING[name], None) for name in clearable}


def test_good_cells_go_in_and_bad_ones_are_told(desk: Desk, units: list[int]) -> None:
    first, second, third = units
    report = desk.edit(
        (first, "cost", None, Decimal("99.9")),
        (first, "cost_currency", None, "eur"),
        (second, "cost", None, Decimal(50)),
        (second, "notes", None, "kept"),
        (third, "status", ItemStatus.AVAILABLE, ItemStatus.DELIVERED),
        (third, "size", "US 10", "gigantic"),
        (third, "tags", None, ("a",)),
        (third + 1000, "notes", None, "x"),
        (first, "status", ItemStatus.AVAILABLE, None),
        (first, "colour", None, "red"),
        (first, "vat_pct", None, "much"),
    )
    assert report.changed == 3
    assert desk.value(first, "(cost_gross, cost_currency)::text") == "(99.90,EUR)"
    assert desk.value(second, "notes") == "kept"
    assert desk.value(second, "cost_gross") is None
    assert desk.value(third, "tags") == ["a"]
    assert sorted(reasons(report)) == sorted(
        [
            (second, "Cost has no currency: set the cost currency as well."),
            (
                third,
                (
                    "A unit cannot go from available to delivered. Allowed from available: "
                    "consigned, damaged, lost, personal_use, reserved, returned_to_supplier, sold."
                ),
            ),
            (
                third,
                (
                    "“gigantic” is not a size that can be read: "
                    "write it like US 9, EU 42.5, 10C, M or W34."
                ),
            ),
            (third + 1000, "This unit is no longer there."),
            (first, "Status cannot be empty."),
            (first, "There is no field “colour” that could be edited."),
            (first, "“much” is no value of VAT %."),
        ]
    )


def test_a_currency_stays_while_there_is_a_cost(desk: Desk, units: list[int]) -> None:
    desk.set(units, cost=Decimal(10), cost_currency="EUR")
    report = desk.set(units[:1], cost_currency=None, notes="n")
    assert reasons(report) == [
        (units[0], "Cost currency cannot be empty while the unit has a cost.")
    ]
    assert desk.value(units[0], "(cost_currency, notes)::text") == "(EUR,n)"
    assert desk.set(units[:1], cost=None, cost_currency=None).kept == ()
    assert desk.value(units[0], "cost_currency") is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cost", Decimal(-1)),
        ("cost", Decimal("NaN")),
        ("cost", Decimal(10) ** 12),
        ("cost_currency", "EURO"),
        ("condition", "shiny"),
        ("acquired_at", datetime(2026, 1, 1)),  # noqa: DTZ001  (that is what is refused)
        ("return_until", datetime(2026, 1, 1, tzinfo=UTC)),
        ("notes", Decimal(1)),
    ],
)
def test_values_that_no_unit_can_have_are_kept_out(
    desk: Desk, units: list[int], field: str, value: UnitValue
) -> None:
    before = desk.image()
    report = desk.set(units[:1], **{field: value})
    assert (report.step, report.changed, len(report.kept)) == (None, 0, 1)
    assert desk.image() == before


def test_what_somebody_changed_meanwhile_is_not_overwritten(desk: Desk, units: list[int]) -> None:
    desk.set(units, notes="old", purchase_order_number="1")
    with desk_of("anna", desk.database.url) as other:
        other.set(units[:1], notes="hers")
        other.set(units[1:2], notes="mine")
    desk.rows("UPDATE inventory.item SET notes = 'by an import' WHERE id = :id", id=units[2])
    report = desk.edit(
        (units[0], "notes", "old", "mine"),
        (units[0], "purchase_order_number", "1", "2"),
        (units[1], "notes", "old", "mine"),
        (units[2], "notes", "old", "mine"),
    )
    assert [desk.value(id_, "notes") for id_ in units] == ["hers", "mine", "by an import"]
    assert desk.value(units[0], "purchase_order_number") == "2"
    (first, told), (third, untold) = reasons(report)
    assert (first, third) == (units[0], units[2])
    assert told.startswith(
        "Notes is hers by now, not old as shown when you edited it; changed by anna on 20"
    )
    assert untold.startswith("Notes is by an import by now, not old as shown when you edited it")


def test_nothing_changed_is_no_step(desk: Desk, units: list[int]) -> None:
    before = asyncio.run(desk.steps.steps())
    assert desk.set(units, status=ItemStatus.AVAILABLE, notes="  ").step is None
    assert desk.edit((units[0], "size", "US 9", "US 9")).step is None
    assert asyncio.run(desk.steps.steps()) == before


@pytest.mark.parametrize(
    ("values", "count", "title"),
    [
        ({"cost_currency": "EUR"}, 1, "Edit cost currency of Nike Dunk Low, US 9"),
        ({"notes": "x"}, 3, "Set notes of 3 units"),
        ({"location": "Garage / Shelf 2"}, 3, "Move 3 units to Garage / Shelf 2"),
        ({"status": ItemStatus.RESERVED}, 2, "Change status of 2 units to reserved"),
        ({"notes": "x", "vat_pct": Decimal(19)}, 2, "Edit notes and VAT % of 2 units"),
        (
            {"notes": "x", "vat_pct": Decimal(7), "tags": ("a",)},
            1,
            "Edit 3 fields of Nike Dunk Low, US 9",
        ),
    ],
)
def test_steps_are_named(
    desk: Desk, units: list[int], values: dict[str, UnitValue], count: int, title: str
) -> None:
    report = desk.set(units[:count], **values)
    assert report.step is not None
    assert (report.step.title, report.step.actor, report.changed) == (title, actor(), count)


def test_a_place_a_supplier_and_a_size_are_found_or_made(desk: Desk, units: list[int]) -> None:
    desk.set(units[:1], location="Garage / Shelf 2", supplier="Shop Nine", size="10")
    desk.set(units[1:2], location="garage / shelf 2 ", supplier="SHOP NINE", size="us 10")
    assert desk.rows("SELECT path FROM inventory.location ORDER BY id") == [
        ("Garage",),
        ("Garage / Shelf 2",),
    ]
    assert desk.rows("SELECT name FROM suppliers.supplier") == [("Shop Nine",)]
    assert desk.rows("SELECT DISTINCT variant_id FROM inventory.item") == [
        (desk.value(units[2], "variant_id"),)
    ]
    assert asyncio.run(desk.units.suppliers()) == ["Shop Nine"]


def test_the_event_store_names_who_when_old_and_new(desk: Desk, units: list[int]) -> None:
    desk.set(units, location="A", cost=Decimal(10), cost_currency="EUR")
    with desk_of("anna", desk.database.url) as other:
        other.set(units[:1], location="B", cost=Decimal("12.50"))
    ((who, recent, data),) = desk.rows(
        "SELECT actor, occurred_at > now() - interval '1 minute', data FROM system.event_store "
        "WHERE aggregate_kind = 'item' AND aggregate_id = :id ORDER BY id DESC LIMIT 1",
        id=units[0],
    )
    assert (who, recent) == ("anna", True)
    assert (data["old"]["cost_gross"], data["new"]["cost_gross"]) == (Decimal(10), Decimal("12.50"))
    entries = asyncio.run(desk.units.history(units[0]))
    assert [(entry.actor, entry.event) for entry in entries] == [
        ("anna", "changed"),
        (actor(), "changed"),
        (actor(), "created"),
    ]
    assert fields(desk, units[0]) == {
        "location": ("A", "B"),
        "cost": (Decimal("10.00"), Decimal("12.50")),
    }


def test_the_history_names_the_import(imports: Imports, tmp_path: Path) -> None:
    result = imports.run(write_rows(tmp_path / "report.csv", [sale(101)]))
    ((item_id,),) = imports.rows("SELECT id FROM inventory.item")
    desk = Desk(imports.database)
    desk.set([item_id], notes="checked")
    entries = asyncio.run(desk.units.history(item_id))
    assert [(entry.event, entry.correction) for entry in entries] == [
        ("changed", None),
        ("created", f"import {result.batch_id} (report.csv)"),
    ]
    assert entries[1].actor


def test_old_values_are_counted(desk: Desk, units: list[int]) -> None:
    desk.set(units[:2], cost=Decimal(5), cost_currency="EUR", tags=("a", "b"), location="X")
    desk.set(units[2:], acquired_at=datetime(2026, 3, 1, 10, tzinfo=UTC))
    found = asyncio.run(
        desk.units.old_values(units, ["cost", "size", "tags", "location", "acquired_at", "status"])
    )
    assert found == {
        "cost": [FieldValue("5.00", 2), FieldValue("", 1)],
        "size": [FieldValue("US 9", 2), FieldValue("US 10", 1)],
        "tags": [FieldValue("a, b", 2), FieldValue("", 1)],
        "location": [FieldValue("X", 2), FieldValue("", 1)],
        "acquired_at": [FieldValue("", 2), FieldValue("2026-03-01T10:00:00+00:00", 1)],
        "status": [FieldValue("available", 3)],
    }
    assert asyncio.run(desk.units.tags()) == ["a", "b"]


# -- adding ------------------------------------------------------------------------------------


def test_units_are_added_in_several_sizes(desk: Desk) -> None:
    report = desk.add(
        "Nike Dunk Low Panda",
        ("US 9", 2),
        ("EU 42.5", 1),
        cost=Decimal("80.00"),
        cost_currency="EUR",
        location="Garage",
        tags=("new",),
    )
    assert (report.changed, len(report.created)) == (3, 3)
    assert report.step is not None
    assert report.step.title == "Add 3 units of Nike Dunk Low Panda"
    assert desk.rows(
        "SELECT p.name, b.name, c.name, s.label, i.status, i.cost_gross, l.path, i.tags "
        "FROM inventory.item i JOIN catalog.product_variant v ON v.id = i.variant_id "
        "JOIN catalog.product p ON p.id = v.product_id JOIN catalog.size s ON s.id = v.size_id "
        "JOIN catalog.brand b ON b.id = p.brand_id JOIN catalog.category c ON c.id = p.category_id "
        "JOIN inventory.location l ON l.id = i.location_id ORDER BY i.id"
    ) == [
        ("Nike Dunk Low Panda", "Nike", "sneakers", size, "available", 80, "Garage", ["new"])
        for size in ("US 9", "US 9", "EU 42.5")
    ]


def test_the_same_product_is_not_made_twice(desk: Desk) -> None:
    draft = UnitDraft((("US 9", 1),), product="Dunk Low", brand="Nike", style_code="dd1391-100")
    for again in (draft, UnitDraft((("US 8", 1),), product="dunk  LOW", style_code="DD1391-100")):
        asyncio.run(desk.units.add(again))
    assert desk.rows("SELECT name, style_code, style_code_key FROM catalog.product") == [
        ("Dunk Low", "dd1391-100", "DD1391-100")
    ]
    (choice,) = asyncio.run(desk.units.products("dd1391 low"))
    assert (choice.name, choice.brand, choice.sizes) == ("Dunk Low", "Nike", ("US 8", "US 9"))
    asyncio.run(desk.units.add(UnitDraft((("US 9", 1),), product_id=choice.id)))
    assert asyncio.run(desk.units.products("jordan")) == []


@pytest.mark.parametrize(
    ("draft", "remedy"),
    [
        (UnitDraft((("US 9", 1),)), "Choose one, or enter its name"),
        (UnitDraft((("US 9", 1),), product_id=4711), "choose another one"),
        (UnitDraft((), product="Dunk"), "Enter at least 1"),
        (UnitDraft((("US 9", 0),), product="Dunk"), "Enter at least 1"),
        (UnitDraft((("US 9", 10_001),), product="Dunk"), "at most 10,000"),
        (UnitDraft((("huge", 1),), product="Dunk"), "write it like US 9"),
        (UnitDraft((("US 9", 1),), product="Dunk", category="cars"), "Choose one of: sneakers"),
        (
            UnitDraft((("US 9", 1),), product="Dunk", values=(("cost", Decimal(1)),)),
            "enter the cost currency as well",
        ),
        (UnitDraft((("US 9", 1),), product="Dunk", values=(("hue", "red"),)), "no field “hue”"),
    ],
)
def test_a_draft_that_makes_no_sense_leaves_nothing(
    desk: Desk, draft: UnitDraft, remedy: str
) -> None:
    with pytest.raises(UserError, match=remedy):
        asyncio.run(desk.units.add(draft))
    assert desk.rows("SELECT count(*) FROM catalog.product") == [(0,)]
    assert desk.menu() == (None, None)


def test_a_clone_shares_all_but_sale_and_notes(desk: Desk, units: list[int]) -> None:
    desk.set(units[:1], **(EVERYTHING | {"status": ItemStatus.SOLD}))
    report = asyncio.run(desk.units.clone(units[0], [("US 8", 1), ("US 10.5", 2)]))
    assert report.step is not None
    assert report.step.title == "Add 3 units like Nike Dunk Low, US 10.5"
    told = fields(desk, report.created[0])
    assert {name: new for name, (_, new) in told.items()} == {
        name: value for name, value in EVERYTHING.items() if name != "notes"
    } | {"status": ItemStatus.AVAILABLE, "size": "US 8"}
    with pytest.raises(NotFoundError):
        asyncio.run(desk.units.clone(4711, [("US 8", 1)]))


# -- deleting ----------------------------------------------------------------------------------


def test_units_that_something_refers_to_are_not_deleted(desk: Desk, units: list[int]) -> None:
    with desk.database.session() as session:
        order = make_order(session)
        order.item_id = units[0]
        listing = make_listing(session, ListingStatus.ACTIVE)
        old = make_listing(session, ListingStatus.EXPIRED)
        promised = InventoryItem(variant_id=order.variant_id, status=ItemStatus.AVAILABLE)
        session.add(promised)
        session.flush()
        listed, unlisted = listing.item_id or 0, old.item_id or 0
        ids = [units[0], listed, unlisted, promised.id]
    desk.rows("INSERT INTO inventory.stockx_presale_marking (item_id) VALUES (:id)", id=ids[3])
    report = desk.delete(*ids, units[1], 4711)
    assert report.changed == 1
    assert report.step is not None
    assert report.step.title == "Delete Nike Dunk Low, US 9"
    told = dict(reasons(report))
    assert told[4711] == "This unit is no longer there."
    assert "part of order order-" in told[units[0]]
    assert told[listed] == "It is listed on StockX: end the listing first."
    assert told[unlisted] == "It was listed on StockX, and that listing is kept."
    assert told[promised.id] == "It is promised on StockX."
    assert desk.rows("SELECT id FROM inventory.item WHERE id = :id", id=units[1]) == []


def test_other_pages_hear_of_an_edit(desk: Desk, units: list[int]) -> None:
    heard: list[Change] = []
    desk.database.bus.subscribe(heard.append)
    desk.set(units, notes="x")
    assert {Domain.INVENTORY, Domain.TRANSACTIONS} <= heard[0].domains
    (feed,) = desk.rows("SELECT ids FROM system.change_log ORDER BY seq DESC LIMIT 1")
    assert feed == (units,)
