"""What has to be shipped by tomorrow: a line in the status bar, and the list behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, tzinfo

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QPushButton, QToolButton, QWidget

from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.market import ShipByCount, ShipByRow
from soleflip_desktop.ui.common.columns import Column, text_column
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.entry_list import EntryModel
from soleflip_desktop.ui.common.form_dialog import FormDialog
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.ship_by import OVERDUE_SIGN, due_tone, due_words
from soleflip_desktop.ui.common.sync_doors import MarketSource
from soleflip_desktop.ui.common.sync_words import utc_now
from soleflip_desktop.ui.common.table_copy import make_copyable
from soleflip_desktop.ui.common.table_view import TableView

#: A day passes without anybody changing anything.
_AGAIN_MS = 60_000
#: A sync announces its writes several times a second; reading them once is enough.
_QUIET_MS = 1_500


class ShipByReminder(QWidget):
    """What is overdue, and what has to leave by tomorrow; hidden while there is neither.

    Signals:
        unit_requested(int), order_requested(int): somebody wants to see what has to be shipped.
    """

    unit_requested = Signal(int)
    order_requested = Signal(int)

    domains = frozenset({Domain.INVENTORY, Domain.TRANSACTIONS})

    def __init__(
        self,
        market: MarketSource,
        kit: UiKit,
        parent: QWidget,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(parent)
        self._market, self._kit, self._now = market, kit, now
        self.overdue = self._button("warning", "bad")
        self.overdue.setProperty("urgent", True)
        self.soon = self._button("info", "warning")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.overdue)
        layout.addWidget(self.soon)
        self.hide()
        self._quiet = QTimer(self, interval=_QUIET_MS, singleShot=True)
        self._quiet.timeout.connect(self.refresh)
        self._again = QTimer(self, interval=_AGAIN_MS)
        self._again.timeout.connect(self.refresh)
        self._again.start()

    def note_change(self, domains: frozenset[Domain]) -> None:
        # Not restarted by later notices: a long burst must not put it off for ever.
        if self.domains & domains and not self._quiet.isActive():
            self._quiet.start()

    def refresh(self) -> None:
        self._kit.tasks.start(self._load())

    def show_list(self) -> None:
        dialog = ShipByList(self._market, self._kit, self.window(), now=self._now)
        dialog.unit_requested.connect(self.unit_requested)
        dialog.order_requested.connect(self.order_requested)
        dialog.open()

    async def _load(self) -> None:
        now = self._now()
        try:
            count = await self._market.ship_by_count(now, by_tomorrow(now, self._kit))
        except UserError as error:
            # Nothing to ship and not knowing are not the same.
            self._say("Ship-by dates cannot be read", "", str(error))
            return
        self._say(*due_counts(count, self._kit.formatter), "Show what has to be shipped")

    def _say(self, overdue: str, soon: str, tip: str) -> None:
        """Empty words hide their button."""
        for button, words in ((self.overdue, overdue), (self.soon, soon)):
            button.setText(words)
            button.setToolTip(tip)
            button.setAccessibleName(words)
            button.setVisible(bool(words))
        self.setVisible(bool(overdue or soon))

    def _button(self, icon: str, color: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("role", "flat")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._kit.icons.follow(button, icon, color)
        button.clicked.connect(self.show_list)
        return button


class ShipByList(FormDialog):
    """What is overdue or has to leave by tomorrow, the most urgent first.

    Signals:
        unit_requested(int), order_requested(int): one of them is to be shown; the dialog closes.
    """

    unit_requested = Signal(int)
    order_requested = Signal(int)

    def __init__(
        self, market: MarketSource, kit: UiKit, parent: QWidget, *, now: Callable[[], datetime]
    ) -> None:
        super().__init__(kit, "To ship", parent)
        self._market, self._now = market, now
        self.rows: EntryModel[ShipByRow] = EntryModel(_columns(kit.formatter, now), self)
        self.table = TableView(self.rows, kit.theme, self)
        self.table.setAccessibleName("To ship by tomorrow")
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.horizontalHeader().setStretchLastSection(True)
        make_copyable(self.table, self.rows)
        self.body.addWidget(self.table, 1)
        self.table.doubleClicked.connect(self._show)
        self.show_button = QPushButton("&Show it", self)
        self.show_button.setEnabled(False)
        self.show_button.clicked.connect(lambda: self._show(self.table.currentIndex()))
        self.add_button(self.show_button, primary=True)
        self.add_closing_button("&Close")
        self.headline.setText("To ship by tomorrow")
        self.resize(900, 420)
        self.load(self._load())

    async def _load(self) -> None:
        now = self._now()
        until = by_tomorrow(now, self.kit)
        try:
            rows = await self._market.ship_by_due(until)
            count = await self._market.ship_by_count(now, until)
        except UserError as error:
            self.say_problem(str(error))
            return
        self.rows.set_rows(rows)
        words = ", ".join(each for each in due_counts(count, self.kit.formatter) if each)
        more = count.overdue + count.soon - len(rows)
        if more > 0:
            words += f"; the first {self.kit.formatter.count(len(rows))} are shown"
        self.headline.setText(words or "Nothing to ship by tomorrow")
        self.show_button.setEnabled(bool(rows))
        if rows:
            self.table.selectRow(0)
            self.table.setFocus()

    def _show(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        row = self.rows.row(index.row())
        self.accept()
        if row.order_id is not None:
            self.order_requested.emit(row.order_id)
        elif row.item_id is not None:
            self.unit_requested.emit(row.item_id)


def by_tomorrow(now: datetime, kit: UiKit) -> datetime:
    """The end of tomorrow where the user is."""
    zone: tzinfo | None = kit.formatter.zone
    day = now.astimezone(zone).date() + timedelta(days=2)
    midnight = datetime.combine(day, time.min, zone)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def due_counts(count: ShipByCount, formatter: Formatter) -> tuple[str, str]:
    """Like ("2 overdue to ship", "3 to ship by tomorrow"); empty where there is nothing."""
    overdue = f"{formatter.count(count.overdue)} overdue to ship" if count.overdue else ""
    soon = f"{formatter.count(count.soon)} to ship by tomorrow" if count.soon else ""
    return overdue, soon


def _columns(formatter: Formatter, now: Callable[[], datetime]) -> tuple[Column[ShipByRow], ...]:
    def what(row: ShipByRow) -> str:
        return f"Order {row.order_number or row.order_id}" if row.order_id else "Presale"

    def when(row: ShipByRow) -> str:
        words = due_words(row.ship_by, now())
        return f"{OVERDUE_SIGN} {words}" if row.ship_by < now() else words

    def plain(
        key: str, title: str, value: Callable[[ShipByRow], str], width: int
    ) -> Column[ShipByRow]:
        return text_column(key, title, value, width=width, sortable=False)

    return (
        plain("title", "What", lambda row: row.title, 260),
        plain("platform", "Platform", lambda row: row.platform, 96),
        plain("why", "Sold or promised", what, 180),
        plain("ship_by", "Ship by", lambda row: formatter.moment(row.ship_by), 166),
        Column("due", "Due", when, when, width=144, tone=lambda row: due_tone(row.ship_by, now())),
    )
