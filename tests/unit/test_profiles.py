"""Layouts as data: the shipped ones, and how they travel as JSON."""

from __future__ import annotations

import csv
import dataclasses
import json
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.stockx_report import HEADER
from soleflip_desktop.connectors.files.profiles import (
    FOLDER,
    builtin,
    headers_of,
    normalise,
    profile_from_json,
    profile_to_json,
)
from soleflip_desktop.domain.errors import FileImportError
from soleflip_desktop.domain.import_fields import FIELDS, Kind, Target
from soleflip_desktop.domain.import_plan import (
    DateOrder,
    Identity,
    ImportMode,
    NumberStyle,
    Profile,
    ProfileColumn,
    RowRules,
)
from soleflip_desktop.resources import resource_path

SHIPPED = {
    "alias-sales",
    "awin-feed",
    "contest-2019",
    "ebay-earnings",
    "ebay-orders",
    "ebay-transactions",
    "inventory-list",
    "products",
    "purchases",
    "reseller-sheet",
    "soleflip-items",
    "soleflip-orders",
    "soleflip-products",
    "soleflip-purchases",
    "soleflip-suppliers",
    "stockx-sales",
    "supplier-prices",
    "suppliers",
}
SMALL = Profile("mine", "My list", Target.ITEMS, (ProfileColumn("name", ("A",)),), Identity.CONTENT)


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("\ufeffOrder Number", "order number"),
        ("ORDER_NUMBER ", "order number"),
        ("Total Gross Amount (Total Payout)", "total gross amount total payout"),
        ("Größe", "groesse"),
        ("GRÖSSE", "groesse"),
        ("Gro\u0308ße", "groesse"),
        ("Groesse", "groesse"),
        ("Händler", "Haendler"),
        ("Café", "cafe"),
        ("EK (€)", "ek"),
        ("VAT?", "vat"),
        ("VAT %", "vat pct"),
        ("---", ""),
    ],
)
def test_names_are_compared_without_case_accents_and_signs(name: str, same: str) -> None:
    assert normalise(name) == normalise(same) == same.casefold()


def test_a_rate_is_not_an_amount() -> None:
    assert normalise("VAT %") != normalise("VAT")


def test_all_layouts_are_shipped() -> None:
    assert set(builtin()) == SHIPPED
    assert all(key == profile.key and profile.builtin for key, profile in builtin().items())
    assert len({profile.title for profile in builtin().values()}) == len(SHIPPED)


@pytest.mark.parametrize("key", sorted(SHIPPED))
def test_a_shipped_file_is_as_the_app_would_write_it(key: str) -> None:
    text = resource_path(f"{FOLDER}/{key}.json").read_text("utf-8")
    assert profile_to_json(builtin()[key]) == text


@pytest.mark.parametrize("key", sorted(SHIPPED))
def test_no_name_belongs_to_two_columns_of_a_layout(key: str) -> None:
    profile = builtin()[key]
    names = [normalise(name) for c in profile.columns for name in {*map(normalise, c.headers)}]
    written = [*names, *map(normalise, profile.ignored)]
    written += {normalise(name) for name in profile.rows.kind_column}
    assert sorted(written) == sorted(set(written))
    for column in profile.columns:
        assert headers_of(column, profile)


def test_the_stockx_report_is_known_whole() -> None:
    profile = builtin()["stockx-sales"]
    assert profile.identity is Identity.NUMBER
    assert profile.mode is ImportMode.INSERT
    assert (profile.platform, profile.account, profile.currency) == ("stockx", "StockX", None)
    known = [name for column in profile.columns for name in column.headers] + [*profile.ignored]
    assert sorted(known) == sorted(HEADER)
    required = {c.field for c in profile.columns if c.required}
    assert required == {"external_id", "sold_at", "name", "gross", "gross_currency"}
    assert [c.field for c in profile.columns if c.expected] == ["payout"]
    amounts = [c for c in profile.columns if FIELDS[Target.SALES][c.field].kind is Kind.AMOUNT]
    assert {c.number for c in amounts} == {NumberStyle.POINT}


def test_the_content_of_contest_rows_keeps_its_order() -> None:
    """Keys of sales that are stored already were made of these cells in this order."""
    fields = "sold_at label name gross retail_price release_date size buyer_region"
    assert [c.field for c in builtin()["contest-2019"].columns] == fields.split()


def test_numbers_of_columns_in_the_real_reports() -> None:
    ebay = builtin()["ebay-orders"]
    assert {"eBay International Shipping", "Lumber Fee", "Tracking Number"} <= {*ebay.ignored}
    awin = builtin()["awin-feed"]
    assert len(awin.columns) + len(awin.ignored) == 92
    sheet = builtin()["reseller-sheet"]
    assert len(sheet.columns) + len(sheet.ignored) >= 42


def test_the_board_statuses_are_translated() -> None:
    column = next(c for c in builtin()["reseller-sheet"].columns if c.field == "item_status")
    words = "Incoming,Available,Consigned,Need Shipping,Packed,Outgoing,Sale completed,Cancelled"
    ours = "incoming,available,consigned,to_ship,packed,shipped,completed,cancelled"
    assert [column.values[word] for word in words.split(",")] == ours.split(",")


def test_fees_that_are_negative_in_the_file_are_turned() -> None:
    for key in ("ebay-transactions", "ebay-earnings", "soleflip-orders"):
        turned = {c.field for c in builtin()[key].columns if c.negate}
        assert {"seller_fee", "payment_processing", "advertising"} <= turned
        assert not turned & {"gross", "payout", "vat", "shipping_income"}
    assert not any(c.negate for c in builtin()["stockx-sales"].columns)


fields = st.sampled_from(sorted(FIELDS[Target.ITEMS]))
texts = st.text(min_size=1, max_size=12)
columns = st.builds(
    ProfileColumn,
    fields,
    st.lists(texts, max_size=3).map(tuple),
    st.booleans(),
    st.booleans(),
    st.none() | st.sampled_from(NumberStyle),
    st.none() | st.sampled_from(DateOrder),
    st.booleans(),
)
profiles = st.builds(
    Profile,
    key=texts,
    title=texts,
    target=st.just(Target.ITEMS),
    columns=st.lists(columns, max_size=5, unique_by=lambda c: c.field).map(tuple),
    identity=st.sampled_from(Identity),
    mode=st.sampled_from(ImportMode),
    platform=st.none() | texts,
    ignored=st.lists(texts, max_size=20).map(tuple),
    rows=st.builds(RowRules, kind_column=st.lists(texts, max_size=2).map(tuple)),
)


@given(profiles)
def test_a_profile_survives_its_json(profile: Profile) -> None:
    assert profile_from_json(profile_to_json(profile), "a.json") == profile


def test_one_column_stands_in_one_line() -> None:
    lines = profile_to_json(builtin()["stockx-sales"]).splitlines()
    assert sum(line.startswith('    {"field": ') for line in lines) == 21
    assert "builtin" not in profile_to_json(builtin()["stockx-sales"])


def test_a_byte_order_mark_does_no_harm() -> None:
    assert profile_from_json("\ufeff" + profile_to_json(SMALL), "a.json") == SMALL


def _with(**changes: object) -> str:
    return json.dumps(json.loads(profile_to_json(SMALL)) | changes)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no json", "not a shared profile"),
        ("[" * 100_000, "not a shared profile"),
        ("[]", "profile"),
        ("{}", "at “key”"),
        (_with(colour="red"), "“colour” is not a part of a profile"),
        (_with(builtin=True), "“builtin” is not a part of a profile"),
        (_with(rows={"feet": []}), "at “rows”: “feet” is not a part"),
        (_with(columns=[{"field": "name", "header": "A"}]), "“columns.0”: “header” is not a part"),
        (_with(columns=[{"field": "price", "headers": []}]), "no field “price” for items"),
        (_with(columns=[{"field": "name", "headers": []}] * 2), "has a column already"),
        (_with(columns=3), "at “columns”"),
        (_with(target="cars"), "at “target”"),
        (_with(identity="face"), "at “identity”"),
        (
            _with(columns=[{"field": "item_status", "headers": [], "values": {"a": "gone"}}]),
            "“gone” is no value of “Status”",
        ),
        (_with(rows={"charges": {"Tip": "tip"}}), "“tip” is no kind of charge"),
        (_with(rows={"needs": ["line_id"]}), "no column for “line_id”"),
        (_with(rows={"footers": ["("]}), "not a regular expression"),
        (_with(zone="Mars/X"), "at “zone”: “Mars/X” is no time zone"),
        (_with(zone="../passwd"), "“../passwd” is no time zone; write one like Europe/Berlin"),
    ],
)
def test_what_is_wrong_with_a_shared_file_is_told(text: str, told: str) -> None:
    with pytest.raises(FileImportError) as error:
        profile_from_json(text, "Mai.json")
    assert str(error.value).startswith("Mai.json: ")
    assert told in str(error.value)
    assert len(str(error.value)) < 400


def test_the_names_of_a_field_stand_in_for_those_of_a_column() -> None:
    bare = dataclasses.replace(SMALL, columns=(ProfileColumn("size", ()),))
    assert {"Size", "Größe", "US Size"} <= {*headers_of(bare.columns[0], bare)}
    assert headers_of(SMALL.columns[0], SMALL) == ("A",)


def test_recognition_needs_neither_polars_nor_pydantic() -> None:
    """The window starts with it; pydantic comes with the first profile that is read."""
    code = (
        "import sys, soleflip_desktop.connectors.files.planning,"
        "soleflip_desktop.connectors.files.suggestions,"
        "soleflip_desktop.connectors.files.templates;"
        "print([m for m in ('polars', 'numpy', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_example_amounts_of_ebay_add_up() -> None:
    """The lines of an order of several units are what its roll-up says."""
    path = resource_path("imports/examples/ebay-transactions.csv")
    lines = path.read_text("utf-8-sig").splitlines()[11:]
    rows = [r for r in csv.DictReader(lines) if r["Order number"] == "11-00001-00003"]
    assert [row["Item ID"] == "--" for row in rows] == [True, False, False]
    parts = ("Item subtotal", "Shipping and handling", "Final Value Fee - fixed")
    lined = sum(Decimal(row[p]) for row in rows[1:] for p in (*parts, "Final Value Fee - variable"))
    assert lined == Decimal(rows[0]["Net amount"])


def test_every_layout_is_described() -> None:
    """Docs name each layout, each of its fields and every header by which it is known."""
    path = resource_path("").parent / "docs" / "imports.md"
    if not path.is_file():
        pytest.skip("an installed app has no docs")
    text = path.read_text("utf-8")
    for profile in builtin().values():
        part = text.partition(f"(`{profile.key}`)")[2].partition("\n### ")[0]
        for column in profile.columns:
            assert f"| {FIELDS[profile.target][column.field].title}" in part
            assert all(name in part for name in headers_of(column, profile))
