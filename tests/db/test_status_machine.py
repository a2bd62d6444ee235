"""The one state machine of units, orders and listings, as the database enforces it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpers.rows import make_item, make_listing, make_order, make_variant
from soleflip_desktop.db.engine import Database, actor, translated_errors
from soleflip_desktop.db.models import EventStore, InventoryItem
from soleflip_desktop.domain.errors import ConflictError, InvalidTransitionError
from soleflip_desktop.domain.inventory import ITEM_TRANSITIONS, ItemStatus, check_item_transition
from soleflip_desktop.domain.transactions import LISTING_TRANSITIONS, ORDER_TRANSITIONS

pytestmark = pytest.mark.db

Maker = Callable[[Session, Any], Any]
MACHINES: dict[str, tuple[Maker, str, dict[Any, frozenset[Any]]]] = {
    "item": (make_item, "inventory.item", dict(ITEM_TRANSITIONS)),
    "order": (make_order, 'transactions."order"', dict(ORDER_TRANSITIONS)),
    "listing": (make_listing, "transactions.listing", dict(LISTING_TRANSITIONS)),
}
STARTS = [
    pytest.param(entity, old, id=f"{entity}-{old}")
    for entity, (_, _, machine) in MACHINES.items()
    for old in machine
]


def by_orm(session: Session, row: Any, _table: str, new: StrEnum) -> None:
    row.status = new
    session.flush()


def by_sql(session: Session, row: Any, table: str, new: StrEnum) -> None:
    statement = sa.text(f"UPDATE {table} SET status = :new WHERE id = :id")
    session.execute(statement, {"new": new.value, "id": row.id})


def events(session: Session, entity: str, row_id: int) -> list[EventStore]:
    found = sa.select(EventStore).where(
        EventStore.aggregate_kind == entity, EventStore.aggregate_id == row_id
    )
    return list(session.scalars(found.order_by(EventStore.id)))


@pytest.mark.parametrize("change", [by_orm, by_sql])
@pytest.mark.parametrize(("entity", "old"), STARTS)
def test_only_steps_of_the_machine_are_taken(
    session: Session, entity: str, old: StrEnum, change: Callable[..., None]
) -> None:
    make, table, machine = MACHINES[entity]
    for new in machine:
        row = make(session, old)
        told = [(f"{entity}.status_changed", {"from": old.value, "to": new.value}, actor())]
        if new == old:
            change(session, row, table, new)
            told = []
        elif new in machine[old]:
            change(session, row, table, new)
        else:
            with (
                pytest.raises(InvalidTransitionError, match=f"{entity} .* from {old} to {new}"),
                translated_errors(),
                session.begin_nested(),
            ):
                change(session, row, table, new)
            session.refresh(row)
            assert row.status == old
            told = []
        assert [(e.event_type, e.data, e.actor) for e in events(session, entity, row.id)] == told


@pytest.mark.parametrize("old", ItemStatus)
def test_the_app_refuses_a_unit_s_step_before_the_database_does(old: ItemStatus) -> None:
    for new in ItemStatus:
        if new in ITEM_TRANSITIONS[old]:
            check_item_transition(old, new)
        else:
            with pytest.raises(InvalidTransitionError, match=f"from {old} to {new}"):
                check_item_transition(old, new)


def test_a_rolled_back_change_leaves_no_event(database: Database) -> None:
    with database.session() as session:
        item_id = make_item(session).id

    def change_and_fail() -> None:
        with database.session() as session:
            session.get_one(InventoryItem, item_id).status = ItemStatus.RESERVED
            session.flush()
            assert len(events(session, "item", item_id)) == 1
            raise KeyError

    with pytest.raises(KeyError):
        change_and_fail()
    with database.session(read_only=True) as session:
        assert not events(session, "item", item_id)
        assert session.get_one(InventoryItem, item_id).status is ItemStatus.AVAILABLE


def test_an_event_belongs_to_the_transaction_of_its_change(database: Database) -> None:
    with database.session() as session:
        item = make_item(session)
        item.status = ItemStatus.RESERVED
        session.flush()
        same = session.scalar(
            sa.text(
                "SELECT e.xmin = i.xmin AND e.occurred_at = now() FROM system.event_store e "
                "JOIN inventory.item i ON i.id = e.aggregate_id"
            )
        )
        assert same is True
        with database.session(read_only=True) as other:
            assert not events(other, "item", item.id)


UPSERT = (
    "INSERT INTO system.event_store (id, event_type, aggregate_kind, aggregate_id, data) "
    "SELECT id, event_type, aggregate_kind, aggregate_id, data FROM system.event_store "
    "ON CONFLICT (id) DO UPDATE SET data = '{}'"
)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE system.event_store SET data = '{}'",
        "UPDATE system.event_store SET actor = 'me' WHERE false",
        "DELETE FROM system.event_store",
        "TRUNCATE system.event_store",
        UPSERT,
    ],
)
def test_events_are_never_changed(session: Session, statement: str) -> None:
    item = make_item(session)
    item.status = ItemStatus.RESERVED
    session.flush()
    with pytest.raises(IntegrityError, match="append only"), session.begin_nested():
        session.execute(sa.text(statement))
    assert [event.data["to"] for event in events(session, "item", item.id)] == ["reserved"]


def many_items(session: Session, count: int) -> None:
    session.execute(
        sa.text(
            "INSERT INTO inventory.item (variant_id, status) "
            "SELECT :variant, 'available' FROM generate_series(1, :count)"
        ),
        {"variant": make_variant(session), "count": count},
    )


def test_one_statement_over_1000_rows_writes_1000_events(session: Session) -> None:
    many_items(session, 1000)
    session.execute(sa.text("UPDATE inventory.item SET status = 'sold'"))
    counted = session.execute(
        sa.text(
            "SELECT count(*), count(DISTINCT aggregate_id), min(data::text), max(data::text) "
            "FROM system.event_store WHERE aggregate_kind = 'item'"
        )
    ).one()
    assert tuple(counted) == (1000, 1000, *['{"to": "sold", "from": "available"}'] * 2)


def test_one_forbidden_row_stops_the_whole_statement(session: Session) -> None:
    many_items(session, 1000)
    make_item(session, ItemStatus.CANCELLED)
    with pytest.raises(IntegrityError, match="from cancelled to sold"), session.begin_nested():
        session.execute(sa.text("UPDATE inventory.item SET status = 'sold'"))
    assert session.scalar(sa.text("SELECT count(*) FROM system.event_store")) == 0


def test_a_forbidden_step_is_a_sentence_for_the_user(database: Database) -> None:
    with database.session() as session:
        item_id = make_item(session, ItemStatus.SOLD).id
    with (
        pytest.raises(InvalidTransitionError, match=r"^item \d+ cannot go from sold to lost\.$"),
        database.session() as session,
    ):
        session.get_one(InventoryItem, item_id).status = ItemStatus.LOST


def test_other_refusals_stay_bugs(database: Database) -> None:
    with pytest.raises(IntegrityError) as refused, database.session() as session:
        session.execute(sa.text("INSERT INTO inventory.item (variant_id, status) VALUES (1, 'x')"))
    assert isinstance(refused.value.orig, psycopg.errors.CheckViolation)


def test_of_two_writers_the_second_learns_of_the_first(database: Database) -> None:
    with database.session() as session:
        item_id = make_item(session).id

    def write_late() -> None:
        with database.session() as late:
            item = late.get_one(InventoryItem, item_id)
            with database.session() as early:
                early.get_one(InventoryItem, item_id).notes = "shelf 1"
            item.notes = "shelf 2"

    with pytest.raises(ConflictError, match="Somebody else"):
        write_late()
    with database.session(read_only=True) as session:
        item = session.get_one(InventoryItem, item_id)
        assert (item.notes, item.version) == ("shelf 1", 2)


def test_the_actor_is_the_user_of_the_desktop(session: Session) -> None:
    item = make_item(session)
    session.execute(sa.text("SELECT set_config('soleflip.actor', 'Ada', true)"))
    item.status = ItemStatus.RESERVED
    session.flush()
    assert [event.actor for event in events(session, "item", item.id)] == ["Ada"]


def test_a_program_without_a_name_acts_as_its_database_user(database: Database) -> None:
    with database.session() as session:
        item_id = make_item(session).id
    plain = sa.create_engine(database.url, poolclass=sa.NullPool)
    with plain.begin() as connection:
        connection.execute(sa.text("UPDATE inventory.item SET status = 'reserved'"))
        user = connection.scalar(sa.text("SELECT current_user"))
    with database.session(read_only=True) as session:
        assert [event.actor for event in events(session, "item", item_id)] == [user]
