"""A first start: what is asked, when, and what becomes of the answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from helpers.fake_preferences import FakePreferences
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.preferences import Begin, StartStage
from soleflip_desktop.ui.common import formatting
from soleflip_desktop.ui.common.asked_once import mark_answered, was_answered
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.region import apply_region, stored_region
from soleflip_desktop.ui.common.starting_page import StartingPage
from soleflip_desktop.ui.system.first_run import flow
from soleflip_desktop.ui.system.first_run.flow import FirstRun
from soleflip_desktop.ui.system.first_run.page import FirstRunPage
from soleflip_desktop.ui.system.preferences import choices
from soleflip_desktop.ui.system.preferences.region_form import RegionForm

ENTER, TAB = Qt.Key.Key_Return, Qt.Key.Key_Tab


@pytest.fixture(autouse=True)
def german(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The operating system speaks German; what a test makes Qt speak ends with it."""
    for module in (formatting, choices):
        monkeypatch.setattr(module, "system_locale", lambda: "de_DE")
    before = QLocale()
    yield
    apply_region(qapp, "en_GB")
    QLocale.setDefault(before)


class Scene:
    """The flow in a window of its own."""

    def __init__(self, kit: UiKit, qtbot: QtBot) -> None:
        self.kit, self.qtbot = kit, qtbot
        self.stack = QStackedWidget()
        qtbot.addWidget(self.stack)
        self.stack.resize(1000, 700)
        self.stack.show()
        self.retried = 0
        self.begun: list[Begin] = []
        self.flow = FirstRun(kit, self._show, self._retry, self.stack)

    @property
    def page(self) -> FirstRunPage:
        page = self.flow.page
        assert page is not None
        self.qtbot.waitUntil(lambda: page.form.filled)
        return page

    def finish(self, preferences: FakePreferences, *, shared: bool = False) -> None:
        async def work() -> None:
            self.begun.append(await self.flow.finish(preferences, shared=shared))

        self.kit.tasks.start(work())

    def done(self) -> Begin:
        self.qtbot.waitUntil(lambda: bool(self.begun))
        return self.begun[0]

    def _show(self, page: QWidget) -> None:
        self.stack.setCurrentIndex(self.stack.addWidget(page))

    def _retry(self) -> None:
        self.retried += 1


@pytest.fixture
def scene(kit: UiKit, qtbot: QtBot) -> Scene:
    return Scene(kit, qtbot)


def test_answers_are_given_while_the_database_is_being_made(
    scene: Scene, kit: UiKit, settings: QSettings
) -> None:
    scene.flow.begin()
    page = scene.page
    assert (page.form.region, page.form.currency) == ("de_DE", "EUR")
    assert page.form.preview.text() == "1.234,56\xa0€ · 24.11.2026"
    scene.flow.show_stage(StartStage.MAKING)
    assert page.state_text == "Preparing the database, once: making the database…"
    page.form.region_box.show_value("de_CH")
    page.form.region_box.picked.emit("de_CH")
    assert page.form.currency == "CHF"  # goes with the region until somebody chooses one
    page.tiles[Begin.SAMPLE].click()
    page.tiles[Begin.IMPORT].click()
    assert [tile.isChecked() for tile in page.tiles.values()] == [True, False, False, False]
    assert page.state_text.endswith("What you chose follows by itself.")
    assert stored_region(settings) is None  # nothing is kept before the database is up
    preferences = FakePreferences()
    scene.finish(preferences)
    assert scene.done() is Begin.IMPORT
    assert (preferences.code, kit.base_currency.code) == ("CHF", "CHF")
    assert (stored_region(settings), kit.formatter.locale) == ("de_CH", "de_CH")
    assert QLocale().name() == "de_CH"
    assert was_answered(settings)


def test_a_database_that_is_up_waits_for_the_answers(scene: Scene, qtbot: QtBot) -> None:
    scene.flow.begin()
    page, preferences = scene.page, FakePreferences()
    scene.finish(preferences)
    qtbot.waitUntil(lambda: page.state_text == "The database is ready.")
    assert scene.begun == []
    page.form.currency_box.show_value("USD")
    page.form.currency_box.picked.emit("USD")
    page.form.region_box.picked.emit("de_DE")
    assert page.form.currency == "USD"  # a currency that was chosen stays
    QTest.keyClick(page.tiles[Begin.EMPTY], Qt.Key.Key_Space)
    assert scene.done() is Begin.EMPTY
    assert preferences.code == "USD"


def test_the_keyboard_alone_gets_through(scene: Scene, qtbot: QtBot) -> None:
    scene.flow.begin()
    page = scene.page
    scene.finish(FakePreferences())
    qtbot.waitUntil(page.form.region_box.hasFocus)
    seen = []
    for _stop in range(6):
        focus = QApplication.focusWidget()
        assert focus is not None
        owner = focus.parentWidget()  # the line inside a combo box has no name of its own
        seen.append(focus.accessibleName() or (owner.accessibleName() if owner else ""))
        QTest.keyClick(focus, TAB)
    titles = ["Import a file…", "Try with sample data", "Connect an account", "Start empty"]
    assert seen == ["Language and region", "Base currency", *titles]
    page.tiles[Begin.ACCOUNT].setFocus()
    QTest.keyClick(page.tiles[Begin.ACCOUNT], ENTER)
    assert scene.done() is Begin.ACCOUNT
    assert all(tile.accessibleDescription() for tile in page.tiles.values())


@pytest.mark.parametrize("answered", [True, False])
def test_nothing_is_asked_where_there_is_nothing_to_ask(
    scene: Scene, kit: UiKit, settings: QSettings, *, answered: bool
) -> None:
    """It was answered before, or the books are full: then it never asks again either."""
    if answered:
        mark_answered(settings)
        scene.flow.begin()
    scene.finish(FakePreferences("PLN", has_data=not answered))
    assert scene.done() is Begin.EMPTY
    assert scene.flow.page is None
    assert kit.base_currency.code == "PLN"
    assert was_answered(settings)


def test_an_empty_database_of_an_earlier_start_asks_when_it_is_up(scene: Scene) -> None:
    preferences = FakePreferences()
    scene.finish(preferences)
    scene.qtbot.waitUntil(lambda: scene.flow.page is not None)
    page = scene.page
    assert page.state_text == "The database is ready."
    page.tiles[Begin.EMPTY].click()
    assert scene.done() is Begin.EMPTY
    assert preferences.code == "EUR"


@pytest.mark.parametrize(("code", "kept"), [("GBP", "GBP"), (None, "EUR")])
def test_a_shared_database_asks_what_is_not_settled(
    scene: Scene, code: str | None, kept: str, qtbot: QtBot
) -> None:
    preferences = FakePreferences(code)
    scene.finish(preferences, shared=True)
    qtbot.waitUntil(lambda: scene.flow.page is not None)
    page = scene.page
    assert page.tiles == {}
    assert page.form.currency_box.isVisible() is (code is None)
    QTest.mouseClick(page.go_on, Qt.MouseButton.LeftButton)
    assert scene.done() is Begin.EMPTY
    assert preferences.code == kept


def test_a_failed_start_is_told_and_tried_again(scene: Scene) -> None:
    scene.flow.begin()
    page = scene.page
    page.show_error("The disk is full.")
    assert (page.state_text, page.retry.isVisible()) == ("The disk is full.", True)
    QTest.mouseClick(page.retry, Qt.MouseButton.LeftButton)
    assert (scene.retried, page.retry.isVisible()) == (1, False)
    assert page.state_text.startswith("Preparing the database")


def test_answers_survive_a_database_that_refuses_them(
    scene: Scene, settings: QSettings, kit: UiKit
) -> None:
    scene.flow.begin()
    scene.page.tiles[Begin.EMPTY].click()
    preferences = FakePreferences()
    preferences.error = UserError("The database cannot be used.")
    scene.finish(preferences)
    scene.qtbot.waitUntil(lambda: len(kit.notifier.messages) == 1)
    assert not was_answered(settings)
    preferences.error = None
    scene.finish(preferences)
    assert scene.done() is Begin.EMPTY
    assert preferences.code == "EUR"


def test_a_choice_before_the_lists_are_there_counts_as_soon_as_they_are(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()

    async def slow(form: RegionForm, region: str | None, currency: str | None) -> None:
        await gate.wait()
        await choices.fill_form(form, region, currency)

    monkeypatch.setattr(flow, "fill_form", slow)
    scene.flow.begin()
    page = scene.flow.page
    assert page is not None
    page.tiles[Begin.EMPTY].click()
    scene.finish(FakePreferences())
    scene.qtbot.waitUntil(lambda: page.state_text == "The database is ready.")
    assert scene.begun == []
    gate.set()
    assert scene.done() is Begin.EMPTY


def test_the_starting_page_names_its_stages(kit: UiKit, qtbot: QtBot) -> None:
    page = StartingPage(kit.icons)
    qtbot.addWidget(page)
    page.show_stage(StartStage.STARTING)
    assert page.text == "Starting the database…\nStarting the database"
    page.show_stage(StartStage.MAKING)
    assert page.text == "Preparing the database, once…\nMaking the database"
    page.show_stage(StartStage.TABLES)
    assert page.text == "Preparing the database, once…\nSetting up the tables"
    page.show_advice("Move it", "Drag it into the Applications folder.")
    assert (page.text, page.retry.isHidden()) == (
        "Move it\nDrag it into the Applications folder.",
        True,
    )
