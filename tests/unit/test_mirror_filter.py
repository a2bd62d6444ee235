"""Filters, searches, groups and sums over a mirror, against the same thing said plainly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.mirrors import mirror_of
from soleflip_desktop.domain.grid_query import Condition, FilterValue, Operator, SortKey
from soleflip_desktop.services.grid import FieldValue
from soleflip_desktop.services.mirror_filter import matching, search_mask
from soleflip_desktop.services.mirror_groups import TooManyGroupsError, grouped, values
from soleflip_desktop.services.mirror_sums import currency_sums, field_sums

_O = Operator
MAY = datetime(2024, 5, 31, 21, 40, 6, tzinfo=UTC)
AMOUNTS = st.one_of(st.none(), st.decimals(-300, 300, places=2), st.sampled_from([Decimal(10)]))


def hits(field: str, stored: list[Any], operator: Operator, *wanted: FilterValue) -> list[bool]:
    mirror = mirror_of([{field: value} for value in stored])
    found: list[bool] = matching(mirror, field, Condition(operator, wanted), {}).tolist()
    return found


NUMERIC: dict[Operator, Callable[[Decimal, Decimal], bool]] = {
    _O.EQUALS: lambda one, other: one == other,
    _O.LESS: lambda one, other: one < other,
    _O.AT_MOST: lambda one, other: one <= other,
    _O.MORE: lambda one, other: one > other,
    _O.AT_LEAST: lambda one, other: one >= other,
}


@given(
    st.lists(AMOUNTS, min_size=1),
    st.sampled_from(sorted(NUMERIC)),
    st.decimals(-400, 400, places=3),
)
def test_amounts_compare_exactly(
    stored: list[Decimal | None], operator: Operator, wanted: Decimal
) -> None:
    test = NUMERIC[operator]
    assert hits("gross", stored, operator, wanted) == [
        value is not None and test(value, wanted) for value in stored
    ]


@given(st.lists(AMOUNTS, min_size=1), st.decimals(-400, 400, places=3), st.decimals(-9, 9))
def test_ranges_include_their_ends(
    stored: list[Decimal | None], low: Decimal, width: Decimal
) -> None:
    high = low + width
    assert hits("gross", stored, _O.BETWEEN, low, high) == [
        value is not None and low <= value <= high for value in stored
    ]


@pytest.mark.parametrize(
    ("operator", "wanted", "expected"),
    [
        (_O.BLANK, (), [False, False, True]),
        (_O.FILLED, (), [True, True, False]),
        (_O.DIFFERS, (Decimal("12.5"),), [False, True, True]),
        (_O.EQUALS, ("12.50",), [True, False, False]),
        (_O.EQUALS, ("twelve",), [False, False, False]),
        (_O.MORE, (Decimal("1e30"),), [False, False, False]),
        (_O.LESS, (Decimal("1e30"),), [True, True, False]),
        (_O.CONTAINS, ("2.5",), [True, False, False]),
        (_O.LACKS, ("2.5",), [False, True, True]),
        (_O.ONE_OF, ("12.50", ""), [True, False, True]),
        (_O.ONE_OF, ("300.00",), [False, True, False]),
        (_O.ONE_OF, ("nothing",), [False, False, False]),
        (_O.ONE_OF, (), [False, False, False]),
    ],
)
def test_conditions_on_amounts(
    operator: Operator, wanted: tuple[FilterValue, ...], expected: list[bool]
) -> None:
    assert hits("gross", [Decimal("12.50"), Decimal(300), None], operator, *wanted) == expected


@pytest.mark.parametrize(
    ("operator", "wanted", "expected"),
    [
        (_O.CONTAINS, ("VERY good",), [True, False, False, False]),
        (_O.LACKS, ("good",), [False, False, True, True]),
        (_O.EQUALS, ("GOOD",), [False, True, False, False]),
        (_O.DIFFERS, ("good",), [True, False, True, True]),
        (_O.BLANK, (), [False, False, False, True]),
        (_O.FILLED, (), [True, True, True, False]),
        (_O.ONE_OF, ("Straße", ""), [False, False, True, True]),
        (_O.ONE_OF, ("very good",), [True, False, False, False]),
        (_O.LESS, ("good",), [False, False, False, False]),
        (_O.AT_MOST, ("good",), [False, True, False, False]),
        (_O.MORE, ("h",), [True, False, True, False]),
        (_O.BETWEEN, ("g", "strassf"), [False, True, True, False]),
    ],
)
def test_conditions_on_texts(
    operator: Operator, wanted: tuple[FilterValue, ...], expected: list[bool]
) -> None:
    assert hits("notes", ["very_good", "Good", "STRASSE", None], operator, *wanted) == expected


def test_a_tag_is_found_among_several() -> None:
    tags = ["rare, fragile", "fragile", "not rare", None]
    assert hits("tags", tags, _O.ONE_OF, "rare") == [True, False, False, False]
    assert hits("tags", tags, _O.ONE_OF, "fragile", "") == [True, True, False, True]
    mirror = mirror_of([{"tags": text} for text in tags])
    assert values(mirror, "tags", None) == [
        FieldValue("fragile", 2),
        FieldValue("not rare", 1),
        FieldValue("rare", 1),
        FieldValue("", 1),
    ]


def test_moments_are_half_open() -> None:
    moments = [MAY, MAY + timedelta(microseconds=1), MAY - timedelta(days=1), None]
    later = MAY + timedelta(microseconds=1)
    assert hits("sold_at", moments, _O.BETWEEN, MAY, later) == [True, False, False, False]
    assert hits("sold_at", moments, _O.AT_LEAST, MAY) == [True, True, False, False]
    assert hits("sold_at", moments, _O.LESS, MAY) == [False, False, True, False]
    assert hits("sold_at", moments, _O.ONE_OF, "2024-05-31") == [True, True, False, False]
    assert hits("sold_at", moments, _O.EQUALS, "soon") == [False] * 4
    days = [date(2024, 5, 31), date(2024, 6, 1), None]
    start, end = datetime(2024, 5, 31, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
    assert hits("return_until", days, _O.BETWEEN, start, end) == [True, False, False]
    assert hits("return_until", days, _O.MORE, start) == [False, True, False]


def test_every_word_of_a_search_occurs_somewhere() -> None:
    mirror = mirror_of(
        [
            {"notes": "Panda", "supplier": "Corner shop", "tags": "rare"},
            {"notes": "corner", "supplier": "Panda Ltd"},
            {"notes": "Panda", "supplier": "Other"},
        ]
    )

    def found(text: str, *fields: str, extra: tuple[int, ...] = ()) -> list[int]:
        words = text.casefold().split()
        mask = search_mask(mirror, fields, words, [extra] * len(words))
        ids: list[int] = mirror.ids[mask].tolist()
        return ids

    assert found("panda CORNER", "notes", "supplier", "tags") == [1, 2]
    assert found("panda corner", "notes") == []
    assert found("corner", "notes") == [2]
    assert found("rare", "notes", "supplier") == []
    assert found("10000042", "notes", extra=(3, 99)) == [3]


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "supplier": st.sampled_from(["a", "B", "c", None]),
            "gross": AMOUNTS,
            "profit": AMOUNTS,
            "gross_currency": st.sampled_from(["EUR", "USD"]),
        }
    )
)


@given(ROWS)
def test_sums_are_exact_and_by_currency(rows: list[dict[str, Any]]) -> None:
    mirror = mirror_of(rows)
    for sums in currency_sums(mirror, None):
        mine = [
            row["gross"]
            for row in rows
            if row["gross_currency"] == sums.currency and row["gross"] is not None
        ]
        assert sums.sales == len(mine)
        assert sums.gross == (sum(mine) if mine else None)
    for line in field_sums(mirror, np.arange(len(rows), dtype=np.int32), ("gross", "supplier")):
        mine = [
            row["gross"]
            for row in rows
            if row["gross_currency"] == line.currency and row["gross"] is not None
        ]
        assert (line.count, line.total) == (len(mine), sum(mine))
        assert (line.smallest, line.largest) == (min(mine), max(mine))
        assert abs(line.average - line.total / line.count) <= Decimal("0.005")


@given(ROWS, st.sampled_from([frozenset(), frozenset({"B"}), frozenset({"", "a"})]))
def test_rows_of_a_group_stand_under_its_head(
    rows: list[dict[str, Any]], collapsed: frozenset[str]
) -> None:
    mirror = mirror_of(rows)
    order = mirror.order((SortKey("gross", descending=True),))
    ids, groups = grouped(mirror, "supplier", order, collapsed)
    expected: list[int] = []
    titles = [t for t in ("a", "B", "c", "") if any((r["supplier"] or "") == t for r in rows)]
    for number, title in enumerate(titles):
        members = [
            i for i in mirror.ids[order].tolist() if (rows[i - 1]["supplier"] or "") == title
        ]
        expected += [-number - 1, *([] if title in collapsed else members)]
        group = groups[number]
        assert (group.title, group.rows, group.collapsed) == (
            title,
            len(members),
            title in collapsed,
        )
        assert group.sums == currency_sums(mirror, np.isin(mirror.ids, members))
    assert ids.tolist() == expected


def test_columns_without_repeats_make_no_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("soleflip_desktop.services.mirror_groups.GROUPS_LIMIT", 2)
    mirror = mirror_of([{"gross": Decimal(n)} for n in range(3)])
    with pytest.raises(TooManyGroupsError, match="3 groups"):
        grouped(mirror, "gross", mirror.order(()), frozenset())


def test_averages_are_rounded_half_up() -> None:
    mirror = mirror_of([{"gross": Decimal("0.01")}, {"gross": Decimal("0.02")}])
    (line,) = field_sums(mirror, mirror.order(()), ("gross",))
    assert line.average == Decimal("0.02")


def test_values_are_in_order_with_their_counts() -> None:
    sold: list[dict[str, Any]] = [
        {"sold_at": MAY, "gross": Decimal(9)},
        {"gross": Decimal(10)},
        {"gross": Decimal(10)},
    ]
    mirror = mirror_of(sold)
    assert values(mirror, "gross", None) == [FieldValue("9.00", 1), FieldValue("10.00", 2)]
    assert values(mirror, "sold_at", None) == [FieldValue("2024-05-31", 1), FieldValue("", 2)]
    mask = np.array([False, True, False])
    assert values(mirror, "gross", mask) == [FieldValue("10.00", 1)]
