"""The grid as a spreadsheet: cells, keys, heads of groups, frozen columns, editors, header."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from helpers.fake_services import FakeItems, item_row
from helpers.fake_workbench import inventory_page
from helpers.table_pages import column, shown_page, wait_idle
from soleflip_desktop.domain.errors import DatabaseUnavailableError
from soleflip_desktop.domain.grid_query import ColumnFilter, Condition, Operator, SortKey
from soleflip_desktop.ui.common.cell_delegate import find_words
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.grid.staged_edits import StagedCell, StagedEdits
from soleflip_desktop.ui.common.theme import Theme, ThemeMode
from soleflip_desktop.ui.inventory.page import InventoryPage

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
NO_GRAB = pytest.mark.qt_log_ignore(
    "plugin does not support (raise|grabbing|propagate)", extend=True
)
SPOKEN = Qt.ItemDataRole.AccessibleTextRole


@pytest.fixture
def page(qtbot: QtBot, items: FakeItems, kit: UiKit) -> InventoryPage:
    return shown_page(qtbot, items, kit)


def click(page: InventoryPage, row: int, key: str, modifiers: Qt.KeyboardModifier = NONE) -> None:
    at = page.view.visualRect(page.model.index(row, column(page, key))).center()
    QTest.mouseClick(page.view.viewport(), LEFT, modifiers, at)


def press(page: InventoryPage, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(page.view, key, modifiers)


def current(page: InventoryPage) -> tuple[int, str]:
    index = page.view.currentIndex()
    return index.row(), page.spec.columns[index.column()].key


def order(page: InventoryPage) -> list[SortKey]:
    return list(page.model.query.sort)


def cells(page: InventoryPage) -> list[tuple[int, int, list[str]]]:
    return [
        (span.top, span.bottom, [page.spec.columns[at].key for at in span.columns])
        for span in page.view.selected_cells()
    ]


def group_by(qtbot: QtBot, page: InventoryPage, field: str) -> None:
    page.control.set_group(field)
    qtbot.waitUntil(lambda: page.model.group_at(0) is not None)
    wait_idle(qtbot, page)


# -- selection -------------------------------------------------------------------------------


def test_a_click_selects_a_cell_and_shift_arrows_widen(page: InventoryPage) -> None:
    click(page, 2, "brand")
    assert cells(page) == [(2, 2, ["brand"])]
    press(page, KEY.Key_Down, SHIFT)
    press(page, KEY.Key_Down, SHIFT)
    press(page, KEY.Key_Right, SHIFT)
    assert cells(page) == [(2, 4, ["brand", "style_code"])]
    assert page.view.selected_ids().tolist() == [498, 497, 496]
    press(page, KEY.Key_Up, SHIFT)
    assert cells(page) == [(2, 3, ["brand", "style_code"])]
    press(page, KEY.Key_Down)
    assert cells(page) == [(4, 4, ["style_code"])]


def test_shift_click_and_drag_select_ranges(page: InventoryPage) -> None:
    click(page, 1, "product")
    click(page, 3, "style_code", SHIFT)
    assert cells(page) == [(1, 3, ["product", "brand", "style_code"])]
    view = page.view
    start = view.visualRect(page.model.index(5, column(page, "brand"))).center()
    end = view.visualRect(page.model.index(8, column(page, "size"))).center()
    QTest.mousePress(view.viewport(), LEFT, NONE, start)
    QTest.mouseMove(view.viewport(), (start + end) / 2)
    QTest.mouseMove(view.viewport(), end)
    QTest.mouseRelease(view.viewport(), LEFT, NONE, end)
    assert cells(page) == [(5, 8, ["brand", "style_code", "size"])]


def test_control_click_adds_and_takes_away(page: InventoryPage) -> None:
    click(page, 1, "brand")
    click(page, 4, "cost", CONTROL)
    assert cells(page) == [(1, 1, ["brand"]), (4, 4, ["cost"])]
    click(page, 1, "brand", CONTROL)
    assert cells(page) == [(4, 4, ["cost"])]


def test_whole_rows_columns_and_all(page: InventoryPage) -> None:
    shown = [page.spec.columns[at].key for at in page.view.frozen.visible()]
    click(page, 1, "brand")
    click(page, 2, "size", SHIFT)
    press(page, KEY.Key_Space, SHIFT)
    assert cells(page) == [(1, 2, shown)]
    click(page, 1, "brand")
    press(page, KEY.Key_Space, CONTROL)
    assert cells(page) == [(0, 499, ["brand"])]
    press(page, KEY.Key_A, CONTROL)
    assert cells(page) == [(0, 499, shown)]
    assert page.view.selected_rows().size == 500


def test_a_range_follows_the_order_shown_and_leaves_hidden_columns_out(
    page: InventoryPage,
) -> None:
    header = page.view.header
    header.moveSection(header.visualIndex(column(page, "cost")), 1)
    page.columns.set_hidden(column(page, "brand"), hidden=True)
    click(page, 0, "product")
    press(page, KEY.Key_Right, SHIFT)
    press(page, KEY.Key_Right, SHIFT)
    assert cells(page) == [(0, 0, ["product", "style_code", "cost"])]


def test_a_million_selected_rows_are_one_span(page: InventoryPage) -> None:
    page.view.selectAll()
    selection = page.view.selectionModel().selection()
    assert selection.count() <= 12
    assert len(page.view.cell_selection.spans.spans) == 1
    assert page.view.cell_selection.count() == 500 * len(page.view.frozen.visible())


def test_selected_cells_survive_a_sort(qtbot: QtBot, page: InventoryPage) -> None:
    click(page, 1, "brand")
    click(page, 2, "size", SHIFT)
    chosen = set(page.view.selected_ids().tolist())
    page.control.set_sort((SortKey("product"),))
    qtbot.waitUntil(lambda: page.model.ids(0, 0).tolist() != [500])
    assert set(page.view.selected_ids().tolist()) == chosen
    assert {key for _top, _bottom, keys in cells(page) for key in keys} == {
        "brand",
        "style_code",
        "size",
    }


# -- groups ----------------------------------------------------------------------------------


def test_heads_say_what_their_rows_come_to(qtbot: QtBot, page: InventoryPage) -> None:
    group_by(qtbot, page, "brand")
    head = str(page.model.data(page.model.index(0, 0)))
    assert head.startswith("▾ blank · 71 units · EUR ")
    assert " cost · EUR " in head
    spoken = str(page.model.data(page.model.index(0, 3), SPOKEN))
    assert spoken.startswith("row 1 of 507, group blank, unfolded: 71 units, EUR ")
    assert page.header.count_text == "500"


@pytest.mark.parametrize("key", [KEY.Key_Return, KEY.Key_Space, KEY.Key_Left])
def test_keys_fold_and_unfold_a_group(qtbot: QtBot, page: InventoryPage, key: Qt.Key) -> None:
    group_by(qtbot, page, "brand")
    page.view.setCurrentIndex(page.model.index(0, 0))
    press(page, key)
    qtbot.waitUntil(lambda: page.model.rowCount() == 507 - 71)
    assert page.view.currentIndex().row() == 0
    assert str(page.model.data(page.model.index(0, 0))).startswith("▸ blank")
    press(page, KEY.Key_Right if key == KEY.Key_Left else key)
    qtbot.waitUntil(lambda: page.model.rowCount() == 507)
    wait_idle(qtbot, page)


def test_a_click_on_a_head_folds_it_and_selects_nothing(
    qtbot: QtBot, page: InventoryPage, items: FakeItems
) -> None:
    group_by(qtbot, page, "brand")
    click(page, 1, "brand")
    click(page, 0, "brand")
    qtbot.waitUntil(lambda: page.model.rowCount() == 507 - 71)
    wait_idle(qtbot, page)
    assert page.view.current_id() is None
    page.view.selectAll()
    assert min(page.view.selected_ids().tolist()) > 0
    assert page.view.selected_ids().size == 500 - 71
    assert page.view.cell_selection.count() == (500 - 71) * len(page.view.frozen.visible())
    assert not page.model.flags(page.model.index(0, 0)) & Qt.ItemFlag.ItemIsSelectable


def test_the_place_stays_when_a_group_below_is_folded(qtbot: QtBot, page: InventoryPage) -> None:
    group_by(qtbot, page, "brand")
    page.view.verticalScrollBar().setValue(60)
    top = page.model.ids(60, 60).tolist()
    page.model.toggle_group(72)
    qtbot.waitUntil(lambda: page.model.rowCount() < 507)
    first = page.view.rowAt(0)
    assert page.model.ids(first, first).tolist() == top


# -- frozen columns --------------------------------------------------------------------------


def test_frozen_columns_stay_where_they_are(page: InventoryPage) -> None:
    view, product = page.view, column(page, "product")
    page.resize(900, 600)
    view.frozen.set_count(1)
    view.horizontalScrollBar().setValue(200)
    rect = view.visualRect(page.model.index(3, product))
    assert rect.left() == 0
    assert view.indexAt(rect.center()) == page.model.index(3, product)
    click(page, 3, "product")
    assert current(page) == (3, "product")
    assert view.horizontalScrollBar().value() == 200
    picture = view.viewport().grab().toImage()
    view.frozen.set_count(0)
    view.horizontalScrollBar().setValue(0)
    unscrolled = view.viewport().grab().toImage()
    text = rect.adjusted(2, 2, -4, -4)
    assert picture.copy(text) == unscrolled.copy(text)


def test_the_cursor_is_never_under_the_frozen_columns(page: InventoryPage) -> None:
    view = page.view
    page.resize(900, 600)
    view.frozen.set_count(2)
    view.horizontalScrollBar().setValue(400)
    view.setCurrentIndex(page.model.index(0, column(page, "style_code")))
    rect = view.visualRect(view.currentIndex())
    assert rect.left() >= view.frozen.width
    press(page, KEY.Key_Left)
    press(page, KEY.Key_Left)
    assert current(page) == (0, "product")


def test_a_range_from_a_frozen_column_reaches_over_the_border(page: InventoryPage) -> None:
    page.resize(900, 600)
    page.view.frozen.set_count(1)
    page.view.horizontalScrollBar().setValue(300)
    click(page, 0, "product")
    click(page, 1, "status", SHIFT)
    assert cells(page) == [
        (0, 1, ["product", "brand", "style_code", "size", "status"]),
    ]


def test_frozen_titles_answer_the_mouse(qtbot: QtBot, page: InventoryPage) -> None:
    page.resize(900, 600)
    page.view.frozen.set_count(1)
    page.view.horizontalScrollBar().setValue(300)
    viewport = page.view.header.viewport()
    QTest.mouseClick(viewport, LEFT, NONE, QPoint(40, viewport.height() // 2))
    assert page.model.query.sort == (SortKey("product"),)
    wait_idle(qtbot, page)


def test_a_narrow_window_keeps_room_for_the_other_columns(page: InventoryPage) -> None:
    page.view.frozen.set_count(12)
    assert page.view.frozen.width <= page.view.viewport().width() - 160


# -- header ----------------------------------------------------------------------------------


def click_title(page: InventoryPage, key: str, modifiers: Qt.KeyboardModifier = NONE) -> None:
    header = page.view.header
    at = QPoint(header.frozen.left(column(page, key)) + 20, header.viewport().height() // 2)
    QTest.mouseClick(header.viewport(), LEFT, modifiers, at)


def test_shift_click_adds_keys(qtbot: QtBot, page: InventoryPage) -> None:
    down = {"descending": True}
    click(page, 2, "size")
    click_title(page, "brand", SHIFT)
    assert order(page) == [SortKey("brand")]
    assert page.view.cell_selection.count() == 1
    click_title(page, "size", SHIFT)
    click_title(page, "size", SHIFT)
    assert order(page) == [SortKey("brand"), SortKey("size", **down)]
    click_title(page, "status", SHIFT)
    click_title(page, "brand", SHIFT)
    click_title(page, "brand", SHIFT)
    assert order(page) == [SortKey("size", **down), SortKey("status")]
    click_title(page, "cost")
    assert order(page) == [SortKey("cost")]
    wait_idle(qtbot, page)


def test_the_order_is_painted_with_numbers(qtbot: QtBot, page: InventoryPage) -> None:
    def marks() -> int:
        image = page.view.header.viewport().grab().toImage()
        accent = page.kit.theme.color("accent")
        return sum(
            image.pixelColor(x, y) == accent
            for x in range(image.width())
            for y in range(image.height())
        )

    counts = [marks()]
    for sort in ((SortKey("brand"),), (SortKey("brand"), SortKey("size"))):
        page.control.set_sort(sort)
        counts.append(marks())
    assert counts[0] == 0 < counts[1] < counts[2] / 2
    wait_idle(qtbot, page)


def column_menu(page: InventoryPage, key: str) -> dict[str, Callable[[], None]]:
    header = page.view.header
    at = QPoint(header.frozen.left(column(page, key)) + 20, 10)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, header.mapToGlobal(at))
    QApplication.sendEvent(header.viewport(), event)
    menu = page.header_menu.menu
    assert menu.isVisible()
    menu.hide()
    return {action.text(): action.trigger for action in menu.actions() if action.text()}


@NO_GRAB
def test_the_menu_of_a_column(qtbot: QtBot, page: InventoryPage) -> None:
    menu = column_menu(page, "brand")
    with qtbot.waitSignal(page.header_menu.filter_requested) as asked:
        menu["F&ilter by value…"]()
    assert asked.args is not None
    assert asked.args[0] == "brand"
    menu["Free&ze up to here"]()
    assert page.view.frozen.sections() == [column(page, "product"), column(page, "brand")]
    column_menu(page, "size")["&Unfreeze columns"]()
    assert page.view.frozen.sections() == []
    column_menu(page, "brand")["Sort &descending"]()
    assert page.model.query.sort == (SortKey("brand", descending=True),)
    column_menu(page, "brand")["&Group by Brand"]()
    qtbot.waitUntil(lambda: page.model.group_at(0) is not None)
    column_menu(page, "brand")["Remove &grouping"]()
    assert page.model.query.group_by is None
    column_menu(page, "brand")["&Hide Brand"]()
    assert page.view.isColumnHidden(column(page, "brand"))
    wait_idle(qtbot, page)


@NO_GRAB
def test_alt_down_opens_the_menu_of_the_cursors_column(qtbot: QtBot, page: InventoryPage) -> None:
    click(page, 1, "status")
    with qtbot.waitSignal(page.view.menu_requested) as asked:
        press(page, KEY.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert asked.args is not None
    assert asked.args[0] == column(page, "status")
    page.header_menu.menu.hide()


@NO_GRAB
def test_a_double_click_on_a_border_and_fit_all(page: InventoryPage) -> None:
    header, brand = page.view.header, column(page, "brand")
    page.view.setColumnWidth(brand, 300)
    border = QPoint(header.frozen.left(brand) + 299, header.viewport().height() // 2)
    QTest.mouseDClick(header.viewport(), LEFT, NONE, border)
    assert page.view.columnWidth(brand) < 200
    page.view.setColumnWidth(brand, 300)
    column_menu(page, "size")["Fit a&ll columns"]()
    assert page.view.columnWidth(brand) < 200


def test_columns_freeze_order_and_hiding_are_remembered(
    qtbot: QtBot, page: InventoryPage, items: FakeItems, kit: UiKit
) -> None:
    header = page.view.header
    header.moveSection(header.visualIndex(column(page, "cost")), 0)
    page.columns.set_hidden(column(page, "tags"), hidden=False)
    page.view.frozen.set_count(2)
    page.save_state()
    again = inventory_page(items, kit)
    qtbot.addWidget(again)
    assert again.columns.state() == page.columns.state()
    assert again.view.header.visualIndex(column(again, "cost")) == 0
    assert not again.view.isColumnHidden(column(again, "tags"))
    assert again.view.frozen.count == 2
    again.columns.reset()
    assert again.view.isColumnHidden(column(again, "tags"))


@NO_GRAB
# -- search and empty states -----------------------------------------------------------------


def test_hits_are_found_without_regard_to_case() -> None:
    assert find_words("Nike Dunk nike", ("nike", "unk")) == [(0, 4), (6, 9), (10, 14)]
    assert find_words("Straße Nike", ("nike",)) == [(7, 11)]


def test_hits_are_marked_and_only_visible_columns_are_searched(
    qtbot: QtBot, page: InventoryPage
) -> None:
    rect = page.view.visualRect(page.model.index(0, column(page, "product")))
    mark: QColor = page.kit.theme.color("warning_soft")

    def marked() -> bool:
        image = page.view.viewport().grab(rect).toImage()
        return any(image.pixelColor(x, rect.height() // 2) == mark for x in range(rect.width()))

    assert not marked()
    page.control.set_search("dunk")
    qtbot.waitUntil(lambda: page.model.rowCount() < 500)
    assert marked()
    fields = page.model.query.search_fields
    assert fields is not None
    assert "product" in fields
    assert {"tags", "cost"}.isdisjoint(fields)
    page.columns.set_hidden(column(page, "product"), hidden=True)
    qtbot.waitUntil(page.no_match.isVisible)


def test_filters_that_hide_all_are_named_and_cleared(qtbot: QtBot, page: InventoryPage) -> None:
    over = ColumnFilter("cost", ">9999", (Condition(Operator.MORE, (Decimal(9999),)),))
    page.control.set_filters((over,))
    qtbot.waitUntil(page.no_match.isVisible)
    assert page.no_match.title == "No unit matches all filters"
    assert page.control.filter_names() == ["Cost >9999"]
    QTest.mouseClick(page.no_match.findChildren(QPushButton)[0], LEFT)
    qtbot.waitUntil(page.view.isVisible)
    assert not page.model.query.narrowed


def test_what_could_not_be_read_is_said_with_the_way_on(
    qtbot: QtBot, kit: UiKit, items: FakeItems
) -> None:
    items.error = DatabaseUnavailableError("The database does not answer.")
    page = inventory_page(items, kit)
    qtbot.addWidget(page, before_close_func=lambda _page: kit.tasks.close())
    page.show()
    qtbot.waitUntil(page.unread.isVisible)
    assert page.unread.title == "The units are not loaded"
    items.error = None
    QTest.mouseClick(page.unread.findChildren(QPushButton)[0], LEFT)
    qtbot.waitUntil(page.view.isVisible)
    wait_idle(qtbot, page)


def test_a_search_that_is_being_typed_is_not_overwritten(qtbot: QtBot, page: InventoryPage) -> None:
    page.search.setFocus()
    QTest.keyClicks(page.search, "dun")
    page.control.set_sort((SortKey("brand"),))
    assert page.search.text() == "dun"
    qtbot.waitUntil(lambda: page.model.query.search == "dun")
    wait_idle(qtbot, page)


# -- words -----------------------------------------------------------------------------------


def test_cells_say_row_title_and_value(qtbot: QtBot, page: InventoryPage, items: FakeItems) -> None:
    items.by_id[489] = replace(
        item_row(489), product="Nike Dunk Low", size="US 9", listed=("StockX",), cost=Decimal(120)
    )
    page.refresh()
    wait_idle(qtbot, page)
    spoken = page.model.data(page.model.index(11, column(page, "cost")), SPOKEN)
    assert spoken == "row 12 of 500, Nike Dunk Low, US 9, listed on StockX: Cost €120.00"


def test_default_columns_and_units_in_titles(page: InventoryPage) -> None:
    shown = [page.spec.columns[at].title for at in page.view.frozen.visible()]
    assert shown == [
        "Product", "Brand", "Style code", "Size", "Status", "Listed on", "Location", "Cost",
        "Landed cost", "Market value", "Sold for", "Payout", "Profit", "ROI %", "Platform",
        "Days held", "Acquired", "Sold on",
    ]  # fmt: skip
    market = page.spec.columns[column(page, "market_value")]
    assert market.tooltip(item_row(1)).endswith("EUR, lowest ask seen on 2026-11-01 12:00:00")


# -- editing ---------------------------------------------------------------------------------


@pytest.fixture
def editable(page: InventoryPage) -> list[tuple[int, str, str]]:
    """The page with cells that can be edited; what was staged is noted."""
    typed: list[tuple[int, str, str]] = []

    def stage(row: int, at: int, text: str) -> None:
        typed.append((row, page.spec.columns[at].key, text))

    page.model.cells.stage_text = stage
    page.view.delegate.make_editor = None  # a plain line
    return typed


def editor(page: InventoryPage) -> QLineEdit:
    found = [line for line in page.view.viewport().findChildren(QLineEdit) if not line.isHidden()]
    assert len(found) == 1
    return found[0]


def test_f2_edits_enter_goes_down(
    page: InventoryPage, editable: list[tuple[int, str, str]]
) -> None:
    click(page, 1, "location")
    press(page, KEY.Key_F2)
    line = editor(page)
    assert line.text() == item_row(499).location
    assert line.accessibleName() == "Location"
    line.selectAll()
    QTest.keyClicks(line, "Shelf 9")
    QTest.keyClick(line, KEY.Key_Return)
    assert editable == [(1, "location", "Shelf 9")]
    assert current(page) == (2, "location")
    assert page.view.state() == page.view.State.NoState


def test_typing_replaces_and_tab_goes_right(
    page: InventoryPage, editable: list[tuple[int, str, str]]
) -> None:
    click(page, 1, "location")
    QTest.keyClick(page.view, KEY.Key_S)
    line = editor(page)
    assert line.text() == "s"
    QTest.keyClicks(line, "helf")
    QTest.keyClick(line, KEY.Key_Tab)
    assert editable == [(1, "location", "shelf")]
    assert current(page) == (1, "cost")


def test_a_double_click_edits_and_escape_reverts(
    page: InventoryPage, editable: list[tuple[int, str, str]]
) -> None:
    at = page.view.visualRect(page.model.index(2, column(page, "cost"))).center()
    QTest.mouseClick(page.view.viewport(), LEFT, NONE, at)
    QTest.mouseDClick(page.view.viewport(), LEFT, NONE, at)
    line = editor(page)
    QTest.keyClicks(line, "1")
    QTest.keyClick(line, KEY.Key_Escape)
    assert editable == []
    assert current(page) == (2, "cost")


def test_what_stands_there_already_is_no_edit(
    page: InventoryPage, editable: list[tuple[int, str, str]]
) -> None:
    click(page, 2, "cost")
    press(page, KEY.Key_F2)
    QTest.keyClick(editor(page), KEY.Key_Return)
    assert editable == []


def test_typing_in_a_fixed_column_searches(
    qtbot: QtBot, page: InventoryPage, editable: list[tuple[int, str, str]]
) -> None:
    click(page, 1, "profit")
    QTest.keyClick(page.view, KEY.Key_N)
    assert page.search.text() == "n"
    assert editable == []
    qtbot.waitUntil(lambda: page.model.query.search == "n")
    wait_idle(qtbot, page)


def test_without_somebody_to_stage_cells_are_read_only(page: InventoryPage) -> None:
    page.model.cells.stage_text = None
    index = page.model.index(1, column(page, "cost"))
    assert not page.model.flags(index) & Qt.ItemFlag.ItemIsEditable
    assert not page.model.setData(index, "1")


def test_an_injected_editor_is_used(
    page: InventoryPage, editable: list[tuple[int, str, str]]
) -> None:
    asked: list[tuple[int, int]] = []

    def make(parent: object, row: int, at: int) -> None:
        asked.append((row, at))

    page.view.delegate.make_editor = make
    page.model.cells.edit_text = lambda row, field: f"{field} of {row.id}"
    click(page, 1, "location")
    press(page, KEY.Key_F2)
    assert asked == [(1, column(page, "location"))]
    assert editor(page).text() == "location of 499"
    QTest.keyClick(editor(page), KEY.Key_Escape)


@pytest.mark.parametrize("mode", [ThemeMode.LIGHT, ThemeMode.DARK])
def test_staged_cells_stand_out_and_say_why(
    qtbot: QtBot, kit: UiKit, items: FakeItems, theme: Theme, mode: ThemeMode
) -> None:
    theme.set_mode(mode)
    page = inventory_page(items, kit)
    staged = StagedEdits(page)
    page.model.cells.watch(staged)
    qtbot.addWidget(page, before_close_func=lambda _page: kit.tasks.close())
    page.toggle.setChecked(False)
    page.resize(1400, 700)
    page.show()
    wait_idle(qtbot, page)
    good = StagedCell(499, "location", "Shelf 9", "Shelf 9", "Shelf 3", "Shelf 3")
    bad = StagedCell(498, "cost", "abc", None, None, error="“abc” is not an amount.")
    staged.stage([good, bad])
    location = page.model.index(1, column(page, "location"))
    cost = page.model.index(2, column(page, "cost"))
    role = Qt.ItemDataRole
    assert page.model.data(location) == "Shelf 9"
    assert page.model.data(location, role.ToolTipRole) == "Was Shelf 3. Not applied yet."
    assert page.model.data(cost, role.ToolTipRole) == "“abc” is not an amount."
    assert str(page.model.data(cost, SPOKEN)).endswith("Cost abc, “abc” is not an amount.")
    for index, tone in ((location, "info"), (cost, "bad")):
        rect = page.view.visualRect(index)
        image = page.view.viewport().grab(rect).toImage()
        assert image.pixelColor(4, rect.height() // 2) == theme.color(f"{tone}_soft")
        assert image.pixelColor(rect.width() - 3, 2) == theme.color(tone)
    staged.clear()
    assert page.model.data(location) == item_row(499).location
