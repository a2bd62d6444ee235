"""Every unit: what it cost, where it is, what it earned, with the selected one in full."""

from __future__ import annotations

from collections.abc import Callable

from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.grid_query import GridQuery, SortKey
from soleflip_desktop.domain.inventory import ItemDetail, ItemRow
from soleflip_desktop.ui.common.actions import Action, Menu, build
from soleflip_desktop.ui.common.context import UiContext, UiKit
from soleflip_desktop.ui.common.detail_page import DetailPage
from soleflip_desktop.ui.common.detail_source import DetailSource
from soleflip_desktop.ui.common.doors import Workbench
from soleflip_desktop.ui.common.grid.staged_edits import StagedEdits
from soleflip_desktop.ui.common.locale_style import edit_style
from soleflip_desktop.ui.common.table_page import PageSpec
from soleflip_desktop.ui.inventory.apply_bar import staged_words
from soleflip_desktop.ui.inventory.columns import describe_item, inventory_columns
from soleflip_desktop.ui.inventory.detail_pane import ItemPane
from soleflip_desktop.ui.inventory.label_dialog import LabelDialog
from soleflip_desktop.ui.inventory.listing_actions import ListingActions, ListingDoors
from soleflip_desktop.ui.inventory.scan_move import MovePanel
from soleflip_desktop.ui.inventory.unit_dialogs import ask_about_staged
from soleflip_desktop.ui.inventory.unit_work import UnitWork


class InventoryPage(DetailPage[ItemRow, ItemDetail]):
    """The inventory grid, newest units first, what is done to units, and the detail pane."""

    def __init__(
        self,
        source: DetailSource[ItemRow, ItemDetail],
        doors: Workbench,
        kit: UiKit,
        *,
        sample: bool = False,
        offers: ListingDoors | None = None,
    ) -> None:
        self.staged = StagedEdits()
        style = edit_style(kit.formatter.locale, kit.formatter.zone)
        super().__init__(
            _spec(kit),
            source,
            doors.views,
            kit,
            lambda kit: ItemPane(doors, style, kit, offers.market if offers else None),
            sample=sample,
            staged=self.staged,
        )
        self.staged.setParent(self)
        self._doors = doors
        self.work = UnitWork(
            self,
            self.view,
            self.model,
            source,
            staged=self.staged,
            doors=doors,
            style=style,
            kit=kit,
        )
        self.mover = MovePanel(doors.units, kit, self)
        self.bottom_slot.addWidget(self.mover)
        self.work.put_into(self.bottom_slot)
        for action in (
            Action("Print &labels…", self.print_labels, "Ctrl+L", "barcode", menu=Menu.UNIT),
            Action("&Scan to move", self.mover.start, "Ctrl+Shift+M", menu=Menu.UNIT),
        ):
            self.addAction(build(action, self, kit.icons))
        if offers is not None:
            self.listing = ListingActions(self.work.grid, source, offers, kit, self)

    @classmethod
    def of(cls, context: UiContext, kit: UiKit) -> InventoryPage:
        """With everything behind it."""
        sample = context.sample_file is not None and context.sample_file.is_file()
        offers = ListingDoors(context.sync.outbox, context.sync.market)
        return cls(context.inventory, context.workbench, kit, sample=sample, offers=offers)

    def print_labels(self) -> None:
        """Of the selected units."""
        ids = self.view.selected_ids()
        if ids.size:
            LabelDialog(ids.tolist(), self._doors.labels.write_labels, self.kit, self).open()
        else:
            self.kit.notifier.info("Select the units whose labels you want.")

    def refresh(self) -> None:
        super().refresh()
        self.work.refresh()

    def ask_before_leaving(self, leave: Callable[[], object]) -> bool:
        """Whether one may leave at once; else asks, and `leave` runs when nothing is staged.

        The window asks before it shows another page and before it closes.
        """
        if not len(self.staged):
            return True
        applying = self.work.applying
        ask_about_staged(
            self,
            staged_words(self.staged, self.kit),
            on_apply=lambda: applying.apply(then=leave),
            on_discard=lambda: self._discard(leave),
        )
        return False

    def _discard(self, leave: Callable[[], object]) -> None:
        self.staged.clear()
        leave()


def _spec(kit: UiKit) -> PageSpec[ItemRow]:
    return PageSpec(
        key="inventory",
        title="Inventory",
        noun="unit",
        nouns="units",
        icon="inventory",
        search_hint="Search product, brand, style code",
        columns=inventory_columns(kit.formatter),
        query=GridQuery((SortKey("id", descending=True),)),
        domains=frozenset(
            {Domain.CATALOG, Domain.INVENTORY, Domain.TRANSACTIONS, Domain.SUPPLIERS}
        ),
        describe=describe_item,
    )
