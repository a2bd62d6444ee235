"""Check, review, mend, run, undo and redo: the life of an import from its draft on."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from helpers.import_runs import Imports
from helpers.record_image import record_image
from helpers.stockx_report import HEADER, sale, write_rows
from soleflip_desktop.connectors.files.templates import example_path
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.import_plan import ImportMode, ImportPlan
from soleflip_desktop.domain.integration import (
    BatchStatus,
    ImportAction,
    ImportRequest,
    ImportResult,
    ReviewRow,
    RowClass,
    UndoReport,
)
from soleflip_desktop.services.integration import IntegrationService

pytestmark = pytest.mark.db

CHECK, RUN, REDO = ImportAction.CHECK, ImportAction.RUN, ImportAction.REDO
FEE, PAYOUT = "Seller Fee", "Total Gross Amount (Total Payout)"


class Desk:
    """An imports page without the page."""

    def __init__(self, imports: Imports) -> None:
        self.imports = imports
        self.service = IntegrationService(imports.database)

    def check(self, path: Path, **choices: Any) -> ImportResult:
        return self.imports.run(path, action=CHECK, **choices)

    def check_again(self, result: ImportResult, plan: ImportPlan, path: Path) -> ImportResult:
        request = ImportRequest(str(path), plan, action=CHECK, batch_id=result.batch_id)
        return self.imports.request(request)

    def run(self, result: ImportResult) -> ImportResult:
        return self.imports.again(result.batch_id or 0, RUN)

    def plan(self, result: ImportResult) -> ImportPlan:
        return asyncio.run(self.service.plan(result.batch_id or 0))

    def rows(self, result: ImportResult, row_class: RowClass | None) -> Sequence[ReviewRow]:
        return asyncio.run(self.service.review_rows(result.batch_id or 0, row_class, 0, 100))

    def undo(self, result: ImportResult) -> UndoReport:
        return asyncio.run(self.service.undo(result.batch_id or 0))


@pytest.fixture
def desk(imports: Imports) -> Desk:
    return Desk(imports)


def report(path: Path, *rows: list[str]) -> Path:
    return write_rows(path, list(rows))


def test_a_check_writes_nothing_and_its_run_does_what_it_said(desk: Desk, tmp_path: Path) -> None:
    path = report(tmp_path / "r.csv", *(sale(n) for n in range(1, 30)), sale(30, {FEE: "free"}))
    before = record_image(desk.imports)
    checked = desk.check(path)
    assert checked.status is BatchStatus.DRAFT
    assert record_image(desk.imports) == before
    assert (checked.rows, checked.imported, checked.rejected) == (30, 29, 1)
    path.unlink()  # the run needs the checked rows, not the file
    result = desk.run(checked)
    assert result.status is BatchStatus.COMPLETED
    assert (result.batch_id, result.imported, result.rejected) == (checked.batch_id, 29, 1)
    assert result.totals == checked.totals
    assert desk.imports.unbalanced() == []
    with pytest.raises(UserError, match="is completed, not a draft"):
        desk.run(checked)


def test_the_review_tells_each_row_with_its_cells_and_changes(desk: Desk, tmp_path: Path) -> None:
    desk.imports.run(report(tmp_path / "old.csv", *(sale(n) for n in range(1, 6))))
    path = report(
        tmp_path / "new.csv",
        sale(1),
        sale(2, {FEE: "9.00", PAYOUT: "83.00"}),
        sale(6),
        sale(6),
        sale(7, {"Sale Date": "soon"}),
        sale(8, {"Listing Price": "120"}),
        sale(8, {"Listing Price": "130"}),
    )
    result = desk.check(path, mode=ImportMode.BOTH)
    classes = {row.row: row.row_class for row in desk.rows(result, None)}
    assert classes == {
        1: RowClass.UNCHANGED,
        2: RowClass.CHANGED,
        3: RowClass.NEW,
        4: RowClass.DUPLICATE,
        5: RowClass.REJECTED,
        6: RowClass.NEW,
        7: RowClass.REJECTED,
    }
    (changed,) = desk.rows(result, RowClass.CHANGED)
    assert {(c.field, c.old, c.new) for c in changed.changes} == {
        ("payout", "85.00", "83.00"),
        ("seller_fee", "-7.00", "-9.00"),
    }
    assert dict(zip(HEADER, changed.cells, strict=True))[FEE] == "9.00"
    (bad, twice) = desk.rows(result, RowClass.REJECTED)
    assert [issue.code for issue in bad.issues] == ["bad_instant"]
    assert [issue.code for issue in twice.issues] == ["conflicting_duplicate"]
    groups = asyncio.run(desk.service.issue_groups(result.batch_id or 0))
    assert {(g.column, g.code, g.count) for g in groups} == {
        ("Sale Date", "bad_instant", 1),
        ("Order Number", "conflicting_duplicate", 1),
    }


def test_a_changed_order_is_changed_and_its_lines_still_add_up(desk: Desk, tmp_path: Path) -> None:
    desk.imports.run(report(tmp_path / "old.csv", sale(1), sale(2)))
    image = record_image(desk.imports)
    path = report(tmp_path / "new.csv", sale(1), sale(2, {FEE: "9.00", PAYOUT: "80.00"}))
    result = desk.run(desk.check(path, mode=ImportMode.BOTH))
    assert (result.imported, result.changed, result.unchanged) == (0, 1, 1)
    lines = dict(
        desk.imports.rows(
            "SELECT kind, amount::text FROM transactions.transaction t JOIN transactions.order o "
            "ON o.id = t.order_id WHERE o.payout_amount = 80"
        )
    )
    assert lines["seller_fee"] == "-9.00"
    assert lines["unitemised"] == "-3.00"
    assert desk.imports.unbalanced() == []
    report_of_undo = desk.undo(result)
    assert (report_of_undo.reverted, report_of_undo.kept) == (1, ())
    assert record_image(desk.imports) == image


def test_rows_and_cells_that_were_unticked_stay_out(desk: Desk, tmp_path: Path) -> None:
    desk.imports.run(report(tmp_path / "old.csv", sale(1), sale(2)))
    path = report(
        tmp_path / "new.csv",
        sale(1, {FEE: "9.00", PAYOUT: "83.00"}),
        sale(2, {"Buyer Destination Country": "France", "Listing Price": "101.00"}),
        sale(3),
        sale(4),
    )
    checked = desk.check(path, mode=ImportMode.BOTH)
    plan = dataclasses.replace(
        desk.plan(checked), skipped_rows=(1, 4), skipped_cells=((2, "gross"), (2, "residual"))
    )
    result = desk.run(desk.check_again(checked, plan, path))
    assert (result.imported, result.changed, result.skipped) == (1, 1, 2)
    stored = desk.imports.rows(
        "SELECT gross_amount::text, payout_amount::text, buyer_country FROM transactions.order "
        "ORDER BY external_id"
    )
    assert stored[0][1] == "85.00"
    assert stored[1][0] == "100.00"
    assert stored[1][2] == "FR"


def test_a_row_that_was_mended_goes_in_and_its_source_stays(desk: Desk, tmp_path: Path) -> None:
    path = report(tmp_path / "r.csv", sale(1), sale(2, {FEE: "free"}), sale(3)[:-1])
    checked = desk.check(path)
    assert (checked.imported, checked.rejected) == (1, 2)
    plan = dataclasses.replace(
        desk.plan(checked), edits={2: tuple(sale(2, {FEE: "7.00"})), 3: tuple(sale(3))}
    )
    result = desk.run(desk.check_again(checked, plan, path))
    assert (result.imported, result.rejected) == (3, 0)
    assert desk.imports.cells(result.batch_id or 0, 2)[FEE] == "free"


def test_one_remedy_mends_all_its_rows(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "Product,Size,Status,Cost,Cost currency\n"
        + "".join(f"Dunk {n},9,{'Regal' if n % 2 else 'available'},50,EUR\n" for n in range(10)),
        encoding="utf-8",
    )
    with pytest.raises(UserError, match=r"Regal.*--map"):
        desk.imports.run(path, profile="inventory-list")
    result = desk.imports.run(
        path, profile="inventory-list", values={"item_status": {"Regal": "consigned"}}
    )
    assert (result.imported, result.rejected) == (10, 0)
    assert desk.imports.rows(
        "SELECT status, count(*) FROM inventory.item GROUP BY 1 ORDER BY 1"
    ) == [
        ("available", 5),
        ("consigned", 5),
    ]


def test_a_draft_can_be_thrown_away_and_a_finished_import_not(desk: Desk, tmp_path: Path) -> None:
    checked = desk.check(report(tmp_path / "r.csv", sale(1)))
    asyncio.run(desk.service.discard(checked.batch_id or 0))
    assert desk.imports.value("SELECT count(*) FROM integration.import_chunk") == 0
    done = desk.imports.run(report(tmp_path / "r.csv", sale(1)))
    with pytest.raises(UserError, match="only drafts"):
        asyncio.run(desk.service.discard(done.batch_id or 0))


# -- undo and redo -----------------------------------------------------------------------------


def test_a_redo_brings_back_what_the_undo_took_and_leaves_the_rest(
    desk: Desk, tmp_path: Path
) -> None:
    imports = desk.imports
    empty = record_image(imports)
    path = report(tmp_path / "r.csv", *(sale(n) for n in range(1, 21)))
    result = imports.run(path)
    assert desk.undo(result).reverted == 20
    assert record_image(imports) == empty
    again = imports.again(result.batch_id or 0, REDO)
    assert (again.status, again.imported, again.batch_id) == ("completed", 20, result.batch_id)
    assert imports.run(path).duplicates == 20
    with imports.database.bulk() as connection:
        connection.execute("UPDATE inventory.item SET notes = 'mine' WHERE import_row = 3")
    undone = desk.undo(again)
    assert [kept.row for kept in undone.kept] == [3]
    assert "edited" in undone.kept[0].reason
    last = imports.again(result.batch_id or 0, REDO)
    assert imports.value("SELECT count(*) FROM transactions.order") == 20
    assert imports.value("SELECT count(*) FROM inventory.item WHERE notes = 'mine'") == 1
    assert last.imported + last.skipped == 20


def test_an_undone_file_can_be_imported_again(desk: Desk, tmp_path: Path) -> None:
    """The guard against duplicates forgets what was taken back."""
    path = example_path("contest-2019")
    first = desk.imports.run(path)
    desk.undo(first)
    second = desk.imports.run(path)
    assert (second.imported, second.duplicates) == (first.imported, 0)


@pytest.mark.slow
def test_ten_thousand_units_three_edited_one_sold(desk: Desk, tmp_path: Path) -> None:
    imports = desk.imports
    imports.run(example_path("stockx-sales"))
    imports.run(example_path("purchases"))
    image = record_image(imports)
    path = tmp_path / "stock.csv"
    lines = (
        f"Dunk Low {n % 400},Nike,DD{n % 400:04}-100,{7 + n % 9},{n % 90 + 40}.50"
        for n in range(10_000)
    )
    path.write_text("Product,Brand,Style code,Size,Cost\n" + "\n".join(lines), encoding="utf-8")
    result = imports.run(path, profile="inventory-list", currency="EUR")
    assert result.imported == 10_000
    with imports.database.bulk() as connection:
        connection.execute(
            "UPDATE inventory.item SET notes = 'x' WHERE import_row IN (5, 6, 7) "
            f"AND import_batch_id = {result.batch_id}"
        )
        connection.execute(
            "INSERT INTO transactions.order (platform_account_id, external_id, item_id, variant_id,"
            " status, sold_at, gross_amount, gross_currency) SELECT (SELECT min(id) FROM "
            "system.platform_account), 'SOLD-1', id, variant_id, 'completed', now(), 99, 'EUR' "
            f"FROM inventory.item WHERE import_row = 9 AND import_batch_id = {result.batch_id}"
        )
    told = desk.undo(result)
    assert told.reverted == 9_996
    assert {kept.row: kept.reason.split()[0].lower() for kept in told.kept} == {
        5: "edited",
        6: "edited",
        7: "edited",
        9: "sold",
    }
    with imports.database.bulk() as connection:  # what the test itself did
        connection.execute("DELETE FROM transactions.order WHERE external_id = 'SOLD-1'")
        connection.execute(f"DELETE FROM inventory.item WHERE import_batch_id = {result.batch_id}")
    after = record_image(imports)
    untouched = [t for t in image if not t.startswith("catalog.")]
    assert {t: after[t] for t in untouched} == {t: image[t] for t in untouched}
