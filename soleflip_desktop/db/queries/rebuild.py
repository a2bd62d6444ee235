"""Indexes and foreign keys: kept for a small load, dropped and rebuilt for a big one.

Keeping them costs 5.7 times the load itself on a million rows (performance.md A3), rebuilding
a fixed time for the rows that are there already: the rule is the share of new rows.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from soleflip_desktop.domain.errors import DatabaseUnavailableError

Connection = psycopg.Connection[Any]

#: The loaded tables, and those whose foreign keys rest on the primary keys of loaded ones.
TABLES = (
    "catalog.product_identifier",
    "catalog.product_variant",
    "transactions.payout",
    "inventory.item",
    "transactions.order",
    "transactions.transaction",
    "transactions.listing",
    "transactions.outbox",
    "inventory.stockx_presale_marking",
    "inventory.attachment",
    "inventory.stock_count_scan",
)
#: Filled a million rows at a time: their primary keys are built afterwards as well.
REBUILT_KEYS = (
    "transactions.payout",
    "inventory.item",
    "transactions.order",
    "transactions.transaction",
)
#: All that refer to units, orders or payouts: empty when those are.
EMPTY_TOGETHER = (
    "transactions.payout, inventory.item, transactions.order, transactions.transaction, "
    "transactions.listing, transactions.outbox, inventory.stockx_presale_marking, "
    "inventory.attachment, inventory.stock_count_scan, pricing.pricing_history"
)
#: Dropping and adding foreign keys locks the tables that they refer to as well.
REFERRED = (
    "catalog.product",
    "catalog.size",
    "system.platform_account",
    "integration.import_batch",
    "suppliers.supplier",
    "inventory.location",
    "inventory.stock_count",
)
LOCK_WAIT_S = 60.0
LOCK_PAUSE_S = 0.02
#: Share of new rows from which rebuilding is the cheaper way, and the fewest rows worth it.
REBUILD_SHARE = 0.18
REBUILD_ROWS = 5_000

CONSTRAINTS = """
SELECT c.conname, pg_get_constraintdef(c.oid)
FROM pg_constraint c
WHERE c.conrelid = %(table)s::regclass AND c.contype = ANY(%(kinds)s)
    AND (c.contype <> 'p' OR %(with_key)s)
ORDER BY c.conname
"""

INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
FROM pg_index i
WHERE i.indrelid = %(table)s::regclass
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""


def is_worthwhile(connection: Connection, new_rows: int) -> bool:
    """Whether `new_rows` sales are so many that rebuilding beats keeping."""
    if new_rows < REBUILD_ROWS:
        return False
    row = connection.execute("SELECT count(*) FROM transactions.order").fetchone()
    existing = row[0] if row else 0
    return new_rows > REBUILD_SHARE * (existing + new_rows)


@contextmanager
def without_indexes(connection: Connection) -> Iterator[None]:
    """Drops the secondary indexes, foreign keys and change triggers of TABLES; puts them back.

    In the caller's transaction, so that readers wait and a crash leaves everything as it was.
    """
    _lock(connection)
    if _is_empty(connection):
        # New files: with wal_level=minimal their rows go to disk once instead of twice.
        connection.execute(f"TRUNCATE {EMPTY_TOGETHER}".encode())
    foreign_keys = _drop_constraints(connection, "f")
    keys = _drop_constraints(connection, "pu")
    indexes = _drop_indexes(connection)
    _triggers(connection, "DISABLE")
    yield
    # Keys and indexes first: the foreign keys' checks read them.
    for statement in (*keys, *indexes, *foreign_keys):
        connection.execute(statement)
    _triggers(connection, "ENABLE")


def _triggers(connection: Connection, verb: str) -> None:
    for table in TABLES:
        connection.execute(f"ALTER TABLE {table} {verb} TRIGGER USER".encode())


def _lock(connection: Connection) -> None:
    """Takes all locks at once or none: whoever holds some and waits for more may deadlock.

    Raises DatabaseUnavailableError after LOCK_WAIT_S.
    """
    give_up = time.monotonic() + LOCK_WAIT_S
    tables = ", ".join((*TABLES, *REFERRED, EMPTY_TOGETHER))
    while True:
        try:
            with connection.transaction():
                connection.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE NOWAIT".encode())
        except psycopg.errors.LockNotAvailable as error:
            if time.monotonic() > give_up:
                msg = (
                    "Another program keeps the sales locked, so the import could not write them. "
                    "Nothing was kept; try again when it is done."
                )
                raise DatabaseUnavailableError(msg) from error
            time.sleep(LOCK_PAUSE_S)
        else:
            return


def _is_empty(connection: Connection) -> bool:
    """A count keeps codes that no unit has, and a marketplace offers units that nobody entered."""
    row = connection.execute(
        "SELECT NOT EXISTS (SELECT FROM inventory.item) AND NOT EXISTS "
        "(SELECT FROM transactions.order) AND NOT EXISTS (SELECT FROM transactions.payout) "
        "AND NOT EXISTS (SELECT FROM inventory.stock_count_scan) "
        "AND NOT EXISTS (SELECT FROM transactions.listing)"
    ).fetchone()
    return bool(row and row[0])


def _drop_constraints(connection: Connection, kinds: str) -> list[sql.Composed]:
    """Drops constraints of these kinds (f, p, u); returns what puts them back."""
    restore = []
    for table in TABLES:
        names = {"table": table, "kinds": list(kinds), "with_key": table in REBUILT_KEYS}
        for constraint, definition in connection.execute(CONSTRAINTS, names).fetchall():
            change = sql.SQL("ALTER TABLE {} ").format(sql.SQL(table))
            name = sql.Identifier(constraint)
            connection.execute(change + sql.SQL("DROP CONSTRAINT {}").format(name))
            restore.append(
                change + sql.SQL("ADD CONSTRAINT {} {}").format(name, sql.SQL(definition))
            )
    return restore


def _drop_indexes(connection: Connection) -> list[sql.Composed]:
    restore = []
    for table in TABLES:
        for index, definition in connection.execute(INDEXES, {"table": table}).fetchall():
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(index)))
            restore.append(sql.Composed([sql.SQL(definition)]))
    return restore


def announce(connection: Connection) -> None:
    """Tells the change feed "many rows", which the disabled triggers could not."""
    connection.execute(
        "WITH logged AS (INSERT INTO system.change_log (entity, operation) "
        "VALUES ('item', 'I'), ('order', 'I') RETURNING entity, seq) "
        "SELECT pg_notify('soleflip_changes', entity || ':' || seq) FROM logged"
    )
