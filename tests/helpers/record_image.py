"""All records of a database as text, to see that something left them as they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

TABLES = (
    "catalog.brand",
    "catalog.category",
    "catalog.size",
    "catalog.product",
    "catalog.product_variant",
    "catalog.product_identifier",
    "suppliers.supplier",
    "system.platform_account",
    "inventory.item",
    "inventory.location",
    "transactions.order",
    "transactions.transaction",
    "transactions.payout",
    "transactions.listing",
    "pricing.source_price",
)


class Readable(Protocol):
    """Whatever runs a query."""

    @property
    def rows(self) -> Callable[..., list[tuple[Any, ...]]]: ...


def record_image(source: Readable) -> dict[str, list[tuple[Any, ...]]]:
    """Every record but for how often and when it was changed."""
    return {
        table: source.rows(
            "SELECT (to_jsonb(t) - '{version,created_at,updated_at}'::text[])::text "
            f"FROM {table} t ORDER BY 1"
        )
        for table in TABLES
    }
