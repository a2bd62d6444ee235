from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from helpers.fake_services import FakeItems
from helpers.fake_workbench import FakeDoors
from helpers.table_pages import plain_window
from soleflip_desktop.domain.steps import StepReport
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.inventory.location_tree import LocationTree
from soleflip_desktop.ui.inventory.move_dialog import MoveDialog
from soleflip_desktop.ui.inventory.places_dialog import PlacesDialog

LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key


@pytest.fixture
def doors(items: FakeItems, tmp_path: Path) -> FakeDoors:
    doors = FakeDoors.over(items.by_id, tmp_path)
    places = doors.locations.by_id
    for number, units in ((1, 2), (2, 30), (5, 4)):
        places[number] = replace(places[number], units=units)
    return doors


@pytest.fixture
def reports() -> list[StepReport]:
    return []


@pytest.fixture
def window(qtbot: QtBot, kit: UiKit) -> QWidget:
    return plain_window(qtbot, kit)


def idle(qtbot: QtBot, kit: UiKit) -> None:
    qtbot.waitUntil(lambda: kit.tasks.active == 0)


@pytest.fixture
def move(
    qtbot: QtBot, doors: FakeDoors, kit: UiKit, window: QWidget, reports: list[StepReport]
) -> MoveDialog:
    dialog = MoveDialog([1, 2, 3], doors.workbench, kit, done=reports.append, parent=window)
    dialog.open()
    idle(qtbot, kit)
    return dialog


def shown(tree: LocationTree) -> list[str]:
    return [
        place.data(0, Qt.ItemDataRole.UserRole).path
        for place in tree._items.values()
        if not place.isHidden()
    ]


def test_typing_narrows_the_tree_and_enter_moves(
    qtbot: QtBot, move: MoveDialog, kit: UiKit, doors: FakeDoors, reports: list[StepReport]
) -> None:
    assert move.headline.text() == "Move 3 units to"
    move.search.setFocus()
    QTest.keyClicks(move.search, "shelf")
    assert shown(move.tree) == ["Cellar", "Cellar / Shelf 1", "Cellar / Shelf 2"]
    QTest.keyClick(move.search, KEY.Key_Down)
    QTest.keyClick(move.search, KEY.Key_Return)
    idle(qtbot, kit)
    wanted = ("set_fields", ([1, 2, 3], {"location": "Cellar / Shelf 2"}))
    assert doors.units.calls == [wanted]
    assert reports[0].changed == 3


def test_units_can_be_taken_from_any_place(
    qtbot: QtBot, move: MoveDialog, kit: UiKit, doors: FakeDoors
) -> None:
    QTest.mouseClick(move.nowhere, LEFT)
    idle(qtbot, kit)
    assert doors.units.calls == [("set_fields", ([1, 2, 3], {"location": None}))]


def test_units_are_counted_with_those_in_places_below(move: MoveDialog) -> None:
    tree = move.tree
    counts = {item.text(0): (item.text(2), item.toolTip(2)) for item in tree._items.values()}
    assert counts["Cellar"] == ("32", "2 right here")
    assert counts["Shelf 1"] == ("30", "30 right here")
    assert counts["Office"] == ("4", "0 right here")
    move.reject()


@pytest.fixture
def places(
    qtbot: QtBot, doors: FakeDoors, kit: UiKit, window: QWidget, reports: list[StepReport]
) -> PlacesDialog:
    dialog = PlacesDialog(doors.locations, kit, done=reports.append, parent=window)
    dialog.open()
    idle(qtbot, kit)
    return dialog


def choose(places: PlacesDialog, path: str) -> None:
    tree = places.tree
    item = next(
        item for item in tree._items.values() if item.data(0, Qt.ItemDataRole.UserRole).path == path
    )
    QTest.mouseClick(tree.viewport(), LEFT, pos=tree.visualItemRect(item).center())


def test_a_place_is_added_within_the_one_under_the_cursor(
    qtbot: QtBot, places: PlacesDialog, doors: FakeDoors, kit: UiKit
) -> None:
    choose(places, "Office")
    QTest.mouseClick(places.new, LEFT)
    QTest.keyClicks(places.name, "Box B")
    QTest.keyClicks(places.code, "OB-2")
    QTest.mouseClick(places.save, LEFT)
    idle(qtbot, kit)
    assert doors.locations.calls == [("add", ("Box B", 4, "OB-2"))]
    assert "Office / Box B" in shown(places.tree)


def test_a_place_is_renamed_and_moved_by_the_form(
    qtbot: QtBot, places: PlacesDialog, doors: FakeDoors, kit: UiKit
) -> None:
    choose(places, "Cellar / Shelf 2")
    places.name.selectAll()
    QTest.keyClicks(places.name, "Rack")
    places.within.setCurrentText("Office")
    QTest.mouseClick(places.save, LEFT)
    idle(qtbot, kit)
    assert doors.locations.calls == [("change", (3, "Rack", 4, None))]
    assert "Office / Rack" in shown(places.tree)
    assert places.tree.place is not None
    assert places.tree.place.path == "Office / Rack"


def test_a_place_is_dragged_onto_another_one(
    qtbot: QtBot, places: PlacesDialog, doors: FakeDoors, kit: UiKit
) -> None:
    choose(places, "Cellar / Shelf 1")
    tree = places.tree
    target = next(item for item in tree._items.values() if item.text(0) == "Office")
    at = QPointF(tree.visualItemRect(target).center())
    action, none = Qt.DropAction.MoveAction, Qt.KeyboardModifier.NoModifier
    tree.dropEvent(QDropEvent(at, action, QMimeData(), LEFT, none))
    idle(qtbot, kit)
    assert doors.locations.calls == [("change", (2, "Shelf 1", 4, None))]
    assert "Office / Shelf 1" in shown(tree)


def test_what_cannot_be_done_is_told_in_the_dialog(
    qtbot: QtBot, places: PlacesDialog, kit: UiKit, doors: FakeDoors
) -> None:
    choose(places, "Cellar")
    QTest.mouseClick(places.remove, LEFT)
    idle(qtbot, kit)
    assert places.problem.text() == "Cellar is not empty. Move what lies there first."
    places.within.setCurrentText("Cellar / Shelf 1")
    QTest.mouseClick(places.save, LEFT)
    idle(qtbot, kit)
    assert "cannot lie within itself" in places.problem.text()
    choose(places, "Cellar / Shelf 2")
    QTest.mouseClick(places.remove, LEFT)
    idle(qtbot, kit)
    assert places.problem.isHidden()
    assert "Cellar / Shelf 2" not in shown(places.tree)
