"""One unit beside the grid: purchase, keeping, worth, sale, files, history, where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout

from soleflip_desktop.domain.edit_text import EditStyle
from soleflip_desktop.domain.inventory import ItemDetail, ItemRow
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.detail_pane import DetailPane, add_grid, add_line
from soleflip_desktop.ui.common.doors import Workbench
from soleflip_desktop.ui.common.field_words import spoken
from soleflip_desktop.ui.common.formatting import BLANK, Formatter
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.ship_by import due_words
from soleflip_desktop.ui.common.sync_doors import MarketSource
from soleflip_desktop.ui.common.sync_words import utc_now
from soleflip_desktop.ui.common.thumbnails import Thumbnails
from soleflip_desktop.ui.inventory.attachments_view import AttachmentsView
from soleflip_desktop.ui.inventory.history_view import HistoryView
from soleflip_desktop.ui.inventory.market_view import MarketView
from soleflip_desktop.ui.inventory.presale_dialog import unmark_presale

Facts = Sequence[tuple[str, str | None]]


class ItemPane(DetailPane[ItemDetail]):
    """Shows an ItemDetail; with doors also files and history, and what each marketplace says."""

    def __init__(
        self,
        doors: Workbench | None,
        style: EditStyle,
        kit: UiKit,
        market: MarketSource | None = None,
    ) -> None:
        self._doors, self._style, self._market_source = doors, style, market
        self._thumbnails = Thumbnails(kit.tasks)
        super().__init__(kit, "Unit details", "Select a unit to see where it comes from.")

    def fill(self, layout: QVBoxLayout, detail: ItemDetail) -> None:
        row = detail.row
        facts = (row.brand, row.style_code, f"Size {row.size}")
        self.add_head(layout, row.product, facts, f"Unit no. {row.id} · {_spoken(row.status)}")
        _add_facts(layout, "How it was bought", self._purchase(detail))
        _add_facts(layout, "How it is kept", _keeping(detail))
        if row.presale or row.ship_by is not None:
            self._add_shipping(layout, row)
        if self._market_source is not None:
            self._add_market(layout, row, self._market_source)
        elif row.market_value is not None:
            _add_facts(layout, "What it is worth", self._market(row))
        if row.sold_at is not None:
            _add_facts(layout, "How it sold", self._sale(detail))
        if self._doors is not None:
            self._add_files_and_history(layout, row.id, self._doors)
        self.add_source(layout, detail.source)

    def _add_shipping(self, layout: QVBoxLayout, row: ItemRow) -> None:
        """Until when it has to leave, and the way back from a promise."""
        due = "No date was given"
        if row.ship_by is not None:
            moment = self.kit.formatter.moment(row.ship_by)
            due = f"{moment}\n{due_words(row.ship_by, utc_now())}"
        promised = (("Presale", "Promised on StockX"),) if row.presale else ()
        _add_facts(layout, "When it has to be shipped", (*promised, ("Ship by", due)))
        market = self._market_source
        if row.presale and market is not None:
            unmark = QPushButton("Unmark &presale")
            unmark.clicked.connect(
                lambda: self.kit.tasks.start(unmark_presale(market, [row.id], self.kit))
            )
            layout.addWidget(unmark, 0, Qt.AlignmentFlag.AlignLeft)
            layout.addSpacing(10)

    def _add_market(self, layout: QVBoxLayout, row: ItemRow, source: MarketSource) -> None:
        layout.addWidget(label("What it is worth", "section"))
        layout.addWidget(MarketView(row.id, source, self.kit))
        if row.margin_at_ask_pct is not None:
            margin = f"{self.kit.formatter.amount(row.margin_at_ask_pct)} %"
            add_line(add_grid(layout), "Margin at lowest ask", margin)
        layout.addSpacing(10)

    def _add_files_and_history(self, layout: QVBoxLayout, item_id: int, doors: Workbench) -> None:
        layout.addWidget(label("Photos and documents", "section"))
        layout.addWidget(AttachmentsView(item_id, doors.attachments, self._thumbnails, self.kit))
        layout.addSpacing(10)
        layout.addWidget(label("History", "section"))
        layout.addWidget(HistoryView(item_id, doors.units, self._style, self.kit))
        layout.addSpacing(10)

    def _purchase(self, detail: ItemDetail) -> Facts:
        row, purchase, formatter = detail.row, detail.purchase, self.kit.formatter
        percent = None if purchase.vat_pct is None else f"{purchase.vat_pct.normalize():f} %"
        scheme = _spoken(purchase.vat_scheme)
        return (
            ("Supplier", purchase.supplier),
            ("Order number", purchase.order_number),
            ("Invoice number", purchase.invoice_number),
            ("Acquired", formatter.day(row.acquired_at)),
            ("Delivered", formatter.day(purchase.delivered_at)),
            ("Return until", formatter.calendar_day(purchase.return_until)),
            ("Cost", formatter.money(row.cost, row.cost_currency)),
            ("Net cost", formatter.money(purchase.cost_net, row.cost_currency)),
            ("Inbound cost", formatter.money(row.cost_inbound, row.cost_currency)),
            ("Landed cost", formatter.money(row.landed_cost, row.cost_currency)),
            ("VAT", " · ".join(part for part in (scheme, percent) if part)),
        )

    def _market(self, row: ItemRow) -> Facts:
        formatter = self.kit.formatter
        margin = row.margin_at_ask_pct
        return (
            ("Lowest ask", formatter.money(row.market_value, row.market_currency)),
            ("Seen", _age(row.market_seen_at, formatter)),
            ("Margin at that", None if margin is None else f"{formatter.amount(margin)} %"),
        )

    def _sale(self, detail: ItemDetail) -> Facts:
        row, formatter = detail.row, self.kit.formatter
        return (
            ("Platform", row.platform),
            ("Sold on", formatter.day(row.sold_at)),
            ("Sale price", formatter.money(row.gross, row.gross_currency)),
            ("Payout", formatter.money(row.payout, row.payout_currency)),
            ("Profit", formatter.money(row.profit, row.payout_currency)),
        )


def _keeping(detail: ItemDetail) -> Facts:
    keeping, row = detail.keeping, detail.row
    return (
        ("Condition", _spoken(keeping.condition)),
        ("Box", _spoken(keeping.box)),
        ("Location", keeping.location),
        ("Tags", ", ".join(row.tags)),
        ("Listed on", ", ".join(row.listed)),
        ("Days held", None if row.days_held is None else str(row.days_held)),
        ("Notes", keeping.notes),
    )


def _age(seen: datetime | None, formatter: Formatter) -> str:
    """Like "12 Nov 2026, 11 days ago": an old price is not what it would fetch today."""
    if seen is None:
        return ""
    days = (datetime.now(UTC) - seen).days
    ago = "today" if days <= 0 else "1 day ago" if days == 1 else f"{days} days ago"
    return f"{formatter.day(seen)}, {ago}"


def _spoken(value: StrEnum | None) -> str:
    return "" if value is None else spoken(value.value)


def _add_facts(layout: QVBoxLayout, title: str, facts: Facts) -> None:
    layout.addWidget(label(title, "section"))
    grid = add_grid(layout)
    for words, value in facts:
        add_line(grid, words, value or BLANK)
    layout.addSpacing(10)
