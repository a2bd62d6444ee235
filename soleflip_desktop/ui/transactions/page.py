"""Every sale, with the selected one explained beside the grid."""

from __future__ import annotations

from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.grid_query import GridQuery, SortKey
from soleflip_desktop.domain.transactions import OrderDetail, OrderRow
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.detail_page import DetailPage
from soleflip_desktop.ui.common.detail_source import DetailSource
from soleflip_desktop.ui.common.doors import ViewsSource
from soleflip_desktop.ui.common.table_page import PageSpec
from soleflip_desktop.ui.transactions.columns import describe_order, orders_columns
from soleflip_desktop.ui.transactions.detail_pane import OrderPane


class OrdersPage(DetailPage[OrderRow, OrderDetail]):
    """The orders grid, latest sale first, and the detail pane."""

    def __init__(
        self,
        source: DetailSource[OrderRow, OrderDetail],
        views: ViewsSource,
        kit: UiKit,
        *,
        sample: bool = False,
    ) -> None:
        spec = PageSpec(
            key="orders",
            title="Orders",
            noun="sale",
            nouns="sales",
            icon="orders",
            search_hint="Search order number, product, style code",
            columns=orders_columns(kit.formatter),
            query=GridQuery((SortKey("sold_at", descending=True),)),
            domains=frozenset({Domain.CATALOG, Domain.INVENTORY, Domain.TRANSACTIONS}),
            describe=describe_order,
        )
        super().__init__(spec, source, views, kit, OrderPane, sample=sample)
