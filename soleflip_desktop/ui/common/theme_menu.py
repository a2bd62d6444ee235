"""The three themes as a choice of the View menu, remembered in the settings."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QActionGroup

from soleflip_desktop.ui.common.actions import Action, build
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.theme import ThemeMode

_THEME = "window/theme"
_TEXTS = {
    ThemeMode.SYSTEM: "&Follow system",
    ThemeMode.LIGHT: "&Light",
    ThemeMode.DARK: "&Dark",
}


def build_theme_actions(kit: UiKit, parent: QObject) -> QActionGroup:
    """Puts the stored theme in force and makes an action of each; the environment decides first."""
    theme, stored = kit.theme, kit.settings.value(_THEME)
    if stored in set(ThemeMode) and not theme.forced:
        theme.set_mode(ThemeMode(str(stored)))
    group = QActionGroup(parent)
    for mode, text in _TEXTS.items():
        action = build(Action(text, partial(_choose, kit, mode)), group, kit.icons)
        action.setCheckable(True)
        action.setChecked(mode is theme.mode)
    return group


def _choose(kit: UiKit, mode: ThemeMode) -> None:
    kit.settings.setValue(_THEME, mode.value)
    kit.theme.set_mode(mode)
