"""The table widgets: small tables of whole rows, and the grid of cells with its keys."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QTableView,
    QWidget,
)

from soleflip_desktop.services.grid import Ids
from soleflip_desktop.ui.common.cell_delegate import GO_DOWN, CellDelegate
from soleflip_desktop.ui.common.columns import Column
from soleflip_desktop.ui.common.grid.cell_selection import CellSelection
from soleflip_desktop.ui.common.grid.frozen_columns import FrozenColumns
from soleflip_desktop.ui.common.grid.grid_keys import GridKeys
from soleflip_desktop.ui.common.grid.grid_painter import GridPainter, Rows
from soleflip_desktop.ui.common.grid.selection_spans import CellSpan, SelectionSpans
from soleflip_desktop.ui.common.grid.selection_spans import Rows as RowNumbers
from soleflip_desktop.ui.common.grid.sort_header import SortHeader
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.common.theme import Theme
from soleflip_desktop.ui.common.virtual_table_model import VirtualTableModel

_FLAG = QItemSelectionModel.SelectionFlag
_MOVE = QAbstractItemView.CursorAction
_HINT = QAbstractItemDelegate.EndEditHint
_TRIGGER = QAbstractItemView.EditTrigger
_NO_MODIFIER = Qt.KeyboardModifier.NoModifier
#: Where the cursor goes when an editor has closed.
_AFTER_EDIT = {
    GO_DOWN: _MOVE.MoveDown,
    _HINT.EditNextItem: _MOVE.MoveRight,
    _HINT.EditPreviousItem: _MOVE.MoveLeft,
}

Index = QModelIndex | QPersistentModelIndex


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
        self._columns: tuple[Column[Any], ...] = model.columns
        self._shown_widths: dict[int, int] = {}
        self._delegate = CellDelegate(model, model.columns, theme, self)
        self.setItemDelegate(self._delegate)
        self.setModel(model)
        self._set_up_looks()
        self._set_up_header()
        self.frozen = FrozenColumns(self.horizontalHeader())
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

    @property
    def columns(self) -> tuple[Column[Any], ...]:
        return self._columns

    def reference_width(self, column: int) -> int:
        """The width in pixels of the reference font, also of a hidden column."""
        header = self.horizontalHeader()
        if not header.isSectionHidden(column):
            self._shown_widths[column] = self._delegate.unscaled(header.sectionSize(column))
        return self._shown_widths.get(column, self.columns[column].width)

    def set_reference_width(self, column: int, width: int) -> None:
        self._shown_widths[column] = width
        self.setColumnWidth(column, self._delegate.scaled(width))

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

    def selected_rows(self) -> RowNumbers:
        """The selected row numbers, ascending."""
        return SelectionSpans(self.selectionModel().selection()).rows()


class VirtualTableView(TableView):
    """A spreadsheet over a VirtualTableModel: cells, frozen columns, heads of groups, editors.

    Selection, cursor and place survive a new view.

    Signals:
        menu_requested(int, QPoint): the menu of that column, by right click or Alt+Down.
    """

    menu_requested = Signal(int, QPoint)

    def __init__(
        self, model: VirtualTableModel[Any], theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(model, theme, parent)
        self._rows_model = model
        self.header = self._make_header(model)
        self.frozen = self.header.frozen
        self.cell_selection = CellSelection(model, self.selectionModel(), self.frozen)
        self._keys = GridKeys(model, self.cell_selection, self.header)
        self._keys.menu_requested.connect(self.menu_requested)
        self._painter = GridPainter(self, model, self._delegate, self.frozen, theme)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setEditTriggers(
            _TRIGGER.DoubleClicked | _TRIGGER.EditKeyPressed | _TRIGGER.AnyKeyPressed
        )
        model.view_about_to_change.connect(self._on_view_about_to_change)
        model.modelReset.connect(self._on_model_reset)
        model.view_changed.connect(self._on_view_changed)
        model.cells.staged_changed.connect(self.viewport().update)
        self.frozen.changed.connect(self._on_frozen_changed)
        self.verticalScrollBar().valueChanged.connect(self._report_viewport)
        self.selectionModel().currentRowChanged.connect(self._report_viewport)

    def _make_header(self, model: VirtualTableModel[Any]) -> SortHeader:
        header = SortHeader(model.columns, self._theme, self)
        self.setHorizontalHeader(header)
        # Qt would select the whole column with the click that sorts by it.
        header.sectionPressed.disconnect()
        header.sectionEntered.disconnect()
        self._set_up_header()
        header.set_title_height(self._delegate.row_height + 4)
        for position, width in enumerate(self._widths):
            self.setColumnWidth(position, width)
            self.setColumnHidden(position, model.columns[position].hidden)
        header.menu_requested.connect(self.menu_requested)
        return header

    @property
    def delegate(self) -> CellDelegate:
        return self._delegate

    # -- selection -----------------------------------------------------------------------------

    def selected_rows(self) -> RowNumbers:
        """The rows of which a cell is selected, ascending."""
        return self.cell_selection.rows()

    def selected_ids(self) -> Ids:
        """The units of which a cell is selected."""
        return self.cell_selection.ids()

    def selected_cells(self) -> tuple[CellSpan, ...]:
        return self.cell_selection.cells()

    def current_id(self) -> int | None:
        index = self.currentIndex()
        if not index.isValid():
            return None
        row_id = int(self._rows_model.ids(index.row(), index.row())[0])
        return row_id if row_id >= 0 else None

    def go_to(self, row_id: int) -> bool:
        """Scrolls to that row and selects it; False where it is not in view."""
        row = self._rows_model.row_of(row_id)
        if row is None:
            return False
        columns = self.frozen.visible()
        index = self._rows_model.index(row, columns[0] if columns else 0)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        self.selectionModel().setCurrentIndex(index, _FLAG.ClearAndSelect | _FLAG.Rows)
        return True

    def selectAll(self) -> None:  # noqa: N802  (Qt's name)
        self.cell_selection.all()

    def setSelection(  # noqa: N802  (Qt's name)
        self, rect: QRect, command: QItemSelectionModel.SelectionFlag
    ) -> None:
        """From the anchor to the corner where the mouse or the cursor is."""
        target = self.indexAt(rect.bottomRight())
        if not target.isValid():
            return
        if rect.width() == 1 == rect.height() and not command & _FLAG.Current:
            self.cell_selection.set_anchor(target)
        self.cell_selection.to(target, command)

    def selectionChanged(  # noqa: N802  (Qt's name)
        self, selected: QItemSelection, deselected: QItemSelection
    ) -> None:
        super().selectionChanged(selected, deselected)
        self.viewport().update()

    # -- keys and mouse ------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() == "?":
            event.ignore()  # the window shows the list of keys
        elif not self._keys.takes(event, self.currentIndex()):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and self._rows_model.group_at(index.row()) is not None:
            self.selectionModel().setCurrentIndex(index, _FLAG.NoUpdate)
            if event.button() == Qt.MouseButton.LeftButton:
                self._rows_model.toggle_group(index.row())
        else:
            super().mousePressEvent(event)

    # -- editing -------------------------------------------------------------------------------

    def closeEditor(  # noqa: N802  (Qt's name)
        self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint
    ) -> None:
        """Enter goes down and Tab goes right, without an editor there: typing opens it."""
        leaving = _HINT.NoHint if hint in _AFTER_EDIT else hint
        super().closeEditor(editor, leaving)
        if hint in _AFTER_EDIT:
            self.go(_AFTER_EDIT[hint])

    def go(self, action: QAbstractItemView.CursorAction) -> None:
        """Moves the cursor and selects where it comes to stand."""
        index = self.moveCursor(action, _NO_MODIFIER)
        if index.isValid():
            self.cell_selection.set_anchor(index)
            self.setCurrentIndex(index)

    # -- places --------------------------------------------------------------------------------

    def indexAt(self, position: QPoint) -> QModelIndex:  # noqa: N802  (Qt's name)
        row, column = self.rowAt(position.y()), self.frozen.section_at(position.x())
        return self._rows_model.index(row, column) if row >= 0 and column >= 0 else QModelIndex()

    def visualRect(self, index: Index) -> QRect:  # noqa: N802  (Qt's name)
        rect = super().visualRect(index)
        if index.isValid() and index.column() in self.frozen.sections():
            rect.moveLeft(self.frozen.left(index.column()))
        return rect

    def scrollTo(  # noqa: N802  (Qt's name)
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Never under the frozen columns; and these need no scrolling."""
        bar = self.horizontalScrollBar()
        place = bar.value()
        super().scrollTo(index, hint)
        if index.column() in self.frozen.sections():
            bar.setValue(place)
            return
        covered = self.frozen.width - self.columnViewportPosition(index.column())
        if covered > 0:
            bar.setValue(bar.value() - covered)

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802  (Qt's name)
        super().scrollContentsBy(dx, dy)
        if dx:
            self.viewport().update()  # heads and frozen columns do not move along

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._report_viewport()

    def _on_frozen_changed(self) -> None:
        self.viewport().update()

    # -- painting ------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        area = QRect(0, event.rect().top(), self.viewport().width(), event.rect().height())
        self._painter.paint(painter, area)
        painter.end()

    def rows_within(self, area: QRect) -> Rows | None:
        first, height = self.rowAt(area.top()), self.verticalHeader().defaultSectionSize()
        if first < 0:
            return None
        top = self.rowViewportPosition(first)
        last = min(first + (area.bottom() - top) // height, self._rows_model.rowCount() - 1)
        return Rows(first, last, top, height)

    def selected_within(self, first: int, last: int) -> dict[int, set[int]]:
        return self.cell_selection.spans.within(first, last)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.header.set_title_height(self._delegate.row_height + 4)

    # -- other rows ----------------------------------------------------------------------------

    def _report_viewport(self) -> None:
        rows = self.viewport().height() // self.verticalHeader().defaultSectionSize() + 1
        self._rows_model.set_viewport(max(0, self.rowAt(0)), rows, self.current_id())

    def _on_view_about_to_change(self) -> None:
        self._kept = self.cell_selection.keep()

    def _on_view_changed(self) -> None:
        self._delegate.set_hits(*self._rows_model.hits())
        self.viewport().update()

    def _on_model_reset(self) -> None:
        self.verticalScrollBar().setValue(self._rows_model.landing_row)
        self.cell_selection.restore(self._kept)
        self._report_viewport()
