"""StockX's answers as they are sent (marketplaces.md 1.5): unknown fields and words pass.

Amounts are texts in major units, sometimes "76.0000", sometimes numbers, sometimes null.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from soleflip_desktop.connectors.reading import Amount, Currency, Instant, Price, Word


class _Answer(BaseModel):
    model_config = ConfigDict(
        extra="ignore", alias_generator=to_camel, coerce_numbers_to_str=True, frozen=True
    )


class ProductRef(_Answer):
    """A product, as orders and listings name it."""

    product_id: str | None = None
    product_name: str | None = None
    style_id: str | None = None


class VariantRef(_Answer):
    """A size, as orders and listings name it."""

    variant_id: str | None = None
    variant_name: str | None = None
    variant_value: str | None = None


class Adjustment(_Answer):
    """One signed line of a payout."""

    adjustment_type: Word = ""
    amount: Amount = None


class Payout(_Answer):
    """What the seller gets."""

    total_payout: Amount = None
    currency_code: Currency | None = None
    adjustments: list[Adjustment] | None = None


class Shipment(_Answer):
    """What an order in full adds; parcel numbers are not read."""

    ship_by_date: Instant | None = None


class Order(_Answer):
    """A sold unit; lists leave `shipment` out, and sometimes `payout`."""

    order_number: Annotated[str, Field(min_length=1)]
    listing_id: str | None = None
    amount: Price
    currency_code: Currency
    status: Word = ""
    created_at: Instant
    product: ProductRef | None = None
    variant: VariantRef | None = None
    payout: Payout | None = None
    shipment: Shipment | None = None


class Ask(_Answer):
    """The offer inside a listing."""

    ask_expires_at: Instant | None = None


class OrderRef(_Answer):
    """The order that a listing became."""

    order_number: str | None = None


class BatchRef(_Answer):
    """The batch that made a listing."""

    batch_id: str | None = None


class Listing(_Answer):
    """An offer, with or without its details."""

    listing_id: Annotated[str, Field(min_length=1)]
    status: Word = ""
    amount: Amount = None
    currency_code: Currency | None = None
    created_at: Instant | None = None
    batch: BatchRef | None = None
    ask: Ask | None = None
    order: OrderRef | None = None
    product: ProductRef | None = None
    variant: VariantRef | None = None


class Operation(_Answer):
    """What became of one change; `error` is free text."""

    listing_id: str | None = None
    operation_id: str
    operation_type: Word = ""
    operation_status: Word = ""
    created_at: Instant | None = None
    error: Any = None


class BatchItem(_Answer):
    """One change of a batch; `result` is absent until it is done."""

    item_id: Word = ""
    status: Word = ""
    listing_input: dict[str, Any] | None = None
    result: dict[str, Any] | None = None
    error: Any = None


class Attributes(_Answer):
    """What is known of a product; all of it may be missing."""

    colorway: str | None = None
    release_date: str | None = None
    retail_price: Amount = None


class Product(_Answer):
    """A hit of the search, or a product."""

    product_id: str
    title: str | None = None
    url_key: str | None = None
    style_id: str | None = None
    brand: str | None = None
    product_attributes: Attributes | None = None


class Conversion(_Answer):
    """A size in one scale."""

    size: str | None = None
    type: str | None = None


class SizeChart(_Answer):
    """A size in all scales, the seller's first."""

    default_conversion: Conversion | None = None


class Gtin(_Answer):
    """An EAN or UPC."""

    identifier: str


class Variant(_Answer):
    """A size of a product."""

    product_id: str
    variant_id: str
    variant_name: str | None = None
    variant_value: str | None = None
    size_chart: SizeChart | None = None
    gtins: list[Gtin] | None = None


class PriceBlock(_Answer):
    """Prices for one way of delivery."""

    lowest_ask: Amount = None
    highest_bid_amount: Amount = None
    sell_faster: Amount = None
    earn_more: Amount = None


class MarketData(_Answer):
    """Prices of one size."""

    product_id: str | None = None
    variant_id: str
    currency_code: Currency | None = None
    lowest_ask_amount: Amount = None
    highest_bid_amount: Amount = None
    sell_faster_amount: Amount = None
    earn_more_amount: Amount = None
    standard_market_data: PriceBlock | None = None
