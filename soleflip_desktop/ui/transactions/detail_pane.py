"""One order beside the grid: from sale price to payout, and where the figures come from."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtWidgets import QGridLayout, QVBoxLayout

from soleflip_desktop.domain.transactions import ChargeKind, ChargeSource, OrderDetail, OrderRow
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.detail_pane import RIGHT, DetailPane, add_grid, add_line, add_rule
from soleflip_desktop.ui.common.formatting import BLANK
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.ship_by import due_words
from soleflip_desktop.ui.common.sync_words import utc_now
from soleflip_desktop.ui.transactions.columns import is_waiting

_K = ChargeKind

CHARGE_WORDS: dict[ChargeKind, str] = {
    _K.SELLER_FEE: "Seller fee",
    _K.PAYMENT_PROCESSING: "Payment processing",
    _K.SHIPPING: "Shipping",
    _K.TAX: "Tax",
    _K.ADVERTISING: "Advertising",
    _K.CASH_OUT: "Cash-out",
    _K.REFUND: "Refund",
    _K.ADJUSTMENT: "Adjustment",
    _K.ROUNDING: "Rounding",
    _K.UNITEMISED: "Not itemised in the report",
}


class OrderPane(DetailPane[OrderDetail]):
    """Shows an OrderDetail."""

    def __init__(self, kit: UiKit) -> None:
        hint = "Select an order to see how its payout came about."
        super().__init__(kit, "Order details", hint)

    def fill(self, layout: QVBoxLayout, detail: OrderDetail) -> None:
        row = detail.row
        sold = f"{row.platform} order {row.order_number or 'no number'}"
        moment = self.kit.formatter.moment(row.sold_at)
        facts = (row.brand, row.style_code, f"Size {row.size}")
        self.add_head(layout, row.product, facts, f"{sold}\nSold on {moment}")
        self._add_shipping(layout, row)
        self._add_waterfall(layout, detail)
        self.add_source(layout, detail.source)

    def _add_shipping(self, layout: QVBoxLayout, row: OrderRow) -> None:
        """Until when, and what the marketplace itself says; nothing of an order from a file."""
        if row.ship_by is None and row.remote_status is None:
            return
        layout.addWidget(label("At the marketplace", "section"))
        grid = add_grid(layout)
        if row.ship_by is not None:
            moment = self.kit.formatter.moment(row.ship_by)
            due = due_words(row.ship_by, utc_now()) if is_waiting(row) else ""
            add_line(grid, "Ship by", f"{moment}\n{due}".rstrip())
        if row.remote_status is not None:
            add_line(grid, "Its own status", row.remote_status)
        layout.addSpacing(10)

    def _add_waterfall(self, layout: QVBoxLayout, detail: OrderDetail) -> None:
        row = detail.row
        layout.addWidget(label("From sale price to payout", "section"))
        grid = add_grid(layout)
        grid.setColumnStretch(1, 0)  # amounts are short, their names are not
        self._line(grid, "Sale price", row.gross, row.gross_currency)
        for charge in detail.charges:
            words = CHARGE_WORDS[charge.kind]
            derived = charge.source is ChargeSource.DERIVED
            self._line(grid, words, charge.amount, charge.currency, derived=derived)
        add_rule(grid)
        self._line(grid, "Payout", row.payout, row.payout_currency, strong=True)
        self._line(grid, "Cost", row.cost, row.cost_currency)
        add_rule(grid)
        self._line(grid, "Profit", row.profit, row.payout_currency, strong=True)
        if any(charge.source is ChargeSource.DERIVED for charge in detail.charges):
            note = "Derived: not a line of the report, but what its payout leaves unexplained."
            layout.addWidget(label(note, "muted", wrap=True))
        layout.addSpacing(10)

    def _line(
        self,
        grid: QGridLayout,
        words: str,
        amount: Decimal | None,
        currency: str | None,
        *,
        derived: bool = False,
        strong: bool = False,
    ) -> None:
        role = "total" if strong else None
        value = label(self.kit.formatter.money(amount, currency) or BLANK, role)
        if strong and amount is not None and amount < 0:
            value.setProperty("role", "bad")
        value.setFont(self.kit.theme.number_font(value.font()))
        at = grid.rowCount()
        grid.addWidget(label(f"{words} (derived)" if derived else words, role, wrap=True), at, 0)
        grid.addWidget(value, at, 1, RIGHT)
