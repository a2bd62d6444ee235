"""A log-in host over real HTTP: authorises at once, gives out tokens, takes them back.

`secrets` are the planted texts that must appear nowhere but on the line.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from helpers.fakes.faults import Reply, Request
from helpers.fakes.server import FakeServer, route

CLIENT_ID, CLIENT_SECRET = "client-acme", "planted-client-secret"
ACCESS, REFRESH = "planted-access-token", "planted-refresh-token"


class FakeOAuth(FakeServer):
    """One user, who always agrees. A code works once, and only with its own verifier."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: dict[str, str] = {}
        self.granted = 0
        self.revoked = False
        self.rotates = False
        self.expires_in: Any = 43200
        self.secrets = (CLIENT_SECRET, ACCESS, REFRESH)

    @route("GET", "/authorize")
    def authorize(self, request: Request) -> Reply:
        with self.lock:
            code = f"v^1.1#i^1#{len(self.codes)}"
            self.codes[code] = request.query.get("code_challenge", "")
        encoded = code.replace("^", "%5E").replace("#", "%23")
        state = request.query["state"]
        joint = "&" if "?" in request.query["redirect_uri"] else "?"
        to = f"{request.query['redirect_uri']}{joint}code={encoded}&state={state}"
        return Reply(302, None, {"Location": to})

    @route("POST", "/oauth/token")
    def token(self, request: Request) -> Reply:
        form = request.form()
        if not self._is_ours(request, form):
            return Reply(401, {"error": "invalid_client", "error_description": "Unauthorized"})
        with self.lock:
            if not self._is_good(form):
                said = f"No such “grant”: {form.get('refresh_token') or form.get('code')}"
                return Reply(403, {"error": "invalid_grant", "error_description": said})
            self.granted += 1
            answer = {"access_token": f"{ACCESS}-{self.granted}", "expires_in": self.expires_in}
            if form["grant_type"] == "authorization_code" or self.rotates:
                answer["refresh_token"] = f"{REFRESH}-{self.granted}"
            return Reply(200, {**answer, "token_type": "Bearer", "id_token": "eyJ"})

    def _is_ours(self, request: Request, form: dict[str, str]) -> bool:
        pair = f"{CLIENT_ID}:{CLIENT_SECRET}"
        if "authorization" in request.headers:
            basic = base64.b64encode(pair.encode()).decode()
            return request.headers["authorization"] == f"Basic {basic}"
        return f"{form.get('client_id')}:{form.get('client_secret')}" == pair

    def _is_good(self, form: dict[str, str]) -> bool:
        if form["grant_type"] == "refresh_token":
            return form["refresh_token"].startswith(REFRESH) and not self.revoked
        challenge = self.codes.pop(form["code"], None)
        return challenge is not None and challenge in {"", _challenge(form)}


def _challenge(form: dict[str, str]) -> str:
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
