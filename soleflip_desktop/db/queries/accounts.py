"""Accounts that are synced by an API, and how each of them stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import (
    OutboxEntry,
    Platform,
    PlatformAccount,
    ReviewEntry,
    SyncCursor,
)
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.outbox import OPEN_STATES
from soleflip_desktop.domain.sync import Account, AccountSettings, ReviewState
from soleflip_desktop.domain.sync_json import settings_json, settings_of_json

_ACCOUNTS = (
    sa.select(PlatformAccount, Platform.slug)
    .join(Platform, Platform.id == PlatformAccount.platform_id)
    .where(PlatformAccount.synced, Platform.slug.in_(list(Marketplace)))
    .order_by(sa.func.lower(Platform.name), sa.func.lower(PlatformAccount.label))
)


def accounts(session: Session) -> list[Account]:
    """The synced ones, by platform and label."""
    return [_account(row, slug) for row, slug in session.execute(_ACCOUNTS)]


def account(session: Session, account_id: int) -> Account | None:
    found = session.execute(_ACCOUNTS.where(PlatformAccount.id == account_id)).first()
    return None if found is None else _account(*found)


def add(
    session: Session,
    marketplace: Marketplace,
    label: str | None,
    settings: AccountSettings,
    keyring_ref: str,
) -> int:
    """The account of that name becomes the synced one; without a label, imports' default is meant.

    The name of its secrets stays: other desktops keep theirs under it. What failed for want of a
    log-in may run again at once.
    """
    platform = session.scalars(sa.select(Platform).where(Platform.slug == marketplace)).one()
    values: dict[str, Any] = {
        "synced": True,
        "active": True,
        "settings": settings_json(settings),
        "keyring_ref": keyring_ref,
        "updated_at": sa.func.now(),
    }
    kept = {"keyring_ref": sa.func.coalesce(PlatformAccount.keyring_ref, keyring_ref)}
    account_id = session.scalars(
        insert(PlatformAccount)
        .values(platform_id=platform.id, label=label or platform.name, **values)
        .on_conflict_do_update(index_elements=["platform_id", "label"], set_=values | kept)
        .returning(PlatformAccount.id)
    ).one()
    start_afresh(session, account_id)
    return account_id


def start_afresh(session: Session, account_id: int) -> None:
    """Forgets failures: what failed runs again as soon as may be."""
    session.execute(
        sa.update(SyncCursor)
        .where(SyncCursor.platform_account_id == account_id, SyncCursor.failures > 0)
        .values(failures=0, next_run_at=None)
    )


def change(session: Session, account_id: int, **values: Any) -> bool:
    """Whether the account is there."""
    changed = session.scalars(
        sa.update(PlatformAccount)
        .where(PlatformAccount.id == account_id)
        .values(**values, updated_at=sa.func.now())
        .returning(PlatformAccount.id)
    )
    return changed.one_or_none() is not None


def keyring_ref(session: Session, account_id: int) -> str | None:
    return session.scalars(
        sa.select(PlatformAccount.keyring_ref).where(PlatformAccount.id == account_id)
    ).one_or_none()


def cursors(session: Session, account_id: int) -> Sequence[SyncCursor]:
    return session.scalars(
        sa.select(SyncCursor).where(SyncCursor.platform_account_id == account_id)
    ).all()


def unsettled(session: Session, account_id: int) -> tuple[int, int]:
    """How many outbox entries, and how many questions."""
    waiting = sa.select(sa.func.count()).where(
        OutboxEntry.platform_account_id == account_id, OutboxEntry.state.in_(OPEN_STATES)
    )
    asked = sa.select(sa.func.count()).where(
        ReviewEntry.platform_account_id == account_id, ReviewEntry.state == ReviewState.OPEN
    )
    return session.scalars(waiting).one(), session.scalars(asked).one()


def _account(row: PlatformAccount, slug: str) -> Account:
    settings = settings_of_json(row.settings)
    return Account(row.id, Marketplace(slug), row.label, settings, row.active)
