"""Records of a file as a table; the columns are those of the file at hand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from soleflip_desktop.ui.common.columns import Align, Column
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.common.table_copy import make_copyable
from soleflip_desktop.ui.common.table_view import TableView

Record = tuple[int, tuple[str, ...]]
_NARROW, _WIDE, _PER_LETTER = 70, 220, 8


class RecordsTable(QWidget):
    """Rows with their numbers. Another header makes another table."""

    def __init__(self, kit: UiKit, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit, self._name = kit, name
        self._header: tuple[str, ...] | None = None
        self.model: ListTableModel[Record] | None = None
        self.view: TableView | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def show_records(self, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
        if self.model is None or header != self._header:
            self._make(header, rows)
        if self.model is not None:
            self.model.set_rows(list(enumerate(rows, start=1)))

    def _make(self, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
        if self.view is not None:
            self._layout.removeWidget(self.view)
            self.view.deleteLater()
        self._header = header
        number: Column[Record] = Column(
            "row",
            "Row",
            lambda record: self._kit.formatter.count(record[0]),
            lambda record: str(record[0]),
            align=Align.RIGHT,
            width=56,
        )
        columns = (
            number,
            *(_column(place, title, rows) for place, title in enumerate(header)),
        )
        self.model = ListTableModel(columns, self)
        self.view = TableView(self.model, self._kit.theme, self)
        self.view.setAccessibleName(self._name)
        make_copyable(self.view, self.model)
        self._layout.addWidget(self.view)


def _column(place: int, title: str, rows: Sequence[tuple[str, ...]]) -> Column[Record]:
    def text(record: Record) -> str:
        return record[1][place] if place < len(record[1]) else ""

    longest = max([len(title), *(len(row[place]) for row in rows if place < len(row))])
    width = min(_WIDE, max(_NARROW, longest * _PER_LETTER + 24))
    return Column(
        f"c{place}", title or f"Column {place + 1}", text, text, width=width, tooltip=text
    )
