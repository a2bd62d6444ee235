"""The schema's history: up, down, up again, checked against the models and against bad rows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpers.import_runs import SCHEMAS
from helpers.rows import make_item, make_listing, make_order
from soleflip_desktop.db import schema
from soleflip_desktop.db.base import Base
from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.models import StatusTransition
from soleflip_desktop.domain.errors import DatabaseTooNewError
from soleflip_desktop.domain.inventory import ITEM_TRANSITIONS
from soleflip_desktop.domain.transactions import LISTING_TRANSITIONS, ORDER_TRANSITIONS
from soleflip_desktop.resources import data_path

pytestmark = pytest.mark.db

REPOSITORY = Path(__file__).parents[2]
MIGRATIONS = sorted(data_path("migrations").glob("versions/*.py"))

#: Everything that a migration can make, as rows of text.
CATALOG = {
    "columns": "SELECT table_schema, table_name, column_name, data_type, udt_name, "
    "character_maximum_length, numeric_precision, numeric_scale, is_nullable, column_default, "
    "is_identity, identity_generation FROM information_schema.columns "
    "WHERE table_schema = ANY(:schemas)",
    "constraints": "SELECT n.nspname, c.conrelid::regclass::text, c.conname, "
    "pg_get_constraintdef(c.oid) FROM pg_constraint c "
    "JOIN pg_namespace n ON n.oid = c.connamespace WHERE n.nspname = ANY(:schemas)",
    "indexes": "SELECT schemaname, indexname, indexdef FROM pg_indexes "
    "WHERE schemaname = ANY(:schemas)",
    "triggers": "SELECT n.nspname, pg_get_triggerdef(t.oid), t.tgenabled FROM pg_trigger t "
    "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE NOT t.tgisinternal AND n.nspname = ANY(:schemas)",
    "functions": "SELECT n.nspname, p.proname, pg_get_functiondef(p.oid) FROM pg_proc p "
    "JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = ANY(:schemas)",
    "platforms": "SELECT slug, name, active FROM system.platform",
    "transitions": "SELECT entity, from_status, to_status FROM system.status_transition",
}


def catalog(engine: sa.Engine) -> dict[str, list[str]]:
    with engine.connect() as connection:
        return {
            kind: sorted(map(str, connection.execute(sa.text(query), {"schemas": list(SCHEMAS)})))
            for kind, query in CATALOG.items()
        }


@pytest.fixture
def engine(empty_database: str) -> sa.Engine:
    return sa.create_engine(empty_database, poolclass=sa.NullPool)


def move(engine: sa.Engine, revision: str) -> None:
    with engine.connect() as connection:
        schema.migrate(connection, revision)


def test_an_empty_database_becomes_current_once(engine: sa.Engine) -> None:
    assert not schema.is_current(engine)
    assert schema.upgrade(engine)
    assert schema.is_current(engine)
    assert not schema.upgrade(engine)


def test_up_down_up_leaves_the_same_catalog(engine: sa.Engine) -> None:
    schema.upgrade(engine)
    first = catalog(engine)
    assert all(first.values())
    move(engine, "base")
    with engine.connect() as connection:
        left = set(sa.inspect(connection).get_schema_names()) & set(SCHEMAS)
        assert not left
        assert schema.current_revision(connection) is None
    assert schema.upgrade(engine)
    assert catalog(engine) == first


def test_every_single_migration_can_go_down_and_up(engine: sa.Engine) -> None:
    revisions = [path.name[: len(schema.HEAD)] for path in MIGRATIONS]
    for revision in revisions:
        move(engine, revision)
    for revision in [*reversed(revisions[:-1]), "base"]:
        move(engine, revision)
    assert schema.upgrade(engine)


def test_the_models_need_no_migration_that_is_not_there(engine: sa.Engine) -> None:
    schema.upgrade(engine)
    with engine.connect() as connection:
        command.check(schema.alembic_config(connection))


def test_head_names_the_newest_migration() -> None:
    assert MIGRATIONS[-1].name.startswith(schema.HEAD)


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: path.stem)
def test_a_migration_imports_nothing_of_the_app(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    assert {name.partition(".")[0] for name in imported} <= {"__future__", "alembic", "sqlalchemy"}


@pytest.mark.parametrize("revision", ["29990101_0000", "unheard_of", "20000101_0000"])
def test_a_newer_database_is_refused_and_stays_as_it_was(engine: sa.Engine, revision: str) -> None:
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE alembic_version SET version_num = :new"), {"new": revision}
        )
    before = catalog(engine)
    with pytest.raises(DatabaseTooNewError, match=f"newer version.*{revision}"):
        schema.upgrade(engine)
    assert catalog(engine) == before
    with engine.connect() as connection:
        assert schema.current_revision(connection) == revision


def test_a_server_that_is_too_old_is_refused(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "OLDEST_SERVER", 990000)
    with pytest.raises(DatabaseTooNewError, match="PostgreSQL 15 or later"):
        schema.upgrade(engine)
    with engine.connect() as connection:
        assert schema.current_revision(connection) is None


UPGRADE = """
import sys, sqlalchemy as sa
from soleflip_desktop.db.schema import upgrade
engine = sa.create_engine(sys.argv[1], poolclass=sa.NullPool)
engine.connect().close()
print("ready", flush=True)
sys.stdin.readline()
upgrade(engine)
"""


def test_two_desktops_that_upgrade_at_once_both_succeed(
    engine: sa.Engine, empty_database: str
) -> None:
    desktops = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADE, empty_database],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for desktop in desktops:
        assert cast("Any", desktop.stdout).readline() == "ready\n"
    for desktop in desktops:
        cast("Any", desktop.stdin).write("go\n")
        cast("Any", desktop.stdin).flush()
    for desktop in desktops:
        desktop.communicate(timeout=60)
    assert [desktop.returncode for desktop in desktops] == [0, 0]
    assert schema.is_current(engine)


def test_the_database_holds_the_same_state_machine_as_the_app(session: Session) -> None:
    machines: dict[str, dict[Any, frozenset[Any]]] = {
        "item": dict(ITEM_TRANSITIONS),
        "order": dict(ORDER_TRANSITIONS),
        "listing": dict(LISTING_TRANSITIONS),
    }
    ours = {
        (entity, old.value, new.value)
        for entity, machine in machines.items()
        for old, followers in machine.items()
        for new in followers
    }
    theirs = {
        (row.entity.value, row.from_status, row.to_status)
        for row in session.scalars(sa.select(StatusTransition))
    }
    assert theirs == ours


def enum_columns() -> list[Any]:
    return [
        pytest.param(column, id=f"{column.table.fullname}.{column.name}")
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.Enum)
    ]


@pytest.mark.parametrize("column", enum_columns())
def test_every_enum_column_takes_exactly_the_values_of_its_enum(
    session: Session, column: sa.Column[StrEnum]
) -> None:
    kind = cast("sa.Enum", column.type)
    assert kind.enum_class is not None
    checks = session.execute(
        sa.text(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = CAST(:table AS regclass) AND contype = 'c' "
            "AND conkey = ARRAY[(SELECT attnum FROM pg_attribute "
            "WHERE attrelid = CAST(:table AS regclass) AND attname = :column)]"
        ),
        {"table": f'{column.table.schema}."{column.table.name}"', "column": column.name},
    ).scalars()
    values = [set(re.findall(r"'([^']*)'::", check)) for check in checks if "ARRAY" in check]
    assert values == [{member.value for member in cast("type[StrEnum]", kind.enum_class)}]


#: statement -> the constraint that refuses it; {item} and so on are ids of good rows.
BAD_ROWS = {
    "INSERT INTO inventory.item (variant_id, status) VALUES (-1, 'available')": (
        "fk_item_variant_id_product_variant"
    ),
    "UPDATE inventory.item SET supplier_id = -1 WHERE id = {item}": "fk_item_supplier_id_supplier",
    "UPDATE inventory.item SET status = 'sleeping' WHERE id = {item}": "ck_item_itemstatus",
    "UPDATE inventory.item SET cost_gross = 5 WHERE id = {item}": "ck_item_cost_currency",
    "UPDATE inventory.item SET condition = 'Mint' WHERE id = {item}": "ck_item_condition",
    "DELETE FROM catalog.product_variant": "fk_item_variant_id_product_variant",
    'UPDATE transactions."order" SET external_id = NULL WHERE id = {order}': "ck_order_identity",
    'UPDATE transactions."order" SET payout_amount = 5 WHERE id = {order}': (
        "ck_order_payout_currency"
    ),
    'UPDATE transactions."order" SET payout_id = -1 WHERE id = {order}': (
        "fk_order_payout_id_payout"
    ),
    'INSERT INTO transactions."order" (platform_account_id, external_id, variant_id, status, '
    "sold_at, gross_amount, gross_currency) SELECT platform_account_id, external_id, variant_id, "
    'status, sold_at, gross_amount, gross_currency FROM transactions."order" WHERE id = {order}': (
        "uq_order_platform_account_id_external_id"
    ),
    "UPDATE transactions.listing SET ask = 5 WHERE id = {listing}": "ck_listing_currency",
    "INSERT INTO transactions.transaction (order_id, position, kind, amount, currency, source) "
    "VALUES (-1, 1, 'shipping', -5, 'EUR', 'itemised')": "fk_transaction_order_id_order",
    "INSERT INTO transactions.transaction (order_id, position, kind, amount, currency, source) "
    "VALUES ({order}, 1, 'bribe', -5, 'EUR', 'itemised')": "ck_transaction_chargekind",
    "INSERT INTO catalog.category (name) SELECT name FROM catalog.category LIMIT 1": (
        "uq_category_parent_id_name"
    ),
    "INSERT INTO catalog.brand (name) VALUES ('Nike'), ('NIKE')": "uq_brand_lower_name",
    "INSERT INTO catalog.product (category_id, name) SELECT category_id, name FROM catalog.product "
    "LIMIT 1": "uq_product_brand_id_style_code_key_name",
    "INSERT INTO system.system_config (key, value, encrypted_value) VALUES ('k', '1', 'x')": (
        "ck_system_config_one_value"
    ),
    "INSERT INTO system.change_log (entity, operation) VALUES ('item', 'X')": (
        "ck_change_log_operation"
    ),
    "INSERT INTO integration.import_batch (file_name, file_size, format, status, rows, imported) "
    "VALUES ('f', 1, 'x', 'completed', 1, 2)": "ck_import_batch_row_counts",
}


@pytest.mark.parametrize(("statement", "constraint"), BAD_ROWS.items(), ids=BAD_ROWS.values())
def test_bad_rows_are_refused(session: Session, statement: str, constraint: str) -> None:
    ids = {
        "item": make_item(session).id,
        "order": make_order(session).id,
        "listing": make_listing(session).id,
    }
    with pytest.raises(IntegrityError) as refused, session.begin_nested():
        session.execute(sa.text(statement.format(**ids)))
    assert cast("Any", refused.value.orig).diag.constraint_name == constraint


def test_an_order_number_is_unique_within_its_account_only(database: Database) -> None:
    with database.session() as session:
        first = make_order(session)
        second = make_order(session)
        second.external_id = first.external_id

    def sell_again() -> None:
        with database.session() as session:
            third = make_order(session)
            third.platform_account_id = first.platform_account_id
            third.external_id = first.external_id

    with pytest.raises(IntegrityError, match="uq_order"):
        sell_again()
