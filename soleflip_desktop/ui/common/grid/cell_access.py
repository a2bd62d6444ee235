"""What cells and group heads say: to screen readers, and as the text of a head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

from soleflip_desktop.services.grid import CurrencySums, Group
from soleflip_desktop.ui.common.columns import RowT
from soleflip_desktop.ui.common.formatting import Formatter

BLANK_WORD = "blank"
_OPEN, _FOLDED = "▾", "▸"


def _nothing(_row: Any) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Wording(Generic[RowT]):
    """The words of one table. `describe` names a row: product, size, where it is listed."""

    formatter: Formatter
    noun: str = "row"
    nouns: str = "rows"
    describe: Callable[[RowT], str] = _nothing

    def count(self, rows: int) -> str:
        return f"{self.formatter.count(rows)} {self.noun if rows == 1 else self.nouns}"

    def cell(self, row: RowT, place: tuple[int, int], title: str, text: str) -> str:
        """Like "row 12 of 4,310, Nike Dunk Low, US 9, listed on StockX: Cost €120.00".

        `place` is the row's number, counted from 1, and the number of rows.
        """
        described = self.describe(row)
        name = f", {described}" if described else ""
        return f"{self.where(place)}{name}: {title} {text or BLANK_WORD}"

    def where(self, place: tuple[int, int]) -> str:
        return f"row {self.formatter.count(place[0])} of {self.formatter.count(place[1])}"

    def head(self, group: Group) -> str:
        """Like "▾ Nike · 312 units · EUR 12,345.00 cost · EUR 9,000.00 payout"."""
        sign = _FOLDED if group.collapsed else _OPEN
        parts = [f"{sign} {group.title or BLANK_WORD}", self.count(group.rows)]
        return " · ".join((*parts, *self._figures(group.sums)))

    def spoken_head(self, group: Group, place: tuple[int, int]) -> str:
        state = "folded" if group.collapsed else "unfolded"
        figures = ", ".join((self.count(group.rows), *self._figures(group.sums)))
        return f"{self.where(place)}, group {group.title or BLANK_WORD}, {state}: {figures}"

    def _figures(self, sums: tuple[CurrencySums, ...]) -> list[str]:
        figures = []
        for one in sums:
            named = (("cost", one.cost), ("payout", one.payout), ("profit", one.profit))
            figures += [
                f"{one.currency} {self.formatter.amount(value)} {name}"
                for name, value in named
                if value is not None
            ]
        return figures
