"""What changes something at eBay. Everything is found by our SKU, so nothing happens twice.

eBay answers when it is done: an outcome is confirmed or failed at once. What got lost on the way is
unknown, and looked up by the same SKU.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from soleflip_desktop.connectors.base import (
    AnswerLostError,
    ApiOptions,
    NotThereError,
    RefusedError,
)
from soleflip_desktop.connectors.ebay import drafts, mapping, schemas
from soleflip_desktop.connectors.ebay.client import EbayClient
from soleflip_desktop.connectors.outcomes import (
    confirmed,
    failed,
    not_done,
    one_by_one,
    unclear,
)
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.outbox import Intent, OutboxAction, Outcome

log = logging.getLogger(__name__)

#: Rows that bulk_update_price_quantity takes (3.5).
BATCH_SIZE = 25
_PUBLISHED = "PUBLISHED"
_OFF_THE_SHELF = frozenset({OutboxAction.DELETE, OutboxAction.DEACTIVATE})


@dataclass(frozen=True, slots=True)
class _Found:
    """An offer at eBay: as it was sent, and what is read of it."""

    raw: Mapping[str, Any]
    offer: schemas.Offer

    @property
    def published(self) -> bool:
        return self.offer.status == _PUBLISHED

    @property
    def listing_id(self) -> str:
        listing = self.offer.listing if self.published else None
        number = listing.listing_id if listing else None
        return number or mapping.offer_listing_id(self.offer.offer_id)

    def may_be(self, listing_id: str) -> bool:
        """Not published it has lost the number that it had."""
        own = {self.listing_id, mapping.offer_listing_id(self.offer.offer_id)}
        return not self.published or listing_id in own


class Writer:
    """Sends intents, and finds out what became of them."""

    def __init__(self, client: EbayClient, options: ApiOptions) -> None:
        self._client = client
        self._options = options
        self._offer_ids: Mapping[str, str] | None = None

    async def send(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
        """After a stop in the middle (offline, quota, log-in) the rest is QUEUED again."""
        if intents and intents[0].action is OutboxAction.REPRICE:
            return await self._reprice(intents)
        return await one_by_one(intents, self._sent)

    async def look_up(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
        outcomes = []
        for intent in intents:
            try:
                outcomes.append(await self._looked_up(intent))
            except RefusedError as refused:
                outcomes.append(failed(intent, str(refused)))
        return outcomes

    async def _sent(self, intent: Intent) -> Outcome:
        try:
            match intent.action:
                case OutboxAction.CREATE:
                    return await self._create(intent)
                case OutboxAction.ACTIVATE:
                    return await self._activate(intent)
                case OutboxAction.SHIP:
                    return await self._ship(intent)
                case _:
                    return await self._take_down(intent)
        except AnswerLostError as lost:
            return unclear(intent, str(lost))
        except RefusedError as refused:
            return failed(intent, str(refused))

    async def _create(self, intent: Intent) -> Outcome:
        """Item, offer, publication; whatever of these is there already is used."""
        sku, ask = mapping.own_sku(intent.own_key), intent.ask
        if sku is None or ask is None:
            return failed(intent, "This entry has no listing of its own or no price. Drop it.")
        if missing := drafts.missing_settings(self._options):
            return failed(intent, missing)
        stored = await self._client.item(sku) or {}
        if drafts.is_another(intent, stored):
            return failed(
                intent,
                f"eBay has another article under the SKU {sku}. Delete that one at eBay, then send "
                "this again.",
            )
        await self._client.put_item(sku, drafts.item(intent, stored, self._options))
        found = _first(await self._by_sku(sku))
        if found is not None:
            return await self._put_up(intent, found)
        body = drafts.offer(intent, sku, ask, self._options)
        offer_id = await self._client.add_offer(body)
        if not offer_id:
            raise AnswerLostError("eBay did not say which offer it made; it is looked up.")
        return await self._published(intent, offer_id)

    async def _activate(self, intent: Intent) -> Outcome:
        found = await self._find(intent)
        if found is None:
            return _gone(intent)
        return await self._put_up(intent, found)

    async def _put_up(self, intent: Intent, found: _Found) -> Outcome:
        """An offer that is there gets the price and is published, as far as it is not yet."""
        ask = intent.ask
        if ask is not None and mapping.ask_of(found.offer) != ask:
            await self._client.put_offer(found.offer.offer_id, drafts.repriced(found.raw, ask))
        if found.published:
            return confirmed(intent, found.listing_id)
        return await self._published(intent, found.offer.offer_id)

    async def _published(self, intent: Intent, offer_id: str) -> Outcome:
        if not intent.active and intent.action is OutboxAction.CREATE:
            return confirmed(intent, mapping.offer_listing_id(offer_id))
        listing_id = await self._client.publish(offer_id)
        return confirmed(intent, listing_id or mapping.offer_listing_id(offer_id))

    async def _take_down(self, intent: Intent) -> Outcome:
        """Withdraws the offer. Items of ours are deleted then: each would cost a request a sync."""
        found = await self._find(intent)
        if found is None:
            return _unseen(intent)
        if found.published:
            await self._client.withdraw(found.offer.offer_id)
        if intent.action is OutboxAction.DELETE and mapping.own_key(found.offer.sku):
            await self._forget_item(found.offer.sku)
        return confirmed(intent, mapping.offer_listing_id(found.offer.offer_id))

    async def _forget_item(self, sku: str) -> None:
        """Not offered any more it is already, so nothing that goes wrong here matters."""
        try:
            await self._client.delete_item(sku)
        except UserError as error:
            log.info("eBay keeps the item of a withdrawn offer: %s", type(error).__name__)

    async def _ship(self, intent: Intent) -> Outcome:
        number, _, place = (intent.order_number or "").partition("/")
        tracking = "".join(filter(str.isalnum, intent.tracking_number or ""))
        if not (number and tracking and intent.carrier):
            return failed(
                intent, "eBay needs order, carrier and tracking number. Fill in what is missing."
            )
        raw = await self._client.order(number)
        lines = _lines(raw, int(place) if place.isdecimal() else 0)
        if not lines:
            return failed(intent, f"eBay knows no such part of order {intent.order_number}.")
        await self._client.ship(
            number,
            {
                "lineItems": lines,
                "shippingCarrierCode": intent.carrier,
                "trackingNumber": tracking,
            },
        )
        return confirmed(intent, intent.listing_id)

    async def _reprice(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
        outcomes: list[Outcome] = []
        rows: dict[str, tuple[Intent, dict[str, Any]]] = {}
        for intent in intents:
            try:
                found = await self._find(intent)
            except RefusedError as refused:
                outcomes.append(failed(intent, str(refused)))
                continue
            if found is None or intent.ask is None:
                outcomes.append(_gone(intent))
                continue
            offer_id = found.offer.offer_id
            offers = [{"offerId": offer_id, "price": drafts.price(intent.ask)}]
            rows[offer_id] = (intent, {"sku": found.offer.sku, "offers": offers})
        if not rows:
            return outcomes
        mine = [intent for intent, _ in rows.values()]
        try:
            told = await self._client.update_prices([row for _, row in rows.values()])
        except RefusedError as refused:
            return [*outcomes, *(failed(intent, str(refused)) for intent in mine)]
        said = {row.offer_id: row for row in told.responses}
        return [
            *outcomes,
            *(_row_outcome(intent, said.get(key)) for key, (intent, _) in rows.items()),
        ]

    async def _looked_up(self, intent: Intent) -> Outcome:
        if intent.action is OutboxAction.SHIP:
            return await self._looked_up_parcel(intent)
        found = await self._find(intent)
        if intent.action in _OFF_THE_SHELF:
            done = found is None or not found.published
            listing_id = mapping.offer_listing_id(found.offer.offer_id) if found else None
            return confirmed(intent, listing_id) if done else _again(intent)
        if found is None:
            return _again(intent) if intent.action is OutboxAction.CREATE else _gone(intent)
        up = found.published or intent.action is OutboxAction.REPRICE or not intent.active
        same_price = intent.ask is None or mapping.ask_of(found.offer) == intent.ask
        if up and same_price:
            return confirmed(intent, found.listing_id)
        return _again(intent)

    async def _looked_up_parcel(self, intent: Intent) -> Outcome:
        number = (intent.order_number or "").partition("/")[0]
        tracking = "".join(filter(str.isalnum, intent.tracking_number or ""))
        told = await self._client.fulfilments(number)
        known = {parcel.shipment_tracking_number for parcel in told.fulfillments}
        return confirmed(intent, intent.listing_id) if tracking in known else _again(intent)

    async def _find(self, intent: Intent) -> _Found | None:
        """The offer that an intent is about: by our SKU, by its number, else among all offers.

        Raises RefusedError where our SKU is live under another number: it may be another article.
        """
        sku, listing_id = mapping.own_sku(intent.own_key), intent.listing_id
        mine = await self._by_sku(sku) if sku else []
        found = next((one for one in mine if one.listing_id == listing_id), _first(mine))
        if listing_id is None or (found is not None and found.may_be(listing_id)):
            return found
        offer_id = mapping.offer_id_of(listing_id) or (await self._numbers()).get(listing_id)
        exact = await self._by_id(offer_id) if offer_id else None
        if exact is None and found is not None:
            raise RefusedError(
                f"eBay shows {sku} as listing {found.listing_id}, not {listing_id}. Sync the "
                "listings, then send this again.",
                HTTPStatus.CONFLICT,
            )
        return exact

    async def _by_sku(self, sku: str) -> list[_Found]:
        """An article may be offered on several sites; its offer on the account's comes first."""
        found = [one for raw in await self._client.offers(sku) if (one := _found(raw))]
        return sorted(found, key=lambda one: one.raw.get("marketplaceId") != self._options.site)

    async def _by_id(self, offer_id: str) -> _Found | None:
        try:
            return _found(await self._client.offer(offer_id))
        except NotThereError:
            return None

    async def _numbers(self) -> Mapping[str, str]:
        """Offer ids by number of listing, for listings that were not made here.

        Costs as much as `listings`, so it is read once for all intents of a run.
        """
        if self._offer_ids is not None:
            return self._offer_ids
        known: dict[str, str] = {}
        number, more = 0, True
        while more:
            page = await self._client.items(number)
            skus = [raw.get("sku") for raw in page.inventory_items if isinstance(raw, Mapping)]
            for sku in filter(None, skus):
                try:
                    offers = await self._by_sku(str(sku))
                except RefusedError:
                    continue  # an article that eBay does not take now is not the one
                known |= {one.listing_id: one.offer.offer_id for one in offers}
            number, more = number + 1, bool(page.next and page.inventory_items)
        self._offer_ids = known
        return known


def _found(raw: Any) -> _Found | None:
    try:
        return _Found(raw, schemas.Offer.model_validate(raw))
    except ValidationError:
        return None


def _first(offers: Sequence[_Found]) -> _Found | None:
    return offers[0] if offers else None


def _lines(raw: Any, place: int) -> list[dict[str, Any]]:
    """All lines of an order, or the one of its nth unit (counted as in amounts.py)."""
    order = schemas.read(schemas.Order, raw)
    lines = sorted(order.line_items, key=lambda line: line.line_item_id)
    if not place:
        return [{"lineItemId": line.line_item_id, "quantity": line.quantity} for line in lines]
    units = [line for line in lines for _ in range(max(1, line.quantity))]
    return [{"lineItemId": line.line_item_id, "quantity": 1} for line in units[place - 1 : place]]


def _row_outcome(intent: Intent, row: schemas.PriceRow | None) -> Outcome:
    """25025 (somebody else has the item just now) is a 500: it is looked up and sent again."""
    if row is None or row.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return unclear(intent, "eBay could not say whether it did this.")
    if row.status_code < HTTPStatus.MULTIPLE_CHOICES:
        return confirmed(intent, intent.listing_id)
    reasons = "; ".join(problem.long_message or problem.message for problem in row.errors)
    return failed(intent, f"eBay refused this ({row.status_code}): {reasons or 'no reason told'}.")


def _again(intent: Intent) -> Outcome:
    return not_done(intent, "eBay has not done this; it is sent again.")


def _unseen(intent: Intent) -> Outcome:
    """Never made, or not published any more; what has a number may be live in Seller Hub (3.5)."""
    number = intent.listing_id
    if number is None or mapping.offer_id_of(number):
        return confirmed(intent, number)
    return failed(
        intent,
        f"eBay does not show listing {number} to this app. It has ended, or it was made in Seller "
        "Hub: look for it there, end it, and drop this entry.",
    )


def _gone(intent: Intent) -> Outcome:
    return failed(
        intent,
        f"eBay has no offer for {intent.title or intent.own_key} any more. List it again, or drop "
        "this entry.",
    )
