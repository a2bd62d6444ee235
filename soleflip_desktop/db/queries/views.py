"""Saved views of tables, and the one with which a table opens for somebody.

A table asks for its view before its rows: these statements do without the mapped classes, whose
import takes longer than everything else until then.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from soleflip_desktop.domain.saved_views import SavedViewRow, ViewState, from_json, to_json

_SAVED = sa.table(
    "saved_view",
    sa.column("id", sa.BigInteger),
    sa.column("table_key", sa.Text),
    sa.column("owner", sa.Text),
    sa.column("name", sa.Text),
    sa.column("state", JSONB),
    sa.column("updated_at", sa.TIMESTAMP(timezone=True)),
    schema="system",
)
_DEFAULT = sa.table(
    "default_view",
    sa.column("table_key", sa.Text),
    sa.column("actor", sa.Text),
    sa.column("view_id", sa.BigInteger),
    schema="system",
)
_COLUMNS = (_SAVED.c.id, _SAVED.c.name, _SAVED.c.owner, _SAVED.c.state, _DEFAULT.c.view_id)


def views(session: Session, table_key: str, actor: str) -> list[SavedViewRow]:
    """Those of the actor and everybody's; the actor's first, each by name."""
    return [_row(found) for found in session.execute(_visible(actor, table_key))]


def tables(session: Session, actor: str) -> list[str]:
    """The tables of which the actor sees a view."""
    chosen = sa.select(_SAVED.c.table_key).where(_seen_by(actor)).distinct()
    return list(session.scalars(chosen.order_by(_SAVED.c.table_key)))


def view(session: Session, view_id: int, actor: str) -> SavedViewRow | None:
    """The view, if the actor may see it."""
    found = session.execute(_visible(actor).where(_SAVED.c.id == view_id)).first()
    return None if found is None else _row(found)


def save(session: Session, table_key: str, name: str, state: ViewState, owner: str | None) -> int:
    """Keeps the view of that owner under that name, instead of one that is there already."""
    written = {"state": to_json(state)}
    statement = insert(_SAVED).values(table_key=table_key, name=name, owner=owner, **written)
    statement = statement.on_conflict_do_update(
        index_elements=["table_key", "owner", "name"],
        set_=written | {"updated_at": sa.func.now()},
    )
    return int(session.scalars(statement.returning(_SAVED.c.id)).one())


def is_taken(session: Session, view_id: int, name: str) -> bool:
    """Whether another view of the same table and owner has that name."""
    this = _SAVED.alias()
    same = sa.and_(
        this.c.table_key == _SAVED.c.table_key,
        this.c.owner.is_not_distinct_from(_SAVED.c.owner),
        this.c.id != _SAVED.c.id,
    )
    other = sa.select(_SAVED.c.id).join(this, same)
    found = session.scalars(other.where(this.c.id == view_id, _SAVED.c.name == name))
    return found.first() is not None


def rename(session: Session, view_id: int, name: str) -> None:
    changed = {"name": name, "updated_at": sa.func.now()}
    session.execute(sa.update(_SAVED).where(_SAVED.c.id == view_id).values(changed))


def delete(session: Session, view_id: int) -> None:
    """Takes the view's marks as a default along."""
    session.execute(sa.delete(_SAVED).where(_SAVED.c.id == view_id))


def set_default(session: Session, table_key: str, view_id: int | None, actor: str) -> None:
    if view_id is None:
        mine = (_DEFAULT.c.table_key == table_key, _DEFAULT.c.actor == actor)
        session.execute(sa.delete(_DEFAULT).where(*mine))
        return
    statement = insert(_DEFAULT).values(table_key=table_key, actor=actor, view_id=view_id)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["table_key", "actor"], set_={"view_id": view_id}
        )
    )


def _visible(actor: str, table_key: str | None = None) -> sa.Select[*tuple[Any, ...]]:
    default = sa.and_(_DEFAULT.c.view_id == _SAVED.c.id, _DEFAULT.c.actor == actor)
    found = sa.select(*_COLUMNS).outerjoin_from(_SAVED, _DEFAULT, default)
    found = found.where(_seen_by(actor))
    if table_key is not None:
        found = found.where(_SAVED.c.table_key == table_key)
    return found.order_by(_SAVED.c.owner.is_(None), sa.func.lower(_SAVED.c.name), _SAVED.c.id)


def _seen_by(actor: str) -> sa.ColumnElement[bool]:
    return sa.or_(_SAVED.c.owner == actor, _SAVED.c.owner.is_(None))


def _row(found: sa.Row[*tuple[Any, ...]]) -> SavedViewRow:
    return SavedViewRow(
        id=found.id,
        name=found.name,
        shared=found.owner is None,
        default=found.view_id is not None,
        state=from_json(found.state),
    )
