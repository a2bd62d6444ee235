"""Saved views of tables, and the one with which a table opens for somebody."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import DefaultView, SavedView
from soleflip_desktop.domain.saved_views import SavedViewRow, ViewState, from_json, to_json


def views(session: Session, table_key: str, actor: str) -> list[SavedViewRow]:
    """Those of the actor and everybody's; the actor's first, each by name."""
    return [_row(found) for found in session.execute(_visible(actor, table_key))]


def tables(session: Session, actor: str) -> list[str]:
    """The tables of which the actor sees a view."""
    chosen = sa.select(SavedView.table_key).where(_seen_by(actor)).distinct()
    return list(session.scalars(chosen.order_by(SavedView.table_key)))


def view(session: Session, view_id: int, actor: str) -> SavedViewRow | None:
    """The view, if the actor may see it."""
    found = session.execute(_visible(actor).where(SavedView.id == view_id)).first()
    return None if found is None else _row(found)


def save(session: Session, table_key: str, name: str, state: ViewState, owner: str | None) -> int:
    """Keeps the view of that owner under that name, instead of one that is there already."""
    written = {"state": to_json(state)}
    statement = insert(SavedView).values(table_key=table_key, name=name, owner=owner, **written)
    statement = statement.on_conflict_do_update(
        index_elements=["table_key", "owner", "name"],
        set_=written | {"updated_at": sa.func.now()},
    )
    return session.scalars(statement.returning(SavedView.id)).one()


def is_taken(session: Session, view_id: int, name: str) -> bool:
    """Whether another view of the same table and owner has that name."""
    this = sa.orm.aliased(SavedView)
    same = sa.and_(
        this.table_key == SavedView.table_key,
        this.owner.is_not_distinct_from(SavedView.owner),
        this.id != SavedView.id,
    )
    other = sa.select(SavedView.id).join(this, same)
    found = session.scalars(other.where(this.id == view_id, SavedView.name == name))
    return found.first() is not None


def rename(session: Session, view_id: int, name: str) -> None:
    changed = {"name": name, "updated_at": sa.func.now()}
    session.execute(sa.update(SavedView).where(SavedView.id == view_id).values(changed))


def delete(session: Session, view_id: int) -> None:
    """Takes the view's marks as a default along."""
    session.execute(sa.delete(SavedView).where(SavedView.id == view_id))


def set_default(session: Session, table_key: str, view_id: int | None, actor: str) -> None:
    if view_id is None:
        mine = (DefaultView.table_key == table_key, DefaultView.actor == actor)
        session.execute(sa.delete(DefaultView).where(*mine))
        return
    statement = insert(DefaultView).values(table_key=table_key, actor=actor, view_id=view_id)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["table_key", "actor"], set_={"view_id": view_id}
        )
    )


def _visible(actor: str, table_key: str | None = None) -> sa.Select[SavedView, int]:
    default = sa.and_(DefaultView.view_id == SavedView.id, DefaultView.actor == actor)
    found = sa.select(SavedView, DefaultView.view_id).outerjoin(DefaultView, default)
    found = found.where(_seen_by(actor))
    if table_key is not None:
        found = found.where(SavedView.table_key == table_key)
    return found.order_by(SavedView.owner.is_(None), sa.func.lower(SavedView.name), SavedView.id)


def _seen_by(actor: str) -> sa.ColumnElement[bool]:
    return sa.or_(SavedView.owner == actor, SavedView.owner.is_(None))


def _row(found: sa.Row[SavedView, int]) -> SavedViewRow:
    view = found[0]
    return SavedViewRow(
        id=view.id,
        name=view.name,
        shared=view.owner is None,
        default=found[1] is not None,
        state=from_json(view.state),
    )
