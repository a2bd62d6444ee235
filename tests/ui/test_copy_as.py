"""What Ctrl+C, "copy with headers" and "copy as" put into the clipboard."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from helpers import table_pages
from helpers.fake_services import FakeItems
from helpers.fake_workbench import inventory_page
from soleflip_desktop.ui.common import copy_as, row_copy
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.copy_as import CopyAsDialog
from soleflip_desktop.ui.common.row_copy import GridContent
from soleflip_desktop.ui.common.table_commands import TableCommands
from soleflip_desktop.ui.inventory.page import InventoryPage

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
FLAG = QItemSelectionModel.SelectionFlag


@pytest.fixture
def page(qtbot: QtBot, kit: UiKit, items: FakeItems) -> InventoryPage:
    page = inventory_page(items, kit)
    if not page.actions():  # until the page brings them itself
        content = GridContent(page.view, page.model, items, "Inventory", kit.formatter)
        TableCommands(page, content, kit)
    qtbot.addWidget(page)
    page.resize(1400, 600)
    page.show()
    page.activateWindow()
    table_pages.wait_idle(qtbot, page)  # else a page fetched ahead takes what a test holds
    QGuiApplication.clipboard().clear()
    page.view.setFocus()
    return page


def place(page: InventoryPage, key: str) -> int:
    return [column.key for column in page.model.columns].index(key)


def select(page: InventoryPage, *cells: tuple[int, str]) -> None:
    selection = QItemSelection()
    for row, key in cells:
        index = page.model.index(row, place(page, key))
        selection.select(index, index)
    page.view.selectionModel().select(selection, FLAG.ClearAndSelect)


def copied(qtbot: QtBot) -> list[list[str]]:
    qtbot.waitUntil(lambda: bool(QGuiApplication.clipboard().text()))
    text = QGuiApplication.clipboard().text()
    return list(csv.reader(io.StringIO(text), "excel-tab"))


def test_a_block_of_cells_is_copied_without_headers(qtbot: QtBot, page: InventoryPage) -> None:
    select(page, *((row, key) for row in (0, 1) for key in ("product", "brand")))
    QTest.keyClick(page.view, Qt.Key.Key_C, CONTROL)
    rows = [page.model.rendered(row) for row in (0, 1)]
    expected = [[row.row.product, row.row.brand or ""] for row in rows if row is not None]
    assert copied(qtbot) == expected


def test_copy_with_headers(qtbot: QtBot, page: InventoryPage) -> None:
    select(page, (0, "cost"), (0, "acquired_at"))
    QTest.keyClick(page.view, Qt.Key.Key_C, CONTROL | SHIFT)
    head, line = copied(qtbot)
    assert head == ["Cost", "Acquired"]
    rendered = page.model.rendered(0)
    assert rendered is not None
    assert line[0] == f"{rendered.row.cost:.2f}"
    assert line[1].startswith("20")


def test_cells_apart_keep_their_places(qtbot: QtBot, page: InventoryPage) -> None:
    select(page, (0, "product"), (2, "size"))
    QTest.keyClick(page.view, Qt.Key.Key_C, CONTROL)
    first, second = copied(qtbot)
    assert (bool(first[0]), first[1], second[0], bool(second[1])) == (True, "", "", True)


def test_a_single_value_has_no_line_end(qtbot: QtBot, page: InventoryPage) -> None:
    select(page, (0, "product"))
    QTest.keyClick(page.view, Qt.Key.Key_C, CONTROL)
    copied(qtbot)
    assert not QGuiApplication.clipboard().text().endswith("\n")


def test_the_limit_is_told(
    qtbot: QtBot, page: InventoryPage, kit: UiKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_copy, "MAX_COPIED_ROWS", 100)
    page.view.selectAll()
    QTest.keyClick(page.view, Qt.Key.Key_C, CONTROL)
    assert len(copied(qtbot)) == 100
    qtbot.waitUntil(lambda: bool(kit.notifier.messages))
    assert "Copied 100 of 500 rows." in kit.notifier.messages[0].text


def test_rows_are_fetched_in_pieces(
    qtbot: QtBot, page: InventoryPage, items: FakeItems, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("soleflip_desktop.sync.export_desk.ROWS_PER_PIECE", 200)
    page.view.selectAll()
    items.calls.clear()
    QTest.keyClick(page.view, Qt.Key.Key_C, CONTROL)
    copied(qtbot)
    pieces = [len(ids) for name, ids in items.calls if name == "rows"]
    assert pieces[-3:] == [200, 200, 100]  # before them the grid may have fetched a page


# -- copy as -----------------------------------------------------------------------------------


def opened(page: InventoryPage) -> CopyAsDialog:
    QTest.keyClick(page.view, Qt.Key.Key_C, CONTROL | ALT)
    (dialog,) = page.findChildren(CopyAsDialog)
    return dialog


def test_preview_shows_the_beginning_and_the_count(qtbot: QtBot, page: InventoryPage) -> None:
    page.view.selectAll()
    dialog = opened(page)
    assert dialog.count.text() == "500 rows"
    qtbot.waitUntil(lambda: bool(dialog.preview.toPlainText()))
    lines = dialog.preview.toPlainText().splitlines()
    assert lines[0].startswith("Product,Brand,")
    assert len(lines) == copy_as.PREVIEW_ROWS + 2
    dialog.reject()


def test_json_is_copied_with_enter(qtbot: QtBot, page: InventoryPage, kit: UiKit) -> None:
    select(page, (3, "brand"))
    dialog = opened(page)
    QTest.keyClick(dialog.formats.button(1), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: dialog.preview.toPlainText().startswith("["))
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(QGuiApplication.clipboard().text()))
    (record,) = json.loads(QGuiApplication.clipboard().text())
    rendered = page.model.rendered(3)
    assert rendered is not None
    assert record["product"] == rendered.row.product
    assert record["cost"] == f"{rendered.row.cost:.2f}"
    assert record["cost_currency"] == "EUR"
    assert kit.notifier.messages[-1].text == "Copied 1 row as JSON."


def test_the_format_is_remembered(qtbot: QtBot, page: InventoryPage, kit: UiKit) -> None:
    select(page, (0, "brand"))
    dialog = opened(page)
    QTest.keyClick(dialog.formats.button(2), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: dialog.preview.toPlainText().startswith("|"))
    dialog.reject()
    qtbot.waitUntil(lambda: not page.findChildren(CopyAsDialog))
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    again = opened(page)
    qtbot.waitUntil(lambda: again.preview.toPlainText().startswith("|"))
    again.reject()


def test_copying_can_be_cancelled(
    qtbot: QtBot, page: InventoryPage, items: FakeItems, wait_idle: Callable[[], None]
) -> None:
    page.view.selectAll()
    dialog = opened(page)
    qtbot.waitUntil(lambda: bool(dialog.preview.toPlainText()))
    items.hold("rows")
    QTest.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "rows" not in items.gates)
    dialog.reject()
    wait_idle()
    assert QGuiApplication.clipboard().text() == ""


@pytest.fixture
def wait_idle(qtbot: QtBot, kit: UiKit) -> Callable[[], None]:
    return lambda: qtbot.waitUntil(lambda: kit.tasks.active == 0)
