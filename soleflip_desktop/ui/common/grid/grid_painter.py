"""Paints a whole grid in one go: cells, frozen columns, group heads, staged cells, the cursor.

Qt's own loop asks the model for the flags of each cell, which costs a call into Python for each;
and it knows nothing of frozen columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QFont, QPainter, QPen, QPolygon

from soleflip_desktop.ui.common.cell_delegate import PADDING, CellDelegate
from soleflip_desktop.ui.common.columns import Tone
from soleflip_desktop.ui.common.grid.frozen_columns import FrozenColumns
from soleflip_desktop.ui.common.grid.staged_edits import StagedCell
from soleflip_desktop.ui.common.theme import Theme
from soleflip_desktop.ui.common.virtual_table_model import VirtualTableModel

_CORNER = 7

Spans = list[tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows to be painted: first..last, the place of the first, the height of each."""

    first: int
    last: int
    top: int
    height: int


class GridState(Protocol):
    """What the painter asks the view."""

    def rows_within(self, area: QRect) -> Rows | None: ...

    def selected_within(self, first: int, last: int) -> dict[int, set[int]]: ...

    def currentIndex(self) -> QModelIndex: ...  # noqa: N802  (Qt's name)

    def visualRect(self, index: QModelIndex, /) -> QRect: ...  # noqa: N802

    def hasFocus(self) -> bool: ...  # noqa: N802


class GridPainter:
    """Paints the cells of one view."""

    def __init__(
        self,
        state: GridState,
        model: VirtualTableModel[Any],
        delegate: CellDelegate,
        frozen: FrozenColumns,
        theme: Theme,
    ) -> None:
        self._state, self._model, self._delegate = state, model, delegate
        self._frozen, self._theme = frozen, theme

    def paint(self, painter: QPainter, area: QRect) -> None:
        rows = self._state.rows_within(area)
        if rows is None:
            return
        fixed, loose = self._frozen.spans()
        edge = fixed[-1][1] + fixed[-1][2] if fixed else 0
        selected = self._state.selected_within(rows.first, rows.last)
        painter.setFont(self._delegate.font)
        if edge:
            painter.setClipRect(edge, area.top(), area.right() + 1 - edge, area.height())
        self._paint_cells(painter, rows, loose, selected)
        if edge:
            painter.setClipping(False)
            self._paint_cells(painter, rows, fixed, selected)
        self._paint_lines(painter, rows, area, edge)
        self._paint_heads(painter, rows, area)
        self._paint_cursor(painter, edge, area.width())

    def _paint_cells(
        self, painter: QPainter, rows: Rows, spans: Spans, selected: dict[int, set[int]]
    ) -> None:
        model, draw, height = self._model, self._delegate.draw_cell, rows.height
        ids = model.ids(rows.first, rows.last).tolist()
        marked = self._theme.color("selection")
        nothing: set[int] = set()
        top = rows.top
        for row, row_id in enumerate(ids, rows.first):
            if row_id >= 0:
                rendered = model.rendered(row)
                chosen = selected.get(row, nothing)
                staged = model.cells.staged_in(row_id)
                for column, left, width in spans:
                    rect = QRect(left, top, width, height)
                    if column in chosen:
                        painter.fillRect(rect, marked)
                    if staged and column in staged:
                        self._paint_staged(painter, rect, column, staged[column])
                    else:
                        draw(painter, rect, column, rendered)
            top += height

    def _paint_staged(self, painter: QPainter, rect: QRect, column: int, cell: StagedCell) -> None:
        """A ground of its own and a corner; a bad one also says so by its other corner."""
        wrong = cell.error is not None
        tone = Tone.BAD if wrong else Tone.INFO
        inner = rect.adjusted(1, 1, -1, -2)
        painter.fillRect(inner, self._theme.pill_color(tone))
        self._delegate.draw_text(painter, rect, column, cell.text, tone)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.tone_color(tone))
        corner, step = inner.topRight() + QPoint(1, 0), QPoint(-_CORNER, 0)
        painter.drawPolygon(QPolygon([corner, corner + step, corner + QPoint(0, _CORNER)]))
        if wrong:
            corner = inner.bottomLeft() + QPoint(0, 1)
            points = [corner, corner - step, corner - QPoint(0, _CORNER)]
            painter.drawPolygon(QPolygon(points))

    def _paint_heads(self, painter: QPainter, rows: Rows, area: QRect) -> None:
        bold = QFont(self._delegate.font)
        bold.setBold(True)
        painter.setFont(bold)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        for row in range(rows.first, rows.last + 1):
            group = self._model.group_at(row)
            if group is None:
                continue
            top = rows.top + (row - rows.first) * rows.height
            ground = self._theme.color("neutral_soft")
            painter.fillRect(0, top, area.right() + 1, rows.height - 1, ground)
            painter.setPen(self._theme.color("text"))
            line = QRect(PADDING, top, area.right(), rows.height)
            painter.drawText(line, left, self._model.cells.wording.head(group))

    def _paint_lines(self, painter: QPainter, rows: Rows, area: QRect, edge: int) -> None:
        """Filled, for that is faster than a drawn line."""
        line, width = self._theme.color("line"), area.width()
        bottom = rows.top - 1
        for _row in range(rows.first, rows.last + 1):
            bottom += rows.height
            painter.fillRect(0, bottom, width, 1, line)
        if edge:
            height = bottom - rows.top + 1
            painter.fillRect(edge - 1, rows.top, 1, height, self._theme.color("border"))

    def _paint_cursor(self, painter: QPainter, edge: int, width: int) -> None:
        current = self._state.currentIndex()
        if not current.isValid():
            return
        rect = self._state.visualRect(current)
        fixed = current.column() in self._frozen.sections()
        if self._model.group_at(current.row()) is not None:
            rect.setLeft(0)
            rect.setRight(width - 1)
        elif edge and not fixed:
            painter.setClipRect(edge, rect.top(), rect.right() + 1, rect.height())
        color = "accent" if self._state.hasFocus() else "border"
        painter.setPen(QPen(self._theme.color(color), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect.adjusted(1, 1, -1, -2))
        painter.setClipping(False)
