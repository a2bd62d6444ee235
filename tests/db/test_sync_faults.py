"""What goes wrong around a sync: stale questions, offers of several units, imports of the same."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from helpers.import_runs import Imports
from helpers.remote_rows import euros, remote_listing, remote_order, remote_variant
from helpers.stockx_report import sale, write_rows
from helpers.sync_desk import SyncDesk, new_account
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.marketplace import Marketplace, RemoteCharge, RemoteOrder
from soleflip_desktop.domain.sync import AccountSettings, ReviewAnswer, SyncCounts
from soleflip_desktop.domain.transactions import ChargeKind, ListingStatus, OrderStatus
from soleflip_desktop.services.accounts import AccountsService
from soleflip_desktop.services.undo import ImportUndo

pytestmark = pytest.mark.db

_O, _L = OrderStatus, ListingStatus


@pytest.fixture
def desk(database: Database) -> SyncDesk:
    """Its first product is in the catalogue."""
    desk = SyncDesk(database)
    desk.orders(remote_order("0-0"))
    return desk


def listings(desk: SyncDesk, columns: str) -> list[tuple[object, ...]]:
    return desk.rows(f"SELECT {columns} FROM transactions.listing ORDER BY external_id")


# -- offers of several units -----------------------------------------------------------------------


def test_a_sale_does_not_end_the_offer_of_what_is_left(desk: SyncDesk) -> None:
    units = [desk.unit(acquired=f"2026-01-0{day}") for day in (1, 2)]
    desk.listings(remote_listing("a", quantity=2))
    desk.orders(remote_order("1-1", _O.CONFIRMED, listing_id="a"))
    assert desk.delistings() == []
    assert listings(desk, "item_id, status") == [(units[1], "active")]
    assert desk.order("1-1", "item_id") == (units[0],)
    desk.listings(remote_listing("a", quantity=1))
    desk.orders(remote_order("1-2", _O.CONFIRMED, listing_id="a"))
    assert listings(desk, "item_id, status") == [(units[1], "matched")]
    assert [desk.status(unit) for unit in units] == ["to_ship", "to_ship"]
    assert desk.kinds() == []


def test_the_offer_of_several_ends_with_the_last_unit(desk: SyncDesk) -> None:
    unit = desk.unit()
    desk.listings(remote_listing("a", quantity=3))
    desk.orders(remote_order("1-1", _O.CONFIRMED, listing_id="a"))
    assert desk.order("1-1", "item_id") == (unit,)
    assert desk.delistings() == [("a",)]


def test_two_sales_of_one_offer_on_one_page(desk: SyncDesk) -> None:
    units = {desk.unit(), desk.unit(), desk.unit()}
    desk.listings(remote_listing("a", quantity=3))
    sales = [remote_order(f"1-{n}", _O.CONFIRMED, listing_id="a") for n in (1, 2)]
    assert desk.orders(*sales) == SyncCounts(fetched=2, created=2)
    sold = {desk.order(sale.number, "item_id")[0] for sale in sales}
    assert len(sold) == 2
    assert listings(desk, "item_id") == [((units - sold).pop(),)]
    assert desk.delistings() == []
    assert desk.kinds() == []


# -- questions that nobody needs to answer any more ------------------------------------------------


def test_a_vanished_listing_whose_sale_comes_is_no_question_any_more(desk: SyncDesk) -> None:
    desk.unit()
    desk.listings(remote_listing("a"))
    desk.end_listings()
    assert desk.end_listings() == 1
    stale = [row.id for row in desk.questions()]
    desk.orders(remote_order("1-1", _O.CONFIRMED, listing_id="a"))
    assert desk.kinds() == []
    desk.do("UPDATE integration.review_entry SET state = 'open' WHERE id = ANY(:ids)", ids=stale)
    desk.answer(ReviewAnswer.DELETED)  # by somebody who still sees it
    assert listings(desk, "status") == [("matched",)]


def test_a_unit_that_is_sold_is_not_offered_by_linking(desk: SyncDesk) -> None:
    desk.listings(remote_listing("a"))
    sold, promised = desk.unit("sold"), desk.unit()
    desk.do(
        'INSERT INTO transactions."order" (platform_account_id, external_id, status, item_id, '
        "variant_id, sold_at, gross_amount, gross_currency) SELECT :a, '7-7', 'pending', id, "
        "variant_id, now(), 1, 'EUR' FROM inventory.item WHERE id = :i",
        a=new_account(desk.database).id,
        i=promised,
    )
    for wrong in (sold, promised):
        with pytest.raises(UserError, match=r"sold.*Choose another one"):
            desk.answer(ReviewAnswer.LINK, wrong)
    assert listings(desk, "item_id") == [(None,)]


# -- the same sales from a report, too -------------------------------------------------------------

CHARGES = (
    RemoteCharge(ChargeKind.SELLER_FEE, Decimal("-7.00"), "Transaction Fee"),
    RemoteCharge(ChargeKind.PAYMENT_PROCESSING, Decimal("-3.00"), "Payment Proc. (3%)"),
    RemoteCharge(ChargeKind.SHIPPING, Decimal("-5.00"), "Shipping"),
)
TOLD = (
    "SELECT o.external_id, o.status, o.gross_amount, o.payout_amount, "
    "(SELECT array_agg((t.kind, t.amount, t.source)::text ORDER BY t.position) "
    "FROM transactions.transaction t WHERE t.order_id = o.id) AS lines, "
    "o.sold_at, v.product_id, s.label, (SELECT count(*) FROM inventory.item) "
    'FROM transactions."order" o JOIN catalog.product_variant v ON v.id = o.variant_id '
    "JOIN catalog.size s ON s.id = v.size_id"
)
PAYMENT = 'SELECT paid_at, payout_id IS NOT NULL FROM transactions."order"'


def sale_of(number: int = 1, **values: Any) -> RemoteOrder:
    """The same sale as `stockx_report.sale`, as the API tells it: without the payout's date."""
    facts: dict[str, Any] = {
        "variant": remote_variant(
            product_name="Nike Dunk Low Retro Panda", style_code="DD1391-100", brand="Nike"
        ),
        "sold_at": datetime(2024, 5, 31, 21, 40, 6, tzinfo=UTC),
        "payout": euros("85.00"),
        "charges": CHARGES,
    }
    return remote_order(f"{number:08d}-{number:08d}", **(facts | values))


def synced(database: Database) -> SyncDesk:
    """The account that imports of StockX reports mean."""
    added = AccountsService(database).add(Marketplace.STOCKX, "", AccountSettings(), "ref")
    return SyncDesk(database, asyncio.run(added))


def test_a_report_and_a_sync_tell_the_same(database: Database, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "report.csv", [sale()])
    Imports(database).run(path)
    desk = synced(database)
    imported, paid = desk.rows(TOLD), desk.rows(PAYMENT)
    assert paid[0][0] is not None
    desk.orders(sale_of())
    assert desk.rows(TOLD) == imported
    assert desk.rows(PAYMENT) == paid
    assert desk.kinds() == []


def test_a_report_of_synced_sales_changes_no_figure(database: Database, tmp_path: Path) -> None:
    desk = synced(database)
    desk.orders(sale_of())
    before = desk.rows(TOLD)
    result = Imports(database).run(write_rows(tmp_path / "report.csv", [sale(), sale(2)]))
    assert (result.imported, result.rejected) == (1, 0)
    assert desk.rows(TOLD + " WHERE o.external_id LIKE '%1'") == [(*before[0][:-1], 2)]
    desk.orders(sale_of(), sale_of(2))
    assert len(desk.rows(TOLD)) == 2


def test_an_import_whose_sales_were_synced_since_is_kept_or_comes_back(
    database: Database, tmp_path: Path
) -> None:
    result = Imports(database).run(write_rows(tmp_path / "report.csv", [sale(), sale(2)]))
    desk = synced(database)
    told = desk.rows(TOLD + " WHERE o.external_id LIKE '%1'")
    page = (sale_of(), sale_of(2, payout=euros("80.00")))
    desk.orders(*page)
    report = asyncio.run(ImportUndo(database).undo(result.batch_id or 0))
    assert report.reverted + len(report.kept) == 2
    kept = {row[0] for row in desk.rows(TOLD)}
    desk.next_pass()
    counts = desk.orders(*page)
    assert counts.created == 2 - len(kept)
    assert desk.rows(TOLD + " WHERE o.external_id LIKE '%1'")[0][:6] == told[0][:6]
    assert desk.order("00000002-00000002", "payout_amount") == (Decimal("80.00"),)
    assert desk.orders(*page) == SyncCounts(fetched=2, unchanged=2)


# -- records that change while they are looked at --------------------------------------------------


def test_a_sync_of_an_order_counts_as_a_change_for_undo(desk: SyncDesk) -> None:
    """Imports and steps are taken back only where nobody touched the records since."""
    desk.orders(remote_order("1-1", _O.CONFIRMED))
    [before] = desk.rows(
        'SELECT o.version, i.version FROM transactions."order" o '
        "JOIN inventory.item i ON i.id = o.item_id WHERE o.external_id = '1-1'"
    )
    desk.orders(remote_order("1-1", _O.SHIPPED))
    [after] = desk.rows(
        'SELECT o.version, i.version FROM transactions."order" o '
        "JOIN inventory.item i ON i.id = o.item_id WHERE o.external_id = '1-1'"
    )
    assert after == (before[0] + 1, before[1] + 1)


def test_a_page_of_bad_and_repeated_records_is_counted(desk: SyncDesk) -> None:
    huge = remote_order("1-1", gross=euros("12345678901234567.00"))
    assert desk.orders(huge, huge) == SyncCounts(fetched=2, unchanged=1, failed=1)
    assert desk.orders(remote_order("1-1", variant=remote_variant(3))).created == 1
    assert desk.kinds() == []
