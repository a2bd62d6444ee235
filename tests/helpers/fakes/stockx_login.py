"""The fake StockX's log-in: tokens that expire, are revoked, and are sometimes rotated."""

from __future__ import annotations

from typing import Any

from helpers.fakes.faults import Reply, Request
from helpers.fakes.server import FakeServer, route
from helpers.fakes.stockx_pages import error

_AUTH = "/stockx-auth"
CLIENT_ID, CLIENT_SECRET, API_KEY = "client-acme", "planted-client-secret", "planted-api-key"
_ACCESS, _REFRESH = "planted-access", "planted-refresh"
_FORM = "application/x-www-form-urlencoded"


class StockXLogin(FakeServer):
    """`refreshes` counts renewals; `secrets` are planted texts that must appear nowhere else."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.api_key = API_KEY
        self.expires_in = 43_200
        self.refreshes = 0
        self.rotates = False
        self.access = {f"{_ACCESS}-0"}
        self.refresh = f"{_REFRESH}-0"
        self.codes: dict[str, str] = {}

    @property
    def auth_url(self) -> str:
        return self.url + _AUTH

    @property
    def secrets(self) -> tuple[str, ...]:
        return CLIENT_SECRET, API_KEY, _ACCESS, _REFRESH

    def credentials(self, **more: str) -> dict[str, str]:
        """Those of a user who is logged in; the expiry is not known unless given."""
        return {
            "api_key": API_KEY,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uri": "http://localhost:8765/callback",
            "access_token": next(iter(self.access), ""),
            "refresh_token": self.refresh,
            **more,
        }

    def expire_tokens(self) -> None:
        with self.lock:
            self.access.clear()

    def revoke(self) -> None:
        """The user took the permission back."""
        with self.lock:
            self.access.clear()
            self.refresh = ""

    def refused_token(self, request: Request) -> Reply | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        with self.lock:
            return None if token in self.access else error(401, "Unauthorized")

    @route("GET", f"{_AUTH}/authorize")
    def authorize(self, request: Request) -> Reply:
        """The user agrees at once."""
        asked = request.query
        if asked.get("audience") != "gateway.stockx.com" or asked["client_id"] != CLIENT_ID:
            return error(400, "invalid_request")
        with self.lock:
            code = f"code-{len(self.codes)}"
            self.codes[code] = asked["redirect_uri"]
        joint = "&" if "?" in asked["redirect_uri"] else "?"
        to = f"{asked['redirect_uri']}{joint}code={code}&state={asked['state']}"
        return Reply(302, None, {"Location": to})

    @route("POST", f"{_AUTH}/oauth/token")
    def token(self, request: Request) -> Reply:
        if not request.headers.get("content-type", "").startswith(_FORM):
            return error(415, "Unsupported Media Type")
        form = request.form()
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return Reply(401, {"error": "access_denied", "error_description": "Unauthorized"})
        with self.lock:
            if form.get("grant_type") == "authorization_code":
                return self._of_code(form)
            if form.get("grant_type") == "refresh_token":
                return self._of_refresh(form)
        return Reply(403, {"error": "unauthorized_client", "error_description": "not allowed"})

    def _of_code(self, form: dict[str, str]) -> Reply:
        if self.codes.pop(form.get("code", ""), None) != form.get("redirect_uri"):
            return _invalid_grant()
        self.refresh = f"{_REFRESH}-{len(self.access) + self.refreshes}"
        return Reply(200, {**self._access(), "refresh_token": self.refresh})

    def _of_refresh(self, form: dict[str, str]) -> Reply:
        if not self.refresh or form.get("refresh_token") != self.refresh:
            return _invalid_grant()
        self.refreshes += 1
        answer = self._access()
        if self.rotates:
            self.refresh = f"{_REFRESH}-rotated-{self.refreshes}"
            answer["refresh_token"] = self.refresh
        return Reply(200, {**answer, "scope": "openid email offline_access"})

    def _access(self) -> dict[str, Any]:
        token = f"{_ACCESS}-{self.refreshes + 1}"
        self.access.add(token)
        life = {"expires_in": self.expires_in, "token_type": "Bearer"}
        return {"access_token": token, "id_token": "planted-access-id", **life}


def _invalid_grant() -> Reply:
    words = "Unknown or invalid refresh token."
    return Reply(403, {"error": "invalid_grant", "error_description": words})
