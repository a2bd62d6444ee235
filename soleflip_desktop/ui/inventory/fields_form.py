"""Several fields of a unit below each other, with what is wrong beside each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from soleflip_desktop.domain.edit_text import EditStyle, EditTextError, parse_value, show_value
from soleflip_desktop.domain.unit_fields import UnitField, UnitValue
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.inventory.field_editor import FieldEditor, Suggestions


class FieldsForm(QWidget):
    """Editors for the given fields."""

    def __init__(
        self, fields: Iterable[UnitField], style: EditStyle, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._style = style
        self.editors: dict[str, FieldEditor] = {}
        self.problems: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(1, 1)
        for field in fields:
            self._add(field, grid)

    def suggest(self, suggestions: Suggestions) -> None:
        for editor in self.editors.values():
            editor.suggest(suggestions)

    def show_values(self, values: Mapping[str, UnitValue | None]) -> None:
        for name, value in values.items():
            editor = self.editors[name]
            editor.set_text(show_value(editor.field, value, self._style))

    def values(self) -> dict[str, UnitValue | None] | None:
        """All fields; None where one cannot be read, which is then marked."""
        found: dict[str, UnitValue | None] = {}
        wrong = False
        for name, editor in self.editors.items():
            try:
                found[name] = parse_value(editor.field, editor.text, self._style)
                self._mark(name, "")
            except EditTextError as error:
                self._mark(name, str(error))
                if not wrong:
                    editor.setFocus(Qt.FocusReason.OtherFocusReason)
                wrong = True
        return None if wrong else found

    def _add(self, field: UnitField, grid: QGridLayout) -> None:
        editor = FieldEditor(field, {}, self)
        words = QLabel(field.title, self)
        words.setBuddy(editor.control)
        problem = label("", "bad", wrap=True)
        problem.hide()
        at = grid.rowCount()
        grid.addWidget(words, at, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(editor, at, 1)
        grid.addWidget(problem, at + 1, 1)
        self.editors[field.name], self.problems[field.name] = editor, problem

    def _mark(self, name: str, text: str) -> None:
        self.problems[name].setText(text)
        self.problems[name].setVisible(bool(text))
