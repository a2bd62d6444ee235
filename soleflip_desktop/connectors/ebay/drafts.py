"""What is sent to eBay: items and offers, made of an intent and of what eBay has already.

PUT replaces the whole: what eBay holds and we do not know of (pictures, weights, policies of the
user) is sent back as it is (marketplaces.md 3.12).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from soleflip_desktop.connectors.base import ApiOptions
from soleflip_desktop.domain.money import Money, round_cents
from soleflip_desktop.domain.outbox import Intent

#: Settings of the account that a new offer needs, by their name in `ApiOptions.policies`.
NEEDED: Mapping[str, str] = {
    "fulfillment_policy": "shipping policy",
    "payment_policy": "payment policy",
    "return_policy": "return policy",
    "location": "location key",
    "category": "category number",
}
_TITLE_LETTERS = 80
_OF_ITEM = (
    "availability",
    "condition",
    "conditionDescription",
    "conditionDescriptors",
    "packageWeightAndSize",
    "product",
)
_READ_ONLY = frozenset({"offerId", "sku", "marketplaceId", "format", "listing", "status"})
_SIZE_ASPECTS: Mapping[str, str] = {
    "de": "{system}-Schuhgröße",
    "en": "{system} Shoe Size",
}


def missing_settings(options: ApiOptions) -> str:
    """A sentence that names them; empty where all are there."""
    titles = [title for name, title in NEEDED.items() if not options.policies.get(name)]
    if not titles:
        return ""
    return (
        f"eBay needs settings that this account does not have: {', '.join(titles)}. Add them to "
        "the account (eBay shows them under Account, Business policies), then send this again."
    )


def price(ask: Money) -> dict[str, str]:
    return {"value": str(round_cents(ask.amount)), "currency": ask.currency}


def title(intent: Intent) -> str:
    """Name, style code and size, as far as they fit."""
    parts = (intent.title, intent.style_code or "", intent.size_text or "")
    return " ".join(part for part in parts if part)[:_TITLE_LETTERS].rstrip()


def is_another(intent: Intent, stored: Mapping[str, Any]) -> bool:
    """The SKU belongs to another article: numbers of another database, or of the user's own."""
    product = stored.get("product") or {}
    same_style = bool(intent.style_code) and product.get("mpn") == intent.style_code
    return not same_style and product.get("title", title(intent)) != title(intent)


def item(intent: Intent, stored: Mapping[str, Any], options: ApiOptions) -> dict[str, Any]:
    """One piece in new condition, unless eBay has another condition already."""
    body = {name: stored[name] for name in _OF_ITEM if name in stored}
    product = dict(body.get("product") or {})
    product["title"] = title(intent)
    if intent.style_code:
        product["mpn"] = intent.style_code
    product["aspects"] = {**(product.get("aspects") or {}), **_size(intent, options)}
    picture = options.policies.get("image_url")
    if picture and not product.get("imageUrls"):
        product["imageUrls"] = [picture]
    return {
        "condition": options.policies.get("condition", "NEW"),
        **body,
        "availability": {"shipToLocationAvailability": {"quantity": 1}},
        "product": product,
    }


def _size(intent: Intent, options: ApiOptions) -> dict[str, list[str]]:
    """The size under the name that the site has for it; none for a size without a system."""
    system, _, value = (intent.size_text or "").partition(" ")
    name = _SIZE_ASPECTS.get(options.language[:2])
    if name is None or not value or not system.isalpha():
        return {}
    number = value.rsplit(" ", 1)[-1]
    told = number.replace(".", ",") if options.language.startswith("de") else number
    return {name.format(system=system): [told]}


def offer(intent: Intent, sku: str, ask: Money, options: ApiOptions) -> dict[str, Any]:
    policies = options.policies
    return {
        "sku": sku,
        "marketplaceId": options.site,
        "format": "FIXED_PRICE",
        "availableQuantity": 1,
        "categoryId": policies["category"],
        "listingDescription": title(intent),
        "listingDuration": "GTC",
        "listingPolicies": {
            "fulfillmentPolicyId": policies["fulfillment_policy"],
            "paymentPolicyId": policies["payment_policy"],
            "returnPolicyId": policies["return_policy"],
        },
        "merchantLocationKey": policies["location"],
        "pricingSummary": {"price": price(ask)},
    }


def repriced(stored: Mapping[str, Any], ask: Money) -> dict[str, Any]:
    """The whole offer with another price, without the keys that only answers have."""
    body = {name: value for name, value in stored.items() if name not in _READ_ONLY}
    return {**body, "pricingSummary": {**(body.get("pricingSummary") or {}), "price": price(ask)}}
