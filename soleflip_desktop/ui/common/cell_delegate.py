"""Paints cells straight from the model's cache: as fast as Qt's own model in C++.

Going through `data()` costs seven calls from C++ into Python for each cell (performance.md B3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QLineEdit,
    QPlainTextEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from soleflip_desktop.ui.common.cell_roles import LOADING
from soleflip_desktop.ui.common.columns import Align, CellSource, Column, RenderedRow, Tone
from soleflip_desktop.ui.common.formatting import BLANK
from soleflip_desktop.ui.common.theme import Theme

#: Makes the editor of (row, column) in the parent, or None for a plain line.
EditorFactory = Callable[[QWidget, int, int], QWidget | None]
Index = QModelIndex | QPersistentModelIndex

PADDING = 10
#: How an editor closes after Enter. Qt's grids have nothing else to say with this hint.
GO_DOWN = QAbstractItemDelegate.EndEditHint.SubmitModelCache
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
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
        self._hits: tuple[str, ...] = ()
        self._hit_columns: frozenset[int] = frozenset()
        self._hit_spans: dict[str, tuple[tuple[int, int], ...]] = {}
        self.make_editor: EditorFactory | None = None
        self.set_font(parent.font())

    @property
    def row_height(self) -> int:
        """Follows the font, so that it also fits at 200 %."""
        return self._metrics.height() + 13

    def scaled(self, width: int) -> int:
        """The width of a column, which is given for the reference font, in the font at hand."""
        return round(width * self._metrics.horizontalAdvance(_SAMPLE) / _SAMPLE_WIDTH)

    def unscaled(self, width: int) -> int:
        """The width in pixels of the reference font, which is the same on every screen."""
        return round(width * _SAMPLE_WIDTH / self._metrics.horizontalAdvance(_SAMPLE))

    @property
    def font(self) -> QFont:
        return self._font

    def set_font(self, font: QFont) -> None:
        self._font = self._theme.number_font(font)
        self._metrics = QFontMetrics(self._font)
        self._line_height, self._ascent = self._metrics.height(), self._metrics.ascent()
        self._widths.clear()
        self._hit_spans.clear()

    def set_hits(self, words: Sequence[str], columns: Iterable[int]) -> None:
        """The casefolded words to be marked in the cells of these columns."""
        self._hits, self._hit_columns = tuple(words), frozenset(columns)
        self._hit_spans.clear()

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """Asked when the border of a column is double-clicked."""
        rendered = self._source.rendered(index.row())
        text = BLANK if rendered is None else rendered.texts[index.column()] or BLANK
        extra = 2 * PADDING + (2 * _PILL_PADDING if self._pills[index.column()] else 0)
        return QSize(self._width(text) + extra, self.row_height)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> None:
        rect: QRect = option.rect
        column = index.column()
        if option.state.value & _SELECTED:
            painter.fillRect(rect, self._theme.color("selection"))
        painter.setFont(self._font)
        self.draw_cell(painter, rect, column, self._source.rendered(index.row()))

    def draw_cell(
        self, painter: QPainter, rect: QRect, column: int, rendered: RenderedRow[Any] | None
    ) -> None:
        """Draws the text of one cell; the painter has the delegate's font."""
        if rendered is None:
            self.draw_text(painter, rect, column, LOADING, Tone.MUTED)
        else:
            self.draw_text(painter, rect, column, rendered.texts[column], rendered.tones[column])

    def draw_text(self, painter: QPainter, rect: QRect, column: int, text: str, tone: Tone) -> None:
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        if not text:
            self._draw(painter, inner, column, BLANK, Tone.MUTED)
        elif self._pills[column] and text != LOADING:
            self._draw_pill(painter, inner, column, text, tone)
        else:
            if self._hits and column in self._hit_columns:
                self._mark_hits(painter, inner, text, self._flags[column])
            self._draw(painter, inner, column, text, tone)

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        """The injected factory's editor where it has one, else a line."""
        made = None
        if self.make_editor is not None:
            made = self.make_editor(parent, index.row(), index.column())
        editor = QLineEdit(parent) if made is None else made
        title = index.model().headerData(index.column(), Qt.Orientation.Horizontal)
        editor.setAccessibleName(str(title))
        return editor

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Enter commits and goes down; the view tells it from a mere loss of focus by the hint."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in _ENTER
            and isinstance(editor, QWidget)
            and not isinstance(editor, QPlainTextEdit)
        ):
            self.commitData.emit(editor)
            self.closeEditor.emit(editor, GO_DOWN)
            return True
        return super().eventFilter(editor, event)

    def _draw(self, painter: QPainter, rect: QRect, column: int, text: str, tone: Tone) -> None:
        """By its base line: through a rectangle Qt lays each text out as if it had many lines."""
        fitted = self._fit(text, rect.width())
        left = rect.left()
        if self._flags[column] == _RIGHT:
            left += rect.width() - self._width(fitted)
        painter.setPen(self._theme.tone_color(tone))
        painter.drawText(left, self._base_line(rect), fitted)

    def _base_line(self, rect: QRect) -> int:
        return rect.top() + (rect.height() - self._line_height) // 2 + self._ascent

    def _draw_pill(
        self, painter: QPainter, rect: QRect, column: int, text: str, tone: Tone
    ) -> None:
        fitted = self._fit(text, rect.width() - 2 * _PILL_PADDING)
        height = self._metrics.height() + 3
        width = self._width(fitted) + 2 * _PILL_PADDING
        top = rect.top() + (rect.height() - height) / 2
        pill = QRectF(rect.left(), top, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.pill_color(tone))
        painter.drawRoundedRect(pill, height / 2, height / 2)
        if self._hits and column in self._hit_columns:
            inner = rect.adjusted(_PILL_PADDING, 0, -_PILL_PADDING, 0)
            self._mark_hits(painter, inner, fitted, _LEFT)
        painter.setPen(self._theme.tone_color(tone))
        painter.drawText(rect.left() + _PILL_PADDING, self._base_line(rect), fitted)

    def _mark_hits(self, painter: QPainter, rect: QRect, text: str, flags: int) -> None:
        start = rect.left()
        if flags == _RIGHT:
            start = max(start, rect.right() + 1 - self._width(text))
        height = self._metrics.height() + 1
        top = rect.top() + (rect.height() - height) // 2
        for left, width in self._spans_of(text):
            mark = QRect(start + left, top, width, height)
            painter.fillRect(mark.intersected(rect), self._theme.color("warning_soft"))

    def _spans_of(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where the words stand in the text, in pixels; kept, for scrolling asks again."""
        spans = self._hit_spans.get(text)
        if spans is None:
            if len(self._hit_spans) > _WIDTHS_KEPT:
                self._hit_spans.clear()
            advance = self._metrics.horizontalAdvance
            spans = self._hit_spans[text] = tuple(
                (advance(text[:start]), advance(text[start:end]))
                for start, end in find_words(text, self._hits)
            )
        return spans

    def _fit(self, text: str, width: int) -> str:
        if "\n" in text:
            text = " ".join(text.split())
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


def find_words(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Start and end of each occurrence of the casefolded words, without regard to case."""
    folded = text.casefold()
    if len(folded) != len(text):  # "ß" becomes "ss": then the places would be off
        folded = text.lower()
    found = []
    for word in words:
        start = folded.find(word)
        while start >= 0:
            found.append((start, start + len(word)))
            start = folded.find(word, start + len(word))
    return sorted(found)
