"""A small table that is in memory as a whole: import history, issues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from soleflip_desktop.ui.common.cell_roles import cell_data, header_data
from soleflip_desktop.ui.common.columns import Column, RenderedRow, RowT, render

Index = QModelIndex | QPersistentModelIndex


class ListTableModel(QAbstractTableModel, Generic[RowT]):
    """Rows that somebody hands in; columns and painting are those of the big grids."""

    def __init__(self, columns: Sequence[Column[RowT]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._rows: list[RenderedRow[RowT]] = []

    def set_rows(self, rows: Sequence[RowT]) -> None:
        self.beginResetModel()
        self._rows = [render(self.columns, row) for row in rows]
        self.endResetModel()

    def row(self, position: int) -> RowT:
        return self._rows[position].row

    def rendered(self, row: int) -> RenderedRow[RowT] | None:
        return self._rows[row]

    def as_text(self) -> str:
        """All rows with their header, separated by tabs."""
        lines = ["\t".join(column.title for column in self.columns)]
        lines.extend(
            "\t".join(column.clipboard(rendered.row) for column in self.columns)
            for rendered in self._rows
        )
        return "\n".join(lines) + "\n"

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = index.column()
        return cell_data(self.columns[column], column, self._rows[index.row()], role)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        return header_data(self.columns, section, orientation, role)
