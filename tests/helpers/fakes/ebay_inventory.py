"""The fake eBay's Inventory API: items, offers, publication, prices."""

from __future__ import annotations

import re
from typing import Any

from helpers.fakes import ebay_books as books
from helpers.fakes.ebay_login import EbayLogin, Json, refusal
from helpers.fakes.faults import Reply, Request
from helpers.fakes.server import route

_INVENTORY = "/sell/inventory/v1"
_LANGUAGE = re.compile(r"[a-z]{2}-[A-Z]{2}")
_POLICIES = ("fulfillmentPolicyId", "paymentPolicyId", "returnPolicyId")


class EbayInventory(EbayLogin):
    """Everything is done at once, as at eBay; `busy_skus` answer 25025."""

    def add_offer(self, sku: str, price: str, *, listing: str | None = None, **more: Any) -> Json:
        """An item with an offer, published under the number `listing`."""
        product = {
            "title": f"Acme Runner {sku}",
            "mpn": "AC1234-100",
            "brand": "Acme",
            "aspects": {"EU-Schuhgröße": ["42,5"]},
        }
        offer: Json = {
            "offerId": f"36{next(self._numbers):09}",
            "sku": sku,
            "marketplaceId": "EBAY_DE",
            "format": "FIXED_PRICE",
            "availableQuantity": 1,
            "pricingSummary": {"price": books.amount(price)},
            "status": "PUBLISHED" if listing else "UNPUBLISHED",
            **more,
        }
        if listing:
            offer["listing"] = {
                "listingId": listing,
                "listingStatus": "ACTIVE",
                "soldQuantity": 0,
            } | more.get("listing", {})
        with self.lock:
            self.items.setdefault(sku, {"condition": "NEW", "product": product})
            self.offers[offer["offerId"]] = offer
        return offer

    def live(self) -> dict[str, Json]:
        """Published offers by SKU."""
        with self.lock:
            up = [one for one in self.offers.values() if one["status"] == "PUBLISHED"]
        assert len({one["sku"] for one in up}) == len(up), "an article is offered twice"
        return {one["sku"]: one for one in up}

    @staticmethod
    def _language_missing(request: Request) -> Reply | None:
        if _LANGUAGE.fullmatch(request.headers.get("content-language", "")):
            return None
        return refusal(400, 25709, "Invalid value for header Content-Language")

    @route("GET", _INVENTORY + "/inventory_item")
    def item_page(self, request: Request) -> Reply:
        """`offset` counts pages here."""
        limit, page = int(request.query.get("limit", "25")), int(request.query.get("offset", "0"))
        if not 1 <= limit <= 200:
            return refusal(400, 25706, "Invalid limit")
        with self.lock:
            skus = list(self.items)
        mine = skus[page * limit : (page + 1) * limit]
        body: Json = {
            "href": f"{self.url}{_INVENTORY}/inventory_item?limit={limit}&offset={page}",
            "total": len(skus),
            "size": len(mine),
            "limit": limit,
            "inventoryItems": [{"sku": sku, "locale": "de_DE", **self.items[sku]} for sku in mine],
        }
        if (page + 1) * limit < len(skus):
            body["next"] = f"{self.url}{_INVENTORY}/inventory_item?limit={limit}&offset={page + 1}"
        self.page_done()
        return Reply(200, body)

    @route("GET", _INVENTORY + "/inventory_item/{sku}")
    def one_item(self, request: Request) -> Reply:
        sku = request.parts["sku"]
        if sku not in self.items:
            return refusal(404, 25710, "We didn't find the entity you are requesting.")
        return Reply(200, {"sku": sku, "locale": "de_DE", **self.items[sku]})

    @route("PUT", _INVENTORY + "/inventory_item/{sku}")
    def put_item(self, request: Request) -> Reply:
        sku = request.parts["sku"]
        if (missing := self._language_missing(request)) is not None:
            return missing
        if not sku.isalnum() or not sku.isascii() or len(sku) > 50:
            return refusal(400, 25707, "Invalid SKU: letters and digits only, 50 at most")
        if sku in self.busy_skus:
            return refusal(500, 25025, "Concurrent access of the same object")
        with self.lock:
            new = sku not in self.items
            self.items[sku] = request.json()
        return Reply(201, {"warnings": []}) if new else Reply(204)

    @route("DELETE", _INVENTORY + "/inventory_item/{sku}")
    def delete_item(self, request: Request) -> Reply:
        sku = request.parts["sku"]
        with self.lock:
            if self.items.pop(sku, None) is None:
                return refusal(404, 25702, "SKU unknown")
            self.offers = {key: one for key, one in self.offers.items() if one["sku"] != sku}
        return Reply(204)

    @route("GET", _INVENTORY + "/offer")
    def offers_of(self, request: Request) -> Reply:
        with self.lock:
            mine = [one for one in self.offers.values() if one["sku"] == request.query["sku"]]
        if not mine:
            return refusal(404, 25713, "This Offer is not available")
        href = f"{self.url}{_INVENTORY}/offer?sku={request.query['sku']}"
        page = {"href": href, "total": len(mine), "size": len(mine), "limit": 100, "offers": mine}
        return Reply(200, page)

    @route("POST", _INVENTORY + "/offer")
    def add_an_offer(self, request: Request) -> Reply:
        if (missing := self._language_missing(request)) is not None:
            return missing
        body = request.json()
        if body["sku"] not in self.items:
            return refusal(400, 25702, "SKU unknown")
        with self.lock:
            if any(one["sku"] == body["sku"] for one in self.offers.values()):
                return refusal(400, 25002, "Offer entity already exists")
            offer_id = f"36{next(self._numbers):09}"
            self.offers[offer_id] = {**body, "offerId": offer_id, "status": "UNPUBLISHED"}
        return Reply(201, {"offerId": offer_id, "warnings": []})

    def _offer(self, request: Request) -> Json | None:
        return self.offers.get(request.parts["offer"])

    @staticmethod
    def _no_offer() -> Reply:
        return refusal(404, 25713, "This Offer is not available")

    @route("GET", _INVENTORY + "/offer/{offer}")
    def one_offer(self, request: Request) -> Reply:
        offer = self._offer(request)
        return Reply(200, offer) if offer else self._no_offer()

    @route("PUT", _INVENTORY + "/offer/{offer}")
    def put_offer(self, request: Request) -> Reply:
        if (missing := self._language_missing(request)) is not None:
            return missing
        stored, stays = self._offer(request), ("offerId", "sku", "marketplaceId", "format")
        if stored is None:
            return self._no_offer()
        with self.lock:
            keep = {k: stored[k] for k in (*stays, "status", "listing") if k in stored}
            self.offers[stored["offerId"]] = {**request.json(), **keep}
        return Reply(200, {"offerId": stored["offerId"], "warnings": []})

    @route("POST", _INVENTORY + "/offer/{offer}/publish")
    def publish(self, request: Request) -> Reply:
        offer = self._offer(request)
        if offer is None:
            return self._no_offer()
        policies = offer.get("listingPolicies", {})
        needed = [
            offer.get("categoryId"),
            offer.get("merchantLocationKey"),
            *map(policies.get, _POLICIES),
        ]
        if not all(needed) or not self.items[offer["sku"]].get("product", {}).get("title"):
            return refusal(400, 25029, "A required field is missing")
        with self.lock:
            if offer["status"] != "PUBLISHED":
                number = f"11{next(self._numbers):010}"
                offer["status"] = "PUBLISHED"
                offer["listing"] = {
                    "listingId": number,
                    "listingStatus": "ACTIVE",
                    "soldQuantity": 0,
                }
        return Reply(200, {"listingId": offer["listing"]["listingId"], "warnings": []})

    @route("POST", _INVENTORY + "/offer/{offer}/withdraw")
    def withdraw(self, request: Request) -> Reply:
        offer = self._offer(request)
        if offer is None or offer["status"] != "PUBLISHED":
            return self._no_offer()
        with self.lock:
            offer["status"] = "UNPUBLISHED"
            number = offer.pop("listing")["listingId"]
        return Reply(200, {"listingId": number, "warnings": []})

    @route("POST", _INVENTORY + "/bulk_update_price_quantity")
    def prices(self, request: Request) -> Reply:
        rows = request.json()["requests"]
        if len(rows) > 25:
            return refusal(400, 25733, "At most 25 at once")
        said = [self._new_price(row["sku"], one) for row in rows for one in row["offers"]]
        return Reply(200, {"responses": said})

    def _new_price(self, sku: str, wanted: Json) -> Json:
        with self.lock:
            offer = self.offers.get(wanted["offerId"])
            row = {"sku": sku, "offerId": wanted["offerId"], "errors": [], "warnings": []}
            if sku in self.busy_skus:
                error = {
                    "errorId": 25025,
                    "domain": "API_INVENTORY",
                    "message": "Concurrent access",
                }
                return {**row, "statusCode": 500, "errors": [error]}
            if offer is None or offer["sku"] != sku:
                error = {"errorId": 25710, "domain": "API_INVENTORY", "message": "Not found"}
                return {**row, "statusCode": 404, "errors": [error]}
            offer["pricingSummary"]["price"] = wanted["price"]
        return {**row, "statusCode": 200}
