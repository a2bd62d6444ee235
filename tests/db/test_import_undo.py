"""An import taken back: what it made goes, what it changed is restored, what was built on stays."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from helpers.import_runs import Imports
from helpers.record_image import record_image
from helpers.staged_loads import Row, StagedLoads, fill_stage
from helpers.stockx_report import sale, write_rows
from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.models import ImportBatch
from soleflip_desktop.db.queries import import_catalog, import_diff, import_stage, unit_charges
from soleflip_desktop.db.queries.import_diff import DiffTable
from soleflip_desktop.domain.changes import Change
from soleflip_desktop.domain.errors import ConflictError, NotFoundError, UserError
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import Identity
from soleflip_desktop.domain.integration import (
    BatchStatus,
    ChangedEntity,
    ImportAction,
    UndoReport,
)
from soleflip_desktop.services.undo import ImportUndo

pytestmark = pytest.mark.db

ITEM = DiffTable(ChangedEntity.ITEM, "inventory.item", {})
ORDER = DiffTable(ChangedEntity.ORDER, "transactions.order", {})
#: What an undo restores; the rest is its own history.


class Batches(StagedLoads):
    """Imports of units and sales, written by hand, and their undo."""

    def units(self, rows: list[Row]) -> int:
        """Each row a unit; one with an `order` is sold."""
        batch = self._batch("units.csv")
        with self.database.bulk() as connection:
            import_stage.create_stage(connection, Target.ITEMS)
            fill_stage(connection, Target.ITEMS, rows)
            import_catalog.create_catalog(connection, batch)
            import_catalog.map_catalog(connection)
            connection.execute(
                "INSERT INTO inventory.item (variant_id, status, cost_gross, cost_currency, "
                "import_batch_id, import_row) SELECT v.variant_id, "
                "CASE WHEN external_id IS NULL THEN 'available' ELSE 'completed' END, "
                f"cost_gross, 'EUR', {batch}, row_no FROM stage_row JOIN variant_map v "
                "USING (variant_key)"
            )
            self._sell(connection, batch)
        return batch

    def _sell(self, connection: Any, batch: int) -> None:
        account = (
            "INSERT INTO system.platform_account (platform_id, label) SELECT id, 'Mine' "
            "FROM system.platform WHERE slug = 'stockx' ON CONFLICT DO NOTHING"
        )
        if connection.execute("SELECT 1 FROM stage_row WHERE external_id <> ''").fetchone():
            connection.execute(import_catalog.journalled(account, ChangedEntity.ACCOUNT, batch))
        connection.execute(
            "INSERT INTO transactions.payout (platform_account_id, external_id, amount, currency, "
            "import_batch_id) SELECT a.id, s.payout_ref, sum(s.gross) - 5, 'EUR', "
            f"{batch} FROM stage_row s, system.platform_account a WHERE payout_ref <> '' "
            "GROUP BY 1, 2 ON CONFLICT DO NOTHING"
        )
        connection.execute(
            "INSERT INTO transactions.order (platform_account_id, external_id, item_id, variant_id,"
            " status, sold_at, gross_amount, gross_currency, payout_id, import_batch_id, "
            "import_row) SELECT a.id, s.external_id, i.id, i.variant_id, 'completed', now(), "
            f"s.gross, 'EUR', p.id, {batch}, s.row_no FROM stage_row s JOIN inventory.item i "
            f"ON i.import_batch_id = {batch} AND i.import_row = s.row_no "
            "CROSS JOIN system.platform_account a LEFT JOIN transactions.payout p "
            "ON p.external_id = s.payout_ref WHERE s.external_id <> ''"
        )
        connection.execute(
            "INSERT INTO transactions.transaction (order_id, position, kind, amount, currency, "
            "source) SELECT id, 1, 'seller_fee', -5, 'EUR', 'itemised' FROM transactions.order "
            f"WHERE import_batch_id = {batch}"
        )

    def changes(
        self, entity: ChangedEntity, changes: list[tuple[int, int, str, str]], name: str = "b.csv"
    ) -> int:
        """An import that changes records: (row, id, before, after) as JSON texts."""
        batch = self._batch(name)
        diff = ITEM if entity is ChangedEntity.ITEM else ORDER
        with self.database.bulk() as connection:
            import_stage.create_stage(connection, Target.ITEMS)
            connection.execute("SELECT set_config('soleflip.correction', 'import', true)")
            for row, key, before, after in changes:
                connection.execute(
                    "INSERT INTO stage_change VALUES (%s, %s, %s, %s, %s, %s)",
                    (row, row, entity, key, before, after),
                )
            columns = ["status", "notes", "cost_gross"] if diff is ITEM else ["payout_amount"]
            connection.execute(
                "CREATE TEMP TABLE whole ON COMMIT DROP AS SELECT entity_id, "
                "jsonb_object_agg(x.key, x.value) AS after FROM stage_change, jsonb_each(after) x "
                "GROUP BY entity_id"
            )
            import_diff.write_values(connection, diff.table, columns, "whole", "after")
            unit_charges.replace_charges(connection, "stage_change", "after")
            import_diff.journal_changes(connection, batch, diff)
        return batch

    def _batch(self, name: str, status: BatchStatus = BatchStatus.COMPLETED) -> int:
        with self.database.session() as session:
            batch = ImportBatch(
                file_name=name,
                file_size=1,
                format="list",
                status=status,
                finished_at=sa.func.now(),
            )
            session.add(batch)
            session.flush()
            return batch.id

    def undo(self, batch: int) -> UndoReport:
        return asyncio.run(ImportUndo(self.database).undo(batch))

    def preview(self, batch: int) -> UndoReport:
        return asyncio.run(ImportUndo(self.database).preview(batch))

    def image(self) -> dict[str, list[tuple[Any, ...]]]:
        return record_image(self)

    def item_of(self, batch: int, row: int) -> int:
        found = self.rows(
            "SELECT id FROM inventory.item WHERE import_batch_id = :batch AND import_row = :row",
            batch=batch,
            row=row,
        )
        return int(found[0][0])


def unit(number: int, **more: Any) -> Row:
    texts = {"name": f"Shoe {number % 7}", "brand": f"Brand {number % 7 % 3}", "size": "US 9"}
    return texts | {"style": f"AB1234-{number % 7:03}", "cost_gross": "50.00"} | more


def sold(number: int, **more: Any) -> Row:
    sale = {"external_id": f"A-{number}", "gross": "100.00", "payout_ref": f"P{number % 5}"}
    return unit(number) | sale | more


@pytest.fixture
def batches(database: Database) -> Batches:
    return Batches(database)


def reasons(report: UndoReport) -> dict[int, str]:
    return {kept.row: kept.reason for kept in report.kept}


# -- what it made --------------------------------------------------------------------------------


def test_nothing_is_left_of_an_import(batches: Batches) -> None:
    batches.units([sold(1, name="Old", brand="Brand 1", ean="400")])
    before = batches.image()
    batch = batches.units([sold(number) for number in range(2, 42)] + [unit(50), unit(51)])
    report = batches.undo(batch)
    assert batches.image() == before
    assert (report.reverted, report.kept, report.dry_run) == (42, (), False)
    assert report.removed == {
        "order": 40,
        "item": 42,
        "payout": 4,  # one was made by the first import
        "identifier": 7,
        "variant": 7,
        "product": 7,
        "brand": 2,
    }
    assert batches.rows(
        "SELECT count(*) FROM integration.import_change WHERE batch_id = :b", b=batch
    ) == [(0,)]
    assert batches.rows(
        "SELECT data FROM system.event_store WHERE event_type = 'import_batch.undone'"
    ) == [({"reverted": 42, "kept": 0},)]


def test_rows_that_were_built_on_stay_with_their_reasons(batches: Batches) -> None:
    batches.units([sold(1)])
    before = batches.image()
    batch = batches.units([unit(number) for number in range(100)])
    edited, status, lister, seller, presale = (batches.item_of(batch, row) for row in range(1, 6))
    batches.execute("UPDATE inventory.item SET notes = 'mine' WHERE id = :id", id=edited)
    batches.execute("UPDATE inventory.item SET status = 'lost' WHERE id = :id", id=status)
    batches.execute(
        "INSERT INTO transactions.listing (item_id, platform_account_id, status) "
        "SELECT :id, id, 'draft' FROM system.platform_account",
        id=lister,
    )
    batches.execute(
        "INSERT INTO transactions.order (platform_account_id, external_id, item_id, variant_id, "
        "status, sold_at, gross_amount, gross_currency) SELECT a.id, 'B-1', i.id, i.variant_id, "
        "'pending', now(), 90, 'EUR' FROM system.platform_account a, inventory.item i "
        "WHERE i.id = :id",
        id=seller,
    )
    batches.execute(
        "INSERT INTO inventory.stockx_presale_marking (item_id) VALUES (:id)", id=presale
    )
    report = batches.undo(batch)
    told = reasons(report)
    assert report.reverted == 95
    assert told[1].startswith("edited since, on 20")
    assert "(available to lost)" in told[2]
    assert told[3] == "listed since on StockX"
    assert told[4] == "sold since, order B-1"
    assert told[5] == "promised on StockX since"
    assert report.kept[3].title == "Shoe 3, US 9"
    kept = batches.rows(
        "SELECT import_row FROM inventory.item WHERE import_batch_id = :batch ORDER BY 1",
        batch=batch,
    )
    assert kept == [(1,), (2,), (3,), (4,), (5,)]
    assert batches.rows(
        "SELECT status, kept_rows, undone_at IS NULL FROM integration.import_batch WHERE id = :b",
        b=batch,
    ) == [("undone", [1, 2, 3, 4, 5], False)]
    after = batches.image()
    for table in ("transactions.payout", "transactions.transaction", "system.platform_account"):
        assert after[table] == before[table]
    assert len(after["catalog.product"]) == len(before["catalog.product"]) + 4  # 0, 2, 3, 4


def test_a_preview_says_the_same_and_leaves_all(batches: Batches) -> None:
    batch = batches.units([sold(1), sold(2)])
    batches.execute("UPDATE transactions.order SET paid_at = now() WHERE external_id = 'A-1'")
    image = batches.image()
    told: list[Change] = []
    batches.database.bus.subscribe(told.append)
    preview = batches.preview(batch)
    assert (batches.image(), told, preview.dry_run) == (image, [], True)
    report = batches.undo(batch)
    assert (report.reverted, report.kept, report.removed) == (
        preview.reverted,
        preview.kept,
        preview.removed,
    )
    assert [kept.entity for kept in report.kept] == ["order"]
    assert len(told) == 1


def test_all_of_a_row_stays_or_none(batches: Batches) -> None:
    batch = batches.units([unit(1), unit(1), unit(2)])
    batches.execute("UPDATE inventory.item SET import_row = 1 WHERE import_row = 2")
    batches.execute("UPDATE inventory.item SET version = 1")  # the trigger raises it once more
    first = batches.item_of(batch, 3)
    batches.execute("DELETE FROM inventory.item WHERE id = :id", id=first)
    report = batches.undo(batch)
    assert (report.reverted, list(reasons(report))) == (0, [1])
    assert batches.rows("SELECT count(*) FROM inventory.item") == [(2,)]


def test_an_import_of_which_all_is_kept_stays_completed(batches: Batches) -> None:
    batch = batches.units([unit(1)])
    batches.execute("UPDATE inventory.item SET notes = 'mine'")
    assert batches.undo(batch).reverted == 0
    assert batches.rows("SELECT status FROM integration.import_batch") == [("completed",)]


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (BatchStatus.DRAFT, "is a draft"),
        (BatchStatus.RUNNING, "is still running"),
        (BatchStatus.UNDONE, "is already undone"),
        (BatchStatus.FAILED, "is failed: nothing of it was kept"),
    ],
)
def test_only_completed_imports_are_undone(
    batches: Batches, status: BatchStatus, says: str
) -> None:
    batch = batches._batch("x.csv", status)
    with pytest.raises(UserError, match=rf"Import {batch} \(x.csv\) {says}"):
        batches.undo(batch)
    with pytest.raises(NotFoundError, match="no import number 999"):
        batches.undo(999)


def test_a_report_of_sales_goes_back_and_comes_in_again(
    batches: Batches, imports: Imports, tmp_path: Path
) -> None:
    imports.run(write_rows(tmp_path / "may.csv", [sale(number) for number in range(1, 4)]))
    before = batches.image()
    path = write_rows(tmp_path / "june.csv", [sale(number) for number in range(3, 40)])
    done = imports.run(path)
    assert done.batch_id is not None
    after = batches.image()
    assert batches.undo(done.batch_id).reverted == done.imported == 36
    assert batches.image() == before
    again = imports.run(path)
    assert (again.imported, again.unchanged) == (36, 1)
    assert imports.unbalanced() == []
    assert {table: len(rows) for table, rows in batches.image().items()} == {
        table: len(rows) for table, rows in after.items()
    }


def test_an_undo_is_redone_and_undone_again(
    batches: Batches, imports: Imports, tmp_path: Path
) -> None:
    path = write_rows(tmp_path / "june.csv", [sale(number) for number in range(1, 21)])
    batch = imports.run(path).batch_id
    assert batch is not None
    sizes = {table: len(rows) for table, rows in batches.image().items()}
    batches.execute("UPDATE inventory.item SET notes = 'mine' WHERE import_row = 3")
    assert batches.undo(batch).reverted == 19
    assert imports.again(batch, ImportAction.REDO).imported == 19
    assert {table: len(rows) for table, rows in batches.image().items()} == sizes
    report = batches.undo(batch)
    assert (report.reverted, list(reasons(report))) == (19, [3])


# -- what it changed -----------------------------------------------------------------------------


def test_changed_records_get_their_old_values_whatever_the_status(batches: Batches) -> None:
    first = batches.units([unit(1), unit(2), sold(3)])
    item, edited = batches.item_of(first, 1), batches.item_of(first, 2)
    before = batches.image()
    second = batches.changes(
        ChangedEntity.ITEM,
        [
            (1, item, '{"cost_gross": 50.00}', '{"cost_gross": 55.00}'),
            (2, item, '{"status": "available"}', '{"status": "completed"}'),
            (3, edited, '{"notes": null}', '{"notes": "x"}'),
        ],
    )
    report = batches.undo(second)
    assert (report.reverted, report.kept, report.restored) == (3, (), {"item": 2})
    assert batches.image() == before
    events = batches.rows(
        "SELECT data ->> 'correction' FROM system.event_store "
        "WHERE event_type = 'item.status_changed' ORDER BY id"
    )
    assert events == [("import",), (f"undo of import {second}",)]


def test_a_record_that_was_edited_later_keeps_what_it_has(batches: Batches) -> None:
    first = batches.units([unit(1), unit(2)])
    one, two = batches.item_of(first, 1), batches.item_of(first, 2)
    second = batches.changes(
        ChangedEntity.ITEM,
        [
            (1, one, '{"cost_gross": 50.00, "notes": null}', '{"cost_gross": 55.00, "notes": "x"}'),
            (2, two, '{"cost_gross": 50.00}', '{"cost_gross": 56.00}'),
        ],
    )
    batches.execute("UPDATE inventory.item SET cost_gross = 60 WHERE id = :id", id=one)
    report = batches.undo(second)
    assert report.reverted == 1
    assert reasons(report)[1].endswith("the import had set cost_gross 50.00 to 55.00, now 60.00")
    costs = batches.rows("SELECT cost_gross::text FROM inventory.item ORDER BY id")
    assert costs == [("60.00",), ("50.00",)]
    again = batches.rows("SELECT row_no FROM integration.import_change WHERE operation = 'U'")
    assert again == [(1,)]


def test_rows_that_changed_one_record_stay_together(batches: Batches) -> None:
    first = batches.units([unit(1), unit(2)])
    one, two = batches.item_of(first, 1), batches.item_of(first, 2)
    second = batches.changes(
        ChangedEntity.ITEM,
        [
            (1, one, '{"notes": null}', '{"notes": "x"}'),
            (1, two, '{"notes": null}', '{"notes": "x"}'),
            (2, one, '{"cost_gross": 50.00}', '{"cost_gross": 55.00}'),
        ],
    )
    batches.execute("UPDATE inventory.item SET notes = 'A' WHERE id = :id", id=two)
    assert reasons(batches.preview(second))[2] == "row 1, which is kept, needs it"


def test_imports_are_undone_in_the_reverse_order(batches: Batches) -> None:
    empty = batches.image()
    first = batches.units([unit(1)])
    item = batches.item_of(first, 1)
    made = batches.image()
    second = batches.changes(
        ChangedEntity.ITEM, [(1, item, '{"notes": null}', '{"notes": "x"}')], "two.csv"
    )
    third = batches.changes(
        ChangedEntity.ITEM, [(1, item, '{"notes": "x"}', '{"notes": "y"}')], "three.csv"
    )
    assert reasons(batches.preview(first))[1] == f"changed by import {second} (two.csv)"
    assert reasons(batches.preview(second))[1] == f"changed by import {third} (three.csv)"
    for batch in (third, second):
        assert batches.undo(batch).reverted == 1
    assert batches.image() == made
    assert batches.undo(first).reverted == 1
    assert batches.image() == empty


def test_charges_of_an_order_come_back(batches: Batches) -> None:
    batches.units([sold(1, payout_ref=None)])
    ((order,),) = batches.rows("SELECT id FROM transactions.order")
    before = batches.image()
    second = batches.changes(
        ChangedEntity.ORDER,
        [(1, order, '{"charges": {"seller_fee": -5}}', '{"charges": {"seller_fee": -7}}')],
    )
    amounts = "SELECT kind, amount::text FROM transactions.transaction"
    assert batches.rows(amounts) == [("seller_fee", "-7.00")]
    assert batches.undo(second).reverted == 1
    assert batches.rows(amounts) == [("seller_fee", "-5.00")]
    assert batches.image() == before


# -- lists ---------------------------------------------------------------------------------------

PANDA: Row = {"name": "Panda", "brand": "Nike", "style": "DD1391-100", "size": "US 7", "ean": "1"}


def test_a_list_of_products_goes_back(batches: Batches) -> None:
    empty = batches.image()
    first = batches.run(Target.PRODUCTS, [PANDA], Identity.NAME).batch_id
    stored = batches.image()
    ((key,),) = batches.rows("SELECT id FROM catalog.product")
    texts = {"name": "Panda 2", "brand": "Jordan", "category": "Boots", "audience": "men"}
    rows = [PANDA | {"product_id": key, "size": "US 8", "ean": "2"} | texts]
    second = batches.run(Target.PRODUCTS, rows, Identity.ID)
    assert second.of(1) == "changed"
    report = batches.undo(second.batch_id)
    assert (report.reverted, report.restored) == (1, {"product": 1})
    assert report.removed == {
        "identifier": 1,
        "variant": 1,
        "brand": 1,
        "category": 1,
        "size": 1,
    }
    assert batches.image() == stored
    assert batches.undo(first).reverted == 1
    assert batches.image() == empty


def test_listed_products_that_are_used_stay(batches: Batches) -> None:
    rows = [PANDA, PANDA | {"size": "US 8", "ean": "2"}, PANDA | {"name": "Edited", "style": "X1"}]
    batch = batches.run(Target.PRODUCTS, rows, Identity.NAME).batch_id
    batches.execute(
        "INSERT INTO inventory.item (variant_id, status) SELECT v.id, 'available' "
        "FROM catalog.product_variant v JOIN catalog.size z ON z.id = v.size_id "
        "WHERE z.label = 'US 8'"
    )
    batches.execute("UPDATE catalog.product SET image_url = 'x' WHERE name = 'Edited'")
    report = batches.undo(batch)
    told = reasons(report)
    assert told[1].startswith("used since by unit")
    assert told[2].startswith("used since by unit")
    assert told[3].startswith("edited since")
    assert batches.rows("SELECT count(*) FROM catalog.product") == [(2,)]


def test_a_brand_that_is_gone_cannot_come_back(batches: Batches) -> None:
    batches.run(Target.PRODUCTS, [PANDA], Identity.NAME)
    ((key,),) = batches.rows("SELECT id FROM catalog.product")
    row = PANDA | {"product_id": key, "brand": "Jordan"}
    batch = batches.run(Target.PRODUCTS, [row], Identity.ID).batch_id
    batches.execute("UPDATE catalog.brand SET name = 'Nike Inc' WHERE name = 'Nike'")
    assert reasons(batches.undo(batch)) == {1: "its brand before, Nike, is gone"}


def test_suppliers_and_prices_go_back(batches: Batches) -> None:
    empty = batches.image()
    shops = [{"supplier": "Shop", "notes": "a"}, {"supplier": "Outlet", "notes": "b"}]
    first = batches.run(Target.SUPPLIERS, shops, Identity.NAME).batch_id
    offer = PANDA | {"supplier": "Outlet", "price": "9.00", "price_currency": "EUR"}
    second = batches.run(Target.PRICES, [offer], Identity.OFFER).batch_id
    assert reasons(batches.preview(first)) == {2: "used since by a price of list"}
    assert batches.undo(second).removed["price"] == 1
    assert batches.undo(first).removed == {"supplier": 2}
    assert batches.image() == empty


def test_a_name_that_was_taken_stops_the_undo(batches: Batches) -> None:
    batches.run(Target.SUPPLIERS, [{"supplier": "Shop"}], Identity.NAME)
    ((key,),) = batches.rows("SELECT id FROM suppliers.supplier")
    renamed = [{"supplier_id": key, "supplier": "Shop Nord"}]
    batch = batches.run(Target.SUPPLIERS, renamed, Identity.ID).batch_id
    batches.run(Target.SUPPLIERS, [{"supplier": "SHOP"}], Identity.NAME)
    with pytest.raises(ConflictError, match=r"lower\(name\)\)=\(shop\) already exists"):
        batches.undo(batch)
    assert batches.rows("SELECT name FROM suppliers.supplier ORDER BY 1") == [
        ("SHOP",),
        ("Shop Nord",),
    ]
