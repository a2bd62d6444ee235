"""The menu of one column: order, width, freezing, grouping, filter by value."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QMenu

from soleflip_desktop.domain.grid_query import GridQuery, SortKey
from soleflip_desktop.ui.common.column_memory import ColumnMemory
from soleflip_desktop.ui.common.table_view import VirtualTableView


class HeaderMenu(QObject):
    """Builds the menu anew each time it opens.

    Signals:
        sort_requested(tuple): of SortKeys.
        group_requested(object): the field to group by, or None.
        filter_requested(str, QPoint): the value list of that field, to be shown at that place.
    """

    sort_requested = Signal(tuple)
    group_requested = Signal(object)
    filter_requested = Signal(str, QPoint)

    def __init__(
        self, view: VirtualTableView, columns: ColumnMemory, query: Callable[[], GridQuery]
    ) -> None:
        super().__init__(view)
        self._view, self._columns, self._query = view, columns, query
        self.menu = QMenu("Column", view)
        view.menu_requested.connect(self.open)

    def open(self, section: int, at: QPoint) -> None:
        self._fill(section, at)
        self.menu.popup(at)

    def _fill(self, section: int, at: QPoint) -> None:
        self.menu.clear()
        field = self._view.header.field(section)
        if field is not None:
            self._fill_data(field, self._view.header.title(section), at)
            self.menu.addSeparator()
        self._fill_looks(section)
        self.menu.addSeparator()
        self.menu.addMenu(self._columns.menu)

    def _fill_data(self, field: str, title: str, at: QPoint) -> None:
        up, down = SortKey(field), SortKey(field, descending=True)
        self._add("Sort &ascending", lambda: self.sort_requested.emit((up,)))
        self._add("Sort &descending", lambda: self.sort_requested.emit((down,)))
        self._add("F&ilter by value…", lambda: self.filter_requested.emit(field, at))
        if self._query().group_by == field:
            self._add("Remove &grouping", lambda: self.group_requested.emit(None))
        else:
            self._add(f"&Group by {title}", lambda: self.group_requested.emit(field))

    def _fill_looks(self, section: int) -> None:
        frozen = self._view.frozen
        title = self._view.header.title(section)
        self._add(f"&Hide {title}", lambda: self._columns.set_hidden(section, hidden=True))
        self._add("&Fit width", lambda: self._columns.fit(section))
        self._add("Fit a&ll columns", self._columns.fit_all)
        place = frozen.visible().index(section) + 1
        if place != frozen.count:
            self._add("Free&ze up to here", lambda: frozen.set_count(place))
        if frozen.count:
            self._add("&Unfreeze columns", lambda: frozen.set_count(0))

    def _add(self, text: str, run: Callable[[], object]) -> None:
        self.menu.addAction(text).triggered.connect(lambda _checked=False: run())
