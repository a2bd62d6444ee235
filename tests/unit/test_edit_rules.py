"""The rules of edits and the names of steps, without a database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.domain.inventory import ITEM_TRANSITIONS, ItemStatus
from soleflip_desktop.domain.step_titles import edit_title
from soleflip_desktop.domain.unit_edits import COSTS, StoredUnit, Values, decide, without_rivals
from soleflip_desktop.domain.unit_fields import UNIT_FIELDS, CellEdit

EMPTY: Values = {field.name: None for field in UNIT_FIELDS}
amounts = st.none() | st.decimals(0, 99, places=2)
currencies = st.sampled_from([None, "EUR", "USD"])
statuses = st.sampled_from(list(ItemStatus))


@st.composite
def states(draw: st.DrawFn) -> Values:
    """A unit that keeps the rules."""
    values = EMPTY | {"size": "US 9", "status": draw(statuses), "cost": draw(amounts)}
    return values | {"cost_currency": "EUR" if values["cost"] is not None else draw(currencies)}


wishes = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(COSTS, amounts),
        "cost_currency": currencies,
        "status": statuses,
        "notes": st.sampled_from([None, "", " a ", "b"]),
    },
)


@given(states(), wishes)
def test_what_is_decided_keeps_all_rules(stored: Values, wanted: dict[str, Any]) -> None:
    decided = decide({1: StoredUnit(1, "Dunk, US 9", 1, stored)}, {1: wanted})
    changes = decided.changes.get(1, {})
    after = stored | changes
    assert all(changes[name] != stored[name] for name in changes)
    assert after["cost_currency"] or all(after[name] is None for name in COSTS)
    old, new = ItemStatus(str(stored["status"])), ItemStatus(str(after["status"]))
    assert new == old or new in ITEM_TRANSITIONS[old]
    lost = [
        name
        for name, value in wanted.items()
        if name not in changes and name != "notes" and value != stored[name]
    ]
    assert len(decided.kept) == len(lost)


def test_an_edit_by_two_with_the_same_result_is_no_conflict() -> None:
    stored = {1: StoredUnit(1, "Dunk, US 9", 1, EMPTY | {"notes": "b", "cost": Decimal("1.00")})}
    edits = [
        CellEdit(1, "notes", "b", was="a"),
        CellEdit(1, "cost", Decimal(2), was=Decimal(1)),
        CellEdit(1, "tags", ("x",), was=()),
        CellEdit(1, "vat_pct", Decimal(7), was=Decimal(19)),
        CellEdit(2, "notes", "x", was=None),
    ]
    wanted, rivals = without_rivals(stored, edits)
    assert wanted == {
        1: {"notes": "b", "cost": Decimal(2), "tags": ("x",)},
        2: {"notes": "x"},
    }
    assert [(rival.edit, rival.stored) for rival in rivals] == [(edits[3], None)]


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ([{"cost": Decimal(1)}], "Edit cost of Dunk, US 9"),
        ([{"cost": Decimal(1)}] * 12, "Set cost of 12 units"),
        ([{"cost": None}] * 1200, "Clear cost of 1,200 units"),
        ([{"vat_scheme": None}], "Clear VAT scheme of Dunk, US 9"),
        ([{"location": "A"}, {"location": "B"}], "Set location of 2 units"),
        ([{"location": "A"}, {"location": "A"}], "Move 2 units to A"),
        ([{"location": None}], "Clear location of Dunk, US 9"),
        ([{"status": ItemStatus.TO_SHIP}], "Change status of Dunk, US 9 to to ship"),
        ([{"cost": None}, {"notes": "x"}], "Edit cost and notes of 2 units"),
        ([{"cost": None, "notes": "x"}, {"tags": ("a",)}], "Edit 3 fields of 2 units"),
    ],
)
def test_titles(changes: list[Values], title: str) -> None:
    assert edit_title(changes, "Dunk, US 9") == title
