"""Makes the rows that a unit, an order or a listing depends on."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import count

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import (
    Category,
    InventoryItem,
    Listing,
    Order,
    PlatformAccount,
    Product,
    ProductVariant,
    Size,
)
from soleflip_desktop.domain.inventory import ItemStatus
from soleflip_desktop.domain.sizes import SizeSystem
from soleflip_desktop.domain.transactions import ListingStatus, OrderStatus

SOLD = datetime(2024, 5, 31, 21, 40, 6, tzinfo=UTC)
_numbers = count(1)


def make_variant(session: Session, name: str = "Dunk Low") -> int:
    number = next(_numbers)
    category = Category(name=f"Sneakers {number}")
    size = Size(system=SizeSystem.US_M, value=f"{number}", label=f"US {number}", sort_key=number)
    session.add_all([category, size])
    session.flush()
    product = Product(category_id=category.id, name=f"{name} {number}")
    session.add(product)
    session.flush()
    variant = ProductVariant(product_id=product.id, size_id=size.id)
    session.add(variant)
    session.flush()
    return variant.id


def make_account(session: Session) -> int:
    platform = session.scalar(sa.text("SELECT id FROM system.platform WHERE slug = 'stockx'"))
    account = PlatformAccount(platform_id=platform, label=f"Account {next(_numbers)}")
    session.add(account)
    session.flush()
    return account.id


def make_item(
    session: Session, status: ItemStatus = ItemStatus.AVAILABLE, variant_id: int | None = None
) -> InventoryItem:
    item = InventoryItem(variant_id=variant_id or make_variant(session), status=status)
    session.add(item)
    session.flush()
    return item


def make_order(session: Session, status: OrderStatus = OrderStatus.PENDING) -> Order:
    order = Order(
        platform_account_id=make_account(session),
        external_id=f"order-{next(_numbers)}",
        variant_id=make_variant(session),
        status=status,
        sold_at=SOLD,
        gross_amount=Decimal("100.00"),
        gross_currency="EUR",
    )
    session.add(order)
    session.flush()
    return order


def make_listing(session: Session, status: ListingStatus = ListingStatus.DRAFT) -> Listing:
    listing = Listing(
        item_id=make_item(session).id, platform_account_id=make_account(session), status=status
    )
    session.add(listing)
    session.flush()
    return listing
