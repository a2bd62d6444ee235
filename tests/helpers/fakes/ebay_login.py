"""The fake eBay's books, its log-in, and the base of all its routes."""

from __future__ import annotations

import base64
import itertools
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from helpers.fakes.ebay_keys import Keys
from helpers.fakes.faults import Reply, Request
from helpers.fakes.pace import Pace
from helpers.fakes.server import FakeServer, route

CLIENT_ID, CLIENT_SECRET = "synthetic-client-id", "synthetic-client-secret"
RUNAME, CODE = "Synthetic-RuName", "v^1.1#code"
LIFE_S = 7200
Json = dict[str, Any]


def refusal(status: int, number: int, message: str, domain: str = "API_INVENTORY") -> Reply:
    error = {"errorId": number, "domain": domain, "category": "REQUEST", "message": message}
    return Reply(status, {"errors": [{**error, "parameters": []}]})


class EbayLogin(FakeServer):
    """`answered` holds every request with its true answer, for checks against the contract."""

    def __init__(self, port: int = 0, scale: int = 1) -> None:
        super().__init__(port)
        self.pace = Pace(0.2 / scale)
        self.orders: dict[str, Json] = {}
        self.items: dict[str, Json] = {}
        self.offers: dict[str, Json] = {}
        self.transactions: list[Json] = []
        self.payouts: list[Json] = []
        self.parcels: dict[str, list[Json]] = {}
        self.keys = Keys()
        self.needs_signature = False
        self.finances_allowed = True
        self.busy_skus: set[str] = set()
        self.after_page: list[Callable[[], object]] = []
        self.answered: list[tuple[Request, Reply]] = []
        self.refreshes = 0
        self.refresh_token = "v^1.1#synthetic-refresh"
        self._tokens: dict[str, float] = {}
        self._numbers = itertools.count(1)

    def credentials(self, *, fresh: bool = True) -> dict[str, str]:
        """What an account of this eBay keeps; `fresh`: with an access token that works."""
        token = self._new_token(LIFE_S) if fresh else ""
        return {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uri": RUNAME,
            "refresh_token": self.refresh_token,
            "access_token": token,
            "expires_at": str(int(time.time()) + LIFE_S) if fresh else "",
        }

    def expire_tokens(self) -> None:
        with self.lock:
            self._tokens = dict.fromkeys(self._tokens, 0)

    def _new_token(self, life_s: int, kind: str = "user") -> str:
        with self.lock:
            token = f"v^1.1#{kind}-{next(self._numbers)}"
            self._tokens[token] = time.monotonic() + life_s
        return token

    def before(self, request: Request) -> Reply | None:
        if request.path.startswith(("/_fake/", "/identity/", "/oauth2/")):
            return None
        self.pace.too_fast("all", request.at)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._tokens.get(token, 0) < time.monotonic():
            return refusal(401, 1001, "Invalid access token", "OAuth")
        return None

    def page_done(self) -> None:
        """Pages move while they are read: what a test put into `after_page`, one a page."""
        if self.after_page:
            self.after_page.pop(0)()

    def answer(self, request: Request) -> Reply | None:
        reply = super().answer(request)
        if reply is not None:
            self.answered.append((request, reply))
        return reply

    @route("GET", "/oauth2/authorize")
    def authorize(self, request: Request) -> Reply:
        """The user agrees at once; eBay's own success page does not repeat the state."""
        assert request.query["redirect_uri"] == RUNAME
        page = "https://auth2.ebay.com/oauth2/ThirdPartyAuthSucessFailure"
        query = urlencode({"isAuthSuccessful": "true", "code": CODE, "expires_in": "299"})
        return Reply(302, None, {"Location": f"{page}?{query}"})

    @route("POST", "/identity/v1/oauth2/token")
    def token(self, request: Request) -> Reply:
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return Reply(401, {"error": "invalid_client", "error_description": "bad client"})
        if "x-www-form-urlencoded" not in request.headers.get("content-type", ""):
            return Reply(400, {"error": "invalid_request", "error_description": "a form, please"})
        return self._granted(request.form())

    def _granted(self, form: dict[str, str]) -> Reply:
        match form.get("grant_type"):
            case "client_credentials":
                return Reply(200, self._token_body("app"))
            case "authorization_code":
                if (form.get("code"), form.get("redirect_uri")) != (CODE, RUNAME):
                    return self._invalid_grant()
                extra = {"refresh_token": self.refresh_token, "refresh_token_expires_in": 47304000}
                return Reply(200, {**self._token_body("user"), **extra})
            case "refresh_token" if form.get("refresh_token") == self.refresh_token:
                with self.lock:
                    self.refreshes += 1
                return Reply(200, self._token_body("user"))
        return self._invalid_grant()

    def _token_body(self, kind: str) -> Json:
        words = "Application" if kind == "app" else "User"
        token = self._new_token(LIFE_S, kind)
        return {
            "access_token": token,
            "expires_in": LIFE_S,
            "token_type": f"{words} Access Token",
        }

    @staticmethod
    def _invalid_grant() -> Reply:
        words = "the provided authorization refresh token is invalid"
        return Reply(400, {"error": "invalid_grant", "error_description": words})
