"""A list that is read again and again: the selection stays, and ages go on without a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from soleflip_desktop.domain.market import age_words
from soleflip_desktop.ui.common.columns import Column, RowT, day_column, render
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.common.table_view import TableView

#: How often ages on screen are made anew; they are told in minutes.
AGES_MS = 30_000
_FLAG = QItemSelectionModel.SelectionFlag


class Entry(Protocol):
    """Every entry has an id that stays the same."""

    @property
    def id(self) -> int: ...


EntryT = TypeVar("EntryT", bound=Entry)


def age_column(
    key: str,
    title: str,
    value: Callable[[RowT], datetime | None],
    formatter: Formatter,
    *,
    width: int = 104,
) -> Column[RowT]:
    """How long ago, in words; the tooltip and the clipboard have the moment in ISO form."""

    def display(row: RowT) -> str:
        moment = value(row)
        return "" if moment is None else age_words(moment, datetime.now(UTC))

    days = day_column(key, title, value, formatter, width=width)
    return replace(days, display=display, sort_key=None)


class EntryModel(ListTableModel[RowT]):
    """Rows whose texts can be made anew."""

    def rows(self) -> list[RowT]:
        return [each.row for each in self._rows]

    def refresh_texts(self) -> None:
        """From the rows at hand, without a question."""
        self._rows = [render(self.columns, each.row) for each in self._rows]
        if self._rows:
            last = self.index(len(self._rows) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)


class EntryTable(TableView, Generic[EntryT]):
    """Whole rows of entries.

    Signals:
        chosen_changed: other entries are selected, or the selected ones have changed.
    """

    chosen_changed = Signal()

    def __init__(
        self, columns: Sequence[Column[EntryT]], name: str, kit: UiKit, parent: QWidget
    ) -> None:
        self.entries: EntryModel[EntryT] = EntryModel(columns)
        super().__init__(self.entries, kit.theme, parent)
        self.entries.setParent(self)
        self.setAccessibleName(name)
        self.horizontalHeader().setStretchLastSection(True)
        self.selectionModel().selectionChanged.connect(lambda *_spans: self.chosen_changed.emit())
        self._ages = QTimer(self, interval=AGES_MS)
        self._ages.timeout.connect(self.entries.refresh_texts)
        self._ages.start()

    def chosen(self) -> list[EntryT]:
        return [self.entries.row(at) for at in self.selected_rows().tolist()]

    def set_entries(self, rows: Sequence[EntryT]) -> None:
        """What was selected and is still there stays selected; the cursor stays in its place."""
        kept, cursor = {row.id for row in self.chosen()}, self.currentIndex().row()
        self.entries.set_rows(rows)
        selection, last = QItemSelection(), len(self.columns) - 1
        for at, row in enumerate(rows):
            if row.id in kept:
                selection.select(self.entries.index(at, 0), self.entries.index(at, last))
        self.selectionModel().select(selection, _FLAG.ClearAndSelect)
        if cursor >= 0 and rows:
            there = self.entries.index(min(cursor, len(rows) - 1), 0)
            self.selectionModel().setCurrentIndex(there, _FLAG.NoUpdate)
        self.chosen_changed.emit()


class SettledSwitch(QWidget):
    """Open or settled.

    Signals:
        changed: the other ones are wanted.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.open, self.settled = QPushButton("&Open", self), QPushButton("&Settled", self)
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for button in (self.open, self.settled):
            button.setProperty("role", "chip")
            button.setCheckable(True)
            self._group.addButton(button)
            layout.addWidget(button)
        self.open.setChecked(True)
        self._group.buttonClicked.connect(lambda _button: self.changed.emit())

    @property
    def shows_settled(self) -> bool:
        return self.settled.isChecked()
