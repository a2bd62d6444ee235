"""eBay's answers as it sends them: what is needed of them, and tolerant of the rest.

Words of eBay stay text, so that a new one breaks nothing; keys that we do not know are ignored.
Personal data (buyer, addresses, e-mail, notes) has no field here: it never gets any further.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from soleflip_desktop.connectors.base import AnswerLostError
from soleflip_desktop.connectors.reading import Currency, Instant, Price, Word


def _nothing_is_empty(value: Any) -> Any:
    return () if value is None else value


T = TypeVar("T")
Many = Annotated[tuple[T, ...], BeforeValidator(_nothing_is_empty)]
#: Each unit becomes a record: more than this in one line is a mistake.
MOST_UNITS = 10_000


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="ignore", frozen=True, alias_generator=to_camel, coerce_numbers_to_str=True
    )


class Amount(_Part):
    """Major units of `currency`."""

    value: Price
    currency: Currency


class DeliveryCost(_Part):
    """What the buyer pays for delivery of all units of a line."""

    shipping_cost: Amount | None = None
    handling_cost: Amount | None = None


class Instructions(_Part):
    """By when the seller has to ship."""

    ship_by_date: Instant | None = None


class Aspect(_Part):
    """A property of an article, such as its size, in the words of the site."""

    name: Word = ""
    value: Word = ""


class LineItem(_Part):
    """A line of an order; its costs are for all its units."""

    line_item_id: str
    legacy_item_id: str | None = None
    sku: str | None = None
    title: Word = ""
    quantity: Annotated[int, Field(ge=0, le=MOST_UNITS)] = 1
    line_item_cost: Amount
    discounted_line_item_cost: Amount | None = None
    delivery_cost: DeliveryCost | None = None
    line_item_fulfillment_status: Word = ""
    line_item_fulfillment_instructions: Instructions | None = None
    variation_aspects: Many[Aspect] = ()


class CancelStatus(_Part):
    """How far a cancellation has come."""

    cancel_state: Word = ""


class Refund(_Part):
    """What went back to the buyer, as far as it was the seller's."""

    amount: Amount | None = None
    refund_status: Word = ""


class PaymentSummary(_Part):
    """What the seller gets for the whole order."""

    total_due_seller: Amount | None = None
    refunds: Many[Refund] = ()


class Country(_Part):
    """An address, of which nothing but the country is read."""

    country_code: str | None = None


class ShipTo(_Part):
    """Where the parcel goes."""

    contact_address: Country | None = None


class ShippingStep(_Part):
    """How the parcel goes."""

    ship_to: ShipTo | None = None


class StartInstruction(_Part):
    """How one part of an order is to be shipped."""

    shipping_step: ShippingStep | None = None
    final_destination_address: Country | None = None


class Order(_Part):
    """What one buyer bought at once."""

    order_id: str
    creation_date: Instant
    last_modified_date: Instant | None = None
    order_fulfillment_status: Word = ""
    order_payment_status: Word = ""
    cancel_status: CancelStatus | None = None
    payment_summary: PaymentSummary | None = None
    fulfillment_start_instructions: Many[StartInstruction] = ()
    total_marketplace_fee: Amount | None = None
    line_items: Many[LineItem] = ()


class OrdersPage(_Part):
    """Orders stay raw here: a bad one must not spoil its page."""

    orders: Many[Any] = ()
    total: int | None = None
    next: str | None = None


class Fulfilment(_Part):
    """A parcel that was told to eBay."""

    shipment_tracking_number: str | None = None


class FulfilmentsPage(_Part):
    """All parcels of one order."""

    fulfillments: Many[Fulfilment] = ()


class Fee(_Part):
    """One fee of eBay, without a sign."""

    amount: Amount
    fee_type: Word = ""


class FeeLine(_Part):
    """The fees of one line of an order."""

    line_item_id: Word = ""
    marketplace_fees: Many[Fee] = ()


class Transaction(_Part):
    """One booking of the Finances API. `bookingEntry` says whether it is CREDIT or DEBIT."""

    transaction_id: Word = ""
    order_id: str | None = None
    payout_id: str | None = None
    transaction_type: Word = ""
    transaction_status: Word = ""
    transaction_date: Instant | None = None
    booking_entry: Word = ""
    fee_type: str | None = None
    amount: Amount
    total_fee_amount: Amount | None = None
    order_line_items: Many[FeeLine] = ()


class TransactionsPage(_Part):
    """Bookings stay raw here, as orders do."""

    transactions: Many[Any] = ()
    total: int = 0


class Payout(_Part):
    """Money on its way to the bank."""

    payout_id: str
    payout_status: Word = ""
    payout_date: Instant | None = None


class PayoutsPage(_Part):
    """Payouts of some time."""

    payouts: Many[Payout] = ()
    total: int = 0


class Product(_Part):
    """What is offered."""

    title: Word = ""
    brand: str | None = None
    mpn: str | None = None
    epid: str | None = None
    ean: Many[str] = ()
    upc: Many[str] = ()
    aspects: Mapping[str, Many[str]] | None = None


class InventoryItem(_Part):
    """A product of the seller under the seller's own SKU."""

    sku: str
    product: Product | None = None


class ItemsPage(_Part):
    """Items stay raw here, as orders do."""

    inventory_items: Many[Any] = ()
    total: int | None = None
    next: str | None = None


class Pricing(_Part):
    """What an offer asks."""

    price: Amount | None = None


class ListingDetails(_Part):
    """The listing that a published offer made."""

    listing_id: str | None = None
    listing_status: Word = ""
    sold_quantity: int | None = None


class Offer(_Part):
    """An inventory item on one site at a price."""

    offer_id: str
    sku: Word = ""
    status: Word = ""
    available_quantity: int | None = None
    listing: ListingDetails | None = None
    pricing_summary: Pricing | None = None


class OffersPage(_Part):
    """The offers of one SKU."""

    offers: Many[Any] = ()


class Created(_Part):
    """What a new offer, a publication or a withdrawal says."""

    offer_id: str | None = None
    listing_id: str | None = None


class Problem(_Part):
    """One reason of a refusal."""

    error_id: int | None = None
    message: Word = ""
    long_message: str | None = None


class PriceRow(_Part):
    """What became of one row of a bulk request."""

    offer_id: str | None = None
    sku: str | None = None
    status_code: int = 0
    errors: Many[Problem] = ()


class PriceRows(_Part):
    """The rows of a bulk request."""

    responses: Many[PriceRow] = ()


class Rate(_Part):
    """How much may be asked, and how much of it is left."""

    limit: int | None = None
    remaining: int | None = None
    reset: Instant | None = None


class Resource(_Part):
    """A group of calls with a limit of its own."""

    name: Word = ""
    rates: Many[Rate] = ()


class ApiLimits(_Part):
    """The limits of one API."""

    api_context: Word = ""
    api_name: Word = ""
    resources: Many[Resource] = ()


class RateLimits(_Part):
    """All limits."""

    rate_limits: Many[ApiLimits] = ()


class NewSigningKey(_Part):
    """A key pair; the private key is shown this once."""

    jwe: str
    private_key: str


Read = TypeVar("Read", bound=_Part)


def read(model: type[Read], body: Any) -> Read:
    """An envelope; an empty answer (204) is an empty page. Raises AnswerLostError for junk."""
    try:
        return model.model_validate({} if body is None else body)
    except ValidationError:
        raise AnswerLostError(
            "eBay answered in a form that is not known here. It is asked again later; if that "
            "lasts, update the app."
        ) from None


def instant(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and Z, the one form that eBay's filters take."""
    there = moment.astimezone(UTC)
    return f"{there:%Y-%m-%dT%H:%M:%S}.{there.microsecond // 1000:03d}Z"
