"""Dialogs of one line: a price, a unit's number."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLineEdit, QPushButton, QWidget

from soleflip_desktop.domain.edit_text import EditStyle, parse_value, show_value
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.unit_fields import UnitField, ValueKind
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.form_dialog import FormDialog
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.locale_style import edit_style

_ASK = UnitField("ask", "The ask", ValueKind.AMOUNT, clearable=False)


def read_ask(text: str, style: EditStyle) -> Decimal:
    """An ask in major units, as this person writes numbers. Raises UserError."""
    ask = parse_value(_ASK, text, style)
    if not isinstance(ask, Decimal) or ask <= 0:
        raise UserError(f"“{text}” is no ask: write an amount above zero.")
    return ask


def ask_text(ask: Decimal | None, style: EditStyle) -> str:
    """What `read_ask` reads back."""
    return show_value(_ASK, ask, style)


class LineDialog(FormDialog):
    """One line of text and what to do with it. `accepted` when that went well."""

    def __init__(
        self,
        kit: UiKit,
        title: str,
        parent: QWidget | None,
        *,
        field: str,
        button: str,
        done: Callable[[str], Awaitable[object]],
    ) -> None:
        super().__init__(kit, title, parent)
        self._done = done
        self.line = QLineEdit(self)
        self.line.setAccessibleName(field)
        self.hint = label("", "muted", wrap=True)
        form = QFormLayout()
        form.addRow(field, self.line)
        self.body.addLayout(form)
        self.body.addWidget(self.hint)
        self.add_closing_button("&Cancel")
        self.do = QPushButton(button, self)
        self.do.clicked.connect(lambda: self.write(self._run(self.line.text())))
        self.add_button(self.do, primary=True)
        self.line.textEdited.connect(lambda _text: self.say_problem(""))
        self.setMinimumWidth(420)
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    async def _run(self, text: str) -> None:
        await self._done(text)
        self.accept()


def ask_price(
    kit: UiKit,
    parent: QWidget,
    *,
    words: str,
    hint: str,
    old: Decimal | None,
    currency: str | None,
    done: Callable[[Decimal], Awaitable[object]],
) -> LineDialog:
    """Asks for another ask; `words` say of what."""
    style = edit_style(kit.formatter.locale, kit.formatter.zone)

    async def read(text: str) -> None:
        await done(read_ask(text, style))

    field = "&New ask" if currency is None else f"&New ask in {currency}"
    dialog = LineDialog(kit, "Change price", parent, field=field, button="Change &price", done=read)
    dialog.headline.setText(words)
    dialog.hint.setText(hint)
    dialog.line.setText(ask_text(old, style))
    dialog.line.selectAll()
    dialog.open()
    return dialog
