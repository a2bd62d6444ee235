from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from helpers.fake_services import FakeOrders, order_row
from helpers.fake_views import FakeViews
from helpers.table_pages import wait_idle
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.transactions import OrderRow
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.personal import HIDDEN, is_personal
from soleflip_desktop.ui.transactions.page import OrdersPage


@pytest.fixture
def page(qtbot: QtBot, orders: FakeOrders, kit: UiKit) -> OrdersPage:
    page = OrdersPage(orders, FakeViews(), kit)
    qtbot.addWidget(page, before_close_func=lambda _page: kit.tasks.close())
    page.resize(1280, 720)
    page.show()
    wait_idle(qtbot, page)
    return page


def body(page: OrdersPage) -> QWidget:
    widget = page.pane.widget()
    assert widget is not None
    return widget


def texts(page: OrdersPage) -> list[str]:
    return [label.text() for label in body(page).findChildren(QLabel)]


def choose(qtbot: QtBot, page: OrdersPage, row: int) -> None:
    at = page.view.visualRect(page.model.index(row, 0)).center()
    QTest.mouseClick(page.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: page.pane.detail is not None)


def test_latest_sale_is_first(page: OrdersPage) -> None:
    assert page.model.ids(0, 0).tolist() == [1]
    assert page.totals.startswith("500 sales")
    assert "EUR: " in page.totals
    assert "USD: " in page.totals
    assert page.totals.count(" sales · sale price ") == 2
    assert {column.sort_key for column in page.spec.columns} <= set(OrderRow.__slots__)


def test_selected_order_is_explained_line_by_line(qtbot: QtBot, page: OrdersPage) -> None:
    choose(qtbot, page, 0)
    shown = texts(page)
    row = order_row(1)
    for words in ("Sale price", "Seller fee", "Payment processing", "Payout", "Profit"):
        assert words in shown
    assert "Not itemised in the report (derived)" in shown
    assert page.kit.formatter.money(row.payout, row.payout_currency) in shown
    assert "Row 1 of stockx-sales-2026.csv\nImport no. 1" in shown


def test_personal_cells_are_covered_until_asked_for(qtbot: QtBot, page: OrdersPage) -> None:
    choose(qtbot, page, 0)
    assert texts(page).count(HIDDEN) == 3
    assert "Jane Doe" not in texts(page)
    button = body(page).findChildren(QPushButton)[0]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert HIDDEN not in texts(page)
    assert "Jane Doe" in texts(page)


def test_blank_source_cells_and_amounts_are_dashes(
    qtbot: QtBot, page: OrdersPage, orders: FakeOrders
) -> None:
    orders.by_id[1] = replace(order_row(1), payout=None, profit=None)
    choose(qtbot, page, 0)
    assert texts(page).count("—") >= 3


def test_running_through_rows_asks_only_for_the_last(
    qtbot: QtBot, page: OrdersPage, orders: FakeOrders
) -> None:
    choose(qtbot, page, 0)
    orders.calls.clear()
    for _ in range(5):
        QTest.keyClick(page.view, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: page.pane.detail is not None and page.pane.detail.row.id == 6)
    assert [call for call in orders.calls if call[0] == "detail"] == [("detail", 6)]


def test_late_detail_is_dropped(qtbot: QtBot, page: OrdersPage, orders: FakeOrders) -> None:
    gate = orders.hold("detail")
    page.view.selectRow(0)
    qtbot.waitUntil(lambda: not orders.gates)
    choose(qtbot, page, 2)
    gate.set()
    qtbot.wait(20)
    assert page.pane.detail is not None
    assert page.pane.detail.row.id == 3


def test_vanished_order_is_said_in_the_pane(
    qtbot: QtBot, page: OrdersPage, orders: FakeOrders
) -> None:
    orders.error = NotFoundError("This order is not there any more.")
    page.view.selectRow(0)
    qtbot.waitUntil(lambda: "This order is not there any more." in texts(page))


def test_pane_is_toggled_and_remembered(
    qtbot: QtBot, page: OrdersPage, orders: FakeOrders, kit: UiKit
) -> None:
    QTest.mouseClick(page.toggle, Qt.MouseButton.LeftButton)
    assert page.pane.isHidden()
    page.save_state()
    again = OrdersPage(orders, FakeViews(), kit)
    qtbot.addWidget(again)
    assert not again.toggle.isChecked()
    again.show()
    wait_idle(qtbot, again)
    assert again.pane.isHidden()


def test_header_click_turns_the_first_order_round(qtbot: QtBot, page: OrdersPage) -> None:
    header = page.view.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(1) + 20, header.height() // 2)
    for first in (500, 1):
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
        qtbot.waitUntil(lambda first=first: page.model.row_of(first) == 0)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("column", "personal"),
    [
        ("Seller Name", True),
        ("Seller Address (Billing)", True),
        ("Sold to VAT Number", True),
        ("Buyer Tracking Number", True),
        ("Fiscal Representative Name", True),
        ("Buyer Destination City", True),
        ("Ship To Address", True),
        ("Sku Name", False),
        ("Item", False),
        ("Buyer Destination Country", False),
        ("VAT Rate", False),
        ("Total VAT Amount", False),
    ],
)
def test_personal_columns_are_recognised(column: str, personal: bool) -> None:  # noqa: FBT001
    assert is_personal(column) is personal
