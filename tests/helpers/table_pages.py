"""Table pages and plain windows in front of a tester."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from helpers.fake_services import FakeItems
from helpers.fake_workbench import inventory_page
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.table_page import TablePage
from soleflip_desktop.ui.common.virtual_table_model import RowT
from soleflip_desktop.ui.inventory.page import InventoryPage


def wait_idle(qtbot: QtBot, page: TablePage[RowT]) -> None:
    """Until all is there, also what is fetched ahead: a page must not vanish under its tasks."""
    model, tasks = page.model, page.kit.tasks
    qtbot.waitUntil(lambda: model.loaded and not model._next_pages() and tasks.active == 0)


def shown_page(qtbot: QtBot, items: FakeItems, kit: UiKit) -> InventoryPage:
    """The inventory without its pane, wide enough for many columns, the cursor in the table."""
    page = inventory_page(items, kit)
    qtbot.addWidget(page, before_close_func=lambda _page: kit.tasks.close())
    page.toggle.setChecked(False)
    page.resize(1400, 700)
    page.show()
    page.activateWindow()
    page.view.setFocus()
    wait_idle(qtbot, page)
    return page


def plain_window(qtbot: QtBot, kit: UiKit) -> QWidget:
    """For dialogs to stand on."""
    window = QWidget()
    qtbot.addWidget(window, before_close_func=lambda _window: kit.tasks.close())
    window.resize(1000, 700)
    window.show()
    return window


def column(page: InventoryPage, key: str) -> int:
    return [each.key for each in page.spec.columns].index(key)
