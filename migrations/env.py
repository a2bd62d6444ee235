"""Alembic's entry: one advisory lock, time-outs, one transaction for each migration.

The connection comes from `soleflip_desktop.db.schema`; there is no alembic.ini and no URL here.
"""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from soleflip_desktop.db import models
from soleflip_desktop.db.base import Base, EncryptedText
from soleflip_desktop.db.schema import UPGRADE_LOCK


def ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Leaves alone what other programs keep in a shared database."""
    return kind != "schema" or name in {table.schema for table in Base.metadata.tables.values()}


def plain_types(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    """Autogenerate writes what the database holds, so that migrations never import the app."""
    if kind == "type" and isinstance(value, EncryptedText):
        return "sa.LargeBinary()"
    return False


def run() -> None:
    connection: sa.Connection = context.config.attributes["connection"]
    connection.execute(sa.text("SET lock_timeout = '30s'"))
    connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": UPGRADE_LOCK})
    connection.commit()
    try:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_schemas=True,
            include_name=ours,
            render_item=plain_types,
            compare_server_default=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.rollback()
        connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": UPGRADE_LOCK})
        connection.execute(sa.text("RESET lock_timeout"))
        connection.commit()


_ = models  # imported for its tables
run()
