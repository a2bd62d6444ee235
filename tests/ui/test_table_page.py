from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from helpers.fake_services import FakeItems, item_row
from helpers.fake_workbench import inventory_page
from helpers.table_pages import wait_idle
from soleflip_desktop.domain.errors import DatabaseUnavailableError
from soleflip_desktop.domain.inventory import ItemRow
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.inventory.page import InventoryPage

CONTROL = Qt.KeyboardModifier.ControlModifier


def open_page(qtbot: QtBot, items: FakeItems, kit: UiKit) -> InventoryPage:
    page = inventory_page(items, kit, sample=True)
    qtbot.addWidget(page, before_close_func=lambda _page: kit.tasks.close())
    page.resize(1200, 700)
    page.show()
    page.activateWindow()
    wait_idle(qtbot, page)
    return page


@pytest.fixture
def page(qtbot: QtBot, items: FakeItems, kit: UiKit) -> InventoryPage:
    return open_page(qtbot, items, kit)


def column_of(page: InventoryPage, key: str) -> int:
    return [column.key for column in page.spec.columns].index(key)


def click_header(qtbot: QtBot, page: InventoryPage, key: str) -> None:
    header = page.view.horizontalHeader()
    section = column_of(page, key)
    page.view.scrollTo(page.model.index(0, section))
    at = QPoint(header.sectionViewportPosition(section) + 20, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)


def first_ids(page: InventoryPage, count: int = 3) -> list[int]:
    return [int(row_id) for row_id in page.model.ids(0, count - 1)]


def test_count_and_totals_are_shown(page: InventoryPage) -> None:
    assert page.header.count_text == "500"
    assert page.totals.startswith("500 units      EUR: ")
    assert " sales · sale price " in page.totals
    assert "payout" in page.totals


def test_totals_keep_currencies_apart(qtbot: QtBot, kit: UiKit) -> None:
    rows = [
        replace(item_row(3), gross=item_row(3).gross, gross_currency="USD", payout_currency="USD"),
        item_row(6),
    ]
    page = open_page(qtbot, FakeItems(rows), kit)
    usd, eur = rows[0].gross, rows[1].gross
    assert usd is not None
    assert eur is not None
    assert f"USD: 1 sale · sale price {usd:,.2f}" in page.totals
    assert f"EUR: 1 sale · sale price {eur:,.2f}" in page.totals


def test_search_waits_for_a_pause_in_typing(
    qtbot: QtBot, page: InventoryPage, items: FakeItems
) -> None:
    items.calls.clear()
    QTest.keyClick(page.view, Qt.Key.Key_F, CONTROL)
    qtbot.waitUntil(page.search.hasFocus)
    QTest.keyClicks(page.search, "nike", delay=5)
    assert not [call for call in items.calls if call[0] == "view"]
    qtbot.waitUntil(lambda: page.model.rowCount() < 500)
    searched = [call[1].search for call in items.calls if call[0] == "view"]
    assert searched == ["nike"]
    assert page.header.count_text == f"{page.model.rowCount()} of 500"


def test_escape_clears_the_search(qtbot: QtBot, page: InventoryPage) -> None:
    QTest.keyClicks(page.search, "nike")
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.model.rowCount() < 500)
    QTest.keyClick(page.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.model.rowCount() == 500)
    assert page.search.text() == ""


def test_down_key_goes_from_search_to_table(qtbot: QtBot, page: InventoryPage) -> None:
    page.search.setFocus()
    QTest.keyClick(page.search, Qt.Key.Key_Down)
    assert page.view.hasFocus()
    assert page.view.current_id() == 500


def test_header_click_sorts_up_down_and_back(
    qtbot: QtBot, page: InventoryPage, items: FakeItems
) -> None:
    costs = sorted((row.cost, row.id) for row in items.by_id.values() if row.cost is not None)
    click_header(qtbot, page, "cost")
    qtbot.waitUntil(lambda: first_ids(page, 1) == [costs[0][1]])
    click_header(qtbot, page, "cost")
    qtbot.waitUntil(lambda: first_ids(page, 1) == [costs[-1][1]])
    click_header(qtbot, page, "cost")
    qtbot.waitUntil(lambda: first_ids(page) == [500, 499, 498])


def test_sort_keys_are_fields_of_the_row(page: InventoryPage) -> None:
    keys = {column.sort_key for column in page.spec.columns} - {None}
    assert keys <= set(ItemRow.__slots__)
    assert all(column.sort_key in {None, column.key} for column in page.spec.columns)


def test_selection_and_cursor_survive_a_reload(
    qtbot: QtBot, page: InventoryPage, items: FakeItems
) -> None:
    page.view.selectRow(5)
    page.view.setCurrentIndex(page.model.index(5, 2))
    chosen = page.view.selected_ids().tolist()
    items.by_id[501] = item_row(501)
    page.mark_stale()
    qtbot.waitUntil(lambda: page.model.rowCount() == 501)
    assert items.stale == 1
    assert page.view.selected_ids().tolist() == chosen
    assert page.view.current_id() == chosen[0]
    assert page.view.currentIndex().row() == 6


def test_place_survives_a_reload(qtbot: QtBot, page: InventoryPage, items: FakeItems) -> None:
    page.view.verticalScrollBar().setValue(200)
    top = page.model.ids(200, 200)[0]
    items.by_id[501] = item_row(501)
    page.mark_stale()
    qtbot.waitUntil(lambda: page.model.rowCount() == 501)
    assert page.model.ids(page.view.rowAt(0), page.view.rowAt(0))[0] == top


def test_several_selected_rows_survive_a_sort(qtbot: QtBot, page: InventoryPage) -> None:
    for row in (2, 3, 9):
        at = page.view.visualRect(page.model.index(row, 0)).center()
        modifier = CONTROL if row > 2 else Qt.KeyboardModifier.NoModifier
        QTest.mouseClick(page.view.viewport(), Qt.MouseButton.LeftButton, modifier, at)
    chosen = set(page.view.selected_ids().tolist())
    assert len(chosen) == 3
    click_header(qtbot, page, "product")
    qtbot.waitUntil(lambda: page.model.query.sort[0].field == "product")
    qtbot.waitUntil(lambda: first_ids(page) != [500, 499, 498])
    assert set(page.view.selected_ids().tolist()) == chosen
    place = page.model.row_of(491)
    assert place is not None
    assert page.view.visualRect(page.model.index(place, 0)).intersects(page.view.viewport().rect())


def test_hidden_page_reloads_only_when_looked_at(
    qtbot: QtBot, page: InventoryPage, items: FakeItems
) -> None:
    page.hide()
    items.calls.clear()
    page.mark_stale()
    qtbot.wait(20)
    assert items.calls == []
    page.show()
    qtbot.waitUntil(lambda: any(call[0] == "view" for call in items.calls))


def test_columns_are_remembered(
    qtbot: QtBot, page: InventoryPage, items: FakeItems, kit: UiKit, settings: QSettings
) -> None:
    brand = column_of(page, "brand")
    page.view.setColumnWidth(0, 333)
    page.columns.set_hidden(brand, hidden=True)
    page.save_state()
    settings.sync()
    again = open_page(qtbot, items, kit)
    assert abs(again.view.columnWidth(0) - 333) <= 1
    assert again.view.isColumnHidden(brand)
    again.columns.reset()
    assert not again.view.isColumnHidden(brand)
    assert again.view.columnWidth(0) == again.view.default_width(0)


def test_column_menu_shows_and_hides(page: InventoryPage) -> None:
    page.columns.menu.aboutToShow.emit()
    actions = page.columns.menu.actions()
    assert [action.text() for action in actions][:2] == ["Product", "Brand"]
    actions[1].trigger()
    assert page.view.isColumnHidden(1)
    for position in range(len(page.spec.columns)):
        page.columns.set_hidden(position, hidden=True)
    assert page.view.horizontalHeader().hiddenSectionCount() == len(page.spec.columns) - 1


def test_typing_in_the_table_searches(qtbot: QtBot, page: InventoryPage) -> None:
    page.view.setFocus()
    QTest.keyClicks(page.view, "n")
    assert page.search.hasFocus()
    QTest.keyClicks(page.search, "ike")
    qtbot.waitUntil(lambda: page.model.query.search == "nike")
    wait_idle(qtbot, page)


def test_empty_page_offers_import_and_sample(qtbot: QtBot, kit: UiKit) -> None:
    page = open_page(qtbot, FakeItems([]), kit)
    qtbot.waitUntil(page.empty.isVisible)
    buttons = page.empty.findChildren(QPushButton)
    with qtbot.waitSignal(page.import_requested):
        QTest.mouseClick(buttons[0], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(page.sample_requested):
        QTest.mouseClick(buttons[1], Qt.MouseButton.LeftButton)


def test_search_without_a_hit_says_so_and_can_be_cleared(qtbot: QtBot, page: InventoryPage) -> None:
    QTest.keyClicks(page.search, "no such shoe")
    qtbot.waitUntil(page.no_match.isVisible)
    assert page.no_match.findChildren(QPushButton)[0].text() == "&Clear all filters"
    assert page.no_match.title == "Nothing matches “no such shoe”"
    QTest.mouseClick(page.no_match.findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.view.isVisible)
    assert page.search.text() == ""


def test_unreachable_database_shows_a_banner_with_retry(
    qtbot: QtBot, page: InventoryPage, items: FakeItems
) -> None:
    items.error = DatabaseUnavailableError("The database does not answer.")
    page.refresh()
    qtbot.waitUntil(page.banner.isVisible)
    assert page.banner.text == "The database does not answer."
    assert page.model.rowCount() == 500
    items.error = None
    retry = page.banner.findChildren(QPushButton)[0]
    QTest.mouseClick(retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.banner.isHidden)


def test_table_is_painted_without_asking_for_roles(
    qtbot: QtBot, page: InventoryPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        msg = "the delegate paints from the cache"
        raise AssertionError(msg)

    monkeypatch.setattr(type(page.model), "data", refuse)
    page.view.selectRow(1)
    assert not page.view.grab().isNull()


def test_headers_do_not_look_at_the_selection(page: InventoryPage) -> None:
    """They would ask every row of a column whether it is selected: 20 s at a million rows."""
    page.view.selectAll()
    for header in (page.view.horizontalHeader(), page.view.verticalHeader()):
        assert header.selectionModel() is not page.view.selectionModel()
        assert not header.selectionModel().hasSelection()


def test_rows_follow_a_larger_font(page: InventoryPage) -> None:
    before = page.view.verticalHeader().defaultSectionSize()
    font = page.view.font()
    font.setPointSize(font.pointSize() * 2)
    page.view.setFont(font)
    assert page.view.verticalHeader().defaultSectionSize() > before


def test_double_click_width_fits_the_text(page: InventoryPage) -> None:
    page.view.resizeColumnToContents(0)
    assert page.view.columnWidth(0) > 100
