"""Filter row, chips and value lists on a table page."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from helpers.fake_services import FakeItems
from helpers.fake_workbench import inventory_page
from helpers.table_pages import wait_idle
from soleflip_desktop.domain.grid_query import Operator
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.grid.table_filters import TableFilters
from soleflip_desktop.ui.common.grid.value_list import ValueList
from soleflip_desktop.ui.inventory.page import InventoryPage

K = Qt.Key


@pytest.fixture
def page(qtbot: QtBot, items: FakeItems, kit: UiKit) -> InventoryPage:
    page = inventory_page(items, kit, sample=True)
    qtbot.addWidget(page, before_close_func=lambda _page: kit.tasks.close())
    page.resize(1200, 700)
    page.show()
    wait_idle(qtbot, page)
    return page


@pytest.fixture
def filters(page: InventoryPage, kit: UiKit) -> TableFilters:
    return page.tools.filters


def test_typing_changes_the_query_and_the_chip_takes_it_back(
    qtbot: QtBot, page: InventoryPage, filters: TableFilters
) -> None:
    top = page.view.viewport().geometry().top()
    filters.row.toggle()
    assert page.view.viewport().geometry().top() == top + filters.row.height()
    with qtbot.waitSignal(page.model.query_changed):
        QTest.keyClicks(filters.row.cells["cost"], ">1")
    condition = page.control.query.filters[0].conditions[0]
    assert (condition.operator, str(condition.values[0])) == (Operator.MORE, "1")
    wait_idle(qtbot, page)
    chip = filters.chips.chips[0]
    assert chip.accessibleName() == "Remove filter Cost > 1"
    assert filters.chips.count.text() == page.header.count_text
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert page.control.query.filters == ()
    assert filters.row.cells["cost"].text() == ""
    wait_idle(qtbot, page)


def test_clearing_elsewhere_empties_the_row(
    qtbot: QtBot, page: InventoryPage, filters: TableFilters
) -> None:
    filters.row.toggle()
    QTest.keyClicks(filters.row.cells["product"], "dunk")
    with qtbot.waitSignal(page.model.query_changed):
        QTest.keyClick(filters.row.cells["product"], K.Key_Return)
    page.control.clear_filters()
    assert filters.row.cells["product"].text() == ""
    assert filters.row.filters == ()
    assert not filters.chips.isVisible()
    wait_idle(qtbot, page)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_values_are_chosen_from_the_list(
    qtbot: QtBot, page: InventoryPage, filters: TableFilters
) -> None:
    page.header_menu.filter_requested.emit("status", page.mapToGlobal(QPoint(40, 90)))
    values = next(each for each in page.findChildren(ValueList) if each.isVisible())
    qtbot.waitUntil(lambda: values.model.rowCount() > 1)
    QTest.keyClicks(values.search, "sold")
    QTest.keyClick(values.search, K.Key_Return)
    found = page.control.query.filters
    assert [(each.field, each.text) for each in found] == [("status", "")]
    assert found[0].conditions[0].values == ("sold",)
    wait_idle(qtbot, page)
    assert filters.chips.chips[0].accessibleName() == "Remove filter Status: sold"


def test_frozen_columns_keep_their_lines(page: InventoryPage, filters: TableFilters) -> None:
    page.resize(1000, 500)
    filters.row.toggle()
    page.view.frozen.set_count(1)
    bar = page.view.horizontalScrollBar()
    bar.setValue(bar.maximum())
    QApplication.sendPostedEvents()
    header, cells = page.view.header, filters.row.cells
    assert bar.maximum() > 0
    assert cells["product"].mapTo(header, QPoint(0, 0)).x() == 2
    section = [column.key for column in page.spec.columns].index("sold_at")
    left = cells["sold_at"].mapTo(header, QPoint(0, 0)).x()
    assert left == header.sectionViewportPosition(section) + 2
