"""Templates and examples: what the app hands out it takes back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from helpers.sketches import read_table, sketch
from soleflip_desktop.connectors.files.planning import propose, settle
from soleflip_desktop.connectors.files.profiles import builtin
from soleflip_desktop.connectors.files.recognise import candidates, is_certain, locate
from soleflip_desktop.connectors.files.scan import scan_file
from soleflip_desktop.connectors.files.sketch import sketch_file
from soleflip_desktop.connectors.files.templates import FOLDER, example_path, template_text
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.import_fields import FIELDS, Kind
from soleflip_desktop.domain.import_plan import PlanChoices, Profile
from soleflip_desktop.resources import resource_path

PROFILES = tuple(builtin().values())
EXAMPLES = sorted(resource_path(FOLDER).glob("*.csv*"))


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.key)
def test_a_template_is_known_with_all_its_columns(profile: Profile) -> None:
    text = template_text(profile)
    header = next(csv.reader(io.StringIO(text, newline="")))
    assert text.endswith("\n")
    assert len(text.splitlines()) == 1
    placing = locate(profile, header)
    assert list(placing.places) == [column.field for column in profile.columns]
    assert not placing.ties
    found = candidates(header, [], PROFILES)
    assert (found[0].profile, is_certain(found)) == (profile.key, True)
    questions = propose(sketch(header), PROFILES, PlanChoices(currency="EUR"))[1]
    assert questions == ()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_leaves_nothing_open(path: Path) -> None:
    found = sketch_file(path, PROFILES, PlanChoices())
    assert found.certain
    plan, questions = propose(found, PROFILES, PlanChoices())
    assert questions == ()
    assert plan.profile == path.name.split(".")[0].removesuffix("-de")
    assert plan.header == tuple(read_table(path)[0])
    scan = scan_file(path, plan, CancelToken())
    plan, questions = settle(plan, scan, PlanChoices())
    assert questions == ()
    assert 8 <= scan.rows <= 20
    for column in plan.columns:
        kind = FIELDS[plan.target][column.field].kind
        assert column.number is not None or kind is not Kind.AMOUNT
        assert column.dates is not None or kind not in {Kind.DAY, Kind.INSTANT}


def test_the_quirks_of_real_files_are_in_the_examples() -> None:
    texts = {path.name: path.read_bytes().decode() for path in EXAMPLES if path.suffix == ".csv"}
    assert "N/A" in texts["stockx-sales.csv"]
    assert ",-0.03,EUR" in texts["stockx-sales.csv"]
    assert ",,N/A," in texts["stockx-sales.csv"]
    assert texts["stockx-sales.csv"].count("\n") > len(read_table(example_path("stockx-sales"))[1])
    for name in ("ebay-orders.csv", "ebay-transactions.csv", "ebay-transactions-de.csv"):
        assert texts[name].startswith("\ufeff")
    assert "record(s) downloaded" in texts["ebay-orders.csv"]
    assert "Seller ID" in texts["ebay-orders.csv"]
    for kind in ("Refund", "Hold", "Payout", "Other fee", "Shipping label"):
        assert f",{kind}," in texts["ebay-transactions.csv"]
    assert '"Dez 05, 2025"' in texts["ebay-transactions-de.csv"]
    assert '"1.249,50"' in texts["ebay-transactions-de.csv"]
    assert '="' in texts["inventory-list.csv"].replace('""', '"')
    assert ";" in texts["purchases.csv"].splitlines()[0]


def test_no_example_names_anybody() -> None:
    for path in EXAMPLES:
        header, rows = read_table(path)
        for row in rows:
            for name, cell in zip(header, row, strict=True):
                if "@" in cell or "http" in cell:
                    assert "example.invalid" in cell, (path.name, name)


def test_the_packed_example_is_the_same_on_every_day() -> None:
    data = example_path("awin-feed").read_bytes()
    assert data[:2] == b"\x1f\x8b"
    assert data[4:8] == bytes(4)


def test_an_example_that_there_is_not_is_told() -> None:
    assert example_path("ebay-orders").name == "ebay-orders.csv"
    with pytest.raises(NotFoundError, match="no example for “mine”"):
        example_path("mine")
