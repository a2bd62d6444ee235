"""A fake StockX that behaves as marketplaces.md 11 says, over real HTTP.

    with FakeStockX(orders=200, listings=20, paced=False) as fake:
        api = open_api(fake.credentials(), fake.options(), gate=..., save=...)

`python -m helpers.fakes.stockx --orders 50000 --port 0` (PYTHONPATH=tests) serves in a process of
its own, prints where as one JSON line, and ends when its stdin is closed.
"""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from helpers.fakes.faults import Reply, Request
from helpers.fakes.pace import Pace
from helpers.fakes.server import route, serve
from helpers.fakes.stockx_books import (
    EPOCH,
    HISTORY,
    LIFE,
    Order,
    Product,
    Variant,
    made_orders,
    order_number,
)
from helpers.fakes.stockx_listings import StockXListings
from helpers.fakes.stockx_pages import V2, error, page
from soleflip_desktop.connectors.base import ApiOptions

PDF = b"%PDF-1.4\n% a label of the fake StockX\n%%EOF\n"


class FakeStockX(StockXListings):
    """`orders`, `listings` and `batches` are its books; `pace.violations` counts broken limits.

    `spoiled` overwrites fields of a row by its id, `stale` are products that are gone, `quota` is
    the day's, and `on_page` is called behind each page of a list (page drift).
    """

    def __init__(
        self,
        *,
        orders: int = 0,
        listings: int = 0,
        products: int = 40,
        port: int = 0,
        scale: int = 1,
        paced: bool = True,
        currency: str = "EUR",
        polls: int = 2,
        delay_s: float = 0.2,
    ) -> None:
        super().__init__(
            listings=listings,
            products=products,
            port=port,
            scale=scale,
            paced=paced,
            currency=currency,
            polls=polls,
            delay_s=delay_s,
        )
        all_variants = list(self.variants.values())
        self.orders: dict[str, Order] = made_orders(orders, all_variants, currency)
        self.stale: set[str] = set()
        self.pace = Pace(1 / scale)
        self.quota = 25_000
        self.asked = 0
        self._serial = max(orders, listings)
        self._sorted: dict[tuple[str, str], list[Order]] = {}

    # --- for tests ---------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        return self.url + V2

    def options(self, **more: Any) -> ApiOptions:
        given = {"currency": self.currency, "scale": self.scale, **more}
        return ApiOptions(self.base_url, self.auth_url, **given)

    def new_sale(self, listing_id: str | None = None) -> str:
        """The newest order of all; of a listing, which is matched by it."""
        with self.lock:
            serial = self.number()
            number, variant = order_number(serial), next(iter(self.variants.values()))
            amount, listing = 150, self.listings.get(listing_id or "")
            if listing is not None:
                variant, amount = listing.variant, listing.amount
                listing.status, listing.order_number = "MATCHED", number
            made = EPOCH + timedelta(minutes=serial)
            self.orders[number] = Order(
                number, variant, amount, self.currency, "CREATED", made, listing_id
            )
            self._sorted.clear()
            return number

    def advance(self, number: str, status: str | None = None) -> str:
        """To a status, or one step on in the life of an order."""
        with self.lock:
            order = self.orders[number]
            order.status = status or LIFE[min(LIFE.index(order.status) + 1, len(LIFE) - 1)]
            listing = self.listings.get(order.listing_id or "")
            if listing is not None and order.status == "COMPLETED":
                listing.status = "COMPLETED"
            self._sorted.clear()
            return order.status

    def vanish(self, number: str) -> None:
        with self.lock:
            del self.orders[number]
            self._sorted.clear()

    def state(self) -> dict[str, Any]:
        violations = self.pace.violations + self.item_violations
        facts = {"orders": len(self.orders), "live": len(self.live()), "violations": violations}
        return {**super().state(), **facts}

    # --- log-in and limits -------------------------------------------------------------------

    def before(self, request: Request) -> Reply | None:
        if not request.path.startswith(V2):
            return None
        key = request.headers.get("x-api-key", "")
        with self.lock:
            self.settle()
            self.asked += 1
            too_fast = self.paced and self.pace.too_fast(key, request.at)
            if too_fast or self.asked > self.quota:
                header = {"Retry-After": "1"} if self.asked % 2 else {}
                return Reply(429, {"statusCode": 429, "message": "Too Many Requests"}, header)
        if key != self.api_key:
            return error(403, "Forbidden")
        return self.refused_token(request)

    # --- catalogue ---------------------------------------------------------------------------

    @route("GET", f"{V2}/catalog/search")
    def search(self, request: Request) -> Any:
        words = request.query["query"].lower()
        hits = [product.row() for product in self.products if _matches(product, words)]
        return page(request, "products", hits)

    @route("GET", f"{V2}/catalog/products/{{id}}")
    def product(self, request: Request) -> Any:
        product = self._product(request)
        return product.row() if product else error(404, "Product not found")

    @route("GET", f"{V2}/catalog/products/{{id}}/variants")
    def product_variants(self, request: Request) -> Any:
        product = self._product(request)
        return [v.row() for v in product.variants] if product else error(404, "Not found")

    @route("GET", f"{V2}/catalog/products/{{id}}/market-data")
    def market_data(self, request: Request) -> Any:
        product = self._product(request)
        currency = request.query.get("currencyCode", "USD")
        if product is None:
            return error(404, "Product not found")
        return [_prices(variant, currency) for variant in product.variants]

    def _product(self, request: Request) -> Product | None:
        key = request.parts["id"]
        return next((p for p in self.products if p.id == key and key not in self.stale), None)

    # --- orders ------------------------------------------------------------------------------

    @route("GET", f"{V2}/selling/orders/{{part}}")
    def orders_or_order(self, request: Request) -> Any:
        part = request.parts["part"]
        with self.lock:
            if part in {"active", "history"}:
                rows = self._part(part, request.query.get("fromDate", ""))
                answer = page(request, "orders", rows, self._order_row)
                self.paged(part, request)
                return answer
            order = self.orders.get(part)
            return self._order_row(order, full=True) if order else error(404, "Order not found")

    @route("GET", f"{V2}/selling/orders/{{number}}/shipping-document/{{id}}")
    def shipping_document(self, request: Request) -> Any:
        order = self.orders.get(request.parts["number"])
        if order is None or request.parts["id"] != "S-600000001":
            return error(404, "Shipping document not found")
        return Reply(200, PDF, {"Content-Type": "application/pdf"})

    def _part(self, part: str, from_date: str) -> list[Order]:
        key = (part, from_date)
        if key not in self._sorted:
            past = part == "history"
            found = [o for o in self.orders.values() if (o.status in HISTORY) is past]
            if past and from_date:
                found = [o for o in found if o.created_at.date().isoformat() >= from_date]
            self._sorted[key] = sorted(found, key=lambda o: o.created_at, reverse=True)
        return self._sorted[key]

    def _order_row(self, order: Order, *, full: bool = False) -> dict[str, Any]:
        return {**order.row(full=full), **self.spoiled.get(order.number, {})}


def _matches(product: Product, words: str) -> bool:
    gtins = {variant.gtin for variant in product.variants}
    return words in f"acme runner {product.number} {product.style}".lower() or words in gtins


def _prices(variant: Variant, currency: str) -> dict[str, Any]:
    """The lowest ask of every fourth size stands in the blocks only, as was recorded."""
    ask = 140 + variant.place
    standard = {"lowestAsk": str(ask), "highestBidAmount": "120", "sellFaster": str(ask - 5)}
    return {
        "productId": variant.product.id,
        "variantId": variant.id,
        "currencyCode": currency,
        "lowestAskAmount": None if variant.place % 4 == 3 else str(ask),
        "highestBidAmount": "120.0000",
        "sellFasterAmount": str(ask - 5),
        "earnMoreAmount": None,
        "flexLowestAskAmount": None,
        "standardMarketData": {**standard, "earnMore": None, "beatUS": None},
    }


def main() -> None:
    given = argparse.ArgumentParser(description="A fake StockX")
    for name, default in (("orders", 0), ("listings", 0), ("port", 0), ("scale", 1)):
        given.add_argument(f"--{name}", type=int, default=default)
    given.add_argument("--unpaced", action="store_true", help="count no request limit")
    options = given.parse_args()
    fake = FakeStockX(
        orders=options.orders,
        listings=options.listings,
        port=options.port,
        scale=options.scale,
        paced=not options.unpaced,
    )
    serve(fake, base_url=fake.base_url, auth_url=fake.auth_url)


if __name__ == "__main__":
    main()
