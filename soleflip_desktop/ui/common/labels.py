"""Labels of one look: plain text that can be selected and copied."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLayout

SELECTABLE = (
    Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
)


def label(text: str = "", role: str | None = None, *, wrap: bool = False) -> QLabel:
    """A label that the mouse may mark; Tab passes over it."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setTextInteractionFlags(SELECTABLE)
    made.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    made.setWordWrap(wrap)
    if role is not None:
        made.setProperty("role", role)
    return made


def set_role(widget: QLabel, role: str) -> None:
    """Another look for the same label."""
    widget.setProperty("role", role)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def clear_layout(layout: QLayout) -> None:
    """Takes all widgets out of a layout and ends them."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
