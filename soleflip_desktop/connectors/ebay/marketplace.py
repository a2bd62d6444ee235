"""One eBay account as a `MarketplaceApi`: what is read. What is changed stands in writing.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NoReturn

from soleflip_desktop.connectors.base import (
    REQUESTS,
    ApiOptions,
    Credentials,
    Gate,
    NotThereError,
    RefusedError,
    Traffic,
)
from soleflip_desktop.connectors.ebay import mapping, schemas
from soleflip_desktop.connectors.ebay.amounts import SALE
from soleflip_desktop.connectors.ebay.auth import LOGIN
from soleflip_desktop.connectors.ebay.client import (
    DEFAULT_AUTH_URL,
    DEFAULT_BASE_URL,
    ORDERS_AT_ONCE,
    EbayClient,
)
from soleflip_desktop.connectors.ebay.finances import Finances
from soleflip_desktop.connectors.ebay.writing import BATCH_SIZE, Writer
from soleflip_desktop.connectors.http import HttpClient
from soleflip_desktop.connectors.tokens import BearerTokens, Save
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.marketplace import (
    BadRecord,
    Capability,
    Document,
    Marketplace,
    MarketPrice,
    Page,
    Position,
    Quota,
    RemoteListing,
    RemoteOrder,
    RemoteProduct,
    RemoteVariant,
)
from soleflip_desktop.domain.outbox import Intent, Outcome
from soleflip_desktop.domain.quota import Rule

__all__ = ["DEFAULT_AUTH_URL", "DEFAULT_BASE_URL", "EbayApi", "open_api"]

FINANCES_REQUESTS = "Finances requests"
#: eBay publishes limits by the day only (3.3), and for orders and offers none at all: five a second
#: is our own courtesy, its day the one of eBay.
RULES: Mapping[str, Rule] = {
    REQUESTS: Rule(REQUESTS, spacing_ms=200, day_zone="America/Los_Angeles"),
    FINANCES_REQUESTS: Rule(FINANCES_REQUESTS, per_day=15_000, day_zone="America/Los_Angeles"),
}
#: getOrders reaches back two years (3.4); a day is kept as a margin for clocks.
_REACH = timedelta(days=729)
#: All orders are read by quarters, the newest first: what moved meanwhile is read again cheaply.
_WINDOW = timedelta(days=90)
_CHANGED, _LISTINGS = "changed", "listings"
_READ_AGAIN = 2
#: `surplus` counts units beyond one an order: a page's total counts orders.
_START: Position = {"offset": 0, "surplus": 0}


def open_api(credentials: Credentials, options: ApiOptions, *, gate: Gate, save: Save) -> EbayApi:
    """The account behind these credentials."""
    rules = {name: rule.scaled(options.scale) for name, rule in RULES.items()}
    traffic, known = Traffic(), dict(credentials)

    async def keep(renewed: Mapping[str, str]) -> None:
        """Tokens and signing key are renewed apart and stored together."""
        known.update(renewed)
        await save(dict(known))

    tokens = BearerTokens(
        credentials,
        name=LOGIN.name,
        refresh=partial(LOGIN.refresh, options=options),
        save=keep,
    )
    http = HttpClient(
        LOGIN.name,
        options.base_url,
        gate=gate,
        rule=rules[REQUESTS],
        tokens=tokens,
        traffic=traffic,
        scale=options.scale,
    )
    client = EbayClient(
        http, credentials, options, finances_rule=rules[FINANCES_REQUESTS], keep=keep
    )
    return EbayApi(client, options, rules, traffic)


class EbayApi:
    """Orders with their bookings, and offers of the Inventory API.

    Listings that were made in Seller Hub are invisible to that API until eBay has migrated them
    (3.5). An offer's listing gets a new number whenever it is published.
    """

    marketplace = Marketplace.EBAY
    capabilities = frozenset(
        {
            Capability.ORDERS,
            Capability.LISTINGS,
            Capability.CREATE,
            Capability.REPRICE,
            Capability.ACTIVATE,
            Capability.DELETE,
            Capability.PAYOUTS,
            Capability.SHIP,
        }
    )
    batch_size = BATCH_SIZE

    def __init__(
        self, client: EbayClient, options: ApiOptions, rules: Mapping[str, Rule], traffic: Traffic
    ) -> None:
        self.rules = rules
        self.traffic = traffic
        self._client = client
        self._finances = Finances(client)
        self._writer = Writer(client, options)

    async def check(self) -> str:
        """Asks for one order; it names its seller."""
        page = schemas.read(schemas.OrdersPage, await self._client.orders("", 0, limit=1))
        first = page.orders[0] if page.orders else None
        return str(first.get("sellerId") or "") if isinstance(first, Mapping) else ""

    async def orders(self, since: datetime | None, position: Position | None) -> Page[RemoteOrder]:
        """Orders changed since then as one part; without `since` those of two years, by quarters.

        Fees and payouts cost one more request for a page, and one for 200 payouts
        (finances.py). Who needs open orders first gets them: the newest quarter comes first.
        """
        place = dict(position) if position else _first_place(since, self._client.now())
        offset = int(place["offset"])
        page = schemas.read(schemas.OrdersPage, await self._client.orders(_filter(place), offset))
        records, bad = await self._units(page.orders)
        surplus = int(place["surplus"]) + len(records) - len(page.orders)
        if page.next and page.orders:
            following = {**place, "offset": offset + ORDERS_AT_ONCE, "surplus": surplus}
            return Page(records, bad, following, _part(place), ends_part=False)
        return Page(
            records,
            bad,
            _next_place(place),
            _part(place),
            ends_part=True,
            total=None if page.total is None else page.total + surplus,
            restart={**place, **_START},
        )

    async def order(self, number: str) -> Sequence[RemoteOrder]:
        raw = await self._client.order(number.partition("/")[0])
        units, bad = await self._units((raw,))
        if bad:
            raise RefusedError(bad[0].message, 200)
        return units

    async def _units(
        self, raws: Sequence[Any]
    ) -> tuple[tuple[RemoteOrder, ...], tuple[BadRecord, ...]]:
        read, unread = mapping.ORDERS.read_all(
            raws, lambda raw: (schemas.Order.model_validate(raw), raw)
        )
        bad = list(unread)
        booked = await self._finances.of([order for order, _ in read])
        units: list[RemoteOrder] = []
        for order, raw in read:
            mine = booked.get(order.order_id, ())
            sale = next((entry for entry in mine if entry.transaction_type == SALE), None)
            paid_at = self._finances.paid_at(sale.payout_id if sale else None)
            try:
                units += mapping.order_units(order, raw, mine, paid_at)
            except ValueError as error:
                bad.append(mapping.ORDERS.bad(raw, str(error)))
        return tuple(units), tuple(bad)

    async def listings(self, position: Position | None) -> Page[RemoteListing]:
        """All offers of the Inventory API.

        eBay has no list of offers: each SKU costs one request, and 50 SKUs one more; 1,000 SKUs
        are 1,020 requests. Where the number of items changed meanwhile it begins anew, twice at
        most, as pages may have moved.
        """
        place = dict(position) if position else {"page": 0, "again": 0}
        page = await self._client.items(int(place["page"]))
        items, unread = mapping.ITEMS.read_all(
            page.inventory_items, lambda raw: (schemas.InventoryItem.model_validate(raw), raw)
        )
        records: list[RemoteListing] = []
        bad = list(unread)
        for item, raw in items:
            try:
                offers = await self._client.offers(item.sku)
            except RefusedError as refused:
                bad.append(mapping.ITEMS.bad(raw, f"a refusal ({refused}) instead of the offers"))
                continue
            good, spoilt = mapping.OFFERS.read_all(offers, partial(mapping.listing_of, item=item))
            records += good
            bad += spoilt
        following = _next_items(place, page)
        return Page(tuple(records), tuple(bad), following, _LISTINGS, ends_part=following is None)

    async def send(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
        return await self._writer.send(intents)

    async def follow(self, pending: Sequence[Intent]) -> Sequence[Outcome]:
        """Nothing is ever pending at eBay; what says so all the same is looked up."""
        return await self._writer.look_up(pending)

    async def look_up(self, unknown: Sequence[Intent], known: frozenset[str]) -> Sequence[Outcome]:
        """SKU and order number tell; nobody else's listing can be meant."""
        del known
        return await self._writer.look_up(unknown)

    async def quotas(self) -> Sequence[Quota]:
        """The limits of the Sell APIs for this user, as far as the user has used any."""
        told = await self._client.rate_limits()
        return [
            Quota(f"{api.api_name} {resource.name}", rate.limit, rate.remaining, rate.reset)
            for api in told.rate_limits
            if api.api_context.lower() == "sell"
            for resource in api.resources
            for rate in resource.rates
            if rate.limit is not None and rate.remaining is not None
        ]

    async def aclose(self) -> None:
        await self._client.aclose()

    async def search(self, text: str) -> Sequence[RemoteProduct]:
        _cannot(f"search its catalogue for {text}")

    async def variants(self, product_id: str) -> Sequence[RemoteVariant]:
        _cannot(f"list the sizes of {product_id}")

    async def prices(self, product_id: str) -> Sequence[MarketPrice]:
        _cannot(f"tell market prices of {product_id}")

    async def document(self, order_number: str) -> Document:
        raise NotThereError(
            f"eBay gives no shipping label for {order_number} to this app. Buy the label at eBay "
            "or at your carrier, and enter its tracking number here.",
            404,
        )


def _cannot(what: str) -> NoReturn:
    raise UserError(f"eBay cannot {what} for this app. Use StockX or alias for that.")


def _first_place(since: datetime | None, now: datetime) -> dict[str, Any]:
    floor, start = now - _REACH, now - _WINDOW
    if since is not None and since > floor:
        return {"since": schemas.instant(since), **_START}
    return {"from": schemas.instant(start), "to": "", "floor": schemas.instant(floor), **_START}


def _next_place(place: Mapping[str, Any]) -> dict[str, Any] | None:
    """The quarter before; None after the last one."""
    if "since" in place or place["from"] <= place["floor"]:
        return None
    start = schemas.instant(datetime.fromisoformat(place["from"]) - _WINDOW)
    return {**place, "from": max(place["floor"], start), "to": place["from"], **_START}


def _filter(place: Mapping[str, Any]) -> str:
    """The newest quarter is open, so that orders made meanwhile belong to it."""
    if "since" in place:
        return f"lastmodifieddate:[{place['since']}..]"
    return f"creationdate:[{place['from']}..{place['to']}]"


def _part(place: Mapping[str, Any]) -> str:
    return _CHANGED if "since" in place else f"from {place['from'][:10]}"


def _next_items(place: Mapping[str, Any], page: schemas.ItemsPage) -> dict[str, Any] | None:
    first_total = place.get("total", page.total)
    if page.next and page.inventory_items:
        return {**place, "page": int(place["page"]) + 1, "total": first_total}
    moved = first_total != page.total and int(place["again"]) < _READ_AGAIN
    return {"page": 0, "again": int(place["again"]) + 1} if moved else None
