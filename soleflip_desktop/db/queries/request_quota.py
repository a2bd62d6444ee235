"""What was taken of a marketplace's limits: a row an account and bucket, locked while it grows."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import RequestQuota
from soleflip_desktop.domain import quota
from soleflip_desktop.domain.quota import QuotaState, Rule

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
        sa.select(RequestQuota).where(RequestQuota.platform_account_id == account_id)
    )
    return {row.bucket: QuotaState.of_json(row.state) for row in rows}


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
