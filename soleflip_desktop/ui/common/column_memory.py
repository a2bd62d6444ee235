"""Columns as the user left them: width, order, hidden or not, frozen; and a menu to hide them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QPoint, QSettings, Qt
from PySide6.QtWidgets import QMenu

from soleflip_desktop.domain.saved_views import ColumnState
from soleflip_desktop.ui.common.columns import Column
from soleflip_desktop.ui.common.table_view import TableView, VirtualTableView


class ColumnMemory(QObject):
    """Remembers the columns of one table under `key`; what is new since stands at its own place."""

    def __init__(
        self, view: TableView, columns: Sequence[Column[Any]], settings: QSettings, key: str
    ) -> None:
        super().__init__(view)
        self.header = view.horizontalHeader()
        self.columns = tuple(columns)
        self._view = view
        self._places = {column.key: at for at, column in enumerate(columns)}
        self._settings = settings
        self._key = f"tables/{key}/columns"
        self.menu = QMenu("Columns", view)
        self.menu.aboutToShow.connect(self._fill_menu)
        if not isinstance(view, VirtualTableView):  # that one has a menu for each column
            self.header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            self.header.customContextMenuRequested.connect(self._on_menu_requested)
        self._restore()

    # -- as they are ---------------------------------------------------------------------------

    @property
    def frozen(self) -> int:
        """How many of the first columns stay in sight."""
        return self._view.frozen.count

    def state(self) -> tuple[ColumnState, ...]:
        """All columns in the order shown."""
        header = self.header
        order = (header.logicalIndex(place) for place in range(header.count()))
        return tuple(self._state_of(section) for section in order)

    def apply(self, states: Sequence[ColumnState], frozen: int = 0) -> None:
        """As a saved view has them; columns that it does not name get their own defaults."""
        self.reset()
        known = [state for state in states if state.key in self._places]
        for place, state in enumerate(known):
            section = self._places[state.key]
            self.header.moveSection(self.header.visualIndex(section), place)
            self._view.set_reference_width(section, state.width)
        for state in known:
            self.set_hidden(self._places[state.key], hidden=state.hidden)
        self._view.frozen.set_count(frozen)

    def reset(self) -> None:
        for position, column in enumerate(self.columns):
            self.header.moveSection(self.header.visualIndex(position), position)
            self._view.set_reference_width(position, column.width)
            self.header.setSectionHidden(position, column.hidden)
        self._view.frozen.set_count(0)

    def set_hidden(self, position: int, *, hidden: bool) -> None:
        """The last visible column stays: an empty table could not be brought back by mouse."""
        if hidden and self._view.frozen.visible() == [position]:
            return
        self.header.setSectionHidden(position, hidden)

    def fit(self, position: int) -> None:
        """As wide as what is in sight needs."""
        self._view.resizeColumnToContents(position)

    def fit_all(self) -> None:
        for position in self._view.frozen.visible():
            self.fit(position)

    # -- memory --------------------------------------------------------------------------------

    def save(self) -> None:
        columns = [asdict(state) for state in self.state()]
        text = json.dumps({"columns": columns, "frozen": self.frozen})
        self._settings.setValue(self._key, text)

    def _restore(self) -> None:
        text = self._settings.value(self._key)
        if not isinstance(text, str):
            return
        try:
            kept = json.loads(text)
            states = [ColumnState(**state) for state in kept["columns"]]
            frozen = int(kept["frozen"])
        except (ValueError, TypeError, KeyError):
            return  # somebody edited the file: the defaults do
        self.apply(states, frozen)

    def _state_of(self, section: int) -> ColumnState:
        return ColumnState(
            self.columns[section].key,
            self._view.reference_width(section),
            self.header.isSectionHidden(section),
        )

    # -- the chooser ---------------------------------------------------------------------------

    def _fill_menu(self) -> None:
        self.menu.clear()
        for position, column in enumerate(self.columns):
            action = self.menu.addAction(column.title)
            action.setCheckable(True)
            action.setChecked(not self.header.isSectionHidden(position))
            action.toggled.connect(partial(self._on_toggled, position))
        self.menu.addSeparator()
        self.menu.addAction("Reset columns").triggered.connect(lambda _checked=False: self.reset())

    def _on_toggled(self, position: int, shown: bool) -> None:  # noqa: FBT001  (a Qt slot)
        self.set_hidden(position, hidden=not shown)

    def _on_menu_requested(self, position: QPoint) -> None:
        self.menu.popup(self.header.mapToGlobal(position))
