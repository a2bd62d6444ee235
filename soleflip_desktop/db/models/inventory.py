"""Schema `inventory`: the units, where they lie, their papers, and how they are counted."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from soleflip_desktop.db.base import (
    Amount,
    Base,
    Currency,
    Key,
    Percent,
    TimestampMixin,
    enum_type,
)
from soleflip_desktop.domain.inventory import BoxState, Condition, ItemStatus, VatScheme

SCHEMA = "inventory"


class Location(TimestampMixin, Base):
    """A place where units lie: a room, a shelf in it, a box on that.

    `path` is "Room / Shelf / Box"; the database itself keeps it in step with the names above.
    `code` is what the place's own label says, where it has another one than ours.
    """

    __tablename__ = "location"
    id: Mapped[Key]
    parent_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.location.id"), index=True
    )
    name: Mapped[str]
    path: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str | None] = mapped_column(unique=True)
    __table_args__ = (
        sa.CheckConstraint("name <> '' AND strpos(name, ' / ') = 0", "name"),
        {"schema": SCHEMA},
    )


class InventoryItem(TimestampMixin, Base):
    """One physical unit. Its cost is unknown (NULL) until a purchase says otherwise, never 0.

    `cost_inbound` is what it cost to get it here (shipping, customs, fees), in `cost_currency`:
    landed cost = cost_gross + cost_inbound. `content_key` identifies units of a list without
    numbers, as it does for orders.
    """

    __tablename__ = "item"
    id: Mapped[Key]
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("catalog.product_variant.id"), index=True)
    status: Mapped[ItemStatus] = mapped_column(enum_type(ItemStatus))
    condition: Mapped[Condition | None] = mapped_column(enum_type(Condition))
    box_state: Mapped[BoxState | None] = mapped_column(enum_type(BoxState))
    supplier_id: Mapped[int | None] = mapped_column(sa.ForeignKey("suppliers.supplier.id"))
    purchase_order_number: Mapped[str | None]
    purchase_invoice_number: Mapped[str | None]
    acquired_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    return_until: Mapped[date | None]
    cost_gross: Mapped[Amount | None]
    cost_net: Mapped[Amount | None]
    cost_inbound: Mapped[Amount | None]
    cost_currency: Mapped[Currency | None]
    vat_scheme: Mapped[VatScheme | None] = mapped_column(enum_type(VatScheme))
    vat_pct: Mapped[Percent | None]
    location_id: Mapped[int | None] = mapped_column(sa.ForeignKey(f"{SCHEMA}.location.id"))
    tags: Mapped[list[str]] = mapped_column(postgresql.ARRAY(sa.Text), server_default="{}")
    notes: Mapped[str | None]
    content_key: Mapped[uuid.UUID | None]
    import_batch_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("integration.import_batch.id")
    )
    import_row: Mapped[int | None]
    version: Mapped[int] = mapped_column(sa.Integer, server_default="1")
    __table_args__ = (
        sa.CheckConstraint(
            "cost_currency IS NOT NULL "
            "OR (cost_gross IS NULL AND cost_net IS NULL AND cost_inbound IS NULL)",
            "cost_currency",
        ),
        # Few rows of a long history are still in the house: a partial index stays small.
        sa.Index(
            "ix_item_status_open",
            "status",
            postgresql_where=sa.text("status NOT IN ('completed', 'sold', 'cancelled')"),
        ),
        sa.Index(
            "ix_item_supplier_id",
            "supplier_id",
            postgresql_where=sa.text("supplier_id IS NOT NULL"),
        ),
        sa.Index(
            "ix_item_location_id",
            "location_id",
            postgresql_where=sa.text("location_id IS NOT NULL"),
        ),
        sa.Index("ix_item_import_batch_id", "import_batch_id", postgresql_using="brin"),
        sa.Index(
            "uq_item_content_key",
            "content_key",
            unique=True,
            postgresql_where=sa.text("content_key IS NOT NULL"),
        ),
        sa.Index(
            "ix_item_purchase_order_number",
            "purchase_order_number",
            postgresql_where=sa.text("purchase_order_number IS NOT NULL"),
        ),
        {"schema": SCHEMA},
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as is)


class StockXPresaleMarking(TimestampMixin, Base):
    """A unit promised on StockX before it is in the house, and when it has to be shipped."""

    __tablename__ = "stockx_presale_marking"
    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.item.id", ondelete="CASCADE"), index=True
    )
    stockx_listing_id: Mapped[str | None] = mapped_column(unique=True)
    marked_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    ship_by: Mapped[datetime | None]
    unmarked_at: Mapped[datetime | None]
    __table_args__ = ({"schema": SCHEMA},)


class Attachment(TimestampMixin, Base):
    """A photo or document of a unit. The file itself lies in the data folder, named by `sha256`."""

    __tablename__ = "attachment"
    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.item.id", ondelete="CASCADE"), index=True
    )
    sha256: Mapped[str] = mapped_column(sa.CHAR(64))
    file_name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger)
    position: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    __table_args__ = (sa.UniqueConstraint("item_id", "sha256"), {"schema": SCHEMA})


class StockCount(TimestampMixin, Base):
    """One count of what lies at a place and below it, or of all stock. May take days."""

    __tablename__ = "stock_count"
    id: Mapped[Key]
    location_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.location.id", ondelete="CASCADE"), index=True
    )
    actor: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    finished_at: Mapped[datetime | None]
    __table_args__ = ({"schema": SCHEMA},)


class StockCountScan(Base):
    """One code that was scanned during a count; codes that nobody knows are kept too."""

    __tablename__ = "stock_count_scan"
    id: Mapped[Key]
    count_id: Mapped[int] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.stock_count.id", ondelete="CASCADE"), index=True
    )
    code: Mapped[str]
    item_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.item.id", ondelete="SET NULL"), index=True
    )
    scanned_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    __table_args__ = ({"schema": SCHEMA},)
