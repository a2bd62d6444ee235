"""Every key of the window and the page in sight, with a search box."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.ui.common.command_palette import ROW_HEIGHT, match
from soleflip_desktop.ui.common.menus import Command

_KEYS_WIDTH = 150

#: Keys that are no commands: they belong to the thing that has the focus.
GRID_KEYS = (
    ("Arrow keys", "Tables › Move by cell"),
    ("Shift+arrow keys", "Tables › Select a range"),
    ("Ctrl+click", "Tables › Add to the selection"),
    ("Shift+Space", "Tables › Select the whole rows"),
    ("Ctrl+Space", "Tables › Select the whole columns"),
    ("Alt+Down", "Tables › Open the menu of the column"),
    ("Enter, Left, Right", "Tables › Fold and unfold a group"),
    ("F2", "Tables › Edit the cell; typing begins anew"),
    ("Enter, Tab", "Tables › Take the edit and go down or right"),
    ("Esc", "Tables › Give up the edit; in the search box: clear it"),
    ("?", "Help › Show this list"),
)


class KeyHelp(QDialog):
    """Shown by open()."""

    def __init__(self, commands: Sequence[Command], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(560, 520)
        rows = [(command.keys, command.title) for command in commands if command.keys]
        self.rows = (*rows, *GRID_KEYS)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search keys and commands")
        self.search.setAccessibleName("Search keys and commands")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._fill)
        self.list = QTreeWidget(self)
        self.list.setHeaderLabels(["Keys", "Command"])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName("Keyboard shortcuts")
        self.list.header().resizeSection(0, _KEYS_WIDTH)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        layout.addWidget(buttons)
        self._fill("")

    def _fill(self, query: str) -> None:
        self.list.clear()
        for keys, title in self.rows:
            if match(query, f"{title} {keys} {keys.replace('+', ' ')}") in {0, 1}:
                item = QTreeWidgetItem([keys, title])
                item.setSizeHint(0, QSize(0, ROW_HEIGHT))
                self.list.addTopLevelItem(item)
