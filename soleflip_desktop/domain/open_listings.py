"""Offers that units have, for whoever wants to change them."""

from __future__ import annotations

from dataclasses import dataclass

from soleflip_desktop.domain.money import Money


@dataclass(frozen=True, slots=True)
class OpenListing:
    """An offer that is not ended, as far as we know. `title` is "Acme Runner US 9 on StockX"."""

    id: int
    item_id: int
    title: str
    ask: Money | None
