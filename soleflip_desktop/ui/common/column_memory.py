"""Columns as the user left them: width, order, hidden or not; and the menu to change that."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QPoint, QSettings, Qt
from PySide6.QtWidgets import QMenu

from soleflip_desktop.ui.common.columns import Column
from soleflip_desktop.ui.common.table_view import TableView


class ColumnMemory(QObject):
    """Remembers the header of one table under `key`; a changed set of columns starts afresh."""

    def __init__(
        self, view: TableView, columns: Sequence[Column[Any]], settings: QSettings, key: str
    ) -> None:
        super().__init__(view)
        self._view = view
        self._columns = tuple(columns)
        self._settings = settings
        names = "-".join(column.key for column in columns)
        self._key = f"tables/{key}/{names}"
        self.menu = QMenu("Columns", view)
        self.menu.aboutToShow.connect(self._fill_menu)
        header = view.horizontalHeader()
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._on_menu_requested)
        self._restore()

    def save(self) -> None:
        self._settings.setValue(self._key, self._view.horizontalHeader().saveState())

    def reset(self) -> None:
        header = self._view.horizontalHeader()
        for position in range(len(self._columns)):
            header.showSection(position)
            header.moveSection(header.visualIndex(position), position)
            header.resizeSection(position, self._view.default_width(position))

    def set_hidden(self, position: int, *, hidden: bool) -> None:
        """The last visible column stays: an empty table could not be brought back by mouse."""
        header = self._view.horizontalHeader()
        if hidden and header.count() - header.hiddenSectionCount() == 1:
            return
        header.setSectionHidden(position, hidden)

    def _restore(self) -> None:
        state = self._settings.value(self._key)
        if isinstance(state, QByteArray):
            self._view.horizontalHeader().restoreState(state)

    def _fill_menu(self) -> None:
        self.menu.clear()
        header = self._view.horizontalHeader()
        for position, column in enumerate(self._columns):
            action = self.menu.addAction(column.title)
            action.setCheckable(True)
            action.setChecked(not header.isSectionHidden(position))
            action.toggled.connect(partial(self._on_toggled, position))
        self.menu.addSeparator()
        self.menu.addAction("Reset columns").triggered.connect(lambda _checked=False: self.reset())

    def _on_toggled(self, position: int, shown: bool) -> None:  # noqa: FBT001  (a Qt slot)
        self.set_hidden(position, hidden=not shown)

    def _on_menu_requested(self, position: QPoint) -> None:
        self.menu.popup(self._view.horizontalHeader().mapToGlobal(position))
