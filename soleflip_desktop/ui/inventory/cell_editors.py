"""The editor that opens in a cell: a line that completes places, suppliers, choices."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from soleflip_desktop.domain.edit_text import choice_words
from soleflip_desktop.domain.unit_fields import UNIT_FIELDS_BY_NAME
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import Workbench
from soleflip_desktop.ui.inventory.field_editor import Suggestions, load_suggestions
from soleflip_desktop.ui.inventory.unit_grid import ViewGrid


class CellEditors(QObject):
    """Makes the editors of the table of units; its suggestions are read in the background."""

    def __init__(self, grid: ViewGrid, doors: Workbench, kit: UiKit, parent: QObject) -> None:
        super().__init__(parent)
        self._grid, self._doors, self._kit = grid, doors, kit
        self._suggestions: Suggestions = {}

    def refresh(self) -> None:
        self._kit.tasks.start(self._load())

    def make(self, parent: QWidget, _row: int, column: int) -> QWidget | None:
        editor = QLineEdit(parent)
        words = self._words(self._grid.key(column))
        if words:
            completer = QCompleter(list(words), editor)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            editor.setCompleter(completer)
        return editor

    def _words(self, key: str) -> Sequence[str]:
        field = UNIT_FIELDS_BY_NAME.get(key)
        if field is not None and field.choices is not None:
            return [choice_words(choice) for choice in field.choices]
        return () if field is None else self._suggestions.get(key, ())

    async def _load(self) -> None:
        self._suggestions = await load_suggestions(self._doors, self._kit.base_currency)
