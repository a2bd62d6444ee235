"""The three themes as a choice of the View menu, remembered in the settings."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QActionGroup

from soleflip_desktop.ui.common.actions import Action, build
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.theme import Theme, ThemeMode

_THEME = "window/theme"
_TEXTS = {
    ThemeMode.SYSTEM: "&Follow system",
    ThemeMode.LIGHT: "&Light",
    ThemeMode.DARK: "&Dark",
}


class ThemeActions(QActionGroup):
    """One action a theme; the one in force is checked, wherever it was chosen."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        theme.changed.connect(self.refresh)

    def refresh(self) -> None:
        for action in self.actions():
            action.setChecked(action.data() == self._theme.mode.value)


def build_theme_actions(kit: UiKit, parent: QObject) -> QActionGroup:
    """Puts the stored theme in force and makes an action of each; the environment decides first."""
    theme, stored = kit.theme, kit.settings.value(_THEME)
    if stored in set(ThemeMode) and not theme.forced:
        theme.set_mode(ThemeMode(str(stored)))
    group = ThemeActions(theme, parent)
    for mode, text in _TEXTS.items():
        action = build(Action(text, partial(choose_theme, kit, mode)), group, kit.icons)
        action.setCheckable(True)
        action.setData(mode.value)
    group.refresh()
    return group


def choose_theme(kit: UiKit, mode: ThemeMode) -> None:
    """Puts it in force and remembers it."""
    kit.settings.setValue(_THEME, mode.value)
    kit.theme.set_mode(mode)
