"""What dialogs that write share: a headline, a place for what went wrong, and buttons."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import label


class FormDialog(QDialog):
    """Shown with open(). While it writes, it neither closes nor takes a second click."""

    def __init__(self, kit: UiKit, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.kit = kit
        self._writing = False
        self._buttons: list[QPushButton] = []
        self.headline = label("", "section", wrap=True)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        self.problem = label("", "bad", wrap=True)
        self.problem.hide()
        self._button_row = QHBoxLayout()
        self._button_row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self.headline)
        layout.addLayout(self.body, 1)
        layout.addWidget(self.problem)
        layout.addLayout(self._button_row)

    def add_button(self, button: QPushButton, *, primary: bool = False) -> None:
        if primary:
            button.setProperty("role", "primary")
        button.setAutoDefault(primary)
        button.setDefault(primary)
        self._buttons.append(button)
        self._button_row.addWidget(button)

    def add_closing_button(self, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.clicked.connect(self.reject)
        self.add_button(button)
        return button

    def say_problem(self, text: str) -> None:
        """What is wrong, above the buttons; "" takes it away."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def load(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Reads what the dialog shows; given up when it closes."""
        self.finished.connect(self.kit.tasks.start(coroutine))

    def write(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """A UserError is shown in the dialog, which stays open with all that was entered."""
        if self._writing:
            coroutine.close()
            return
        self._set_writing(writing=True)
        self.say_problem("")
        self.kit.tasks.start(self._write(coroutine))

    def reject(self) -> None:
        if not self._writing:
            super().reject()

    async def _write(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            await coroutine
        except UserError as error:
            self.say_problem(str(error))
        finally:
            self._set_writing(writing=False)

    def _set_writing(self, *, writing: bool) -> None:
        self._writing = writing
        for button in self._buttons:
            button.setEnabled(not writing)
