"""The header of a grid: sorts by several columns, keeps frozen ones in sight.

Signals carry column positions of the model; what they lead to is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPolygonF,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QHeaderView, QWidget

from soleflip_desktop.domain.grid_query import SortKey
from soleflip_desktop.ui.common.columns import Align, Column
from soleflip_desktop.ui.common.grid.frozen_columns import FrozenColumns
from soleflip_desktop.ui.common.theme import Theme

_PADDING = 10
_INSET = 7  # of the lines between columns, which show where to grab
_NUMBER_GAP = 2
_MARK = 12  # room of an arrow or a funnel
_ARROW = ((0, 5), (4, 0), (8, 5))
_FUNNEL = ((0, 0), (9, 0), (5.5, 4), (5.5, 9), (3.5, 7.5), (3.5, 4))


class SortHeader(QHeaderView):
    """Column titles with their place in the order.

    Signals:
        sort_clicked(int, bool): a column was clicked; True: with Shift, as one more key.
        menu_requested(int, QPoint): right click on a column, at that place of the screen.
        layout_changed: columns were moved, resized, hidden, frozen or scrolled.
    """

    sort_clicked = Signal(int, bool)
    menu_requested = Signal(int, QPoint)
    layout_changed = Signal()

    def __init__(self, columns: Sequence[Column[Any]], theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._columns = tuple(columns)
        self._theme = theme
        self._sort: dict[str, tuple[int, bool]] = {}
        self._filtered: frozenset[str] = frozenset()
        self._shift = False
        self.frozen = FrozenColumns(self)
        self.setSectionsClickable(True)
        self.setAccessibleName("Column headers")
        self.sectionClicked.connect(self._on_clicked)
        for signal in (self.sectionMoved, self.sectionResized, self.frozen.changed):
            signal.connect(self._on_layout_changed)
        theme.changed.connect(self.viewport().update)

    # -- what it shows -------------------------------------------------------------------------

    def set_order(self, sort: Sequence[SortKey], filtered: frozenset[str] = frozenset()) -> None:
        """Draws the arrows (numbered where there are several) and the funnels."""
        self._sort = {key.field: (at, key.descending) for at, key in enumerate(sort, 1)}
        self._filtered = filtered
        self.viewport().update()

    def set_title_height(self, height: int) -> None:
        """What a filter row took below the titles stays."""
        self.setFixedHeight(height + self.height() - self.viewport().height())

    def title(self, section: int) -> str:
        return self._columns[section].title

    def field(self, section: int) -> str | None:
        """What the column is sorted, filtered and grouped by; None: it is not."""
        return self._columns[section].sort_key

    # -- painting ------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self._theme.color("window"))
        fixed, loose = self.frozen.spans()
        height = self.viewport().height()
        edge = fixed[-1][1] + fixed[-1][2] if fixed else 0
        painter.setClipRegion(QRegion(edge, 0, self.viewport().width() - edge, height))
        self._paint_titles(painter, loose)
        painter.setClipping(False)
        self._paint_titles(painter, fixed)
        painter.setPen(self._theme.color("line"))
        bottom = height - 1
        painter.drawLine(0, bottom, self.viewport().width(), bottom)
        if fixed:
            painter.setPen(self._theme.color("border"))
            painter.drawLine(edge - 1, 0, edge - 1, bottom)
        painter.end()

    def _paint_titles(self, painter: QPainter, spans: list[tuple[int, int, int]]) -> None:
        font = self.font()
        font.setBold(True)
        painter.setFont(font)
        height = self.viewport().height()
        for section, left, width in spans:
            border = left + width - 1
            painter.setPen(self._theme.color("line"))
            painter.drawLine(border, _INSET, border, height - _INSET)
            self._paint_title(painter, QRect(left, 0, width, height), section)

    def _paint_title(self, painter: QPainter, rect: QRect, section: int) -> None:
        column = self._columns[section]
        inner = rect.adjusted(_PADDING, 0, -_PADDING, 0)
        order = self._sort.get(column.sort_key or "")
        marks = inner.right() + 1
        if column.key in self._filtered:
            marks -= _MARK
            self._paint_mark(painter, marks, rect, _FUNNEL)
        if order is not None:
            marks = self._paint_order(painter, marks, rect, order)
        inner.setRight(marks - 4 if marks <= inner.right() else marks - 1)
        right = column.align is Align.RIGHT
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.setPen(self._theme.color("text" if order else "muted"))
        fitted = painter.fontMetrics().elidedText(
            column.title, Qt.TextElideMode.ElideRight, inner.width()
        )
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, fitted)

    def _paint_order(
        self, painter: QPainter, right: int, rect: QRect, order: tuple[int, bool]
    ) -> int:
        """The arrow, with the key's number where there are several. Returns where it begins."""
        number, descending = order
        if len(self._sort) > 1:
            width = painter.fontMetrics().horizontalAdvance(str(number))
            right -= width + _NUMBER_GAP
            painter.setPen(self._theme.color("accent"))
            place = QRect(right + _NUMBER_GAP, rect.top(), width, rect.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, str(number))
        shape = tuple((x, 5 - y) for x, y in _ARROW) if descending else _ARROW
        right -= _MARK
        self._paint_mark(painter, right, rect, shape)
        return right

    def _paint_mark(
        self, painter: QPainter, left: int, rect: QRect, shape: Sequence[tuple[float, float]]
    ) -> None:
        top = rect.center().y() - max(y for _, y in shape) / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("accent"))
        painter.drawPolygon(QPolygonF([QPointF(left + 2 + x, top + y) for x, y in shape]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def sectionSizeFromContents(self, section: int) -> QSize:  # noqa: N802  (Qt's name)
        """What fits the title with an arrow."""
        font = self.font()
        font.setBold(True)
        width = QFontMetrics(font).horizontalAdvance(self.title(section))
        return QSize(width + 2 * _PADDING + _MARK, self.viewport().height())

    # -- mouse: what stands under the frozen columns is out of reach -----------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(self._mapped(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802  (Qt's name)
        super().mouseMoveEvent(self._mapped(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().mouseReleaseEvent(self._mapped(event))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mouseDoubleClickEvent(self._mapped(event))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        section = self.frozen.section_at(event.pos().x())
        if section >= 0:
            self.menu_requested.emit(section, event.globalPos())

    def _mapped(self, event: QMouseEvent) -> QMouseEvent:
        at = event.position()
        x = self.frozen.unscrolled(round(at.x()))
        if x == round(at.x()):
            return event
        return QMouseEvent(
            event.type(),
            QPointF(x, at.y()),
            event.globalPosition(),
            event.button(),
            event.buttons(),
            event.modifiers(),
        )

    # -- layout --------------------------------------------------------------------------------

    def setOffset(self, offset: int) -> None:  # noqa: N802  (Qt's name)
        super().setOffset(offset)
        self._on_layout_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._on_layout_changed()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.viewport().update()

    def _on_layout_changed(self, *_what: object) -> None:
        self.viewport().update()
        self.layout_changed.emit()

    def _on_clicked(self, section: int) -> None:
        if self._columns[section].sort_key is not None:
            self.sort_clicked.emit(section, self._shift)
