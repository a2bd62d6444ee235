"""What a grid shows, on its way out: its columns in order, its rows as typed cells, its filters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from soleflip_desktop.domain.exporting import (
    MAX_COPIED_ROWS,
    Cell,
    ExportColumn,
    TextStyle,
    typed_cell,
)
from soleflip_desktop.domain.grid_query import ColumnFilter, FieldKind
from soleflip_desktop.services.grid import GridSource, GridView, Ids
from soleflip_desktop.sync.export_desk import ViewExport
from soleflip_desktop.ui.common.columns import Column
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.table_view import VirtualTableView
from soleflip_desktop.ui.common.virtual_table_model import VirtualTableModel

_WORDS = frozenset({FieldKind.TEXT, FieldKind.CHOICE})


class GridContent:
    """The rows and columns of one grid as `ViewExport`s."""

    def __init__(
        self,
        view: VirtualTableView,
        model: VirtualTableModel[Any],
        source: GridSource[Any],
        title: str,
        formatter: Formatter,
    ) -> None:
        self._view, self._model, self._source = view, model, source
        self.title, self.formatter = title, formatter
        self.style = TextStyle(formatter.locale)

    @property
    def selected(self) -> int:
        """How many rows are touched by the selection."""
        return int(self._view.selected_rows().size)

    @property
    def rows(self) -> int:
        """How many rows the view has, those of folded groups included."""
        return self._model.view.matching if self._model.view is not None else 0

    @property
    def grouped(self) -> bool:
        return self._model.query.group_by is not None

    def selected_cells(self) -> ViewExport[Any]:
        """The block around the selected cells, others left blank; of the first 20,000 rows."""
        rows = self._view.selected_rows()[:MAX_COPIED_ROWS]
        touched = {at for span in self._view.selected_cells() for at in span.columns}
        columns = [at for at in self._view.frozen.visible() if at in touched]
        if not rows.size:
            return self._export(rows, columns)
        ids = self._ids(rows)
        if all(set(span.columns) == touched for span in self._view.selected_cells()):
            return self._export(ids, columns)
        by_row = self._view.cell_selection.spans.within(int(rows[0]), int(rows[-1]))
        picked = {
            row_id: by_row.get(row, set())
            for row_id, row in zip(ids.tolist(), rows.tolist(), strict=True)
        }
        return self._export(ids, columns, picked)

    def selected_lines(self, limit: int | None = None) -> ViewExport[Any]:
        """All columns of the selected rows, or of the first `limit` of them."""
        rows = self._view.selected_rows()[:limit]
        return self._export(self._ids(rows) if rows.size else rows, self._view.frozen.visible())

    async def whole(self, *, unfolded: bool) -> ViewExport[Any]:
        """The view as it is; `unfolded` with the rows of folded groups.

        Asked anew, so that the rows are those of the filters and the order in force.
        """
        query = self._model.query
        if unfolded:
            query = replace(query, collapsed=frozenset())
        view = await self._source.view(query)
        export = self._export(view.ids, self._view.frozen.visible())
        return replace(export, groups=view.groups, totals=view.sums, notes=self.notes(view))

    def notes(self, view: GridView | None = None) -> tuple[str, ...]:
        """What was asked: the count, the day, search, filters, order and groups."""
        query = self._model.query
        count = self.formatter.count_of(view.matching, view.total) if view is not None else ""
        moment = self.formatter.moment(datetime.now(UTC))
        lines = [f"{count} rows · {moment}" if count else moment]
        if query.search:
            lines.append(f"Search: {query.search}")
        lines += [f"Filter: {self._filter(each)}" for each in query.filters]
        order = [
            f"{self._title(key.field)}{', descending' if key.descending else ''}"
            for key in query.sort
        ]
        if order:
            lines.append(f"Sorted by {'; then '.join(order)}")
        if query.group_by is not None:
            lines.append(f"Grouped by {self._title(query.group_by)}")
        return tuple(lines)

    def _filter(self, column_filter: ColumnFilter) -> str:
        values = (str(value) for each in column_filter.conditions for value in each.values)
        text = column_filter.text or ", ".join(value or "blank" for value in values)
        return f"{self._title(column_filter.field)}: {text}"

    def _title(self, field: str) -> str:
        titles = (column.title for column in self._model.columns if column.key == field)
        return next(titles, field.replace("_", " "))

    def _ids(self, rows: Ids) -> Ids:
        first = int(rows[0])
        ids: Ids = np.asarray(self._model.ids(first, int(rows[-1])))[rows - first]
        return ids

    def _export(
        self, ids: Ids, places: Sequence[int], picked: dict[int, set[int]] | None = None
    ) -> ViewExport[Any]:
        columns = [self._model.columns[at] for at in places]
        kinds = self._source.kinds
        exported = tuple(
            ExportColumn(column.key, column.title, kinds.get(column.key, FieldKind.TEXT))
            for column in columns
        )
        getters = [getter(*pair) for pair in zip(columns, exported, strict=True)]

        def cells(row: Any) -> tuple[Cell, ...]:
            if picked is None:
                return tuple(get(row) for get in getters)
            wanted = picked.get(row.id, set())
            pairs = zip(places, getters, strict=True)
            return tuple(get(row) if at in wanted else None for at, get in pairs)

        return ViewExport(self._source, self.title, self.notes(), exported, cells, ids)


def getter(column: Column[Any], exported: ExportColumn) -> Callable[[Any], Cell]:
    """Words as the column copies them, anything else as the value that the row holds."""
    if exported.kind in _WORDS:
        return column.clipboard
    return lambda row: typed_cell(row, exported)
