"""Rejected rows whose cells can be mended in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QVBoxLayout, QWidget

from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.integration import ReviewRow
from soleflip_desktop.ui.common.columns import Tone
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.common.table_copy import make_copyable
from soleflip_desktop.ui.common.table_view import TableView
from soleflip_desktop.ui.integration.wizard.row_columns import cell, editable_columns

#: Columns before the file's own cells.
_FIXED = 1
_TRIGGER = QAbstractItemView.EditTrigger

Index = QModelIndex | QPersistentModelIndex


class EditModel(ListTableModel[ReviewRow]):
    """Rows with their edits.

    Signals:
        edited(int, tuple): the record of that row as the person wants it read.
    """

    edited = Signal(int, tuple)

    def __init__(self, plan: ImportPlan, kit: UiKit, parent: QObject) -> None:
        self.edits: Mapping[int, tuple[str, ...]] = {}
        columns = editable_columns(plan, kit.formatter, lambda: self.edits)
        super().__init__(columns, parent)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() >= _FIXED else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.EditRole and index.column() >= _FIXED:
            row = self.row(index.row())
            return cell(self.edits.get(row.row, row.cells), index.column() - _FIXED)
        return super().data(index, role)

    def setData(  # noqa: N802  (Qt's name)
        self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        if role != Qt.ItemDataRole.EditRole or index.column() < _FIXED:
            return False
        row = self.row(index.row())
        cells = list(self.edits.get(row.row, row.cells))
        place = index.column() - _FIXED
        cells += [""] * (place + 1 - len(cells))
        if cells[place] == str(value):
            return False
        cells[place] = str(value)
        number, changed = row.row, tuple(cells)
        QTimer.singleShot(0, self, lambda: self.edited.emit(number, changed))
        return True


class EditTable(QWidget):
    """The table for the header at hand.

    Signals:
        edited(int, tuple): as of the model.
    """

    edited = Signal(int, tuple)

    def __init__(self, kit: UiKit, parent: QWidget) -> None:
        super().__init__(parent)
        self._kit = kit
        self._header: tuple[str, ...] | None = None
        self.model: EditModel | None = None
        self.view: TableView | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def show_rows(self, plan: ImportPlan, rows: Sequence[ReviewRow]) -> None:
        if self.model is None or plan.header != self._header:
            self._make(plan)
        if self.model is not None:
            self.model.edits = plan.edits
            self.model.set_rows(rows)
            self._go_to_trouble()

    def show_edits(self, plan: ImportPlan) -> None:
        """The same rows with what was edited meanwhile; the cursor stays."""
        if self.model is None or self.view is None:
            return
        current, place = self.view.currentIndex(), self.view.horizontalScrollBar().value()
        row, column = current.row(), current.column()
        rows = [self.model.row(position) for position in range(self.model.rowCount())]
        self.model.edits = plan.edits
        self.model.set_rows(rows)
        if row >= 0:
            self.view.setCurrentIndex(self.model.index(row, column))
        self.view.horizontalScrollBar().setValue(place)

    def _go_to_trouble(self) -> None:
        """The first bad cell has the cursor: it may be far to the right."""
        if self.model is None or self.view is None or not self.model.rowCount():
            return
        rendered = self.model.rendered(0)
        places = () if rendered is None else range(self.model.columnCount())
        bad = next((at for at in places if rendered and rendered.tones[at] is Tone.BAD), _FIXED)
        self.view.setCurrentIndex(self.model.index(0, bad))

    def _make(self, plan: ImportPlan) -> None:
        if self.view is not None:
            self._layout.removeWidget(self.view)
            self.view.deleteLater()
        self._header = plan.header
        self.model = EditModel(plan, self._kit, self)
        self.model.edited.connect(self.edited)
        self.view = TableView(self.model, self._kit.theme, self)
        self.view.setAccessibleName("Rows to mend")
        self.view.setEditTriggers(
            _TRIGGER.DoubleClicked | _TRIGGER.EditKeyPressed | _TRIGGER.AnyKeyPressed
        )
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        make_copyable(self.view, self.model)
        self._layout.addWidget(self.view)
