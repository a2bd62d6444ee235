"""All pages of the window, in the order of the navigation, and how they know of each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QWidget

from soleflip_desktop.ui.common.context import UiContext, UiKit
from soleflip_desktop.ui.common.ship_by_reminder import ShipByReminder
from soleflip_desktop.ui.common.sync_status import SyncStatus
from soleflip_desktop.ui.integration.import_queue import ImportQueue
from soleflip_desktop.ui.integration.page import ImportsPage
from soleflip_desktop.ui.integration.review.page import ReviewPage
from soleflip_desktop.ui.inventory.counts.page import CountsPage
from soleflip_desktop.ui.inventory.page import InventoryPage
from soleflip_desktop.ui.inventory.scanning import Scanning
from soleflip_desktop.ui.system.accounts.page import AccountsPage
from soleflip_desktop.ui.transactions.outbox.page import OutboxPage
from soleflip_desktop.ui.transactions.page import OrdersPage

Page = (
    InventoryPage | OrdersPage | ImportsPage | CountsPage | OutboxPage | ReviewPage | AccountsPage
)


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages, and what works across them."""

    inventory: InventoryPage
    orders: OrdersPage
    imports: ImportsPage
    counts: CountsPage
    outbox: OutboxPage
    review: ReviewPage
    accounts: AccountsPage
    queue: ImportQueue
    scanning: Scanning
    status: SyncStatus
    reminder: ShipByReminder

    @property
    def all(self) -> tuple[Page, ...]:
        return (
            self.inventory,
            self.orders,
            self.imports,
            self.counts,
            self.outbox,
            self.review,
            self.accounts,
        )


def build_pages(
    context: UiContext,
    kit: UiKit,
    show: Callable[[Page], None],
    window: QWidget,
    first: InventoryPage | None = None,
) -> Pages:
    """`first` is the page that stands already.

    `show` brings a page to the front: one asks for another only through here.
    """
    sample = context.sample_file is not None and context.sample_file.is_file()
    doors, sync = context.workbench, context.sync
    queue = ImportQueue(context.runner, kit.tasks, window)
    inventory = first or InventoryPage.of(context, kit)
    counts = CountsPage(doors.counts, doors.locations, kit)
    pages = Pages(
        inventory,
        OrdersPage(context.orders, doors.views, kit, sample=sample),
        ImportsPage(context.imports, context.desk, queue, kit, sample=sample),
        counts,
        OutboxPage(sync.outbox, sync.control, kit),
        ReviewPage(sync.review, kit),
        AccountsPage(sync.accounts, sync.control, kit),
        queue,
        Scanning(inventory, counts, doors.counts, kit, window),
        SyncStatus(sync, kit, window),
        ShipByReminder(sync.market, kit, window),
    )
    _connect(pages, show)
    return pages


def _connect(pages: Pages, show: Callable[[Page], None]) -> None:
    pages.imports.orders_requested.connect(lambda: show(pages.orders))
    pages.scanning.units_wanted.connect(lambda: show(pages.inventory))
    for asking in (pages.accounts, pages.status):
        asking.outbox_requested.connect(lambda: show(pages.outbox))
        asking.review_requested.connect(lambda: show(pages.review))
    pages.status.accounts_requested.connect(lambda: show(pages.accounts))

    def show_row(page: InventoryPage | OrdersPage, row_id: int) -> None:
        show(page)
        page.show_row(row_id)

    pages.reminder.unit_requested.connect(partial(show_row, pages.inventory))
    pages.reminder.order_requested.connect(partial(show_row, pages.orders))
