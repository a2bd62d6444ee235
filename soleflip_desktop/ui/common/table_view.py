"""The table widget: looks, keys, and keeping the selection by id when the rows change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    Signal,
)
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from soleflip_desktop.ui.common.cell_delegate import CellDelegate
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.common.theme import Theme
from soleflip_desktop.ui.common.virtual_table_model import VirtualTableModel

#: A larger selection is not restored after a reload: nobody picked that many by hand.
MAX_KEPT_SELECTION = 5_000
_FLAG = QItemSelectionModel.SelectionFlag


class TableView(QTableView):
    """Whole rows, fixed height, hairlines; paints through the CellDelegate.

    Signals:
        typed(str): somebody typed while the table had the focus.
    """

    typed = Signal(str)

    def __init__(
        self,
        model: VirtualTableModel[Any] | ListTableModel[Any],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._delegate = CellDelegate(model, model.columns, theme, self)
        self.setItemDelegate(self._delegate)
        self.setModel(model)
        self._set_up_looks()
        self._set_up_header()
        self._widths = [self._delegate.scaled(column.width) for column in model.columns]
        for position, width in enumerate(self._widths):
            self.setColumnWidth(position, width)
        theme.changed.connect(self.viewport().update)

    def _set_up_looks(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def _set_up_header(self) -> None:
        rows = self.verticalHeader()
        # A visible row header walks all sections: 300 ms at a million rows (performance.md 0.3).
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(1)
        rows.setDefaultSectionSize(self._delegate.row_height)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setMinimumSectionSize(48)
        header.setFixedHeight(self._delegate.row_height + 4)
        # To paint a section the header asks whether its whole column is selected, row by row: with
        # a million rows selected that took 20 s. So the headers look at a selection of nothing.
        for each in (header, rows):
            each.setSelectionModel(QItemSelectionModel(self.model(), each))

    def default_width(self, column: int) -> int:
        return self._widths[column]

    def fit_height(self, most: int) -> None:
        """As high as its rows, but for no more than `most` of them: for tables within a text."""
        shown = min(max(self.model().rowCount(), 1), most)
        rows = shown * self.verticalHeader().defaultSectionSize()
        self.setFixedHeight(self.horizontalHeader().height() + rows + 4)

    def keyboardSearch(self, search: str) -> None:  # noqa: N802  (Qt's name)
        """Qt would ask the model for row after row, a million times, to find one to jump to."""
        self.typed.emit(search)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._delegate.set_font(self.font())
            self.verticalHeader().setDefaultSectionSize(self._delegate.row_height)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        rows = self.model().rowCount()
        first = self.rowAt(0)
        if first < 0 or rows == 0:
            return
        height = self.verticalHeader().defaultSectionSize()
        top = self.rowViewportPosition(first)
        count = min(rows - first, (self.viewport().height() - top) // height + 1)
        painter = QPainter(self.viewport())
        painter.setPen(self._theme.color("line"))
        right = self.viewport().width()
        for line in range(1, count + 1):
            bottom = top + line * height - 1
            painter.drawLine(0, bottom, right, bottom)
        painter.end()

    def selected_rows(self) -> NDArray[np.int64]:
        """The selected row numbers, ascending."""
        selection = self.selectionModel().selection()
        spans = [
            np.arange(span.top(), span.bottom() + 1, dtype=np.int64)
            for span in (selection.at(position) for position in range(selection.count()))
        ]
        if not spans:
            return np.empty(0, dtype=np.int64)
        return spans[0] if len(spans) == 1 else np.unique(np.concatenate(spans))


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a reload must not lose."""

    selected: NDArray[np.int64]
    current: int | None
    column: int


class VirtualTableView(TableView):
    """A TableView of a VirtualTableModel: selection, cursor and place survive a new view."""

    def __init__(
        self, model: VirtualTableModel[Any], theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(model, theme, parent)
        self._rows_model = model
        self._kept: _Kept | None = None
        model.view_about_to_change.connect(self._on_view_about_to_change)
        model.modelReset.connect(self._on_model_reset)
        self.verticalScrollBar().valueChanged.connect(self._report_viewport)
        self.selectionModel().currentRowChanged.connect(self._report_viewport)

    def selected_ids(self) -> NDArray[np.int64]:
        rows = self.selected_rows()
        if not rows.size:
            return rows
        first = int(rows[0])
        return self._rows_model.ids(first, int(rows[-1]))[rows - first]

    def current_id(self) -> int | None:
        index = self.currentIndex()
        if not index.isValid():
            return None
        return int(self._rows_model.ids(index.row(), index.row())[0])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._report_viewport()

    def _report_viewport(self) -> None:
        rows = self.viewport().height() // self.verticalHeader().defaultSectionSize() + 1
        self._rows_model.set_viewport(max(0, self.rowAt(0)), rows, self.current_id())

    def _on_view_about_to_change(self) -> None:
        self._kept = _Kept(
            self.selected_ids(), self.current_id(), max(0, self.currentIndex().column())
        )

    def _on_model_reset(self) -> None:
        kept, self._kept = self._kept, None
        self.verticalScrollBar().setValue(self._rows_model.landing_row)
        if kept is None:
            return
        if 0 < kept.selected.size <= MAX_KEPT_SELECTION:
            self._select(self._rows_model.rows_of(kept.selected))
        row = self._rows_model.row_of(kept.current) if kept.current is not None else None
        if row is not None:
            current = self._rows_model.index(row, kept.column)
            self.selectionModel().setCurrentIndex(current, _FLAG.NoUpdate)
        self._report_viewport()

    def _select(self, rows: NDArray[np.intp]) -> None:
        """Selects runs of neighbouring rows as one span each."""
        model: QAbstractItemModel = self._rows_model
        last_column = model.columnCount() - 1
        selection = QItemSelection()
        for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
            if run.size:
                top, bottom = model.index(int(run[0]), 0), model.index(int(run[-1]), last_column)
                selection.select(top, bottom)
        self.selectionModel().select(selection, _FLAG.ClearAndSelect | _FLAG.Rows)
