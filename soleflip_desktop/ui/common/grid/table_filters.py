"""Filter row, chips and value lists of one table, kept in step with its query."""

from __future__ import annotations

from datetime import tzinfo
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QPoint, Signal

from soleflip_desktop.domain.grid_query import ColumnFilter
from soleflip_desktop.services.grid import FieldValue, GridSource
from soleflip_desktop.ui.common.actions import Action, Menu
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.grid.filter_chips import FilterChips, Word, plain_word
from soleflip_desktop.ui.common.grid.filter_row import FilterRow
from soleflip_desktop.ui.common.grid.query_control import QueryControl
from soleflip_desktop.ui.common.grid.value_list import ValueList
from soleflip_desktop.ui.common.locale_style import filter_style
from soleflip_desktop.ui.common.table_view import VirtualTableView
from soleflip_desktop.ui.common.virtual_table_model import VirtualTableModel


class TableFilters(QObject):
    """Gestures change the query, and the query is what row and chips show.

    Signals:
        left_downwards: the table shall take the focus.
    """

    left_downwards = Signal()

    def __init__(
        self,
        model: VirtualTableModel[Any],
        view: VirtualTableView,
        control: QueryControl,
        *,
        source: GridSource[Any],
        kit: UiKit,
        word: Word = plain_word,
        zone: tzinfo | None = None,
    ) -> None:
        """`zone` in which days begin; None: the operating system's."""
        super().__init__(view)
        self._model, self._view, self._control = model, view, control
        self._source, self._kit, self._word = source, kit, word
        self._titles = {column.key: column.title for column in model.columns}
        self.row = FilterRow(
            view.header,
            model.columns,
            kinds=source.kinds,
            style=filter_style(kit.formatter.locale, zone),
            icons=kit.icons,
            scroll_bar=view.horizontalScrollBar(),
        )
        self.chips = FilterChips(self._titles, kit, word)
        self._connect()
        self.toggle = Action(
            "&Filter row",
            self.row.toggle,
            "Ctrl+Shift+F",
            "filter",
            "Filter by what is typed under a column",
            Menu.VIEW,
        )

    def open_values(self, field: str, place: QPoint) -> None:
        """The value list of that field, at that place of the screen."""
        values = ValueList(
            field,
            self._titles.get(field, field),
            load=partial(self._values, field),
            current=next((each for each in self.row.filters if each.field == field), None),
            kit=self._kit,
            parent=self._view,
            word=partial(self._word, field),
        )
        values.chosen.connect(partial(self._on_chosen, field))
        values.open_at(place)

    async def _values(self, field: str) -> list[FieldValue]:
        return await self._source.values(self._control.query, field)

    def _connect(self) -> None:
        row, chips, control = self.row, self.chips, self._control
        row.filters_changed.connect(control.set_filters)
        row.left_downwards.connect(self.left_downwards)
        row.values_wanted.connect(self.open_values)
        chips.filter_removed.connect(lambda field: row.set_filter(field, None))
        chips.search_removed.connect(lambda: control.set_search(""))
        chips.cleared.connect(control.clear_filters)
        self._model.query_changed.connect(self._on_query_changed)
        self._model.view_changed.connect(self._show_chips)

    def _on_chosen(self, field: str, column: ColumnFilter | None) -> None:
        self.row.set_filter(field, column)

    def _on_query_changed(self) -> None:
        """Also from elsewhere: a saved view, "clear all"."""
        if self._control.query.filters != self.row.filters:
            self.row.set_filters(self._control.query.filters)
        self._show_chips()

    def _show_chips(self) -> None:
        view = self._model.view
        counted = view is not None and view.complete
        matching = view.matching if view is not None and counted else None
        total = 0 if view is None else max(view.total, view.matching)
        self.chips.show_query(self._control.query, matching, total)
