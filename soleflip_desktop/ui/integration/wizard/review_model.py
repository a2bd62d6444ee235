"""Rows of a draft as a table of any length: pages are fetched as they come into sight."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

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
from soleflip_desktop.domain.integration import ReviewRow, RowClass
from soleflip_desktop.ui.common.cell_roles import cell_data, header_data
from soleflip_desktop.ui.common.columns import Column, RenderedRow, render
from soleflip_desktop.ui.common.tasks import TaskRunner
from soleflip_desktop.ui.integration.wizard.tick_table import tick_text

PAGE_ROWS = 100
MAX_PAGES = 40
#: Only these are written, so only these can be left out; a row left out can be taken back.
TICKABLE = frozenset({RowClass.NEW, RowClass.CHANGED, RowClass.SKIPPED})

Index = QModelIndex | QPersistentModelIndex
Fetch = Callable[[RowClass | None, int, int], Awaitable[Sequence[ReviewRow]]]


class ReviewModel(QAbstractTableModel):
    """One class of rows, or all.

    Signals:
        ticks_changed(list, bool): row numbers of the file, and whether they are to be written.
        failed(str): rows could not be read.
        loaded: a page came in.
    """

    ticks_changed = Signal(list, bool)
    failed = Signal(str)
    loaded = Signal()

    def __init__(
        self,
        columns: Sequence[Column[ReviewRow]],
        fetch: Fetch,
        tasks: TaskRunner,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._fetch, self._tasks = fetch, tasks
        self._class: RowClass | None = None
        self._total = 0
        self._pages: OrderedDict[int, list[RenderedRow[ReviewRow]]] = OrderedDict()
        self._skipped: frozenset[int] = frozenset()
        self._left_out: frozenset[int] = frozenset()
        self._wished: set[int] = set()
        self._epoch = 0
        self._timer = QTimer(self, interval=0, singleShot=True)
        self._timer.timeout.connect(lambda: tasks.start(self._load()))

    def show_rows(self, row_class: RowClass | None, total: int) -> None:
        self.beginResetModel()
        self._class, self._total = row_class, total
        self._pages.clear()
        self._wished.clear()
        self._epoch += 1
        self.endResetModel()

    def show_ticks(self, skipped: Sequence[int], left_out: Sequence[int]) -> None:
        """`skipped` are unticked now; `left_out` were when the rows were classed."""
        self._skipped, self._left_out = frozenset(skipped), frozenset(left_out)
        if self._total:
            self.dataChanged.emit(self.index(0, 0), self.index(self._total - 1, 0))

    def rendered(self, row: int) -> RenderedRow[ReviewRow] | None:
        page, offset = divmod(row, PAGE_ROWS)
        rows = self._pages.get(page)
        if rows is None:
            self._wished.add(page)
            self._timer.start()
            return None
        return rows[offset] if offset < len(rows) else None

    def row(self, position: int) -> ReviewRow | None:
        rendered = self.rendered(position)
        return None if rendered is None else rendered.row

    def tick(self, row: int) -> bool | None:
        found = self.row(row)
        if found is None or found.row_class not in TICKABLE:
            return None
        if found.row_class is RowClass.SKIPPED and found.row not in self._left_out:
            return None  # left out by the import mode or because it is not a record
        return found.row not in self._skipped

    def set_ticks(self, rows: Sequence[int], ticked: bool) -> None:  # noqa: FBT001
        found = [row.row for row in map(self.row, rows) if row is not None]
        self.ticks_changed.emit(found, ticked)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < self._total:
            return None
        if role == Qt.ItemDataRole.CheckStateRole:
            return tick_text(self.tick(index.row())) if index.column() == 0 else None
        column = index.column()
        return cell_data(self.columns[column], column, self.rendered(index.row()), role)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        return header_data(self.columns, section, orientation, role)

    async def _load(self) -> None:
        while self._wished:
            epoch, page = self._epoch, max(self._wished)
            self._wished.discard(page)
            if page in self._pages:
                continue
            try:
                rows = await self._fetch(self._class, page * PAGE_ROWS, PAGE_ROWS)
            except UserError as error:
                self._wished.clear()
                self.failed.emit(str(error))
                return
            if epoch == self._epoch:
                self._store(page, rows)

    def _store(self, page: int, rows: Sequence[ReviewRow]) -> None:
        self._pages[page] = [render(self.columns, row) for row in rows]
        while len(self._pages) > MAX_PAGES:
            self._pages.popitem(last=False)
        first = page * PAGE_ROWS
        last = min(first + PAGE_ROWS, self._total) - 1
        if last >= first:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))
        self.loaded.emit()
