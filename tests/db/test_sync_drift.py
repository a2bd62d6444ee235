"""Pages that drift, repeat or end in the middle: the last word of each order counts."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.remote_rows import euros, page_of, remote_order, remote_variant
from helpers.sync_desk import SyncDesk, new_account
from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import sync_runs
from soleflip_desktop.domain.marketplace import RemoteOrder
from soleflip_desktop.domain.sync import SyncCounts, SyncKind
from soleflip_desktop.domain.transactions import OrderStatus

pytestmark = pytest.mark.db


@st.composite
def told(draw: st.DrawFn) -> RemoteOrder:
    """One word about one of six orders of three sizes."""
    number = draw(st.integers(0, 5))
    payout = draw(st.none() | st.sampled_from(["90.00", "89.99", "45.50"]))
    return remote_order(
        f"{number}",
        draw(st.none() | st.sampled_from(OrderStatus)),
        variant=remote_variant(number % 3),
        payout=None if payout is None else euros(payout),
        charges=draw(st.sampled_from([(), remote_order().charges])),
        gross=euros(draw(st.sampled_from(["100.00", "90.00"]))),
    )


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(pages=st.lists(st.lists(told(), min_size=1, max_size=6), min_size=1, max_size=5))
def test_the_last_word_of_each_order_counts(
    database: Database, pages: Sequence[Sequence[RemoteOrder]]
) -> None:
    desk = SyncDesk(database, new_account(database))
    for page in pages:
        counts = desk.orders(*page)
        assert counts.fetched == len(page) == counts.created + counts.updated + counts.unchanged
        desk.orders(*page)
    last: dict[str, RemoteOrder] = {}
    for page in pages:
        whole = {record.number: record for record in page}
        last |= {n: _heard(last.get(n), record) for n, record in whole.items()}
    stored = desk.rows(
        "SELECT external_id, status, payout_amount, gross_amount, remote_status "
        'FROM transactions."order" WHERE platform_account_id = :a',
        a=desk.account.id,
    )
    assert {row[0]: row[1:] for row in stored} == {
        number: (
            record.status or "pending",
            record.payout.amount if record.payout else None,
            record.gross.amount,
            record.raw_status,
        )
        for number, record in last.items()
    }
    assert len(stored) == len(last)
    _check_books(desk)


def _heard(before: RemoteOrder | None, now: RemoteOrder) -> RemoteOrder:
    """What is known after another word: nothing is blanked."""
    if before is None:
        return now
    return replace(now, status=now.status or before.status, payout=now.payout or before.payout)


def _check_books(desk: SyncDesk) -> None:
    unbalanced = desk.rows(
        'SELECT o.external_id FROM transactions."order" o WHERE payout_amount IS NOT NULL AND '
        "payout_amount <> gross_amount + (SELECT coalesce(sum(amount), 0) FROM "
        "transactions.transaction t WHERE t.order_id = o.id) AND platform_account_id = :a",
        a=desk.account.id,
    )
    assert unbalanced == []
    shared = desk.rows(
        'SELECT item_id FROM transactions."order" '
        "WHERE status NOT IN ('cancelled', 'returned', 'refunded') "
        "GROUP BY item_id HAVING count(*) > 1"
    )
    assert shared == []
    in_stock_but_sold = desk.rows(
        'SELECT i.id FROM transactions."order" o JOIN inventory.item i ON i.id = o.item_id '
        "WHERE o.status NOT IN ('cancelled', 'returned', 'refunded') AND i.status = 'available'"
    )
    assert in_stock_but_sold == []


def test_page_and_cursor_are_stored_together_or_not_at_all(database: Database) -> None:
    desk = SyncDesk(database)
    desk.orders(remote_order("1-1"))
    first = replace(desk.cursor, position={"page": 2})
    asyncio.run(desk.store.take_orders(desk.account, page_of(remote_order("1-2")), first))
    second = replace(first, position={"page": 3})
    before = desk.image()
    page = page_of(remote_order("1-3"), remote_order("1-2", OrderStatus.RETURNED))
    with (
        mock.patch.object(sync_runs, "save_cursor", side_effect=SystemError("killed")),
        pytest.raises(SystemError),
    ):
        asyncio.run(desk.store.take_orders(desk.account, page, second))
    assert desk.image() == before
    with database.session() as session:
        stored = sync_runs.cursor(session, desk.account.id, SyncKind.ORDERS)
    assert stored == first
    counts = asyncio.run(desk.store.take_orders(desk.account, page, second))
    assert counts == SyncCounts(fetched=2, created=1, updated=1)


def test_two_accounts_never_sell_one_unit_twice(database: Database) -> None:
    """Both sell the same size at the same time: the second one waits, then takes the next unit."""
    first, second = SyncDesk(database), SyncDesk(database, new_account(database))
    first.orders(remote_order("0-0"))
    second.orders(remote_order("0-0"))
    units = {first.unit() for _ in range(6)}
    start = threading.Barrier(2)

    def sell(desk: SyncDesk) -> None:
        start.wait()
        for n in range(3):
            desk.orders(remote_order(f"5-{n}", OrderStatus.CONFIRMED))

    threads = [threading.Thread(target=sell, args=(desk,)) for desk in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sold = first.rows(
        "SELECT item_id FROM transactions.\"order\" WHERE external_id LIKE '5-%' ORDER BY 1"
    )
    assert [item for (item,) in sold] == sorted(units)
    assert first.kinds() == []


def test_amounts_keep_their_cents(database: Database) -> None:
    desk = SyncDesk(database)
    desk.orders(remote_order("1-1", gross=euros("100.0000"), payout=euros("90.000")))
    again = remote_order("1-1", gross=euros("100.00"), payout=euros("90"))
    assert desk.orders(again) == SyncCounts(fetched=1, unchanged=1)
    assert desk.order("1-1", "gross_amount") == (Decimal("100.00"),)
