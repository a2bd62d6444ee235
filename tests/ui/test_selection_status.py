"""The line under the grid: what the selected cells come to."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from helpers.fake_services import FakeItems, item_row
from helpers.table_pages import column, shown_page, wait_idle
from soleflip_desktop.domain.inventory import ItemRow
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.grid.selection_spans import SelectionSpans, as_selection
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.inventory.columns import inventory_columns
from soleflip_desktop.ui.inventory.page import InventoryPage

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
FLAG = QItemSelectionModel.SelectionFlag


@pytest.fixture
def page(qtbot: QtBot, items: FakeItems, kit: UiKit) -> InventoryPage:
    return shown_page(qtbot, items, kit)


def start_at(page: InventoryPage, row: int, key: str) -> None:
    at = page.view.visualRect(page.model.index(row, column(page, key))).center()
    QTest.mouseClick(page.view.viewport(), Qt.MouseButton.LeftButton, pos=at)


def asked(items: FakeItems) -> list[object]:
    return [detail for call, detail in items.calls if call == "sums"]


def test_a_range_is_counted_and_summed(qtbot: QtBot, page: InventoryPage) -> None:
    start_at(page, 1, "location")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right):
        QTest.keyClick(page.view, key, SHIFT)
    costs = [item_row(number).cost for number in (499, 498, 497)]
    known = [cost for cost in costs if cost is not None]
    total = sum(known, Decimal(0))
    figures = (
        f"Cost EUR: {len(known)} · sum {total:.2f} · average {total / len(known):.2f} · "
        f"min {min(known):.2f} · max {max(known):.2f}"
    )
    qtbot.waitUntil(lambda: page.status.text() == f"6 cells in 3 rows      {figures}")
    assert page.status.accessibleDescription() == figures
    assert page.status.isVisible()


def test_one_cell_is_no_sum(qtbot: QtBot, page: InventoryPage, items: FakeItems) -> None:
    start_at(page, 1, "cost")
    qtbot.wait(150)
    assert page.status.isHidden()
    assert asked(items) == []


def test_running_over_rows_asks_once_at_the_end(
    qtbot: QtBot, page: InventoryPage, items: FakeItems
) -> None:
    start_at(page, 0, "cost")
    for _ in range(5):
        QTest.keyClick(page.view, Qt.Key.Key_Down, SHIFT)
    qtbot.waitUntil(lambda: asked(items) != [])
    qtbot.wait(130)
    assert asked(items) == [(6, ["cost"])]


def test_an_answer_for_an_older_selection_is_dropped(
    qtbot: QtBot, page: InventoryPage, items: FakeItems
) -> None:
    gate = items.hold("sums")
    start_at(page, 0, "cost")
    QTest.keyClick(page.view, Qt.Key.Key_Down, SHIFT)
    qtbot.waitUntil(lambda: not items.gates)
    QTest.keyClick(page.view, Qt.Key.Key_Down, SHIFT)
    qtbot.waitUntil(lambda: "Cost EUR: 3" in page.status.text())
    gate.set()
    qtbot.waitUntil(lambda: page.kit.tasks.active == 0)
    assert page.status.text().startswith("3 cells in 3 rows      Cost EUR: 3 · ")


def test_all_columns_of_the_same_rows_are_one_question(
    qtbot: QtBot, page: InventoryPage, items: FakeItems
) -> None:
    QTest.keyClick(page.view, Qt.Key.Key_A, CONTROL)
    qtbot.waitUntil(lambda: asked(items) != [])
    wait_idle(qtbot, page)
    fields = ["cost", "landed_cost", "market_value", "gross", "payout", "profit", "roi_pct"]
    assert asked(items) == [(500, [*fields, "days_held"])]
    assert page.status.text().endswith("and 5 more")
    assert "Days held: 500 · sum " in page.status.toolTip()


def test_columns_of_different_rows_are_asked_apart(
    qtbot: QtBot, page: InventoryPage, items: FakeItems
) -> None:
    start_at(page, 0, "cost")
    at = page.view.visualRect(page.model.index(3, column(page, "landed_cost"))).center()
    QTest.mouseClick(page.view.viewport(), Qt.MouseButton.LeftButton, CONTROL, at)
    qtbot.waitUntil(lambda: len(asked(items)) == 2)
    wait_idle(qtbot, page)
    assert asked(items) == [(1, ["cost"]), (1, ["landed_cost"])]


def test_rows_that_several_spans_touch_count_once(kit: UiKit) -> None:
    model: ListTableModel[ItemRow] = ListTableModel(inventory_columns(kit.formatter))
    model.set_rows([item_row(number) for number in range(1, 31)])
    selection = as_selection(model, np.array([2, 3, 4, 9]), [0, 1, 5])
    selection.merge(as_selection(model, np.array([3]), [7]), FLAG.Select)
    spans = SelectionSpans(selection)
    assert spans.rows().tolist() == [2, 3, 4, 9]
    assert spans.rows(frozenset({7})).tolist() == [3]
    assert spans.rows(frozenset({6})).tolist() == []
    assert spans.within(3, 9) == {3: {0, 1, 5, 7}, 4: {0, 1, 5}, 9: {0, 1, 5}}
