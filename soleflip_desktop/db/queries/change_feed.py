"""The change feed as a reader of one table goes through it (performance.md D).

Serials are not in commit order, so a reader remembers the oldest transaction that was still running
when it read, and next time takes everything written by that one and later ones. What it has
applied already is known by its number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.domain.system import EntityKind

#: Readers that were away for longer read everything anew.
KEPT_DAYS = 7


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """What one statement did. `ids` is None for "many"."""

    seq: int
    entity: EntityKind
    operation: str
    ids: tuple[int, ...] | None
    xid: int


def one_snapshot(session: Session) -> int:
    """Makes all that this transaction reads one moment; returns the position of that moment.

    Must come before anything else in the transaction.
    """
    session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    position = session.scalar(
        sa.text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    )
    return int(position or 0)


def entries_since(session: Session, position: int) -> list[FeedEntry]:
    """In the order in which they were written."""
    rows = session.execute(
        sa.text(
            "SELECT seq, entity, operation, ids, xid FROM system.change_log "
            "WHERE xid >= :position ORDER BY seq"
        ),
        {"position": position},
    )
    return [
        FeedEntry(seq, EntityKind(entity), operation, None if ids is None else tuple(ids), xid)
        for seq, entity, operation, ids, xid in rows
    ]


def items_of_listings(session: Session, ids: Sequence[int]) -> list[int]:
    """A marketplace offers units that nobody entered yet: such a listing touches none."""
    statement = sa.text(
        "SELECT DISTINCT item_id FROM transactions.listing "
        "WHERE id = ANY(:ids) AND item_id IS NOT NULL"
    )
    return list(session.scalars(statement, {"ids": list(ids)}))


def items_of_attachments(session: Session, ids: Sequence[int]) -> list[int]:
    statement = sa.text("SELECT DISTINCT item_id FROM inventory.attachment WHERE id = ANY(:ids)")
    return list(session.scalars(statement, {"ids": list(ids)}))


def items_of_orders(session: Session, ids: Sequence[int]) -> list[int]:
    statement = sa.text(
        "SELECT DISTINCT item_id FROM transactions.order "
        "WHERE id = ANY(:ids) AND item_id IS NOT NULL"
    )
    return list(session.scalars(statement, {"ids": list(ids)}))


def orders_of_items(session: Session, ids: Sequence[int]) -> list[int]:
    statement = sa.text("SELECT id FROM transactions.order WHERE item_id = ANY(:ids)")
    return list(session.scalars(statement, {"ids": list(ids)}))


def prune(session: Session) -> int:
    """Deletes what no reader will ask for any more; returns how many entries."""
    gone = session.execute(
        sa.text(
            "DELETE FROM system.change_log WHERE at < now() - make_interval(days => :days) "
            "RETURNING seq"
        ),
        {"days": KEPT_DAYS},
    )
    return len(gone.all())
