"""The two questions of the accounts page: whether to disconnect, and where to write the setup."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from soleflip_desktop.domain.marketplace import MARKETPLACE_NAMES
from soleflip_desktop.domain.sync import Account
from soleflip_desktop.ui.common.sync_words import account_title

_STAYS = (
    "The log-in is removed from this computer's keyring and the sync of this account stops. Its "
    "orders, listings and history stay here, and listings that are live at {platform} stay live "
    "there. You can connect it again at any time."
)
_SETUP = "soleflip-accounts.json"


def ask_to_disconnect(parent: QWidget, account: Account, on_agreed: Callable[[], None]) -> None:
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Disconnect an account")
    box.setText(f"Disconnect {account_title(account)}?")
    box.setInformativeText(_STAYS.format(platform=MARKETPLACE_NAMES[account.marketplace]))
    agree = box.addButton("&Disconnect", QMessageBox.ButtonRole.AcceptRole)
    keep = box.addButton("&Keep it", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    agree.clicked.connect(on_agreed)
    box.open()


def ask_where_to_export(parent: QWidget, folder: str, on_chosen: Callable[[Path], None]) -> None:
    dialog = QFileDialog(parent, "Export the setup of all accounts (holds no secrets)")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilter("JSON (*.json)")
    dialog.setDefaultSuffix("json")
    dialog.setDirectory(folder)
    dialog.selectFile(_SETUP)
    dialog.fileSelected.connect(lambda name: on_chosen(Path(name)))
    dialog.open()
