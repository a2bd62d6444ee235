"""Actions as data: a menu is a tuple of these, and each knows its key and its icon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from soleflip_desktop.ui.common.icons import IconSet


@dataclass(frozen=True, slots=True)
class Action:
    """A command. `text` carries its mnemonic; `tip` is for the tooltip and the status bar."""

    text: str
    run: Callable[[], object]
    shortcut: str | QKeySequence.StandardKey | None = None
    icon: str | None = None
    tip: str = ""


def build(action: Action, parent: QObject, icons: IconSet) -> QAction:
    built = QAction(action.text, parent)
    if action.shortcut is not None:
        built.setShortcut(QKeySequence(action.shortcut))
    if action.icon is not None:
        icons.follow(built, action.icon)
    if action.tip:
        built.setToolTip(action.tip)
    # `triggered` brings `checked` along, which the command has no use for.
    built.triggered.connect(lambda _checked=False: action.run())
    return built
