"""The tree of places: changes are steps, and nothing that is in use goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from helpers.unit_steps import Desk, desk_of
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.errors import NotFoundError, UserError
from soleflip_desktop.domain.steps import StepReport

pytestmark = pytest.mark.db


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def add(desk: Desk, name: str, parent: int | None = None, code: str | None = None) -> int:
    return asyncio.run(desk.places.add(name, parent, code)).created[0]


def change(
    desk: Desk, place: int, name: str, parent: int | None = None, code: str | None = None
) -> StepReport:
    return asyncio.run(desk.places.change(place, name, parent, code))


def paths(desk: Desk) -> list[str]:
    return [row.path for row in asyncio.run(desk.places.locations())]


def test_places_form_a_tree_and_count_their_units(desk: Desk) -> None:
    room = add(desk, " Back  room ")
    shelf = add(desk, "Shelf 1", room, " S-1 ")
    desk.add("Nike Dunk Low", ("US 9", 2), location="Back room / Shelf 1")
    desk.add("Nike Dunk Low", ("US 9", 1), location="Back room")
    rows = asyncio.run(desk.places.locations())
    assert [(row.id, row.parent_id, row.path, row.code, row.units) for row in rows] == [
        (room, None, "Back room", None, 1),
        (shelf, room, "Back room / Shelf 1", "S-1", 2),
    ]


def test_each_change_is_a_step_that_can_be_undone(desk: Desk) -> None:
    seen = []
    room, cellar = add(desk, "Room"), add(desk, "Cellar")
    shelf = add(desk, "Shelf", room)
    box = add(desk, "Box", shelf)
    works: list[tuple[Callable[[], StepReport], str]] = [
        (lambda: change(desk, room, "Attic"), "Rename place Room to Attic"),
        (
            lambda: change(desk, shelf, "Shelf", cellar),
            "Move place Attic / Shelf to Cellar / Shelf",
        ),
        (
            lambda: change(desk, box, "Box", shelf, "B1"),
            "Change code of place Cellar / Shelf / Box",
        ),
        (lambda: asyncio.run(desk.places.remove(box)), "Remove place Cellar / Shelf / Box"),
        (lambda: asyncio.run(desk.places.remove(shelf)), "Remove place Cellar / Shelf"),
    ]
    for work, title in works:
        seen.append(desk.image())
        report = work()
        assert report.step is not None
        assert (report.step.title, report.changed) == (title, 1)
    assert paths(desk) == ["Attic", "Cellar"]
    after = desk.image()
    for image in reversed(seen):
        assert desk.undo().kept == ()
        assert desk.image() == image
    assert paths(desk) == ["Cellar", "Room", "Room / Shelf", "Room / Shelf / Box"]
    for _ in seen:
        desk.redo()
    assert desk.image() == after
    assert change(desk, room, "Attic").step is None


def test_names_and_codes_belong_to_one_place(desk: Desk) -> None:
    room, cellar = add(desk, "Room", code="R"), add(desk, "Cellar")
    add(desk, "Shelf", room)
    add(desk, "Shelf", cellar)
    for name, parent, code, told in (
        ("room", None, None, "There is a place “Room” already. Choose another name."),
        ("SHELF", room, None, "There is a place “Room / Shelf” already"),
        ("Attic", None, "R", "The code “R” belongs to “Room”. Choose another code."),
        ("  ", None, None, "Enter a name"),
        ("a / b", None, None, "Enter a name for the place, without “ / ”"),
    ):
        with pytest.raises(UserError, match=told):
            add(desk, name, parent, code)
    with pytest.raises(UserError, match="“Room” already"):
        change(desk, cellar, "Room")
    assert change(desk, room, "ROOM", code="R").changed == 1
    with pytest.raises(NotFoundError, match="choose another"):
        add(desk, "Box", 4711)


def test_a_place_cannot_lie_within_itself(desk: Desk) -> None:
    room = add(desk, "Room")
    shelf = add(desk, "Shelf", room)
    add(desk, "Room 2")
    for parent in (room, shelf):
        with pytest.raises(UserError, match="cannot lie within itself"):
            change(desk, room, "Room", parent)
    assert paths(desk) == ["Room", "Room / Shelf", "Room 2"]


def test_a_place_in_use_is_not_removed(desk: Desk) -> None:
    room = add(desk, "Room")
    shelf = add(desk, "Shelf", room)
    desk.add("Nike Dunk Low", ("US 9", 2), location="Room / Shelf")
    with pytest.raises(UserError, match="2 units lie there"):
        asyncio.run(desk.places.remove(shelf))
    with pytest.raises(UserError, match="1 other places in it"):
        asyncio.run(desk.places.remove(room))
    desk.undo()
    desk.rows("INSERT INTO inventory.stock_count (actor, location_id) VALUES ('x', :id)", id=shelf)
    with pytest.raises(UserError, match="counts made there"):
        asyncio.run(desk.places.remove(shelf))
    with pytest.raises(NotFoundError):
        asyncio.run(desk.places.remove(4711))


def test_a_name_that_was_taken_meanwhile_does_not_come_back(desk: Desk) -> None:
    room = add(desk, "Room")
    change(desk, room, "Attic")
    with desk_of("anna", desk.database.url) as other:
        add(other, "Room")
    report = desk.undo()
    assert report.changed == 0
    assert [record.reason for record in report.kept] == ["Another place is called Room by now."]
    assert paths(desk) == ["Attic", "Room"]


def test_a_place_moved_by_others_into_itself_stays(desk: Desk) -> None:
    room, cellar = add(desk, "Room"), add(desk, "Cellar")
    change(desk, room, "Room", cellar)
    change(desk, room, "Room", None)
    with desk_of("anna", desk.database.url) as other:
        change(other, cellar, "Cellar", room)
    report = desk.undo()
    assert [record.reason for record in report.kept] == [
        "The place it would lie in lies within it by now."
    ]
    assert paths(desk) == ["Room", "Room / Cellar"]
