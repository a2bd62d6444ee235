"""Ctrl+C in a table: its selected rows with their headers, as a spreadsheet takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut

from soleflip_desktop.ui.common.columns import Column, RenderedRow
from soleflip_desktop.ui.common.table_view import TableView

_BREAKS = str.maketrans("\t\r\n", "   ")


class CopySource(Protocol):
    """A model whose rows are in memory, or on their way there."""

    columns: tuple[Column[Any], ...]

    def rendered(self, row: int) -> RenderedRow[Any] | None: ...


def rows_to_text(source: CopySource, rows: Sequence[int]) -> str:
    columns = source.columns
    lines = ["\t".join(column.title for column in columns)]
    for row in rows:
        if (rendered := source.rendered(row)) is not None:
            cells = (column.clipboard(rendered.row) for column in columns)
            lines.append("\t".join(cell.translate(_BREAKS) for cell in cells))
    return "\n".join(lines) + "\n"


def make_copyable(view: TableView, source: CopySource) -> None:
    """Gives the table its own Ctrl+C."""

    def copy() -> None:
        text = rows_to_text(source, view.selected_rows().tolist())
        QGuiApplication.clipboard().setText(text)

    shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), view)
    shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
    shortcut.activated.connect(copy)
