"""A small window at a place of the table; Esc or a click elsewhere closes it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

_MARGIN = 10


class Popup(QFrame):
    """A card with a column of widgets; deleted when it closes."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "card")
        self.setAccessibleName(name)
        self.setWindowTitle(name)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        self.body.setSpacing(8)

    def open_at(self, place: QPoint) -> None:
        """With the upper left corner there, or as near as the screen allows."""
        self.adjustSize()
        room = self.screen().availableGeometry()
        right, bottom = room.right() - self.width(), room.bottom() - self.height()
        left = max(room.left(), min(place.x(), right))
        self.move(left, max(room.top(), min(place.y(), bottom)))
        self.show()
