"""A fake alias over real HTTP (marketplaces.md 2 and 11): its books are `listings` and `orders`.

    with FakeAlias(scale=100) as fake:
        fake.add_listing(price=15000); fake.add_order()
        ... open_api({"access_token": TOKEN}, ApiOptions(fake.api_url, fake.url, scale=100), ...)

Batches stay pending for `polls` looks. `as_text` sends int64 as texts, as the live API does.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from typing import Any

from helpers.fakes.faults import Reply, Request
from helpers.fakes.pace import Pace
from helpers.fakes.server import FakeServer, route, serve

TOKEN = "planted-alias-token"
CATALOG_ID = "acme-runner-low-ac1234-100"
API = "/alias/api/v1"
START = datetime(2026, 1, 5, 10, tzinfo=UTC)
MOST_IN_BATCH = 1000
#: alias publishes no limit; this is what our connector keeps to.
COURTESY_MS = 500

#: HTTP status, gRPC code and words.
Refusal = tuple[int, int, str]


class FakeAlias(FakeServer):
    """One seller's account. Books are changed under `lock`."""

    def __init__(self, port: int = 0, *, scale: int = 1, spacing_ms: int = 0) -> None:
        super().__init__(port)
        self.token = TOKEN
        self.pace = Pace(spacing_ms / 1000 / scale)
        self.as_text = True
        self.polls = 1
        self.newest_first = True
        self.ignores_filters = False
        self.catalog: dict[str, dict[str, Any]] = {CATALOG_ID: catalog_item()}
        self.prices: dict[str, list[dict[str, Any]]] = {CATALOG_ID: [priced("9")]}
        self.listings: dict[str, dict[str, Any]] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.created = 0

    @property
    def api_url(self) -> str:
        return self.url + API

    def add_listing(self, **facts: Any) -> dict[str, Any]:
        with self.lock:
            self.created += 1
            name = f"al-{self.created}"
            made = listing(name, created_at=_instant(self.created), **facts)
            self.listings[name] = made
            return made

    def add_order(self, **facts: Any) -> dict[str, Any]:
        with self.lock:
            number = len(self.orders) + 1
            made = order(f"ao-{number}", sold_at=_instant(number), **facts)
            self.orders[made["id"]] = made
            return made

    def finish_batches(self) -> None:
        """Time passes: nothing is under way any more."""
        with self.lock:
            for batch in self.batches.values():
                self._work(batch)

    def state(self) -> dict[str, Any]:
        with self.lock:
            return {
                **super().state(),
                "listings": list(self.listings.values()),
                "orders": len(self.orders),
                "violations": self.pace.violations,
            }

    def before(self, request: Request) -> Reply | None:
        if request.path.startswith("/_fake/"):
            return None
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return error(401, 16, "unauthenticated")
        if self.pace.spacing_s and self.pace.too_fast(self.token, request.at):
            return error(429, 8, "rate limit exceeded")
        return None

    @route("GET", f"{API}/test")
    def test(self, _request: Request) -> Any:
        return {"ok": True}

    @route("GET", f"{API}/catalog")
    def search(self, request: Request) -> Any:
        word = request.query["query"].lower()
        found = [
            item
            for item in self.catalog.values()
            if word in f"{item['name']} {item['sku']} {item['sku'].replace(' ', '-')}".lower()
        ]
        return {"catalog_items": found, "next_pagination_token": "", "has_more": False}

    @route("GET", f"{API}/catalog/{{id}}")
    def product(self, request: Request) -> Any:
        found = self.catalog.get(request.parts["id"])
        return {"catalog_item": found} if found else error(404, 5, "catalog item not found")

    @route("GET", f"{API}/pricing_insights/availabilities/{{id}}")
    def availabilities(self, request: Request) -> Any:
        found = self.prices.get(request.parts["id"])
        return {"variants": found} if found is not None else error(404, 5, "not found")

    @route("GET", f"{API}/orders")
    def orders_page(self, request: Request) -> Any:
        with self.lock:
            rows = sorted(
                self.orders.values(), key=lambda o: o["sold_at"], reverse=self.newest_first
            )
        page, token = self._page(rows, request)
        return {"results": page, "pagination": {"next_page_token": token}}

    @route("GET", f"{API}/orders/{{id}}")
    def order(self, request: Request) -> Any:
        found = self.orders.get(request.parts["id"])
        return {"order": found} if found else error(404, 5, "order not found")

    @route("GET", f"{API}/listings")
    def listings_page(self, request: Request) -> Any:
        with self.lock:
            rows = [
                self._shown(row)
                for row in self.listings.values()
                if self.ignores_filters
                or all(_fits(row, facet) for facet in request.lists.get("facet_filters", ()))
            ]
        page, token = self._page(rows, request)
        paging = {"pagination_token": token, "has_more": bool(token), "total_count": len(rows)}
        return {"listings": page, "pagination": paging}

    @route("POST", f"{API}/listings")
    def create(self, request: Request) -> Any:
        assert not request.body, "the parameters of a single creation lie in the address"
        asked = dict(request.query)
        metadata = {k[9:-1]: v for k, v in asked.items() if k.startswith("metadata[")}
        return self._replied(self._create({**asked, "metadata": metadata}))

    @route("GET", f"{API}/listings/batch")
    def batch_list(self, _request: Request) -> Any:
        with self.lock:
            rows = [{"id": name, "status": row["status"]} for name, row in self.batches.items()]
        return {"batches": rows, "next_pagination_token": "", "has_more": False}

    @route("GET", f"{API}/listings/batch_operations/{{id}}")
    def operations(self, request: Request) -> Any:
        with self.lock:
            batch = self.batches.get(request.parts["id"])
            if batch is None:
                return error(404, 5, "batch not found")
            batch["polls"] -= 1
            if batch["polls"] < 0:
                self._work(batch)
            page, token = self._page(batch["operations"], request, "limit")
            return {"id": request.parts["id"], "operations": page, "pagination_token": token}

    @route("POST", f"{API}/listings/batch_create")
    @route("POST", f"{API}/listings/batch_update")
    @route("POST", f"{API}/listings/batch_activate")
    @route("POST", f"{API}/listings/batch_deactivate")
    @route("DELETE", f"{API}/listings/batch_delete")
    def batch(self, request: Request) -> Any:
        kind = request.path.rpartition("batch_")[2]
        if kind in {"create", "update"}:
            items = request.json()["items"]
        else:
            items = [{"id": name} for name in request.lists.get("ids", ())]
        if not 0 < len(items) <= MOST_IN_BATCH:
            return error(400, 3, "wrong number of listings")
        with self.lock:
            name = f"ab-{len(self.batches) + 1}"
            rows = [
                {f"{kind}_request": item, "status": "BATCH_OPERATION_STATUS_PENDING", "errors": []}
                for item in items
            ]
            self.batches[name] = {
                "kind": kind,
                "polls": self.polls,
                "status": "BATCH_STATUS_PENDING",
                "operations": rows[::-1],  # no order is promised
            }
        return {"batch_id": name, "status": "BATCH_STATUS_PENDING"}

    @route("GET", f"{API}/listings/{{id}}")
    def one_listing(self, request: Request) -> Any:
        found = self.listings.get(request.parts["id"])
        return {"listing": self._shown(found)} if found else error(404, 5, "listing not found")

    @route("POST", f"{API}/listings/{{id}}")
    def update(self, request: Request) -> Any:
        change = {"new_value": int(request.query["price_cents"])}
        wish = {"id": request.parts["id"], "price_cents_change": change}
        return self._replied(self._do("update", wish))

    @route("POST", f"{API}/listings/{{id}}/activate")
    @route("POST", f"{API}/listings/{{id}}/deactivate")
    def switch(self, request: Request) -> Any:
        kind = request.path.rpartition("/")[2]
        return self._replied(self._do(kind, {"id": request.parts["id"]}))

    @route("DELETE", f"{API}/listings/{{id}}")
    def delete(self, request: Request) -> Any:
        said = self._do("delete", {"id": request.parts["id"]})
        return error(*said) if isinstance(said, tuple) else {"id": request.parts["id"]}

    def _work(self, batch: dict[str, Any]) -> None:
        for row in batch["operations"]:
            if row["status"] == "BATCH_OPERATION_STATUS_PENDING":
                said = self._do(batch["kind"], row[f"{batch['kind']}_request"])
                refused = isinstance(said, tuple)
                row["success"] = not refused
                row["status"] = f"BATCH_OPERATION_STATUS_{'FAILED' if refused else 'COMPLETED'}"
                row["errors"] = [said[2]] if isinstance(said, tuple) else []
                if isinstance(said, dict):
                    row[f"{batch['kind']}_result"] = {"listing": self._shown(said)}
        batch["status"] = "BATCH_STATUS_COMPLETED"

    def _do(self, kind: str, wish: dict[str, Any]) -> dict[str, Any] | Refusal:
        """The listing as it is then, or HTTP status, gRPC code and words."""
        if kind == "create":
            pairs = {entry["key"]: entry["value"] for entry in wish.get("metadata_list", ())}
            return self._create({**wish, "metadata": pairs})
        with self.lock:
            found = self.listings.get(wish["id"])
            if found is None:
                return 404, 5, "listing not found"
            if found["status"] == "LISTING_STATUS_SOLD":
                return 409, 9, "listing is sold"
            if kind == "delete":
                return self.listings.pop(wish["id"])
            if kind == "update":
                return _repriced(found, wish["price_cents_change"])
            found["status"] = f"LISTING_STATUS_{'ACTIVE' if kind == 'activate' else 'INACTIVE'}"
            return found

    def _create(self, wish: dict[str, Any]) -> dict[str, Any] | Refusal:
        price = int(wish["price_cents"])
        if wish["catalog_id"] not in self.catalog:
            return 404, 5, "catalog item not found"
        if price % 100 or price < 2500:
            return 400, 3, "price too low" if price < 2500 else "price must be whole dollars"
        assert wish["condition"] == "CONDITION_NEW"
        active = str(wish.get("activate", "true")).lower() == "true"
        status = f"LISTING_STATUS_{'ACTIVE' if active else 'INACTIVE'}"
        facts = {name: wish[name] for name in ("catalog_id", "size_unit", "metadata")}
        return self.add_listing(price=price, size=_number(wish["size"]), status=status, **facts)

    def _replied(self, said: dict[str, Any] | Refusal) -> Any:
        return error(*said) if isinstance(said, tuple) else {"listing": self._shown(said)}

    def _shown(self, row: dict[str, Any]) -> dict[str, Any]:
        cents = row["price_cents"]
        return {**row, "price_cents": str(cents) if self.as_text else cents}

    def _page(
        self, rows: list[dict[str, Any]], request: Request, size_name: str = "page_size"
    ) -> tuple[list[dict[str, Any]], str]:
        size = int(request.query.get(size_name, 25))
        assert size <= (500 if size_name == "limit" else 50)
        start = int(request.query.get("pagination_token") or 0)
        over = start + size >= len(rows)
        return rows[start : start + size], "" if over else str(start + size)


def catalog_item(catalog_id: str = CATALOG_ID, **facts: Any) -> dict[str, Any]:
    """marketplaces.md 11.4."""
    sizes = [
        {"display_name": name, "value": _number(name), "us_size_equivalent": _number(name)}
        for name in ("8.5", "9", "9.5", "10")
    ]
    return {
        "catalog_id": catalog_id,
        "name": "Acme Runner Low 'White Black'",
        "sku": "AC1234 100",
        "brand": "Acme",
        "gender": "men",
        "release_date": "2025-03-10",
        "product_category": "shoes",
        "size_unit": "SIZE_UNIT_US",
        "allowed_sizes": sizes,
        "retail_price_cents": "11500",
        "colorway": "White/Black",
        **facts,
    }


def priced(size: str, lowest: int = 14200, bid: int = 0, **facts: Any) -> dict[str, Any]:
    return {
        "size": _number(size),
        "product_condition": "PRODUCT_CONDITION_NEW",
        "packaging_condition": "PACKAGING_CONDITION_GOOD_CONDITION",
        "availability": {
            "lowest_listing_price_cents": str(lowest),
            "highest_offer_price_cents": str(bid),
            "last_sold_listing_price_cents": "13800",
            "global_indicator_price_cents": "0",
        },
        **facts,
    }


def listing(name: str, *, price: int = 15000, **facts: Any) -> dict[str, Any]:
    return {
        "id": name,
        "catalog_id": CATALOG_ID,
        "condition": "CONDITION_NEW",
        "packaging_condition": "PACKAGING_CONDITION_GOOD_CONDITION",
        "size": 9,
        "size_unit": "SIZE_UNIT_US",
        "sku": "AC1234 100",
        "consigned": False,
        "created_at": "2026-01-05T10:00:00Z",
        "updated_at": "2026-01-05T10:00:00Z",
        "activated_at": None,
        "status": "LISTING_STATUS_ACTIVE",
        "price_cents": price,
        "metadata": {},
        "defects": [],
        "additional_defects": "",
        **facts,
    }


def order(name: str, **facts: Any) -> dict[str, Any]:
    return {
        "id": name,
        "status": "ORDER_STATUS_CONFIRMED",
        "catalog_id": CATALOG_ID,
        "catalog_name": "Acme Runner Low",
        "catalog_brand": "Acme",
        "catalog_sku": "AC1234 100",
        "size": 9,
        "price_cents": "15000",
        "price_cents_after_take": "12800",
        "sales_channel": "GOAT",
        "purchase_order_number": "600000001",
        "listing_id": "al-1",
        "sold_at": "2026-01-06T08:00:00Z",
        "updated_at": "2026-01-06T08:00:00Z",
        "cancels_at": "2026-01-10T08:00:00Z",
        "label_url": "https://labels.example.invalid/planted-label",
        "label_tracking_number": "planted-parcel",
        **facts,
    }


def error(status: int, code: int, message: str) -> Reply:
    return Reply(status, {"code": code, "message": message, "details": []})


def _repriced(found: dict[str, Any], change: dict[str, Any]) -> dict[str, Any] | Refusal:
    expected = change.get("conditional_value")
    if expected is not None:
        assert change["condition_operator"] == "CONDITION_OPERATOR_EQ"
        if expected != found["price_cents"]:
            return 409, 9, "price condition not met"
    if change["new_value"] % 100:
        return 400, 3, "price must be whole dollars"
    found["price_cents"] = change["new_value"]
    return found


def _fits(row: dict[str, Any], facet: str) -> bool:
    kind, _, rest = facet.partition(": ")
    if kind == "metadata":
        key, _, value = rest.partition(" = ")
        return bool(row["metadata"].get(key) == value)
    return kind == "status" and str(row["status"]).endswith(rest.upper())


def _number(text: object) -> float | int:
    value = float(str(text))
    return int(value) if value.is_integer() else value


def _instant(number: int) -> str:
    return (START + timedelta(minutes=number)).isoformat().replace("+00:00", "Z")


def main() -> None:
    given = argparse.ArgumentParser(description="A fake alias")
    for name, default in (("orders", 0), ("listings", 0), ("port", 0), ("scale", 1)):
        given.add_argument(f"--{name}", type=int, default=default)
    given.add_argument("--unpaced", action="store_true", help="count no request limit")
    options = given.parse_args()
    spacing_ms = 0 if options.unpaced else COURTESY_MS
    fake = FakeAlias(options.port, scale=options.scale, spacing_ms=spacing_ms)
    for _ in range(options.orders):
        fake.add_order()
    for _ in range(options.listings):
        fake.add_listing()
    serve(fake, base_url=fake.api_url, auth_url=fake.url)


if __name__ == "__main__":
    main()
