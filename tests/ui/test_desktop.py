"""The window's dealings with the desktop around it, from before the database is up."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from helpers.fake_preferences import FakePreferences
from soleflip_desktop.domain.preferences import Begin, StartStage
from soleflip_desktop.ui.common.asked_once import mark_answered
from soleflip_desktop.ui.common.context import UiContext, UiKit
from soleflip_desktop.ui.system.desktop import Desktop
from soleflip_desktop.ui.system.preferences.dialog import PreferencesDialog


@pytest.fixture
def stack(qtbot: QtBot) -> QStackedWidget:
    stack = QStackedWidget()
    qtbot.addWidget(stack)
    stack.addWidget(QWidget())
    stack.resize(900, 700)
    stack.show()
    return stack


@pytest.fixture
def desktop(kit: UiKit, stack: QStackedWidget) -> Desktop:
    return Desktop(kit, stack, stack)


def settle(qtbot: QtBot, kit: UiKit, desktop: Desktop, preferences: FakePreferences) -> None:
    kit.tasks.start(desktop.settle(preferences, shared=False))
    qtbot.waitUntil(lambda: kit.tasks.active == 0)


@pytest.mark.parametrize("begin", list(Begin))
def test_it_begins_with_what_was_chosen(
    *, qtbot: QtBot, desktop: Desktop, kit: UiKit, context: UiContext, begin: Begin
) -> None:
    begun: list[Begin] = []
    desktop.import_requested.connect(lambda: begun.append(Begin.IMPORT))
    desktop.sample_requested.connect(lambda: begun.append(Begin.SAMPLE))
    desktop.account_requested.connect(lambda: begun.append(Begin.ACCOUNT))
    desktop.ask_before()
    first = desktop.first_run
    assert first is not None
    page = first.page
    assert page is not None
    assert page.isVisible()
    assert "making the database" in page.state_text
    desktop.show_stage(StartStage.TABLES)
    assert "setting up the tables" in page.state_text
    page.tiles[begin].click()
    settle(qtbot, kit, desktop, FakePreferences())
    assert begun == []
    desktop.attach(context)
    assert begun == ([] if begin is Begin.EMPTY else [begin])
    assert desktop.first_run is None


def test_later_starts_ask_nothing_and_know_the_currency(
    *,
    qtbot: QtBot,
    desktop: Desktop,
    kit: UiKit,
    settings: QSettings,
    stack: QStackedWidget,
) -> None:
    mark_answered(settings)
    desktop.ask_before()
    settle(qtbot, kit, desktop, FakePreferences("CZK"))
    assert (desktop.first_run, stack.count()) == (None, 1)
    assert kit.base_currency.code == "CZK"
    assert not desktop.show_error("No.")


def test_a_failed_first_start_is_told_on_its_own_page(
    desktop: Desktop, stack: QStackedWidget, qtbot: QtBot
) -> None:
    desktop.ask_before()
    stack.setCurrentIndex(0)
    assert desktop.show_error("The disk is full.")
    assert stack.currentIndex() == 1
    page = stack.currentWidget()
    with qtbot.waitSignal(desktop.retry_requested):
        page.retry.click()  # type: ignore[union-attr]


def test_files_wait_until_the_pages_stand(desktop: Desktop, context: UiContext) -> None:
    heard: list[list[str]] = []
    desktop.importable.connect(heard.append)
    desktop.open_files(["/in/a.csv"])
    desktop.open_files(["/in/b.csv"])
    assert heard == []
    desktop.attach(context)
    desktop.open_files(["/in/c.csv"])
    assert heard == [["/in/a.csv", "/in/b.csv"], ["/in/c.csv"]]


def test_preferences_open_at_any_time(
    desktop: Desktop, stack: QStackedWidget, kit: UiKit, tmp_path: Path
) -> None:
    assert desktop.preferences.shortcut().toString() == "Ctrl+,"
    desktop.preferences.trigger()
    dialog = stack.findChild(PreferencesDialog)
    assert dialog is not None
    assert dialog.isVisible()
    assert str(tmp_path) in {label.text() for label in dialog.findChildren(type(dialog.notice))}
