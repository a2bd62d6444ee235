"""Undo and redo of steps: durable, per person, and never over somebody else's change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.clusters import Databases
from helpers.rows import make_account
from helpers.unit_steps import Desk, desk_of
from soleflip_desktop.db.engine import Database, actor
from soleflip_desktop.domain.changes import ChangeBus
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.inventory import ItemStatus
from soleflip_desktop.domain.steps import StepReport

pytestmark = pytest.mark.db

MANY = 5_000


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def units(desk: Desk) -> list[int]:
    return list(desk.add("Nike Dunk Low", ("US 9", 2), ("US 10", 1)).created)


def attach(desk: Desk, item_id: int, name: str) -> None:
    """As the service of attachments does, but outside of any step."""
    desk.rows(
        "INSERT INTO inventory.attachment (item_id, sha256, file_name, media_type, size_bytes) "
        "VALUES (:id, :sha, :name, 'image/png', 1)",
        id=item_id,
        sha=name.ljust(64, "0"),
        name=name,
    )


def sell(desk: Desk, item_id: int) -> None:
    with desk.database.session() as session:
        account = make_account(session)
    desk.rows(
        "INSERT INTO transactions.order (platform_account_id, external_id, variant_id, item_id, "
        "status, sold_at, gross_amount, gross_currency) SELECT :account, 'S-1', variant_id, id, "
        "'pending', now(), 100, 'EUR' FROM inventory.item WHERE id = :id",
        account=account,
        id=item_id,
    )


def test_undo_and_redo_walk_through_the_steps(desk: Desk, units: list[int]) -> None:
    images = [desk.image()]
    desk.set(units, notes="one", location="Garage / Shelf")
    images.append(desk.image())
    desk.set(units[:2], notes="two", status=ItemStatus.RESERVED)
    images.append(desk.image())
    assert desk.menu() == ("Edit notes and status of 2 units", None)
    report = desk.undo()
    assert (report.changed, report.kept, desk.image()) == (2, (), images[1])
    assert report.step is not None
    assert (report.step.title, report.step.undone) == ("Edit notes and status of 2 units", True)
    assert desk.menu() == ("Edit notes and location of 3 units", "Edit notes and status of 2 units")
    desk.undo()
    assert desk.image() == images[0]
    assert desk.redo().changed == 3
    assert (desk.image(), desk.menu()[1]) == (images[1], "Edit notes and status of 2 units")
    desk.redo()
    assert (desk.image(), desk.menu()[1]) == (images[2], None)
    desk.undo()
    assert desk.image() == images[1]


def test_nothing_to_undo_or_redo_is_said(desk: Desk, units: list[int]) -> None:
    with pytest.raises(UserError, match="nothing to redo"):
        desk.redo()
    desk.undo()
    with pytest.raises(UserError, match="nothing to undo"):
        desk.undo()
    assert desk.rows("SELECT count(*) FROM inventory.item") == [(0,)]


def test_a_new_step_makes_what_was_undone_final(desk: Desk, units: list[int]) -> None:
    desk.set(units, notes="one")
    desk.undo()
    desk.set(units, notes="other")
    assert desk.menu() == ("Set notes of 3 units", None)
    desk.undo()
    assert desk.menu() == ("Add 3 units of Nike Dunk Low", "Set notes of 3 units")
    desk.redo()
    assert desk.value(units[0], "notes") == "other"


def test_five_thousand_units_are_one_step_and_come_back_after_a_restart(
    databases: Databases,
) -> None:
    url = databases.create()
    first = Database(url, ChangeBus())
    desk = Desk(first)
    units = desk.add("Nike Dunk Low", ("US 9", MANY - 10), ("US 10", 10)).created
    before = desk.image()
    report = desk.set(units, cost=Decimal("80.00"), cost_currency="EUR", location="Hall / A")
    assert (report.changed, report.kept) == (MANY, ())
    after = desk.image()
    events = "SELECT count(*), count(DISTINCT correlation_id) FROM system.event_store"
    assert desk.rows(f"{events} WHERE event_type = 'item.changed'") == [(MANY, 1)]
    first.close()
    again = Desk(Database(url, ChangeBus()))
    assert again.menu() == ("Edit 3 fields of 5,000 units", None)
    assert again.undo().changed == MANY
    assert again.image() == before
    assert again.redo().changed == MANY
    assert again.image() == after
    again.database.close()
    databases.drop(url)


def test_deleted_units_come_back_with_attachments_and_scans(desk: Desk, units: list[int]) -> None:
    attach(desk, units[0], "a")
    attach(desk, units[0], "b")
    desk.rows("INSERT INTO inventory.stock_count (actor) VALUES ('x')")
    desk.rows(
        "INSERT INTO inventory.stock_count_scan (count_id, code, item_id) "
        "SELECT id, 'SF', :unit FROM inventory.stock_count",
        unit=units[0],
    )
    desk.set(units, location="Garage", tags=("a",), cost=Decimal(7), cost_currency="EUR")
    before = desk.image()
    desk.delete(*units)
    gone = desk.image()
    assert (gone["inventory.item"], gone["inventory.attachment"]) == ([], [])
    for _ in range(2):
        report = desk.undo()
        assert (report.changed, report.kept, report.created) == (3, (), tuple(units))
        assert desk.image() == before
        assert desk.redo().changed == 3
        assert desk.image() == gone


# -- somebody else was there -------------------------------------------------------------------


def test_another_desktop_s_change_is_kept_and_told(desk: Desk, units: list[int]) -> None:
    desk.set(units, notes="mine", cost=Decimal(5), cost_currency="EUR", location="A")
    with desk_of("anna", desk.database.url) as other:
        assert other.menu() == (None, None)
        other.set(units[:1], cost=Decimal(6), location="B")
        other.set(units[1:2], purchase_order_number="PO")  # not what the step had changed
    report = desk.undo()
    assert report.changed == 2
    (kept,) = report.kept
    assert kept.id == units[0]
    assert kept.reason.startswith(
        "It was changed since: location is B, not A; cost is 6.00, not 5.00; changed by anna on 20"
    )
    assert [desk.value(id_, "notes") for id_ in units] == ["mine", None, None]
    assert desk.value(units[0], "cost_gross") == 6
    assert desk.value(units[1], "purchase_order_number") == "PO"
    redone = desk.redo()
    assert (redone.changed, redone.kept) == (2, ())
    assert [desk.value(id_, "cost_gross") for id_ in units] == [6, 5, 5]
    assert desk.undo().changed == 2
    assert desk.rows("SELECT path FROM inventory.location") == [("B",)]


def test_a_step_of_which_nothing_can_be_undone_is_passed_over(desk: Desk, units: list[int]) -> None:
    desk.set(units[:1], notes="mine")
    with desk_of("anna", desk.database.url) as other:
        other.delete(units[0])
    report = desk.undo()
    assert report.changed == 0
    (kept,) = report.kept
    assert kept.reason.startswith("It was deleted since; deleted by anna on 20")
    assert desk.menu() == ("Add 3 units of Nike Dunk Low", None)


def use_sale(desk: Desk, unit: int) -> None:
    sell(desk, unit)


def use_file(desk: Desk, unit: int) -> None:
    attach(desk, unit, "photo")


def use_edit(desk: Desk, unit: int) -> None:
    desk.rows("UPDATE inventory.item SET notes = 'x' WHERE id = :id", id=unit)


@pytest.mark.parametrize(
    ("use", "reason"),
    [
        (use_sale, "It is part of order S-1"),
        (use_file, "Files were attached since."),
        (use_edit, "It was changed since: notes is x, not empty."),
    ],
)
def test_a_new_unit_that_is_in_use_stays(
    desk: Desk, units: list[int], use: Callable[[Desk, int], None], reason: str
) -> None:
    use(desk, units[1])
    report = desk.undo()
    assert report.changed == 2
    assert [(record.id, record.reason[: len(reason)]) for record in report.kept] == [
        (units[1], reason)
    ]
    assert desk.rows("SELECT id FROM inventory.item") == [(units[1],)]
    assert desk.redo().created == (units[0], units[2])


def test_units_whose_place_is_gone_do_not_come_back(desk: Desk, units: list[int]) -> None:
    desk.set(units[:2], location="Garage")
    desk.delete(*units)
    (place,) = desk.rows("SELECT id FROM inventory.location")
    with desk_of("anna", desk.database.url) as other:
        asyncio.run(other.places.remove(place[0]))
    report = desk.undo()
    assert report.created == (units[2],)
    assert {record.reason for record in report.kept} == {"The place it lay in is gone."}


def test_a_place_that_others_use_stays_when_its_step_is_undone(
    desk: Desk, units: list[int]
) -> None:
    desk.set(units[:1], location="Garage / Shelf / Box")
    with desk_of("anna", desk.database.url) as other:
        other.set(units[1:2], location="Garage / Shelf")
    report = desk.undo()
    assert desk.value(units[0], "location_id") is None
    assert desk.rows("SELECT path FROM inventory.location ORDER BY path") == [
        ("Garage",),
        ("Garage / Shelf",),
    ]
    assert {record.reason for record in report.kept} == {
        "Units, places or counts belong to it by now."
    }


def test_the_history_names_undo_and_redo(desk: Desk, units: list[int]) -> None:
    desk.set(units, status=ItemStatus.SOLD)
    desk.undo()  # the state machine knows the way back, but not every one
    desk.redo()
    step = desk.rows("SELECT id FROM system.step ORDER BY id DESC LIMIT 1")[0][0]
    entries = asyncio.run(desk.units.history(units[0]))
    assert [(entry.event, entry.correction) for entry in entries] == [
        ("changed", f"redo of step {step} (Change status of 3 units to sold)"),
        ("changed", f"undo of step {step} (Change status of 3 units to sold)"),
        ("changed", None),
        ("created", None),
    ]


def test_a_final_status_is_undone_too(desk: Desk, units: list[int]) -> None:
    desk.set(units, status=ItemStatus.RETURNED_TO_SUPPLIER)
    refused = desk.set(units[:1], status=ItemStatus.AVAILABLE)
    assert "Allowed from returned_to_supplier: nothing: it is final" in refused.kept[0].reason
    assert desk.undo().changed == 3
    assert desk.value(units[0], "status") == "available"


def test_the_list_of_steps_is_everybody_s(desk: Desk, units: list[int]) -> None:
    with desk_of("anna", desk.database.url) as other:
        other.set(units, notes="x")
        other.undo()
    heads = asyncio.run(desk.steps.steps(limit=5))
    assert [(head.actor, head.undone) for head in heads] == [("anna", True), (actor(), False)]


def test_an_empty_run_is_no_step(desk: Desk, units: list[int]) -> None:
    counted = desk.rows("SELECT count(*) FROM system.step")
    desk.rows("UPDATE inventory.item SET notes = 'outside'")
    assert desk.rows("SELECT count(*) FROM system.step") == counted
    assert desk.rows(
        "SELECT count(*) FROM system.event_store WHERE event_type = 'item.changed'"
    ) == [(0,)]


def test_two_quick_undos_take_back_two_steps(desk: Desk, units: list[int]) -> None:
    desk.set(units, notes="one")
    desk.set(units, notes="two")

    async def both() -> tuple[StepReport, StepReport]:
        return await asyncio.gather(desk.steps.undo(), desk.steps.undo())

    titles = {report.step.id for report in asyncio.run(both()) if report.step}
    assert len(titles) == 2
    assert desk.value(units[0], "notes") is None


# -- any sequence ------------------------------------------------------------------------------

FIELDS: dict[str, tuple[Any, ...]] = {
    "notes": (None, "a", "b"),
    "location": (None, "A", "A / B", "A / B / C", "D"),
    "tags": (None, ("x",), ("x", "y")),
    "cost": (None, Decimal(1), Decimal("2.50")),
    "cost_currency": (None, "EUR", "USD"),
    "size": ("US 9", "US 9.5", "EU 43"),
    "supplier": (None, "Shop Nine", "shop ten"),
    "status": (ItemStatus.AVAILABLE, ItemStatus.RESERVED, ItemStatus.SOLD, ItemStatus.LOST),
}
values = st.sampled_from(sorted(FIELDS)).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from(FIELDS[name]))
)
Action = tuple[str, set[int], list[tuple[str, Any]]]
picks = st.sets(st.integers(0, 7), min_size=1, max_size=5)
actions: st.SearchStrategy[list[Action]] = st.lists(
    st.one_of(
        st.tuples(st.just("set"), picks, st.lists(values, min_size=1, max_size=3)),
        st.tuples(st.just("delete"), picks, st.just([])),
        st.tuples(st.just("add"), picks, st.lists(values, max_size=2)),
        st.tuples(st.just("undo"), picks, st.just([])),
        st.tuples(st.just("redo"), picks, st.just([])),
    ),
    min_size=1,
    max_size=8,
)


def act(desk: Desk, action: Action) -> None:
    kind, chosen, pairs = action
    ids = [id_ for (id_,) in desk.rows("SELECT id FROM inventory.item ORDER BY id")]
    units = [ids[place] for place in sorted(chosen) if place < len(ids)]
    undo, redo = desk.menu()
    if kind == "set":
        desk.set(units, **dict(pairs))
    elif kind == "delete":
        desk.delete(*units)
    elif kind == "add":
        desk.add("Nike Dunk Low", ("US 9", len(chosen)), cost_currency="EUR")
    elif kind == "undo" and undo:
        desk.undo()
    elif kind == "redo" and redo:
        desk.redo()


@pytest.fixture(scope="module")
def used(databases: Databases) -> Any:
    """A database that all examples share: what one leaves, the next one starts with."""
    url = databases.create()
    desk = Desk(Database(url, ChangeBus()))
    desk.add("Nike Dunk Low", ("US 9", 4))
    yield desk
    desk.database.close()
    databases.drop(url)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions)
def test_any_steps_undone_leave_what_was_and_redone_what_became(
    used: Desk, sequence: list[Action]
) -> None:
    desk = used
    desk.rows("DELETE FROM system.step")
    before = desk.image()
    for action in sequence:
        act(desk, action)
    after = desk.image()
    undone = 0
    while desk.menu()[0]:
        assert desk.undo().kept == ()
        undone += 1
    assert desk.image() == before
    for _ in range(undone):
        assert desk.redo().kept == ()
    assert desk.image() == after
