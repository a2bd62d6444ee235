"""A page that is one big table: header, search, grid, empty states, error banner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.grid_query import GridQuery
from soleflip_desktop.services.grid import GridSource
from soleflip_desktop.ui.common.actions import Action, Menu, build
from soleflip_desktop.ui.common.column_memory import ColumnMemory
from soleflip_desktop.ui.common.columns import Column
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import ViewsSource
from soleflip_desktop.ui.common.empty_state import EmptyState
from soleflip_desktop.ui.common.grid.cell_access import Wording
from soleflip_desktop.ui.common.grid.header_menu import HeaderMenu
from soleflip_desktop.ui.common.grid.query_control import QueryControl
from soleflip_desktop.ui.common.grid.selection_status import SelectionStatus
from soleflip_desktop.ui.common.grid.staged_edits import StagedEdits
from soleflip_desktop.ui.common.grid.table_filters import TableFilters
from soleflip_desktop.ui.common.grid.table_tools import TableTools
from soleflip_desktop.ui.common.menus import give_context_menu
from soleflip_desktop.ui.common.page_header import ErrorBanner, PageHeader
from soleflip_desktop.ui.common.row_copy import GridContent
from soleflip_desktop.ui.common.search_box import SearchBox
from soleflip_desktop.ui.common.table_commands import TableCommands
from soleflip_desktop.ui.common.table_view import VirtualTableView
from soleflip_desktop.ui.common.totals import totals_text
from soleflip_desktop.ui.common.virtual_table_model import RowT, VirtualTableModel


def _undescribed(_row: Any) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class PageSpec(Generic[RowT]):
    """What distinguishes one table page from another.

    `describe` names a row for screen readers: "Nike Dunk Low, US 9, listed on StockX".
    """

    key: str
    title: str
    noun: str  # for one, as in "1 sale"
    nouns: str
    icon: str
    search_hint: str
    columns: tuple[Column[RowT], ...]
    query: GridQuery
    domains: frozenset[Domain]
    describe: Callable[[RowT], str] = _undescribed


class TablePage(QWidget, Generic[RowT]):
    """Shows a GridSource. Knows when its data is stale and reloads only while it is visible.

    Further parts have their places: tools in `header.add`, chips in `chips_slot` above the grid,
    an apply bar in `bottom_slot` below the grid; a filter row makes room in `view.header`.

    Signals:
        totals_changed(str): the line for the status bar.
        import_requested, sample_requested: the buttons of the empty page.
    """

    totals_changed = Signal(str)
    import_requested = Signal()
    sample_requested = Signal()

    def __init__(
        self,
        spec: PageSpec[RowT],
        source: GridSource[RowT],
        views: ViewsSource,
        kit: UiKit,
        *,
        sample: bool,
        staged: StagedEdits | None = None,
    ) -> None:
        super().__init__()
        self.spec, self.source, self.kit = spec, source, kit
        self.totals = ""
        self._stale, self._warm = True, False
        self._searched = spec.query.search
        words = Wording(kit.formatter, spec.noun, spec.nouns, spec.describe)
        self.model: VirtualTableModel[RowT] = VirtualTableModel(
            source, spec.columns, kit.tasks, spec.query, self, wording=words, staged=staged
        )
        self.view = VirtualTableView(self.model, kit.theme, self)
        self.view.setAccessibleName(f"{spec.title} table")
        self.columns = ColumnMemory(self.view, spec.columns, kit.settings, spec.key)
        self.control = QueryControl(self.model, self.view, source)
        self.header_menu = HeaderMenu(self.view, self.columns, lambda: self.model.query)
        self.status = SelectionStatus(self.view, self.model, source, kit, self)
        self.search = SearchBox(spec.search_hint, kit.icons, self)
        self.header = PageHeader(spec.title, self)
        self.banner = ErrorBanner(kit.icons, self)
        filters = TableFilters(
            self.model,
            self.view,
            self.control,
            source=source,
            kit=kit,
            zone=kit.formatter.zone,
        )
        self.tools = TableTools(
            spec.key,
            f"All {spec.nouns}",
            control=self.control,
            columns=self.columns,
            filters=filters,
            kinds=source.kinds,
            views=views,
            kit=kit,
            page=self,
        )
        self._build_header()
        self._build_empty_states(sample=sample)
        self._build_body()
        self._connect()

    # -- for the window ------------------------------------------------------------------------

    def mark_stale(self) -> None:
        """The data changed. A hidden page waits until it is looked at."""
        self.source.mark_stale()
        self._stale = True
        if self.isVisible():
            self.refresh()

    def note_change(self, domains: frozenset[Domain]) -> None:
        """What somebody wrote: the rows may be other ones, or the saved views."""
        if self.spec.domains & domains:
            self.mark_stale()
        self.tools.note_change(domains)

    def refresh(self) -> None:
        self._stale = False
        self.model.reload()

    def save_state(self) -> None:
        self.columns.save()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale and self.model.view is None:
            self._stale = False
            self.kit.tasks.start(self._open())
        elif self._stale:
            self.refresh()

    async def _open(self) -> None:
        """With the view that this person opens it with."""
        try:
            await self.tools.open()
        finally:
            self.refresh()

    # -- building ------------------------------------------------------------------------------

    def _build_header(self) -> None:
        tools = self.tools
        for widget in (tools.views, self.search, tools.groups, tools.chooser):
            self.header.add(widget)

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
        clear = self.no_match.add_button("&Clear all filters", primary=True)
        clear.clicked.connect(self.control.clear_filters)
        self.unread = EmptyState("warning", kit.icons, self)
        self.unread.add_button("&Try again", primary=True).clicked.connect(self.refresh)

    def _build_body(self) -> None:
        self.body = QStackedWidget(self)
        self.grid_body: QWidget = self.view  # a page may put the grid into a splitter
        for widget in (self.view, self.empty, self.no_match, self.unread):
            self.body.addWidget(widget)
        self.chips_slot, self.bottom_slot = QVBoxLayout(), QVBoxLayout()
        self.chips_slot.addWidget(self.tools.filters.chips)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.banner)
        layout.addLayout(self.chips_slot)
        layout.addWidget(self.body, 1)
        layout.addLayout(self.bottom_slot)
        layout.addWidget(self.status)
        self.setTabOrder(self.search, self.view)
        self.setFocusProxy(self.view)

    def _connect(self) -> None:
        self.search.search_changed.connect(self._on_searched)
        self.model.query_changed.connect(self._on_query_changed)
        self.header_menu.sort_requested.connect(self.control.set_sort)
        self.header_menu.group_requested.connect(self.control.set_group)
        filters = self.tools.filters
        self.header_menu.filter_requested.connect(filters.open_values)
        filters.left_downwards.connect(self._enter_table)
        self.search.left_downwards.connect(self._enter_table)
        self.view.typed.connect(self._on_typed)
        self.model.view_changed.connect(self._on_view_changed)
        self.model.busy_changed.connect(self.header.set_busy)
        self.model.load_failed.connect(self._on_load_failed)
        self.banner.retry_requested.connect(self.refresh)
        self._add_actions()

    def _add_actions(self) -> None:
        find = Action("&Find", self._focus_search, QKeySequence.StandardKey.Find, menu=Menu.EDIT)
        for action in (build(find, self, self.kit.icons), *self.tools.actions):
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self.addAction(action)
        content = GridContent(
            self.view, self.model, self.source, self.spec.title, self.kit.formatter
        )
        self.commands = TableCommands(self, content, self.kit)
        give_context_menu(self.view, self)

    # -- reactions -----------------------------------------------------------------------------

    def _on_view_changed(self) -> None:
        view = self.model.view
        if view is None:
            return
        self.banner.hide()
        formatter = self.kit.formatter
        total = max(view.total, view.matching)
        if view.complete:
            self.header.set_count(formatter.count_of(view.matching, total))
        else:
            self.header.set_count(f"about {formatter.count(total)}")
        self.totals = totals_text(view, self.spec.noun, self.spec.nouns, formatter)
        self.totals_changed.emit(self.totals)
        self._choose_body(len(view.ids))
        if view.complete and not self._warm:
            self._warm = True  # a first click on any header is then as fast as a second one
            self.kit.tasks.start(self.source.warm())

    def _choose_body(self, shown: int) -> None:
        if shown or not self.model.loaded:
            self.body.setCurrentWidget(self.grid_body)
        elif self.model.query.narrowed:
            self._name_filters()
            # While somebody types under the header, the header has to stay.
            typing = self.tools.filters.row.has_focus
            self.body.setCurrentWidget(self.grid_body if typing else self.no_match)
        else:
            self.body.setCurrentWidget(self.empty)

    def _name_filters(self) -> None:
        query, names = self.model.query, self.control.filter_names()
        if not query.filters:
            title, sentence = f"Nothing matches {names[0]}", "The search hides every row."
        else:
            title = f"No {self.spec.noun} matches all filters"
            sentence = f"Rows are hidden by: {' · '.join(names)}."
        self.no_match.set_text(title, sentence)

    def _on_searched(self, text: str) -> None:
        self._searched = text
        self.control.set_search(text)

    def _on_query_changed(self) -> None:
        """A saved view or "clear all" changed the search: the box follows."""
        wanted = self.model.query.search
        if wanted != self._searched:
            self._searched = wanted
            self.search.setText(wanted)

    def _on_load_failed(self, error: UserError) -> None:
        self._stale = True
        if self.model.view is not None:
            self.banner.show_error(str(error))
            return
        self.unread.set_text(f"The {self.spec.nouns} are not loaded", str(error))
        self.body.setCurrentWidget(self.unread)

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
