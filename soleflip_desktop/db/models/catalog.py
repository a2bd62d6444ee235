"""Schema `catalog`: brands, categories, sizes, products and their variants."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from soleflip_desktop.db.base import Amount, Base, Currency, Key, TimestampMixin, enum_type
from soleflip_desktop.domain.catalog import Audience, IdentifierScheme, PatternKind
from soleflip_desktop.domain.sizes import SizeSystem

SCHEMA = "catalog"


class Brand(TimestampMixin, Base):
    """A maker. `Jordan` may have `Nike` as its parent; names differ by more than their case."""

    __tablename__ = "brand"
    id: Mapped[Key]
    name: Mapped[str]
    parent_brand_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.brand.id", ondelete="SET NULL")
    )
    __table_args__ = (
        sa.Index("uq_brand_lower_name", sa.text("lower(name)"), unique=True),
        {"schema": SCHEMA},
    )


class BrandPattern(TimestampMixin, Base):
    """How a brand is recognised in an item's name; the smallest priority is tried first."""

    __tablename__ = "brand_pattern"
    id: Mapped[Key]
    brand_id: Mapped[int] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.brand.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[PatternKind] = mapped_column(enum_type(PatternKind))
    pattern: Mapped[str]
    priority: Mapped[int] = mapped_column(sa.Integer, server_default="100")
    active: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.true())
    __table_args__ = (sa.UniqueConstraint("kind", "pattern"), {"schema": SCHEMA})


class Category(TimestampMixin, Base):
    """A tree of kinds of goods, by adjacency."""

    __tablename__ = "category"
    id: Mapped[Key]
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey(f"{SCHEMA}.category.id"))
    __table_args__ = (
        sa.UniqueConstraint("parent_id", "name", postgresql_nulls_not_distinct=True),
        {"schema": SCHEMA},
    )


class Size(TimestampMixin, Base):
    """One size of one system, once. `sort_key` gives the natural order inside the system."""

    __tablename__ = "size"
    id: Mapped[Key]
    system: Mapped[SizeSystem] = mapped_column(enum_type(SizeSystem))
    value: Mapped[str]
    label: Mapped[str]
    sort_key: Mapped[Decimal] = mapped_column(sa.Numeric(10, 3))
    __table_args__ = (sa.UniqueConstraint("system", "value"), {"schema": SCHEMA})


class Product(TimestampMixin, Base):
    """A model in one colourway. The style code is the source's text and may be absent.

    `style_code_key` is what `style_code` is compared by (upper case, blanks folded). Market
    prices and EANs are not here: they belong to a size.
    """

    __tablename__ = "product"
    id: Mapped[Key]
    brand_id: Mapped[int | None] = mapped_column(sa.ForeignKey(f"{SCHEMA}.brand.id"))
    category_id: Mapped[int] = mapped_column(sa.ForeignKey(f"{SCHEMA}.category.id"), index=True)
    name: Mapped[str]
    style_code: Mapped[str | None]
    style_code_key: Mapped[str | None]
    colourway: Mapped[str | None]
    audience: Mapped[Audience | None] = mapped_column(enum_type(Audience))
    release_date: Mapped[date | None]
    retail_price: Mapped[Amount | None]
    retail_currency: Mapped[Currency | None]
    image_url: Mapped[str | None]
    version: Mapped[int] = mapped_column(sa.Integer, server_default="1")
    __table_args__ = (
        sa.UniqueConstraint(
            "brand_id", "style_code_key", "name", postgresql_nulls_not_distinct=True
        ),
        sa.CheckConstraint("(retail_price IS NULL) = (retail_currency IS NULL)", "retail_currency"),
        sa.Index("ix_product_style_code_key", "style_code_key"),
        {"schema": SCHEMA},
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy reads it as is)


class ProductVariant(TimestampMixin, Base):
    """A product in one size: what is listed, priced and sold."""

    __tablename__ = "product_variant"
    id: Mapped[Key]
    product_id: Mapped[int] = mapped_column(sa.ForeignKey(f"{SCHEMA}.product.id"))
    size_id: Mapped[int] = mapped_column(sa.ForeignKey(f"{SCHEMA}.size.id"), index=True)
    __table_args__ = (sa.UniqueConstraint("product_id", "size_id"), {"schema": SCHEMA})


class ProductIdentifier(TimestampMixin, Base):
    """A code by which somebody knows a product or, for EANs and the like, one size of it."""

    __tablename__ = "product_identifier"
    id: Mapped[Key]
    product_id: Mapped[int] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.product.id", ondelete="CASCADE"), index=True
    )
    variant_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey(f"{SCHEMA}.product_variant.id", ondelete="CASCADE"), index=True
    )
    scheme: Mapped[IdentifierScheme] = mapped_column(enum_type(IdentifierScheme))
    value: Mapped[str]
    __table_args__ = (
        # Two products may share a style code (a re-release under another name): both are found.
        sa.UniqueConstraint(
            "scheme", "value", "product_id", "variant_id", postgresql_nulls_not_distinct=True
        ),
        {"schema": SCHEMA},
    )
