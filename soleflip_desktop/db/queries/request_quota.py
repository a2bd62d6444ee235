"""What was taken of a marketplace's limits: a row an account and bucket, locked while it grows.

What a marketplace says of its own limits lies beside it, in rows of another shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import RequestQuota
from soleflip_desktop.domain import quota
from soleflip_desktop.domain.marketplace import Quota
from soleflip_desktop.domain.quota import QuotaState, Rule

#: What a marketplace said is asked again after this.
BELIEVED = timedelta(hours=1)
_LIMIT = RequestQuota.state["limit"]
_CLOCK = sa.func.clock_timestamp(type_=sa.TIMESTAMP(timezone=True))


def reserve(session: Session, account_id: int, rule: Rule, count: int) -> int:
    """Takes `count`; returns how many ms to wait first. Raises QuotaUsedUpError.

    Whoever comes at the same time waits for the row. The clock is read when that is ours, as the
    start of the transaction may be long ago by then.
    """
    row = _locked(session, account_id, rule.bucket)
    now = session.scalars(sa.select(_CLOCK)).one()
    state, wait_ms = quota.reserve(QuotaState.of_json(row.state), rule, now, count)
    row.state = state.as_json()
    return wait_ms


def states(session: Session, account_id: int) -> dict[str, QuotaState]:
    """By bucket."""
    rows = session.scalars(
        sa.select(RequestQuota).where(
            RequestQuota.platform_account_id == account_id, _LIMIT.is_(None)
        )
    )
    return {row.bucket: QuotaState.of_json(row.state) for row in rows}


def told(session: Session, account_id: int) -> list[Quota]:
    """What the marketplace said of its limits the last time, by name."""
    return [_quota(row) for row in session.scalars(_told(account_id))]


def is_old(session: Session, account_id: int) -> bool:
    """Whether the marketplace was not asked for its limits of late."""
    now = session.scalars(sa.select(_CLOCK)).one()
    asked = [row.state["asked_at"] for row in session.scalars(_told(account_id))]
    return not asked or datetime.fromisoformat(max(asked)) <= now - BELIEVED


def keep_told(session: Session, account_id: int, quotas: Sequence[Quota]) -> None:
    """Instead of what was told before. Of several limits of one name the tightest counts."""
    now = session.scalars(sa.select(_CLOCK)).one()
    session.execute(
        sa.delete(RequestQuota).where(
            RequestQuota.platform_account_id == account_id, _LIMIT.is_not(None)
        )
    )
    rows = [
        {"platform_account_id": account_id, "bucket": name, "state": _state(one, now)}
        for name, one in {one.name: one for one in sorted(quotas, key=_rest)}.items()
    ]
    session.execute(insert(RequestQuota).on_conflict_do_nothing(), rows)


def _told(account_id: int) -> sa.Select[RequestQuota]:
    return (
        sa.select(RequestQuota)
        .where(RequestQuota.platform_account_id == account_id, _LIMIT.is_not(None))
        .order_by(RequestQuota.bucket)
    )


def _rest(told: Quota) -> int:
    """The most first."""
    return -told.remaining


def _state(told: Quota, now: datetime) -> dict[str, Any]:
    return {
        "limit": told.limit,
        "remaining": told.remaining,
        "resets_at": told.resets_at.isoformat() if told.resets_at else None,
        "asked_at": now.isoformat(),
    }


def _quota(row: RequestQuota) -> Quota:
    state = row.state
    resets_at = datetime.fromisoformat(state["resets_at"]) if state["resets_at"] else None
    return Quota(row.bucket, state["limit"], state["remaining"], resets_at)


def _locked(session: Session, account_id: int, bucket: str) -> RequestQuota:
    wanted = (
        sa.select(RequestQuota)
        .where(RequestQuota.platform_account_id == account_id, RequestQuota.bucket == bucket)
        .with_for_update()
    )
    found = session.scalars(wanted).one_or_none()
    if found is not None:
        return found
    session.execute(
        insert(RequestQuota)
        .values(platform_account_id=account_id, bucket=bucket, state=QuotaState().as_json())
        .on_conflict_do_nothing()
    )
    return session.scalars(wanted).one()
