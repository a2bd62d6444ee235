"""The fake eBay's Finances API with its signatures, its keys, and its limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from helpers.fakes.ebay_login import EbayLogin, Json, refusal
from helpers.fakes.ebay_orders import DATES
from helpers.fakes.faults import Reply, Request
from helpers.fakes.server import route

_FINANCES = "/sell/finances/v1"
_SET = re.compile(r"(\w+):\{([^}]*)\}")


class EbayFinances(EbayLogin):
    """`needs_signature`: the seller lives in the EU; `finances_allowed`: the scope is there."""

    def _finances_refused(self, request: Request) -> Reply | None:
        if not self.finances_allowed:
            return refusal(403, 1100, "Access denied: insufficient permissions", "ACCESS")
        if self.needs_signature and (reason := self.keys.complaint(request)):
            return refusal(403, 215001, reason, "ACCESS")
        return None

    @route("GET", _FINANCES + "/transaction")
    def transaction_page(self, request: Request) -> Reply:
        return self._money_page(request, "transactions", self.transactions, 1000)

    @route("GET", _FINANCES + "/payout")
    def payout_page(self, request: Request) -> Reply:
        return self._money_page(request, "payouts", self.payouts, 200)

    def _money_page(self, request: Request, name: str, rows: list[Json], most: int) -> Reply:
        if (refused := self._finances_refused(request)) is not None:
            return refused
        text = request.query.get("filter", "")
        dates, one = DATES.fullmatch(text), _SET.fullmatch(text)
        with self.lock:
            if dates:
                mine = [
                    row for row in rows if dates[2] <= row.get(dates[1], "") <= (dates[3] or "9")
                ]
            elif one:
                mine = [row for row in rows if row.get(one[1]) == one[2]]
            else:
                return refusal(400, 135008, "Invalid filter", "API_FINANCES")
        limit, offset = int(request.query["limit"]), int(request.query["offset"])
        if limit > most:
            return refusal(400, 135003, "Invalid limit", "API_FINANCES")
        if not mine[offset:]:
            return Reply(204)
        head = {"href": self.url, "total": len(mine), "limit": limit, "offset": offset}
        return Reply(200, {**head, name: mine[offset : offset + limit]})

    @route("POST", "/developer/key_management/v1/signing_key")
    def signing_key(self, request: Request) -> Reply:
        if "#app-" not in request.headers["authorization"]:
            return refusal(403, 1100, "Access denied: an application token, please", "ACCESS")
        assert request.json() == {"signingKeyCipher": "ED25519"}
        return Reply(201, self.keys.make())

    @route("GET", "/developer/analytics/v1_beta/user_rate_limit/")
    def rate_limits(self, request: Request) -> Mapping[str, Any]:
        rate = {
            "limit": 100_000,
            "remaining": 100_000 - len(self.log),
            "reset": "2026-11-24T08:00:00.000Z",
            "timeWindow": 86400,
        }
        resources = [{"name": "sell.fulfillment", "rates": [rate]}]
        api = {"apiName": "Fulfillment", "apiVersion": "v1", "resources": resources}
        other = {"apiName": "browse", "apiVersion": "v1", "resources": resources}
        return {"rateLimits": [{"apiContext": "sell", **api}, {"apiContext": "buy", **other}]}
