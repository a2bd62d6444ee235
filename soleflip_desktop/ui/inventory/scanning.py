"""Where a scanned code goes: to the open count, to the move panel, or to what it names."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from soleflip_desktop.domain.counting import ScanHit, ScanKind
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.grid_query import ColumnFilter, Condition, GridQuery, Operator
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import CountsSource
from soleflip_desktop.ui.common.scan_queue import ScanFinder
from soleflip_desktop.ui.common.scanner import WedgeScanner
from soleflip_desktop.ui.inventory.counts.page import CountsPage
from soleflip_desktop.ui.inventory.page import InventoryPage


class Scanning(QObject):
    """Listens to the scanner for as long as the window lives.

    Signals:
        units_wanted: the inventory is to be shown, for what was scanned is in it.
    """

    units_wanted = Signal()

    def __init__(
        self,
        inventory: InventoryPage,
        counting: CountsPage,
        counts: CountsSource,
        kit: UiKit,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._inventory, self._counting, self._kit = inventory, counting, kit
        self._finder = ScanFinder(counts, kit.tasks, self)
        self._finder.found.connect(self._on_found)
        self._finder.failed.connect(kit.notifier.error)
        self._scanner: WedgeScanner | None = None

    def start(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            self._scanner = WedgeScanner(application, parent=self)
            self._scanner.scanned.connect(self.take)
            self._scanner.install()

    def stop(self) -> None:
        if self._scanner is not None:
            self._scanner.remove()

    def take(self, code: str) -> None:
        if self._counting.takes_scans:
            self._counting.on_scanned(code)
        else:
            self._finder.find(code)

    def _on_found(self, hit: ScanHit) -> None:
        if self._inventory.mover.isVisible():
            self._inventory.mover.take(hit)
        elif hit.kind is ScanKind.UNKNOWN or not hit.ids:
            words = f"Nothing here has the code {hit.code}."
            self._kit.notifier.error(
                NotFoundError(words if hit.kind is ScanKind.UNKNOWN else f"{words} ({hit.title})")
            )
        else:
            self._show(hit)

    def _show(self, hit: ScanHit) -> None:
        """Exactly what was scanned, highlighted; whatever was searched for before gives way."""
        self.units_wanted.emit()
        control, sort = self._inventory.control, self._inventory.spec.query.sort
        if hit.kind is ScanKind.LOCATION:
            place = ColumnFilter("location", "", (Condition(Operator.ONE_OF, (hit.title,)),))
            control.change(GridQuery(sort, filters=(place,)))
        elif hit.kind is ScanKind.UNIT:
            self._inventory.show_row(hit.ids[0])
        else:
            control.change(GridQuery(sort, search=hit.title))
        self._kit.notifier.info(f"Scanned: {hit.title}")
