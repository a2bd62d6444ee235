"""A page that is a list of entries, open or settled, with the chosen one in full below."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.words import in_number
from soleflip_desktop.ui.common.column_memory import ColumnMemory
from soleflip_desktop.ui.common.columns import Column
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.empty_state import EmptyState
from soleflip_desktop.ui.common.entry_list import EntryT, EntryTable, SettledSwitch
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.menus import give_context_menu
from soleflip_desktop.ui.common.page_header import ErrorBanner, PageHeader

#: A sync announces its writes several times a second; reading them once is enough.
_QUIET_MS = 400


@dataclass(frozen=True, slots=True)
class EntrySpec(Generic[EntryT]):
    """What distinguishes one list from another. The empty texts are a title and a sentence."""

    key: str
    title: str
    icon: str
    noun: str
    columns: tuple[Column[EntryT], ...]
    no_open: tuple[str, str]
    no_settled: tuple[str, str]


class EntryPage(QWidget, Generic[EntryT]):
    """Reads its entries when it is looked at and they have changed since.

    Signals:
        totals_changed(str): the line for the status bar.
        count_changed(int): so many entries are open, for the navigation.
    """

    totals_changed = Signal(str)
    count_changed = Signal(int)

    domains = frozenset({Domain.INTEGRATION, Domain.TRANSACTIONS})

    def __init__(self, spec: EntrySpec[EntryT], kit: UiKit) -> None:
        super().__init__()
        self.spec, self.kit = spec, kit
        self.totals = ""
        self._stale, self._request = True, 0
        self._quiet = QTimer(self, interval=_QUIET_MS, singleShot=True)
        self._quiet.timeout.connect(self.mark_stale)
        self.view: EntryTable[EntryT] = EntryTable(spec.columns, spec.title, kit, self)
        self.columns = ColumnMemory(self.view, spec.columns, kit.settings, spec.key)
        self.header = PageHeader(spec.title, self)
        self.banner = ErrorBanner(kit.icons, self)
        self.switch = SettledSwitch(self)
        self.empty = EmptyState(spec.icon, kit.icons, self)
        self.headline, self.words = label("", "section", wrap=True), label("", wrap=True)
        self.above = QVBoxLayout()
        self.bar = QVBoxLayout()
        self._build()
        self.banner.retry_requested.connect(self.refresh)
        self.switch.changed.connect(self.refresh)
        self.view.chosen_changed.connect(self._on_chosen)
        give_context_menu(self.view, self)

    @abstractmethod
    async def read(self, *, settled: bool) -> Sequence[EntryT]:
        """The entries to be shown. Raises UserError."""

    @abstractmethod
    async def count(self, rows: Sequence[EntryT] | None = None) -> int:
        """How many entries are open. `rows`: the open ones, where they were read just now."""

    @abstractmethod
    def tell(self, chosen: Sequence[EntryT]) -> str:
        """The chosen entries in full, under a headline; "" hides the place."""

    def sum_up(self, rows: Sequence[EntryT]) -> str:
        """The line for the status bar."""
        number = len(rows)
        state = "settled" if self.switch.shows_settled else "open"
        noun = in_number(self.spec.noun, number)
        return f"{self.kit.formatter.count(number)} {state} {noun}" if number else ""

    # -- for the window ------------------------------------------------------------------------

    def note_change(self, domains: frozenset[Domain]) -> None:
        # Not restarted by later notices: a long burst must not put the reading off for ever.
        if self.domains & domains and not self._quiet.isActive():
            self._quiet.start()

    def mark_stale(self) -> None:
        self._stale = True
        if self.isVisible():
            self.refresh()
        else:
            self.update_count()

    def update_count(self) -> None:
        """For a page that was not looked at yet."""
        self.kit.tasks.start(self._count())

    def refresh(self) -> None:
        self._stale = False
        self._request += 1
        self.kit.tasks.start(self._load(self._request))

    def save_state(self) -> None:
        self.columns.save()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    # -- reading -------------------------------------------------------------------------------

    async def _count(self) -> None:
        self.count_changed.emit(await self.count())

    async def _load(self, request: int) -> None:
        try:
            settled = self.switch.shows_settled
            rows = await self.read(settled=settled)
            count = await self.count(None if settled else rows)
        except UserError as error:
            self._stale = True
            self.banner.show_error(str(error))
            return
        if request != self._request:
            return
        self.banner.hide()
        self.show_rows(rows)
        self.count_changed.emit(count)

    def show_rows(self, rows: Sequence[EntryT]) -> None:
        self.view.set_entries(rows)
        self.header.set_count(self.kit.formatter.count(len(rows)))
        if not rows:
            settled = self.switch.shows_settled
            self.empty.set_text(*(self.spec.no_settled if settled else self.spec.no_open))
        self.stack.setCurrentWidget(self.view if rows else self.empty)
        self.totals = self.sum_up(rows)
        self.totals_changed.emit(self.totals)

    def _on_chosen(self) -> None:
        headline, _, words = self.tell(self.view.chosen()).partition("\n")
        self.headline.setText(headline)
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self._below.setVisible(bool(headline))

    # -- building ------------------------------------------------------------------------------

    def _build(self) -> None:
        self.header.add(self.switch)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.view)
        self.stack.addWidget(self.empty)
        self._below = QWidget(self)
        inner = QVBoxLayout(self._below)
        inner.setContentsMargins(20, 12, 20, 12)
        inner.setSpacing(6)
        inner.addWidget(self.headline)
        inner.addWidget(self.words)
        inner.addLayout(self.bar)
        self._below.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.banner)
        layout.addLayout(self.above)
        layout.addWidget(self.stack, 1)
        line = QFrame(self)
        line.setProperty("role", "line")
        layout.addWidget(line)
        layout.addWidget(self._below)
        self.setFocusProxy(self.view)
