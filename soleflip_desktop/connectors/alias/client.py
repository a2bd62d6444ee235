"""alias' endpoints (marketplaces.md 2.2), each as one request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from soleflip_desktop.connectors.base import REQUESTS, AnswerLostError
from soleflip_desktop.connectors.http import Call, HttpClient
from soleflip_desktop.domain.outbox import OutboxAction
from soleflip_desktop.domain.quota import Rule

#: Limits exist and are not published: two a second, out of courtesy.
REQUEST_RULE = Rule(REQUESTS, spacing_ms=500)
PAGE_SIZE = 50
_SEARCH_SIZE = 25
_OPERATIONS_SIZE = 500
#: Under these three names alias tells the token of the next page; "" ends a list.
_TOKENS = ("next_pagination_token", "next_page_token", "pagination_token")
_BATCHES: Mapping[OutboxAction, tuple[str, str]] = {
    OutboxAction.CREATE: ("POST", "listings/batch_create"),
    OutboxAction.REPRICE: ("POST", "listings/batch_update"),
    OutboxAction.ACTIVATE: ("POST", "listings/batch_activate"),
    OutboxAction.DEACTIVATE: ("POST", "listings/batch_deactivate"),
    OutboxAction.DELETE: ("DELETE", "listings/batch_delete"),
}
#: These take JSON; the others take `ids` in the address.
_WITH_BODY = frozenset({OutboxAction.CREATE, OutboxAction.REPRICE})
_OPEN_BATCHES = frozenset({"BATCH_STATUS_PENDING", "BATCH_STATUS_IN_PROGRESS"})


@dataclass(frozen=True, slots=True)
class RawPage:
    """One page of a list, unread; `token` is that of the next, "" at the end."""

    rows: Sequence[Any]
    token: str
    total: int | None


class AliasClient:
    """Says what alias is asked; what it answers is read by others."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def test(self) -> bool:
        answer = await self._http.get("test")
        return isinstance(answer, Mapping) and answer.get("ok") is True

    async def search(self, text: str) -> Sequence[Any]:
        params = {"query": text, "limit": _SEARCH_SIZE}
        return _page_of(await self._http.get("catalog", params), "catalog_items", "").rows

    async def catalog_item(self, catalog_id: str) -> Mapping[str, Any]:
        return _part(await self._http.get(f"catalog/{_id(catalog_id)}"), "catalog_item")

    async def availabilities(self, catalog_id: str, region: str) -> Sequence[Any]:
        path = f"pricing_insights/availabilities/{_id(catalog_id)}"
        answer = await self._http.get(path, {"region_id": region} if region else None)
        return _page_of(answer, "variants", "").rows

    async def orders_page(self, token: str) -> RawPage:
        return await self._page("orders", "results", token, {"page_size": PAGE_SIZE})

    async def order(self, number: str) -> Mapping[str, Any]:
        return _part(await self._http.get(f"orders/{_id(number)}"), "order")

    async def listings_page(self, token: str) -> RawPage:
        return await self._page("listings", "listings", token, {"page_size": PAGE_SIZE})

    async def listings_with(self, key: str, value: str) -> Sequence[Any]:
        """Those with this entry in their metadata; the whole list, should alias not filter."""
        facets = {"facet_filters": [f"metadata: {key} = {value}"], "page_size": PAGE_SIZE}
        return await self._all("listings", "listings", facets)

    async def listing(self, listing_id: str) -> Mapping[str, Any]:
        return _part(await self._http.get(_listing(listing_id)), "listing")

    async def create(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """By query parameters, not by JSON (marketplaces.md 2.5)."""
        return await self._write(Call("POST", "listings", params=params))

    async def change(
        self, listing_id: str, step: str, params: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """`step` is "", "/activate" or "/deactivate"."""
        return await self._write(Call("POST", _listing(listing_id) + step, params=params))

    async def delete(self, listing_id: str) -> None:
        """Raises AnswerLostError where something in between answered with a page of its own."""
        (await self._http.request(Call("DELETE", _listing(listing_id)))).json()

    async def write_batch(self, action: OutboxAction, items: Sequence[Any]) -> str:
        """The batch's id. `items` are ids where the action needs no more."""
        method, path = _BATCHES[action]
        if action in _WITH_BODY:
            call = Call(method, path, body={"items": list(items)})
        else:
            call = Call(method, path, params={"ids": list(items)})
        answer = (await self._http.request(call)).json()
        batch_id = answer.get("batch_id") if isinstance(answer, Mapping) else None
        if not batch_id:
            raise AnswerLostError("alias' answer has no batch in it. It is looked up.")
        return str(batch_id)

    async def operations(self, batch_id: str) -> Sequence[Any]:
        """What became of each change of a batch."""
        path = f"listings/batch_operations/{_id(batch_id)}"
        return await self._all(path, "operations", {"limit": _OPERATIONS_SIZE})

    async def is_busy(self) -> bool:
        """A batch is under way: what it holds may still come."""
        rows = await self._all("listings/batch", "batches", {})
        return any(isinstance(row, Mapping) and row.get("status") in _OPEN_BATCHES for row in rows)

    async def _write(self, call: Call) -> Mapping[str, Any]:
        return _part((await self._http.request(call)).json(), "listing")

    async def _all(self, path: str, name: str, limits: Mapping[str, Any]) -> Sequence[Any]:
        """Raises AnswerLostError also where the pages go round in a circle."""
        rows: list[Any] = []
        tokens = [""]
        while len(set(tokens)) == len(tokens):
            page = await self._page(path, name, tokens[-1], limits)
            rows += page.rows
            if not page.token:
                return rows
            tokens.append(page.token)
        raise _same_page()

    async def _page(self, path: str, name: str, token: str, limits: Mapping[str, Any]) -> RawPage:
        going_on = {"pagination_token": token} if token else {}
        return _page_of(await self._http.get(path, {**limits, **going_on}), name, token)


def _page_of(answer: Any, name: str, asked: str) -> RawPage:
    """Raises AnswerLostError: an answer without its list is none, the same page again no next."""
    rows = answer.get(name) if isinstance(answer, Mapping) else None
    if not isinstance(rows, list):
        raise _not_data(name)
    paging = answer.get("pagination")
    told = {**answer, **paging} if isinstance(paging, Mapping) else answer
    token = next((str(told[key]) for key in _TOKENS if told.get(key)), "")
    if told.get("has_more") is False:
        token = ""
    if token and token == asked:
        raise _same_page()
    total = str(told.get("total_count", ""))
    return RawPage(rows, token, int(total) if total.isdecimal() else None)


def _part(answer: Any, name: str) -> Mapping[str, Any]:
    part = answer.get(name) if isinstance(answer, Mapping) else None
    if not isinstance(part, Mapping):
        raise _not_data(name)
    return part


def _not_data(name: str) -> AnswerLostError:
    return AnswerLostError(
        f"alias answered without the {name} that were asked for; it is asked again later."
    )


def _same_page() -> AnswerLostError:
    return AnswerLostError("alias sent the same page again. The list is read again later.")


def _listing(listing_id: str) -> str:
    return f"listings/{_id(listing_id)}"


def _id(value: str) -> str:
    return quote(value, safe="")
