"""The line in the status bar: what the rows in view come to, each currency by itself."""

from __future__ import annotations

from soleflip_desktop.services.grid import GridView
from soleflip_desktop.ui.common.formatting import Formatter

_GAP = "      "


def totals_text(view: GridView, noun: str, nouns: str, formatter: Formatter) -> str:
    """Like "4 units   EUR: 3 sales · sale price 12,345.00 · payout 11,000.00".

    A figure that no row has is left out: it is not zero. Empty for a preview.
    """
    if not view.complete:
        return ""
    rows = view.matching
    parts = [f"{formatter.count(rows)} {noun if rows == 1 else nouns}"]
    for sums in view.sums:
        noun_of_sales = "sale" if sums.sales == 1 else "sales"
        figures = [f"{formatter.count(sums.sales)} {noun_of_sales}"] if sums.sales else []
        named = (("sale price", sums.gross), ("payout", sums.payout), ("cost", sums.cost))
        figures += [
            f"{name} {formatter.amount(value)}" for name, value in named if value is not None
        ]
        parts.append(f"{sums.currency}: {' · '.join(figures)}")
    return _GAP.join(parts)
