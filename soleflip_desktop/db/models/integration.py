"""Schema `integration`: imports with their provenance, and what marketplaces say of a size."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from soleflip_desktop.db.base import Amount, Base, Currency, Key, TimestampMixin, enum_type
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.integration import BatchStatus, ChangedEntity, RecordState

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
