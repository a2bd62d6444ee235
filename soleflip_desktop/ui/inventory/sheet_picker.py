"""A small picture of a label sheet: what will be printed where, and from which label on."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from soleflip_desktop.domain.labels import LabelFormat
from soleflip_desktop.ui.common.theme import Theme

_MARGIN = 4.0
_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class SheetPicker(QWidget):
    """Click the first free label, or choose it with the arrow keys.

    Signals:
        start_changed(int): the first free position, from 1.
    """

    start_changed = Signal(int)

    def __init__(self, form: LabelFormat, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._form, self._theme = form, theme
        self.start, self._count = 1, 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(QSize(190, 260))
        self.setToolTip("Click the first label that is still on the sheet")
        self._tell()
        theme.changed.connect(self.update)

    def show_format(self, form: LabelFormat) -> None:
        self._form = form
        self.set_start(1)

    def set_count(self, count: int) -> None:
        """How many labels are to be printed."""
        self._count = count
        self.update()

    def set_start(self, start: int) -> None:
        start = min(max(1, start), self._form.per_page)
        changed, self.start = start != self.start, start
        self._tell()
        self.update()
        if changed:
            self.start_changed.emit(start)

    def label_rect(self, position: int) -> QRectF:
        """Where a position, from 1, is drawn."""
        form = self._form
        row, column = divmod(position - 1, form.columns)
        scale, origin = self._scale()
        return QRectF(
            origin.x() + (form.left + column * form.step_x) * scale,
            origin.y() + (form.top + row * form.step_y) * scale,
            form.label[0] * scale,
            form.label[1] * scale,
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for position in range(1, self._form.per_page + 1):
            if self.label_rect(position).contains(event.position()):
                self.set_start(position)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.set_start(self.start + step[0] + step[1] * self._form.columns)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale, origin = self._scale()
        color = self._theme.color
        painter.setPen(QPen(color("accent" if self.hasFocus() else "border"), 1))
        painter.setBrush(color("base"))
        width, height = self._form.page
        painter.drawRect(QRectF(origin.x(), origin.y(), width * scale, height * scale))
        last = self.start + self._count - 1
        for position in range(1, self._form.per_page + 1):
            printed = self.start <= position <= last
            painter.setPen(QPen(color("accent_strong" if printed else "border"), 0.8))
            painter.setBrush(color("accent" if printed else "window"))
            painter.drawRoundedRect(self.label_rect(position).adjusted(0.5, 0.5, -0.5, -0.5), 1, 1)
        painter.end()

    def _scale(self) -> tuple[float, QPointF]:
        """Pixels a millimetre, and the sheet's upper left corner."""
        width, height = self._form.page
        scale = min((self.width() - _MARGIN) / width, (self.height() - _MARGIN) / height)
        left = (self.width() - width * scale) / 2
        return scale, QPointF(left, (self.height() - height * scale) / 2)

    def _tell(self) -> None:
        self.setAccessibleName(f"First free label: {self.start} of {self._form.per_page}")
