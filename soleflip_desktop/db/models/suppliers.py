"""Schema `suppliers`: whom we buy from. No password and no card ever comes here."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from soleflip_desktop.db.base import (
    Amount,
    Base,
    Currency,
    EncryptedText,
    Key,
    Percent,
    TimestampMixin,
    enum_type,
)
from soleflip_desktop.domain.suppliers import PurchaseStatus, SupplierStatus

SCHEMA = "suppliers"


class Supplier(TimestampMixin, Base):
    """A shop or a person. Ratings and totals are queries, not columns."""

    __tablename__ = "supplier"
    id: Mapped[Key]
    name: Mapped[str]
    kind: Mapped[str | None]
    website: Mapped[str | None]
    email: Mapped[str | None]
    country: Mapped[str | None] = mapped_column(sa.CHAR(2))
    vat_number: Mapped[str | None]
    return_policy_days: Mapped[int | None]
    status: Mapped[SupplierStatus] = mapped_column(
        enum_type(SupplierStatus), server_default=SupplierStatus.ACTIVE
    )
    notes: Mapped[str | None]
    version: Mapped[int] = mapped_column(sa.Integer, server_default="1")
    __table_args__ = (
        sa.Index("uq_supplier_lower_name", sa.text("lower(name)"), unique=True),
        {"schema": SCHEMA},
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as is)


class SupplierAccount(TimestampMixin, Base):
    """A customer account at a supplier: its password stays in the keyring under `keyring_ref`."""

    __tablename__ = "supplier_account"
    id: Mapped[Key]
    supplier_id: Mapped[int] = mapped_column(sa.ForeignKey(f"{SCHEMA}.supplier.id"))
    label: Mapped[str]
    email: Mapped[str | None] = mapped_column(EncryptedText)
    keyring_ref: Mapped[str | None]
    active: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.true())
    notes: Mapped[str | None]
    __table_args__ = (sa.UniqueConstraint("supplier_id", "label"), {"schema": SCHEMA})


class SupplierPerformance(Base):
    """One supplier's month, computed when the month is closed."""

    __tablename__ = "supplier_performance"
    supplier_id: Mapped[int] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.supplier.id", ondelete="CASCADE"), primary_key=True
    )
    month: Mapped[date] = mapped_column(primary_key=True)
    orders: Mapped[int]
    delivery_days_mean: Mapped[Percent | None]
    return_pct: Mapped[Percent | None]
    roi_pct: Mapped[Percent | None]
    computed_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    __table_args__ = (
        sa.CheckConstraint("extract(day from month) = 1", "month_first"),
        {"schema": SCHEMA},
    )


class AccountPurchaseHistory(TimestampMixin, Base):
    """One order placed with a supplier's account."""

    __tablename__ = "account_purchase_history"
    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.supplier_account.id"), index=True
    )
    order_number: Mapped[str | None]
    ordered_at: Mapped[datetime]
    amount: Mapped[Amount]
    currency: Mapped[Currency]
    status: Mapped[PurchaseStatus] = mapped_column(enum_type(PurchaseStatus))
    failure_reason: Mapped[str | None]
    __table_args__ = (sa.UniqueConstraint("account_id", "order_number"), {"schema": SCHEMA})
