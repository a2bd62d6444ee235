"""How the fake StockX answers: pages, errors, amounts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from helpers.fakes.faults import Reply, Request

V2 = "/stockx/v2"


def error(code: int, words: str) -> Reply:
    """Both envelopes that are seen (marketplaces.md 11.2)."""
    if code == 401:
        return Reply(code, {"errorMessage": words})
    return Reply(code, {"statusCode": code, "message": words})


def page(
    request: Request, name: str, rows: Sequence[Any], row: Callable[[Any], Any] = lambda one: one
) -> dict[str, Any]:
    """One of `pageSize` rows; only what is shown is written out."""
    number = int(request.query.get("pageNumber", "1"))
    size = int(request.query.get("pageSize", "1"))
    start = (number - 1) * size
    return {
        "count": len(rows),
        "pageSize": size,
        "pageNumber": number,
        "hasNextPage": start + size < len(rows),
        name: [row(one) for one in rows[start : start + size]],
    }


def bad_amount(body: dict[str, Any]) -> str:
    """Amounts are texts of whole units (marketplaces.md 1.7 rule 3)."""
    amount = body.get("amount")
    fine = isinstance(amount, str) and re.fullmatch(r"\d+", amount) is not None
    return "" if fine else "amount must be a whole number"
