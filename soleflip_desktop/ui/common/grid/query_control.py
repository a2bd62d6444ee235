"""One place where search, order, filters and grouping of a page are changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from soleflip_desktop.domain.grid_query import (
    ColumnFilter,
    FieldKind,
    GridQuery,
    SortKey,
)
from soleflip_desktop.services.grid import GridSource
from soleflip_desktop.ui.common.grid.sort_order import added, clicked
from soleflip_desktop.ui.common.table_view import VirtualTableView
from soleflip_desktop.ui.common.virtual_table_model import VirtualTableModel

_SEARCHED = frozenset({FieldKind.TEXT, FieldKind.CHOICE})


class QueryControl(QObject):
    """Turns gestures into a GridQuery, and shows on the header what is in force.

    Signals:
        changed: another query is in force, wherever it came from.
    """

    changed = Signal()

    def __init__(
        self,
        model: VirtualTableModel[Any],
        view: VirtualTableView,
        source: GridSource[Any],
    ) -> None:
        super().__init__(view)
        self._model, self._view, self._source = model, view, source
        self._default = model.query.sort
        view.header.sort_clicked.connect(self._on_sort_clicked)
        view.header.layout_changed.connect(self._on_layout_changed)
        model.query_changed.connect(self._show)
        self._show()

    @property
    def query(self) -> GridQuery:
        return self._model.query

    def set_search(self, text: str) -> None:
        fields = self._searched() if text.strip() else None
        self.change(replace(self.query, search=text, search_fields=fields))

    def set_sort(self, sort: Sequence[SortKey]) -> None:
        """An empty order is the table's own."""
        self.change(replace(self.query, sort=tuple(sort) or self._default))

    def set_filters(self, filters: Sequence[ColumnFilter]) -> None:
        self.change(replace(self.query, filters=tuple(filters)))

    def set_filter(self, field: str, wanted: ColumnFilter | None) -> None:
        """Replaces the filter of one column; None takes it away."""
        others = [one for one in self.query.filters if one.field != field]
        self.set_filters(others if wanted is None else [*others, wanted])

    def set_group(self, field: str | None) -> None:
        self.change(replace(self.query, group_by=field, collapsed=frozenset()))

    def fold_all(self, *, folded: bool) -> None:
        view = self._model.view
        keys = frozenset(group.key for group in view.groups) if view and folded else frozenset()
        self.change(replace(self.query, collapsed=keys))

    def clear_filters(self) -> None:
        """Shows all rows: neither search nor filters."""
        self.change(replace(self.query, search="", search_fields=None, filters=()))

    def filter_names(self) -> list[str]:
        """What hides rows, in words: "Cost >10"."""
        titles = {column.key: column.title for column in self._model.columns}
        names = [f"“{self.query.search}”"] if self.query.search.strip() else []
        for one in self.query.filters:
            values = (value for condition in one.conditions for value in condition.values)
            words = one.text or ", ".join(str(value) or "blank" for value in values)
            names.append(f"{titles.get(one.field, one.field)} {words}".rstrip())
        return names

    def change(self, query: GridQuery) -> None:
        self._model.set_query(query)

    def _show(self) -> None:
        filtered = frozenset(one.field for one in self.query.filters)
        self._view.header.set_order(self.query.sort, filtered)
        self.changed.emit()

    def _on_sort_clicked(self, section: int, more: bool) -> None:  # noqa: FBT001  (a Qt slot)
        field = self._view.header.field(section)
        if field is None:
            return
        seen = {self._view.header.field(at) for at in self._view.frozen.visible()}
        # An order that no column in sight shows cannot be added to.
        shown = tuple(key for key in self.query.sort if key.field in seen)
        if more and shown:
            self.set_sort(added(shown, field))
        else:
            self.set_sort(clicked(self.query.sort, self._default, field))

    def _on_layout_changed(self) -> None:
        """Only visible columns are searched: a hit must be one that can be seen."""
        query = self.query
        if query.search.strip() and (fields := self._searched()) != query.search_fields:
            self.change(replace(query, search_fields=fields))

    def _searched(self) -> tuple[str, ...]:
        kinds = self._source.kinds
        keys = (self._model.columns[at].key for at in sorted(self._view.frozen.visible()))
        return tuple(key for key in keys if kinds.get(key) in _SEARCHED)
