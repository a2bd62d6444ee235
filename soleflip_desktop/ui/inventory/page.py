"""Every unit: what it cost, where it is, what it earned."""

from __future__ import annotations

from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.inventory import ItemRow
from soleflip_desktop.services.grid import GridQuery, GridSource
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.table_page import PageSpec, TablePage
from soleflip_desktop.ui.inventory.columns import inventory_columns


class InventoryPage(TablePage[ItemRow]):
    """The inventory grid, newest units first."""

    def __init__(self, source: GridSource[ItemRow], kit: UiKit, *, sample: bool = False) -> None:
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
        super().__init__(spec, source, kit, sample=sample)
