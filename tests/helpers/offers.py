"""Accounts, units and offers for the tests of outbox and market data."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from helpers.rows import make_item
from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.models import (
    Category,
    Listing,
    PlatformAccount,
    Product,
    ProductIdentifier,
    ProductVariant,
    Size,
)
from soleflip_desktop.domain.catalog import IdentifierScheme
from soleflip_desktop.domain.inventory import ItemStatus
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.outbox import ListingDraft, OutboxRow
from soleflip_desktop.domain.sizes import SizeSystem
from soleflip_desktop.domain.transactions import ListingStatus
from soleflip_desktop.services.outbox import OutboxService

T = TypeVar("T")
_numbers = count(1)


class Shop:
    """A database with accounts and units, and the outbox of it, called and waited for."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.outbox = OutboxService(database)

    def do(self, call: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(call)

    def account(self, slug: str = "stockx", label: str = "main", *, synced: bool = True) -> int:
        with self.database.session() as session:
            platform = session.scalar(
                sa.text("SELECT id FROM system.platform WHERE slug = :slug"), {"slug": slug}
            )
            account = PlatformAccount(
                platform_id=platform, label=label, synced=synced, settings={"currency": "EUR"}
            )
            session.add(account)
            session.flush()
            return account.id

    def size(self, *, known: bool = True) -> int:
        """A variant "Acme Runner, US 9"; `known` to StockX and alias by their ids."""
        with self.database.session() as session:
            return make_size(session, known=known)

    def units(
        self, number: int = 1, *, variant: int | None = None, status: str = "available"
    ) -> list[int]:
        variant = variant or self.size()
        with self.database.session() as session:
            return [make_item(session, ItemStatus(status), variant).id for _ in range(number)]

    def offer(
        self, item_id: int | None, account: int, external_id: str | None, ask: str = "150"
    ) -> int:
        """An offer that is live."""
        with self.database.session() as session:
            listing = Listing(
                item_id=item_id,
                platform_account_id=account,
                external_id=external_id,
                status=ListingStatus.ACTIVE,
                ask=Decimal(ask),
                currency="EUR",
            )
            session.add(listing)
            session.flush()
            return listing.id

    def queue(self, account: int, *item_ids: int, ask: str = "150") -> None:
        """Lists units; all of them have to be accepted."""
        drafts = [draft(item_id, account, ask) for item_id in item_ids]
        assert self.do(self.outbox.list_units(drafts)) == (len(item_ids), [])

    def run(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.database.session() as session:
            found = session.execute(sa.text(statement), values)
            if isinstance(found, sa.CursorResult) and found.returns_rows:
                return [tuple(row) for row in found]
            return []

    def sell(self, *item_ids: int) -> None:
        """As a sync or an import does it: by plain SQL."""
        self.run("UPDATE inventory.item SET status = 'sold' WHERE id = ANY(:ids)", ids=[*item_ids])

    def entries(self) -> list[tuple[str, str, str]]:
        """Action, state and reason of every entry, oldest first."""
        return [
            (str(action), str(state), str(reason))
            for action, state, reason in self.run(
                "SELECT action, state, reason FROM transactions.outbox ORDER BY id"
            )
        ]

    def rows(self) -> list[OutboxRow]:
        return self.do(self.outbox.rows())

    def listings(self) -> list[tuple[str, str | None]]:
        """Status and the marketplace's id of every listing, oldest first."""
        return [
            (str(status), external_id)
            for status, external_id in self.run(
                "SELECT status, external_id FROM transactions.listing ORDER BY id"
            )
        ]


def draft(item_id: int, account: int, ask: str = "150", **more: Any) -> ListingDraft:
    return ListingDraft(item_id, account, Money(Decimal(ask), more.pop("currency", "EUR")), **more)


def make_size(session: Session, *, known: bool) -> int:
    number = next(_numbers)
    category = Category(name=f"Shoes {number}")
    session.add(category)
    size = session.scalar(sa.select(Size).where(Size.label == "US 9"))
    if size is None:
        size = Size(system=SizeSystem.US_M, value="9", label="US 9", sort_key=Decimal(9))
        session.add(size)
    session.flush()
    product = Product(category_id=category.id, name="Acme Runner", style_code=f"AC{number:04}-100")
    product.style_code_key = product.style_code
    session.add(product)
    session.flush()
    variant = ProductVariant(product_id=product.id, size_id=size.id)
    session.add(variant)
    session.flush()
    if known:
        session.add_all(
            ProductIdentifier(product_id=product.id, variant_id=whose, scheme=scheme, value=value)
            for scheme, value, whose in (
                (IdentifierScheme.STOCKX_PRODUCT, f"product-{number}", None),
                (IdentifierScheme.STOCKX_VARIANT, f"variant-{number}", variant.id),
                (IdentifierScheme.ALIAS_CATALOG, f"acme-runner-{number}", None),
                (IdentifierScheme.ALIAS_CATALOG, f"acme-runner-{number}:9", variant.id),
            )
        )
        session.flush()
    return variant.id
