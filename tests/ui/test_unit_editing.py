from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from helpers.fake_services import FakeItems, item_row
from helpers.fake_workbench import FakeDoors
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.inventory import Condition, ItemDetail, ItemStatus
from soleflip_desktop.domain.steps import StepHead
from soleflip_desktop.domain.unit_fields import UnitDraft
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.inventory.change_list import ChangeList
from soleflip_desktop.ui.inventory.page import InventoryPage
from soleflip_desktop.ui.inventory.paste_form import PasteForm
from soleflip_desktop.ui.inventory.unit_work import UnitWork

LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
FLAG = QItemSelectionModel.SelectionFlag


class UnitItems(FakeItems):
    """Units that may be gone by the time their details are asked for."""

    async def detail(self, item_id: int) -> ItemDetail:
        if item_id not in self.by_id:
            raise NotFoundError(f"Unit no. {item_id} is not there any more.")
        return await super().detail(item_id)


@pytest.fixture
def items() -> FakeItems:
    return UnitItems([item_row(number) for number in range(1, 501)])


@pytest.fixture
def doors(items: FakeItems, tmp_path: Path) -> FakeDoors:
    for number, row in items.by_id.items():
        condition = Condition.NEW if number % 2 else None
        items.by_id[number] = replace(row, condition=condition, location="Cellar / Shelf 1")
    return FakeDoors.over(items.by_id, tmp_path)


@pytest.fixture
def page(qtbot: QtBot, items: FakeItems, doors: FakeDoors, kit: UiKit) -> InventoryPage:
    page = InventoryPage(items, doors.workbench, kit)
    doors.steps.on_change = page.mark_stale
    qtbot.addWidget(page, before_close_func=lambda _page: kit.tasks.close())
    page.resize(1280, 720)
    page.show()
    # All columns in sight, so that a block has room.
    for column in range(page.model.columnCount()):
        page.view.setColumnHidden(column, False)
    settle(qtbot, page)
    page.view.setFocus()
    return page


def settle(qtbot: QtBot, page: InventoryPage) -> None:
    model, tasks = page.model, page.kit.tasks
    qtbot.waitUntil(lambda: model.loaded and not model._next_pages() and tasks.active == 0)


def column_of(page: InventoryPage, key: str) -> int:
    return [column.key for column in page.model.columns].index(key)


def select(page: InventoryPage, top: int, left: str, bottom: int, right: str) -> None:
    """A block as a drag with the mouse leaves it; the columns are those between in the model."""
    model = page.model
    first, last = column_of(page, left), column_of(page, right)
    page.view.selectionModel().setCurrentIndex(model.index(top, first), FLAG.NoUpdate)
    block = QItemSelection(model.index(top, first), model.index(bottom, last))
    page.view.selectionModel().select(block, FLAG.ClearAndSelect)


def press(page: InventoryPage, key: Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
    page.view.setFocus()
    QTest.keyClick(page.view, key, modifiers or Qt.KeyboardModifier.NoModifier)


def staged(page: InventoryPage) -> dict[tuple[int, str], str]:
    return {(cell.row_id, cell.field): cell.text for cell in page.staged.cells}


def writes(doors: FakeDoors) -> list[tuple[str, object]]:
    reads = {"history", "old_values", "products"}
    return [call for call in doors.units.calls if call[0] not in reads]


def paste(qtbot: QtBot, page: InventoryPage, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    press(page, KEY.Key_V, CTRL)
    settle(qtbot, page)


def work(page: InventoryPage) -> UnitWork:
    assert page.work is not None
    return page.work


def test_typing_into_a_cell_stages_it_and_enter_goes_down(
    qtbot: QtBot, page: InventoryPage
) -> None:
    select(page, 0, "cost", 0, "cost")
    QTest.keyClicks(page.view.viewport(), "9")
    editor = page.view.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    QTest.keyClicks(editor, "9.50")
    QTest.keyClick(editor, KEY.Key_Return)
    assert staged(page) == {(500, "cost"): "99.50"}
    assert page.staged.cells[0].value == Decimal("99.50")
    assert page.view.currentIndex().row() == 1
    assert work(page).bar.words.text() == "1 change in 1 unit"


def test_a_text_that_is_no_value_stays_staged_with_its_reason(page: InventoryPage) -> None:
    page.model.setData(page.model.index(0, column_of(page, "cost")), "cheap")
    cell = page.staged.cells[0]
    assert (cell.text, cell.value) == ("cheap", None)
    assert cell.error == "“cheap” is not an amount like 1,234.50."
    assert not work(page).bar.apply.isEnabled()
    assert work(page).bar.words.text() == "1 change in 1 unit, 1 with errors"


@pytest.mark.parametrize("key", [KEY.Key_Delete, KEY.Key_Backspace])
def test_delete_empties_the_selected_cells_and_no_rows(
    qtbot: QtBot, page: InventoryPage, doors: FakeDoors, key: Qt.Key
) -> None:
    select(page, 0, "location", 2, "location")
    press(page, key)
    settle(qtbot, page)
    assert staged(page) == dict.fromkeys(((row, "location") for row in (500, 499, 498)), "")
    assert all(cell.value is None and cell.error is None for cell in page.staged.cells)
    assert writes(doors) == []


def test_a_block_of_500_by_6_with_two_bad_cells(qtbot: QtBot, page: InventoryPage) -> None:
    header = page.view.horizontalHeader()
    fields = ["supplier", "purchase_order_number", "acquired_at", "return_until", "cost", "tags"]
    for place, key in enumerate(fields):
        header.moveSection(header.visualIndex(column_of(page, key)), place)
    rows = [
        [f"Shop {at % 7}", f"B-{at}", "05/11/2026", "2026-12-24", f"{at}.50", "rare, for me"]
        for at in range(500)
    ]
    rows[3][4] = "n/a"
    rows[499][2] = "31/02/2026"
    select(page, 0, fields[0], 0, fields[0])
    paste(qtbot, page, "".join("\t".join(row) + "\r\n" for row in rows))
    assert len(page.staged) == 3_000
    bad = {(cell.row_id, cell.field): cell.error for cell in page.staged.cells if cell.error}
    assert set(bad) == {(497, "cost"), (1, "acquired_at")}
    assert "an amount like 1,234.50" in str(bad[497, "cost"])
    assert "is not a day" in str(bad[1, "acquired_at"])
    last = page.staged.cell(1, "cost")
    assert last is not None
    assert last.value == Decimal("499.50")
    assert work(page).bar.words.text() == "3,000 changes in 500 units, 2 with errors"


def test_rows_below_are_read_before_they_are_staged(
    qtbot: QtBot, page: InventoryPage, items: FakeItems
) -> None:
    items.calls.clear()
    select(page, 0, "notes", 0, "notes")
    paste(qtbot, page, "\n".join(f"note {at}" for at in range(400)))
    asked = [ids for call, ids in items.calls if call == "rows"]
    assert {*range(101, 501)} <= {row_id for ids in asked for row_id in ids}
    assert page.staged.cells[399].was_text == ""


def test_one_value_fills_a_larger_selection(qtbot: QtBot, page: InventoryPage) -> None:
    select(page, 1, "location", 3, "location")
    paste(qtbot, page, "Office\n")
    assert staged(page) == dict.fromkeys(((row, "location") for row in (499, 498, 497)), "Office")


def test_quoted_cells_of_several_lines(qtbot: QtBot, page: InventoryPage) -> None:
    select(page, 0, "notes", 0, "notes")
    paste(qtbot, page, '"said ""new""\nbox dented"\r\nsecond\r\n')
    assert staged(page) == {(500, "notes"): 'said "new"\nbox dented', (499, "notes"): "second"}


def test_columns_that_are_read_only_and_rows_that_are_not_there_are_told(
    qtbot: QtBot, page: InventoryPage, kit: UiKit
) -> None:
    select(page, 499, "product", 499, "product")
    paste(qtbot, page, "A\tB\nC\tD\n")
    assert len(page.staged) == 0
    said = " ".join(message.text for message in kit.notifier.messages)
    assert "Brand, product cannot be edited and were left as it is." in said
    assert "1 row was left out: below the last row of the table." in said


def test_fill_down_and_fill_selection(qtbot: QtBot, page: InventoryPage) -> None:
    page.model.setData(page.model.index(0, column_of(page, "location")), "Office")
    select(page, 0, "location", 2, "location")
    press(page, KEY.Key_D, CTRL)
    settle(qtbot, page)
    places = dict.fromkeys(((row, "location") for row in (500, 499, 498)), "Office")
    assert staged(page) == places
    select(page, 3, "location", 3, "location")  # one cell: the value from above
    press(page, KEY.Key_D, CTRL)
    settle(qtbot, page)
    assert staged(page) == places | {(497, "location"): "Office"}
    select(page, 3, "location", 5, "location")
    press(page, KEY.Key_Return, CTRL)
    settle(qtbot, page)
    assert staged(page)[495, "location"] == "Office"


def test_undo_takes_staged_gestures_back_before_steps(
    qtbot: QtBot, page: InventoryPage, doors: FakeDoors
) -> None:
    doors.steps.record("Set location of 12 units", {})
    settle(qtbot, page)
    undo = work(page).undo.undo
    assert undo.text() == "&Undo Set location of 12 units"
    select(page, 0, "location", 2, "location")
    press(page, KEY.Key_Delete)
    settle(qtbot, page)
    assert undo.text() == "&Undo the last change that is not applied yet"
    press(page, KEY.Key_Z, CTRL)
    assert len(page.staged) == 0
    assert doors.steps.calls == []
    press(page, KEY.Key_Z, CTRL)
    settle(qtbot, page)
    assert doors.steps.calls == [("undo", None)]
    assert work(page).undo.redo.text() == "&Redo Set location of 12 units"
    press(page, KEY.Key_Z, CTRL | SHIFT)
    settle(qtbot, page)
    assert doors.steps.calls[-1] == ("redo", None)


def test_apply_keeps_what_is_refused_with_its_reason(
    qtbot: QtBot, page: InventoryPage, doors: FakeDoors, items: FakeItems
) -> None:
    select(page, 0, "location", 2, "location")
    paste(qtbot, page, "Office")
    page.model.setData(page.model.index(0, column_of(page, "notes")), "box dented")
    doors.units.refused[499, "location"] = "Jane moved it at 9:00."
    items.by_id[498] = replace(items.by_id[498], location="Cellar")
    QTest.mouseClick(work(page).bar.apply, LEFT)
    settle(qtbot, page)
    assert items.by_id[500].location == "Office"
    assert items.by_id[500].notes == "box dented"
    kept = {cell.row_id: cell.error for cell in page.staged.cells}
    assert kept == {499: "Jane moved it at 9:00.", 498: "Location is Cellar by now."}
    result = work(page).results
    assert result.words.text().startswith(
        "Done: Edit 1 unit. 2 were left as they are: Jane moved it"
    )
    QTest.mouseClick(result.undo, LEFT)
    settle(qtbot, page)
    assert items.by_id[500].location == "Cellar / Shelf 1"


def test_the_change_list_shows_old_and_new_and_reverts_single_ones(
    qtbot: QtBot, page: InventoryPage
) -> None:
    select(page, 0, "location", 1, "location")
    paste(qtbot, page, "Office")
    page.model.setData(page.model.index(0, column_of(page, "cost")), "cheap")
    QTest.mouseClick(work(page).bar.changes, LEFT)
    changes = page.findChild(ChangeList)
    assert isinstance(changes, ChangeList)
    shown = changes.cells.as_text().splitlines()
    assert shown[1].split("\t")[1:] == ["Location", "Cellar / Shelf 1", "Office", ""]
    assert "is not an amount" in shown[3]
    QTest.mouseClick(changes.revert, LEFT)
    assert set(staged(page)) == {(499, "location"), (500, "cost")}
    changes.reject()


def test_revert_clears_all(qtbot: QtBot, page: InventoryPage) -> None:
    select(page, 0, "location", 1, "location")
    paste(qtbot, page, "Office")
    QTest.mouseClick(work(page).bar.revert, LEFT)
    assert len(page.staged) == 0
    assert not work(page).bar.isVisible()


@pytest.mark.parametrize(
    ("answer", "left", "rows"), [("&Apply", 1, 0), ("&Discard changes", 1, 0), ("&Stay here", 0, 1)]
)
def test_leaving_with_staged_edits_asks(
    qtbot: QtBot, page: InventoryPage, answer: str, left: int, rows: int
) -> None:
    gone: list[int] = []
    assert page.ask_before_leaving(lambda: gone.append(1))
    page.model.setData(page.model.index(0, column_of(page, "location")), "Office")
    assert not page.ask_before_leaving(lambda: gone.append(1))
    box = page.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert box.text() == "1 change in 1 unit are not applied yet."
    button = next(b for b in box.findChildren(QPushButton) if b.text() == answer)
    QTest.mouseClick(button, LEFT)
    settle(qtbot, page)
    assert (len(gone), len(page.staged)) == (left, rows)


def test_delete_units_asks_with_the_count_and_keeps_sold_ones(
    qtbot: QtBot, page: InventoryPage, doors: FakeDoors, items: FakeItems
) -> None:
    sold = [row_id for row_id in (500, 499, 498) if items.by_id[row_id].sold_at is not None]
    select(page, 0, "cost", 2, "cost")
    press(page, KEY.Key_Delete, CTRL)
    box = page.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert box.text() == "Delete 3 units?"
    assert writes(doors) == []
    button = next(b for b in box.findChildren(QPushButton) if b.text() == "&Delete 3 units")
    QTest.mouseClick(button, LEFT)
    settle(qtbot, page)
    assert writes(doors) == [("delete", [498, 499, 500])]
    assert [row_id in items.by_id for row_id in (500, 499, 498)] == [
        row_id in sold for row_id in (500, 499, 498)
    ]
    assert "It was sold." in work(page).results.words.text()


def test_the_status_menu_offers_only_steps_that_all_can_take(
    qtbot: QtBot, page: InventoryPage, doors: FakeDoors, items: FakeItems
) -> None:
    for row_id, status in ((500, ItemStatus.AVAILABLE), (499, ItemStatus.CONSIGNED)):
        items.by_id[row_id] = replace(items.by_id[row_id], status=status)
    select(page, 0, "cost", 1, "cost")
    menu = work(page).units.status_menu
    menu.aboutToShow.emit()
    settle(qtbot, page)
    offered = {action.text(): action.isEnabled() for action in menu.actions()}
    assert offered["Lost"]
    assert offered["Available: not from available (1)"] is False
    assert offered["Reserved: not from consigned (1)"] is False
    next(action for action in menu.actions() if action.text() == "Lost").trigger()
    settle(qtbot, page)
    assert writes(doors) == [("set_fields", ([499, 500], {"status": ItemStatus.LOST}))]


def test_copy_code_and_the_bulk_title_name_the_selection(qtbot: QtBot, page: InventoryPage) -> None:
    select(page, 0, "cost", 1, "cost")
    texts = [action.text() for action in work(page).units.actions_of_units]
    assert "&Bulk edit 2 units…" in texts
    press(page, KEY.Key_U, CTRL | SHIFT)
    assert len(QGuiApplication.clipboard().text().splitlines()) == 2


def test_every_step_has_a_name(doors: FakeDoors) -> None:
    head = doors.steps.record("Add 1 unit", {})
    assert head == StepHead(1, "Add 1 unit", "Jane", datetime(2026, 11, 20, 9, 1, tzinfo=UTC))


def test_rows_are_pasted_as_new_units_with_the_bad_ones_marked(
    qtbot: QtBot, page: InventoryPage, doors: FakeDoors, items: FakeItems
) -> None:
    rows = ["Product\tSize\tCost\tTags", "Example Runner\tUS 9\t80.00\trare"]
    rows += ["Example Runner\tUS 10\t80.00\trare", "Example Runner\tUS 11\tcheap\t", "\tUS 9\t\t"]
    QGuiApplication.clipboard().setText("\n".join(rows) + "\n")
    press(page, KEY.Key_V, CTRL | SHIFT)
    form = page.findChild(PasteForm)
    assert isinstance(form, PasteForm)
    assert form.headline.text() == "2 new units, 2 that cannot be added"
    errors = [form.rows.row(at).error for at in range(4)]
    assert errors[:2] == ["", ""]
    assert "not an amount" in errors[2]
    assert errors[3] == "Product is missing."
    QTest.mouseClick(form.add, LEFT)
    settle(qtbot, page)
    ((call, draft),) = writes(doors)
    assert call == "add"
    assert draft == UnitDraft(
        sizes=(("US 9", 1), ("US 10", 1)),
        values=(("cost", Decimal("80.00")), ("tags", ("rare",))),
        product="Example Runner",
    )
    assert {items.by_id[501].size, items.by_id[502].size} == {"US 9", "US 10"}


def test_what_is_no_list_of_units_is_not_pasted(page: InventoryPage, kit: UiKit) -> None:
    QGuiApplication.clipboard().setText("just words")
    press(page, KEY.Key_V, CTRL | SHIFT)
    assert page.findChild(PasteForm) is None
    assert "no units to paste" in kit.notifier.messages[-1].text
