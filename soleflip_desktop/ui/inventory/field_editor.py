"""The control for one field of a unit: a list of words, suggestions, or just text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from soleflip_desktop.domain.currencies import USUAL_CURRENCIES
from soleflip_desktop.domain.edit_text import choice_words
from soleflip_desktop.domain.unit_fields import UnitField, ValueKind
from soleflip_desktop.ui.common.context import BaseCurrency
from soleflip_desktop.ui.common.doors import Workbench

_NOTES_LINES = 3

#: What may be typed into a field, by the field's name: places, suppliers, tags.
Suggestions = Mapping[str, Sequence[str]]


async def load_suggestions(doors: Workbench, currency: BaseCurrency) -> Suggestions:
    places = await doors.locations.locations()
    return {
        "location": [place.path for place in places],
        "supplier": await doors.units.suppliers(),
        "tags": await doors.units.tags(),
        "cost_currency": currency.before(USUAL_CURRENCIES),
    }


class FieldEditor(QWidget):
    """Holds text; `parse_value` says what it means.

    Signals:
        edited: the text is another one.
    """

    edited = Signal()

    def __init__(
        self, field: UnitField, suggestions: Suggestions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.field = field
        self.control = self._make(suggestions.get(field.name, ()))
        self.control.setAccessibleName(field.title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.control)
        self.setFocusProxy(self.control)

    @property
    def text(self) -> str:
        control = self.control
        if isinstance(control, QPlainTextEdit):
            return control.toPlainText()
        return control.currentText() if isinstance(control, QComboBox) else control.text()

    def set_text(self, text: str) -> None:
        if isinstance(self.control, QPlainTextEdit):
            self.control.setPlainText(text)
        elif isinstance(self.control, QComboBox):
            self.control.setCurrentText(text)
        else:
            self.control.setText(text)

    def suggest(self, suggestions: Suggestions) -> None:
        """Other suggestions; what was typed stays."""
        words = suggestions.get(self.field.name)
        if words is not None and isinstance(self.control, QComboBox):
            text = self.text
            self.control.clear()
            self.control.addItems(list(words))
            self.control.setCurrentText(text)

    def _make(self, words: Sequence[str]) -> QComboBox | QLineEdit | QPlainTextEdit:
        field = self.field
        if field.kind is ValueKind.LONG_TEXT:
            notes = QPlainTextEdit(self)
            notes.setTabChangesFocus(True)
            notes.setFixedHeight(notes.fontMetrics().lineSpacing() * _NOTES_LINES + 14)
            notes.textChanged.connect(self.edited)
            return notes
        if field.choices is not None:
            empty = [""] if field.clearable else []
            return self._combo([*empty, *map(choice_words, field.choices)], editable=False)
        if field.kind in {ValueKind.PLACE, ValueKind.SUPPLIER, ValueKind.CURRENCY}:
            return self._combo(list(words), editable=True)
        line = QLineEdit(self)
        line.textChanged.connect(self.edited)
        return line

    def _combo(self, words: list[str], *, editable: bool) -> QComboBox:
        combo = QComboBox(self)
        combo.setEditable(editable)
        combo.addItems(words)
        if editable:
            combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            combo.setCurrentText("")
            completer = QCompleter(combo.model(), combo)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            combo.setCompleter(completer)
        combo.currentTextChanged.connect(self.edited)
        return combo
