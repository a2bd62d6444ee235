"""The commands about units, places and steps, as scripts and people use them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from helpers.command_line import Commands
from soleflip_desktop.cli.units import sizes_of, values_of
from soleflip_desktop.domain.errors import UserError

pytestmark = pytest.mark.db


def ids(soleflip: Commands, *words: str) -> list[int]:
    return [row["id"] for row in soleflip("items", "list", *words, "--json")["rows"]]


def test_units_are_added_changed_found_deleted_and_brought_back(soleflip: Commands) -> None:
    sizes = ("--size", "US 9=2", "--size", "US 10")
    values = ("--set", "cost=99.50", "--set", "cost_currency=EUR", "--set", "tags=gift, b-stock")
    added = soleflip("items", "add", "--product", "Nike Dunk Low", *sizes, *values, "--json")
    first, second, third = added["created"]
    assert added["step"]["title"] == "Add 3 units of Nike Dunk Low"
    move = ("--set", "location=Garage / Shelf 2", "--set", "notes=")
    looked = soleflip("items", "set", first, second, *move, "--dry-run")
    assert "would change 2 units" in looked
    assert "location: empty (2) -> Garage / Shelf 2" in looked
    done = soleflip("items", "set", first, second, *move)
    assert "Move 2 units to Garage / Shelf 2, 2 changed, 0 kept" in done
    found = soleflip(
        "items", "list", "--filter", "location", "shelf", "--sort", "id:desc", "--json"
    )
    assert (found["total"], found["matching"]) == (3, 2)
    assert found["rows"][0] == {
        "id": second,
        "product": "Nike Dunk Low",
        "size": "US 9",
        "status": "available",
        "cost": "99.50",
        "cost_currency": "EUR",
        "location": "Garage / Shelf 2",
    }
    assert "Delete Nike Dunk Low, US 10" in soleflip("items", "delete", third)
    assert ids(soleflip) == [first, second]
    assert "undid: Delete Nike Dunk Low, US 10, 1 changed" in soleflip("undo")
    assert ids(soleflip) == [first, second, third]
    assert soleflip("redo", "--json")["changed"] == 1
    soleflip("undo")
    steps = soleflip("undo", "--list", "--json")
    assert [(step["title"], step["undone"]) for step in steps] == [
        ("Delete Nike Dunk Low, US 10", True),
        ("Move 2 units to Garage / Shelf 2", False),
        ("Add 3 units of Nike Dunk Low", False),
    ]
    history = soleflip("items", "history", first, "--json")
    assert [entry["event"] for entry in history] == ["changed", "created"]
    assert history[0]["changes"] == [{"field": "location", "old": None, "new": "Garage / Shelf 2"}]
    assert "location: empty -> Garage / Shelf 2" in soleflip("items", "history", first)


def test_a_bulk_change_by_filter_asks_first_and_tells_what_it_kept(soleflip: Commands) -> None:
    added = soleflip("items", "add", "--product", "adidas Samba", "--size", "EU 43=3", "--json")
    one = added["created"][0]
    soleflip("items", "set", one, "--set", "status=lost")
    sold = ("items", "set", "--search", "samba", "--set", "status=sold")
    assert "This would change 3 units. Add --yes" in soleflip(*sold, code=1)
    report = soleflip(*sold, "--yes", "--json", code=2)
    assert (report["changed"], report["step"]["title"]) == (2, "Change status of 2 units to sold")
    assert [record["id"] for record in report["kept"]] == [one]
    told = soleflip(*sold, "--yes", code=2)
    assert f"kept 1 ({one}): A unit cannot go from lost to sold. Allowed from lost:" in told


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("items", "set", "--set", "notes=x"), "Which units?"),
        (("items", "list", "--filter", "hue", "red"), "There is no field “hue”. Fields: "),
        (("items", "list", "--columns", "id,hue"), "There is no column “hue”. Columns: id"),
        (("locations", "remove", "Nowhere"), "There is no place “Nowhere”"),
    ],
)
def test_what_makes_no_sense_is_said_with_its_remedy(
    soleflip: Commands, words: tuple[str, ...], remedy: str
) -> None:
    assert remedy in soleflip(*words, code=1)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("colour=red", "There is no field “colour”"),
        ("cost=a lot", "an amount like"),
        ("status=", "cannot be empty"),
        ("cost", "write FIELD=VALUE"),
    ],
)
def test_a_text_that_is_no_value_is_refused(text: str, remedy: str) -> None:
    with pytest.raises(UserError, match=remedy):
        values_of([text])


def test_values_and_sizes_are_read() -> None:
    assert values_of(["cost=1,234.50", "notes=", "tags=a, b", "location=A / B=C"]) == {
        "cost": Decimal("1234.50"),
        "notes": None,
        "tags": ("a", "b"),
        "location": "A / B=C",
    }
    assert sizes_of(["US 9=2", " EU 43 ", "10C = 12"]) == (("US 9", 2), ("EU 43", 1), ("10C", 12))
    with pytest.raises(UserError, match="like US 9=2"):
        sizes_of(["US 9=many"])


def test_units_are_listed_in_groups_with_sums(soleflip: Commands) -> None:
    soleflip(
        "items", "add", "--product", "Puma Suede", "--size", "UK 8=2", "--set", "cost=10",
        "--set", "cost_currency=USD",
    )  # fmt: skip
    search = ("--search", "suede")
    text = soleflip("items", "list", *search, "--group", "status", "--columns", "product,size")
    assert text.splitlines()[:3] == ["product\tsize", "# Available: 2 units", "Puma Suede\tUK 8"]
    assert "USD cost 20.00" in text
    found = soleflip("items", "list", *search, "--group", "status", "--limit", "1", "--json")
    assert [group["rows"] for group in found["groups"]] == [2]
    assert len(found["rows"]) == 1


def test_places_are_added_renamed_moved_and_removed(soleflip: Commands) -> None:
    soleflip("locations", "add", "Attic")
    soleflip("locations", "add", "Attic / Box", "--code", "B1")
    soleflip("locations", "add", "Hall")
    soleflip("locations", "rename", "attic / box", "Crate")
    assert "Move place Attic / Crate to Hall / Crate" in soleflip(
        "locations", "move", "Attic / Crate", "Hall"
    )
    assert "Remove or move these first" in soleflip("locations", "remove", "Hall", code=1)
    soleflip("locations", "remove", "Attic")
    rows = soleflip("locations", "list", "--json")
    assert [(row["path"], row["code"]) for row in rows if "Hall" in row["path"]] == [
        ("Hall", None),
        ("Hall / Crate", "B1"),
    ]
    assert "Hall / Crate [B1]" in soleflip("locations", "list").replace("  ", " ")
