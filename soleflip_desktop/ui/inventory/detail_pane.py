"""One unit beside the grid: how it was bought, how it is kept, how it sold, where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtWidgets import QVBoxLayout

from soleflip_desktop.domain.inventory import ItemDetail
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.detail_pane import DetailPane, add_grid, add_line
from soleflip_desktop.ui.common.field_words import spoken
from soleflip_desktop.ui.common.formatting import BLANK
from soleflip_desktop.ui.common.labels import label

Facts = Sequence[tuple[str, str | None]]


class ItemPane(DetailPane[ItemDetail]):
    """Shows an ItemDetail."""

    def __init__(self, kit: UiKit) -> None:
        super().__init__(kit, "Unit details", "Select a unit to see where it comes from.")

    def fill(self, layout: QVBoxLayout, detail: ItemDetail) -> None:
        row = detail.row
        facts = (row.brand, row.style_code, f"Size {row.size}")
        self.add_head(layout, row.product, facts, f"Unit no. {row.id} · {_spoken(row.status)}")
        _add_facts(layout, "How it was bought", self._purchase(detail))
        _add_facts(layout, "How it is kept", _keeping(detail))
        if row.sold_at is not None:
            _add_facts(layout, "How it sold", self._sale(detail))
        self.add_source(layout, detail.source)

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
            ("VAT", " · ".join(part for part in (scheme, percent) if part)),
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
    keeping = detail.keeping
    return (
        ("Condition", _spoken(keeping.condition)),
        ("Box", _spoken(keeping.box)),
        ("Location", keeping.location),
        ("Notes", keeping.notes),
    )


def _spoken(value: StrEnum | None) -> str:
    return "" if value is None else spoken(value.value)


def _add_facts(layout: QVBoxLayout, title: str, facts: Facts) -> None:
    layout.addWidget(label(title, "section"))
    grid = add_grid(layout)
    for words, value in facts:
        add_line(grid, words, value or BLANK)
    layout.addSpacing(10)
