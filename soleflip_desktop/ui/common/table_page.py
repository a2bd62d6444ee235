"""A page that is one big table: header, search, grid, empty states, error banner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHeaderView, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.services.grid import GridQuery, GridSource
from soleflip_desktop.ui.common.column_memory import ColumnMemory
from soleflip_desktop.ui.common.columns import Column
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.empty_state import EmptyState
from soleflip_desktop.ui.common.page_header import ErrorBanner, PageHeader
from soleflip_desktop.ui.common.row_copy import MAX_ROWS, rows_as_text
from soleflip_desktop.ui.common.search_box import SearchBox
from soleflip_desktop.ui.common.table_view import VirtualTableView
from soleflip_desktop.ui.common.totals import totals_text
from soleflip_desktop.ui.common.virtual_table_model import RowT, VirtualTableModel


@dataclass(frozen=True, slots=True)
class PageSpec(Generic[RowT]):
    """What distinguishes one table page from another."""

    key: str
    title: str
    noun: str  # for one, as in "1 sale"
    nouns: str
    icon: str
    search_hint: str
    columns: tuple[Column[RowT], ...]
    query: GridQuery
    domains: frozenset[Domain]


class TablePage(QWidget, Generic[RowT]):
    """Shows a GridSource. Knows when its data is stale and reloads only while it is visible.

    Signals:
        totals_changed(str): the line for the status bar.
        import_requested, sample_requested: the buttons of the empty page.
    """

    totals_changed = Signal(str)
    import_requested = Signal()
    sample_requested = Signal()

    def __init__(
        self, spec: PageSpec[RowT], source: GridSource[RowT], kit: UiKit, *, sample: bool
    ) -> None:
        super().__init__()
        self.spec, self.source, self.kit = spec, source, kit
        self.totals = ""
        self._stale = True
        self.model: VirtualTableModel[RowT] = VirtualTableModel(
            source, spec.columns, kit.tasks, spec.query, self
        )
        self.view = VirtualTableView(self.model, kit.theme, self)
        self.view.setAccessibleName(f"{spec.title} table")
        self.columns = ColumnMemory(self.view, spec.columns, kit.settings, spec.key)
        self.search = SearchBox(spec.search_hint, kit.icons, self)
        self.header = PageHeader(spec.title, self)
        self.banner = ErrorBanner(kit.icons, self)
        self._build_header()
        self._build_empty_states(sample=sample)
        self._build_body()
        self._connect()
        self._show_sort_arrow()

    # -- for the window ------------------------------------------------------------------------

    def mark_stale(self) -> None:
        """The data changed. A hidden page waits until it is looked at."""
        self.source.mark_stale()
        self._stale = True
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        self._stale = False
        self.model.reload()

    def save_state(self) -> None:
        self.columns.save()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    # -- building ------------------------------------------------------------------------------

    def _build_header(self) -> None:
        chooser = QToolButton(self)
        chooser.setProperty("role", "flat")
        self.kit.icons.follow(chooser, "columns")
        chooser.setToolTip("Choose columns")
        chooser.setAccessibleName("Choose columns")
        chooser.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        chooser.setMenu(self.columns.menu)
        self.header.add(self.search)
        self.header.add(chooser)

    def _build_empty_states(self, *, sample: bool) -> None:
        kit = self.kit
        self.empty = EmptyState("sneaker", kit.icons, self)
        self.empty.set_text(
            f"No {self.spec.nouns} yet",
            "Import the sales report of your marketplace, and every pair with what it cost and "
            "what it earned is here. Or drop a CSV or XLSX file anywhere on this window.",
        )
        first = self.empty.add_button("&Import your first file…", primary=True)
        first.clicked.connect(self.import_requested)
        if sample:
            self.empty.add_button("Import &sample data").clicked.connect(self.sample_requested)
        self.no_match = EmptyState("search", kit.icons, self)
        self.no_match.add_button("&Clear search").clicked.connect(self.search.clear)

    def _build_body(self) -> None:
        self.body = QStackedWidget(self)
        self.grid_body: QWidget = self.view  # a page may put the grid into a splitter
        for widget in (self.view, self.empty, self.no_match):
            self.body.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.banner)
        layout.addWidget(self.body, 1)
        self.setTabOrder(self.search, self.view)
        self.setFocusProxy(self.view)

    def _connect(self) -> None:
        self.search.search_changed.connect(self.model.set_search)
        self.search.left_downwards.connect(self._enter_table)
        self.view.typed.connect(self._on_typed)
        self.model.view_changed.connect(self._on_view_changed)
        self.model.busy_changed.connect(self.header.set_busy)
        self.model.load_failed.connect(self._on_load_failed)
        self.banner.retry_requested.connect(self.refresh)
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(context)
        find.activated.connect(self._focus_search)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.view)
        copy.setContext(context)
        copy.activated.connect(self.copy_selection)

    # -- sorting -------------------------------------------------------------------------------

    def _show_sort_arrow(self) -> None:
        """Shows the order in force, then listens to clicks on the header."""
        header: QHeaderView = self.view.horizontalHeader()
        keys = [column.sort_key for column in self.spec.columns]
        query = self.spec.query
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        # Where the first order is a column's own, a cleared arrow would hide what is in force.
        header.setSortIndicatorClearable(query.sort_key not in keys)
        order = Qt.SortOrder.DescendingOrder if query.descending else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(keys.index(query.sort_key) if query.sort_key in keys else -1, order)
        header.sortIndicatorChanged.connect(self._on_sort_changed)

    def _on_sort_changed(self, section: int, order: Qt.SortOrder) -> None:
        key = self.spec.columns[section].sort_key if section >= 0 else None
        search = self.model.query.search
        if key is None:
            default = self.spec.query
            self.model.set_query(GridQuery(default.sort_key, default.descending, search))
        else:
            descending = order == Qt.SortOrder.DescendingOrder
            self.model.set_query(GridQuery(key, descending, search))

    # -- reactions -----------------------------------------------------------------------------

    def _on_view_changed(self) -> None:
        view = self.model.view
        if view is None:
            return
        self.banner.hide()
        formatter, shown = self.kit.formatter, len(view.ids)
        about = "" if view.complete else "about "
        total = max(view.total, shown)
        self.header.set_count(
            about + (formatter.count(total) if about else formatter.count_of(shown, total))
        )
        self.totals = totals_text(view, self.spec.noun, self.spec.nouns, formatter)
        self.totals_changed.emit(self.totals)
        self._choose_body(shown)

    def _choose_body(self, shown: int) -> None:
        search = self.model.query.search
        if shown or not self.model.loaded:
            self.body.setCurrentWidget(self.grid_body)
        elif search:
            self.no_match.set_text(f"Nothing matches “{search}”", "The search hides every row.")
            self.body.setCurrentWidget(self.no_match)
        else:
            self.body.setCurrentWidget(self.empty)

    def _on_load_failed(self, error: UserError) -> None:
        self.banner.show_error(str(error))
        self._stale = True

    def _focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _on_typed(self, text: str) -> None:
        """Typing in the table searches."""
        if text.strip():
            self._focus_search()
            self.search.insert(text)

    def _enter_table(self) -> None:
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self.view.currentIndex().isValid() and self.model.rowCount():
            self.view.selectRow(0)

    # -- clipboard -----------------------------------------------------------------------------

    def copy_selection(self) -> None:
        ids = self.view.selected_ids()
        if ids.size:
            self.kit.tasks.start(self._copy(ids[:MAX_ROWS].tolist(), int(ids.size)))

    async def _copy(self, row_ids: list[int], selected: int) -> None:
        header = self.view.horizontalHeader()
        order = [header.logicalIndex(place) for place in range(header.count())]
        columns = [self.spec.columns[at] for at in order if not header.isSectionHidden(at)]
        QGuiApplication.clipboard().setText(await rows_as_text(self.source, columns, row_ids))
        copied = self.kit.formatter.count_of(len(row_ids), selected)
        self.kit.notifier.info(f"Copied {copied} {'row' if selected == 1 else 'rows'}.")
