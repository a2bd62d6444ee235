"""The file's totals beside those that will be written, each currency by itself."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from soleflip_desktop.domain.integration import CurrencyTotals
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.formatting import BLANK
from soleflip_desktop.ui.common.labels import clear_layout, label

_RIGHT = Qt.AlignmentFlag.AlignRight
_HEADS = ("", "Sale price in the file", "to be written", "Payout in the file", "to be written")


class ReviewTotals(QWidget):
    """Equal totals say so; a difference stands out."""

    def __init__(self, kit: UiKit, parent: QWidget) -> None:
        super().__init__(parent)
        self._kit = kit
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 2)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(2)

    def show_totals(
        self, file: Mapping[str, CurrencyTotals], written: Mapping[str, CurrencyTotals]
    ) -> None:
        clear_layout(self._grid)
        self.setVisible(bool(file or written))
        for column, words in enumerate(_HEADS):
            self._grid.addWidget(label(words, "caption"), 0, column, _RIGHT if column else _LEFT)
        for row, currency in enumerate(sorted({*file, *written}), start=1):
            self._add(row, currency, file.get(currency), written.get(currency))
        self._grid.setColumnStretch(len(_HEADS), 1)

    def _add(
        self, row: int, currency: str, file: CurrencyTotals | None, ours: CurrencyTotals | None
    ) -> None:
        self._grid.addWidget(label(currency, "total"), row, 0)
        payouts = any(sums is not None and sums.names_payouts for sums in (file, ours))
        pairs = (
            (None if file is None else file.gross, None if ours is None else ours.gross),
            (None if file is None else file.payout, None if ours is None else ours.payout),
        )
        for place, (theirs, written) in enumerate(pairs if payouts else pairs[:1]):
            same = (theirs or Decimal(0)) == (written or Decimal(0))
            for column, value in enumerate((theirs, written)):
                text = self._kit.formatter.amount(value) or BLANK
                shown = label(text, "total" if same or not column else "warning")
                shown.setFont(self._kit.theme.number_font(shown.font()))
                self._grid.addWidget(shown, row, 1 + 2 * place + column, _RIGHT)


_LEFT = Qt.AlignmentFlag.AlignLeft
