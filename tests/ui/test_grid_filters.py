"""Filter row, value list, chips, column chooser, groups and views, with real keys and mouse."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMessageBox,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from helpers.fake_views import FakeViews
from soleflip_desktop.domain.filter_dates import DayStyle
from soleflip_desktop.domain.filter_numbers import NumberStyle
from soleflip_desktop.domain.filter_text import FilterStyle
from soleflip_desktop.domain.grid_query import (
    ColumnFilter,
    Condition,
    FieldKind,
    GridQuery,
    Operator,
    SortKey,
)
from soleflip_desktop.domain.import_plan import DateOrder
from soleflip_desktop.domain.saved_views import ColumnState, SavedViewRow, ViewState
from soleflip_desktop.services.grid import FieldValue
from soleflip_desktop.ui.common.columns import Column
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.grid.column_chooser import ColumnChooser
from soleflip_desktop.ui.common.grid.filter_chips import FilterChips
from soleflip_desktop.ui.common.grid.filter_row import FilterRow
from soleflip_desktop.ui.common.grid.group_menu import GroupButton
from soleflip_desktop.ui.common.grid.sort_header import SortHeader
from soleflip_desktop.ui.common.grid.value_list import ValueList
from soleflip_desktop.ui.common.grid.view_dialogs import NameDialog
from soleflip_desktop.ui.common.grid.view_menu import ViewButton
from soleflip_desktop.ui.common.locale_style import filter_style
from soleflip_desktop.ui.common.theme import ThemeMode

#: The offscreen platform says this of every popup. A mark of the module would be overruled.
popups = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

K = Qt.Key
TITLES = {
    "product": "Product",
    "status": "Status",
    "cost": "Cost",
    "acquired_at": "Acquired",
    "notes": "Notes",
}
KINDS = {
    "product": FieldKind.TEXT,
    "status": FieldKind.CHOICE,
    "cost": FieldKind.AMOUNT,
    "acquired_at": FieldKind.MOMENT,
}
NOW = datetime(2025, 3, 31, 12, tzinfo=UTC)
STYLE = FilterStyle(NumberStyle(), DayStyle(DateOrder.DMY, UTC, 0, lambda: NOW))
MORE = ColumnFilter("cost", ">10", (Condition(Operator.MORE, (Decimal(10),)),))
SOLD = ColumnFilter("status", "", (Condition(Operator.ONE_OF, ("sold", "")),))
VALUES = [
    FieldValue("available", 4310),
    FieldValue("sold", 312),
    FieldValue("to_ship", 7),
    FieldValue("", 2),
]


def shot(widget: QWidget, name: str) -> None:
    """A picture to look at, where somebody wants one."""
    folder = os.environ.get("SHOTS")
    if folder:
        QApplication.sendPostedEvents()
        widget.grab().save(str(Path(folder) / f"{name}.png"))


def word(_field: str, value: str) -> str:
    return value.replace("_", " ").capitalize()


def column(key: str, title: str) -> Column[Any]:
    return Column(key, title, str, str, key)


class Demo(QWidget):
    """A table page in small."""

    def __init__(self, kit: UiKit) -> None:
        super().__init__()
        self.kit = kit
        self.columns = tuple(column(key, title) for key, title in TITLES.items())
        self.table = QTableWidget(30, len(self.columns), self)
        self.table.verticalHeader().hide()
        self.table.setTabKeyNavigation(False)
        self.table.setHorizontalScrollMode(QTableWidget.ScrollMode.ScrollPerPixel)
        self.header = SortHeader(self.columns, kit.theme, self.table)
        self.table.setHorizontalHeader(self.header)
        self.header.setSectionsMovable(True)
        self.header.set_title_height(34)
        for section in range(len(self.columns)):
            self.table.setColumnWidth(section, 150)
        self.row = FilterRow(
            self.header,
            self.columns,
            kinds=KINDS,
            style=STYLE,
            icons=kit.icons,
            scroll_bar=self.table.horizontalScrollBar(),
        )
        self.chips = FilterChips(TITLES, kit, word, self)
        self.group = GroupButton([("brand", "Brand"), ("status", "Status")], kit.icons, self)
        self.source = FakeViews()
        self.state = ViewState()
        self.views = ViewButton(
            "inventory", "All units", self.source, kit, lambda: self.state, parent=self
        )
        tools, layout = QHBoxLayout(), QVBoxLayout(self)
        tools.addWidget(self.views)
        tools.addWidget(self.group)
        tools.addStretch(1)
        layout.addLayout(tools)
        layout.addWidget(self.chips)
        layout.addWidget(self.table, 1)
        self.resize(640, 400)


@pytest.fixture
def demo(kit: UiKit, qtbot: QtBot) -> Demo:
    page = Demo(kit)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitExposed(page)
    return page


def fields(demo: Demo) -> list[str]:
    return [each.field for each in demo.row.filters]


def type_into(qtbot: QtBot, demo: Demo, field: str, text: str) -> None:
    with qtbot.waitSignal(demo.row.filters_changed):
        QTest.keyClicks(demo.row.cells[field], text)


# -- filter row ------------------------------------------------------------------------------------


def test_the_row_makes_room_under_the_titles_and_gives_it_back(demo: Demo) -> None:
    before = demo.table.viewport().geometry().top()
    titles = demo.header.viewport().height()
    demo.row.toggle()
    height = demo.row.height()
    assert height > 20
    assert demo.table.viewport().geometry().top() == before + height
    assert demo.header.viewport().height() == titles
    assert demo.row.geometry().top() == titles
    assert demo.row.cells["product"].hasFocus()
    demo.header.set_title_height(titles + 6)
    assert demo.header.viewport().height() == titles + 6
    assert demo.header.height() == titles + 6 + height
    demo.row.toggle()
    assert demo.table.viewport().geometry().top() == before + 6
    assert not demo.row.isVisible()


def test_typing_filters_after_a_pause(demo: Demo, qtbot: QtBot) -> None:
    demo.row.toggle()
    seen: list[object] = []
    demo.row.filters_changed.connect(seen.append)
    type_into(qtbot, demo, "cost", ">10")
    assert seen == [(MORE,)]
    assert demo.row.filters == (MORE,)
    QTest.keyClick(demo.row.cells["cost"], K.Key_Escape)
    assert seen == [(MORE,), ()]
    assert demo.row.cells["cost"].text() == ""


def test_what_is_not_understood_is_marked_with_the_reason(demo: Demo, qtbot: QtBot) -> None:
    demo.row.toggle()
    cell = demo.row.cells["cost"]
    type_into(qtbot, demo, "cost", "1")
    type_into(qtbot, demo, "cost", "x")
    assert "“1x” is no number" in cell.reason
    assert cell.reason == cell.toolTip() == cell.accessibleDescription()
    assert fields(demo) == []
    shot(demo, "filter_bad")
    type_into(qtbot, demo, "acquired_at", "last 30 days")
    QTest.keyClick(cell, K.Key_Backspace)
    QTest.keyClick(cell, K.Key_Enter)
    assert cell.reason == ""
    assert fields(demo) == ["cost", "acquired_at"]


def test_keys_lead_to_the_table_and_along_the_row(demo: Demo, qtbot: QtBot) -> None:
    demo.row.toggle()
    first, second = demo.row.cells["product"], demo.row.cells["status"]
    with qtbot.waitSignal(demo.row.left_downwards):
        QTest.keyClick(first, K.Key_Down)
    QTest.keyClick(first, K.Key_Tab)
    assert second.hasFocus()
    QTest.keyClick(second, K.Key_Backtab)
    assert first.hasFocus()
    with qtbot.waitSignal(demo.row.values_wanted) as wanted:
        QTest.keyClick(first, K.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert wanted.args is not None
    assert wanted.args[0] == "product"
    for key in ("product", "status", "cost"):
        QTest.keyClick(demo.row.cells[key], K.Key_Tab)
    last = demo.row.cells["acquired_at"]
    assert last.hasFocus()
    right = last.mapTo(demo.header, QPoint(last.width(), 0)).x()
    assert right <= demo.header.viewport().width(), "the line was scrolled into sight"
    with qtbot.waitSignal(demo.row.left_downwards):
        QTest.keyClick(last, K.Key_Tab)
    demo.row.focus_field("product")
    QTest.keyClick(first, K.Key_Backtab)
    assert not first.hasFocus()


def test_lines_follow_their_columns(demo: Demo) -> None:
    def spans() -> dict[str, tuple[int, int]]:
        cells = {key: each for key, each in demo.row.cells.items() if each.isVisible()}
        return {
            key: (each.mapTo(demo.header, QPoint(0, 0)).x() - 2, each.width() + 4)
            for key, each in cells.items()
        }

    demo.row.toggle()
    assert spans()["cost"] == (300, 150)
    demo.header.resizeSection(0, 200)
    assert (spans()["product"], spans()["cost"]) == ((0, 200), (350, 150))
    demo.header.moveSection(2, 0)
    assert (spans()["cost"], spans()["product"]) == ((0, 150), (150, 200))
    demo.header.setSectionHidden(2, True)
    assert "cost" not in spans()
    demo.table.horizontalScrollBar().setValue(40)
    assert spans()["product"] == (-40, 200)
    demo.header.frozen.set_count(1)
    assert spans()["product"] == (0, 200)
    assert spans()["status"] == (160, 150)
    assert demo.row.childAt(170, 10) is demo.row.cells["product"]
    demo.header.frozen.set_count(0)
    assert spans()["product"] == (-40, 200)


def test_filters_of_a_view_are_shown_as_they_hold_today(demo: Demo, qtbot: QtBot) -> None:
    old = datetime(2020, 1, 1, tzinfo=UTC)
    recent = ColumnFilter("acquired_at", "today", (Condition(Operator.BETWEEN, (old, old)),))
    gone = ColumnFilter("colour", "red", (Condition(Operator.CONTAINS, ("red",)),))
    with qtbot.waitSignal(demo.row.filters_changed):
        demo.row.set_filters((recent, MORE, SOLD, gone))
    assert fields(demo) == ["status", "cost", "acquired_at"]
    today = demo.row.filters[2].conditions[0].values[0]
    assert today == datetime(2025, 3, 31, tzinfo=UTC)
    demo.row.toggle()
    texts = {key: cell.text() for key, cell in demo.row.cells.items()}
    assert texts == {"product": "", "status": "", "cost": ">10", "acquired_at": "today"}
    assert demo.row.cells["status"].placeholderText() == "sold, (Blank)"
    demo.row.set_filter("cost", None)
    assert demo.row.cells["cost"].text() == ""
    QTest.keyClick(demo.row.cells["status"], K.Key_Escape)
    assert fields(demo) == ["acquired_at"]
    with qtbot.assertNotEmitted(demo.row.filters_changed, wait=200):
        demo.row.set_filters(demo.row.filters)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en_GB", (".", ",", DateOrder.DMY, 0)),
        ("en_US", (".", ",", DateOrder.MDY, 6)),
        ("de_DE", (",", ".", DateOrder.DMY, 0)),
        ("sv_SE", (",", "\xa0", DateOrder.YMD, 0)),
    ],
)
def test_the_locale_says_how_filters_are_written(
    locale: str, expected: tuple[str, str, DateOrder, int]
) -> None:
    style = filter_style(locale, UTC)
    numbers, days = style.numbers, style.days
    assert (numbers.point, numbers.group, days.order, days.first_weekday) == expected


# -- value list ------------------------------------------------------------------------------------


def open_values(
    demo: Demo, qtbot: QtBot, current: ColumnFilter | None = None
) -> tuple[ValueList, list[ColumnFilter | None]]:
    async def load() -> list[FieldValue]:
        return VALUES

    popup = ValueList(
        "status",
        "Status",
        load=load,
        current=current,
        kit=demo.kit,
        parent=demo,
        word=lambda value: word("status", value),
    )
    chosen: list[ColumnFilter | None] = []
    popup.chosen.connect(chosen.append)
    popup.open_at(demo.mapToGlobal(QPoint(20, 60)))
    qtbot.waitUntil(lambda: popup.model.rowCount() == len(VALUES))
    return popup, chosen


def one_of(*values: str) -> ColumnFilter:
    return ColumnFilter("status", "", (Condition(Operator.ONE_OF, values),))


@popups
def test_values_are_listed_with_counts_and_chosen_by_keys(demo: Demo, qtbot: QtBot) -> None:
    popup, chosen = open_values(demo, qtbot)
    texts = [popup.model.index(row).data() for row in range(popup.model.rowCount())]
    assert texts == ["Available  (4,310)", "Sold  (312)", "To ship  (7)", "(Blank)  (2)"]
    shot(popup, "values")
    assert popup.search.hasFocus()
    QTest.keyClick(popup.search, K.Key_Down)
    assert popup.list.hasFocus()
    QTest.keyClick(popup.list, K.Key_Space)
    assert "available" not in popup.model.ticked
    QTest.keyClick(popup.list, K.Key_Enter)
    assert chosen == [one_of("sold", "to_ship", "")]


@popups
def test_a_search_chooses_what_it_finds(demo: Demo, qtbot: QtBot) -> None:
    popup, chosen = open_values(demo, qtbot)
    QTest.keyClicks(popup.search, "to sh")
    QTest.keyClick(popup.search, K.Key_Return)
    assert chosen == [one_of("to_ship")]


@popups
def test_select_none_all_apply_and_clear(demo: Demo, qtbot: QtBot) -> None:
    left = Qt.MouseButton.LeftButton
    popup, chosen = open_values(demo, qtbot, one_of("sold"))
    assert popup.model.chosen == ["sold"]
    QTest.mouseClick(popup.none, left)
    assert not popup.apply.isEnabled()
    QTest.mouseClick(popup.all, left)
    QTest.mouseClick(popup.apply, left)
    popup, again = open_values(demo, qtbot, one_of("sold"))
    QTest.mouseClick(popup.clear, left)
    assert (chosen, again) == ([None], [None])
    popup, none = open_values(demo, qtbot)
    assert not popup.clear.isEnabled()
    QTest.keyClick(popup, K.Key_Escape)
    assert not popup.isVisible()
    assert none == []


# -- chips -----------------------------------------------------------------------------------------


def test_chips_name_what_narrows_and_take_it_away(demo: Demo, qtbot: QtBot) -> None:
    chips = demo.chips
    gone: list[str] = []
    chips.filter_removed.connect(gone.append)
    chips.search_removed.connect(lambda: gone.append("search"))
    chips.cleared.connect(lambda: gone.append("all"))
    query = GridQuery(sort=(), search="dunk & co", filters=(MORE, SOLD))
    chips.show_query(query, 312, 4310)
    texts = [chip.accessibleName() for chip in chips.chips]
    assert texts == [
        "Remove filter Search: dunk & co",
        "Remove filter Cost > 10",
        "Remove filter Status: Sold, (Blank)",
    ]
    assert chips.count.text() == "312 of 4,310"
    assert chips.isVisible()
    demo.row.toggle()
    shot(demo, "chips_light")
    QTest.mouseClick(chips.chips[0], Qt.MouseButton.LeftButton)
    chips.chips[1].setFocus()
    QTest.keyClick(chips.chips[1], K.Key_Delete)
    chips.show_query(GridQuery(sort=(), filters=(SOLD,)), None, 4310)
    assert chips.count.text() == ""
    assert chips.chips[0].hasFocus(), "the next one takes the focus"
    QTest.keyClick(chips.chips[0], K.Key_Space)
    QTest.mouseClick(chips.clear_all, Qt.MouseButton.LeftButton)
    assert gone == ["search", "cost", "status", "all"]
    chips.show_query(GridQuery(sort=()), 4310, 4310)
    assert not chips.isVisible()


def test_many_chips_break_into_lines(demo: Demo) -> None:
    filters = tuple(ColumnFilter(f"field {n}", "x" * 30, MORE.conditions) for n in range(6))
    demo.chips.show_query(GridQuery(sort=(), filters=filters), 1, 2)
    QApplication.sendPostedEvents()
    tops = {chip.y() for chip in demo.chips.chips}
    assert len(tops) > 1
    assert demo.width() == 640
    assert max(chip.geometry().right() for chip in demo.chips.chips) < demo.chips.width()


# -- columns ---------------------------------------------------------------------------------------


def open_chooser(demo: Demo) -> ColumnChooser:
    chooser = ColumnChooser(demo.header, demo.columns, demo.kit.icons, demo)
    chooser.open_at(demo.mapToGlobal(QPoint(20, 20)))
    return chooser


def shown_titles(demo: Demo) -> list[str]:
    return [demo.columns[section].title for section in demo.header.frozen.visible()]


@popups
def test_columns_are_found_and_hidden(demo: Demo, qtbot: QtBot) -> None:
    chooser = open_chooser(demo)
    shot(chooser, "columns")
    with qtbot.waitSignal(chooser.search.search_changed):
        QTest.keyClicks(chooser.search, "cos")
    rows = [row for row in range(5) if not chooser.list.isRowHidden(row)]
    assert [chooser.list.item(row).text() for row in rows] == ["Cost"]
    QTest.keyClick(chooser.search, K.Key_Down)
    with qtbot.waitSignal(chooser.changed):
        QTest.keyClick(chooser.list, K.Key_Space)
    assert shown_titles(demo) == ["Product", "Status", "Acquired", "Notes"]
    QTest.mouseClick(chooser.show_all, Qt.MouseButton.LeftButton)
    assert "Cost" in shown_titles(demo)


@popups
def test_columns_are_moved_by_keys_and_buttons(demo: Demo, qtbot: QtBot) -> None:
    chooser = open_chooser(demo)
    chooser.list.setCurrentRow(2)
    chooser.list.setFocus()
    QTest.keyClick(chooser.list, K.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert shown_titles(demo)[:3] == ["Product", "Cost", "Status"]
    QTest.mouseClick(chooser.up, Qt.MouseButton.LeftButton)
    QTest.mouseClick(chooser.up, Qt.MouseButton.LeftButton)
    assert shown_titles(demo)[:3] == ["Cost", "Product", "Status"]
    QTest.mouseClick(chooser.down, Qt.MouseButton.LeftButton)
    assert shown_titles(demo)[:3] == ["Product", "Cost", "Status"]
    item = chooser.list.takeItem(4)
    chooser.list.insertItem(0, item)
    chooser.refill()
    model = chooser.list.model()
    parent = chooser.list.rootIndex()
    assert model.moveRow(parent, 4, parent, 0)
    assert shown_titles(demo)[:2] == ["Notes", "Product"]


@popups
def test_the_last_column_stays_and_reset_is_asked_for(demo: Demo, qtbot: QtBot) -> None:
    chooser = open_chooser(demo)
    for row in range(5):
        chooser.list.item(row).setCheckState(Qt.CheckState.Unchecked)
    assert shown_titles(demo) == ["Notes"]
    assert chooser.list.item(4).checkState() == Qt.CheckState.Checked

    def restore() -> None:
        for section in range(5):
            demo.header.showSection(section)

    chooser.reset_requested.connect(restore)
    QTest.mouseClick(chooser.reset, Qt.MouseButton.LeftButton)
    assert len(shown_titles(demo)) == 5
    assert chooser.list.item(0).checkState() == Qt.CheckState.Checked


# -- groups ----------------------------------------------------------------------------------------


@popups
def test_groups_are_chosen_from_a_menu(demo: Demo, qtbot: QtBot) -> None:
    chosen: list[str | None] = []
    demo.group.group_chosen.connect(chosen.append)
    assert not demo.group.expand.isEnabled()
    menu = demo.group.menu()
    menu.popup(demo.mapToGlobal(QPoint(0, 0)))
    QTest.keyClick(menu, K.Key_Down)
    QTest.keyClick(menu, K.Key_Down)
    QTest.keyClick(menu, K.Key_Return)
    assert chosen == ["brand"]
    assert demo.group.accessibleName() == "Grouped by Brand"
    with qtbot.waitSignal(demo.group.collapse_all):
        demo.group.collapse.trigger()
    with qtbot.waitSignal(demo.group.expand_all):
        demo.group.expand.trigger()
    demo.group.choices[None].trigger()
    assert chosen == ["brand", None]
    assert not demo.group.collapse.isEnabled()
    demo.group.show_group("status")
    assert demo.group.choices["status"].isChecked()
    assert chosen == ["brand", None], "showing is no choosing"


# -- views -----------------------------------------------------------------------------------------


def menu_texts(demo: Demo) -> list[str]:
    demo.views.view_menu.aboutToShow.emit()
    return [action.text() for action in demo.views.view_menu.actions() if action.text()]


def trigger(demo: Demo, text: str) -> None:
    demo.views.view_menu.aboutToShow.emit()
    next(a for a in demo.views.view_menu.actions() if text in a.text()).trigger()


def dialog(demo: Demo) -> NameDialog:
    found = [each for each in demo.findChildren(NameDialog) if each.isVisible()]
    return found[-1]


def question(demo: Demo) -> QMessageBox:
    found = [each for each in demo.findChildren(QMessageBox) if each.isVisible()]
    return found[-1]


def save_as(demo: Demo, qtbot: QtBot, name: str, *, shared: bool = False) -> SavedViewRow:
    trigger(demo, "Save &as")
    asked = dialog(demo)
    asked.name.clear()
    QTest.keyClicks(asked.name, name)
    if shared:
        QTest.keyClick(asked.shared, K.Key_Space)
    QTest.keyClick(asked.name, K.Key_Return)
    qtbot.waitUntil(lambda: demo.views.current is not None and demo.views.current.name == name)
    assert demo.views.current is not None
    return demo.views.current


FULL = ViewState(
    search="dunk",
    filters=(MORE, SOLD),
    sort=(SortKey("cost"),),
    columns=(ColumnState("cost", 90), ColumnState("product", 200)),
)


def test_a_view_is_saved_shared_and_marked_when_changed(demo: Demo, qtbot: QtBot) -> None:
    assert demo.views.text() == "All units"
    demo.state = FULL
    save_as(demo, qtbot, "Sold Dunks")
    save_as(demo, qtbot, "Team & all", shared=True)
    saved = [(view.name, view.shared, view.state) for view in demo.views.views]
    assert saved == [("Sold Dunks", False, FULL), ("Team & all", True, FULL)]
    assert demo.views.text() == "Team && all"
    demo.state = ViewState(search="other")
    demo.views.note_state()
    assert demo.views.text() == "Team && all *"
    assert demo.views.accessibleName() == "View: Team & all, changed"
    texts = menu_texts(demo)
    assert texts[:5] == ["All units", "My views", "Sold Dunks", "Shared views", "Team && all"]
    trigger(demo, "&Save Team && all")
    qtbot.waitUntil(lambda: not demo.views.modified)
    assert len(demo.views.views) == 2
    shot(demo, "view_button")


def test_a_chosen_view_brings_its_state(demo: Demo, qtbot: QtBot) -> None:
    chosen: list[ViewState | None] = []
    demo.views.state_chosen.connect(chosen.append)
    demo.state = FULL
    save_as(demo, qtbot, "Sold Dunks")
    trigger(demo, "All units")
    trigger(demo, "Sold Dunks")
    trigger(demo, "Reset to the table's own")
    assert chosen == [None, FULL, None]
    assert demo.views.text() == "All units"


def test_the_default_opens_the_table(demo: Demo, qtbot: QtBot, kit: UiKit) -> None:
    demo.state = FULL
    save_as(demo, qtbot, "Sold Dunks")
    trigger(demo, "Open the table with this view")
    qtbot.waitUntil(lambda: demo.views.views[0].default)
    opened = ViewButton("inventory", "All units", demo.source, kit, ViewState, parent=demo)
    states: list[ViewState | None] = []

    async def begin() -> None:
        states.append(await opened.open_default())

    kit.tasks.start(begin())
    qtbot.waitUntil(lambda: states == [FULL])
    trigger(demo, "Open the table with this view")
    qtbot.waitUntil(lambda: not demo.views.views[0].default)


def test_a_view_is_renamed_and_deleted(demo: Demo, qtbot: QtBot) -> None:
    demo.state = FULL
    save_as(demo, qtbot, "Sold Dunks")
    trigger(demo, "Re&name")
    asked = dialog(demo)
    assert (asked.name.text(), asked.shared.isVisible()) == ("Sold Dunks", False)
    asked.name.selectAll()
    QTest.keyClicks(asked.name, "Dunks")
    shot(asked, "rename")
    QTest.keyClick(asked.name, K.Key_Return)
    qtbot.waitUntil(lambda: demo.views.text() == "Dunks")
    trigger(demo, "&Delete")
    box = question(demo)
    shot(box, "delete")
    QTest.keyClick(box, K.Key_Escape)
    assert len(demo.source.saved["inventory"]) == 1
    trigger(demo, "&Delete")
    delete = next(each for each in question(demo).buttons() if "Delete" in each.text())
    QTest.keyClick(delete, K.Key_Space)
    qtbot.waitUntil(lambda: demo.views.text() == "All units")
    assert demo.source.saved["inventory"] == []


def test_a_name_is_needed(demo: Demo, qtbot: QtBot) -> None:
    trigger(demo, "Save &as")
    asked = dialog(demo)
    QTest.keyClicks(asked.name, "   ")
    QTest.keyClick(asked.name, K.Key_Return)
    assert asked.isVisible()
    assert demo.source.saved == {}


@popups
def test_everything_is_readable_in_the_dark(demo: Demo, qtbot: QtBot) -> None:
    demo.kit.theme.set_mode(ThemeMode.DARK)
    demo.row.toggle()
    type_into(qtbot, demo, "cost", "1")
    type_into(qtbot, demo, "cost", "x")
    demo.chips.show_query(GridQuery(sort=(), search="dunk", filters=(MORE, SOLD)), 312, 4310)
    shot(demo, "chips_dark")
    popup, _ = open_values(demo, qtbot, one_of("sold"))
    shot(popup, "values_dark")
    icon = demo.row.cells["product"].actions()[0].icon().pixmap(16, 16).toImage()
    colors = {icon.pixelColor(x, y).name() for x in range(16) for y in range(16)}
    assert demo.kit.theme.colors.muted in colors
