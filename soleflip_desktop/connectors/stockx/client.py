"""StockX's endpoints (marketplaces.md 1.4), each as one request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from soleflip_desktop.connectors.base import REQUESTS, AnswerLostError
from soleflip_desktop.connectors.http import Call, HttpClient
from soleflip_desktop.domain.outbox import OutboxAction
from soleflip_desktop.domain.quota import Rule

#: marketplaces.md 1.3.
REQUEST_RULE = Rule(REQUESTS, spacing_ms=1_000, per_day=25_000)
ITEM_RULE = Rule("batch items", per_window=500, window_ms=300_000, per_day=50_000)
PAGE_SIZE = 100
_SEARCH_SIZE, _LONGEST_QUERY = 50, 100
#: Deleted and cancelled ones are left out.
_STATUSES = "ACTIVE,INACTIVE,MATCHED,COMPLETED"
#: Batches exist for these only.
BATCHES: Mapping[OutboxAction, str] = {
    OutboxAction.CREATE: "selling/batch/create-listing",
    OutboxAction.REPRICE: "selling/batch/update-listing",
    OutboxAction.DELETE: "selling/batch/delete-listing",
}


@dataclass(frozen=True, slots=True)
class RawPage:
    """One page of a list, unread."""

    rows: Sequence[Any]
    has_next: bool
    count: int | None


class StockXClient:
    """Says what StockX is asked; what it answers is read by others."""

    def __init__(self, http: HttpClient, item_rule: Rule) -> None:
        self._http = http
        self._item_rule = item_rule

    def now(self) -> datetime:
        """StockX's own clock, which its records are dated by."""
        return self._http.server_now()

    async def orders_page(self, part: str, page: int, since: str | None) -> RawPage:
        """`part` is active or history; `since` is a day, of the orders' creation."""
        limits = {"fromDate": since} if since and part == "history" else {}
        return await self._page(f"selling/orders/{part}", "orders", page, limits)

    async def order(self, number: str) -> Any:
        return await self._http.get(f"selling/orders/{_id(number)}")

    async def listings_page(self, page: int, variant_ids: Sequence[str] = ()) -> RawPage:
        limits = {"listingStatuses": _STATUSES}
        if variant_ids:
            limits["variantIds"] = ",".join(variant_ids)
        return await self._page("selling/listings", "listings", page, limits)

    async def listing(self, listing_id: str) -> Any:
        return await self._http.get(f"selling/listings/{_id(listing_id)}")

    async def check(self) -> None:
        await self._http.get("selling/listings", {"pageNumber": 1, "pageSize": 1})

    async def search(self, text: str) -> Sequence[Any]:
        params = {"query": text[:_LONGEST_QUERY], "pageNumber": 1, "pageSize": _SEARCH_SIZE}
        return _page_of(await self._http.get("catalog/search", params), "products").rows

    async def variants(self, product_id: str) -> Sequence[Any]:
        return _list_of(await self._http.get(f"catalog/products/{_id(product_id)}/variants"))

    async def market_data(self, product_id: str, currency: str) -> Sequence[Any]:
        path = f"catalog/products/{_id(product_id)}/market-data"
        return _list_of(await self._http.get(path, {"currencyCode": currency}))

    async def shipping_document(self, number: str, shipping_id: str) -> bytes:
        path = f"selling/orders/{_id(number)}/shipping-document/{_id(shipping_id)}"
        call = Call("GET", path, headers={"Accept": "application/pdf"})
        return (await self._http.request(call)).body

    async def write(self, action: OutboxAction, listing_id: str | None, body: Any) -> Any:
        """One listing; the answer is an operation."""
        listing = f"selling/listings/{_id(listing_id or '')}"
        call = {
            OutboxAction.CREATE: Call("POST", "selling/listings", body=body),
            OutboxAction.REPRICE: Call("PATCH", listing, body=body),
            OutboxAction.ACTIVATE: Call("PUT", f"{listing}/activate", body=body),
            OutboxAction.DEACTIVATE: Call("PUT", f"{listing}/deactivate"),
            OutboxAction.DELETE: Call("DELETE", listing),
        }[action]
        return (await self._http.request(call)).json()

    async def write_batch(self, action: OutboxAction, items: Sequence[Any]) -> Any:
        """Up to a hundred at once; the answer is a batch."""
        body, extra = {"items": list(items)}, (self._item_rule, len(items))
        call = Call("POST", BATCHES[action], body=body, extra=extra)
        return (await self._http.request(call)).json()

    async def batch_items(self, action: OutboxAction, batch_id: str) -> Sequence[Any]:
        answer = await self._http.get(f"{BATCHES[action]}/{_id(batch_id)}/items")
        return _page_of(answer, "items").rows

    async def operation(self, listing_id: str, operation_id: str) -> Any:
        path = f"selling/listings/{_id(listing_id)}/operations/{_id(operation_id)}"
        return await self._http.get(path)

    async def operations(self, listing_id: str) -> Sequence[Any]:
        """All of a listing. The cursor may stay the same for ever: a page of known ones ends it."""
        found: dict[str, Any] = {}
        params: dict[str, Any] = {"pageSize": PAGE_SIZE}
        while True:
            path = f"selling/listings/{_id(listing_id)}/operations"
            answer = await self._http.get(path, params)
            rows = [row for row in _page_of(answer, "operations").rows if isinstance(row, Mapping)]
            new = {str(row.get("operationId")): row for row in rows} | found
            params["cursor"] = answer.get("nextCursor")
            if len(new) == len(found) or not params["cursor"]:
                return list(new.values())
            found = new

    async def _page(self, path: str, name: str, page: int, limits: Mapping[str, Any]) -> RawPage:
        """An empty page is the last one, whatever it says, unless the count promises more."""
        params = {"pageNumber": page, "pageSize": PAGE_SIZE, **limits}
        answer = _page_of(await self._http.get(path, params), name)
        more = answer.rows or page * PAGE_SIZE < (answer.count or 0)
        return answer if more else replace(answer, has_next=False)


def _page_of(answer: Any, name: str) -> RawPage:
    if not isinstance(answer, Mapping):
        raise _not_data(name)
    count = answer.get("count")
    return RawPage(
        _list_of(answer.get(name)),
        answer.get("hasNextPage") is True,
        int(str(count)) if str(count).isdecimal() else None,
    )


def _list_of(value: Any) -> Sequence[Any]:
    """Raises AnswerLostError: an answer without its list is none."""
    if not isinstance(value, list):
        raise _not_data("records")
    return value


def _not_data(name: str) -> AnswerLostError:
    return AnswerLostError(
        f"StockX answered without the {name} that were asked for; it is asked again later."
    )


def _id(value: str) -> str:
    return quote(value, safe="")
