"""The change feed: what other desktops are told about units, orders and listings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from helpers.rows import make_account, make_item, make_listing, make_order, make_variant
from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.models import InventoryItem, Listing, Order

pytestmark = pytest.mark.db

Row = tuple[Any, ...]


class Listener:
    """Another desktop's ear."""

    def __init__(self, url: str) -> None:
        target = sa.make_url(url).set(drivername="postgresql")
        self.connection = psycopg.connect(
            target.render_as_string(hide_password=False), autocommit=True
        )
        self.connection.execute("LISTEN soleflip_changes")
        self.seen = 0

    def heard(self, *, domains: bool = False) -> list[str]:
        """Notices of rows in the log, or those of tables that are told by their domain's name."""
        notices = [notice.payload for notice in self.connection.notifies(timeout=0.2)]
        return [each for each in notices if each.startswith("domain:") is domains]

    def logged(self) -> list[Row]:
        """New rows of the feed, read as the app reads them."""
        rows = self.connection.execute(
            "SELECT seq, entity, operation, ids FROM system.change_log "
            "WHERE seq > %s AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint "
            "ORDER BY seq",
            (self.seen,),
        ).fetchall()
        self.seen = max((row[0] for row in rows), default=self.seen)
        return [row[1:] for row in rows]


@pytest.fixture
def listener(database: Database) -> Iterator[Listener]:
    made = Listener(database.url)
    yield made
    made.connection.close()


def test_each_statement_is_told_with_its_ids(database: Database, listener: Listener) -> None:
    with database.session() as session:
        item = make_item(session)
    assert listener.heard() == ["item:1"]
    assert listener.logged() == [("item", "I", [item.id])]

    with database.session() as session:
        session.get_one(InventoryItem, item.id).notes = "shelf"
    assert listener.heard() == ["item:2"]
    assert listener.logged() == [("item", "U", [item.id])]

    with database.session() as session:
        session.delete(session.get_one(InventoryItem, item.id))
    assert listener.heard() == ["item:3"]
    assert listener.logged() == [("item", "D", [item.id])]


def test_orders_and_listings_are_told_too(database: Database, listener: Listener) -> None:
    with database.session() as session:
        order = make_order(session)
        listing = make_listing(session)
    with database.session() as session:
        session.delete(session.get_one(Order, order.id))
        session.delete(session.get_one(Listing, listing.id))
    assert {notice.partition(":")[0] for notice in listener.heard()} == {"order", "item", "listing"}
    assert sorted(listener.logged()) == sorted(
        [
            ("order", "I", [order.id]),
            ("item", "I", [listing.item_id]),
            ("listing", "I", [listing.id]),
            ("order", "D", [order.id]),
            ("listing", "D", [listing.id]),
        ]
    )


@pytest.mark.parametrize(("count", "listed"), [(500, True), (501, False), (5_000, False)])
def test_more_than_500_ids_are_told_as_many(
    database: Database, listener: Listener, count: int, *, listed: bool
) -> None:
    with database.session() as session:
        variant = make_variant(session)
        ids = session.scalars(
            sa.text(
                "INSERT INTO inventory.item (variant_id, status) SELECT :variant, 'available' "
                "FROM generate_series(1, :count) RETURNING id"
            ),
            {"variant": variant, "count": count},
        ).all()
    assert listener.heard() == ["item:1"]
    ((entity, operation, told),) = listener.logged()
    assert (entity, operation) == ("item", "I")
    assert sorted(told) == ids if listed else told is None


def test_nothing_is_told_of_what_did_not_happen(database: Database, listener: Listener) -> None:
    def fail() -> None:
        with database.session() as session:
            make_item(session)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.session() as session:
        make_account(session)
        session.execute(sa.text("UPDATE inventory.item SET notes = 'x'"))
        session.execute(sa.text("DELETE FROM transactions.listing"))
    assert listener.heard() == []
    assert listener.logged() == []


def test_tables_without_a_log_are_told_by_their_domain(
    database: Database, listener: Listener
) -> None:
    with database.session() as session:
        make_account(session)
    assert listener.heard(domains=True) == ["domain:integration"]
    with database.session() as session:
        session.execute(sa.text("UPDATE system.platform_account SET label = 'x' WHERE false"))
        item = make_item(session)
        session.flush()
        session.delete(item)  # the outbox' foreign key looks, and finds nothing
    assert listener.heard(domains=True) == []


def test_a_slow_writer_is_not_overlooked(database: Database, listener: Listener) -> None:
    """Its number is lower than that of a faster one, whose row must therefore wait."""
    with database.session() as slow:
        first = make_item(slow)
        with database.session() as fast:
            second = make_item(fast)
        assert listener.logged() == []
    assert sorted(listener.logged()) == [("item", "I", [first.id]), ("item", "I", [second.id])]
