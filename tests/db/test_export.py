"""Tables as CSV: which columns they have, and that they import again as they are."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path

import pytest

from helpers.import_runs import Imports
from helpers.staged_loads import StagedLoads
from helpers.stockx_report import sale, write_rows
from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import export
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import Identity
from soleflip_desktop.services.system import SystemService

pytestmark = pytest.mark.db

HEADERS = {
    "items": "Unit ID, Product, Brand, Style code, Category, Size, Size system, Status, Condition, "
    "Box, Location, Tags, Notes, Order number, Sold on, Sale price, Sale currency, Payout, "
    "Payout currency",
    "orders": "Order ID, Order number, Platform, Account, Status, Sold on, Product, Brand, "
    "Style code, Category, Size, Size system, Sale price, Currency, Seller fee, "
    "Payment processing, Shipping, Advertising, Cash-out fee, Refund, Other charges, VAT, "
    "Rounding, Unitemised, Payout, Payout currency, Paid on, Payout reference, Buyer country, "
    "Buyer region, Cost, Cost currency",
    "purchases": "Unit ID, Product, Brand, Style code, Size, Size system, Supplier, "
    "Purchase order number, Purchase invoice number, Acquired, Delivered, Return until, Cost, "
    "Net cost, Inbound cost, Cost currency, VAT scheme, VAT %",
    "products": "Product ID, Product, Brand, Category, Style code, Colourway, Audience, "
    "Release date, Retail price, Retail currency, Image",
    "suppliers": "Supplier ID, Supplier, Kind, Website, E-mail, Country, VAT number, "
    "Return policy days, Status, Notes",
}
#: With commas, quotes, line breaks, a leading zero and every column that a person may fill.
PURCHASE = """
INSERT INTO inventory.location (name) VALUES ('Store, "back"'), ('A/1');
INSERT INTO inventory.location (parent_id, name)
    SELECT id, 'Shelf 1' FROM inventory.location WHERE name LIKE 'Store%';
UPDATE inventory.item SET condition = 'very_good', box_state = 'damaged',
    location_id = (SELECT id FROM inventory.location WHERE name = 'Shelf 1'),
    tags = ARRAY['to photograph', '2nd "A" grade'],
    notes = E'two\nlines "quoted"', purchase_order_number = '000123',
    purchase_invoice_number = 'R-1', acquired_at = '2024-03-01 10:00:00+00',
    delivered_at = '2024-03-04 00:00:00+00', return_until = '2024-03-18', cost_gross = 119.00,
    cost_inbound = 4.90,
    cost_net = 100.00, cost_currency = 'EUR', vat_scheme = 'standard', vat_pct = 19,
    supplier_id = (SELECT id FROM suppliers.supplier LIMIT 1)
WHERE id = (SELECT min(id) FROM inventory.item)
"""
SUPPLIER = {
    "supplier": "Müller & Söhne",
    "supplier_kind": "shop",
    "website": "https://x.test",
    "email": "shop@x.test",
    "country": "DE",
    "vat_number": "DE000000000",
    "return_policy_days": 30,
    "supplier_status": "paused",
    "notes": "a;b",
}
PRODUCT = {
    "name": "Samba OG",
    "brand": "adidas",
    "style": "0560771",
    "colourway": "Cloud White",
    "audience": "unisex",
    "release_date": "2024-01-05",
    "retail_price": "119.95",
    "retail_currency": "EUR",
    "image_url": "https://x.test/samba.jpg",
}


@pytest.fixture
def filled(database: Database, imports: Imports, tmp_path: Path) -> Database:
    loads = StagedLoads(database)
    loads.run(Target.SUPPLIERS, [SUPPLIER, {"supplier": "Plain"}], Identity.NAME)
    loads.run(Target.PRODUCTS, [PRODUCT], Identity.NAME)
    imports.run(write_rows(tmp_path / "may.csv", [sale(number) for number in range(1, 6)]))
    loads.execute(PURCHASE)
    return database


def exported(database: Database, table: str, folder: Path) -> Path:
    path = folder / f"{table}.csv"
    assert asyncio.run(SystemService(database).export(table, path)) == path.stat().st_size
    return path


@pytest.mark.parametrize("table", HEADERS)
def test_the_columns_of_a_table(filled: Database, tmp_path: Path, table: str) -> None:
    with exported(filled, table, tmp_path).open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    assert ", ".join(header) == HEADERS[table]
    assert len(rows) == {"products": 2, "suppliers": 2}.get(table, 5)


def test_what_an_order_says(filled: Database, tmp_path: Path) -> None:
    with exported(filled, "orders", tmp_path).open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    assert first["Sold on"] == "2024-05-31 21:40:06+00"
    assert (first["Sale price"], first["Currency"]) == ("100.00", "EUR")
    assert (first["Cost"], first["Cost currency"]) == ("119.00", "EUR")
    charges = [first[name] for name in export.CHARGES if first[name]]
    assert all(charge.startswith("-") for charge in charges)
    assert charges


@pytest.mark.parametrize("table", HEADERS)
def test_an_export_imports_as_unchanged(
    filled: Database, imports: Imports, tmp_path: Path, table: str
) -> None:
    path = exported(filled, table, tmp_path)
    before = imports.counts()
    again = imports.run(path)
    assert (again.imported, again.changed, again.rejected, again.conflicts) == (0, 0, 0, 0)
    assert again.unchanged == again.rows > 0
    after = imports.counts()
    kept = {"integration.import_batch", "integration.import_chunk", "system.event_store"}
    assert {k: v for k, v in after.items() if k not in kept} == {
        k: v for k, v in before.items() if k not in kept
    }


def test_a_table_that_there_is_not(database: Database, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no export of payouts; choose one of items, orders"):
        asyncio.run(SystemService(database).export("payouts", tmp_path / "x.csv"))


def test_where_a_unit_lies_and_what_it_is_called(filled: Database, tmp_path: Path) -> None:
    with exported(filled, "items", tmp_path).open(encoding="utf-8", newline="") as file:
        first, second = list(csv.DictReader(file))[:2]
    assert first["Location"] == 'Store, "back" / Shelf 1'
    assert first["Tags"] == 'to photograph, 2nd "A" grade'
    assert (second["Location"], second["Tags"]) == ("", "")
    with exported(filled, "purchases", tmp_path).open(encoding="utf-8", newline="") as file:
        first, second = list(csv.DictReader(file))[:2]
    assert (first["Inbound cost"], second["Inbound cost"]) == ("4.90", "")
