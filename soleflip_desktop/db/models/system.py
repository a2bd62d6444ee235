"""Schema `system`: platforms, settings, the log, the event store and the change feed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from soleflip_desktop.db.base import Base, EncryptedText, Key, TimestampMixin, enum_type
from soleflip_desktop.domain.system import EntityKind, LogLevel

SCHEMA = "system"


class Platform(TimestampMixin, Base):
    """A marketplace. Fees are dated rules, not a percentage here."""

    __tablename__ = "platform"
    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    active: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.true())
    __table_args__ = ({"schema": SCHEMA},)


class PlatformAccount(TimestampMixin, Base):
    """One seller account on a platform: the scope in which order numbers are unique.

    `synced` ones are read from the platform's API; `settings` is a `domain.sync.AccountSettings`.
    The secrets lie in the keyring of each desktop under `keyring_ref`.
    """

    __tablename__ = "platform_account"
    id: Mapped[Key]
    platform_id: Mapped[int] = mapped_column(sa.ForeignKey(f"{SCHEMA}.platform.id"))
    label: Mapped[str]
    keyring_ref: Mapped[str | None]
    active: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.true())
    synced: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    settings: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    __table_args__ = (sa.UniqueConstraint("platform_id", "label"), {"schema": SCHEMA})


class SystemConfig(TimestampMixin, Base):
    """A setting shared by all desktops of one database; secret ones are encrypted."""

    __tablename__ = "system_config"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any] | None]
    encrypted_value: Mapped[str | None] = mapped_column(EncryptedText)
    description: Mapped[str | None]
    __table_args__ = (
        sa.CheckConstraint("value IS NULL OR encrypted_value IS NULL", "one_value"),
        {"schema": SCHEMA},
    )


class SystemLog(Base):
    """What users should be able to read later: job results and refusals, no personal data."""

    __tablename__ = "system_log"
    id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    level: Mapped[LogLevel] = mapped_column(enum_type(LogLevel))
    component: Mapped[str]
    message: Mapped[str]
    details: Mapped[dict[str, Any] | None]
    __table_args__ = (sa.Index("ix_system_log_at", "at"), {"schema": SCHEMA})


class EventStore(Base):
    """Append only: what happened to which entity, by whom, from what to what.

    Status changes are written by the database itself in the changing transaction. Rows that one
    import created share one event of its batch (`aggregate_kind` import_batch): their creation
    is told by `import_batch_id` and `import_row` on the rows, a million equal events tell no more.
    """

    __tablename__ = "event_store"
    id: Mapped[Key]
    event_type: Mapped[str]
    aggregate_kind: Mapped[EntityKind] = mapped_column(enum_type(EntityKind))
    aggregate_id: Mapped[int] = mapped_column(sa.BigInteger)
    occurred_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    actor: Mapped[str] = mapped_column(
        server_default=sa.text("coalesce(current_setting('soleflip.actor', true), current_user)")
    )
    data: Mapped[dict[str, Any]]
    correlation_id: Mapped[uuid.UUID | None]
    __table_args__ = (
        sa.Index("ix_event_store_aggregate_kind_aggregate_id", "aggregate_kind", "aggregate_id"),
        sa.Index("ix_event_store_occurred_at", "occurred_at"),
        sa.Index(
            "ix_event_store_correlation_id",
            "correlation_id",
            postgresql_where=sa.text("correlation_id IS NOT NULL"),
        ),
        {"schema": SCHEMA},
    )


class Step(Base):
    """One thing that somebody did and may undo: an edit, a bulk edit, a move, a deletion.

    What it changed is in the event store, under `correlation_id`: undoing writes the old values of
    those events back, so it needs nothing that a restart would lose. `correlation_id` names the
    latest run: the step itself, its undo or its redo. An undone step that can no
    longer be redone, because its actor did something else since, is `dropped`.
    """

    __tablename__ = "step"
    id: Mapped[Key]
    correlation_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    actor: Mapped[str] = mapped_column(
        server_default=sa.text("coalesce(current_setting('soleflip.actor', true), current_user)")
    )
    title: Mapped[str]
    done_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    undone_at: Mapped[datetime | None]
    dropped: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    __table_args__ = (sa.Index("ix_step_actor_id", "actor", "id"), {"schema": SCHEMA})


class SavedView(TimestampMixin, Base):
    """Filters, columns, sort and grouping of one table under a name. No owner: everybody's."""

    __tablename__ = "saved_view"
    id: Mapped[Key]
    table_key: Mapped[str]
    owner: Mapped[str | None]
    name: Mapped[str]
    state: Mapped[dict[str, Any]]
    __table_args__ = (
        sa.UniqueConstraint("table_key", "owner", "name", postgresql_nulls_not_distinct=True),
        {"schema": SCHEMA},
    )


class DefaultView(Base):
    """The view with which a table opens for one user."""

    __tablename__ = "default_view"
    table_key: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(primary_key=True)
    view_id: Mapped[int] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.saved_view.id", ondelete="CASCADE"), index=True
    )
    __table_args__ = ({"schema": SCHEMA},)


class StatusTransition(Base):
    """The allowed status changes; the triggers on item, order and listing look here."""

    __tablename__ = "status_transition"
    entity: Mapped[EntityKind] = mapped_column(enum_type(EntityKind), primary_key=True)
    from_status: Mapped[str] = mapped_column(primary_key=True)
    to_status: Mapped[str] = mapped_column(primary_key=True)
    __table_args__ = ({"schema": SCHEMA},)


class ChangeLog(Base):
    """The change feed (performance.md D): a row a statement, ids or NULL for "many".

    Serials are not in commit order, so readers go on by transaction: they take what was written by
    transactions that had not ended when they last read, and reading a row twice does no harm.
    """

    __tablename__ = "change_log"
    seq: Mapped[Key]
    entity: Mapped[EntityKind] = mapped_column(enum_type(EntityKind))
    operation: Mapped[str] = mapped_column(sa.CHAR(1))
    ids: Mapped[list[int] | None] = mapped_column(postgresql.ARRAY(sa.BigInteger))
    xid: Mapped[int] = mapped_column(
        sa.BigInteger, server_default=sa.text("(pg_current_xact_id()::text)::bigint")
    )
    at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    __table_args__ = (
        sa.CheckConstraint("operation IN ('I', 'U', 'D')", "operation"),
        sa.Index("ix_change_log_xid", "xid"),
        {"schema": SCHEMA},
    )
