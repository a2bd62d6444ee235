"""What a table shows: search, filters, order and grouping, as values that can be compared and kept.

A field is the name of a column's key ("cost", "status"). What a person typed into a filter is kept
beside what it means, for the chip that shows it and for the saved view that brings it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class FieldKind(StrEnum):
    """What kind of values a column has; it decides which filters make sense."""

    TEXT = "text"
    CHOICE = "choice"  # few distinct words: status, brand, size, place
    AMOUNT = "amount"  # major units; the currency stands beside it
    NUMBER = "number"
    MOMENT = "moment"  # an instant, filtered by local days
    DAY = "day"  # a calendar day without a time zone


class Operator(StrEnum):
    """How a value is compared. Texts are compared without regard to case."""

    CONTAINS = "contains"
    LACKS = "lacks"
    EQUALS = "="
    DIFFERS = "<>"
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    BETWEEN = "between"  # both ends included; of moments: start included, end excluded
    BLANK = "blank"
    FILLED = "filled"
    ONE_OF = "one of"


#: Moments are aware UTC; days are date-only moments at midnight UTC.
FilterValue = str | Decimal | datetime


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. BLANK and FILLED have no values, BETWEEN has two, ONE_OF any number.

    A blank value satisfies only BLANK, DIFFERS and LACKS; "" among ONE_OF stands for blank.
    """

    operator: Operator
    values: tuple[FilterValue, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnFilter:
    """All conditions must hold. `text` is what was typed, or "" for a choice from the list."""

    field: str
    text: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class SortKey:
    """Blanks come last in either direction."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class GridQuery:
    """What to show in which order.

    `search`: every word must occur in one of `search_fields` (the visible columns; None: all
    searchable ones). `sort`: the first key counts most. `group_by`: rows of a group stand together
    under a head; `collapsed` holds the keys of the groups whose rows are folded away.
    """

    sort: tuple[SortKey, ...]
    search: str = ""
    search_fields: tuple[str, ...] | None = None
    filters: tuple[ColumnFilter, ...] = ()
    group_by: str | None = None
    collapsed: frozenset[str] = frozenset()

    @property
    def narrowed(self) -> bool:
        """Whether rows may be hidden."""
        return bool(self.search.strip() or self.filters)
