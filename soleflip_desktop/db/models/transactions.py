"""Schema `transactions`: listings, orders, their signed charges and the payouts."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from soleflip_desktop.db.base import Amount, Base, Currency, Key, TimestampMixin, enum_type
from soleflip_desktop.domain.outbox import OutboxAction, OutboxReason, OutboxState
from soleflip_desktop.domain.transactions import (
    ChargeKind,
    ChargeSource,
    ListingStatus,
    OrderStatus,
)

SCHEMA = "transactions"


class Listing(TimestampMixin, Base):
    """An offer on one platform account: of a unit, or of a size where the unit is not known.

    `external_id` is the platform's and comes with its confirmation; `remote_status` is its own
    word for how the offer stands, `seen_at` when it last said so.
    """

    __tablename__ = "listing"
    id: Mapped[Key]
    item_id: Mapped[int | None] = mapped_column(sa.ForeignKey("inventory.item.id"), index=True)
    variant_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("catalog.product_variant.id"), index=True
    )
    platform_account_id: Mapped[int] = mapped_column(sa.ForeignKey("system.platform_account.id"))
    external_id: Mapped[str | None]
    status: Mapped[ListingStatus] = mapped_column(enum_type(ListingStatus))
    ask: Mapped[Amount | None]
    currency: Mapped[Currency | None]
    expires_at: Mapped[datetime | None]
    quantity: Mapped[int] = mapped_column(sa.Integer, server_default="1")
    remote_status: Mapped[str | None]
    seen_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(sa.Integer, server_default="1")
    __table_args__ = (
        sa.UniqueConstraint("platform_account_id", "external_id"),
        sa.CheckConstraint("(ask IS NULL) = (currency IS NULL)", "currency"),
        sa.CheckConstraint("item_id IS NOT NULL OR variant_id IS NOT NULL", "what"),
        {"schema": SCHEMA},
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as is)


class Payout(TimestampMixin, Base):
    """One transfer of money by a platform. `amount` is what the platform says it sent."""

    __tablename__ = "payout"
    id: Mapped[Key]
    platform_account_id: Mapped[int] = mapped_column(sa.ForeignKey("system.platform_account.id"))
    external_id: Mapped[str]
    paid_at: Mapped[datetime | None]
    amount: Mapped[Amount | None]
    currency: Mapped[Currency]
    import_batch_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("integration.import_batch.id")
    )
    __table_args__ = (
        sa.UniqueConstraint("platform_account_id", "external_id"),
        {"schema": SCHEMA},
    )


class Order(TimestampMixin, Base):
    """One sold unit. `payout_amount` is what was really paid for it: the truth of the sale.

    `external_id` is the marketplace's own number for this unit. Where a source has none,
    `content_key` takes its place: a hash of the row's content and of how many equal rows stood
    before it in the file, so that equal sales stay apart and the same file adds nothing twice.
    """

    __tablename__ = "order"
    id: Mapped[Key]
    platform_account_id: Mapped[int] = mapped_column(sa.ForeignKey("system.platform_account.id"))
    external_id: Mapped[str | None]
    content_key: Mapped[uuid.UUID | None]
    item_id: Mapped[int | None] = mapped_column(sa.ForeignKey("inventory.item.id"))
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("catalog.product_variant.id"))
    listing_id: Mapped[int | None] = mapped_column(sa.ForeignKey(f"{SCHEMA}.listing.id"))
    status: Mapped[OrderStatus] = mapped_column(enum_type(OrderStatus))
    remote_status: Mapped[str | None]
    ship_by: Mapped[datetime | None]
    sold_at: Mapped[datetime] = mapped_column(index=True)
    gross_amount: Mapped[Amount]
    gross_currency: Mapped[Currency]
    payout_amount: Mapped[Amount | None]
    payout_currency: Mapped[Currency | None]
    paid_at: Mapped[datetime | None]
    payout_id: Mapped[int | None] = mapped_column(sa.ForeignKey(f"{SCHEMA}.payout.id"))
    buyer_country: Mapped[str | None] = mapped_column(sa.CHAR(2))
    buyer_region: Mapped[str | None]
    import_batch_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("integration.import_batch.id")
    )
    import_row: Mapped[int | None]
    version: Mapped[int] = mapped_column(sa.Integer, server_default="1")
    __table_args__ = (
        sa.UniqueConstraint("platform_account_id", "external_id"),
        sa.Index(
            "uq_order_platform_account_id_content_key",
            "platform_account_id",
            "content_key",
            unique=True,
            postgresql_where=sa.text("content_key IS NOT NULL"),
        ),
        # A unit can be sold once at a time: again only after a cancellation or a return.
        sa.Index(
            "uq_order_item_id_live",
            "item_id",
            unique=True,
            postgresql_where=sa.text("status NOT IN ('cancelled', 'returned', 'refunded')"),
        ),
        sa.Index(
            "ix_order_payout_id", "payout_id", postgresql_where=sa.text("payout_id IS NOT NULL")
        ),
        sa.Index("ix_order_import_batch_id", "import_batch_id", postgresql_using="brin"),
        sa.Index("ix_order_item_id", "item_id"),
        sa.Index(
            "ix_order_listing_id",
            "listing_id",
            postgresql_where=sa.text("listing_id IS NOT NULL"),
        ),
        # What has to be shipped next is asked after each change.
        sa.Index(
            "ix_order_ship_by",
            "ship_by",
            postgresql_where=sa.text("status IN ('pending', 'confirmed') AND ship_by IS NOT NULL"),
        ),
        sa.Index("ix_order_variant_id", "variant_id"),
        sa.CheckConstraint("external_id IS NOT NULL OR content_key IS NOT NULL", "identity"),
        sa.CheckConstraint(
            "(payout_amount IS NULL) = (payout_currency IS NULL)", "payout_currency"
        ),
        {"schema": SCHEMA},
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as is)


class Transaction(Base):
    """One signed line under an order: negative takes from the payout, positive adds to it.

    gross_amount + the lines of an order = its payout_amount. A line that was settled later than
    its order (a refund) names its own payout.
    """

    __tablename__ = "transaction"
    order_id: Mapped[int] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.order.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    kind: Mapped[ChargeKind] = mapped_column(enum_type(ChargeKind))
    amount: Mapped[Amount]
    currency: Mapped[Currency]
    source: Mapped[ChargeSource] = mapped_column(enum_type(ChargeSource))
    payout_id: Mapped[int | None] = mapped_column(sa.ForeignKey(f"{SCHEMA}.payout.id"))
    __table_args__ = (
        sa.Index(
            "ix_transaction_payout_id",
            "payout_id",
            postgresql_where=sa.text("payout_id IS NOT NULL"),
        ),
        {"schema": SCHEMA},
    )


class OutboxEntry(TimestampMixin, Base):
    """One wish to change a marketplace, and what came of it (`domain.outbox`).

    `ask` and `old_ask` are in `currency`. `answer` is the platform's own word, `error` ours. A
    listing has at most one unsettled wish of a kind.
    """

    __tablename__ = "outbox"
    id: Mapped[Key]
    platform_account_id: Mapped[int] = mapped_column(
        sa.ForeignKey("system.platform_account.id", ondelete="CASCADE")
    )
    action: Mapped[OutboxAction] = mapped_column(enum_type(OutboxAction))
    state: Mapped[OutboxState] = mapped_column(enum_type(OutboxState))
    reason: Mapped[OutboxReason] = mapped_column(enum_type(OutboxReason), server_default="user")
    listing_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.listing.id", ondelete="CASCADE"), index=True
    )
    item_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("inventory.item.id", ondelete="SET NULL"), index=True
    )
    order_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.order.id", ondelete="CASCADE"), index=True
    )
    ask: Mapped[Amount | None]
    old_ask: Mapped[Amount | None]
    currency: Mapped[Currency | None]
    expires_at: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.true())
    carrier: Mapped[str | None]
    tracking_number: Mapped[str | None]
    actor: Mapped[str] = mapped_column(
        server_default=sa.text("coalesce(current_setting('soleflip.actor', true), current_user)")
    )
    attempts: Mapped[int] = mapped_column(sa.Integer, server_default="0")
    not_before: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    operation_id: Mapped[str | None]
    batch_id: Mapped[str | None]
    answer: Mapped[dict[str, Any] | None]
    error: Mapped[str] = mapped_column(server_default="")
    version: Mapped[int] = mapped_column(sa.Integer, server_default="1")
    __table_args__ = (
        sa.Index(
            "ix_outbox_open",
            "platform_account_id",
            "id",
            postgresql_where=sa.text("state NOT IN ('confirmed', 'dropped')"),
        ),
        sa.Index(
            "uq_outbox_listing_id_action_open",
            "listing_id",
            "action",
            unique=True,
            postgresql_where=sa.text("state NOT IN ('confirmed', 'dropped')"),
        ),
        sa.CheckConstraint("ask IS NULL OR currency IS NOT NULL", "currency"),
        {"schema": SCHEMA},
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as is)
