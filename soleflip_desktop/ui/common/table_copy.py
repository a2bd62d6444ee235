"""Ctrl+C in a table of rows that are in memory: they with their headers, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut

from soleflip_desktop.ui.common.columns import Column, RenderedRow
from soleflip_desktop.ui.common.table_view import TableView


class CopySource(Protocol):
    """A model whose rows are in memory, or on their way there."""

    columns: tuple[Column[Any], ...]

    def rendered(self, row: int) -> RenderedRow[Any] | None: ...


def rows_to_text(source: CopySource, rows: Sequence[int]) -> str:
    """Tab-separated; a cell with a tab, a break or a quote is quoted, as Excel does it."""
    text = io.StringIO()
    lines = csv.writer(text, "excel-tab", lineterminator="\n")
    lines.writerow([column.title for column in source.columns])
    for row in rows:
        if (rendered := source.rendered(row)) is not None:
            lines.writerow([column.clipboard(rendered.row) for column in source.columns])
    return text.getvalue()


def make_copyable(view: TableView, source: CopySource) -> None:
    """Gives the table its own Ctrl+C."""

    def copy() -> None:
        text = rows_to_text(source, view.selected_rows().tolist())
        QGuiApplication.clipboard().setText(text)

    shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), view)
    shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
    shortcut.activated.connect(copy)
