"""The questions that are asked before units or staged edits are lost."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

_ROLE = QMessageBox.ButtonRole


def ask_to_delete(parent: QWidget, units: str, on_delete: Callable[[], object]) -> QMessageBox:
    """`units` is like "12 units"."""
    box = _box(parent, "Delete units")
    box.setText(f"Delete {units}?")
    box.setInformativeText(
        "Units with a sale or an open listing stay, and so do products, places and suppliers. "
        "This can be undone."
    )
    delete = box.addButton(f"&Delete {units}", _ROLE.DestructiveRole)
    keep = box.addButton("&Keep", _ROLE.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    delete.clicked.connect(on_delete)
    box.open()
    return box


def ask_about_staged(
    parent: QWidget,
    changes: str,
    *,
    on_apply: Callable[[], object],
    on_discard: Callable[[], object],
) -> QMessageBox:
    """`changes` is like "12 changes in 4 units"; staying is the third answer."""
    box = _box(parent, "Changes that are not applied")
    box.setText(f"{changes} are not applied yet.")
    box.setInformativeText("What cannot be applied stays here, with the reason.")
    apply = box.addButton("&Apply", _ROLE.AcceptRole)
    discard = box.addButton("&Discard changes", _ROLE.DestructiveRole)
    stay = box.addButton("&Stay here", _ROLE.RejectRole)
    box.setDefaultButton(apply)
    box.setEscapeButton(stay)
    apply.clicked.connect(on_apply)
    discard.clicked.connect(on_discard)
    box.open()
    return box


def _box(parent: QWidget, title: str) -> QMessageBox:
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(title)
    box.setIcon(QMessageBox.Icon.Question)
    return box
