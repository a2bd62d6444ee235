"""Which columns of a report name people: hidden until somebody asks for them."""

from __future__ import annotations

HIDDEN = "••••••"

_ALWAYS = (
    "address",
    "vat number",
    "tax id",
    "tracking",
    "e-mail",
    "email",
    "phone",
    "postcode",
    "postal code",
    "zip",
    "street",
    "city",
    "iban",
    "adresse",
    "anschrift",
    "straße",
    "plz",
    "postleitzahl",
    "versandziel - ort",
    "telefon",
    "sendungs",
    "ust-id",
    "username",
    "nutzername",
)
_PEOPLE = ("buyer", "seller", "sold to", "customer", "recipient", "representative", "first", "last")
_GERMAN_PEOPLE = ("verkäufer", "käufer", "kunde", "empfänger")


def is_personal(column: str) -> bool:
    """True for "Seller Name" or "Buyer Tracking Number", not for "Sku Name"."""
    name = column.casefold()
    if any(word in name for word in _ALWAYS):
        return True
    if any(word in name for word in _GERMAN_PEOPLE):
        return True
    return "name" in name and any(word in name for word in _PEOPLE)
