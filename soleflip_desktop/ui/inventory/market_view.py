"""What marketplaces say of a unit's size: each platform's figures, never without their age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.market import MarketRow, age_words, is_stale
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.detail_pane import add_grid, add_line
from soleflip_desktop.ui.common.entry_list import AGES_MS
from soleflip_desktop.ui.common.labels import label, set_role
from soleflip_desktop.ui.common.sync_doors import MarketSource
from soleflip_desktop.ui.inventory.price_line import SHOWN_DAYS, PriceHistory, has_history

_NO_DATA = "No data yet: no marketplace has told a price of this size. The market sync asks for it."
_NONE = "no data"
_ICON_SIZE = 14


class MarketView(QWidget):
    """Reads the newest figures when it is made; only ages are told anew."""

    def __init__(self, item_id: int, source: MarketSource, kit: UiKit) -> None:
        super().__init__()
        self._kit = kit
        self._ages: list[AgeLabel] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self.waiting = label("Reading…", "muted", wrap=True)
        self._layout.addWidget(self.waiting)
        cancel = kit.tasks.start(self._load(source, item_id))
        self.destroyed.connect(lambda *_gone: cancel())
        self._timer = QTimer(self, interval=AGES_MS)
        self._timer.timeout.connect(self.refresh_ages)
        self._timer.start()

    def refresh_ages(self) -> None:
        """By the clock, without a question."""
        for each in self._ages:
            each.refresh()

    async def _load(self, source: MarketSource, item_id: int) -> None:
        try:
            rows = await source.of_item(item_id)
            since = datetime.now(UTC) - timedelta(days=SHOWN_DAYS)
            history = await source.history(item_id, since) if rows else ()
        except UserError as error:
            self.waiting.setText(str(error))
            return
        self._show(rows, history)

    def _show(self, rows: Sequence[MarketRow], history: Sequence[MarketRow]) -> None:
        self.waiting.setText(_NO_DATA)
        self.waiting.setVisible(not rows)
        for row in rows:
            self._add(row)
            kind = (row.platform, row.currency)
            past = [each for each in history if (each.platform, each.currency) == kind]
            if has_history(past):
                self._layout.addWidget(PriceHistory(past, self._kit))
            self._layout.addSpacing(4)

    def _add(self, row: MarketRow) -> None:
        head = QHBoxLayout()
        head.addWidget(label(row.platform, "total"))
        head.addStretch(1)
        age = AgeLabel(row.observed_at, self._kit)
        self._ages.append(age)
        head.addWidget(age)
        self._layout.addLayout(head)
        grid, money = add_grid(self._layout), self._kit.formatter.money
        for words, amount in (
            ("Lowest ask", row.lowest_ask),
            ("Highest bid", row.highest_bid),
            ("Last sale", row.last_sale),
            ("Sell faster", row.sell_faster),
            ("Earn more", row.earn_more),
        ):
            text = _NONE if amount is None else money(amount, row.currency)
            cell = add_line(grid, words, text)
            if amount is None:
                set_role(cell, "muted")
        sales = _NONE if row.sales_72h is None else self._kit.formatter.count(row.sales_72h)
        add_line(grid, "Sales in 72 h", sales)


class AgeLabel(QWidget):
    """Like "5 min ago", or with an icon "stale · 3 days ago"; the tooltip has the moment."""

    def __init__(self, moment: datetime, kit: UiKit) -> None:
        super().__init__()
        self._moment = moment
        self.icon = QLabel(self)
        kit.icons.follow_label(self.icon, "warning", _ICON_SIZE, "warning")
        self.icon.setAccessibleName("Stale")
        self.words = label("", "muted")
        self.words.setToolTip(kit.formatter.iso(moment))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self.words)
        self.refresh()

    def refresh(self) -> None:
        now = datetime.now(UTC)
        stale, words = is_stale(self._moment, now), age_words(self._moment, now)
        self.icon.setVisible(stale)
        self.words.setText(f"stale · {words}" if stale else words)
        set_role(self.words, "warning" if stale else "muted")
