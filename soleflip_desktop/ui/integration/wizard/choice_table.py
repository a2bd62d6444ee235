"""A table whose last column is chosen from a list, row by row: by mouse, or by Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QComboBox, QHeaderView, QStyle, QStyleOptionViewItem, QWidget

from soleflip_desktop.ui.common.cell_delegate import PADDING, CellDelegate
from soleflip_desktop.ui.common.columns import Column, RowT, Tone
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.common.table_copy import make_copyable
from soleflip_desktop.ui.common.table_view import TableView
from soleflip_desktop.ui.common.theme import Theme

_ARROW = 4
_ARROW_ROOM = 18
_KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_F2})

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: its value, and how it is shown."""

    value: str
    text: str


class ChoiceModel(ListTableModel[RowT]):
    """Rows with a choice in the last column; `free` rows also take a typed value.

    Signals:
        chosen(int, str): the person chose a value in that row.
    """

    chosen = Signal(int, str)

    def __init__(
        self,
        columns: Sequence[Column[RowT]],
        choices: Callable[[RowT], Sequence[Choice]],
        current: Callable[[RowT], str],
        parent: QObject,
        free: Callable[[RowT], bool] = lambda _row: False,
    ) -> None:
        super().__init__(columns, parent)
        self.choices, self.current, self.free = choices, current, free

    @property
    def choice_column(self) -> int:
        return len(self.columns) - 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and index.column() == self.choice_column:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(  # noqa: N802  (Qt's name)
        self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        if role != Qt.ItemDataRole.EditRole or index.column() != self.choice_column:
            return False
        # Later, when the editor has closed: whoever listens sets the rows anew.
        row = index.row()
        QTimer.singleShot(0, self, lambda: self.chosen.emit(row, str(value)))
        return True


class ChoiceDelegate(CellDelegate):
    """Paints the choice as a field with an arrow and edits it in a combo box."""

    def __init__(self, model: ChoiceModel[Any], theme: Theme, parent: QWidget) -> None:
        super().__init__(model, model.columns, theme, parent)
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if index.column() != self._model.choice_column:
            super().paint(painter, option, index)
            return
        rect: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, self._theme.color("selection"))
        field = QRectF(rect.adjusted(4, 3, -6, -4))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
        rendered = self._model.rendered(index.row())
        tone = Tone.PLAIN if rendered is None else rendered.tones[index.column()]
        warned = tone in {Tone.WARNING, Tone.BAD}
        painter.setPen(QPen(self._theme.color(tone.value if warned else "border")))
        painter.setBrush(self._theme.color(f"{tone.value}_soft" if warned else "raised"))
        painter.drawRoundedRect(field, 5, 5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setFont(self._font)
        inner = field.toRect().adjusted(PADDING - 2, 0, -_ARROW_ROOM, 0)
        text = "" if rendered is None else rendered.texts[index.column()]
        self._draw(painter, inner, index.column(), text, tone)
        self._draw_arrow(painter, field)

    def _draw_arrow(self, painter: QPainter, field: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
        painter.setPen(QPen(self._theme.color("muted"), 1.5))
        x, y = field.right() - _ARROW_ROOM / 2 - 1, field.center().y() + _ARROW / 2 - 1
        painter.drawLine(QPointF(x - _ARROW, y - _ARROW), QPointF(x, y))
        painter.drawLine(QPointF(x, y), QPointF(x + _ARROW, y - _ARROW))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        row = self._model.row(index.row())
        combo = QComboBox(parent)
        combo.setEditable(self._model.free(row))
        combo.setAccessibleName(self._model.columns[index.column()].title)
        for choice in self._model.choices(row):
            combo.addItem(choice.text, choice.value)
        combo.setMaxVisibleItems(20)
        combo.activated.connect(lambda _at: self._commit(combo))
        QTimer.singleShot(0, combo, combo.showPopup)
        return combo

    def setEditorData(self, editor: QWidget, index: Index) -> None:  # noqa: N802
        if isinstance(editor, QComboBox):
            current = self._model.current(self._model.row(index.row()))
            at = editor.findData(current)
            editor.setCurrentIndex(at)
            if at < 0 and editor.isEditable():
                editor.setEditText(current)

    def setModelData(  # noqa: N802  (Qt's name)
        self, editor: QWidget, model: QAbstractItemModel, index: Index
    ) -> None:
        if isinstance(editor, QComboBox):
            at = editor.findText(editor.currentText())
            value = editor.itemData(at) if at >= 0 else editor.currentText().strip()
            if value is not None and value != "":
                model.setData(index, value)
            elif at >= 0:
                model.setData(index, "")

    def _commit(self, combo: QComboBox) -> None:
        self.commitData.emit(combo)
        self.closeEditor.emit(combo)


class ChoiceTable(TableView):
    """A table of choices; the column `wide` takes what room is left.

    Rows that are set anew keep the cursor where it was.
    """

    def __init__(
        self, model: ChoiceModel[Any], theme: Theme, parent: QWidget, name: str, *, wide: str
    ) -> None:
        super().__init__(model, theme, parent)
        self._choices = model
        self._delegate: CellDelegate = ChoiceDelegate(model, theme, self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(name)
        header = self.horizontalHeader()
        keys = [column.key for column in model.columns]
        header.setSectionResizeMode(keys.index(wide), QHeaderView.ResizeMode.Stretch)
        make_copyable(self, model)
        self.clicked.connect(self._on_clicked)

    def set_rows(self, rows: Sequence[Any]) -> None:
        row, place = self.currentIndex().row(), self.verticalScrollBar().value()
        self._choices.set_rows(rows)
        self.verticalScrollBar().setValue(place)
        if 0 <= row < len(rows):
            self.setCurrentIndex(self._choices.index(row, self._choices.choice_column))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.key() in _KEYS and row >= 0:
            self.edit(self._choices.index(row, self._choices.choice_column))
        else:
            super().keyPressEvent(event)

    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() == self._choices.choice_column:
            self.edit(index)
