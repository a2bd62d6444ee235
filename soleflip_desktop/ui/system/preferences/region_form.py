"""Region and base currency, with a line that shows what they mean."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.search_combo import Named, SearchCombo

_LANGUAGE = "For numbers, amounts and days. SoleFlip's own texts are English for now."
_CURRENCY = "Suggested wherever a currency is asked. Nothing is ever converted."

_PREVIEW_WIDTH = 180


class RegionForm(QWidget):
    """Empty and disabled until `fill`: the lists are long and are read in the background.

    Signals:
        region_picked(str), currency_picked(str): a person chose.
    """

    region_picked = Signal(str)
    currency_picked = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, currency: bool = True) -> None:
        super().__init__(parent)
        self._names: list[QLabel] = []
        self._asks_currency, self._follows = currency, False
        self.region_box = SearchCombo("Language and region", self)
        self.currency_box = SearchCombo("Base currency", self)
        self.preview = label("", "total")
        self.preview.setMinimumWidth(_PREVIEW_WIDTH)  # so that the fields do not jump
        self.preview.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.preview.setAccessibleName("How amounts and days are written")
        self.region_box.picked.connect(self._on_region)
        self.currency_box.picked.connect(self._on_currency)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self._row(grid, 0, "&Language and region", self.region_box, _LANGUAGE)
        for widget in self._row(grid, 3, "&Base currency", self.currency_box, _CURRENCY):
            widget.setHidden(not currency)
        grid.addWidget(self.preview, 0, 2)
        grid.setRowMinimumHeight(2, 8 if currency else 0)
        self.setEnabled(False)

    @property
    def filled(self) -> bool:
        return bool(self.region_box.value)

    @property
    def label_width(self) -> int:
        """Of its left column, for forms below it."""
        return max(each.sizeHint().width() for each in self._names)

    @property
    def region(self) -> str:
        return self.region_box.value

    @property
    def currency(self) -> str | None:
        """None where it is not asked."""
        return self.currency_box.value if self._asks_currency else None

    def fill(
        self,
        regions: Sequence[Named],
        currencies: Sequence[Named],
        region: str,
        currency: str | None,
    ) -> None:
        """`currency` None: it goes with the region until somebody chooses one."""
        self._follows = currency is None
        self.region_box.fill(regions, region)
        self.currency_box.fill(currencies, currency or self._usual_of(self.region))
        self.setEnabled(True)
        self._show_preview()

    def _on_region(self, region: str) -> None:
        if self._follows:
            self.currency_box.show_value(self._usual_of(region))
        self._show_preview()
        self.region_picked.emit(region)

    def _on_currency(self, currency: str) -> None:
        self._follows = False
        self._show_preview()
        self.currency_picked.emit(currency)

    def _show_preview(self) -> None:
        from soleflip_desktop.ui.common.regions import sample_text  # noqa: PLC0415  (loads Babel)

        self.preview.setText(sample_text(self.region, self.currency_box.value))

    def _usual_of(self, region: str) -> str:
        from soleflip_desktop.ui.common.regions import currency_of  # noqa: PLC0415  (loads Babel)

        return currency_of(region)

    def _row(
        self, grid: QGridLayout, row: int, title: str, box: SearchCombo, hint: str
    ) -> tuple[QWidget, ...]:
        name = QLabel(title, self)
        name.setBuddy(box)
        self._names.append(name)
        words = label(hint, "caption", wrap=True)
        grid.addWidget(name, row, 0)
        grid.addWidget(box, row, 1)
        grid.addWidget(words, row + 1, 1, 1, 2)
        return name, box, words
