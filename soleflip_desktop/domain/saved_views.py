"""Named views of a table: filters, columns, order and grouping; mine, or everybody's.

They are kept as JSON and may have been written by a newer or older version of the app: whatever
this version does not know is left out, and the rest still holds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.grid_query import (
    ColumnFilter,
    Condition,
    FilterValue,
    Operator,
    SortKey,
)

LONGEST_NAME = 80
_T = TypeVar("_T")
_READERS: dict[str, Callable[[str], FilterValue]] = {
    "text": str,
    "number": Decimal,
    "moment": lambda text: datetime.fromisoformat(text).astimezone(UTC),
}
_VALUES: dict[Operator, range] = {
    Operator.BLANK: range(1),
    Operator.FILLED: range(1),
    Operator.BETWEEN: range(2, 3),
    Operator.ONE_OF: range(1_000_000),
}
_ONE_VALUE = range(1, 2)


class ViewNameError(UserError):
    """A view cannot have that name."""


@dataclass(frozen=True, slots=True)
class ColumnState:
    """One column of a view, in the order shown. `width` in pixels of the reference font."""

    key: str
    width: int
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class ViewState:
    """All that a view restores. `frozen`: how many of the first columns stay in sight."""

    search: str = ""
    filters: tuple[ColumnFilter, ...] = ()
    sort: tuple[SortKey, ...] = ()
    group_by: str | None = None
    columns: tuple[ColumnState, ...] = ()
    frozen: int = 0

    def fitted(self, fields: Collection[str], columns: Collection[str]) -> ViewState:
        """Without the fields and columns that the table does not have (any more)."""
        return replace(
            self,
            filters=tuple(each for each in self.filters if each.field in fields),
            sort=tuple(each for each in self.sort if each.field in fields),
            group_by=self.group_by if self.group_by in fields else None,
            columns=tuple(each for each in self.columns if each.key in columns),
        )


@dataclass(frozen=True, slots=True)
class SavedViewRow:
    """A view under its name. `shared` views belong to nobody; `default` opens the table for me."""

    id: int
    name: str
    shared: bool
    default: bool
    state: ViewState


def same_view(kept: ViewState, shown: ViewState) -> bool:
    """Whether a table shows what the view says.

    Widths do not count, nor what "last 30 days" meant when it was saved, nor columns that one of
    the two does not know.
    """
    if (kept.search.split(), kept.sort, kept.group_by, kept.frozen) != (
        shown.search.split(),
        shown.sort,
        shown.group_by,
        shown.frozen,
    ):
        return False
    both = {each.key for each in kept.columns} & {each.key for each in shown.columns}
    columns = [
        [(each.key, each.hidden) for each in state.columns if each.key in both]
        for state in (kept, shown)
    ]
    return columns[0] == columns[1] and _same_filters(kept.filters, shown.filters)


def _same_filters(kept: tuple[ColumnFilter, ...], shown: tuple[ColumnFilter, ...]) -> bool:
    """In any order. The text may be another one in another locale, with the same meaning."""
    others = {each.field: each for each in shown}
    return len(kept) == len(shown) and all(
        (other := others.get(each.field)) is not None
        and (bool(each.text and each.text == other.text) or each.conditions == other.conditions)
        for each in kept
    )


def view_name(text: str) -> str:
    """The name as it is kept. Raises ViewNameError for one that is empty or too long."""
    name = " ".join(text.split())
    if not name:
        raise ViewNameError("A view needs a name. Type one, such as “Unsold, over 90 days”.")
    if len(name) > LONGEST_NAME:
        raise ViewNameError(
            f"The name “{name[:20]}…” has {len(name)} characters. Use at most {LONGEST_NAME}."
        )
    return name


# -- as JSON ---------------------------------------------------------------------------------------


def to_json(state: ViewState) -> dict[str, Any]:
    """Plain JSON values; numbers are exact text, moments are ISO 8601."""
    return {
        "search": state.search,
        "filters": [_filter_json(each) for each in state.filters],
        "sort": [asdict(each) for each in state.sort],
        "group_by": state.group_by,
        "columns": [asdict(each) for each in state.columns],
        "frozen": state.frozen,
    }


def from_json(document: object) -> ViewState:
    """Reads what `to_json` wrote; of anything else, as much as makes sense.

    A filter of which one condition is unknown is left out as a whole: a part of it would show
    other rows than its name says.
    """
    found = document if isinstance(document, dict) else {}
    frozen = found.get("frozen")
    return ViewState(
        search=_text(found.get("search")) or "",
        filters=_all(found.get("filters"), _filter),
        sort=_all(found.get("sort"), _sort_key),
        group_by=_text(found.get("group_by")),
        columns=_all(found.get("columns"), _column),
        frozen=frozen if isinstance(frozen, int) and frozen > 0 else 0,
    )


def _filter_json(column: ColumnFilter) -> dict[str, Any]:
    conditions = [
        {"operator": each.operator.value, "values": [_value_json(value) for value in each.values]}
        for each in column.conditions
    ]
    return {"field": column.field, "text": column.text, "conditions": conditions}


def _value_json(value: FilterValue) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {"number": str(value)}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    return {"text": value}


def _all(found: object, read: Callable[[dict[str, Any]], _T | None]) -> tuple[_T, ...]:
    parts = found if isinstance(found, list) else []
    made = (read(part) for part in parts if isinstance(part, dict))
    return tuple(each for each in made if each is not None)


def _text(found: object) -> str | None:
    return found if isinstance(found, str) else None


def _filter(found: dict[str, Any]) -> ColumnFilter | None:
    name, text, parts = found.get("field"), found.get("text"), found.get("conditions")
    if not isinstance(name, str) or not isinstance(text, str) or not isinstance(parts, list):
        return None
    conditions = _all(parts, _condition)
    complete = len(conditions) == len(parts) > 0
    return ColumnFilter(name, text, conditions) if complete else None


def _condition(found: dict[str, Any]) -> Condition | None:
    values: tuple[FilterValue, ...] = _all(found.get("values"), _value)
    operator = found.get("operator")
    if operator not in set(Operator) or len(values) != len(found.get("values") or ()):
        return None
    known = Operator(operator)
    fits = len(values) in _VALUES.get(known, _ONE_VALUE)
    return Condition(known, values) if fits else None


def _value(found: dict[str, Any]) -> FilterValue | None:
    for kind, read in _READERS.items():
        text = found.get(kind)
        if isinstance(text, str):
            try:
                return read(text)
            except (ValueError, InvalidOperation, OverflowError):
                return None
    return None


def _sort_key(found: dict[str, Any]) -> SortKey | None:
    name = found.get("field")
    return SortKey(name, bool(found.get("descending"))) if isinstance(name, str) else None


def _column(found: dict[str, Any]) -> ColumnState | None:
    key, width = found.get("key"), found.get("width")
    if not isinstance(key, str) or not isinstance(width, int) or width <= 0:
        return None
    return ColumnState(key, width, bool(found.get("hidden")))
