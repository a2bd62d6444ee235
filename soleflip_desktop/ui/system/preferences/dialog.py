"""Preferences: of this desktop (region, theme, updates) and of its database (base currency)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.ui.common.context import PreferencesSource, UiKit
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.region import store_region, stored_region
from soleflip_desktop.ui.common.theme import ThemeMode
from soleflip_desktop.ui.common.theme_menu import choose_theme
from soleflip_desktop.ui.system.preferences.choices import fill_form
from soleflip_desktop.ui.system.preferences.region_form import RegionForm

UPDATES_KEY = "updates/enabled"
_WIDTH = 660
_THEMES = {
    ThemeMode.SYSTEM: "Follow the system",
    ThemeMode.LIGHT: "Light",
    ThemeMode.DARK: "Dark",
}
_RESTART = "The new region holds from the next start of SoleFlip on."


def open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


class PreferencesDialog(QDialog):
    """Shown with open(); each choice holds as soon as it is made, so there is nothing to save.

    `preferences` is None while the database is not up. `updates` is what holds where nobody has
    chosen whether to look for updates, None where this build looks for none.
    """

    def __init__(
        self,
        preferences: PreferencesSource | None,
        kit: UiKit,
        folder: Path,
        parent: QWidget,
        *,
        updates: bool | None = None,
        show_folder: Callable[[Path], None] = open_folder,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Preferences")
        self._preferences, self._kit, self._folder = preferences, kit, folder
        self._ended = False
        self.form = RegionForm(self, currency=preferences is not None)
        self.notice = label("", "info", wrap=True)
        self.problem = label("", "bad", wrap=True)
        self.theme = QComboBox(self)
        self.updates = QCheckBox("Look for &updates once a day", self)
        self.open_folder = QPushButton("&Open folder", self)
        self.open_folder.setAutoDefault(False)
        self.open_folder.clicked.connect(lambda: show_folder(folder))
        self.done_button = QPushButton("&Close", self)
        self.done_button.setDefault(True)
        self.done_button.clicked.connect(self.accept)
        self._fill_theme()
        self._fill_updates(updates)
        self._lay_out()
        self._began_with = kit.formatter.locale
        self.form.region_picked.connect(self._on_region)
        self.form.currency_picked.connect(self._on_currency)
        self.finished.connect(kit.tasks.start(self._load()))

    def done(self, result: int) -> None:
        self._ended = True
        super().done(result)

    async def _load(self) -> None:
        """The region needs no database: it can be chosen also where that does not answer."""
        try:
            await self._read_currency()
        except UserError as error:
            _say(self.problem, str(error))
        region = stored_region(self._kit.settings) or self._began_with
        await fill_form(self.form, region, self._kit.base_currency.code)
        self._tell_region(self.form.region)

    async def _read_currency(self) -> None:
        """Another desktop may have chosen another currency since."""
        if self._preferences is not None:
            self._kit.base_currency.code = await self._preferences.base_currency()

    # -- choices -------------------------------------------------------------------------------

    def _on_region(self, region: str) -> None:
        store_region(self._kit.settings, region)
        self._tell_region(region)

    def _tell_region(self, region: str) -> None:
        """The pages were built for a region: their fields must not read another one's numbers."""
        _say(self.notice, "" if region == self._began_with else _RESTART)

    def _on_currency(self, code: str) -> None:
        _say(self.problem, "")
        self._kit.tasks.start(self._store_currency(code))

    async def _store_currency(self, code: str) -> None:
        if self._preferences is None:
            return
        try:
            self._kit.base_currency.code = await self._preferences.set_base_currency(code)
        except UserError as error:
            self._tell(error)

    def _tell(self, error: UserError) -> None:
        """The dialog may have been closed before the database gave up."""
        if self._ended:
            self._kit.notifier.error(error)
        else:
            _say(self.problem, str(error))

    def _fill_theme(self) -> None:
        for mode, words in _THEMES.items():
            self.theme.addItem(words, mode.value)
        self.theme.setCurrentIndex(self.theme.findData(self._kit.theme.mode.value))
        self.theme.activated.connect(self._on_theme)

    def _on_theme(self) -> None:
        choose_theme(self._kit, ThemeMode(self.theme.currentData()))

    def _fill_updates(self, usual: bool | None) -> None:  # noqa: FBT001  (None: no such choice)
        self.updates.setVisible(usual is not None)
        chosen = self._kit.settings.value(UPDATES_KEY, defaultValue=bool(usual), type=bool)
        self.updates.setChecked(bool(chosen))
        self.updates.toggled.connect(lambda on: self._kit.settings.setValue(UPDATES_KEY, on))

    # -- looks ---------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        theme = QLabel("&Theme", self)
        theme.setBuddy(self.theme)
        folder = QHBoxLayout()
        path = label(str(self._folder), "muted", wrap=True)
        path.setAccessibleName("Data folder")
        folder.addWidget(path, 1)
        folder.addWidget(self.open_folder)
        grid.addWidget(theme, 0, 0)
        grid.addWidget(self.theme, 0, 1, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(QLabel("Data folder", self), 1, 0)
        grid.addLayout(folder, 1, 1)
        grid.addWidget(self.updates, 2, 1)
        grid.setColumnMinimumWidth(0, self.form.label_width)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.done_button)
        line = QFrame(self)
        line.setProperty("role", "line")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(14)
        layout.addWidget(self.form)
        layout.addWidget(self.notice)
        layout.addWidget(self.problem)
        layout.addWidget(line)
        layout.addLayout(grid)
        layout.addStretch(1)
        layout.addLayout(buttons)
        _say(self.notice, "")
        _say(self.problem, "")
        self.setMinimumWidth(_WIDTH)


def _say(place: QLabel, text: str) -> None:
    place.setText(text)
    place.setVisible(bool(text))
