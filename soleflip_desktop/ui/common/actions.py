"""Actions as data: a menu is a tuple of these, and each knows its key and its icon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from soleflip_desktop.ui.common.icons import IconSet

#: The property of a QAction that says in which menu it stands.
MENU_PROPERTY = "menu"
#: The property of a disabled QAction that says why, as a sentence.
REASON_PROPERTY = "reason"


class Menu(StrEnum):
    """The menus of the window, and the parts of a table's context menu."""

    FILE = "file"
    EDIT = "edit"
    UNIT = "unit"
    VIEW = "view"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Action:
    """A command. `text` carries its mnemonic; `tip` is for the tooltip and the status bar.

    A page adds its actions to itself (`QWidget.addAction`): the menus, the table's context menu
    and the command palette show what the window and the current page hold, under one name.
    """

    text: str
    run: Callable[[], object]
    shortcut: str | QKeySequence.StandardKey | None = None
    icon: str | None = None
    tip: str = ""
    menu: Menu | None = None


def build(action: Action, parent: QObject, icons: IconSet) -> QAction:
    built = QAction(action.text, parent)
    if action.shortcut is not None:
        built.setShortcut(QKeySequence(action.shortcut))
    if action.icon is not None:
        icons.follow(built, action.icon)
    tip, keys = action.tip or name_of(built), keys_of(built)
    built.setToolTip(f"{tip} ({keys})" if keys else tip)
    built.setProperty(MENU_PROPERTY, action.menu)
    # `triggered` brings `checked` along, which the command has no use for.
    built.triggered.connect(lambda _checked=False: action.run())
    return built


def name_of(action: QAction) -> str:
    """The name without its mnemonic: what palette, key list and screen readers say."""
    return action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")


def keys_of(action: QAction) -> str:
    """Like "Ctrl+C", as this system writes it; "" without a shortcut."""
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


def menu_of(action: QAction) -> Menu | None:
    stored = action.property(MENU_PROPERTY)
    return Menu(stored) if stored else None
