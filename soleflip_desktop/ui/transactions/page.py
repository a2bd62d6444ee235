"""Every sale, with the selected one explained beside the grid."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtWidgets import QSplitter, QToolButton

from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.transactions import OrderRow
from soleflip_desktop.services.grid import GridQuery
from soleflip_desktop.ui.common.context import OrdersSource, UiKit
from soleflip_desktop.ui.common.table_page import PageSpec, TablePage
from soleflip_desktop.ui.transactions.columns import orders_columns
from soleflip_desktop.ui.transactions.detail_pane import DetailPane

#: Running through rows with the arrow keys asks only for the one it stops at.
_DETAIL_DELAY_MS = 60
_SPLITTER_KEY = "orders/splitter"
_SHOWN_KEY = "orders/details_shown"


class OrdersPage(TablePage[OrderRow]):
    """The orders grid, latest sale first, and the detail pane."""

    def __init__(self, source: OrdersSource, kit: UiKit, *, sample: bool = False) -> None:
        spec = PageSpec(
            key="orders",
            title="Orders",
            noun="sale",
            nouns="sales",
            icon="orders",
            search_hint="Search order number, product, style code",
            columns=orders_columns(kit.formatter),
            query=GridQuery("sold_at", descending=True),
            domains=frozenset({Domain.CATALOG, Domain.INVENTORY, Domain.TRANSACTIONS}),
        )
        super().__init__(spec, source, kit, sample=sample)
        self._orders = source
        self._asked: int | None = None
        self.pane = DetailPane(kit, self)
        self.toggle = self._build_toggle()
        self._put_in_splitter()
        self._timer = QTimer(self, interval=_DETAIL_DELAY_MS, singleShot=True)
        self._timer.timeout.connect(self._load_detail)
        self.view.selectionModel().currentRowChanged.connect(lambda *_rows: self._timer.start())
        self.model.view_changed.connect(self._timer.start)

    def save_state(self) -> None:
        super().save_state()
        self.kit.settings.setValue(_SPLITTER_KEY, self.splitter.saveState())
        self.kit.settings.setValue(_SHOWN_KEY, self.toggle.isChecked())

    def _build_toggle(self) -> QToolButton:
        toggle = QToolButton(self)
        toggle.setProperty("role", "flat")
        toggle.setCheckable(True)
        self.kit.icons.follow(toggle, "details")
        toggle.setToolTip("Show the details of the selected order (Ctrl+D)")
        toggle.setAccessibleName("Order details")
        toggle.setShortcut("Ctrl+D")
        shown = self.kit.settings.value(_SHOWN_KEY, defaultValue=True, type=bool)
        toggle.setChecked(bool(shown))
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
        state = self.kit.settings.value(_SPLITTER_KEY)
        if isinstance(state, QByteArray):
            self.splitter.restoreState(state)
        self.pane.setVisible(self.toggle.isChecked())

    def _on_toggled(self, shown: bool) -> None:  # noqa: FBT001  (a Qt slot)
        self.pane.setVisible(shown)
        self._load_detail()

    def _load_detail(self) -> None:
        order_id = self.view.current_id()
        self._asked = order_id
        if order_id is None:
            self.pane.show_hint("Select an order to see how its payout came about.")
        elif self.toggle.isChecked():
            self.kit.tasks.start(self._show_detail(order_id))

    async def _show_detail(self, order_id: int) -> None:
        try:
            detail = await self._orders.detail(order_id)
        except UserError as error:
            if order_id == self._asked:
                self.pane.show_hint(str(error))
            return
        if order_id == self._asked:
            self.pane.show_detail(detail)
