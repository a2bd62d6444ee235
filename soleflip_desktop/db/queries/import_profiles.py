"""Import profiles that somebody saved, for all desktops of one database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import ImportProfile


def saved(session: Session) -> list[tuple[str, str, dict[str, Any]]]:
    """Key, title and content of each, by title."""
    profiles = session.scalars(
        sa.select(ImportProfile).order_by(sa.func.lower(ImportProfile.title), ImportProfile.key)
    )
    return [(profile.key, profile.title, profile.profile) for profile in profiles]


def save(session: Session, key: str, title: str, profile: dict[str, Any]) -> None:
    """Keeps the profile under its key, instead of one that is there already."""
    values = {"title": title, "profile": profile}
    session.execute(
        insert(ImportProfile)
        .values(key=key, **values)
        .on_conflict_do_update(index_elements=["key"], set_=values | {"updated_at": sa.func.now()})
    )


def delete(session: Session, key: str) -> bool:
    """Whether there was one."""
    gone = session.scalars(
        sa.delete(ImportProfile).where(ImportProfile.key == key).returning(ImportProfile.key)
    )
    return gone.first() is not None
