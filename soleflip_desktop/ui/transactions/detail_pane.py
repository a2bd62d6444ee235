"""One order beside the grid: from sale price to payout, and where the figures come from."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.transactions import ChargeKind, ChargeSource, OrderDetail
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.formatting import BLANK
from soleflip_desktop.ui.transactions.personal import HIDDEN, is_personal

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

_SELECTABLE = (
    Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop


class DetailPane(QScrollArea):
    """Shows an OrderDetail. Personal cells stay covered until the button uncovers them."""

    def __init__(self, kit: UiKit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self.detail: OrderDetail | None = None
        self.setWidgetResizable(True)
        self.setMinimumWidth(300)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Order details")
        self._personal: list[tuple[QLabel, str]] = []
        self._reveal: QPushButton | None = None
        self.show_hint("Select an order to see how its payout came about.")

    def show_hint(self, text: str) -> None:
        self.detail = None
        body, layout = self._fresh()
        hint = QLabel(text, body)
        hint.setProperty("role", "muted")
        hint.setWordWrap(True)
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(2)
        layout.addWidget(hint)
        layout.addStretch(3)
        self.setWidget(body)

    def show_detail(self, detail: OrderDetail) -> None:
        self.detail = detail
        body, layout = self._fresh()
        self._add_head(layout, detail)
        self._add_waterfall(layout, detail)
        self._add_source(layout, detail)
        layout.addStretch(1)
        self.setWidget(body)

    def _fresh(self) -> tuple[QWidget, QVBoxLayout]:
        self._personal.clear()
        self._reveal = None
        body = QWidget()
        body.setAutoFillBackground(False)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(20, 16, 20, 20)
        layout.setSpacing(6)
        return body, layout

    def _add_head(self, layout: QVBoxLayout, detail: OrderDetail) -> None:
        row = detail.row
        title = _label(row.product, "section")
        layout.addWidget(title)
        facts = (row.brand, row.style_code, f"Size {row.size}")
        layout.addWidget(_label(" · ".join(fact for fact in facts if fact), "muted"))
        sold = self._kit.formatter.moment(row.sold_at)
        number = row.order_number or "no number"
        layout.addWidget(_label(f"{row.platform} order {number}\nSold on {sold}", "muted"))
        layout.addSpacing(10)

    def _add_waterfall(self, layout: QVBoxLayout, detail: OrderDetail) -> None:
        row = detail.row
        layout.addWidget(_label("From sale price to payout", "section"))
        grid = _grid(layout)
        self._line(grid, "Sale price", row.gross, row.gross_currency)
        for charge in detail.charges:
            words = CHARGE_WORDS[charge.kind]
            derived = charge.source is ChargeSource.DERIVED
            self._line(grid, words, charge.amount, charge.currency, derived=derived)
        _rule(grid)
        self._line(grid, "Payout", row.payout, row.payout_currency, strong=True)
        self._line(grid, "Cost", row.cost, row.cost_currency)
        _rule(grid)
        self._line(grid, "Profit", row.profit, row.payout_currency, strong=True)
        if any(charge.source is ChargeSource.DERIVED for charge in detail.charges):
            note = "Derived: not a line of the report, but what its payout leaves unexplained."
            layout.addWidget(_label(note, "muted"))
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
        value = _label(self._kit.formatter.money(amount, currency) or BLANK, role)
        if strong and amount is not None and amount < 0:
            value.setProperty("role", "bad")
        value.setFont(self._kit.theme.number_font(value.font()))
        at = grid.rowCount()
        grid.addWidget(_label(f"{words} (derived)" if derived else words, role), at, 0)
        grid.addWidget(value, at, 1, _RIGHT)

    def _add_source(self, layout: QVBoxLayout, detail: OrderDetail) -> None:
        row = detail.row
        layout.addWidget(_label("Where this comes from", "section"))
        if detail.source_file is None:
            layout.addWidget(_label("Entered by hand or by a marketplace connection.", "muted"))
            return
        place = f"Row {row.import_row} of {detail.source_file}"
        if row.batch_id is not None:
            place += f"\nImport no. {row.batch_id}"
        layout.addWidget(_label(place, "muted"))
        if not detail.source_cells:
            return
        layout.addSpacing(6)
        grid = _grid(layout)
        for name, value in detail.source_cells:
            at = grid.rowCount()
            cell = _label(value or BLANK)
            # A number of 32 characters has no place to break: it must not widen the pane.
            cell.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            if value and is_personal(name):
                cell.setText(HIDDEN)
                self._personal.append((cell, value))
            else:
                cell.setToolTip(value)
            grid.addWidget(_label(name, "muted"), at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(cell, at, 1, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)
        if self._personal:
            self._reveal = QPushButton("Show &personal data")
            self._reveal.clicked.connect(self._show_personal)
            layout.addWidget(self._reveal, 0, Qt.AlignmentFlag.AlignLeft)

    def _show_personal(self) -> None:
        for label, value in self._personal:
            label.setText(value)
        if self._reveal is not None:
            self._reveal.hide()


def _label(text: str, role: str | None = None) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(_SELECTABLE)
    label.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    if role is not None:
        label.setProperty("role", role)
    return label


def _grid(layout: QVBoxLayout) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(5)
    grid.setColumnStretch(0, 1)
    layout.addLayout(grid)
    return grid


def _rule(grid: QGridLayout) -> None:
    line = QFrame()
    line.setProperty("role", "line")
    line.setFixedHeight(1)
    grid.addWidget(line, grid.rowCount(), 0, 1, 2)
