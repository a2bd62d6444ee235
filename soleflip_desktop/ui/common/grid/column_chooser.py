"""Which columns are shown, and in which order: a list to search, tick and drag."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from soleflip_desktop.ui.common.columns import Column
from soleflip_desktop.ui.common.grid.popup import Popup
from soleflip_desktop.ui.common.icons import IconSet
from soleflip_desktop.ui.common.search_box import SearchBox

_SECTION = Qt.ItemDataRole.UserRole
_WIDTH, _HEIGHT = 260, 320


class _ColumnList(QListWidget):
    """A list whose Alt+Up and Alt+Down move the current entry.

    Signals:
        shifted(int): by one place up (-1) or down (1).
    """

    shifted = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.shifted.emit(step)
        else:
            super().keyPressEvent(event)


class ColumnChooser(Popup):
    """Changes the header at once; Alt+Up and Alt+Down move a column.

    Signals:
        reset_requested: the columns as they were made; whoever restores them calls `refill`.
        changed: columns were shown, hidden or moved.
    """

    reset_requested = Signal()
    changed = Signal()

    def __init__(
        self, header: QHeaderView, columns: Sequence[Column[Any]], icons: IconSet, parent: QWidget
    ) -> None:
        super().__init__("Columns", parent)
        self._header, self._columns = header, tuple(columns)
        self.search = SearchBox("Search columns", icons, self)
        self.search.setMinimumWidth(_WIDTH)
        self.list = _ColumnList(self)
        self.list.setAccessibleName("Columns, in the order shown")
        self.list.setMinimumHeight(_HEIGHT)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self._build()
        self.refill()
        self.search.search_changed.connect(self._filter)
        self.search.left_downwards.connect(self._enter_list)
        self.list.shifted.connect(self._shift)
        self.list.itemChanged.connect(self._on_ticked)
        self.list.model().rowsMoved.connect(self._on_dragged)

    def open_at(self, place: QPoint) -> None:
        super().open_at(place)
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def refill(self) -> None:
        """Shows what the header shows."""
        self.list.blockSignals(True)
        self.list.clear()
        for place in range(self._header.count()):
            section = self._header.logicalIndex(place)
            item = QListWidgetItem(self._columns[section].title, self.list)
            item.setData(_SECTION, section)
            shown = not self._header.isSectionHidden(section)
            item.setCheckState(Qt.CheckState.Checked if shown else Qt.CheckState.Unchecked)
        self.list.blockSignals(False)
        self._filter(self.search.text())

    def _build(self) -> None:
        moves, ends = QHBoxLayout(), QHBoxLayout()
        self.up = self._button("Move &up", moves, lambda: self._shift(-1))
        self.down = self._button("Move &down", moves, lambda: self._shift(1))
        self.show_all = self._button("Show &all", ends, self._show_all)
        self.reset = self._button("&Reset", ends, self._reset)
        self.body.addWidget(self.search)
        self.body.addWidget(self.list, 1)
        self.body.addLayout(moves)
        self.body.addLayout(ends)

    def _button(self, text: str, row: QHBoxLayout, run: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False: run())
        row.addWidget(button, 1)
        return button

    # -- reactions -----------------------------------------------------------------------------

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for item in self._items():
            item.setHidden(not all(word in item.text().casefold() for word in words))
        # Among some of the columns nobody could tell where one is dropped.
        self.list.setDragEnabled(not words)

    def _enter_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.TabFocusReason)
        shown = [row for row, item in enumerate(self._items()) if not item.isHidden()]
        if shown and self.list.currentRow() not in shown:
            self.list.setCurrentRow(shown[0])

    def _on_ticked(self, item: QListWidgetItem) -> None:
        """The last column stays: an empty table could not be brought back by mouse."""
        hidden = item.checkState() == Qt.CheckState.Unchecked
        header, section = self._header, item.data(_SECTION)
        if hidden and header.count() - header.hiddenSectionCount() == 1:
            item.setCheckState(Qt.CheckState.Checked)
            return
        if hidden != header.isSectionHidden(section):
            header.setSectionHidden(section, hidden)
            self.changed.emit()

    def _on_dragged(self) -> None:
        for place, item in enumerate(self._items()):
            self._header.moveSection(self._header.visualIndex(item.data(_SECTION)), place)
        self.changed.emit()

    def _shift(self, step: int) -> None:
        """Moves the current column over its neighbour, of those that the search shows."""
        items = self._items()
        shown = [row for row, item in enumerate(items) if not item.isHidden()]
        row = self.list.currentRow()
        at = shown.index(row) + step if row in shown else -1
        if not 0 <= at < len(shown):
            return
        place = self._header.visualIndex(items[row].data(_SECTION))
        self._header.moveSection(place, shown[at])
        self.refill()
        self.list.setCurrentRow(shown[at])
        self.changed.emit()

    def _show_all(self) -> None:
        for item in self._items():
            item.setCheckState(Qt.CheckState.Checked)

    def _reset(self) -> None:
        self.reset_requested.emit()
        self.refill()
        self.changed.emit()
