"""The file's totals beside those that will be written, each currency by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from soleflip_desktop.domain.integration import CurrencyTotals
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.formatting import BLANK
from soleflip_desktop.ui.common.labels import clear_layout, label

_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
#: Each with how it is read, and whether the rows say anything about it at all.
_FIGURES: tuple[
    tuple[str, Callable[[CurrencyTotals], Decimal], Callable[[CurrencyTotals], bool]], ...
] = (
    ("Cost", lambda sums: sums.cost, lambda sums: bool(sums.cost)),
    ("Sale price", lambda sums: sums.gross, lambda sums: bool(sums.gross)),
    ("Payout", lambda sums: sums.payout, lambda sums: sums.names_payouts),
)

Totals = Mapping[str, CurrencyTotals]


class ReviewTotals(QWidget):
    """Equal totals say so; a difference stands out. A figure that nothing names is left out."""

    def __init__(self, kit: UiKit, parent: QWidget) -> None:
        super().__init__(parent)
        self._kit = kit
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 2)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(2)

    def show_totals(self, file: Totals, written: Totals) -> None:
        clear_layout(self._grid)
        pairs = {
            currency: (file.get(currency), written.get(currency))
            for currency in sorted({*file, *written})
        }
        every = [sums for pair in pairs.values() for sums in pair]
        named = [figure for figure in _FIGURES if _is_known(figure[2], *every)]
        self.setVisible(bool(named))
        for place, (title, read, known) in enumerate(named):
            column = 1 + 2 * place
            for beside, words in enumerate((f"{title} in the file", "to be written")):
                self._grid.addWidget(label(words, "caption"), 0, column + beside, _RIGHT)
            for row, pair in enumerate(pairs.values(), start=1):
                self._add(row, column, pair, read if _is_known(known, *pair) else None)
        for row, currency in enumerate(pairs, start=1):
            self._grid.addWidget(label(currency, "total"), row, 0, _LEFT)
        self._grid.setColumnStretch(2 * len(_FIGURES) + 1, 1)

    def _add(
        self,
        row: int,
        column: int,
        pair: tuple[CurrencyTotals | None, CurrencyTotals | None],
        read: Callable[[CurrencyTotals], Decimal] | None,
    ) -> None:
        values = [None if sums is None or read is None else read(sums) for sums in pair]
        same = (values[0] or Decimal(0)) == (values[1] or Decimal(0))
        for beside, value in enumerate(values):
            text = self._kit.formatter.amount(value) or BLANK
            shown = label(text, "total" if same or not beside else "warning")
            shown.setFont(self._kit.theme.number_font(shown.font()))
            self._grid.addWidget(shown, row, column + beside, _RIGHT)


def _is_known(known: Callable[[CurrencyTotals], bool], *all_sums: CurrencyTotals | None) -> bool:
    return any(sums is not None and known(sums) for sums in all_sums)
