"""What pages are given: the means of the GUI (UiKit) and the doors to the data (UiContext)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QSettings

from soleflip_desktop.domain.changes import ChangeBus
from soleflip_desktop.domain.integration import BatchRow, ImportResult
from soleflip_desktop.domain.inventory import ItemRow
from soleflip_desktop.domain.transactions import OrderDetail, OrderRow
from soleflip_desktop.services.grid import GridSource
from soleflip_desktop.sync.import_runner import ImportRunner
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.icons import IconSet
from soleflip_desktop.ui.common.notifier import Notifier
from soleflip_desktop.ui.common.tasks import TaskRunner
from soleflip_desktop.ui.common.theme import Theme


class OrdersSource(GridSource[OrderRow], Protocol):
    """The orders grid and the details of one order."""

    async def detail(self, order_id: int) -> OrderDetail:
        """Raises NotFoundError where the order is gone."""


class ImportsSource(Protocol):
    """The import history."""

    async def batches(self) -> Sequence[BatchRow]:
        """Newest first."""

    async def result(self, batch_id: int) -> ImportResult:
        """What that import did; the list of issues may be capped."""

    async def save_rejected(self, batch_id: int, path: Path) -> int:
        """Writes the rejected rows to a file; says how many."""


@dataclass(frozen=True, slots=True)
class UiContext:
    """Everything behind the pages, handed to MainWindow.attach once the database is up."""

    inventory: GridSource[ItemRow]
    orders: OrdersSource
    imports: ImportsSource
    runner: ImportRunner
    changes: ChangeBus
    data_folder: str
    server: str
    sample_file: Path | None = None


@dataclass(frozen=True, slots=True)
class UiKit:
    """The means every page shares."""

    settings: QSettings
    theme: Theme
    icons: IconSet
    formatter: Formatter
    tasks: TaskRunner
    notifier: Notifier
