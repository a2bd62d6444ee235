"""Preferences: each choice holds as soon as it is made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from helpers.fake_preferences import FakePreferences
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.region import stored_region
from soleflip_desktop.ui.common.theme import ThemeMode
from soleflip_desktop.ui.common.theme_menu import build_theme_actions
from soleflip_desktop.ui.system.preferences.dialog import UPDATES_KEY, PreferencesDialog

Opening = Callable[..., PreferencesDialog]


@pytest.fixture
def opened(kit: UiKit, bare_window: QWidget, qtbot: QtBot) -> Opening:
    def make(
        preferences: FakePreferences | None,
        *,
        updates: bool | None = None,
        shown: list[Path] | None = None,
    ) -> PreferencesDialog:
        folder = Path("/data/Jürgen")
        found: list[Path] = [] if shown is None else shown
        dialog = PreferencesDialog(
            preferences, kit, folder, bare_window, updates=updates, show_folder=found.append
        )
        dialog.open()
        qtbot.waitUntil(lambda: dialog.form.filled)
        return dialog

    return make


def test_region_and_currency(
    *, qtbot: QtBot, opened: Opening, kit: UiKit, settings: QSettings
) -> None:
    preferences = FakePreferences("CHF")
    dialog = opened(preferences)
    assert (dialog.form.region, dialog.form.currency) == ("en_GB", "CHF")
    assert (dialog.notice.isVisible(), dialog.problem.isVisible()) == (False, False)
    dialog.form.region_box.show_value("de_AT")
    dialog.form.region_box.picked.emit("de_AT")
    assert dialog.form.preview.text() == "CHF\xa01.234,56 · 24.11.2026".replace("CHF", "CHF")
    assert stored_region(settings) == "de_AT"
    assert kit.formatter.locale == "en_GB"  # what is on screen was built for it
    assert "next start" in dialog.notice.text()
    dialog.form.region_box.picked.emit("en_GB")
    assert not dialog.notice.isVisible()
    dialog.form.currency_box.show_value("USD")
    dialog.form.currency_box.picked.emit("USD")
    qtbot.waitUntil(lambda: preferences.code == "USD")
    assert kit.base_currency.code == "USD"
    preferences.error = UserError("The database cannot be used.")
    dialog.form.currency_box.picked.emit("EUR")
    qtbot.waitUntil(lambda: dialog.problem.text() == "The database cannot be used.")


def test_what_another_desktop_chose_is_shown(opened: Opening, kit: UiKit) -> None:
    kit.base_currency.code = "EUR"
    assert opened(FakePreferences("GBP")).form.currency == "GBP"
    assert kit.base_currency.code == "GBP"


def test_a_region_is_chosen_without_a_database_that_answers(
    opened: Opening, kit: UiKit, settings: QSettings
) -> None:
    kit.base_currency.code = "CHF"
    preferences = FakePreferences()
    preferences.error = UserError("The database cannot be used.")
    dialog = opened(preferences)
    assert dialog.problem.text() == "The database cannot be used."
    assert dialog.problem.isVisible()
    assert dialog.form.isEnabled()
    assert dialog.form.currency == "CHF", "what was known of it"
    dialog.form.region_box.picked.emit("de_AT")
    assert stored_region(settings) == "de_AT"


class SlowPreferences(FakePreferences):
    """Refuses only when `gate` is set."""

    def __init__(self) -> None:
        super().__init__("CHF")
        self.gate = asyncio.Event()

    async def set_base_currency(self, code: str) -> str:
        await self.gate.wait()
        raise UserError(f"{code} was not stored.")


def test_a_write_that_fails_after_closing_is_told(
    opened: Opening, kit: UiKit, qtbot: QtBot
) -> None:
    preferences = SlowPreferences()
    dialog = opened(preferences)
    dialog.form.currency_box.picked.emit("USD")
    dialog.done_button.click()
    qtbot.waitUntil(lambda: not isValid(dialog))
    bugs: list[Exception] = []
    kit.tasks.bug_raised.connect(bugs.append)
    preferences.gate.set()
    qtbot.waitUntil(lambda: kit.tasks.active == 0)
    assert bugs == []
    assert [message.text for message in kit.notifier.messages] == ["USD was not stored."]


def test_before_the_database_is_up_the_currency_is_left_out(opened: Opening) -> None:
    dialog = opened(None)
    assert dialog.form.currency is None
    assert not dialog.form.currency_box.isVisible()


def test_the_theme_is_the_one_of_the_view_menu(opened: Opening, kit: UiKit) -> None:
    owner = QObject()
    actions = build_theme_actions(kit, owner).actions()
    dialog = opened(None)
    assert dialog.theme.currentData() == "light"
    dialog.theme.setCurrentIndex(dialog.theme.findData("dark"))
    dialog.theme.activated.emit(dialog.theme.currentIndex())
    assert kit.theme.mode is ThemeMode.DARK
    assert kit.settings.value("window/theme") == "dark"
    assert [action.isChecked() for action in actions] == [False, False, True]
    actions[1].trigger()
    assert [action.isChecked() for action in actions] == [False, True, False]


@pytest.mark.parametrize("usual", [True, False])
def test_updates_are_looked_for_as_the_build_does_until_somebody_chooses(
    opened: Opening, settings: QSettings, *, usual: bool
) -> None:
    dialog = opened(None, updates=usual)
    assert dialog.updates.isChecked() is usual
    dialog.updates.click()
    assert settings.value(UPDATES_KEY, type=bool) is not usual
    dialog.close()
    assert opened(None, updates=usual).updates.isChecked() is not usual


def test_a_build_without_updates_does_not_offer_them(opened: Opening) -> None:
    assert not opened(None).updates.isVisible()


def test_the_folder_opens_and_esc_closes(opened: Opening) -> None:
    shown: list[Path] = []
    dialog = opened(None, shown=shown)
    QTest.mouseClick(dialog.open_folder, Qt.MouseButton.LeftButton)
    assert shown == [Path("/data/Jürgen")]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
