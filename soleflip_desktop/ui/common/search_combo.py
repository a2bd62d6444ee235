"""A long list to choose from by typing any part of a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QWidget

_SEARCH = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Named:
    """Something to choose. `search` also holds words that find it but are not shown."""

    value: str
    title: str
    search: str


class _Completer(QCompleter):
    """Matches the words that find an entry, and fills in its title."""

    def pathFromIndex(  # noqa: N802  (Qt's name)
        self, index: QModelIndex | QPersistentModelIndex, /
    ) -> str:
        return str(index.data(Qt.ItemDataRole.DisplayRole))


class SearchCombo(QComboBox):
    """What is typed finds an entry or is taken back: there is always one chosen.

    Signals:
        picked(str): the value of the entry that a person chose.
    """

    picked = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMaxVisibleItems(14)
        finder = _Completer(self.model(), self)
        finder.setCompletionRole(_SEARCH)
        finder.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        finder.setFilterMode(Qt.MatchFlag.MatchContains)
        finder.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self._finder = finder
        self.setCompleter(finder)
        self._told = ""
        self.activated.connect(self._tell)
        edit = self.lineEdit()
        if edit is not None:
            edit.editingFinished.connect(self._settle)

    @property
    def value(self) -> str:
        return str(self.currentData() or "")

    def fill(self, choices: Sequence[Named], chosen: str) -> None:
        """Other entries; what is chosen should be among them, else it is the first."""
        self.clear()
        for number, choice in enumerate(choices):
            self.addItem(choice.title, choice.value)
            self.setItemData(number, choice.search, _SEARCH)
        self.show_value(chosen)

    def show_value(self, value: str) -> None:
        self.setCurrentIndex(max(0, self.findData(value)))
        self._told = self.value
        edit = self.lineEdit()
        if edit is not None:
            edit.setCursorPosition(0)  # the beginning of a long name, not its end

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802  (Qt's name)
        """Scrolling a page must not change a choice that happens to lie under the mouse."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _settle(self) -> None:
        """Half a name stands for the first entry that it finds."""
        typed = self.currentText().strip()
        if typed and typed != self.itemText(self.currentIndex()):
            self._finder.setCompletionPrefix(typed)
            found = self._finder.completionModel().index(0, 0)
            if found.isValid():
                self.setCurrentText(self._finder.pathFromIndex(found))
                self.setCurrentIndex(self.findText(self.currentText()))
        self.setEditText(self.itemText(self.currentIndex()))
        self._tell()

    def _tell(self) -> None:
        if self.value != self._told:
            self._told = self.value
            self.picked.emit(self.value)
