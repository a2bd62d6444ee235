"""The line in the status bar: what the rows in view come to, each currency by itself."""

from __future__ import annotations

from soleflip_desktop.services.grid import GridView
from soleflip_desktop.ui.common.formatting import Formatter

_GAP = "      "


def totals_text(view: GridView, noun: str, nouns: str, formatter: Formatter) -> str:
    """Like "1,127 sales   EUR: sale price 12,345.00 · payout 11,000.00"; empty for a preview."""
    if not view.complete:
        return ""
    rows = len(view.ids)
    parts = [f"{formatter.count(rows)} {noun if rows == 1 else nouns}"]
    for sums in view.sums:
        figures = [("sale price", sums.gross), ("payout", sums.payout)]
        if sums.cost:  # bought in another currency, or not known: no zero that means nothing
            figures.append(("cost", sums.cost))
        listed = " · ".join(f"{name} {formatter.amount(value)}" for name, value in figures)
        parts.append(f"{sums.currency}: {listed}")
    return _GAP.join(parts)
