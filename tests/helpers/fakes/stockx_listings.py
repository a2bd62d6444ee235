"""The fake StockX's selling side: listings, changes one by one and as batches.

A change is an operation that ends after `polls` looks at it, or `delay_s` after it was made.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from helpers.fakes.faults import Reply, Request
from helpers.fakes.server import route
from helpers.fakes.stockx_books import (
    LIVE,
    Listing,
    Operation,
    instant,
    made_listings,
    made_products,
    uid,
)
from helpers.fakes.stockx_login import StockXLogin
from helpers.fakes.stockx_pages import V2, bad_amount, error, page


@dataclass
class Item:
    """One change of a batch; `listing_id` once it has one."""

    given: dict[str, Any]
    status: str = "QUEUED"
    error: str | None = None
    listing_id: str | None = None

    def row(self, place: int) -> dict[str, Any]:
        row: dict[str, Any] = {"itemId": str(place), "status": self.status, "error": self.error}
        if self.status == "COMPLETED":
            row["result"] = {"listingId": self.listing_id, "askId": "14000000000000000002"}
        return {**row, "listingInput": self.given}


@dataclass
class Batch:
    """Some items are done with each look; all of them when the time has come."""

    id: str
    kind: str
    items: list[Item]
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def row(self) -> dict[str, Any]:
        counts = {
            name: sum(item.status == name.upper() for item in self.items)
            for name in ("queued", "completed", "failed")
        }
        done = counts["queued"] == 0
        made = instant(self.at)
        return {
            "batchId": self.id,
            "status": "COMPLETED" if done else "IN_PROGRESS",
            "completedAt": made if done else None,
            "createdAt": made,
            "updatedAt": made,
            "totalItems": len(self.items),
            "itemStatuses": counts,
        }


class StockXListings(StockXLogin):
    """`listings` and `batches` are the books; `errors` lets changes fail, by an id they name."""

    def __init__(
        self,
        *,
        listings: int,
        products: int,
        port: int,
        scale: int,
        paced: bool,
        currency: str,
        polls: int,
        delay_s: float,
    ) -> None:
        super().__init__(port)
        self.scale, self.paced, self.currency = scale, paced, currency
        self.polls, self.delay_s = polls, delay_s
        self.products = made_products(products)
        self.variants = {v.id: v for product in self.products for v in product.variants}
        all_variants = list(self.variants.values())
        self.listings: dict[str, Listing] = made_listings(listings, all_variants, currency)
        self.batches: dict[str, Batch] = {}
        self.errors: dict[str, str] = {}
        self.spoiled: dict[str, dict[str, Any]] = {}
        self.on_page: Callable[[str, int], None] | None = None
        self.item_violations = 0
        self._serial = listings
        self._due: deque[tuple[float, Callable[[], None]]] = deque()
        self._items: deque[tuple[float, int]] = deque()

    def live(self) -> dict[str, Listing]:
        """What is offered when everything under way has come to its end."""
        with self.lock:
            self.settle(everything=True)
            return {key: item for key, item in self.listings.items() if item.status == LIVE}

    def settle(self, *, everything: bool = False) -> None:
        """Ends what has come to its time."""
        now = time.monotonic()
        while self._due and (everything or self._due[0][0] <= now):
            self._due.popleft()[1]()

    def number(self) -> int:
        self._serial += 1
        return self._serial

    def paged(self, part: str, request: Request) -> None:
        if self.on_page is not None:
            self.on_page(part, int(request.query.get("pageNumber", "1")))

    def _later(self, end: Callable[[], None]) -> None:
        self._due.append((time.monotonic() + self.delay_s, end))

    def _too_many_items(self, count: int) -> bool:
        """500 items within 5 minutes (marketplaces.md 1.3); a tenth less forgives their way."""
        now, window = time.monotonic(), 300 / self.scale
        while self._items and self._items[0][0] <= now - window * 0.9:
            self._items.popleft()
        over = self.paced and sum(n for _, n in self._items) + count > 500
        self.item_violations += over
        if not over:
            self._items.append((now, count))
        return over

    @route("GET", f"{V2}/selling/listings")
    def listed(self, request: Request) -> Any:
        with self.lock:
            wanted = {name: set(v.split(",")) for name, v in request.query.items() if v}
            rows = [
                listing
                for listing in sorted(self.listings.values(), key=_age, reverse=True)
                if listing.variant.id in wanted.get("variantIds", {listing.variant.id})
                and listing.status in wanted.get("listingStatuses", {listing.status})
                and listing.batch_id in wanted.get("batchIds", {listing.batch_id})
            ]
            answer = page(request, "listings", rows, self._listing_row)
            self.paged("listings", request)
            return answer

    @route("GET", f"{V2}/selling/listings/{{id}}")
    def listing(self, request: Request) -> Any:
        with self.lock:
            found = self.listings.get(request.parts["id"])
            if found is None:
                return error(404, "Listing not found")
            last = found.operations[-1].row() if found.operations else None
            return {**self._listing_row(found), "payout": None, "lastOperation": last}

    def _listing_row(self, listing: Listing) -> dict[str, Any]:
        return {**listing.row(), **self.spoiled.get(listing.id, {})}

    @route("GET", f"{V2}/selling/listings/{{id}}/operations")
    def operations(self, request: Request) -> Any:
        """The cursor never changes (marketplaces.md 11.1, row 20)."""
        found = self.listings.get(request.parts["id"])
        if found is None:
            return error(404, "Listing not found")
        return {"nextCursor": "C-1", "operations": [one.row() for one in found.operations]}

    @route("GET", f"{V2}/selling/listings/{{id}}/operations/{{operation}}")
    def operation(self, request: Request) -> Any:
        with self.lock:
            found = self.listings.get(request.parts["id"])
            key = request.parts["operation"]
            one = next((o for o in found.operations if o.id == key), None) if found else None
            if one is None:
                return error(404, "Operation not found")
            one.polls += 1
            if one.polls > self.polls:
                one.settle()
            return one.row()

    @route("POST", f"{V2}/selling/listings")
    def create(self, request: Request) -> Any:
        body = request.json()
        with self.lock:
            problem = bad_amount(body) or self._unknown(body.get("variantId"))
            if problem:
                return error(400, problem)
            listing = self._new_listing(body, "INACTIVE", None)
            target = LIVE if body.get("active", True) else "INACTIVE"
            operation = self._begin(listing, "CREATE", {"status": target}, listing.variant.id)
            return Reply(201, operation.row())

    @route("PATCH", f"{V2}/selling/listings/{{id}}")
    def update(self, request: Request) -> Any:
        return self._change(request, "UPDATE", {})

    @route("PUT", f"{V2}/selling/listings/{{id}}/activate")
    def activate(self, request: Request) -> Any:
        return self._change(request, "ACTIVATE", {"status": LIVE})

    @route("PUT", f"{V2}/selling/listings/{{id}}/deactivate")
    def deactivate(self, request: Request) -> Any:
        return self._change(request, "DEACTIVATE", {"status": "INACTIVE"})

    @route("DELETE", f"{V2}/selling/listings/{{id}}")
    def delete(self, request: Request) -> Any:
        return self._change(request, "DELETE", {"status": "DELETED"})

    def _change(self, request: Request, kind: str, change: dict[str, Any]) -> Any:
        body = request.json() or {}
        with self.lock:
            listing = self.listings.get(request.parts["id"])
            problem = _not_changeable(listing)
            if listing is None or problem:
                return problem
            if body and bad_amount(body):
                return error(400, bad_amount(body))
            return self._begin(listing, kind, {**_priced(body), **change}, listing.id).row()

    def _unknown(self, variant_id: Any) -> str:
        return "" if variant_id in self.variants else "Variant not found"

    def _new_listing(self, body: dict[str, Any], status: str, batch_id: str | None) -> Listing:
        now = datetime.now(UTC)
        listing = Listing(
            uid("c", self.number()),
            self.variants[body["variantId"]],
            int(body["amount"]),
            body.get("currencyCode") or "USD",
            status,
            now,
            now + timedelta(days=365),
            batch_id,
        )
        self.listings[listing.id] = listing
        return listing

    def _begin(self, listing: Listing, kind: str, change: dict[str, Any], about: str) -> Operation:
        def effect() -> None:
            for name, value in change.items():
                setattr(listing, name, value)

        operation = Operation(
            uid("d", self.number()),
            kind,
            listing.id,
            datetime.now(UTC),
            effect,
            self.errors.get(about),
        )
        listing.operations.append(operation)
        self._later(operation.settle)
        return operation

    # --- batches -----------------------------------------------------------------------------

    @route("POST", f"{V2}/selling/batch/{{kind}}")
    def make_batch(self, request: Request) -> Any:
        kind, given = request.parts["kind"], request.json()["items"]
        with self.lock:
            if not 0 < len(given) <= 100:
                return error(400, "items must be 1 to 100")
            if self._too_many_items(len(given)):
                return error(429, "Too Many Requests")
            if kind != "delete-listing" and any(bad_amount(item) for item in given):
                return error(400, "amount must be a whole number")
            batch = Batch(uid("e", self.number()), kind, [Item(item) for item in given])
            self.batches[batch.id] = batch
            self._later(lambda: self._work(batch, len(batch.items)))
            return Reply(201, batch.row())

    @route("GET", f"{V2}/selling/batch/{{kind}}/{{id}}")
    def batch(self, request: Request) -> Any:
        with self.lock:
            found = self.batches.get(request.parts["id"])
            return found.row() if found else error(404, "Batch not found")

    @route("GET", f"{V2}/selling/batch/{{kind}}/{{id}}/items")
    def batch_items(self, request: Request) -> Any:
        with self.lock:
            found = self.batches.get(request.parts["id"])
            if found is None or found.kind != request.parts["kind"]:
                return error(404, "Batch not found")
            rows = [item.row(place) for place, item in enumerate(found.items, 1)]
            self._work(found, -(-len(found.items) // max(1, self.polls)))
            return {"items": rows}

    def _work(self, batch: Batch, count: int) -> None:
        queued = [item for item in batch.items if item.status == "QUEUED"]
        for item in queued[:count]:
            item.error = self._done(batch, item) or None
            item.status = "FAILED" if item.error else "COMPLETED"

    def _done(self, batch: Batch, item: Item) -> str:
        """Why it failed; empty where it did not."""
        given = item.given
        about = given.get("variantId") or given.get("listingId") or ""
        if about in self.errors:
            return self.errors[about]
        if batch.kind == "create-listing":
            if about not in self.variants:
                return "Variant not found"
            status = LIVE if given.get("active", True) else "INACTIVE"
            item.listing_id = self._new_listing(given, status, batch.id).id
            return ""
        listing = self.listings.get(about)
        if listing is None or _not_changeable(listing):
            return "Listing cannot be changed"
        item.listing_id = listing.id
        change = {"status": "DELETED"} if batch.kind == "delete-listing" else _priced(given)
        for name, value in change.items():
            setattr(listing, name, value)
        return ""


def _not_changeable(listing: Listing | None) -> Reply | None:
    """What sold, deleted and unknown listings answer (marketplaces.md 1.7 rule 7)."""
    if listing is None:
        return error(404, "Listing not found")
    if listing.status == "DELETED":
        return error(410, "Listing is deleted")
    if listing.status in {"MATCHED", "COMPLETED"}:
        return error(422, "Listing is sold")
    return None


def _priced(body: dict[str, Any]) -> dict[str, Any]:
    """Without a currency USD is assumed (marketplaces.md 1.7 rule 4)."""
    if "amount" not in body:
        return {}
    return {"amount": int(body["amount"]), "currency": body.get("currencyCode") or "USD"}


def _age(listing: Listing) -> tuple[datetime, str]:
    return listing.created_at, listing.id
