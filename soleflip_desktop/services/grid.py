"""What a table page asks of the data (performance.md B, strategy 4b).

A view is the ordered ids of the rows that match; rows are fetched by id as they come into sight.
Sorting and filtering happen on a mirror of the sort keys in memory, off the GUI thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class GridQuery:
    """What to show in which order. `search` matches text of the row, ignoring case."""

    sort_key: str
    descending: bool = False
    search: str = ""


@dataclass(frozen=True, slots=True)
class CurrencySums:
    """Sums of the rows in view, in major units of one currency; `sales` have a price in it.

    None: no row in view has that figure in this currency, which is not the same as zero.
    """

    currency: str
    sales: int
    gross: Decimal | None
    payout: Decimal | None
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class GridView:
    """The ids of the matching rows in order, how many rows there are in all, and their sums.

    `complete` is False for the preview that stands in until the mirror is loaded: then `ids`
    are the first rows only and `total` is an estimate.
    """

    ids: NDArray[np.int64]
    total: int
    sums: tuple[CurrencySums, ...]
    complete: bool = True


class GridSource(Protocol[Row]):
    """The service side of one table page; every method may be called from the Qt loop."""

    async def preview(self, query: GridQuery) -> GridView:
        """The first rows, fast, for the moment a page opens."""

    async def view(self, query: GridQuery) -> GridView:
        """All rows in order; loads or refreshes the mirror where it is stale."""

    async def rows(self, ids: Sequence[int]) -> list[Row]:
        """The rows with these ids, in the order asked; rows deleted meanwhile are left out."""

    def mark_stale(self) -> None:
        """The data changed: the next view reads the mirror anew."""
