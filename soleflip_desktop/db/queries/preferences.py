"""Settings that all desktops of a database share, and whether it holds anything yet."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import (
    ImportBatch,
    InventoryItem,
    Order,
    PlatformAccount,
    SystemConfig,
)


def value(session: Session, key: str) -> dict[str, Any] | None:
    """What is kept under the key; None for nothing."""
    return session.scalars(sa.select(SystemConfig.value).where(SystemConfig.key == key)).first()


def set_value(session: Session, key: str, new: dict[str, Any], description: str) -> None:
    """Keeps it instead of what was there."""
    changed = {"value": new, "description": description}
    statement = insert(SystemConfig).values(key=key, **changed)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["key"], set_=changed | {"updated_at": sa.func.now()}
        )
    )


def has_data(session: Session) -> bool:
    """Whether there are units, orders, imports or connected accounts."""
    kept = [sa.exists(sa.select(table.id)) for table in (InventoryItem, Order, ImportBatch)]
    synced = sa.exists(sa.select(PlatformAccount.id).where(PlatformAccount.synced))
    return bool(session.scalar(sa.select(sa.or_(*kept, synced))))
