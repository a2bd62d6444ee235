"""Rows that are a unit, its purchase or its sale: which stored unit they mean and change."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from helpers.import_runs import Imports
from helpers.record_image import record_image
from helpers.stockx_report import sale, write_rows
from soleflip_desktop.connectors.files.templates import example_path
from soleflip_desktop.domain.import_plan import ImportMode
from soleflip_desktop.domain.integration import ImportAction, ImportResult, RowClass
from soleflip_desktop.services.integration import IntegrationService

pytestmark = pytest.mark.db

_NAMES = (
    "Name,SKU,Brand,Size,Supplier,Order No.,Invoice Nr.,Buy Date,Gross Buy,VAT?,Currency,Status,"
    "Location,Notes,Sale Platform,Sale ID,Sale Date,Gross Sale,Net Sale"
)
SHEET = _NAMES.split(",")
BOUGHT = {
    "Name": "Nike Dunk Low Retro Panda",
    "SKU": "DD1391-100",
    "Brand": "Nike",
    "Size": "US 9",
    "Supplier": "Sample Shop",
    "Order No.": "PO-1",
    "Buy Date": "2024-03-21",
    "Gross Buy": "80.00",
    "Currency": "EUR",
}
SOLD = {
    "Sale Platform": "StockX",
    "Sale ID": "00000001-00000001",
    "Sale Date": "2024-05-31",
    "Gross Sale": "100.00",
    "Net Sale": "85.00",
}


class Sheets:
    """Imports spreadsheets of the given cells."""

    def __init__(self, imports: Imports, folder: Path) -> None:
        self.imports = imports
        self._folder = folder

    def write(self, rows: Sequence[dict[str, str]], header: Sequence[str] = SHEET) -> Path:
        path = self._folder / "sheet.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header, restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path

    def run(self, *rows: dict[str, str], **choices: Any) -> ImportResult:
        return self.imports.run(self.write(rows), profile="reseller-sheet", **choices)

    def run_list(self, *rows: dict[str, str], **choices: Any) -> ImportResult:
        """Columns as the rows have them."""
        header = list(dict.fromkeys(name for row in rows for name in row))
        return self.imports.run(self.write(rows, header), **choices)

    def report(self, *numbers: int) -> ImportResult:
        """StockX's own report of sales."""
        path = self._folder / "report.csv"
        return self.imports.run(write_rows(path, [sale(n) for n in numbers]))

    def items(self, columns: str) -> list[tuple[Any, ...]]:
        """`location` is the path of the place."""
        return self.imports.rows(
            f"SELECT {columns} FROM (SELECT i.*, l.path AS location FROM inventory.item i "
            "LEFT JOIN inventory.location l ON l.id = i.location_id) i ORDER BY id"
        )

    def orders(self, columns: str) -> list[tuple[Any, ...]]:
        return self.imports.rows(f"SELECT {columns} FROM transactions.order ORDER BY id")


@pytest.fixture
def sheets(imports: Imports, tmp_path: Path) -> Sheets:
    return Sheets(imports, tmp_path)


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    return result.imported, result.changed, result.unchanged, result.conflicts


# -- which unit a row is about -------------------------------------------------------------------


def test_the_kth_row_of_a_purchase_is_its_kth_unit(sheets: Sheets) -> None:
    rows = [BOUGHT, {**BOUGHT, "Size": "US 10"}, BOUGHT]
    assert counts(sheets.run(*rows)) == (3, 0, 0, 0)
    again = [{**row, "Location": f"Shelf {n}"} for n, row in enumerate(rows)]
    assert counts(sheets.run(*again)) == (0, 3, 0, 0)
    assert sheets.items("location") == [("Shelf 0",), ("Shelf 1",), ("Shelf 2",)]
    assert counts(sheets.run(*again)) == (0, 0, 3, 0)


def test_another_number_of_units_than_stored_is_a_conflict(sheets: Sheets) -> None:
    sheets.run(BOUGHT, BOUGHT)
    result = sheets.run(BOUGHT, {**BOUGHT, "Size": "US 10"})
    assert counts(result) == (1, 0, 0, 1)
    (issue,) = result.issues
    assert "PO-1 has 2 units of this size stored and 1 in the file" in issue.message
    assert "Unit ID" in issue.message
    assert len(sheets.items("id")) == 3


def test_a_number_of_ours_that_does_not_exist_is_a_conflict(sheets: Sheets) -> None:
    sheets.run(BOUGHT)
    ((unit,),) = sheets.items("id")
    row = {"Unit ID": str(unit), "Product": BOUGHT["Name"], "Style code": BOUGHT["SKU"]}
    row |= {"Size": "9", "Status": "available", "Location": "Shelf 9"}
    lost = {**row, "Unit ID": "987654"}
    result = sheets.run_list(row, lost, row, profile="soleflip-items")
    assert (result.changed, result.conflicts) == (1, 2)
    assert [issue.message for issue in result.issues] == [
        "There is no unit with the number 987654.",
        "Row 1 of this file is about the same unit.",
    ]
    assert sheets.items("location") == [("Shelf 9",)]


def test_the_same_row_without_a_number_comes_in_once(sheets: Sheets) -> None:
    row = {**BOUGHT, "Order No.": ""}
    assert counts(sheets.run(row, row)) == (2, 0, 0, 0)
    again = sheets.run(row, row, row)
    assert (again.imported, again.duplicates) == (1, 2)


# -- units that a sale has brought ---------------------------------------------------------------


def test_a_row_with_the_number_of_a_stored_sale_fills_in_its_units_cost(sheets: Sheets) -> None:
    sheets.report(1)
    (before,) = sheets.orders("sold_at, gross_amount, payout_amount, payout_id, version")
    result = sheets.run({**BOUGHT, **SOLD, "Status": "Sale completed"})
    assert counts(result) == (0, 1, 0, 0)
    facts = "cost_gross::text, cost_currency, purchase_order_number, status"
    assert sheets.items(facts) == [("80.00", "EUR", "PO-1", "completed")]
    assert sheets.orders("sold_at, gross_amount, payout_amount, payout_id, version") == [before]
    assert counts(sheets.run({**BOUGHT, **SOLD, "Status": "Sale completed"})) == (0, 0, 1, 0)


def test_a_list_of_numbers_alone_finds_the_units_too(sheets: Sheets) -> None:
    sheets.report(1)
    row = {**BOUGHT, "Sale Platform": "StockX", "Sale ID": SOLD["Sale ID"]}
    assert counts(sheets.run(row)) == (0, 1, 0, 0)
    assert sheets.items("cost_gross::text") == [("80.00",)]


def test_the_number_of_the_sale_goes_before_the_place_in_the_purchase(sheets: Sheets) -> None:
    """The unit that is sold need not be the purchase's first row."""
    sheets.report(1)
    rows = [{**BOUGHT, "Location": "here"}, {**BOUGHT, **SOLD, "Location": "gone"}]
    assert counts(sheets.run(*rows)) == (1, 1, 0, 0)
    assert sheets.items("location") == [("gone",), ("here",)]
    assert counts(sheets.run(*rows)) == (0, 0, 2, 0)
    assert counts(sheets.run(*rows[::-1])) == (0, 0, 2, 0)
    assert len(sheets.orders("id")) == 1


def test_a_list_without_sales_does_not_put_a_sold_unit_back(sheets: Sheets) -> None:
    sheets.run({**BOUGHT, **SOLD, "Status": "Sale completed"})
    result = sheets.run({**BOUGHT, "Status": "In stock", "Location": "Shelf 1"})
    assert counts(result) == (0, 1, 0, 0)
    assert sheets.items("status, location") == [("completed", "Shelf 1")]


# -- a stored unit is sold -----------------------------------------------------------------------


@pytest.mark.parametrize("status", ["Sale completed", ""])
def test_a_sheet_that_brings_the_sale_of_a_stored_unit_sells_it(
    sheets: Sheets, status: str
) -> None:
    sheets.run({**BOUGHT, "Status": "In stock"}, {**BOUGHT, "Order No.": "PO-2"})
    image = record_image(sheets.imports)
    stored = {**BOUGHT, "Order No.": "PO-2"}
    result = sheets.run({**BOUGHT, **SOLD, "Status": status}, stored)
    assert counts(result) == (0, 1, 1, 0)
    assert sheets.items("status") == [("completed",), ("available",)]
    ((unit,), _) = sheets.items("id")
    found = "external_id, item_id, status, gross_amount::text, payout_amount::text"
    assert sheets.orders(found) == [
        ("00000001-00000001", unit, "completed", "100.00", "85.00"),
    ]
    lines = sheets.imports.rows("SELECT kind, amount::text FROM transactions.transaction")
    assert lines == [("unitemised", "-15.00")]
    assert sheets.imports.unbalanced() == []
    events = sheets.imports.rows(
        "SELECT aggregate_id, data ->> 'from', data ->> 'to', data ->> 'correction' "
        "FROM system.event_store WHERE event_type = 'item.status_changed'"
    )
    assert events == [(unit, "available", "completed", f"import {result.batch_id}")]
    undone = asyncio.run(IntegrationService(sheets.imports.database).undo(result.batch_id or 0))
    assert (undone.reverted, undone.kept) == (1, ())
    assert record_image(sheets.imports) == image


def test_what_a_sale_changes_is_shown_before_it_is_written(sheets: Sheets) -> None:
    sheets.run(BOUGHT)
    checked = sheets.run({**BOUGHT, **SOLD}, action=ImportAction.CHECK)
    service = IntegrationService(sheets.imports.database)
    (row,) = asyncio.run(service.review_rows(checked.batch_id or 0, RowClass.CHANGED, 0, 10))
    assert ("item_status", "available", "completed") in {
        (change.field, change.old, change.new) for change in row.changes
    }
    assert sheets.orders("id") == []
    assert sheets.imports.again(checked.batch_id or 0, ImportAction.RUN).changed == 1
    assert sheets.items("status") == [("completed",)]


def test_a_platform_that_nobody_knows_is_a_conflict(sheets: Sheets) -> None:
    result = sheets.run(
        {**BOUGHT, **SOLD, "Sale Platform": "Flohmarkt"},
        {**BOUGHT, **SOLD, "Sale Platform": "", "Order No.": "PO-2"},
        {**BOUGHT, "Order No.": "PO-3", "Sale Platform": "Flohmarkt"},
    )
    assert counts(result) == (1, 0, 0, 2)
    first, second = result.issues
    assert "“Flohmarkt” is no platform that we know" in first.message
    assert "names no platform" in second.message
    mapped = sheets.run(
        {**BOUGHT, **SOLD, "Sale Platform": "Flohmarkt"},
        values={"platform": {"Flohmarkt": "other"}},
    )
    assert counts(mapped) == (1, 0, 0, 0)


def test_a_number_that_another_units_sale_has_is_a_conflict(sheets: Sheets) -> None:
    sheets.run({**BOUGHT, **SOLD}, {**BOUGHT, "Order No.": "PO-2"})
    ((unit,), _) = sheets.items("id")
    row = {"Unit ID": str(unit + 1), "Product": BOUGHT["Name"], "Platform": "stockx"}
    row |= {"Order number": SOLD["Sale ID"], "Sold on": "2024-06-01", "Sale price": "90.00"}
    row |= {"Currency": "EUR", "Style code": BOUGHT["SKU"], "Size": "9", "Status": "completed"}
    fields = ("external_id", "sold_at", "gross", "gross_currency", "platform")
    headers = ("Order number", "Sold on", "Sale price", "Currency", "Platform")
    columns = dict(zip(headers, fields, strict=True))
    result = sheets.run_list(row, profile="soleflip-items", columns=columns)
    assert counts(result) == (0, 0, 0, 1)
    assert f"Order {SOLD['Sale ID']} is stored already, for unit {unit}." in (
        result.issues[0].message
    )
    assert sheets.items("status") == [("completed",), ("available",)]


def test_a_unit_that_is_sold_already_is_not_sold_again(sheets: Sheets) -> None:
    """Another number is another sale, unless our own number says which unit it is."""
    sheets.run({**BOUGHT, **SOLD})
    result = sheets.run({**BOUGHT, **SOLD, "Sale ID": "00000002-00000002", "Net Sale": "70.00"})
    assert counts(result) == (0, 0, 0, 1)
    assert f"is sold already, as order {SOLD['Sale ID']}" in result.issues[0].message
    assert sheets.orders("external_id, payout_amount::text") == [(SOLD["Sale ID"], "85.00")]


def test_an_order_of_lines_is_known_without_its_line_where_it_has_one(
    sheets: Sheets, tmp_path: Path
) -> None:
    """A sheet has eBay's order number, the report has the number of the item too."""
    more = 'Order,1-2,{},"Jan 5, 2026",Samba US {},1,50.00,USD,-5.00,0,0,45.00,P1'
    path = ebay_payments(tmp_path, more.format(78, 8), more.format(79, 9))
    assert sheets.imports.run(path, profile="ebay-transactions").imported == 3
    sold = {**SOLD, "Sale Platform": "eBay", "Sale ID": "1-1", "Sale Date": "2026-01-05"}
    sold |= {"Net Sale": "87.00", "Currency": "USD"}
    result = sheets.run(
        {**BOUGHT, **sold},
        {**BOUGHT, **sold, "Sale ID": "1-2", "Order No.": "PO-2"},
        {**BOUGHT, **sold, "Sale ID": "1-2/79", "Order No.": "PO-3", "Gross Sale": "50.00"}
        | {"Net Sale": "45.00"},
    )
    assert counts(result) == (0, 2, 0, 1)
    assert "Order 1-2 is stored with 2 units; add the line" in result.issues[0].message
    assert sheets.items("cost_gross::text") == [("80.00",), (None,), ("80.00",)]
    assert sheets.orders("external_id") == [("1-1/77",), ("1-2/78",), ("1-2/79",)]


def test_a_number_twice_in_one_sheet_is_one_sale(sheets: Sheets) -> None:
    rows = [{**BOUGHT, **SOLD}, {**BOUGHT, **SOLD}, {**BOUGHT, **SOLD, "Net Sale": "70.00"}]
    result = sheets.run(*rows)
    assert (result.imported, result.duplicates, result.rejected) == (1, 1, 1)
    assert "stands twice" in result.issues[0].message


# -- suppliers -----------------------------------------------------------------------------------


def test_suppliers_are_made_once_and_go_with_the_import(sheets: Sheets) -> None:
    empty = record_image(sheets.imports)
    rows = [{**BOUGHT, "Supplier": name, "Order No.": name} for name in ("Shop", "SHOP", "Other")]
    result = sheets.run(*rows)
    names = "SELECT name FROM suppliers.supplier ORDER BY name"
    assert sheets.imports.rows(names) == [("Other",), ("Shop",)]
    made = sheets.imports.rows(
        "SELECT operation, batch_id FROM integration.import_change WHERE entity = 'supplier'"
    )
    assert made == [("I", result.batch_id)] * 2
    moved = sheets.run({**rows[2], "Supplier": "Third"}, action=ImportAction.CHECK)
    assert counts(moved) == (0, 1, 0, 0)
    service = IntegrationService(sheets.imports.database)
    (row,) = asyncio.run(service.review_rows(moved.batch_id or 0, RowClass.CHANGED, 0, 10))
    assert [(c.field, c.old, c.new) for c in row.changes] == [("supplier", "Other", "Third")]
    sheets.imports.again(moved.batch_id or 0, ImportAction.RUN)
    assert sheets.imports.rows(names) == [("Other",), ("Shop",), ("Third",)]
    asyncio.run(service.undo(moved.batch_id or 0))
    asyncio.run(service.undo(result.batch_id or 0))
    assert record_image(sheets.imports) == empty


# -- what an update may do -----------------------------------------------------------------------


def test_an_update_never_blanks_and_says_so_to_empty(sheets: Sheets) -> None:
    full = {**BOUGHT, "Location": "Shelf 1", "Notes": "worn once", "Invoice Nr.": "R-1"}
    sheets.run(full)
    facts = "location, notes, purchase_invoice_number, cost_gross::text, supplier_id IS NULL"
    blank = {**BOUGHT, "Gross Buy": "", "Currency": "", "Supplier": "", "Notes": "N/A"}
    assert counts(sheets.run(blank)) == (0, 0, 1, 0)
    assert sheets.items(facts) == [("Shelf 1", "worn once", "R-1", "80.00", False)]
    emptied = {**full, "Location": "<empty>", "Supplier": "<empty>", "Gross Buy": "<empty>"}
    emptied["Currency"] = ""
    assert counts(sheets.run(emptied)) == (0, 1, 0, 0)
    assert sheets.items(facts) == [(None, "worn once", "R-1", None, True)]
    assert counts(sheets.run(emptied)) == (0, 0, 1, 0)


@pytest.mark.parametrize("column", ["Status", "Gross Sale", "Sale Date"])
def test_what_a_record_must_have_cannot_be_emptied(sheets: Sheets, column: str) -> None:
    sheets.run({**BOUGHT, **SOLD})
    result = sheets.run({**BOUGHT, **SOLD, column: "<empty>"})
    assert (result.changed, result.conflicts + result.rejected) == (0, 1)
    assert "emptied" in result.issues[0].message
    assert sheets.orders("gross_amount::text, payout_amount::text") == [("100.00", "85.00")]


@pytest.mark.parametrize(
    ("mode", "classes", "locations"),
    [
        (ImportMode.INSERT, ["unchanged", "new"], [None, "Shelf 2"]),
        (ImportMode.UPDATE, ["changed", "skipped"], ["Shelf 1"]),
        (ImportMode.BOTH, ["changed", "new"], ["Shelf 1", "Shelf 2"]),
    ],
)
def test_the_mode_decides_what_may_happen(
    sheets: Sheets, mode: ImportMode, classes: list[str], locations: list[str | None]
) -> None:
    sheets.run(BOUGHT)
    rows = [
        {**BOUGHT, "Location": "Shelf 1"},
        {**BOUGHT, "Order No.": "PO-2", "Location": "Shelf 2"},
    ]
    checked = sheets.run(*rows, action=ImportAction.CHECK, mode=mode)
    service = IntegrationService(sheets.imports.database)
    review = asyncio.run(service.review_rows(checked.batch_id or 0, None, 0, 10))
    assert [row.row_class for row in review] == classes
    sheets.imports.again(checked.batch_id or 0, ImportAction.RUN)
    assert [location for (location,) in sheets.items("location")] == locations


# -- eBay: one report brings the orders, another completes them -----------------------------------


def ebay_orders(folder: Path) -> Path:
    header = ["Order Number", "Item Number", "Item Title", "Quantity", "Sold For", "Sale Date"]
    header += ["Sales Record Number"]
    row = ["1-1", "77", "Nike Dunk Low US 9", "1", "$100.00", "Jan-05-26", "1"]
    return write_rows(folder / "orders.csv", [row], header=header)


def ebay_payments(folder: Path, *more: str) -> Path:
    path = folder / "payments.csv"
    header = "Type,Order number,Item ID,Transaction creation date,Item title,Quantity,"
    header += "Item subtotal,Transaction currency,Final Value Fee - variable,"
    header += '"Very high ""item not as described"" fee",Charity donation,Net amount,Payout ID'
    row = 'Order,1-1,77,"Jan 5, 2026",Nike Dunk Low US 9,1,100.00,USD,-10.00,-2.00,-1.00,87.00,P1'
    path.write_text("\n".join([header, row, *more, ""]), encoding="utf-8")
    return path


def test_the_payments_report_completes_what_the_orders_report_brought(
    sheets: Sheets, tmp_path: Path
) -> None:
    imports = sheets.imports
    assert imports.run(ebay_orders(tmp_path), profile="ebay-orders").imported == 1
    result = imports.run(ebay_payments(tmp_path), profile="ebay-transactions")
    assert counts(result) == (0, 1, 0, 0)
    found = "external_id, gross_amount::text, payout_amount::text"
    assert sheets.orders(found) == [("1-1/77", "100.00", "87.00")]
    lines = imports.rows("SELECT kind, amount::text, source FROM transactions.transaction")
    assert sorted(lines) == [
        ("adjustment", "-1.00", "itemised"),
        ("seller_fee", "-12.00", "itemised"),
    ]
    assert imports.unbalanced() == []
    assert imports.run(ebay_orders(tmp_path), profile="ebay-orders").duplicates == 1
    assert imports.run(ebay_payments(tmp_path), profile="ebay-transactions").unchanged == 1


def test_a_refund_in_a_later_report_reaches_the_stored_order(
    sheets: Sheets, tmp_path: Path
) -> None:
    imports = sheets.imports
    imports.run(ebay_payments(tmp_path), profile="ebay-transactions")
    refund = 'Refund,1-1,,"Jan 9, 2026",,,,USD,,,,-20.00,P2'
    later = imports.run(ebay_payments(tmp_path, refund), profile="ebay-transactions")
    assert (later.changed, later.skipped) == (1, 1)
    assert sheets.orders("payout_amount::text") == [("67.00",)]
    assert imports.unbalanced() == []
    image = record_image(imports)
    shorter = imports.run(ebay_payments(tmp_path), profile="ebay-transactions")
    assert (shorter.changed, shorter.unchanged) == (0, 1)
    assert "differs_from_stored" in {remark.code for remark in shorter.remarks}
    assert record_image(imports) == image


def test_every_example_of_units_comes_twice_without_a_change(sheets: Sheets) -> None:
    for key in ("reseller-sheet", "purchases", "inventory-list", "ebay-orders"):
        sheets.imports.run(example_path(key))
    image = record_image(sheets.imports)
    for key in ("reseller-sheet", "purchases", "inventory-list", "ebay-orders"):
        result = sheets.imports.run(example_path(key))
        assert (result.imported, result.changed, result.conflicts) == (0, 0, 0), key
    assert record_image(sheets.imports) == image
