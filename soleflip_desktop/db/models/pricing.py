"""Schema `pricing`: what a unit could be bought for, and the history of what we asked."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from soleflip_desktop.db.base import Amount, Base, Currency, Key, enum_type
from soleflip_desktop.domain.pricing import Availability

SCHEMA = "pricing"


class SourcePrice(Base):
    """An offer of a feed or a price list for one size, as seen at one moment."""

    __tablename__ = "source_price"
    id: Mapped[Key]
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("catalog.product_variant.id"))
    supplier_id: Mapped[int] = mapped_column(sa.ForeignKey("suppliers.supplier.id"), index=True)
    source: Mapped[str]
    external_id: Mapped[str | None]
    price: Mapped[Amount]
    currency: Mapped[Currency]
    availability: Mapped[Availability] = mapped_column(
        enum_type(Availability), server_default=Availability.UNKNOWN
    )
    stock_quantity: Mapped[int | None]
    url: Mapped[str | None]
    seen_at: Mapped[datetime]
    import_batch_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("integration.import_batch.id")
    )
    import_row: Mapped[int | None]
    __table_args__ = (
        sa.UniqueConstraint("variant_id", "supplier_id", "source", "seen_at"),
        {"schema": SCHEMA},
    )


class PricingHistory(Base):
    """One change of a listing's ask, and what the market showed at that moment."""

    __tablename__ = "pricing_history"
    id: Mapped[Key]
    listing_id: Mapped[int] = mapped_column(
        sa.ForeignKey("transactions.listing.id", ondelete="CASCADE"), index=True
    )
    changed_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    old_ask: Mapped[Amount | None]
    new_ask: Mapped[Amount]
    currency: Mapped[Currency]
    reason: Mapped[str | None]
    market_lowest_ask: Mapped[Amount | None]
    market_highest_bid: Mapped[Amount | None]
    __table_args__ = ({"schema": SCHEMA},)
