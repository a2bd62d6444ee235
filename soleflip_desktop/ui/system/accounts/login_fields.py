"""The texts that a log-in needs: secret ones covered, each with its help and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.logins import LoginField, LoginForm
from soleflip_desktop.ui.common.icons import IconSet
from soleflip_desktop.ui.common.labels import label

LABEL_WIDTH = 150


class TokenLine(QLineEdit):
    """A line for keys and addresses: blanks that came with a paste are dropped."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.textEdited.connect(self._strip)

    def _strip(self, text: str) -> None:
        """No key, id or address has blanks; line breaks arrive as blanks of other kinds."""
        plain = "".join(text.split())
        if plain != text:
            self.setText(plain)


class LoginLine(QWidget):
    """One field of a log-in: name, line, button that uncovers it, hint, problem."""

    def __init__(self, field: LoginField, icons: IconSet, parent: QWidget) -> None:
        super().__init__(parent)
        self.field = field
        self.line = TokenLine(self)
        self.line.setAccessibleName(field.title)
        self.line.setAccessibleDescription(field.hint)
        if field.optional:
            self.line.setPlaceholderText("optional")
        self.problem = label("", "bad", wrap=True)
        self.problem.hide()
        self.line.textChanged.connect(lambda _text: self.say(""))
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        self.reveal: QToolButton | None = None
        if field.secret:
            self.line.setEchoMode(QLineEdit.EchoMode.Password)
            self.reveal = self._reveal_button(icons)
            row.addWidget(self.reveal)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(row)
        column.addWidget(label(field.hint, "caption", wrap=True))
        column.addWidget(self.problem)

    def say(self, text: str) -> None:
        """What is wrong with it; "" takes it away."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _reveal_button(self, icons: IconSet) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("role", "flat")
        button.setCheckable(True)
        button.setToolTip(f"Show the {self.field.title}")
        button.setAccessibleName(f"Show the {self.field.title}")
        icons.follow(button, "eye", "muted")
        button.toggled.connect(self._on_revealed)
        return button

    def _on_revealed(self, shown: bool) -> None:  # noqa: FBT001  (a Qt slot)
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.line.setEchoMode(mode)


class LoginFields(QWidget):
    """All fields of one platform.

    Signals:
        edited: a text is another.
    """

    edited = Signal()

    def __init__(self, form: LoginForm, icons: IconSet, parent: QWidget) -> None:
        super().__init__(parent)
        self._form = form
        self.lines: dict[str, LoginLine] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(10)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        for row, field in enumerate(form.fields):
            made = LoginLine(field, icons, self)
            made.line.textChanged.connect(self.edited)
            self.lines[field.name] = made
            name = QLabel(field.title, self)
            name.setBuddy(made.line)
            name.setMinimumHeight(made.line.sizeHint().height())
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(made, row, 1)

    def given(self) -> Mapping[str, str]:
        """What was entered, by the field's name; empty ones are left out."""
        texts = {name: line.line.text().strip() for name, line in self.lines.items()}
        return {name: text for name, text in texts.items() if text}

    def ask_for_missing(self) -> bool:
        """Marks what is missing and goes to the first of it; False where nothing is."""
        missing = self._form.missing(self.given())
        for field in missing:
            self.lines[field.name].say(f"{field.title} is missing.")
        if missing:
            self.go_to(missing[0].name)
        return bool(missing)

    def blame(self, message: str) -> bool:
        """Shows a message beside the one field that it names; False where it names none or more."""
        named = [
            line
            for line in self.lines.values()
            if line.field.title.casefold() in message.casefold()
        ]
        if len(named) != 1:
            return False
        named[0].say(message)
        self.go_to(named[0].field.name)
        return True

    def tab_stops(self) -> list[QWidget]:
        """In the order in which Tab visits them."""
        pairs = [(line.line, line.reveal) for line in self.lines.values()]
        return [widget for pair in pairs for widget in pair if widget is not None]

    def go_to(self, name: str) -> None:
        self.lines[name].line.setFocus(Qt.FocusReason.OtherFocusReason)

    def first_empty(self) -> None:
        """The cursor where the next text is to be entered."""
        given = self.given()
        empty = [field.name for field in self._form.fields if field.name not in given]
        self.go_to(empty[0] if empty else self._form.fields[0].name)

    def forget(self) -> None:
        """Leaves nothing secret in the widgets, not in their undo either."""
        for line in self.lines.values():
            line.line.setText("")
            if line.reveal is not None:
                line.reveal.setChecked(False)
