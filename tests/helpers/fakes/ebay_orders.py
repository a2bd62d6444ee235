"""The fake eBay's Fulfillment API: orders with real filters and pages, and parcels."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from helpers.fakes import ebay_books as books
from helpers.fakes.ebay_login import EbayLogin, Json, refusal
from helpers.fakes.faults import Reply, Request
from helpers.fakes.server import route

_FULFILMENT = "/sell/fulfillment/v1"
DATES = re.compile(r"(\w+):\[([^.\]]*(?:\.\d{3}Z)?)\.\.([^\]]*)\]")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_DAYS_BACK = 731


class EbayOrders(EbayLogin):
    """Orders by `creationdate` or `lastmodifieddate`, the oldest first."""

    def add_order(self, order: Json, *bookings: Json) -> Json:
        with self.lock:
            self.orders[order["orderId"]] = order
            self.transactions += bookings
        return order

    @route("GET", _FULFILMENT + "/order")
    def order_page(self, request: Request) -> Reply:
        limit, offset = (
            int(request.query.get(n, d)) for n, d in (("limit", "50"), ("offset", "0"))
        )
        if not 1 <= limit <= 200 or offset % limit:
            return refusal(400, 30810, "Invalid limit or offset", "API_FULFILLMENT")
        chosen = self._chosen(request.query.get("filter", ""))
        if isinstance(chosen, Reply):
            return chosen
        rows = chosen[offset : offset + limit]
        page: Json = {
            "href": self._order_address(limit, offset),
            "total": len(chosen),
            "limit": limit,
            "offset": offset,
            "orders": [_as_in_a_page(row) for row in rows],
        }
        if offset + limit < len(chosen):
            page["next"] = self._order_address(limit, offset + limit)
        self.page_done()
        return Reply(200, page)

    def _order_address(self, limit: int, offset: int) -> str:
        return f"{self.url}{_FULFILMENT}/order?limit={limit}&offset={offset}"

    def _chosen(self, text: str) -> list[Json] | Reply:
        """The orders of a filter, or why it is none; no filter is the last 90 days."""
        start = datetime.now(UTC) - timedelta(days=90)
        text = text or f"creationdate:[{books.moment(start)}..]"
        with self.lock:
            rows = sorted(self.orders.values(), key=lambda row: str(row["creationDate"]))
        found = DATES.fullmatch(text)
        names = {"creationdate": "creationDate", "lastmodifieddate": "lastModifiedDate"}
        if found is None or found[1] not in names:
            return refusal(400, 30700, "Invalid filter field", "API_FULFILLMENT")
        first, last = found[2], found[3]
        if not all(_INSTANT.fullmatch(end) for end in (first, last) if end) or not first:
            return refusal(400, 30800, "Invalid date", "API_FULFILLMENT")
        if found[1] == "creationdate" and first < books.moment(
            datetime.now(UTC) - timedelta(days=731)
        ):
            return refusal(400, 30820, "More than two years ago", "API_FULFILLMENT")
        return [row for row in rows if first <= row[names[found[1]]] <= (last or "9")]

    @route("GET", _FULFILMENT + "/order/{number}")
    def one_order(self, request: Request) -> Reply:
        order = self.orders.get(request.parts["number"])
        return Reply(200, order) if order else self._no_order()

    @staticmethod
    def _no_order() -> Reply:
        return refusal(400, 32100, "Invalid order ID", "API_FULFILLMENT")

    @route("POST", _FULFILMENT + "/order/{number}/shipping_fulfillment")
    def ship(self, request: Request) -> Reply:
        number, body = request.parts["number"], request.json()
        order = self.orders.get(number)
        if order is None:
            return self._no_order()
        lines = {one["lineItemId"]: one for one in order["lineItems"]}
        if not {one["lineItemId"] for one in body["lineItems"]} <= lines.keys():
            return refusal(400, 32200, "Invalid line item", "API_FULFILLMENT")
        tracking = body.get("trackingNumber", "999")
        if not tracking.isalnum() or ("trackingNumber" in body) != ("shippingCarrierCode" in body):
            return refusal(400, 32300, "Invalid tracking or carrier", "API_FULFILLMENT")
        with self.lock:
            for one in body["lineItems"]:
                lines[one["lineItemId"]]["lineItemFulfillmentStatus"] = "FULFILLED"
            done = {one["lineItemFulfillmentStatus"] for one in lines.values()} == {"FULFILLED"}
            order["orderFulfillmentStatus"] = "FULFILLED" if done else "IN_PROGRESS"
            self.parcels.setdefault(number, []).append(
                {
                    "fulfillmentId": tracking,
                    "lineItems": body["lineItems"],
                    "shipmentTrackingNumber": tracking,
                    "shippingCarrierCode": body.get("shippingCarrierCode", ""),
                }
            )
        place = f"{_FULFILMENT}/order/{number}/shipping_fulfillment/{tracking}"
        return Reply(201, None, {"Location": place})

    @route("GET", _FULFILMENT + "/order/{number}/shipping_fulfillment")
    def parcels_of(self, request: Request) -> Reply:
        if request.parts["number"] not in self.orders:
            return self._no_order()
        parcels = self.parcels.get(request.parts["number"], [])
        return Reply(200, {"fulfillments": parcels, "total": len(parcels), "warnings": []})


def _as_in_a_page(row: Json) -> Json:
    """A page has no cancel requests; one order has them (3.4)."""
    return {**row, "cancelStatus": {**row["cancelStatus"], "cancelRequests": []}}
