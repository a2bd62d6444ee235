"""A table of any length: ids in order, rows fetched by page as they come into sight.

Strategy 4b of performance.md: the service sorts and filters a mirror of the keys off this thread
and answers with the ids in order. This model keeps the pages around the visible rows. Where rows
are grouped, negative ids stand for the heads of the groups.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.grid_query import GridQuery
from soleflip_desktop.services.grid import GridSource, GridView, Group
from soleflip_desktop.ui.common.cell_roles import header_data
from soleflip_desktop.ui.common.columns import Align, Column, RenderedRow, render
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.grid.cell_access import Wording
from soleflip_desktop.ui.common.grid.grid_cells import GridCells
from soleflip_desktop.ui.common.grid.staged_edits import StagedEdits
from soleflip_desktop.ui.common.tasks import TaskRunner

PAGE_ROWS = 32
MAX_PAGES = 128
#: Pages that were asked for and not fetched yet; older wishes are rows that were scrolled past.
MAX_WISHES = 6
DEFAULT_VIEWPORT_ROWS = 48

Index = QModelIndex | QPersistentModelIndex


class HasId(Protocol):
    """Every row of a grid has an id that stays the same."""

    @property
    def id(self) -> int: ...


RowT = TypeVar("RowT", bound=HasId)
Page = list[RenderedRow[RowT] | None]

_NO_IDS: NDArray[np.int64] = np.empty(0, dtype=np.int64)
_NO_ROWS: NDArray[np.intp] = np.empty(0, dtype=np.intp)
_EDITABLE = Qt.ItemFlag.ItemIsEditable


class VirtualTableModel(QAbstractTableModel, Generic[RowT]):
    """Rows of a GridSource. `data` reads memory only; what is missing is asked for.

    The rows in view stay until those of a new view are here, so the table never turns blank.

    Signals:
        view_about_to_change: the rows are about to be others; the time to note the selection.
        view_changed: they are.
        query_changed: another order, search, filter or grouping was asked for.
        busy_changed(bool): a view is being computed, or is there.
        load_failed(UserError): a view or a page could not be read.
    """

    view_about_to_change = Signal()
    view_changed = Signal()
    query_changed = Signal()
    busy_changed = Signal(bool)
    load_failed = Signal(object)

    def __init__(
        self,
        source: GridSource[RowT],
        columns: Sequence[Column[RowT]],
        tasks: TaskRunner,
        query: GridQuery,
        parent: QObject | None = None,
        *,
        wording: Wording[RowT] | None = None,
        staged: StagedEdits | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns: tuple[Column[RowT], ...] = tuple(columns)
        words: Wording[RowT] = wording or Wording(Formatter())
        self.cells: GridCells[RowT] = GridCells(self.columns, words, staged, self)
        self.view: GridView | None = None
        self.landing_row = 0
        self._source = source
        self._tasks = tasks
        self._query = query
        self._shown_query: GridQuery | None = None
        self._ids = _NO_IDS
        self._pages: OrderedDict[int, Page[RowT]] = OrderedDict()
        self._wishes: OrderedDict[int, None] = OrderedDict()
        self._last_page = -1
        self._request = 0  # counts requested views: an answer to an older one is dropped
        self._epoch = 0  # counts shown views: a page of an older one is dropped
        self._first_row, self._viewport_rows = 0, DEFAULT_VIEWPORT_ROWS
        self._current_id: int | None = None
        self._fetching = False
        self._cancel_view: Callable[[], object] | None = None
        self._fetch_timer = QTimer(self, interval=0, singleShot=True)
        self._fetch_timer.timeout.connect(self._start_fetch)

    # -- what the page asks for ----------------------------------------------------------------

    @property
    def query(self) -> GridQuery:
        return self._query

    @property
    def loaded(self) -> bool:
        """True once a view of all rows was shown, empty or not."""
        return self.view is not None and self.view.complete

    def set_search(self, text: str) -> None:
        self.set_query(replace(self._query, search=text))

    def set_query(self, query: GridQuery) -> None:
        if query != self._query:
            self._query = query
            self.query_changed.emit()
            self.reload()

    def toggle_group(self, row: int) -> None:
        """Folds or unfolds the rows under the head in that row."""
        group = self.group_at(row)
        if group is not None:
            collapsed = self._query.collapsed ^ {group.key}
            self.set_query(replace(self._query, collapsed=collapsed))

    def reload(self) -> None:
        """Asks for the view again. An earlier request that is still under way is given up."""
        self._request += 1
        if self._cancel_view is not None:
            self._cancel_view()
        self.busy_changed.emit(True)
        self._cancel_view = self._tasks.start(self._load(self._request, self._query))

    def set_viewport(self, first_row: int, rows: int, current_id: int | None) -> None:
        """Tells what is in sight and which row has the cursor, for the next view to keep."""
        self._first_row, self._viewport_rows, self._current_id = first_row, rows, current_id

    def ids(self, first: int, last: int) -> NDArray[np.int64]:
        """The ids of the rows first..last, both included."""
        return self._ids[first : last + 1]

    def row_of(self, row_id: int) -> int | None:
        found = np.flatnonzero(self._ids == row_id)
        return int(found[0]) if found.size else None

    def hits(self) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """The words that the rows in view were searched for, and the columns searched."""
        query = self._shown_query
        if query is None:
            return (), ()
        fields = query.search_fields
        columns = (
            at
            for at, column in enumerate(self.columns)
            if (column.align is Align.LEFT if fields is None else column.key in fields)
        )
        return tuple(query.search.casefold().split()), tuple(columns)

    def group_at(self, row: int) -> Group | None:
        """The group whose head stands in that row; None where it is a row of the table."""
        if self.view is None or not 0 <= row < len(self._ids):
            return None
        row_id = int(self._ids[row])
        return self.view.groups[-row_id - 1] if row_id < 0 else None

    def row_of_group(self, key: str) -> int | None:
        head = None if self.view is None else _head_id(self.view, key)
        return None if head is None else self.row_of(head)

    def rows_of(self, row_ids: NDArray[np.int64]) -> NDArray[np.intp]:
        """The places of the ids that are still there, ascending."""
        return np.flatnonzero(np.isin(self._ids, row_ids))

    def rendered(self, row: int) -> RenderedRow[RowT] | None:
        """The cells of that row from memory; None while they are on their way."""
        page, offset = divmod(row, PAGE_ROWS)
        if page != self._last_page:
            self._touch(page)
        cells = self._pages.get(page)
        return None if cells is None or offset >= len(cells) else cells[offset]

    def refresh_texts(self) -> None:
        """Makes the texts of the rows in memory anew: ages go on without a question."""
        for at, page in self._pages.items():
            self._pages[at] = [each and render(self.columns, each.row) for each in page]
        if len(self._ids):
            last = self.index(len(self._ids) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    # -- QAbstractTableModel -------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        if not index.isValid() or not 0 <= row < len(self._ids):
            return None
        place = (row + 1, len(self._ids))
        group = self.group_at(row)
        if group is not None:
            return self.cells.head_data(group, place, column, role)
        return self.cells.data(self.rendered(row), int(self._ids[row]), place, column, role)

    def setData(  # noqa: N802  (Qt's name)
        self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        """Hands what was typed to `cells.stage_text`; what stands there already is no edit."""
        stage = self.cells.stage_text
        if role != Qt.ItemDataRole.EditRole or stage is None or not self.flags(index) & _EDITABLE:
            return False
        text = str(value)
        if text == self.data(index, role):
            return False
        stage(index.row(), index.column(), text)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Heads are not selectable: they are no units."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if self.group_at(index.row()) is not None:
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        return self.cells.flags(self.rendered(index.row()), index.column())

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        return header_data(self.columns, section, orientation, role)

    # -- views ---------------------------------------------------------------------------------

    async def _load(self, request: int, query: GridQuery) -> None:
        try:
            if self.view is None:
                await self._show(request, query, await self._source.preview(query))
            await self._show(request, query, await self._source.view(query))
        except UserError as error:
            if request == self._request:
                self.load_failed.emit(error)
                self.busy_changed.emit(False)
        except Exception:
            self.busy_changed.emit(False)
            raise
        else:
            # Not after a cancellation: a newer request is under way, or the window is gone.
            if request == self._request:
                self.busy_changed.emit(False)

    async def _show(self, request: int, query: GridQuery, view: GridView) -> None:
        if request != self._request:
            return
        pages = await self._pages_in_sight(query, view)
        if request == self._request:
            self._swap(query, view, pages)

    async def _pages_in_sight(self, query: GridQuery, view: GridView) -> dict[int, Page[RowT]]:
        """Reads the pages that will be in sight, so that nothing blinks when the views swap."""
        if not len(view.ids):
            self.landing_row = 0
            return {}
        self.landing_row = first = self._landing_row(query, view)
        last = min(first + self._viewport_rows, len(view.ids) - 1)
        return await self._read(view.ids, range(first // PAGE_ROWS, last // PAGE_ROWS + 1))

    def _landing_row(self, query: GridQuery, view: GridView) -> int:
        """The top row after the swap: the same as now, or about the cursor's after a new sort."""
        same = self._first_row < len(self._ids) and self._shown_alike(query)
        anchor = int(self._ids[self._first_row]) if same else self._current_id
        if anchor is not None and anchor < 0 and self.view is not None:
            anchor = _head_id(view, self.view.groups[-anchor - 1].key)
        found = _NO_ROWS if anchor is None else np.flatnonzero(view.ids == anchor)
        if found.size:
            return int(found[0])
        return min(self._first_row, len(view.ids) - 1) if same else 0

    def _shown_alike(self, query: GridQuery) -> bool:
        """Whether the rows in view are in the order asked for, but for folded groups."""
        shown = self._shown_query
        return shown is not None and replace(query, collapsed=shown.collapsed) == shown

    def _swap(self, query: GridQuery, view: GridView, pages: dict[int, Page[RowT]]) -> None:
        self._epoch += 1
        same_rows = np.array_equal(view.ids, self._ids) and len(self._ids) > 0
        self.view_about_to_change.emit()
        if not same_rows:
            self.beginResetModel()
        self._ids, self.view, self._shown_query = view.ids, view, query
        self._pages = OrderedDict(pages)
        self._wishes.clear()
        self._last_page = -1
        if same_rows:
            # Only contents changed: the view keeps its selection and place by itself.
            last = self.index(len(self._ids) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)
        else:
            self.endResetModel()
        self.view_changed.emit()

    # -- pages ---------------------------------------------------------------------------------

    def _touch(self, page: int) -> None:
        """Notes which page is in use: it stays longest, and it or its neighbours are fetched."""
        self._last_page = page
        if page in self._pages:
            self._pages.move_to_end(page)
        self._wishes[page] = None
        self._wishes.move_to_end(page)
        while len(self._wishes) > MAX_WISHES:
            self._wishes.popitem(last=False)
        if not self._fetching and not self._fetch_timer.isActive():
            self._fetch_timer.start()

    def _next_pages(self) -> list[int]:
        """What is in sight comes first, then the pages above and below; each in one question."""
        in_sight = list(reversed(self._wishes))[: self._viewport_rows // PAGE_ROWS + 2]
        neighbours = sorted({page + step for page in in_sight for step in (1, -1)})
        pages = (len(self._ids) + PAGE_ROWS - 1) // PAGE_ROWS
        for wanted in (in_sight, neighbours):
            missing = [page for page in wanted if 0 <= page < pages and page not in self._pages]
            if missing:
                return missing
        return []

    def _start_fetch(self) -> None:
        if not self._fetching and self._next_pages():
            self._fetching = True
            self._tasks.start(self._fetch())

    async def _fetch(self) -> None:
        """One reader at a time that asks anew what is in sight: no queue of forgotten pages."""
        try:
            while pages := self._next_pages():
                epoch = self._epoch
                read = await self._read(self._ids, pages)
                if epoch == self._epoch:
                    for page, cells in read.items():
                        self._store(page, cells)
        except UserError as error:
            self._wishes.clear()
            self._last_page = -1
            self.load_failed.emit(error)
        finally:
            self._fetching = False

    async def _read(self, ids: NDArray[np.int64], pages: Sequence[int]) -> dict[int, Page[RowT]]:
        """All in one question: asking takes longer than the rows do."""
        wanted: dict[int, list[int]] = {
            page: ids[page * PAGE_ROWS : (page + 1) * PAGE_ROWS].tolist() for page in pages
        }
        units = [row_id for row_ids in wanted.values() for row_id in row_ids if row_id >= 0]
        rows = {row.id: row for row in await self._source.rows(units)} if units else {}
        # A row deleted meanwhile stays a placeholder until the notice of the change arrives.
        return {
            page: [render(self.columns, rows[at]) if at in rows else None for at in row_ids]
            for page, row_ids in wanted.items()
        }

    def _store(self, page: int, cells: Page[RowT]) -> None:
        self._pages[page] = cells
        while len(self._pages) > MAX_PAGES:
            self._pages.popitem(last=False)
        first = page * PAGE_ROWS
        last = min(first + PAGE_ROWS, len(self._ids)) - 1
        top, bottom = self.index(first, 0), self.index(last, len(self.columns) - 1)
        self.dataChanged.emit(top, bottom)


def _head_id(view: GridView, key: str) -> int | None:
    """The number that stands for that group's head among the ids."""
    places = (-place - 1 for place, group in enumerate(view.groups) if group.key == key)
    return next(places, None)
