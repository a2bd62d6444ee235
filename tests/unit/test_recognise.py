"""Which layout a header belongs to."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.sketches import read_table
from helpers.stockx_report import HEADER, sale
from soleflip_desktop.connectors.files.profiles import builtin, normalise, profile_from_json
from soleflip_desktop.connectors.files.recognise import (
    candidates,
    is_blank,
    is_certain,
    known_names,
    locate,
    looks_like,
)
from soleflip_desktop.domain.import_fields import Kind
from soleflip_desktop.resources import resource_path

PROFILES = tuple(builtin().values())
EXAMPLES = sorted(resource_path("imports/examples").glob("*.csv*"))
CONTEST = ["Order Date", "Brand", "Sneaker Name", "Sale Price", "Retail Price"]


def key_of(path: Path) -> str:
    return path.name.split(".")[0].removesuffix("-de")


def test_every_profile_has_its_example() -> None:
    assert {key_of(path) for path in EXAMPLES} == set(builtin())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_recognised_for_sure(path: Path) -> None:
    header, rows = read_table(path)
    found = candidates(header, rows, PROFILES)
    assert found[0].profile == key_of(path)
    assert is_certain(found)
    assert len(rows) >= 8


@given(st.sampled_from(EXAMPLES), st.randoms(use_true_random=False))
def test_order_and_spelling_of_columns_do_not_matter(path: Path, shuffle: random.Random) -> None:
    header, _ = read_table(path)
    places = list(range(len(header)))
    shuffle.shuffle(places)
    spelt = [shuffle.choice([str.upper, str.lower])(header[place]) for place in places]
    padded = [f" {name.replace(' ', shuffle.choice(['_', '  ', '-']))}" for name in spelt]
    found = candidates(padded, [], PROFILES)
    assert (found[0].profile, is_certain(found)) == (key_of(path), True)
    profile = builtin()[key_of(path)]
    there = locate(profile, padded).places
    straight = locate(profile, header).places
    assert {field: places[place] for field, place in there.items()} == straight


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_column_of_errors_that_we_add_is_no_reason_to_doubt(path: Path) -> None:
    """Rejected rows are saved with one, to be mended and imported again."""
    header, rows = read_table(path)
    assert candidates([*header, "Error"], rows, PROFILES) == candidates(header, rows, PROFILES)
    elsewhere = candidates(["Error", *header], [["", *row] for row in rows], PROFILES)
    assert elsewhere[0].confidence < candidates(header, rows, PROFILES)[0].confidence


@pytest.mark.parametrize(
    ("header", "key"),
    [
        (CONTEST, "contest-2019"),
        (["Artikel", "Marke", "Größe", "Lagerort", "Menge", "Status"], "inventory-list"),
        (["Lieferant", "Kaufdatum", "EK brutto", "Artikel", "Größe", "Rechnungsnr."], "purchases"),
        (["Lieferant", "Webseite", "E-Mail-Adresse", "Land", "Notiz"], "suppliers"),
        (["Produkt", "Marke", "Artikelnummer", "Farbe", "UVP", "Erscheinungsdatum"], "products"),
        (["id", "title", "brand", "price", "gtin", "link", "program_name"], "supplier-prices"),
    ],
)
def test_lists_that_people_write_themselves(header: list[str], key: str) -> None:
    found = candidates(header, [], PROFILES)
    assert (found[0].profile, is_certain(found)) == (key, True)


def test_a_report_with_fewer_columns_is_still_that_report() -> None:
    """Sellers choose which columns of a transaction report they get."""
    chosen = ["Transaction creation date", "Type", "Order number", "Net amount", "Item ID"]
    chosen += ["Item title", "Item subtotal", "Final Value Fee - variable", "Description"]
    found = candidates(chosen, [], PROFILES)
    assert (found[0].profile, is_certain(found)) == ("ebay-transactions", True)


def test_a_foreign_table_is_not_certain() -> None:
    assert not is_certain(candidates(["x", "y"], [], PROFILES))
    assert not is_certain(candidates(["n" * 5_000] * 50, [], PROFILES))
    assert not is_certain(candidates(["Name", "Street", "City", "Brand"], [], PROFILES))
    assert not is_certain(())


def test_equal_layouts_need_a_word() -> None:
    """What was bought somewhere may be a list of purchases or of stock."""
    header = ["Product", "Brand", "Size", "Supplier", "Acquired", "Cost"]
    found = candidates(header, [], PROFILES)
    assert {found[0].profile, found[1].profile} == {"purchases", "inventory-list"}
    assert not is_certain(found)


@pytest.mark.parametrize(
    "name", ["Order Number", "Listing Price", "Total Gross Amount (Total Payout)"]
)
def test_a_missing_column_is_named_and_certainty_gone(name: str) -> None:
    found = candidates([column for column in HEADER if column != name], [], PROFILES)
    report = next(candidate for candidate in found if candidate.profile == "stockx-sales")
    assert report.missing == (name,)
    assert not is_certain(found)


def test_without_the_column_of_kinds_sales_and_refunds_look_the_same() -> None:
    header, _ = read_table(resource_path("imports/examples/ebay-transactions.csv"))
    found = candidates([name for name in header if name != "Type"], [], PROFILES)
    assert found[0].missing == ("Type",)


def test_content_speaks_against_a_header() -> None:
    wrong = {"Sale Date": "yesterday", "Listing Price": "cheap"}
    good = candidates(HEADER, [sale(1)], PROFILES)
    bad = candidates(HEADER, [sale(1, wrong)], PROFILES)
    assert bad[0].confidence < good[0].confidence == 1.0
    assert not is_certain(bad)


def test_a_saved_profile_goes_before_the_shipped_one_it_came_from() -> None:
    text = resource_path("imports/profiles/stockx-sales.json").read_text("utf-8")
    mine = profile_from_json(text.replace('"stockx-sales"', '"my-stockx"'), "a.json")
    found = candidates(HEADER, [], [*PROFILES, mine])
    assert found[0].profile == "my-stockx"
    assert is_certain(found)
    twice = profile_from_json(text.replace('"stockx-sales"', '"other"'), "a.json")
    assert not is_certain(candidates(HEADER, [], [*PROFILES, mine, twice]))


def test_the_first_of_two_equal_columns_counts() -> None:
    placing = locate(builtin()["stockx-sales"], [*HEADER, "Item"])
    assert placing.places["name"] == HEADER.index("Item")
    assert placing.ties == {"name": (HEADER.index("Item"), len(HEADER))}


def test_the_title_then_the_longest_name_wins() -> None:
    profile = builtin()["inventory-list"]
    assert locate(profile, ["US Size", "Size"]).places["size"] == 1
    placing = locate(profile, ["Model", "Artikelbezeichnung"])
    assert (placing.places["name"], placing.ties) == (1, {})
    assert locate(profile, ["US Size", "EU Size"]).ties == {"size": (0, 1)}


def test_known_names_find_a_header_below_other_lines() -> None:
    known = known_names(PROFILES)
    assert {"transaction creation date", "typ", "groesse", "fashion swatch"} <= known
    assert "" not in known
    assert all(name == normalise(name) for name in known)


@pytest.mark.parametrize(
    ("kind", "cell", "readable"),
    [
        (Kind.AMOUNT, "1.234,56 €", True),
        (Kind.AMOUNT, "$1,045.99", True),
        (Kind.AMOUNT, "EUR129.95", True),
        (Kind.AMOUNT, "(12,00)", True),
        (Kind.AMOUNT, "-0.03", True),
        (Kind.AMOUNT, "N/A", False),
        (Kind.AMOUNT, "Dunk Low 2", False),
        (Kind.DAY, "2024-05-31 21:40:06 +00", True),
        (Kind.DAY, "9/1/17", True),
        (Kind.DAY, "31.12.2025", True),
        (Kind.DAY, "Jul-21-25", True),
        (Kind.DAY, "Dez 29, 2025", True),
        (Kind.DAY, "8. Juli 2022", True),
        (Kind.DAY, "10-Dez-25", True),
        (Kind.DAY, "DD1391-100", False),
        (Kind.DAY, "12.50", False),
        (Kind.TEXT, "anything", True),
    ],
)
def test_a_quick_look_at_cells(kind: Kind, cell: str, readable: bool) -> None:  # noqa: FBT001
    assert looks_like(kind, cell) is readable


def test_placeholders_are_blank() -> None:
    assert all(map(is_blank, ["", "  ", "N/A", "--", "null"]))
    assert not is_blank("0")
