"""Menus, context menu, palette and key list: one name, one key for each command."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMainWindow, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from soleflip_desktop.ui.common.actions import REASON_PROPERTY, Action, Menu, build, name_of
from soleflip_desktop.ui.common.command_palette import CommandPalette, match, ranked
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.key_help import KeyHelp
from soleflip_desktop.ui.common.menus import Menus, context_menu
from soleflip_desktop.ui.main_window import MainWindow

CONTROL = Qt.KeyboardModifier.ControlModifier


class Desk:
    """A window with two pages and their actions."""

    def __init__(self, kit: UiKit, qtbot: QtBot) -> None:
        self.ran: list[str] = []
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        body = QWidget()
        layout = QVBoxLayout(body)
        self.line = QLineEdit()
        self.page, self.other = QWidget(), QWidget()
        for widget in (self.line, self.page, self.other):
            layout.addWidget(widget)
        self.window.setCentralWidget(body)
        self.window.resize(700, 500)
        self.kit = kit
        self.menus = Menus(self.window)
        self.menus.add(Menu.FILE, self.made("&Import…", "Ctrl+I", self.window))
        self.menus.add(Menu.FILE, self.made("&Quit", "Ctrl+Q", self.window), last=True)
        self.menus.add(Menu.VIEW, self.made("&Command palette…", "Ctrl+K", self.window))
        for text, keys, menu in (
            ("&Export this view…", "Ctrl+E", Menu.FILE),
            ("&Print…", "Ctrl+P", Menu.FILE),
            ("&Copy", "Ctrl+C", Menu.EDIT),
            ("&Clear cells", "Del", Menu.EDIT),
            ("&Move to a place…", "Ctrl+M", Menu.UNIT),
        ):
            self.page.addAction(self.made(text, keys, self.page, menu))
        self.menus.show_page(self.page)
        self.window.show()

    def made(self, text: str, keys: str, parent: QWidget, menu: Menu | None = None) -> QAction:
        action = Action(text, lambda: self.ran.append(text), keys, menu=menu)
        return build(action, parent, self.kit.icons)

    def names(self, menu: Menu) -> list[str]:
        return [
            "-" if action.isSeparator() else name_of(action)
            for action in self.menus.menus[menu].actions()
        ]

    def palette(self) -> CommandPalette:
        palette = CommandPalette(self.menus.commands(), self.kit.settings, self.window)
        palette.open_over(self.window)
        return palette


def shown(palette: CommandPalette) -> list[str]:
    items = (palette.list.topLevelItem(row) for row in range(palette.list.topLevelItemCount()))
    return [item.text(0) for item in items if item is not None]


@pytest.fixture
def desk(kit: UiKit, qtbot: QtBot) -> Desk:
    return Desk(kit, qtbot)


def test_menus_hold_the_windows_actions_and_the_pages(desk: Desk) -> None:
    assert desk.names(Menu.FILE) == ["Import…", "-", "Export this view…", "Print…", "-", "Quit"]
    assert desk.names(Menu.UNIT) == ["Move to a place…"]
    assert desk.menus.menus[Menu.UNIT].menuAction().isVisible()


def test_another_page_brings_its_own_actions(desk: Desk) -> None:
    desk.menus.show_page(desk.other)
    assert desk.names(Menu.FILE) == ["Import…", "-", "Quit"]
    assert not desk.menus.menus[Menu.UNIT].menuAction().isVisible()
    desk.menus.show_page(desk.page)
    assert desk.names(Menu.EDIT) == ["Copy", "Clear cells"]


def test_context_menu_has_what_concerns_the_rows(desk: Desk) -> None:
    menu = context_menu(desk.line, desk.page)
    names = [name_of(action) for action in menu.actions() if not action.isSeparator()]
    assert names == ["Copy", "Clear cells", "Move to a place…"]
    assert [action.shortcut().toString() for action in menu.actions()][:2] == ["Ctrl+C", "Del"]


def test_tooltips_show_the_key(desk: Desk) -> None:
    assert desk.page.actions()[0].toolTip() == "Export this view… (Ctrl+E)"


def test_names_are_the_same_everywhere(desk: Desk) -> None:
    in_menus = {
        name_of(action)
        for menu in desk.menus.menus.values()
        for action in menu.actions()
        if not action.isSeparator()
    }
    palette, keys = desk.palette(), KeyHelp(desk.menus.commands(), desk.window)
    assert {title.partition(" › ")[2] for title in shown(palette)} == in_menus
    assert {title.partition(" › ")[2] for _keys, title in keys.rows} >= in_menus
    palette.close()
    keys.close()


def test_mnemonics_of_a_menu_differ(desk: Desk) -> None:
    texts = [action.text() for action in desk.menus.menus[Menu.EDIT].actions()]
    assert texts == ["&Copy", "C&lear cells"]


# -- the palette -------------------------------------------------------------------------------


def test_palette_finds_by_word_beginnings_and_runs_with_enter(qtbot: QtBot, desk: Desk) -> None:
    palette = desk.palette()
    qtbot.waitUntil(palette.line.hasFocus)
    QTest.keyClicks(palette.line, "ex vi")
    assert shown(palette)[0] == "File › Export this view…"
    first = palette.list.topLevelItem(0)
    assert first is not None
    assert first.text(1) == "Ctrl+E"
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert desk.ran == ["&Export this view…"]
    assert not palette.isVisible()


def test_palette_shows_the_last_used_first(desk: Desk) -> None:
    palette = desk.palette()
    QTest.keyClicks(palette.line, "move")
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    again = desk.palette()
    assert shown(again)[:2] == ["Unit › Move to a place…", "File › Import…"]
    QTest.keyClick(again.line, Qt.Key.Key_Down)
    QTest.keyClick(again.line, Qt.Key.Key_Return)
    assert desk.ran == ["&Move to a place…", "&Import…"]


def test_palette_closes_with_escape_and_runs_nothing(desk: Desk) -> None:
    palette = desk.palette()
    QTest.keyClick(palette.line, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert desk.ran == []


def test_disabled_commands_stand_below_with_their_reason(desk: Desk) -> None:
    export = desk.page.actions()[0]
    export.setEnabled(False)
    export.setProperty(REASON_PROPERTY, "No rows are shown.")
    palette = desk.palette()
    assert shown(palette)[-1] == "File › Export this view…  (No rows are shown.)"
    QTest.keyClicks(palette.line, "export")
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert desk.ran == []
    palette.close()


@pytest.mark.parametrize(
    ("query", "fit"),
    [("", 0), ("exp", 0), ("this ex", 0), ("xport", 1), ("etv", 2), ("zebra", None), ("vte", None)],
)
def test_match(query: str, fit: int | None) -> None:
    assert match(query, "Export this view…") == fit


def test_ranking_prefers_the_better_fit(desk: Desk) -> None:
    names = [command.name for command in ranked(desk.menus.commands(), "co", [])]
    assert names[0] == "Copy"


# -- the list of keys --------------------------------------------------------------------------


def test_key_list_can_be_searched(qtbot: QtBot, desk: Desk) -> None:
    keys = KeyHelp(desk.menus.commands(), desk.window)
    keys.open()
    QTest.keyClicks(keys.search, "ctrl+m")
    rows = [keys.list.topLevelItem(row) for row in range(keys.list.topLevelItemCount())]
    assert [(row.text(0), row.text(1)) for row in rows if row] == [
        ("Ctrl+M", "Unit › Move to a place…")
    ]
    keys.close()


# -- in the real window ------------------------------------------------------------------------


def test_no_two_commands_share_a_key_or_a_mnemonic(window: MainWindow) -> None:
    for number in range(len(window.pages)):
        window.go_to(number)
        keys = Counter(command.keys for command in window.menus.commands() if command.keys)
        assert [key for key, count in keys.items() if count > 1] == []
        for menu in window.menus.menus.values():
            letters = Counter(
                action.text()[action.text().index("&") + 1].casefold()
                for action in menu.actions()
                if "&" in action.text()
            )
            assert [letter for letter, count in letters.items() if count > 1] == []


def test_every_command_has_one_name_in_the_real_window(window: MainWindow) -> None:
    for number in range(len(window.pages)):
        window.go_to(number)
        names = Counter(command.title for command in window.menus.commands())
        assert [name for name, count in names.items() if count > 1] == []
        in_menus = {
            name_of(action)
            for menu in window.menus.menus.values()
            for action in menu.actions()
            if action.isVisible() and not action.isSeparator()
        }
        assert in_menus == {command.name for command in window.menus.commands()}


def test_palette_opens_by_its_key(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_K, CONTROL)
    (palette,) = window.findChildren(CommandPalette)
    QTest.keyClicks(palette.line, "orders")
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert window.stack.currentWidget() is window.pages[1]


def test_question_mark_alone_shows_the_keys(qtbot: QtBot, window: MainWindow) -> None:
    QTest.keyClicks(window, "?")
    qtbot.waitUntil(lambda: bool(window.findChildren(KeyHelp)))
    window.findChildren(KeyHelp)[0].close()


def test_question_mark_of_a_scanner_shows_nothing(qtbot: QtBot, window: MainWindow) -> None:
    QTest.keyClicks(window, "A?1")
    assert not window._help_timer.isActive()


def test_question_mark_in_an_editor_is_a_letter(qtbot: QtBot, window: MainWindow) -> None:
    search = window.pages[0].search  # type: ignore[union-attr]  # the inventory has one
    QTest.keyClicks(search, "?")
    assert search.text() == "?"
    assert not window._help_timer.isActive()
