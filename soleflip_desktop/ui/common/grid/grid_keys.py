"""The keys of a grid that Qt does not have: heads of groups, whole rows and columns, the menu."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent

from soleflip_desktop.ui.common.grid.cell_selection import CellSelection
from soleflip_desktop.ui.common.grid.sort_header import SortHeader
from soleflip_desktop.ui.common.virtual_table_model import VirtualTableModel

_KEY = Qt.Key
_TOGGLES = frozenset({_KEY.Key_Return, _KEY.Key_Enter, _KEY.Key_Space})
_SIDEWAYS = frozenset({_KEY.Key_Left, _KEY.Key_Right})


class GridKeys(QObject):
    """Answers keys before Qt does.

    Signals:
        menu_requested(int, QPoint): Alt+Down: the menu of the cursor's column.
    """

    menu_requested = Signal(int, QPoint)

    def __init__(
        self, model: VirtualTableModel[Any], selection: CellSelection, header: SortHeader
    ) -> None:
        super().__init__(header)
        self._model, self._selection, self._header = model, selection, header

    def takes(self, event: QKeyEvent, current: QModelIndex) -> bool:
        """Whether the key was one of ours; then it is done."""
        return self._on_head(event, current.row()) or self._on_cells(event, current.column())

    def _on_head(self, event: QKeyEvent, row: int) -> bool:
        """Enter and Space turn a head over, Left folds it, Right unfolds it."""
        group = self._model.group_at(row)
        if group is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        folds = event.key() == _KEY.Key_Left and not group.collapsed
        unfolds = event.key() == _KEY.Key_Right and group.collapsed
        if event.key() in _TOGGLES or folds or unfolds:
            self._model.toggle_group(row)
        return event.key() in _TOGGLES | _SIDEWAYS

    def _on_cells(self, event: QKeyEvent, column: int) -> bool:
        key, modifiers = event.key(), event.modifiers()
        if key == _KEY.Key_Space and modifiers == Qt.KeyboardModifier.ShiftModifier:
            self._selection.whole_rows()
        elif key == _KEY.Key_Space and modifiers == Qt.KeyboardModifier.ControlModifier:
            self._selection.whole_columns()
        elif key == _KEY.Key_Down and modifiers == Qt.KeyboardModifier.AltModifier:
            self._open_menu(column)
        else:
            return False
        return True

    def _open_menu(self, column: int) -> None:
        if column >= 0:
            below = QPoint(self._header.frozen.left(column), self._header.height())
            self.menu_requested.emit(column, self._header.mapToGlobal(below))
