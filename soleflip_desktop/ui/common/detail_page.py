"""A table page whose selected row is explained beside the grid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtWidgets import QSplitter, QToolButton

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.detail_pane import DetailPane, DetailT
from soleflip_desktop.ui.common.detail_source import DetailSource
from soleflip_desktop.ui.common.doors import ViewsSource
from soleflip_desktop.ui.common.entry_list import AGES_MS
from soleflip_desktop.ui.common.grid.staged_edits import StagedEdits
from soleflip_desktop.ui.common.table_page import PageSpec, TablePage
from soleflip_desktop.ui.common.virtual_table_model import RowT

#: Running through rows with the arrow keys asks only for the one it stops at.
_DETAIL_DELAY_MS = 60


class DetailPage(TablePage[RowT], Generic[RowT, DetailT]):
    """The grid, and the pane that a button shows and hides."""

    def __init__(
        self,
        spec: PageSpec[RowT],
        source: DetailSource[RowT, DetailT],
        views: ViewsSource,
        kit: UiKit,
        make_pane: Callable[[UiKit], DetailPane[DetailT]],
        *,
        sample: bool,
        staged: StagedEdits | None = None,
    ) -> None:
        super().__init__(spec, source, views, kit, sample=sample, staged=staged)
        self._details = source
        self._asked: int | None = None
        self.pane = make_pane(kit)
        self.toggle = self._build_toggle()
        self._put_in_splitter()
        self._timer = QTimer(self, interval=_DETAIL_DELAY_MS, singleShot=True)
        self._timer.timeout.connect(self._load_detail)
        self.view.selectionModel().currentRowChanged.connect(lambda *_rows: self._timer.start())
        self.model.view_changed.connect(self._timer.start)
        self._wanted: int | None = None
        self.model.view_changed.connect(self._on_wanted_arrived)
        self._ages = QTimer(self, interval=AGES_MS)
        self._ages.timeout.connect(self.model.refresh_texts)
        self._ages.start()

    def show_row(self, row_id: int) -> None:
        """Scrolls to that row and marks it; filters that hide it give way."""
        if self.view.go_to(row_id):
            return
        self._wanted = row_id
        self.control.change(self.spec.query)
        self._on_wanted_arrived()

    def _on_wanted_arrived(self) -> None:
        if self._wanted is not None and self.view.go_to(self._wanted):
            self._wanted = None

    def save_state(self) -> None:
        super().save_state()
        self._keep("splitter", self.splitter.saveState())
        self._keep("details_shown", self.toggle.isChecked())

    def _keep(self, name: str, value: Any) -> None:
        self.kit.settings.setValue(f"{self.spec.key}/{name}", value)

    def _build_toggle(self) -> QToolButton:
        toggle = QToolButton(self)
        toggle.setProperty("role", "flat")
        toggle.setCheckable(True)
        self.kit.icons.follow(toggle, "details")
        toggle.setToolTip(f"Show the details of the selected {self.spec.noun} (Ctrl+Shift+D)")
        toggle.setAccessibleName(self.pane.accessibleName())
        toggle.setShortcut("Ctrl+Shift+D")
        key = f"{self.spec.key}/details_shown"
        toggle.setChecked(bool(self.kit.settings.value(key, defaultValue=True, type=bool)))
        toggle.toggled.connect(self._on_toggled)
        self.header.add(toggle)
        return toggle

    def _put_in_splitter(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        at = self.body.indexOf(self.view)
        self.splitter.addWidget(self.view)
        self.splitter.addWidget(self.pane)
        self.view.show()  # the stack it comes from hid it
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self.splitter.setSizes([1000, 340])
        self.body.insertWidget(at, self.splitter)
        self.grid_body = self.splitter
        self.body.setCurrentWidget(self.splitter)
        state = self.kit.settings.value(f"{self.spec.key}/splitter")
        if isinstance(state, QByteArray):
            self.splitter.restoreState(state)
        self.pane.setVisible(self.toggle.isChecked())

    def _on_toggled(self, shown: bool) -> None:  # noqa: FBT001  (a Qt slot)
        self.pane.setVisible(shown)
        self._load_detail()

    def _load_detail(self) -> None:
        row_id = self.view.current_id()
        self._asked = row_id
        if row_id is None:
            self.pane.show_hint(self.pane.hint)
        elif self.toggle.isChecked():
            self.kit.tasks.start(self._show_detail(row_id))

    async def _show_detail(self, row_id: int) -> None:
        try:
            detail = await self._details.detail(row_id)
        except UserError as error:
            if row_id == self._asked:
                self.pane.show_hint(str(error))
            return
        # What stands there already is not built anew: a sync changes other rows all the time.
        if row_id == self._asked and detail != self.pane.detail:
            self.pane.show_detail(detail)
