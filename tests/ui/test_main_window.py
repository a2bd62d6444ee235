from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from helpers.fake_services import FakeGrid, FakeRunner, import_result, item_row
from soleflip_desktop.domain.changes import Change, ChangeBus, Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.inventory import ItemRow
from soleflip_desktop.ui.common.context import UiContext
from soleflip_desktop.ui.common.doors import Workbench
from soleflip_desktop.ui.common.first_rows import FirstRows
from soleflip_desktop.ui.common.grid.staged_edits import StagedCell
from soleflip_desktop.ui.common.later import Later
from soleflip_desktop.ui.common.theme import DARK, LIGHT, Theme
from soleflip_desktop.ui.common.window_place import sane_place
from soleflip_desktop.ui.integration.page import ImportsPage
from soleflip_desktop.ui.inventory.page import InventoryPage
from soleflip_desktop.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


def mime(*names: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(f"/in/{name}") for name in names])
    return data


def drag(window: MainWindow, data: QMimeData) -> QDragEnterEvent:
    event = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, data, LEFT, NONE)
    event.ignore()
    QApplication.sendEvent(window, event)
    return event


def button_of(box: QMessageBox, text: str) -> QAbstractButton:
    return next(button for button in box.buttons() if button.text() == text)


def drop(window: MainWindow, data: QMimeData) -> None:
    event = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, LEFT, NONE)
    QApplication.sendEvent(window, event)


def import_one(qtbot: QtBot, window: MainWindow) -> None:
    """Enter in the wizard, for a file that needs no question."""
    imports = window.pages[2]
    assert isinstance(imports, ImportsPage)
    qtbot.waitUntil(imports.wizard.buttons.import_now.isEnabled)
    QTest.mouseClick(imports.wizard.buttons.import_now, LEFT)


def test_window_opens_before_the_database_is_up(
    qtbot: QtBot, make_window: Callable[[], MainWindow]
) -> None:
    window = make_window()
    assert window.starting.isVisible()
    assert "Starting the database…" in window.starting.text
    assert not drag(window, mime("a.csv")).isAccepted()
    window.show_start_error("The disk is full.")
    assert "The disk is full." in window.starting.text
    with qtbot.waitSignal(window.retry_requested):
        QTest.mouseClick(window.starting.retry, LEFT)
    assert "Starting the database…" in window.starting.text
    window.show_about()
    assert "not started yet" in window.findChildren(QMessageBox)[0].informativeText()


def test_attach_shows_the_inventory(qtbot: QtBot, window: MainWindow) -> None:
    assert window.stack.currentWidget() is window.pages[0]
    qtbot.waitUntil(lambda: window.totals.text().startswith("500 units"))


def test_the_inventory_opens_ahead_of_the_other_pages(
    qtbot: QtBot,
    make_window: Callable[[], MainWindow],
    loop: asyncio.AbstractEventLoop,
    context: UiContext,
) -> None:
    window, rest = make_window(), loop.create_future()

    def later(door: Any) -> Any:
        return Later(rest, lambda: door)

    doors = {field.name: getattr(context.workbench, field.name) for field in fields(Workbench)}
    waiting = Workbench(
        **{name: later(door) for name, door in doors.items() if name != "views"},
        views=context.workbench.views,
    )
    first = window.open_first(replace(context, workbench=waiting, orders=later(context.orders)))
    assert first is not None
    rows = loop.create_task(FirstRows(first).wait())
    qtbot.waitUntil(rows.done)
    assert first.model.rowCount() == 500
    assert not any(action.isEnabled() for action in window.navigation.actions_by_page)
    assert window.totals.text().startswith("500 units")
    rest.set_result(None)
    window.attach(context)
    assert window.pages[0] is first
    assert window.stack.currentWidget() is first


def test_another_page_that_was_left_last_waits_for_all(
    make_window: Callable[[], MainWindow], settings: QSettings, context: UiContext
) -> None:
    settings.setValue("window/page", 1)
    window = make_window()
    assert window.open_first(context) is None
    window.attach(context)
    assert window.stack.currentWidget() is window.pages[1]


def test_a_failed_start_takes_the_first_page_back(
    make_window: Callable[[], MainWindow], context: UiContext
) -> None:
    window = make_window()
    first = window.open_first(context)
    window.show_start_error("The disk is full.")
    assert window.stack.currentWidget() is window.starting
    again = window.open_first(context)
    assert again is not first
    assert window.stack.currentWidget() is again


def test_keys_and_clicks_change_pages(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_2, CONTROL)
    assert window.stack.currentWidget() is window.pages[1]
    qtbot.waitUntil(lambda: window.totals.text().startswith("500 sales"))
    window.navigation.actions_by_page[2].trigger()
    assert window.stack.currentWidget() is window.pages[2]
    marked = [action.isChecked() for action in window.navigation.actions_by_page]
    assert marked == [number == 2 for number in range(len(window.pages))]
    assert window.totals.text() == ""


def test_files_can_be_dropped_anywhere(
    qtbot: QtBot, window: MainWindow, runner: FakeRunner
) -> None:
    data = mime("a.csv", "b.XLSX", "picture.png")
    assert drag(window, data).isAccepted()
    assert window.drops.hint.isVisible()
    drop(window, data)
    assert window.drops.hint.isHidden()
    assert window.stack.currentWidget() is window.pages[2]
    qtbot.waitUntil(lambda: len(runner.runs) == 1)
    assert Path(runner.runs[0].request.path).name == "a.csv"
    assert window.queue is not None
    qtbot.waitUntil(lambda: window.queue is not None and bool(window.queue.waiting))
    assert [Path(path).name for path in window.queue.waiting] == ["b.XLSX"]
    window.queue.cancel_all()
    qtbot.waitUntil(lambda: window.queue is not None and not window.queue.running)


def test_other_things_cannot_be_dropped(window: MainWindow) -> None:
    assert not drag(window, mime("picture.png")).isAccepted()
    drag(window, mime("a.csv"))
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert window.drops.hint.isHidden()


def test_import_menu_opens_a_dialog_without_blocking(
    qtbot: QtBot, window: MainWindow, runner: FakeRunner, settings: QSettings
) -> None:
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_I, CONTROL)
    dialog = window.findChildren(QFileDialog)[0]
    dialog.filesSelected.emit(["/in/sales.csv"])
    dialog.reject()
    import_one(qtbot, window)
    qtbot.waitUntil(lambda: len(runner.runs) == 1)
    assert settings.value("window/folder") == "/in"
    runner.runs[0].finish(import_result("sales.csv"))
    qtbot.waitUntil(lambda: window.queue is not None and not window.queue.running)
    imports = window.pages[2]
    assert isinstance(imports, ImportsPage)
    imports.orders_requested.emit()
    assert window.stack.currentWidget() is window.pages[1]


def test_sample_data_is_offered_where_the_file_exists(
    qtbot: QtBot, window: MainWindow, runner: FakeRunner, context: UiContext
) -> None:
    assert window._sample_action.isEnabled()
    window._sample_action.trigger()
    import_one(qtbot, window)
    qtbot.waitUntil(lambda: len(runner.runs) == 1)
    assert runner.runs[0].request.path == str(context.sample_file)
    runner.runs[0].finish(import_result())
    qtbot.waitUntil(lambda: window.queue is not None and not window.queue.running)


def test_change_reloads_the_page_in_sight(
    qtbot: QtBot, window: MainWindow, bus: ChangeBus, items: FakeGrid[ItemRow]
) -> None:
    qtbot.waitUntil(lambda: window.totals.text().startswith("500 units"))
    items.by_id[501] = item_row(501)
    for _ in range(20):
        bus.publish(Change.of(Domain.INVENTORY))
    qtbot.waitUntil(lambda: window.totals.text().startswith("501 units"))
    assert items.stale == 1


def test_closing_while_importing_asks_first(
    qtbot: QtBot, window: MainWindow, runner: FakeRunner
) -> None:
    window.import_files(["/in/a.csv"])
    import_one(qtbot, window)
    qtbot.waitUntil(lambda: len(runner.runs) == 1)
    assert not window.close()
    box = window.findChildren(QMessageBox)[0]
    QTest.mouseClick(button_of(box, "&Keep importing"), LEFT)
    assert not runner.runs[0].cancelled
    assert window.isVisible()
    qtbot.waitUntil(lambda: not window.findChildren(QMessageBox))
    assert not window.close()
    box = window.findChildren(QMessageBox)[0]
    with qtbot.waitSignal(window.closed):
        QTest.mouseClick(button_of(box, "&Cancel import and close"), LEFT)
    assert runner.runs[0].cancelled


def test_geometry_page_and_theme_are_remembered(
    qtbot: QtBot,
    window: MainWindow,
    make_window: Callable[[], MainWindow],
    theme: Theme,
    context: UiContext,
) -> None:
    window.resize(window.width(), 640)  # the screen of the offscreen platform is 800 by 800
    window.go_to(1)
    window.theme_actions.actions()[2].trigger()
    assert theme.colors is DARK
    with qtbot.waitSignal(window.closed):
        window.close()
    theme.set_mode(type(theme.mode).LIGHT)
    again = make_window()
    assert theme.colors is DARK
    assert again.height() == 640
    again.attach(context)
    assert again.stack.currentWidget() is again.pages[1]


def test_theme_follows_the_menu_at_once(
    qtbot: QtBot, window: MainWindow, theme: Theme, qapp: QApplication
) -> None:
    for action, colors in zip(window.theme_actions.actions()[1:], (LIGHT, DARK), strict=True):
        action.trigger()
        assert theme.colors is colors
        assert qapp.palette().window().color().name() == colors.window
        picture = window.grab().toImage()
        assert picture.pixelColor(window.width() // 2, 40).name() == colors.window


def test_environment_decides_the_theme(
    make_window: Callable[[], MainWindow],
    theme: Theme,
    settings: QSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.setValue("window/theme", "dark")
    theme.forced = True
    make_window()
    assert theme.colors is LIGHT


def test_user_errors_go_to_the_message_bar(qtbot: QtBot, window: MainWindow) -> None:
    async def fail() -> None:
        msg = "StockX does not answer."
        raise UserError(msg)

    window.kit.tasks.start(fail())
    qtbot.waitUntil(lambda: bool(window.notifier.messages))
    assert window.notifier.messages[0].text == "StockX does not answer."


def test_everything_that_takes_focus_has_a_name(window: MainWindow) -> None:
    unnamed = [
        widget
        for page in window.pages
        for name in ("view", "list", "search")
        if (widget := getattr(page, name, None)) is not None and not widget.accessibleName()
    ]
    assert unnamed == []


def test_window_fits_a_small_screen(qtbot: QtBot, window: MainWindow) -> None:
    for number in range(len(window.pages)):
        window.go_to(number)
    assert window.minimumSizeHint().width() <= 1280
    assert window.minimumSizeHint().height() <= 720


def test_staged_edits_are_asked_for_before_closing(qtbot: QtBot, window: MainWindow) -> None:
    page = window.pages[0]
    assert isinstance(page, InventoryPage)
    page.staged.stage([StagedCell(1, "notes", "scuffed", "scuffed", None)])
    assert not window.close()
    assert window.isVisible()
    box = window.findChildren(QMessageBox)[0]
    with qtbot.waitSignal(window.closed):
        QTest.mouseClick(button_of(box, "&Discard changes"), LEFT)


@pytest.mark.parametrize(
    ("place", "sane"),
    [
        (QRect(100, 80, 1000, 700), QRect(100, 80, 1000, 700)),
        (QRect(2000, 80, 1000, 700), QRect(460, 190, 1000, 700)),  # its monitor is gone
        (QRect(100, -400, 1000, 700), QRect(460, 190, 1000, 700)),  # its title bar is out of sight
        (QRect(5000, 0, 3000, 2000), QRect(0, 0, 1920, 1080)),
    ],
)
def test_window_comes_back_where_it_can_be_reached(place: QRect, sane: QRect) -> None:
    assert sane_place(place, [QRect(0, 0, 1920, 1080)]) == sane
