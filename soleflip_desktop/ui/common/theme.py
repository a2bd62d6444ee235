"""Light and dark: one palette of our own for each, on the Fusion style of every system."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from enum import StrEnum
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from soleflip_desktop.resources import resource_path
from soleflip_desktop.ui.common.columns import Tone

ENVIRONMENT_VARIABLE = "SOLEFLIP_THEME"


class ThemeMode(StrEnum):
    """What the user chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class ThemeColors:
    """Colours by purpose. Text colours reach a contrast of 4.5 on `base`, `window` and pills."""

    scheme: str
    window: str
    sidebar: str
    base: str
    raised: str
    hover: str
    line: str
    border: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_strong: str
    on_accent: str
    selection: str
    good: str
    good_soft: str
    bad: str
    bad_soft: str
    warning: str
    warning_soft: str
    info: str
    info_soft: str
    neutral_soft: str
    veil: str


LIGHT = ThemeColors(
    scheme="light",
    window="#f7f8fa",
    sidebar="#f0f2f5",
    base="#ffffff",
    raised="#ffffff",
    hover="#e9ecf1",
    line="#e2e5ea",
    border="#c3c9d2",
    text="#1b1f26",
    muted="#565e6b",
    faint="#8b93a0",
    accent="#2257c9",
    accent_strong="#1a47a8",
    on_accent="#ffffff",
    selection="#dae6fd",
    good="#136a43",
    good_soft="#dff3e8",
    bad="#b3202b",
    bad_soft="#fde7e8",
    warning="#855000",
    warning_soft="#fcefd6",
    info="#1f5487",
    info_soft="#e1eefa",
    neutral_soft="#eaedf1",
    veil="rgba(27, 31, 38, 110)",
)

DARK = ThemeColors(
    scheme="dark",
    window="#16181c",
    sidebar="#121417",
    base="#1b1e22",
    raised="#24282e",
    hover="#2a2f36",
    line="#2b3037",
    border="#454c57",
    text="#e8ebef",
    muted="#a3abb7",
    faint="#727b88",
    accent="#7fa8ff",
    accent_strong="#9dbcff",
    on_accent="#0f1724",
    selection="#27395e",
    good="#6ed6a2",
    good_soft="#173627",
    bad="#ff9499",
    bad_soft="#452124",
    warning="#f0bc6a",
    warning_soft="#3d2e14",
    info="#8cc4fa",
    info_soft="#1b3248",
    neutral_soft="#2c3138",
    veil="rgba(0, 0, 0, 150)",
)


class Theme(QObject):
    """Follows the system's colour scheme, or what the user or the environment says instead.

    Signals:
        changed: the colours are others; icons and painted things are to be made anew.
    """

    changed = Signal()

    def __init__(self, app: QApplication, mode: ThemeMode = ThemeMode.SYSTEM) -> None:
        super().__init__(app)
        self._app = app
        forced = os.environ.get(ENVIRONMENT_VARIABLE, "")
        #: The environment decides, whatever the settings say: for tests and screenshots.
        self.forced = forced in set(ThemeMode)
        self._mode = ThemeMode(forced) if self.forced else mode
        self.colors = LIGHT
        self._pens: dict[str, QColor] = {}
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        self._apply()

    @property
    def mode(self) -> ThemeMode:
        return self._mode

    def set_mode(self, mode: ThemeMode) -> None:
        if mode is not self._mode:
            self._mode = mode
            self._apply()

    def color(self, name: str) -> QColor:
        """The colour of that field of ThemeColors, kept because painting asks often."""
        found = self._pens.get(name)
        if found is None:
            found = self._pens[name] = QColor(getattr(self.colors, name))
        return found

    def tone_color(self, tone: Tone) -> QColor:
        return self.color("text" if tone is Tone.PLAIN else tone.value)

    def pill_color(self, tone: Tone) -> QColor:
        soft = tone in {Tone.PLAIN, Tone.MUTED}
        return self.color("neutral_soft" if soft else f"{tone.value}_soft")

    def number_font(self, base: QFont) -> QFont:
        """The font with figures of equal width, so that columns of amounts line up."""
        font = QFont(base)
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def _on_scheme_changed(self) -> None:
        if self._mode is ThemeMode.SYSTEM:
            self._apply()

    def _apply(self) -> None:
        wanted = {
            ThemeMode.SYSTEM: Qt.ColorScheme.Unknown,
            ThemeMode.LIGHT: Qt.ColorScheme.Light,
            ThemeMode.DARK: Qt.ColorScheme.Dark,
        }[self._mode]
        hints = self._app.styleHints()
        hints.setColorScheme(wanted)  # title bars and native dialogs follow
        system_dark = hints.colorScheme() == Qt.ColorScheme.Dark
        dark = system_dark if self._mode is ThemeMode.SYSTEM else self._mode is ThemeMode.DARK
        self.colors = DARK if dark else LIGHT
        self._pens.clear()
        self._app.setPalette(_palette(self.colors))
        self._app.setStyleSheet(_style_sheet(self.colors))
        self.changed.emit()


def _palette(colors: ThemeColors) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for target, color in (
        (role.Window, colors.window),
        (role.WindowText, colors.text),
        (role.Base, colors.base),
        (role.AlternateBase, colors.window),
        (role.Text, colors.text),
        (role.Button, colors.raised),
        (role.ButtonText, colors.text),
        (role.BrightText, colors.bad),
        (role.ToolTipBase, colors.raised),
        (role.ToolTipText, colors.text),
        (role.PlaceholderText, colors.muted),
        (role.Highlight, colors.accent),
        (role.HighlightedText, colors.on_accent),
        (role.Accent, colors.accent),
        (role.Link, colors.accent),
        (role.LinkVisited, colors.accent),
        (role.Mid, colors.border),
        (role.Midlight, colors.hover),
        (role.Light, colors.raised),
        (role.Dark, colors.border),
    ):
        palette.setColor(target, QColor(color))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, QColor(colors.faint))
    return palette


def _style_sheet(colors: ThemeColors) -> str:
    values = {field.name: getattr(colors, field.name) for field in fields(colors)}
    template = Template(resource_path("theme/app.qss").read_text(encoding="utf-8"))
    return template.substitute(values, icons=resource_path("icons").as_posix())
