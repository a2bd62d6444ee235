"""What a table page asks of the data (performance.md B, strategy 4b).

A view is the ordered ids of the rows that match; rows are fetched by id as they come into sight.
Sorting, filtering, grouping and summing happen on a mirror of the keys in memory, off the GUI
thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from soleflip_desktop.domain.grid_query import FieldKind, GridQuery

Row = TypeVar("Row")
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CurrencySums:
    """Sums of rows, in major units of one currency; `sales` have a price in it.

    None: no row has that figure in this currency, which is not the same as zero.
    """

    currency: str
    sales: int
    gross: Decimal | None
    payout: Decimal | None
    cost: Decimal | None
    profit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The head of rows that belong together. `key` names it in `GridQuery.collapsed`."""

    key: str
    title: str  # "" where the rows have no value
    rows: int
    sums: tuple[CurrencySums, ...]
    collapsed: bool


@dataclass(frozen=True, slots=True)
class GridView:
    """The ids of the matching rows in order, how many there are, and their sums.

    With groups, a negative number -n-1 among the `ids` is the head of `groups[n]`. `matching` are
    the rows that match, also those folded away; `total` are all rows of the table. `complete` is
    False for the preview that stands in until the mirror is loaded: then `ids` are the first rows
    only and `total` is an estimate.
    """

    ids: Ids
    total: int
    matching: int
    sums: tuple[CurrencySums, ...]
    groups: tuple[Group, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One entry of the value list of a column; "" is blank. `rows` match the other filters."""

    text: str
    rows: int


@dataclass(frozen=True, slots=True)
class FieldSums:
    """What the selected cells of one column come to. `currency` is None for plain numbers.

    Amounts in major units. `average` is rounded half-up to two places.
    """

    field: str
    currency: str | None
    count: int
    total: Decimal
    average: Decimal
    smallest: Decimal
    largest: Decimal


class GridSource(Protocol[Row]):
    """The service side of one table page; every method may be called from the Qt loop."""

    @property
    def kinds(self) -> dict[str, FieldKind]:
        """The fields that can be sorted, filtered and grouped by, with their kinds."""

    async def preview(self, query: GridQuery) -> GridView:
        """The first rows, fast, for the moment a page opens."""

    async def view(self, query: GridQuery) -> GridView:
        """All rows in order; loads the mirror or brings it up to date where it is stale."""

    async def rows(self, ids: Sequence[int]) -> list[Row]:
        """The rows with these ids, in the order asked; rows deleted meanwhile are left out."""

    async def values(self, query: GridQuery, field: str) -> list[FieldValue]:
        """The distinct values of a column among the rows that match all but its own filter."""

    async def sums(self, ids: Ids, fields: Sequence[str]) -> list[FieldSums]:
        """Count, sum, average, least and greatest of AMOUNT and NUMBER fields, blanks left out.

        One entry for each field and currency that occurs, in the order of `fields`.
        """

    async def warm(self) -> None:
        """Reads ahead what further sorting and filtering will need."""

    def mark_stale(self) -> None:
        """The data changed: the next view brings the mirror up to date first."""
