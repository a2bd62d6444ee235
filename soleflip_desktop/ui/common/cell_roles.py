"""What a model answers for each role: for screen readers, tooltips and tests, not for painting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt

from soleflip_desktop.ui.common.columns import Align, Column, RenderedRow, RowT

LOADING = "…"

_ALIGNMENT = {
    Align.LEFT: Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
    Align.RIGHT: Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
}


def cell_data(
    column: Column[RowT], position: int, rendered: RenderedRow[RowT] | None, role: int
) -> Any:
    """The answer of `data()` for a cell that is in memory, or None of one that is not."""
    if role == Qt.ItemDataRole.TextAlignmentRole:
        return _ALIGNMENT[column.align]
    if role == Qt.ItemDataRole.DisplayRole:
        return LOADING if rendered is None else rendered.texts[position]
    if role == Qt.ItemDataRole.ToolTipRole:
        return None if rendered is None else column.tooltip(rendered.row) or None
    if role == Qt.ItemDataRole.AccessibleTextRole:
        text = "loading" if rendered is None else rendered.texts[position] or "blank"
        return f"{column.title}: {text}"
    return None


def header_data(
    columns: Sequence[Column[RowT]], section: int, orientation: Qt.Orientation, role: int
) -> Any:
    if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(columns):
        return None
    if role == Qt.ItemDataRole.DisplayRole:
        return columns[section].title
    if role == Qt.ItemDataRole.TextAlignmentRole:
        return _ALIGNMENT[columns[section].align]
    return None
