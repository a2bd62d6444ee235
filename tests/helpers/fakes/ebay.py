"""A fake eBay: OAuth, orders, offers, payouts (marketplaces.md 3, 11.1, 11.3).

    with FakeEbay() as fake:
        fake.add_order(order("11-1", created))
        api = open_api(fake.credentials(), fake.options(), gate=..., save=...)

`python -m helpers.fakes.ebay --orders 500 --offers 50` (PYTHONPATH=tests) serves in a process of
its own, prints where as one JSON line, and ends when its stdin is closed.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from typing import Any

from helpers.fakes import ebay_books as books
from helpers.fakes.ebay_finances import EbayFinances
from helpers.fakes.ebay_inventory import EbayInventory
from helpers.fakes.ebay_orders import EbayOrders
from helpers.fakes.server import serve
from soleflip_desktop.connectors.base import ApiOptions

POLICIES = {
    "fulfillment_policy": "6000000001",
    "payment_policy": "6000000002",
    "return_policy": "6000000003",
    "location": "synthetic-store",
    "category": "15709",
}


class FakeEbay(EbayOrders, EbayInventory, EbayFinances):
    """All of it."""

    def options(self, **changes: Any) -> ApiOptions:
        """How a connector reaches it."""
        told = {"base_url": self.url, "auth_url": self.url, "policies": POLICIES, "scale": 1000}
        return ApiOptions(**{**told, **changes})

    def state(self) -> dict[str, Any]:
        return {
            "requests": len(self.log),
            "refreshes": self.refreshes,
            "too_fast": self.pace.violations,
            "orders": sorted(self.orders),
            "live": {sku: one["listing"]["listingId"] for sku, one in self.live().items()},
        }


def filled(orders: int, offers: int, scale: int = 1, port: int = 0) -> FakeEbay:
    """An eBay with so many orders of the last year, an hour apart, and so many live offers."""
    fake = FakeEbay(port, scale)
    now = datetime.now(UTC)
    for n in range(orders):
        order = books.order(f"11-{n:05}-00001", now - timedelta(hours=n + 1))
        fake.add_order(order, books.sale(order))
    fake.payouts.append(books.payout("5000000001", now))
    for n in range(offers):
        fake.add_offer(f"AC{n:05}", "150.00", listing=f"1200000{n:05}")
    return fake


def main() -> None:
    options = argparse.ArgumentParser()
    for name, usual in (("orders", 0), ("offers", 0), ("scale", 1), ("port", 0)):
        options.add_argument(f"--{name}", type=int, default=usual)
    wanted = options.parse_args()
    fake = filled(wanted.orders, wanted.offers, wanted.scale, wanted.port)
    serve(fake, **fake.credentials())


if __name__ == "__main__":
    main()
