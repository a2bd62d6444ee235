"""The menus of the window and of tables: what the window and the page in sight can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from soleflip_desktop.ui.common.actions import Menu, keys_of, menu_of, name_of

_TITLES = {
    Menu.FILE: "&File",
    Menu.EDIT: "&Edit",
    Menu.UNIT: "&Unit",
    Menu.VIEW: "&View",
    Menu.HELP: "&Help",
}
#: What can be done with the rows under the mouse.
_CONTEXT = (Menu.EDIT, Menu.UNIT)


@dataclass(frozen=True, slots=True)
class Command:
    """An action as lists of commands show it. Where it stands is part of its name."""

    menu: Menu
    name: str
    keys: str
    action: QAction

    @property
    def title(self) -> str:
        return f"{_TITLES[self.menu].replace('&', '')} › {self.name}"


class Menus(QObject):
    """Fills the menu bar: the window's own actions, then those of the page in sight.

    The window's actions of the File menu that are added `last` stand below the page's.
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._own: dict[Menu, list[QAction]] = {menu: [] for menu in Menu}
        self._last: dict[Menu, list[QAction]] = {menu: [] for menu in Menu}
        self._page: QWidget | None = None
        self.menus: dict[Menu, QMenu] = {}
        for menu, title in _TITLES.items():
            built = window.menuBar().addMenu(title)
            built.setToolTipsVisible(True)
            built.aboutToShow.connect(partial(self._fill, menu))
            self.menus[menu] = built

    def add(self, menu: Menu, *actions: QAction, last: bool = False) -> None:
        (self._last if last else self._own)[menu].extend(actions)
        self._fill(menu)

    def separate(self, menu: Menu) -> None:
        """A line between what was added and what comes."""
        line = QAction(self)
        line.setSeparator(True)
        self.add(menu, line)

    def show_page(self, page: QWidget) -> None:
        """To be called when another page is in sight, or the actions of this one changed."""
        self._page = page
        for menu in Menu:
            self._fill(menu)

    def commands(self) -> list[Command]:
        """Everything the menus hold, in their order."""
        return [
            Command(menu, name_of(action), keys_of(action), action)
            for menu in Menu
            for action in self._actions(menu)
            if not action.isSeparator() and action.isVisible()
        ]

    def _actions(self, menu: Menu) -> list[QAction]:
        return [*self._own[menu], *page_actions(self._page, menu), *self._last[menu]]

    def _fill(self, menu: Menu) -> None:
        built = self.menus[menu]
        # QMenu.clear of PySide deletes actions that no Python variable holds, the pages' own too.
        for action in built.actions():
            built.removeAction(action)
            if action.isSeparator() and action.parent() is built:
                action.deleteLater()
        parts = (self._own[menu], page_actions(self._page, menu), self._last[menu])
        for part in (part for part in parts if part):
            if built.actions():
                built.addSeparator()
            built.addActions(part)
        settle_mnemonics(built.actions())
        built.menuAction().setVisible(bool(built.actions()))


def page_actions(page: QWidget | None, menu: Menu) -> list[QAction]:
    found = page.actions() if page is not None else []
    return [action for action in found if menu_of(action) is menu]


def give_context_menu(view: QWidget, page: QWidget) -> None:
    """The table's context menu, by mouse or by the menu key, with the page's actions."""
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    view.customContextMenuRequested.connect(partial(_open_context_menu, view, page))


def _open_context_menu(view: QWidget, page: QWidget, at: QPoint) -> None:
    menu = context_menu(view, page)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(view.mapToGlobal(at))


def context_menu(view: QWidget, page: QWidget) -> QMenu:
    menu = QMenu(view)
    for part in (page_actions(page, each) for each in _CONTEXT):
        if part and menu.actions():
            menu.addSeparator()
        menu.addActions(part)
    settle_mnemonics(menu.actions())
    return menu


def settle_mnemonics(actions: Sequence[QAction]) -> None:
    """One letter for one command: who comes later takes its next free letter, or none."""
    taken: set[str] = set()
    for action in actions:
        name = action.text()
        plain = name_of(action)
        at = name.replace("&&", "").find("&")
        wanted = name.replace("&&", "")[at + 1] if at >= 0 else ""
        letters = [wanted, *plain] if wanted else list(plain)
        free = next((one for one in letters if one.isalnum() and one.casefold() not in taken), "")
        if not free:
            continue
        taken.add(free.casefold())
        if free != wanted:
            place = plain.index(free)
            before, after = plain[:place], plain[place:]
            action.setText(f"{before.replace('&', '&&')}&{after.replace('&', '&&')}")
