"""The few dialogs of the window; all are shown by open() and answer by signal."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

_FILTER = "Tables (*.csv *.tsv *.txt *.xlsx *.xls *.ods *.gz);;All files (*)"


def open_files(parent: QWidget, folder: str, on_chosen: Callable[[list[str]], None]) -> None:
    dialog = QFileDialog(parent, "Import files")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilter(_FILTER)
    dialog.setDirectory(folder)
    dialog.filesSelected.connect(on_chosen)
    dialog.open()


def ask_to_cancel_import(parent: QWidget, on_cancel: Callable[[], None]) -> None:
    box = _box(parent, "An import is running")
    box.setIcon(QMessageBox.Icon.Question)
    box.setText("An import is still running. Cancel it and close SoleFlip?")
    box.setInformativeText("Nothing of the file that is being imported will stay.")
    cancel = box.addButton("&Cancel import and close", QMessageBox.ButtonRole.AcceptRole)
    keep = box.addButton("&Keep importing", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    cancel.clicked.connect(on_cancel)
    box.open()


def show_about(parent: QWidget, version: str, folder: str, server: str) -> None:
    box = _box(parent, "About SoleFlip Desktop")
    box.setText(f"SoleFlip Desktop {version}")
    box.setInformativeText(f"Data folder: {folder}\nDatabase: {server}")
    box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    box.open()


def _box(parent: QWidget, title: str) -> QMessageBox:
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(title)
    return box
