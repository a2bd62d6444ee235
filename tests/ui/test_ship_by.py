"""What has to be shipped until when: in the status bar, in both grids, beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from helpers.fake_services import FakeItems, FakeOrders, item_row, order_row
from helpers.fake_sync import NOW, FakeMarket
from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.edit_text import EditStyle
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.market import ShipByRow
from soleflip_desktop.domain.transactions import OrderStatus
from soleflip_desktop.ui.common.columns import Column, RowT, Tone
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.ship_by import OVERDUE_SIGN, due_words
from soleflip_desktop.ui.common.ship_by_reminder import ShipByList, ShipByReminder, by_tomorrow
from soleflip_desktop.ui.inventory.columns import inventory_columns
from soleflip_desktop.ui.inventory.detail_pane import ItemPane
from soleflip_desktop.ui.transactions.columns import orders_columns
from soleflip_desktop.ui.transactions.detail_pane import OrderPane

LEFT = Qt.MouseButton.LeftButton
ENGLISH = Formatter("en_GB", UTC)


def due(hours: int, *, order: int | None = None, item: int | None = 7) -> ShipByRow:
    number = None if order is None else f"STX-{order}"
    moment = NOW + timedelta(hours=hours)
    return ShipByRow(moment, "Acme Runner, US 9", "StockX", item, order, number)


def texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if not label.isHidden()]


def column(columns: tuple[Column[RowT], ...], key: str) -> Column[RowT]:
    return next(each for each in columns if each.key == key)


@pytest.fixture
def market() -> FakeMarket:
    return FakeMarket()


@pytest.fixture
def make(market: FakeMarket, kit: UiKit, qtbot: QtBot) -> Callable[[], ShipByReminder]:
    windows: list[QMainWindow] = []

    def make() -> ShipByReminder:
        window = QMainWindow()
        windows.append(window)
        qtbot.addWidget(window)
        window.resize(1000, 600)
        reminder = ShipByReminder(market, kit, window, now=lambda: NOW)
        window.statusBar().addPermanentWidget(reminder)
        window.show()
        read(qtbot, kit, reminder)
        return reminder

    return make


def read(qtbot: QtBot, kit: UiKit, reminder: ShipByReminder) -> None:
    reminder.refresh()
    qtbot.waitUntil(lambda: kit.tasks.active == 0)


def open_list(qtbot: QtBot, kit: UiKit, reminder: ShipByReminder) -> ShipByList:
    button = reminder.overdue if reminder.overdue.isVisible() else reminder.soon
    QTest.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: kit.tasks.active == 0)
    [dialog] = [
        each
        for each in QApplication.topLevelWidgets()
        if isinstance(each, ShipByList) and each.isVisible()
    ]
    return dialog


def test_nothing_due_shows_nothing(make: Callable[[], ShipByReminder], market: FakeMarket) -> None:
    market.due = [due(24 * 9)]
    assert make().isHidden()


def test_overdue_is_said_apart_with_icon_word_and_colour(
    make: Callable[[], ShipByReminder], market: FakeMarket, kit: UiKit, qtbot: QtBot
) -> None:
    market.due = [due(-3, order=5), due(6), due(30)]
    reminder = make()
    assert reminder.overdue.text() == "1 overdue to ship"
    assert reminder.soon.text() == "2 to ship by tomorrow"
    assert not reminder.overdue.icon().isNull()
    assert reminder.overdue.accessibleName() == "1 overdue to ship"
    shown = reminder.overdue.palette().buttonText().color()
    assert shown == kit.theme.color("bad")
    market.due = market.due[1:]
    read(qtbot, kit, reminder)
    assert reminder.overdue.isHidden()
    assert reminder.soon.isVisible()


def test_it_follows_changes_and_says_when_it_does_not_know(
    make: Callable[[], ShipByReminder], market: FakeMarket, qtbot: QtBot
) -> None:
    reminder = make()
    market.due = [due(6)]
    reminder.note_change(frozenset({Domain.SUPPLIERS}))
    assert not reminder._quiet.isActive()
    reminder.note_change(frozenset({Domain.INVENTORY}))
    qtbot.waitUntil(reminder.soon.isVisible)
    market.error = UserError("The database cannot be used.")
    reminder._again.timeout.emit()
    qtbot.waitUntil(reminder.overdue.isVisible)
    assert reminder.overdue.text() == "Ship-by dates cannot be read"
    assert reminder.overdue.toolTip() == "The database cannot be used."
    reminder._again.timeout.emit()
    qtbot.waitUntil(reminder.soon.isVisible)


def test_the_list_has_the_most_urgent_first_in_local_time(
    make: Callable[[], ShipByReminder], market: FakeMarket, kit: UiKit, qtbot: QtBot
) -> None:
    market.due = [due(6), due(-3, order=5)]
    dialog = open_list(qtbot, kit, make())
    assert dialog.headline.text() == "1 overdue to ship, 1 to ship by tomorrow"
    cells = [line.split("\t") for line in dialog.rows.as_text().splitlines()[1:]]
    assert [(cell[2], cell[4]) for cell in cells] == [
        ("Order STX-5", f"{OVERDUE_SIGN} overdue by 3 h"),
        ("Presale", "due in 6 h"),
    ]
    assert cells[1][3] == kit.formatter.moment(NOW + timedelta(hours=6))


def test_a_double_click_goes_to_the_unit_and_enter_to_the_order(
    make: Callable[[], ShipByReminder], market: FakeMarket, kit: UiKit, qtbot: QtBot
) -> None:
    market.due = [due(-3, order=5), due(6)]
    reminder = make()
    dialog = open_list(qtbot, kit, reminder)
    with qtbot.waitSignal(reminder.order_requested) as order:
        QTest.keyClick(dialog.table, Qt.Key.Key_Return)
    assert order.args == [5]
    dialog = open_list(qtbot, kit, reminder)
    cell = dialog.table.visualRect(dialog.rows.index(1, 0)).center()
    with qtbot.waitSignal(reminder.unit_requested) as unit:
        QTest.mouseClick(dialog.table.viewport(), LEFT, pos=cell)
        QTest.mouseDClick(dialog.table.viewport(), LEFT, pos=QPoint(cell))
    assert unit.args == [7]
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("zone", "end"),
    [
        ("Europe/Berlin", datetime(2026, 11, 24, 23, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 11, 25, 11, tzinfo=UTC)),
    ],
)
def test_tomorrow_ends_where_the_user_is(kit: UiKit, zone: str, end: datetime) -> None:
    there = replace(kit, formatter=Formatter("en_GB", ZoneInfo(zone)))
    assert by_tomorrow(NOW, there) == end - timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=3), "due in 3 days"),
        (timedelta(hours=5, minutes=59), "due in 5 h"),
        (timedelta(minutes=12), "due in 12 min"),
        (timedelta(0), "due now"),
        (-timedelta(seconds=5), "overdue"),
        (-timedelta(hours=49), "overdue by 2 days"),
    ],
)
def test_due_in_words(left: timedelta, words: str) -> None:
    assert due_words(NOW + left, NOW) == words


def test_units_show_their_promise_and_their_date() -> None:
    now = datetime.now(UTC)
    late = replace(item_row(1), presale=True, ship_by=now - timedelta(hours=2))
    soon = replace(late, presale=False, ship_by=now + timedelta(hours=2))
    promised = column(inventory_columns(ENGLISH), "presale")
    assert [promised.display(row) for row in (late, soon)] == ["Promised", ""]
    ship_by = column(inventory_columns(ENGLISH), "ship_by")
    assert ship_by.display(late) == f"{OVERDUE_SIGN} {ENGLISH.day(late.ship_by)}"
    assert ship_by.tooltip(late).startswith("overdue by 2 h: ")
    assert (ship_by.tone(late), ship_by.tone(soon)) == (Tone.BAD, Tone.WARNING)
    assert ship_by.clipboard(late) == ENGLISH.iso(late.ship_by)
    assert ship_by.display(item_row(1)) == ""


def test_an_order_that_was_shipped_late_is_not_overdue() -> None:
    past = datetime.now(UTC) - timedelta(days=3)
    waiting = replace(
        order_row(1), status=OrderStatus.CONFIRMED, ship_by=past, remote_status="SHIP"
    )
    shipped = replace(waiting, status=OrderStatus.SHIPPED)
    ship_by = column(orders_columns(ENGLISH), "ship_by")
    assert ship_by.tone(waiting) is Tone.BAD
    assert (ship_by.tone(shipped), ship_by.display(shipped)) == (Tone.PLAIN, ENGLISH.day(past))
    assert column(orders_columns(ENGLISH), "remote_status").display(waiting) == "SHIP"


def test_the_pane_takes_a_promise_back(
    kit: UiKit, qtbot: QtBot, market: FakeMarket, items: FakeItems
) -> None:
    ship_by = datetime.now(UTC) + timedelta(hours=5, minutes=30)
    items.by_id[7] = replace(items.by_id[7], presale=True, ship_by=ship_by)
    pane = ItemPane(None, EditStyle(), kit, market)
    qtbot.addWidget(pane)
    pane.show()

    async def fill() -> None:
        pane.show_detail(await items.detail(7))

    kit.tasks.start(fill())
    qtbot.waitUntil(lambda: "Promised on StockX" in texts(pane))
    assert f"{kit.formatter.moment(ship_by)}\ndue in 5 h" in texts(pane)
    [unmark] = [b for b in pane.findChildren(QPushButton) if b.text() == "Unmark &presale"]
    QTest.mouseClick(unmark, LEFT)
    qtbot.waitUntil(lambda: market.unmarked == [(7,)])


def test_the_pane_of_an_order_tells_what_the_marketplace_says(
    kit: UiKit, qtbot: QtBot, orders: FakeOrders
) -> None:
    ship_by = datetime(2026, 1, 5, 12, tzinfo=UTC)
    orders.by_id[3] = replace(
        orders.by_id[3], status=OrderStatus.CONFIRMED, ship_by=ship_by, remote_status="SHIP_IT"
    )
    pane = OrderPane(kit)
    qtbot.addWidget(pane)
    pane.show()

    async def fill() -> None:
        pane.show_detail(await orders.detail(3))

    kit.tasks.start(fill())
    qtbot.waitUntil(lambda: "SHIP_IT" in texts(pane))
    [told] = [text for text in texts(pane) if text.startswith(kit.formatter.moment(ship_by))]
    assert told.splitlines()[1].startswith("overdue by ")
