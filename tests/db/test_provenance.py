"""Where a unit or an order comes from: its row as the file had it, and what later files changed."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from helpers.import_runs import Imports
from helpers.stockx_report import sale, write_rows
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.import_plan import Identity, ImportMode
from soleflip_desktop.domain.integration import ImportAction, ImportRequest, ImportResult
from soleflip_desktop.domain.inventory import Condition, ItemDetail, VatScheme
from soleflip_desktop.domain.provenance import Provenance
from soleflip_desktop.domain.transactions import OrderDetail
from soleflip_desktop.services.integration import IntegrationService
from soleflip_desktop.services.inventory import InventoryService
from soleflip_desktop.services.transactions import TransactionsService

pytestmark = pytest.mark.db

HEADER = (
    "Artikel;Marke;Artikelnummer;Größe;Lieferant;Bestellnr.;Rechnungsnr.;Kaufdatum;Rückgabe bis;"
    "EK brutto;EK netto;MwSt. %;VAT?;Condition;Lagerort;Bemerkung"
)
ROW = (
    "Dunk Low;Nike;DD1391-100;US 9;Schuhhaus Müller;B-7;RE-1;25.03.25;24.04.25;"
    "119,00;100,00;19;standard;new;Regal 4;"
)

OTHER = ROW.replace("DD1391-100", "DD1391-101").replace("B-7", "B-6")


def purchases(path: Path, *rows: str) -> Path:
    path.write_bytes("\r\n".join([HEADER, *rows]).encode("cp1252"))
    return path


def choices(**more: Any) -> dict[str, Any]:
    return {"profile": "purchases", "currency": "EUR", "identity": Identity.PURCHASE, **more}


def unit(database: Database, imports: Imports) -> ItemDetail:
    item_id = imports.value("SELECT max(id) FROM inventory.item")
    return asyncio.run(InventoryService(database).grid.detail(item_id))


def order(database: Database, imports: Imports) -> OrderDetail:
    order_id = imports.value('SELECT max(id) FROM transactions."order"')
    return asyncio.run(TransactionsService(database).grid.detail(order_id))


def changes(source: Provenance) -> list[tuple[str, int | None, str, str | None, str | None]]:
    return [(each.file, each.row, each.field, each.old, each.new) for each in source.changes]


def test_a_unit_tells_its_purchase_and_its_row(
    database: Database, imports: Imports, tmp_path: Path
) -> None:
    result = imports.run(purchases(tmp_path / "einkauf.csv", OTHER, ROW), **choices())
    assert result.imported == 2, result.issues
    found = unit(database, imports)
    purchase = found.purchase
    assert (found.row.cost, found.row.cost_currency) == (Decimal("119.00"), "EUR")
    assert (purchase.supplier, purchase.order_number, purchase.invoice_number) == (
        "Schuhhaus Müller",
        "B-7",
        "RE-1",
    )
    assert (purchase.cost_net, purchase.vat_pct) == (Decimal(100), Decimal(19))
    assert purchase.vat_scheme is VatScheme.STANDARD
    assert purchase.return_until == date(2025, 4, 24)
    assert (found.keeping.condition, found.keeping.location) == (Condition.NEW, "Regal 4")
    assert found.keeping.notes is None
    source = found.source
    assert (source.file, source.batch_id, source.row) == ("einkauf.csv", result.batch_id, 2)
    assert dict(source.cells) == dict(zip(HEADER.split(";"), ROW.split(";"), strict=True))
    assert source.changes == ()


def test_a_mended_row_shows_what_the_file_had(
    database: Database, imports: Imports, tmp_path: Path
) -> None:
    path = purchases(tmp_path / "einkauf.csv", OTHER, ROW.replace("119,00", "viel"))
    checked = imports.run(path, action=ImportAction.CHECK, **choices())
    plan = asyncio.run(IntegrationService(database).plan(checked.batch_id or 0))
    plan = dataclasses.replace(plan, edits={2: tuple(ROW.split(";"))})
    result = imports.request(ImportRequest(str(path), plan))
    assert result.imported == 2, result.issues
    found = unit(database, imports)
    assert found.row.cost == Decimal("119.00")
    assert ("EK brutto", "viel") in found.source.cells


def test_later_imports_say_what_they_changed_until_they_are_undone(
    database: Database, imports: Imports, tmp_path: Path
) -> None:
    imports.run(purchases(tmp_path / "einkauf.csv", ROW), **choices())
    newer = ROW.replace("119,00", "121,50").replace("Schuhhaus Müller", "Laufladen")
    result = _run(imports, tmp_path / "nachtrag.csv", newer)
    imports.run(purchases(tmp_path / "entwurf.csv", ROW), action=ImportAction.CHECK, **choices())
    source = unit(database, imports).source
    assert sorted(changes(source)) == [
        ("nachtrag.csv", 1, "cost_gross", "119.00", "121.50"),
        ("nachtrag.csv", 1, "supplier", "Schuhhaus Müller", "Laufladen"),
    ]
    assert source.file == "einkauf.csv", "who made it stays"
    assert len({each.changed_at for each in source.changes}) == 1
    _run(imports, tmp_path / "zweiter.csv", newer.replace("121,50", "122,00"))
    assert changes(unit(database, imports).source)[-1] == (
        "zweiter.csv",
        1,
        "cost_gross",
        "121.50",
        "122.00",
    )
    service = IntegrationService(database)
    last = imports.value("SELECT max(id) FROM integration.import_batch")
    for batch in (last, result.batch_id or 0):
        asyncio.run(service.undo(batch))
    found = unit(database, imports)
    assert found.source.changes == ()
    assert found.row.cost == Decimal("119.00")


def test_an_order_says_what_a_later_report_changed(
    database: Database, imports: Imports, tmp_path: Path
) -> None:
    imports.run(write_rows(tmp_path / "may.csv", [sale(7)]))
    first = order(database, imports)
    assert (first.source.file, first.source.row, first.source.changes) == ("may.csv", 1, ())
    paid = {"Seller Fee": "9.00", "Total Gross Amount (Total Payout)": "84.00"}
    result = imports.run(write_rows(tmp_path / "june.csv", [sale(7, paid)]), mode=ImportMode.BOTH)
    assert result.changed == 1
    found = order(database, imports)
    assert ("june.csv", 1, "payout", "85.00", "84.00") in changes(found.source)
    assert {each.field for each in found.source.changes} >= {"payout", "seller_fee"}
    assert found.row.payout == Decimal("84.00")
    assert first.source.cells == found.source.cells


def test_a_unit_that_nobody_imported_has_no_row(
    database: Database, imports: Imports, tmp_path: Path
) -> None:
    imports.run(purchases(tmp_path / "einkauf.csv", ROW), **choices())
    with database.session() as session:
        session.connection().exec_driver_sql(
            "UPDATE inventory.item SET import_batch_id = NULL, import_row = NULL"
        )
        session.commit()
    assert unit(database, imports).source == Provenance()


def test_a_unit_that_is_gone_is_said(database: Database) -> None:
    with pytest.raises(NotFoundError, match="no longer there"):
        asyncio.run(InventoryService(database).grid.detail(10**12))


def _run(imports: Imports, path: Path, row: str) -> ImportResult:
    result = imports.run(purchases(path, row), **choices())
    assert result.changed == 1, (result.issues, result.remarks)
    return result
