"""alias' answers as they are sent (marketplaces.md 2.3): unknown fields and words pass.

Amounts are US cents, as numbers or as texts (int64 of gRPC); "0" stands for none. Sizes are
numbers or texts.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from soleflip_desktop.connectors.reading import Instant, Word

_MOST_DIGITS = 12


def dollars(cents: Any) -> Decimal | None:
    """Cents as an amount in dollars; None for "0", null and empty. Raises ValueError."""
    text = str(cents).strip() if cents is not None else ""
    if not text:
        return None
    if isinstance(cents, bool) or not text.isascii() or not text.isdecimal():
        raise ValueError("cents are a whole number, or a text with one")
    if len(text) > _MOST_DIGITS:
        raise ValueError("this is no amount that anything costs")
    return Decimal(int(text)).scaleb(-2).quantize(Decimal("0.01")) or None


def size_number(value: Any) -> str:
    """9, 9.0 and "9" are all "9". Raises ValueError."""
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError("a size is a number, or a text with one") from None
    if not number.is_finite() or not 0 <= number < 1000:  # noqa: PLR2004  (KR sizes have 3 digits)
        raise ValueError("this is no size")
    whole = number == number.to_integral_value()
    return str(int(number)) if whole else format(number.normalize(), "f")


def _no_zero_time(moment: datetime) -> datetime | None:
    """The zero time of Go, which alias is written in, stands for none."""
    return None if moment.year == 1 else moment


def _told(moment: datetime) -> datetime:
    if _no_zero_time(moment) is None:
        raise ValueError("this moment is not told")
    return moment


Amount = Annotated[Decimal | None, BeforeValidator(dollars)]
Price = Annotated[Decimal, BeforeValidator(dollars)]
Size = Annotated[str, BeforeValidator(size_number)]
Sold = Annotated[Instant, AfterValidator(_told)]
Moment = Annotated[
    Annotated[Instant, AfterValidator(_no_zero_time)] | None,
    BeforeValidator(lambda value: value or None),
]
Id = Annotated[str, Field(min_length=1)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, frozen=True)


class AllowedSize(_Answer):
    """A size that a product is sold in; `display_name` is what people see."""

    display_name: Word = ""
    value: Size


class CatalogItem(_Answer):
    """A product with its sizes."""

    catalog_id: Id
    name: Word = ""
    sku: Word = ""
    brand: str | None = None
    gender: Word = ""
    release_date: Word = ""
    size_unit: Word = ""
    allowed_sizes: list[AllowedSize] | None = None
    colorway: str | None = None
    retail_price_cents: Amount = None


class Availability(_Answer):
    """Prices of one size in one condition."""

    lowest_listing_price_cents: Amount = None
    highest_offer_price_cents: Amount = None
    last_sold_listing_price_cents: Amount = None


class PricedVariant(_Answer):
    """A size in one condition, and its prices."""

    size: Size
    product_condition: Word = ""
    packaging_condition: Word = ""
    consigned: bool | None = None
    availability: Availability | None = None


class Listing(_Answer):
    """An offer."""

    id: Id
    catalog_id: Id
    size: Size
    size_unit: Word = ""
    sku: Word = ""
    status: Word = ""
    price_cents: Amount = None
    created_at: Moment = None
    metadata: dict[str, Any] | None = None


class Order(_Answer):
    """A sold unit. Parcel numbers and label addresses are not read."""

    id: Id
    status: Word = ""
    catalog_id: Id
    catalog_name: Word = ""
    catalog_brand: str | None = None
    catalog_sku: Word = ""
    size: Size
    price_cents: Price
    price_cents_after_take: Amount = None
    listing_id: str | None = None
    sold_at: Sold
    cancels_at: Moment = None


class Operation(_Answer):
    """One change of a batch. Its request and result are named after its type."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True, frozen=True)

    success: bool | None = None
    status: Word = ""
    errors: list[Any] | None = None

    def part(self, ending: str) -> dict[str, Any]:
        """What was asked for ("request": create_request and the like), or came of it ("result")."""
        found = (self.model_extra or {}).items()
        return next(
            (v for name, v in found if name.endswith(f"_{ending}") and isinstance(v, dict)), {}
        )
