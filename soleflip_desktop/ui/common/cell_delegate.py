"""Paints cells straight from the model's cache: as fast as Qt's own model in C++.

Going through `data()` costs seven calls from C++ into Python for each cell (performance.md B3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from soleflip_desktop.ui.common.cell_roles import LOADING
from soleflip_desktop.ui.common.columns import Align, CellSource, Column, Tone
from soleflip_desktop.ui.common.formatting import BLANK
from soleflip_desktop.ui.common.theme import Theme

PADDING = 10
_PILL_PADDING = 7
_WIDTHS_KEPT = 20_000
#: A text and its width in the font that the columns' widths were chosen for.
_SAMPLE, _SAMPLE_WIDTH = "Order number 0123456789", 165
# Plain numbers: an operation on Python's enums takes a microsecond, five hundred times a paint.
_LEFT = (Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value
_RIGHT = (Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value
_SELECTED = QStyle.StateFlag.State_Selected.value


class CellDelegate(QStyledItemDelegate):
    """Text, amounts and pills; a blank is a grey dash, for a blank is not a zero."""

    def __init__(
        self, source: CellSource, columns: Sequence[Column[Any]], theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._theme = theme
        self._pills = [column.pill for column in columns]
        self._flags = [_RIGHT if column.align is Align.RIGHT else _LEFT for column in columns]
        self._widths: dict[str, int] = {}
        self._font = theme.number_font(parent.font())
        self._metrics = QFontMetrics(self._font)

    @property
    def row_height(self) -> int:
        """Follows the font, so that it also fits at 200 %."""
        return self._metrics.height() + 13

    def scaled(self, width: int) -> int:
        """The width of a column, which is given for the reference font, in the font at hand."""
        return round(width * self._metrics.horizontalAdvance(_SAMPLE) / _SAMPLE_WIDTH)

    def set_font(self, font: QFont) -> None:
        self._font = self._theme.number_font(font)
        self._metrics = QFontMetrics(self._font)
        self._widths.clear()

    def sizeHint(
        self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Asked when the border of a column is double-clicked."""
        rendered = self._source.rendered(index.row())
        text = BLANK if rendered is None else rendered.texts[index.column()] or BLANK
        extra = 2 * PADDING + (2 * _PILL_PADDING if self._pills[index.column()] else 0)
        return QSize(self._width(text) + extra, self.row_height)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        rect: QRect = option.rect
        column = index.column()
        if option.state.value & _SELECTED:
            painter.fillRect(rect, self._theme.color("selection"))
        painter.setFont(self._font)
        rendered = self._source.rendered(index.row())
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        if rendered is None:
            self._draw(painter, inner, column, LOADING, Tone.MUTED)
        elif not (text := rendered.texts[column]):
            self._draw(painter, inner, column, BLANK, Tone.MUTED)
        elif self._pills[column]:
            self._draw_pill(painter, inner, text, rendered.tones[column])
        else:
            self._draw(painter, inner, column, text, rendered.tones[column])

    def _draw(self, painter: QPainter, rect: QRect, column: int, text: str, tone: Tone) -> None:
        painter.setPen(self._theme.tone_color(tone))
        painter.drawText(rect, self._flags[column], self._fit(text, rect.width()))

    def _draw_pill(self, painter: QPainter, rect: QRect, text: str, tone: Tone) -> None:
        fitted = self._fit(text, rect.width() - 2 * _PILL_PADDING)
        height = self._metrics.height() + 3
        width = self._width(fitted) + 2 * _PILL_PADDING
        top = rect.top() + (rect.height() - height) / 2
        pill = QRectF(rect.left(), top, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.pill_color(tone))
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.setPen(self._theme.tone_color(tone))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, fitted)

    def _fit(self, text: str, width: int) -> str:
        if self._width(text) <= width:
            return text
        return self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)

    def _width(self, text: str) -> int:
        """Measuring costs as much as drawing, and the same texts come again while scrolling."""
        width = self._widths.get(text)
        if width is None:
            if len(self._widths) > _WIDTHS_KEPT:
                self._widths.clear()
            width = self._widths[text] = self._metrics.horizontalAdvance(text)
        return width
