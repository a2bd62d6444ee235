"""Keys in the smallest integers, their orders, and orders mended after a change."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.db.queries.mirror import BLANK
from soleflip_desktop.services.mirror_keys import LARGEST, Gathered, Ints, KeyColumn, Places
from soleflip_desktop.services.mirror_order import ascending, descending, mended

NUMBERS = st.one_of(
    st.none(), st.integers(-130, 130), st.integers(-(2**40), 2**40), st.sampled_from([0, 10**6])
)


def wide(values: list[int | None]) -> Ints:
    return np.array([BLANK if value is None else value for value in values], dtype=np.int64)


def plain(column: KeyColumn) -> list[int | None]:
    return [None if value == BLANK else value for value in column.wide().tolist()]


@given(st.lists(NUMBERS), st.sampled_from([1, 10**6]))
def test_a_column_gives_back_what_it_was_given(values: list[int | None], step: int) -> None:
    assert plain(KeyColumn.numbers(wide(values), step)) == values


def test_a_column_is_as_small_as_its_values_allow() -> None:
    for value, step, size in (
        (127, 1, 1),
        (-127, 1, 1),
        (-128, 1, 2),
        (90_000, 1, 4),
        (2**40, 1, 8),
        (1_700_000_000_000_000, 10**6, 4),
        (1_700_000_000_000_001, 10**6, 8),
    ):
        assert KeyColumn.numbers(wide([value, None]), step).values.itemsize == size
    assert KeyColumn.slots(np.array([0, 255])).values.itemsize == 1


@given(
    st.lists(st.tuples(st.lists(NUMBERS), st.sampled_from([1, 10**6])), max_size=4),
    st.integers(0, 9),
)
def test_parts_are_gathered(parts: list[tuple[list[int | None], int]], rows: int) -> None:
    gathered = Gathered(rows)
    for part, step in parts:
        gathered.add(KeyColumn.numbers(wide(part), step))
    assert plain(gathered.column()) == [value for part, _ in parts for value in part]


@given(st.lists(NUMBERS, min_size=1), st.data(), st.sampled_from([1, 10**6]))
def test_values_are_replaced(values: list[int | None], data: st.DataObject, step: int) -> None:
    places = data.draw(st.lists(st.integers(0, len(values) - 1), unique=True))
    new = [data.draw(NUMBERS) for _ in places]
    column = KeyColumn.numbers(wide(values), step)
    column.put(np.array(places, dtype=np.int64), KeyColumn.numbers(wide(new), step))
    expected = list(values)
    for place, value in zip(places, new, strict=True):
        expected[place] = value
    assert plain(column) == expected


def ordered(values: list[int | None]) -> list[int]:
    """Ascending and stable, blanks last."""
    return sorted(range(len(values)), key=lambda place: (values[place] is None, values[place] or 0))


@given(st.lists(NUMBERS))
def test_an_order_is_stable_with_blanks_last(values: list[int | None]) -> None:
    column = KeyColumn.numbers(wide(values))
    order = ascending(column.values, column.blank)
    assert order.tolist() == ordered(values)
    blanks = values.count(None)
    filled = len(values) - blanks
    turned = descending(order, filled).tolist()
    assert turned == ordered(values)[:filled][::-1] + ordered(values)[filled:]


@given(st.lists(st.tuples(st.sampled_from([None, 1, 2, 70_000]), NUMBERS)))
def test_a_second_key_orders_equal_ones(rows: list[tuple[int | None, int | None]]) -> None:
    first = KeyColumn.numbers(wide([row[0] for row in rows]))
    second = KeyColumn.numbers(wide([row[1] for row in rows]))
    order = ascending(first.values, first.blank, ascending(second.values, second.blank))
    inner = ordered([row[1] for row in rows])
    outer = ordered([rows[place][0] for place in inner])
    assert order.tolist() == [inner[place] for place in outer]


@given(
    st.lists(NUMBERS),
    st.lists(NUMBERS, max_size=5),
    st.sets(st.integers(0, 40)),
    st.sets(st.integers(0, 40)),
    st.data(),
)
def test_a_mended_order_is_that_of_sorting_anew(
    old: list[int | None],
    fresh: list[int | None],
    deleted: set[int],
    updated: set[int],
    data: st.DataObject,
) -> None:
    """Rows are changed, deleted, and put anywhere in between."""
    order = ascending(*_codes(old))
    removed = np.array([n in deleted | updated for n in range(len(old))], dtype=np.bool_)
    kept: list[tuple[int | None, int]] = [
        (data.draw(NUMBERS) if n in updated else value, n)
        for n, value in enumerate(old)
        if n not in deleted
    ]
    for value in fresh:
        kept.insert(data.draw(st.integers(0, len(kept))), (value, -1))
    values = [value for value, _ in kept]
    moved = np.zeros(len(old), dtype=np.int32)
    for place, (_, was) in enumerate(kept):
        if was >= 0:
            moved[was] = place
    added = [place for place, (_, was) in enumerate(kept) if was < 0 or removed[was]]

    def keys(places: Places) -> Ints:
        found = wide(values)[places] if values else np.zeros(0, dtype=np.int64)
        found[found == BLANK] = LARGEST
        return found

    found = mended(order, removed, moved, np.array(added, dtype=np.int32), keys)
    assert found.tolist() == ordered(values)


def _codes(values: list[int | None]) -> tuple[Ints, int]:
    column = KeyColumn.numbers(wide(values))
    return column.values, column.blank
