"""The dialogs about saved views; all are shown by open() and answer through a callback."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.saved_views import LONGEST_NAME, SavedViewRow
from soleflip_desktop.ui.common.labels import label

_WIDTH = 360


class NameDialog(QDialog):
    """Asks for the name of a view, and whether everybody shall see it."""

    def __init__(
        self, title: str, name: str, parent: QWidget, on_named: Callable[[str, bool], None]
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self._on_named = on_named
        self.name = QLineEdit(name, self)
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setAccessibleName("Name of the view")
        self.name.selectAll()
        self.shared = QCheckBox("&Share with everybody who uses this database", self)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, self
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.name.textChanged.connect(self._refresh)
        layout = QVBoxLayout(self)
        layout.addWidget(label("Name of the view"))
        for widget in (self.name, self.shared, self.buttons):
            layout.addWidget(widget)
        self._refresh()

    def accept(self) -> None:
        super().accept()
        self._on_named(self.name.text(), self.shared.isChecked())

    def _refresh(self) -> None:
        save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        save.setEnabled(bool(self.name.text().strip()))


def ask_to_save(parent: QWidget, name: str, on_named: Callable[[str, bool], None]) -> NameDialog:
    dialog = NameDialog("Save view", name, parent, on_named)
    dialog.open()
    return dialog


def ask_to_rename(
    parent: QWidget, view: SavedViewRow, on_named: Callable[[str, bool], None]
) -> NameDialog:
    dialog = NameDialog("Rename view", view.name, parent, on_named)
    dialog.shared.hide()
    dialog.open()
    return dialog


def ask_to_delete(
    parent: QWidget, view: SavedViewRow, on_delete: Callable[[], None]
) -> QMessageBox:
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle("Delete view")
    box.setIcon(QMessageBox.Icon.Question)
    box.setText(f"Delete the view “{view.name}”?")
    if view.shared:
        box.setInformativeText("It is shared: nobody will have it any more. No row is deleted.")
    else:
        box.setInformativeText("No row is deleted.")
    delete = box.addButton("&Delete view", QMessageBox.ButtonRole.AcceptRole)
    keep = box.addButton("&Keep it", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    delete.clicked.connect(lambda _checked=False: on_delete())
    box.open()
    return box
