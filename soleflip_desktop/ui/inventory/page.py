"""Every unit: what it cost, where it is, what it earned, with the selected one in full."""

from __future__ import annotations

from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.inventory import ItemDetail, ItemRow
from soleflip_desktop.services.grid import GridQuery
from soleflip_desktop.ui.common.context import DetailSource, UiKit
from soleflip_desktop.ui.common.detail_page import DetailPage
from soleflip_desktop.ui.common.table_page import PageSpec
from soleflip_desktop.ui.inventory.columns import inventory_columns
from soleflip_desktop.ui.inventory.detail_pane import ItemPane


class InventoryPage(DetailPage[ItemRow, ItemDetail]):
    """The inventory grid, newest units first, and the detail pane."""

    def __init__(
        self, source: DetailSource[ItemRow, ItemDetail], kit: UiKit, *, sample: bool = False
    ) -> None:
        spec = PageSpec(
            key="inventory",
            title="Inventory",
            noun="unit",
            nouns="units",
            icon="inventory",
            search_hint="Search product, brand, style code",
            columns=inventory_columns(kit.formatter),
            query=GridQuery("id", descending=True),
            domains=frozenset({Domain.CATALOG, Domain.INVENTORY, Domain.TRANSACTIONS}),
        )
        super().__init__(spec, source, kit, ItemPane, sample=sample)
