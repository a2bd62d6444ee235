"""Calls of eBay's Sell APIs (marketplaces.md 3.3 to 3.6); answers as eBay sends them."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from soleflip_desktop.connectors.base import (
    ApiOptions,
    Credentials,
    NotThereError,
    RefusedError,
)
from soleflip_desktop.connectors.ebay import schemas
from soleflip_desktop.connectors.ebay.auth import application_token
from soleflip_desktop.connectors.ebay.signatures import SigningKey
from soleflip_desktop.connectors.http import Answer, Call, HttpClient
from soleflip_desktop.domain.quota import Rule

DEFAULT_BASE_URL = "https://api.ebay.com"
DEFAULT_AUTH_URL = "https://auth.ebay.com"
_APIZ_URL = "https://apiz.ebay.com"

ORDERS_AT_ONCE = 200
ITEMS_AT_ONCE = 50
_TRANSACTIONS_AT_ONCE, _PAYOUTS_AT_ONCE = 1000, 200
_SELL, _FINANCES = "sell", "/sell/finances/v1/"
_ORDER, _INVENTORY = f"{_SELL}/fulfillment/v1/order", f"{_SELL}/inventory/v1"
_UNKNOWN_ORDER, _UNKNOWN_SKU, _NOT_FOUND, _NO_OFFER = 32100, 25702, 25710, 25713
_ABSENT = frozenset({_UNKNOWN_ORDER, _UNKNOWN_SKU, _NOT_FOUND, _NO_OFFER})

Keep = Callable[[Mapping[str, str]], Awaitable[None]]


def error_id(refused: RefusedError) -> int | None:
    """The number of the first error; the body may be cut, so it is not parsed as JSON."""
    found = re.search(r'"errorId"\s*:\s*(\d+)', refused.body)
    return int(found[1]) if found else None


class EbayClient:
    """`keep` stores credentials that were made on the way (the signing key)."""

    def __init__(
        self,
        http: HttpClient,
        credentials: Credentials,
        options: ApiOptions,
        *,
        finances_rule: Rule,
        keep: Keep,
    ) -> None:
        self._http = http
        self._credentials = credentials
        self._options = options
        self._finances_rule = finances_rule
        self._keep = keep
        at_ebay = options.base_url.rstrip("/") == DEFAULT_BASE_URL
        self._apiz_url = _APIZ_URL if at_ebay else options.base_url.rstrip("/")
        self._site = {"X-EBAY-C-MARKETPLACE-ID": options.site}
        self._language = {"Content-Language": options.language}
        jwe = credentials.get("signing_key_jwe")
        private = credentials.get("signing_private_key")
        self._key = SigningKey(jwe, private) if jwe and private else None

    async def aclose(self) -> None:
        await self._http.aclose()

    def now(self) -> datetime:
        """By eBay's clock, once it has answered: ours may be wrong by an hour."""
        return self._http.server_now()

    async def orders(self, narrowed: str, offset: int, limit: int = ORDERS_AT_ONCE) -> Any:
        """`narrowed` is eBay's filter, such as creationdate:[a..b]; httpx encodes it."""
        params = {"limit": limit, "offset": offset, **({"filter": narrowed} if narrowed else {})}
        return (await self._get(_ORDER, params)).json()

    async def order(self, order_id: str) -> Any:
        return (await self._get(f"{_ORDER}/{_segment(order_id)}")).json()

    async def fulfilments(self, order_id: str) -> schemas.FulfilmentsPage:
        answer = await self._get(f"{_ORDER}/{_segment(order_id)}/shipping_fulfillment")
        return schemas.read(schemas.FulfilmentsPage, answer.json())

    async def ship(self, order_id: str, body: Mapping[str, Any]) -> None:
        await self._write("POST", f"{_ORDER}/{_segment(order_id)}/shipping_fulfillment", body)

    async def items(self, page: int) -> schemas.ItemsPage:
        """`page` counts pages, not items: eBay's `offset` does so here (marketplaces.md 3.12)."""
        params = {"limit": ITEMS_AT_ONCE, "offset": page}
        answer = await self._get(f"{_INVENTORY}/inventory_item", params)
        return schemas.read(schemas.ItemsPage, answer.json())

    async def item(self, sku: str) -> Mapping[str, Any] | None:
        """All of an inventory item, for a full replacement; None where there is none."""
        try:
            body = await self._plain(f"{_INVENTORY}/inventory_item/{_segment(sku)}")
        except NotThereError:
            return None
        return body if isinstance(body, Mapping) else None

    async def put_item(self, sku: str, body: Mapping[str, Any]) -> None:
        path = f"{_INVENTORY}/inventory_item/{_segment(sku)}"
        await self._write("PUT", path, body, self._language)

    async def delete_item(self, sku: str) -> None:
        await self._write("DELETE", f"{_INVENTORY}/inventory_item/{_segment(sku)}")

    async def offers(self, sku: str) -> Sequence[Mapping[str, Any]]:
        """The offers of one SKU, empty without any: eBay answers 404 then."""
        try:
            body = await self._plain(f"{_INVENTORY}/offer", {"sku": sku})
        except NotThereError:
            return ()
        return schemas.read(schemas.OffersPage, body).offers

    async def offer(self, offer_id: str) -> Any:
        return await self._plain(f"{_INVENTORY}/offer/{_segment(offer_id)}")

    async def add_offer(self, body: Mapping[str, Any]) -> str:
        answer = await self._write("POST", f"{_INVENTORY}/offer", body, self._language)
        return schemas.read(schemas.Created, answer.json()).offer_id or ""

    async def put_offer(self, offer_id: str, body: Mapping[str, Any]) -> None:
        path = f"{_INVENTORY}/offer/{_segment(offer_id)}"
        await self._write("PUT", path, body, self._language)

    async def publish(self, offer_id: str) -> str:
        """The number of the listing that this makes."""
        answer = await self._write("POST", f"{_INVENTORY}/offer/{_segment(offer_id)}/publish")
        return schemas.read(schemas.Created, answer.json()).listing_id or ""

    async def withdraw(self, offer_id: str) -> None:
        await self._write("POST", f"{_INVENTORY}/offer/{_segment(offer_id)}/withdraw")

    async def update_prices(self, requests: Sequence[Mapping[str, Any]]) -> schemas.PriceRows:
        """At most 25. The answer is 200 even where single rows failed."""
        path = f"{_INVENTORY}/bulk_update_price_quantity"
        answer = await self._write("POST", path, {"requests": list(requests)})
        return schemas.read(schemas.PriceRows, answer.json())

    async def rate_limits(self) -> schemas.RateLimits:
        answer = await self._get("developer/analytics/v1_beta/user_rate_limit/")
        return schemas.read(schemas.RateLimits, answer.json())

    async def transactions(self, narrowed: str, offset: int) -> schemas.TransactionsPage:
        params = {"filter": narrowed, "limit": _TRANSACTIONS_AT_ONCE, "offset": offset}
        body = await self._finances("transaction", params)
        return schemas.read(schemas.TransactionsPage, body)

    async def payouts(self, narrowed: str, offset: int) -> schemas.PayoutsPage:
        params = {"filter": narrowed, "limit": _PAYOUTS_AT_ONCE, "offset": offset}
        return schemas.read(schemas.PayoutsPage, await self._finances("payout", params))

    async def _finances(self, path: str, params: Mapping[str, Any]) -> Any:
        """Signed once eBay has asked for it: sellers outside the EU and the UK need no key."""
        try:
            return await self._signed(path, params)
        except RefusedError as refused:
            if self._key is not None or "signature" not in refused.body.lower():
                raise
        await self._make_key()
        return await self._signed(path, params)

    async def _signed(self, path: str, params: Mapping[str, Any]) -> Any:
        url = self._apiz_url + _FINANCES + path
        moment = int(self.now().timestamp())
        signature = self._key.headers("GET", url, moment) if self._key else {}
        headers = {**self._site, **signature}
        call = Call("GET", url, params, headers=headers, extra=(self._finances_rule, 1))
        return (await self._http.request(call)).json()

    async def _make_key(self) -> None:
        """The private key is shown once, and eBay keeps no copy: it is stored before its use."""
        token = await application_token(self._credentials, self._options)
        url = self._apiz_url + "/developer/key_management/v1/signing_key"
        login = {"Authorization": f"Bearer {token}"}
        answer = await self._write("POST", url, {"signingKeyCipher": "ED25519"}, login)
        made = schemas.read(schemas.NewSigningKey, answer.json())
        await self._keep({"signing_key_jwe": made.jwe, "signing_private_key": made.private_key})
        self._key = SigningKey(made.jwe, made.private_key)

    async def _plain(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """What may be sent back: weights and rates as JSON numbers. Amounts are texts at eBay."""
        answer = await self._get(path, params)
        answer.json()  # refuses pages of gateways
        return json.loads(answer.body or b"null")

    async def _get(self, path: str, params: Mapping[str, Any] | None = None) -> Answer:
        """Raises NotThereError also where eBay says so with 400 (marketplaces.md 3.4, 3.5)."""
        try:
            return await self._http.request(Call("GET", path, params, headers=self._site))
        except NotThereError:
            raise
        except RefusedError as refused:
            if error_id(refused) in _ABSENT:
                raise NotThereError(str(refused), refused.status, refused.body) from None
            raise

    async def _write(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Raises AnswerLostError where something in between answered with a page of its own."""
        told = {**self._site, **(headers or {})}
        answer = await self._http.request(Call(method, path, body=body, headers=told))
        answer.json()
        return answer


def _segment(text: str) -> str:
    return quote(text, safe="")
