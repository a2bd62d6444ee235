"""Counts: which there are, and the sheet of the one that goes on."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.counting import CountHead
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.locations import LocationRow
from soleflip_desktop.ui.common.columns import Column, day_column, number_column, text_column
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import CountsSource, LocationsSource
from soleflip_desktop.ui.common.empty_state import EmptyState
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.common.page_header import ErrorBanner, PageHeader
from soleflip_desktop.ui.common.table_view import TableView
from soleflip_desktop.ui.inventory.counts.sheet_view import ALL_STOCK, SheetView

_OPEN_COUNT = "counts/open"
_EMPTY = (
    "Choose a place, or all stock, and start a count. Then scan what lies there: the sheet tells "
    "what is missing, what was scanned twice and what belongs elsewhere."
)


class CountsPage(QWidget):
    """The list of counts, or one sheet. `on_scanned` takes the codes while the page is in sight.

    Signals:
        totals_changed(str): the line for the status bar.
    """

    totals_changed = Signal(str)

    domains = frozenset({Domain.INVENTORY})

    def __init__(self, counts: CountsSource, locations: LocationsSource, kit: UiKit) -> None:
        super().__init__()
        self._counts, self._locations, self._kit = counts, locations, kit
        self._stale = True
        self.totals = ""
        self.heads: ListTableModel[CountHead] = ListTableModel(_columns(kit.formatter), self)
        self.view = TableView(self.heads, kit.theme, self)
        self.view.setAccessibleName("Counts")
        self.view.activated.connect(self._on_activated)
        self.header = PageHeader("Counts", self)
        self.banner = ErrorBanner(kit.icons, self)
        self.banner.retry_requested.connect(self.refresh)
        self.place = QComboBox(self)
        self.place.setAccessibleName("Place to count")
        self.begin = QPushButton("&Start count", self)
        self.begin.setProperty("role", "primary")
        self.begin.clicked.connect(self._on_begin)
        self.empty = EmptyState("counts", kit.icons, self)
        self.empty.set_text("Nothing was counted yet", _EMPTY)
        self.sheet = SheetView(counts, kit, self)
        self.sheet.left.connect(self._on_left)
        self.stack = QStackedWidget(self)
        self._build()

    @property
    def takes_scans(self) -> bool:
        """Whether a sheet is open in sight: then codes are counted and not looked up."""
        return self.isVisible() and self.sheet.head is not None

    def on_scanned(self, code: str) -> None:
        self.sheet.scan(code)

    def note_change(self, domains: frozenset[Domain]) -> None:
        if self.domains & domains:
            self.mark_stale()

    def mark_stale(self) -> None:
        self._stale = True
        if self.isVisible() and self.sheet.head is None:
            self.refresh()

    def refresh(self) -> None:
        self._stale = False
        self._kit.tasks.start(self._load())

    def save_state(self) -> None:
        """The sheet that was open is open again after a restart."""
        head = self.sheet.head
        self._kit.settings.setValue(_OPEN_COUNT, 0 if head is None else head.id)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    async def _load(self) -> None:
        try:
            heads = await self._counts.counts()
            places = await self._locations.locations()
        except UserError as error:
            self.banner.show_error(str(error))
            return
        self.banner.hide()
        self.heads.set_rows(heads)
        self.view.setVisible(bool(heads))
        self.empty.setVisible(not heads)
        self.header.set_count(self._kit.formatter.count(len(heads)))
        self._fill_places(places)
        self._reopen(heads)

    def _reopen(self, heads: list[CountHead]) -> None:
        """Once after the start: where the person left off."""
        kept = self._kit.settings.value(_OPEN_COUNT, 0, int)
        self._kit.settings.setValue(_OPEN_COUNT, 0)
        for head in heads:
            if head.id == kept and head.finished_at is None:
                self._open(head)

    def _fill_places(self, places: list[LocationRow]) -> None:
        chosen = self.place.currentData()
        self.place.clear()
        self.place.addItem(ALL_STOCK, None)
        for place in places:
            self.place.addItem(place.path, place.id)
        self.place.setCurrentIndex(max(0, self.place.findData(chosen)))

    def _on_begin(self) -> None:
        self._kit.tasks.start(self._start(self.place.currentData()))

    async def _start(self, location_id: int | None) -> None:
        self._open(await self._counts.start(location_id))

    def _on_activated(self, index: QModelIndex) -> None:
        self._open(self.heads.row(index.row()))

    def _open(self, head: CountHead) -> None:
        self.sheet.open(head)
        self.stack.setCurrentWidget(self.sheet)

    def _on_left(self) -> None:
        self.stack.setCurrentIndex(0)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.refresh()

    def _build(self) -> None:
        self.header.add(self.place)
        self.header.add(self.begin)
        chooser = QWidget(self)
        layout = QVBoxLayout(chooser)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.banner)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.empty, 1)
        self.empty.hide()
        self.stack.addWidget(chooser)
        self.stack.addWidget(self.sheet)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.stack)


def _columns(formatter: Formatter) -> tuple[Column[CountHead], ...]:
    return (
        text_column(
            "place", "Place", lambda head: head.location or ALL_STOCK, width=320, sortable=False
        ),
        text_column(
            "state",
            "State",
            lambda head: "○ Open" if head.finished_at is None else "✓ Finished",
            width=120,
            sortable=False,
        ),
        number_column("expected", "Expected", lambda head: head.expected, formatter),
        number_column("scanned", "Scans", lambda head: head.scanned, formatter),
        day_column("started", "Started", lambda head: head.started_at, formatter),
        day_column("finished", "Finished", lambda head: head.finished_at, formatter),
        text_column("actor", "By", lambda head: head.actor, width=140, sortable=False),
    )
