"""A running event loop inside Qt's, and the means every page shares."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest
import qasync  # type: ignore[import-untyped]
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from helpers.fake_desk import FakeDesk
from helpers.fake_imports import FakeImports
from helpers.fake_services import FakeItems, FakeOrders, FakeRunner, item_row, order_row
from helpers.fake_sync import FakeDesk as FakeSyncDesk
from helpers.fake_workbench import FakeDoors
from soleflip_desktop.domain.changes import ChangeBus
from soleflip_desktop.ui.common.context import UiContext, UiKit
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.icons import IconSet
from soleflip_desktop.ui.common.notifier import Notifier
from soleflip_desktop.ui.common.tasks import TaskRunner
from soleflip_desktop.ui.common.theme import Theme, ThemeMode
from soleflip_desktop.ui.main_window import MainWindow

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform warns about each window of limited size; that says nothing of us."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints", extend=True))


@pytest.fixture
def loop(qapp: QApplication, qtbot: QtBot) -> Iterator[asyncio.AbstractEventLoop]:
    """A qasync loop that counts as running: whatever spins Qt's loop, as qtbot does, drives it."""
    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(qapp)
    asyncio.events._set_running_loop(loop)
    yield loop
    for task in asyncio.all_tasks(loop):
        task.cancel()
    qtbot.waitUntil(lambda: not asyncio.all_tasks(loop))
    asyncio.events._set_running_loop(None)
    loop.close()


@pytest.fixture(scope="session")
def session_theme(qapp: QApplication) -> Theme:
    return Theme(qapp, ThemeMode.LIGHT)


@pytest.fixture
def theme(session_theme: Theme, monkeypatch: pytest.MonkeyPatch) -> Theme:
    monkeypatch.delenv("SOLEFLIP_THEME", raising=False)
    session_theme.forced = False
    session_theme.set_mode(ThemeMode.LIGHT)
    return session_theme


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def formatter() -> Formatter:
    return Formatter("en_GB", UTC)


@pytest.fixture
def bugs() -> list[BaseException]:
    """What tasks raised that was no UserError; the kit fixture fails where any is left."""
    return []


@pytest.fixture
def kit(
    loop: asyncio.AbstractEventLoop,
    settings: QSettings,
    theme: Theme,
    formatter: Formatter,
    bugs: list[BaseException],
) -> Iterator[UiKit]:
    tasks, notifier = TaskRunner(), Notifier()
    tasks.bug_raised.connect(bugs.append)
    tasks.user_error_raised.connect(notifier.error)
    yield UiKit(settings, theme, IconSet(theme), formatter, tasks, notifier)
    tasks.close()
    assert bugs == []


@pytest.fixture
def items() -> FakeItems:
    return FakeItems([item_row(number) for number in range(1, 501)])


@pytest.fixture
def orders() -> FakeOrders:
    return FakeOrders([order_row(number) for number in range(1, 501)])


@pytest.fixture
def imports() -> FakeImports:
    return FakeImports()


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def runner() -> FakeRunner:
    return FakeRunner()


@pytest.fixture
def sync_desk() -> FakeSyncDesk:
    return FakeSyncDesk()


@pytest.fixture
def bus() -> ChangeBus:
    return ChangeBus()


@pytest.fixture
def context(
    *,
    items: FakeItems,
    orders: FakeOrders,
    imports: FakeImports,
    desk: FakeDesk,
    runner: FakeRunner,
    sync_desk: FakeSyncDesk,
    bus: ChangeBus,
    tmp_path: Path,
) -> UiContext:
    sample = tmp_path / "sample.csv"
    sample.write_text("Order Number\n")
    return UiContext(
        inventory=items,
        orders=orders,
        workbench=FakeDoors.over(items.by_id, tmp_path).workbench,
        imports=imports,
        desk=desk,
        runner=runner,
        sync=sync_desk.desk,
        changes=bus,
        data_folder=str(tmp_path),
        server="PostgreSQL 18.6",
        sample_file=sample,
    )


@pytest.fixture
def make_window(
    loop: asyncio.AbstractEventLoop,
    qtbot: QtBot,
    settings: QSettings,
    theme: Theme,
    formatter: Formatter,
) -> Iterator[Callable[[], MainWindow]]:
    windows: list[MainWindow] = []

    def make() -> MainWindow:
        window = MainWindow(settings, theme, formatter, "0.1.0")
        qtbot.addWidget(window)
        windows.append(window)
        window.show()
        return window

    yield make
    for window in windows:
        window.kit.tasks.close()


@pytest.fixture
def window(make_window: Callable[[], MainWindow], context: UiContext) -> MainWindow:
    """The window with all pages, shown."""
    window = make_window()
    window.attach(context)
    return window


@pytest.fixture
def bare_window(qtbot: QtBot) -> QWidget:
    """Something to open dialogs over."""
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window
