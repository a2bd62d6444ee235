from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from helpers.fake_services import FakeItems, item_row
from helpers.fake_workbench import inventory_page
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.inventory import ItemDetail, Keeping, Purchase
from soleflip_desktop.domain.provenance import Provenance
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.field_words import stored_text
from soleflip_desktop.ui.common.personal import HIDDEN
from soleflip_desktop.ui.inventory.page import InventoryPage

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(qtbot: QtBot, items: FakeItems, kit: UiKit) -> InventoryPage:
    page = inventory_page(items, kit)
    qtbot.addWidget(page, before_close_func=lambda _page: kit.tasks.close())
    page.resize(1280, 720)
    page.show()
    model, tasks = page.model, kit.tasks
    qtbot.waitUntil(lambda: model.loaded and not model._next_pages() and tasks.active == 0)
    return page


def body(page: InventoryPage) -> QWidget:
    widget = page.pane.widget()
    assert widget is not None
    return widget


def texts(page: InventoryPage) -> list[str]:
    return [label.text() for label in body(page).findChildren(QLabel)]


def value_of(page: InventoryPage, words: str) -> str:
    shown = texts(page)
    return shown[shown.index(words) + 1]


def choose(qtbot: QtBot, page: InventoryPage, row: int) -> ItemDetail:
    at = page.view.visualRect(page.model.index(row, 0)).center()
    QTest.mouseClick(page.view.viewport(), LEFT, pos=at)
    qtbot.waitUntil(lambda: page.pane.detail is not None)
    assert page.pane.detail is not None
    return page.pane.detail


def test_selected_unit_shows_its_purchase_and_its_sale(qtbot: QtBot, page: InventoryPage) -> None:
    row = choose(qtbot, page, 2).row
    assert (row.id, row.sold_at is not None) == (498, True)
    formatter = page.kit.formatter
    assert f"Unit no. {row.id} · Sold" in "\n".join(texts(page))
    for words, value in (
        ("Supplier", "Schuhhaus Beispiel"),
        ("Order number", "B-498"),
        ("Invoice number", "RE-498"),
        ("Return until", "15 Nov 2026"),
        ("Cost", formatter.money(row.cost, "EUR")),
        ("VAT", "Standard · 19 %"),
        ("Condition", "New"),
        ("Box", "Original"),
        ("Location", "Shelf 4"),
        ("Notes", "—"),
        ("Payout", formatter.money(row.payout, "EUR")),
    ):
        assert value_of(page, words) == value, words


def test_a_unit_says_its_row_its_cells_and_what_later_imports_changed(
    qtbot: QtBot, page: InventoryPage
) -> None:
    choose(qtbot, page, 0)
    shown = texts(page)
    assert "Row 500 of einkauf.csv\nImport no. 1" in shown
    assert value_of(page, "Größe") == item_row(500).size
    assert value_of(page, "Bemerkung") == "—"
    assert sum(text.startswith("Row 12 of lager.csv\n4 Nov 2026") for text in shown) == 1
    at = shown.index("Changed by later imports")
    changed = shown[at + 2 :]
    assert changed[:2] == ["Cost", "90.00 → 95.50"]
    assert changed[2:4] == ["Acquired", "nothing → 2 Oct 2026"]
    assert changed[4:6] == ["Status", "Incoming → To ship"]


def test_personal_cells_are_covered_here_too(qtbot: QtBot, page: InventoryPage) -> None:
    choose(qtbot, page, 0)
    assert value_of(page, "Seller Name") == HIDDEN
    buttons = {button.text(): button for button in body(page).findChildren(QPushButton)}
    QTest.mouseClick(buttons["Show &personal data"], LEFT)
    assert value_of(page, "Seller Name") == "Jane Doe"


def test_a_unit_without_facts_has_dashes_and_no_sale(qtbot: QtBot, page: InventoryPage) -> None:
    row = replace(item_row(1), cost=None, cost_currency=None, acquired_at=None, sold_at=None)
    page.pane.show_detail(ItemDetail(row, Purchase(), Keeping(), Provenance()))
    shown = texts(page)
    assert shown.count("—") == 17
    assert "How it sold" not in shown
    assert "Entered by hand or by a marketplace connection." in shown
    assert "The row in the file" not in shown


def test_a_late_unit_is_dropped_and_a_vanished_one_is_said(
    qtbot: QtBot, page: InventoryPage, items: FakeItems
) -> None:
    gate: asyncio.Event = items.hold("detail")
    page.view.selectRow(0)
    qtbot.waitUntil(lambda: not items.gates)
    choose(qtbot, page, 2)
    gate.set()
    qtbot.waitUntil(lambda: page.kit.tasks.active == 0)
    assert page.pane.detail is not None
    assert page.pane.detail.row.id == 498
    items.error = NotFoundError("This unit is no longer there.")
    page.view.selectRow(1)
    qtbot.waitUntil(lambda: "This unit is no longer there." in texts(page))


def test_the_pane_of_units_is_remembered_by_itself(
    qtbot: QtBot, page: InventoryPage, items: FakeItems, kit: UiKit
) -> None:
    assert page.toggle.toolTip() == "Show the details of the selected unit (Ctrl+Shift+D)"
    QTest.mouseClick(page.toggle, LEFT)
    assert page.pane.isHidden()
    page.save_state()
    assert kit.settings.value("orders/details_shown") is None
    again = inventory_page(items, kit)
    qtbot.addWidget(again)
    assert not again.toggle.isChecked()


def test_stored_values_that_are_no_values_stay_as_they_are(kit: UiKit) -> None:
    assert stored_text("cost_gross", "1234.5", kit.formatter) == "1,234.50"
    assert stored_text("cost_gross", "unclear", kit.formatter) == "unclear"
    assert stored_text("return_until", "2026-13-41", kit.formatter) == "2026-13-41"
    assert stored_text("return_until", "2026-11-15", kit.formatter) == "15 Nov 2026"
    assert stored_text("variant", "Dunk Low, DD1391-100, US 9", kit.formatter).startswith("Dunk")
    assert stored_text("notes", None, kit.formatter) == "nothing"
