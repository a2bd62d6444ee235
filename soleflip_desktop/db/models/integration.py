"""Schema `integration`: imports with their provenance, and what marketplaces say of a size."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from soleflip_desktop.db.base import Amount, Base, Currency, Key, TimestampMixin, enum_type
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.integration import BatchStatus, ChangedEntity, RecordState
from soleflip_desktop.domain.marketplace import RemoteEntity
from soleflip_desktop.domain.sync import (
    ReviewAnswer,
    ReviewKind,
    ReviewState,
    RunStatus,
    SyncKind,
)

SCHEMA = "integration"


class ImportBatch(TimestampMixin, Base):
    """One run over one file: what it was, how it was read and what became of it.

    `format` names an import profile: profiles are data, so no CHECK lists them. `parse_settings`
    is the frozen ImportPlan; `row_classes` holds one letter a row (zstd), see `import_review`;
    `kept_rows` are those that an undo left, which a redo must not touch.
    """

    __tablename__ = "import_batch"
    id: Mapped[Key]
    file_name: Mapped[str]
    file_size: Mapped[int] = mapped_column(sa.BigInteger)
    file_sha256: Mapped[str | None] = mapped_column(sa.CHAR(64), index=True)
    format: Mapped[str]
    title: Mapped[str] = mapped_column(server_default="")
    target: Mapped[Target] = mapped_column(enum_type(Target), server_default=Target.SALES)
    parse_settings: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    header: Mapped[list[str]] = mapped_column(
        postgresql.ARRAY(sa.Text), server_default=sa.text("'{}'")
    )
    status: Mapped[BatchStatus] = mapped_column(enum_type(BatchStatus))
    started_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    finished_at: Mapped[datetime | None]
    rows: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    imported: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    changed: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    unchanged: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    duplicates: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    rejected: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    conflicts: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    skipped: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    warnings: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    totals: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    file_totals: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    row_classes: Mapped[bytes | None]
    kept_rows: Mapped[list[int]] = mapped_column(
        postgresql.ARRAY(sa.Integer), server_default=sa.text("'{}'")
    )
    undone_at: Mapped[datetime | None]
    error: Mapped[str | None]
    __table_args__ = (
        sa.CheckConstraint(
            "rows >= imported + changed + duplicates + rejected + conflicts + skipped",
            "row_counts",
        ),
        {"schema": SCHEMA},
    )


class ImportRecord(Base):
    """A row that did not go in, or went in with a remark: its cells and what is wrong."""

    __tablename__ = "import_record"
    batch_id: Mapped[int] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.import_batch.id", ondelete="CASCADE"), primary_key=True
    )
    row_no: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    state: Mapped[RecordState] = mapped_column(enum_type(RecordState))
    cells: Mapped[list[Any]]
    issues: Mapped[list[Any]]
    __table_args__ = ({"schema": SCHEMA},)


class ImportChunk(Base):
    """About a thousand raw records of a file, compressed (zstd), and where each one starts."""

    __tablename__ = "import_chunk"
    batch_id: Mapped[int] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.import_batch.id", ondelete="CASCADE"), primary_key=True
    )
    first_row: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    offsets: Mapped[list[int]] = mapped_column(postgresql.ARRAY(sa.Integer))
    data: Mapped[bytes]
    __table_args__ = ({"schema": SCHEMA},)


class ImportChange(Base):
    """One record that a batch changed, or made beside the rows that carry their batch themselves.

    A draft's lines say what it would change. `before` and `after` hold the changed columns only;
    `version` is the record's version after the change, by which an undo sees later edits.
    """

    __tablename__ = "import_change"
    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.import_batch.id", ondelete="CASCADE")
    )
    row_no: Mapped[int | None]
    entity: Mapped[ChangedEntity] = mapped_column(enum_type(ChangedEntity))
    entity_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    operation: Mapped[str] = mapped_column(sa.CHAR(1))
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    version: Mapped[int | None]
    __table_args__ = (
        sa.Index("ix_import_change_batch_id_row_no", "batch_id", "row_no"),
        sa.Index("ix_import_change_entity_entity_id", "entity", "entity_id"),
        sa.CheckConstraint("operation IN ('I', 'U')", "operation"),
        {"schema": SCHEMA},
    )


class ImportProfile(TimestampMixin, Base):
    """A profile that somebody saved under a name, for all desktops of this database."""

    __tablename__ = "import_profile"
    key: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    profile: Mapped[dict[str, Any]]
    __table_args__ = ({"schema": SCHEMA},)


class MarketplaceData(Base):
    """What a platform said about one size at one moment. New answers are new rows."""

    __tablename__ = "marketplace_data"
    id: Mapped[Key]
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("catalog.product_variant.id"))
    platform_id: Mapped[int] = mapped_column(sa.ForeignKey("system.platform.id"), index=True)
    observed_at: Mapped[datetime]
    currency: Mapped[Currency]
    lowest_ask: Mapped[Amount | None]
    highest_bid: Mapped[Amount | None]
    last_sale: Mapped[Amount | None]
    sell_faster: Mapped[Amount | None]
    earn_more: Mapped[Amount | None]
    sales_72h: Mapped[int | None]
    __table_args__ = (
        sa.UniqueConstraint("variant_id", "platform_id", "currency", "observed_at"),
        {"schema": SCHEMA},
    )


_ACCOUNT = "system.platform_account.id"


class SyncRun(Base):
    """One run of one kind of sync on one account: who ran it and what came of it.

    fetched = created + updated + unchanged + failed; `waited_s` is time spent on limits.
    """

    __tablename__ = "sync_run"
    id: Mapped[Key]
    platform_account_id: Mapped[int] = mapped_column(sa.ForeignKey(_ACCOUNT, ondelete="CASCADE"))
    kind: Mapped[SyncKind] = mapped_column(enum_type(SyncKind))
    status: Mapped[RunStatus] = mapped_column(enum_type(RunStatus))
    full: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    actor: Mapped[str] = mapped_column(
        server_default=sa.text("coalesce(current_setting('soleflip.actor', true), current_user)")
    )
    started_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    finished_at: Mapped[datetime | None]
    fetched: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    created: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    updated: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    unchanged: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    failed: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    requests: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    waited_s: Mapped[Decimal] = mapped_column(sa.Numeric(10, 1), server_default="0")
    message: Mapped[str] = mapped_column(server_default="")
    __table_args__ = (
        sa.Index("ix_sync_run_platform_account_id_kind_id", "platform_account_id", "kind", "id"),
        sa.CheckConstraint("fetched = created + updated + unchanged + failed", "counts"),
        {"schema": SCHEMA},
    )


class SyncCursor(Base):
    """Where a kind of sync stands: written in the transaction of the data that it describes.

    `cursor` is a `domain.sync.Cursor`; `failures` counts those in a row, for the back-off.
    """

    __tablename__ = "sync_cursor"
    platform_account_id: Mapped[int] = mapped_column(
        sa.ForeignKey(_ACCOUNT, ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[SyncKind] = mapped_column(enum_type(SyncKind), primary_key=True)
    cursor: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    succeeded_at: Mapped[datetime | None]
    next_run_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    __table_args__ = ({"schema": SCHEMA},)


class RequestQuota(Base):
    """What was taken of a marketplace's limits, by all desktops (`domain.quota.QuotaState`)."""

    __tablename__ = "request_quota"
    platform_account_id: Mapped[int] = mapped_column(
        sa.ForeignKey(_ACCOUNT, ondelete="CASCADE"), primary_key=True
    )
    bucket: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[dict[str, Any]]
    __table_args__ = ({"schema": SCHEMA},)


class RemoteRecord(Base):
    """A record as its platform last told it, without personal data.

    `digest` tells in a moment that nothing changed; `round` and `part` name the pass that saw it
    last. `local_id` is our order or listing; NULL where it could not be taken in.
    """

    __tablename__ = "remote_record"
    platform_account_id: Mapped[int] = mapped_column(
        sa.ForeignKey(_ACCOUNT, ondelete="CASCADE"), primary_key=True
    )
    entity: Mapped[RemoteEntity] = mapped_column(enum_type(RemoteEntity), primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    raw: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(sa.CHAR(64))
    local_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    round: Mapped[uuid.UUID]
    part: Mapped[str]
    seen_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    changed_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    __table_args__ = ({"schema": SCHEMA},)


class ReviewEntry(Base):
    """A question that only a person can answer, about something a marketplace said."""

    __tablename__ = "review_entry"
    id: Mapped[Key]
    platform_account_id: Mapped[int] = mapped_column(sa.ForeignKey(_ACCOUNT, ondelete="CASCADE"))
    kind: Mapped[ReviewKind] = mapped_column(enum_type(ReviewKind))
    external_id: Mapped[str]
    title: Mapped[str]
    words: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    raised_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    state: Mapped[ReviewState] = mapped_column(enum_type(ReviewState), server_default="open")
    answer: Mapped[ReviewAnswer | None] = mapped_column(enum_type(ReviewAnswer))
    settled_by: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    __table_args__ = (
        sa.Index(
            "uq_review_entry_open",
            "platform_account_id",
            "kind",
            "external_id",
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
        ),
        {"schema": SCHEMA},
    )
