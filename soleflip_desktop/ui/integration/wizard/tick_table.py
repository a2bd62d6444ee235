"""A table with a tick box in its first column: by mouse, or by Space for all selected rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from soleflip_desktop.ui.common.cell_delegate import CellDelegate
from soleflip_desktop.ui.common.columns import Column, RenderedRow
from soleflip_desktop.ui.common.table_copy import make_copyable
from soleflip_desktop.ui.common.table_view import TableView
from soleflip_desktop.ui.common.theme import Theme

_BOX = 14
_TICK = ((3, 7.2), (6, 10.2), (11, 4.2))

Index = QModelIndex | QPersistentModelIndex


class TickSource(Protocol):
    """A model whose rows can be ticked."""

    columns: tuple[Column[Any], ...]

    def rendered(self, row: int) -> RenderedRow[Any] | None: ...

    def tick(self, row: int) -> bool | None:
        """None: the row has no box."""

    def set_ticks(self, rows: Sequence[int], ticked: bool) -> None:  # noqa: FBT001
        """The person ticked or unticked these rows."""


class TickDelegate(CellDelegate):
    """Draws the boxes; the style's own are hard to see on a dark ground."""

    def __init__(self, model: Any, theme: Theme, parent: QWidget) -> None:
        super().__init__(model, model.columns, theme, parent)
        self._ticks: TickSource = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        ticked = self._ticks.tick(index.row()) if index.column() == 0 else None
        if ticked is None:
            return
        box = QRectF(0, 0, _BOX, _BOX)
        box.moveCenter(QRectF(option.rect).center())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
        painter.setPen(QPen(self._theme.color("accent" if ticked else "faint"), 1.2))
        painter.setBrush(self._theme.color("accent" if ticked else "raised"))
        painter.drawRoundedRect(box, 3, 3)
        if ticked:
            painter.setPen(QPen(self._theme.color("on_accent"), 1.8))
            x, y = box.left(), box.top()
            painter.drawPolyline(QPolygonF([QPointF(x + dx, y + dy) for dx, dy in _TICK]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


class TickTable(TableView):
    """Whole rows with boxes."""

    def __init__(self, model: Any, theme: Theme, parent: QWidget, name: str) -> None:
        super().__init__(model, theme, parent)
        self._ticks: TickSource = model
        self._delegate: CellDelegate = TickDelegate(model, theme, self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(name)
        make_copyable(self, model)
        self.clicked.connect(self._on_clicked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.key() == Qt.Key.Key_Space and row >= 0:
            self._toggle(self.selected_rows().tolist() or [row], row)
        else:
            super().keyPressEvent(event)

    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() == 0:
            self._toggle([index.row()], index.row())

    def _toggle(self, rows: Sequence[int], first: int) -> None:
        """All get what the row of the cursor gets."""
        ticked = self._ticks.tick(first)
        if ticked is not None:
            with_box = [row for row in rows if self._ticks.tick(row) is not None]
            self._ticks.set_ticks(with_box, not ticked)
            self.viewport().update()


def tick_text(ticked: bool | None) -> Any:  # noqa: FBT001
    """What `data` answers for CheckStateRole, for screen readers."""
    if ticked is None:
        return None
    return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
