"""The tools of a table page: filters, grouping, columns and saved views, kept in step."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton, QWidget

from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.grid_query import FieldKind, GridQuery
from soleflip_desktop.domain.saved_views import ViewState
from soleflip_desktop.ui.common.actions import Action, Menu, build
from soleflip_desktop.ui.common.column_memory import ColumnMemory
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import ViewsSource
from soleflip_desktop.ui.common.grid.column_chooser import ColumnChooser
from soleflip_desktop.ui.common.grid.group_menu import GroupButton
from soleflip_desktop.ui.common.grid.query_control import QueryControl
from soleflip_desktop.ui.common.grid.table_filters import TableFilters
from soleflip_desktop.ui.common.grid.view_menu import ViewButton


class TableTools(QObject):
    """Makes the buttons and what they open; the page puts them into its header."""

    def __init__(
        self,
        key: str,
        own_title: str,
        *,
        control: QueryControl,
        columns: ColumnMemory,
        filters: TableFilters,
        kinds: dict[str, FieldKind],
        views: ViewsSource,
        kit: UiKit,
        page: QWidget,
    ) -> None:
        """`own_title` names the table without a view: "All units"."""
        super().__init__(page)
        self._control, self._columns, self._kit, self._page = control, columns, kit, page
        self._default = control.query
        self._kinds = kinds
        self.filters = filters
        self.views = ViewButton(key, own_title, views, kit, self.capture, parent=page)
        self.groups = GroupButton(self._group_fields(), kit.icons, page)
        self.chooser = self._chooser_button()
        self.actions = self._build_actions()
        self._connect()

    # -- what a view keeps ---------------------------------------------------------------------

    def capture(self) -> ViewState:
        query = self._control.query
        return ViewState(
            search=query.search,
            filters=query.filters,
            sort=query.sort,
            group_by=query.group_by,
            columns=self._columns.state(),
            frozen=self._columns.frozen,
        )

    def show(self, state: ViewState | None) -> None:
        """None: the table as it was made."""
        if state is None:
            self._columns.reset()
            self._control.change(self._default)
            return
        keys = [column.key for column in self._columns.columns]
        fitted = state.fitted(self._kinds, keys)
        self._columns.apply(fitted.columns, fitted.frozen)
        query = GridQuery(
            sort=fitted.sort or self._default.sort,
            filters=fitted.filters,
            group_by=fitted.group_by,
        )
        self._control.change(query)
        self._control.set_search(fitted.search)

    async def open(self) -> None:
        """The view with which this table opens for whoever is here."""
        state = await self.views.open_default()
        if state is not None:
            self.show(state)
        self.views.note_state()

    def note_change(self, domains: frozenset[Domain]) -> None:
        if Domain.SYSTEM in domains:
            self._kit.tasks.start(self.views.reload())

    # -- building ------------------------------------------------------------------------------

    def _group_fields(self) -> list[tuple[str, str]]:
        return [
            (column.key, column.title)
            for column in self._columns.columns
            if self._kinds.get(column.key) is FieldKind.CHOICE or column.key == "product"
        ]

    def _chooser_button(self) -> QToolButton:
        button = QToolButton(self._page)
        button.setProperty("role", "flat")
        self._kit.icons.follow(button, "columns")
        button.setToolTip("Choose columns")
        button.setAccessibleName("Choose columns")
        button.clicked.connect(self.choose_columns)
        return button

    def _build_actions(self) -> list[QAction]:
        actions = (
            self.filters.toggle,
            Action("&Choose columns…", self.choose_columns, menu=Menu.VIEW),
            Action(
                "&Clear all filters", self._control.clear_filters, "Alt+Shift+F", menu=Menu.VIEW
            ),
            Action("F&it all columns", self._columns.fit_all, menu=Menu.VIEW),
            Action("&Expand all groups", self._unfold, menu=Menu.VIEW),
            Action("C&ollapse all groups", self._fold, menu=Menu.VIEW),
        )
        return [build(action, self._page, self._kit.icons) for action in actions]

    def choose_columns(self) -> None:
        chooser = ColumnChooser(
            self._columns.header, self._columns.columns, self._kit.icons, self._page
        )
        chooser.reset_requested.connect(self._columns.reset)
        chooser.reset_requested.connect(chooser.refill)
        chooser.open_at(self.chooser.mapToGlobal(QPoint(0, self.chooser.height())))

    def _fold(self) -> None:
        self._control.fold_all(folded=True)

    def _unfold(self) -> None:
        self._control.fold_all(folded=False)

    def _connect(self) -> None:
        self.views.state_chosen.connect(self._on_state_chosen)
        self.groups.group_chosen.connect(self._control.set_group)
        self.groups.expand_all.connect(self._unfold)
        self.groups.collapse_all.connect(self._fold)
        self._control.changed.connect(self._on_query_changed)
        header = self._columns.header
        for signal in (header.sectionMoved, header.sectionResized):
            signal.connect(lambda *_places: self.views.note_state())

    def _on_state_chosen(self, state: Any) -> None:
        self.show(state)

    def _on_query_changed(self) -> None:
        self.groups.show_group(self._control.query.group_by)
        self.views.note_state()
