"""The sheet of a count: ten thousand units, of which only those in sight become text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt

from soleflip_desktop.domain.counting import CountLine, CountMark
from soleflip_desktop.ui.common.cell_roles import cell_data
from soleflip_desktop.ui.common.columns import (
    Column,
    RenderedRow,
    Tone,
    number_column,
    render,
    text_column,
)
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.list_table_model import ListTableModel

Index = QModelIndex | QPersistentModelIndex

#: The word for each mark, with a sign that does not depend on its colour.
MARK_WORDS = {
    CountMark.MISSING: "○ Missing",
    CountMark.FOUND: "✓ Found",
    CountMark.TWICE: "×2 Scanned twice",
    CountMark.ELSEWHERE: "⇄ Booked elsewhere",
    CountMark.GONE: "! Not in stock",
    CountMark.UNKNOWN: "? Unknown code",
}
MARK_TONES = {
    CountMark.MISSING: Tone.MUTED,
    CountMark.FOUND: Tone.GOOD,
    CountMark.TWICE: Tone.WARNING,
    CountMark.ELSEWHERE: Tone.INFO,
    CountMark.GONE: Tone.BAD,
    CountMark.UNKNOWN: Tone.BAD,
}

Key = int | str


def _key(line: CountLine) -> Key:
    return line.code if line.item_id is None else line.item_id


class SheetModel(ListTableModel[CountLine]):
    """Lines of a count, all or those of one mark; a scan changes one line in place."""

    def __init__(self, formatter: Formatter, parent: QObject | None = None) -> None:
        super().__init__(_columns(formatter), parent)
        self._lines: dict[Key, CountLine] = {}
        self._shown: list[Key] = []
        self._mark: CountMark | None = None
        self._texts: dict[Key, RenderedRow[CountLine]] = {}

    @property
    def marks(self) -> Counter[CountMark]:
        """How many lines have each mark."""
        return Counter(line.mark for line in self._lines.values())

    def set_rows(self, rows: Sequence[CountLine]) -> None:
        self._lines = {_key(line): line for line in rows}
        self._texts.clear()
        self._show()

    def filter(self, mark: CountMark | None) -> None:
        """Shows the lines of that mark, or all."""
        self._mark = mark
        self._show()

    def put(self, line: CountLine) -> int | None:
        """Takes what a scan made of a line; returns the row where it stands, if it is shown."""
        key = _key(line)
        known = key in self._lines
        before = self._lines.get(key)
        self._lines[key] = line
        self._texts.pop(key, None)
        fits = self._mark in {None, line.mark}
        shown = known and before is not None and self._mark in {None, before.mark}
        if fits and shown:
            row = self._shown.index(key)
            self.dataChanged.emit(self.index(row, 0), self.index(row, self.columnCount() - 1))
            return row
        if shown:
            self._remove(self._shown.index(key))
        return self._insert(key) if fits else None

    def _show(self) -> None:
        self.beginResetModel()
        self._shown = [key for key, line in self._lines.items() if self._mark in {None, line.mark}]
        self.endResetModel()

    def _insert(self, key: Key) -> int:
        """What is new stands on top: it is what was scanned last."""
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._shown.insert(0, key)
        self.endInsertRows()
        return 0

    def _remove(self, row: int) -> None:
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._shown[row]
        self.endRemoveRows()

    def row(self, position: int) -> CountLine:
        return self._lines[self._shown[position]]

    def rendered(self, row: int) -> RenderedRow[CountLine] | None:
        key = self._shown[row]
        found = self._texts.get(key)
        if found is None:
            found = self._texts[key] = render(self.columns, self._lines[key])
        return found

    def as_text(self) -> str:
        lines = ["\t".join(column.title for column in self.columns)]
        lines.extend(
            "\t".join(column.clipboard(self._lines[key]) for column in self.columns)
            for key in self._shown
        )
        return "\n".join(lines) + "\n"

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        rendered = self.rendered(index.row())
        column = self.columns[index.column()]
        return cell_data(column, index.column(), rendered, role)


def _columns(formatter: Formatter) -> tuple[Column[CountLine], ...]:
    return (
        Column(
            "mark",
            "Result",
            lambda line: MARK_WORDS[line.mark],
            lambda line: line.mark.value,
            width=170,
            tone=lambda line: MARK_TONES[line.mark],
            pill=True,
        ),
        text_column("product", "Product", lambda line: line.product, width=330, sortable=False),
        text_column("size", "Size", lambda line: line.size, width=90, sortable=False),
        text_column("location", "Booked at", lambda line: line.location, width=220, sortable=False),
        text_column("code", "Code", lambda line: line.code, width=130, sortable=False),
        number_column("scans", "Scans", lambda line: line.scans, formatter, width=70),
    )
