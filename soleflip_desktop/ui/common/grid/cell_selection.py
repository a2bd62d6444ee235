"""Selecting cells as in a spreadsheet, and keeping the selection by id when the rows change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
)

from soleflip_desktop.services.grid import Ids
from soleflip_desktop.ui.common.grid.frozen_columns import FrozenColumns
from soleflip_desktop.ui.common.grid.selection_spans import (
    NO_ROWS,
    CellSpan,
    Rows,
    SelectionSpans,
    as_selection,
)
from soleflip_desktop.ui.common.virtual_table_model import VirtualTableModel

#: A larger selection is not restored after a reload: nobody picked that many by hand.
MAX_KEPT_SELECTION = 5_000
_FLAG = QItemSelectionModel.SelectionFlag


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a reload must not lose: the selected ids by columns, and the cursor."""

    selected: dict[tuple[int, ...], Ids]
    current: int | None
    group: str | None
    column: int


class CellSelection(QObject):
    """The selection of one grid. Heads of groups are never part of it."""

    def __init__(
        self,
        model: VirtualTableModel[Any],
        selection_model: QItemSelectionModel,
        frozen: FrozenColumns,
    ) -> None:
        super().__init__(selection_model)
        self._model, self._frozen = model, frozen
        self._selection_model = selection_model
        self._anchor = QPersistentModelIndex()
        self._spans: SelectionSpans | None = None
        selection_model.selectionChanged.connect(self._forget)
        model.modelReset.connect(self._forget)

    # -- what is selected ----------------------------------------------------------------------

    @property
    def spans(self) -> SelectionSpans:
        if self._spans is None:
            self._spans = SelectionSpans(self._selection_model.selection())
        return self._spans

    def rows(self) -> Rows:
        """The touched rows, ascending, without heads."""
        rows = self.spans.rows()
        return rows[self._ids_of(rows) >= 0] if rows.size else rows

    def ids(self, column: int | None = None) -> Ids:
        """The ids of the touched rows in order; of those touched in that column."""
        runs = self.spans.runs(None if column is None else frozenset({column}))
        parts = [self._model.ids(top, bottom) for top, bottom in runs]
        if not parts:
            return NO_ROWS
        ids = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return ids if ids.min() >= 0 else ids[ids >= 0]

    def cells(self) -> tuple[CellSpan, ...]:
        """The selected cells in columns that are in sight; heads may lie within a span."""
        visible = frozenset(self._frozen.visible())
        trimmed = (
            replace(span, columns=tuple(one for one in span.columns if one in visible))
            for span in self.spans.spans
        )
        return tuple(span for span in trimmed if span.columns)

    def columns(self) -> list[int]:
        """The columns in sight that are touched, in the order shown."""
        touched = {column for span in self.spans.spans for column in span.columns}
        return [column for column in self._frozen.visible() if column in touched]

    def count(self) -> int:
        """How many cells, heads left out."""
        heads = np.flatnonzero(self._model.ids(0, self._model.rowCount() - 1) < 0)
        cells = 0
        for span in self.cells():
            between = np.searchsorted(heads, (span.top, span.bottom + 1))
            rows = span.bottom - span.top + 1 - int(between[1] - between[0])
            cells += rows * len(span.columns)
        return cells

    # -- gestures ------------------------------------------------------------------------------

    def set_anchor(self, index: QModelIndex) -> None:
        self._anchor = QPersistentModelIndex(index)

    def to(self, target: QModelIndex, flags: QItemSelectionModel.SelectionFlag) -> None:
        """Selects from the anchor to the target, as wide as that looks in the order shown."""
        anchor = self._anchor if self._anchor.isValid() else self._selection_model.currentIndex()
        if not anchor.isValid():
            anchor = target
        order = self._frozen.visible()
        ends = [order.index(end.column()) for end in (anchor, target) if end.column() in order]
        if len(ends) == 2:  # noqa: PLR2004  (both ends)
            columns = order[min(ends) : max(ends) + 1]
            rows = (anchor.row(), target.row())
            self._select(np.arange(min(rows), max(rows) + 1), columns, flags)

    def all(self) -> None:
        self._select_rows(np.arange(self._model.rowCount(), dtype=np.int64))

    def whole_rows(self) -> None:
        rows = self.spans.rows()
        current = self._selection_model.currentIndex()
        if not rows.size and current.isValid():
            rows = np.array([current.row()])
        self._select_rows(rows)

    def whole_columns(self) -> None:
        columns = self.columns() or [self._selection_model.currentIndex().column()]
        if columns != [-1]:
            rows = np.arange(self._model.rowCount(), dtype=np.int64)
            self._select(rows, columns, _FLAG.ClearAndSelect)

    def _select_rows(self, rows: Rows) -> None:
        self._select(rows, self._frozen.visible(), _FLAG.ClearAndSelect)

    def _select(
        self, rows: Rows, columns: list[int], flags: QItemSelectionModel.SelectionFlag
    ) -> None:
        self._selection_model.select(as_selection(self._model, rows, columns), flags)

    # -- other rows ----------------------------------------------------------------------------

    def keep(self) -> _Kept:
        """To be called before the rows change."""
        current = self._selection_model.currentIndex()
        group = self._model.group_at(current.row())
        row_id = None
        if current.isValid() and group is None:
            row_id = int(self._model.ids(current.row(), current.row())[0])
        key = None if group is None else group.key
        return _Kept(self._ids_by_columns(), row_id, key, max(0, current.column()))

    def restore(self, kept: _Kept) -> None:
        """Selects what is still there."""
        model = self._model
        selection = QItemSelection()
        for columns, ids in kept.selected.items():
            selection.merge(as_selection(model, model.rows_of(ids), columns), _FLAG.Select)
        if selection.count():
            self._selection_model.select(selection, _FLAG.ClearAndSelect)
        row = None
        if kept.group is not None:
            row = model.row_of_group(kept.group)
        elif kept.current is not None:
            row = model.row_of(kept.current)
        if row is not None:
            index = model.index(row, kept.column)
            self._selection_model.setCurrentIndex(index, _FLAG.NoUpdate)
            self.set_anchor(index)

    def _ids_by_columns(self) -> dict[tuple[int, ...], Ids]:
        """Empty where it is too large to be restored."""
        rows: dict[tuple[int, ...], list[Rows]] = {}
        total = 0
        for span in self.spans.spans:
            total += span.bottom - span.top + 1
            if total > MAX_KEPT_SELECTION:
                return {}
            rows.setdefault(span.columns, []).append(np.arange(span.top, span.bottom + 1))
        ids = {columns: self._ids_of(np.concatenate(found)) for columns, found in rows.items()}
        return {columns: found[found >= 0] for columns, found in ids.items()}

    def _ids_of(self, rows: Rows) -> Ids:
        if not rows.size:
            return rows
        first = int(rows.min())
        return self._model.ids(first, int(rows.max()))[rows - first]

    def _forget(self) -> None:
        self._spans = None
