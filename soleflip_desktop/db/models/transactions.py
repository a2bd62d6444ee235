"""Schema `transactions`: listings, orders, their signed charges and the payouts."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from soleflip_desktop.db.base import Amount, Base, Currency, Key, TimestampMixin, enum_type
from soleflip_desktop.domain.transactions import (
    ChargeKind,
    ChargeSource,
    ListingStatus,
    OrderStatus,
)

SCHEMA = "transactions"


class Listing(TimestampMixin, Base):
    """An offer of one unit on one platform account."""

    __tablename__ = "listing"
    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("inventory.item.id"), index=True)
    platform_account_id: Mapped[int] = mapped_column(sa.ForeignKey("system.platform_account.id"))
    external_id: Mapped[str | None]
    status: Mapped[ListingStatus] = mapped_column(enum_type(ListingStatus))
    ask: Mapped[Amount | None]
    currency: Mapped[Currency | None]
    expires_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(sa.Integer, server_default="1")
    __table_args__ = (
        sa.UniqueConstraint("platform_account_id", "external_id"),
        sa.CheckConstraint("(ask IS NULL) = (currency IS NULL)", "currency"),
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
    status: Mapped[OrderStatus] = mapped_column(enum_type(OrderStatus))
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
