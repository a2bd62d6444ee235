"""The settings of an account, in a dialog of their own."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.sync import Account, AccountSettings
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.sync_doors import AccountsSource
from soleflip_desktop.ui.common.sync_words import account_title
from soleflip_desktop.ui.system.accounts.settings_form import SettingsForm

_WIDTH = 460


class SettingsDialog(QDialog):
    """Shown with open(); closes when the settings are stored."""

    def __init__(
        self, accounts: AccountsSource, account: Account, kit: UiKit, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Account settings")
        self._accounts, self._account, self._kit = accounts, account, kit
        self.form = SettingsForm(account, kit.formatter.locale, self)
        self.problem = label("", "bad", wrap=True)
        self.problem.hide()
        self.save = QPushButton("&Save", self)
        self.save.setProperty("role", "primary")
        self.save.setDefault(True)
        self.save.clicked.connect(self._on_save)
        stop = QPushButton("Cancel", self)
        stop.setAutoDefault(False)
        stop.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.save)
        buttons.addWidget(stop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(14)
        layout.addWidget(label(account_title(account), "section"))
        layout.addWidget(self.form, 1)
        layout.addWidget(self.problem)
        layout.addLayout(buttons)
        self.setMinimumWidth(_WIDTH)

    def reject(self) -> None:
        if self.save.isEnabled():  # not while it stores
            super().reject()

    def _on_save(self) -> None:
        settings = self.form.read()
        if not settings.kinds:
            self._say("Choose at least one kind to sync. To stop the sync, choose Pause instead.")
            return
        self.save.setEnabled(False)
        self._kit.tasks.start(self._store(settings))

    async def _store(self, settings: AccountSettings) -> None:
        try:
            await self._accounts.change(self._account.id, settings, active=self._account.active)
        except UserError as error:
            self._say(str(error))
        else:
            self.accept()
        finally:
            self.save.setEnabled(True)

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.show()
