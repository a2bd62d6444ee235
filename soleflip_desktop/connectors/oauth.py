"""OAuth 2 log-in with an application of the user's own: authorise, exchange, refresh.

Authlib builds addresses, forms and the PKCE challenge. Its client is not used: it raises ValueError
where a description holds a quote or an umlaut (RFC 6749 forbids them, servers send them), so that
a revoked log-in could not be told from junk, and its exceptions carry the request with its secrets.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from soleflip_desktop.connectors.base import ApiOptions, Credentials, NotSentError
from soleflip_desktop.connectors.http import TIMEOUT, retry_after_s, ssl_context, told_reason
from soleflip_desktop.connectors.tokens import expiry
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.sync import LoginNeededError

_FORM = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
_CLIENT_ERRORS, _TIMED_OUT, _TOO_MANY, _SERVER_ERRORS = 400, 408, 429, 500
_SHOWN_LETTERS = 200
#: Shorter values of credentials ("EUR") are no secrets, and would tear sentences apart.
_SHORTEST_SECRET = 6
_LONGEST_LIFE_DIGITS = 9


class OtherAddressError(UserError):
    """This is not where the log-in under way ends: no code, or another log-in's state."""


@dataclass(frozen=True, slots=True)
class OAuthLogin:
    """How one marketplace logs users in (marketplaces.md 1.2, 3.1). `name` is for sentences.

    `audience` goes with authorise and refresh (StockX); `basic` sends client id and secret by HTTP
    Basic instead of in the form (eBay); `token_at_base` puts `token_path` behind
    `options.base_url` instead of `options.auth_url` (eBay). `scopes` are separated by spaces.
    """

    name: str
    authorize_path: str
    token_path: str
    scopes: str
    audience: str = ""
    basic: bool = False
    pkce: bool = False
    token_at_base: bool = False

    def authorize_url(
        self, credentials: Credentials, options: ApiOptions, state: str, verifier: str
    ) -> str:
        """The address to open in the browser. `verifier` is used only where PKCE is."""
        challenge = None
        if self.pkce:
            challenge = create_s256_code_challenge(verifier)  # type: ignore[no-untyped-call] # stub
        address = prepare_grant_uri(
            options.auth_url.rstrip("/") + self.authorize_path,
            credentials["client_id"],
            "code",
            redirect_uri=credentials["redirect_uri"],
            scope=self.scopes,
            state=state,
            audience=self.audience or None,
            code_challenge=challenge,
            code_challenge_method="S256" if self.pkce else None,
        )
        return str(address)

    async def exchange(
        self, credentials: Credentials, options: ApiOptions, code: str, verifier: str
    ) -> Credentials:
        """Makes tokens out of the code that the browser came back with.

        Raises LoginNeededError (the code was used or is too old, or the application is not
        accepted) and NotSentError (no connection, or no usable answer).
        """
        form = prepare_token_request(
            "authorization_code",
            redirect_uri=credentials["redirect_uri"],
            code=code,
            code_verifier=verifier if self.pkce else None,
            client_id=self._in_form(credentials, "client_id"),
            client_secret=self._in_form(credentials, "client_secret"),
        )
        stale = "The code from the browser is used up or too old. Start the log-in again."
        return await self._tokens(credentials, options, form, stale)

    async def refresh(self, credentials: Credentials, options: ApiOptions) -> Credentials:
        """A new access token; the refresh token is replaced only where the answer has one.

        Raises LoginNeededError (revoked or expired) and NotSentError.
        """
        stale = f"{self.name} does not accept this log-in any more. Connect the account again."
        if not credentials.get("refresh_token"):
            raise LoginNeededError(stale)
        form = prepare_token_request(
            "refresh_token",
            refresh_token=credentials["refresh_token"],
            audience=self.audience or None,
            client_id=self._in_form(credentials, "client_id"),
            client_secret=self._in_form(credentials, "client_secret"),
        )
        return await self._tokens(credentials, options, form, stale)

    async def application_token(
        self, credentials: Credentials, options: ApiOptions, scope: str
    ) -> str:
        """A token of the application, not of a user. Raises as `refresh` does."""
        form = prepare_token_request(
            "client_credentials",
            scope=scope,
            client_id=self._in_form(credentials, "client_id"),
            client_secret=self._in_form(credentials, "client_secret"),
        )
        stale = f"{self.name} gives this application no token of its own. Connect it again."
        return (await self._tokens(credentials, options, form, stale))["access_token"]

    def _in_form(self, credentials: Credentials, name: str) -> str | None:
        """Who asks; None where that is said by HTTP Basic."""
        return None if self.basic else credentials.get(name)

    async def _tokens(
        self, credentials: Credentials, options: ApiOptions, form: str, stale: str
    ) -> Credentials:
        host = options.base_url if self.token_at_base else options.auth_url
        auth = None
        if self.basic:
            auth = httpx.BasicAuth(credentials["client_id"], credentials["client_secret"])
        response = await _post(host.rstrip("/") + self.token_path, form, auth)
        if response is None:
            raise NotSentError(f"{self.name} cannot be reached to log in. Is this computer online?")
        answer = self._accepted(response, credentials, stale)
        return {
            **credentials,
            "access_token": answer["access_token"],
            "refresh_token": _text(answer, "refresh_token") or credentials.get("refresh_token", ""),
            "expires_at": _expires_at(answer.get("expires_in")),
        }

    def _accepted(
        self, response: httpx.Response, credentials: Credentials, stale: str
    ) -> Mapping[str, Any]:
        """The answer, where it holds an access token; else the error that it is."""
        answer, status = _object(response), response.status_code
        if response.is_success and _text(answer, "access_token"):
            return answer
        if status in {_TIMED_OUT, _TOO_MANY}:
            header = response.headers.get("retry-after")
            wait_s = retry_after_s(header, datetime.now(UTC))
            raise NotSentError(f"{self.name} asks to log in later ({status}).", wait_s)
        refused = _CLIENT_ERRORS <= status < _SERVER_ERRORS
        error = _text(answer, "error")  # without it, somebody in between has answered
        if not refused or not error:
            raise NotSentError(
                f"{self.name} has trouble with log-ins ({status}). It is tried again later."
            )
        if error == "invalid_grant":
            raise LoginNeededError(stale)
        body = _redacted(response.content.decode("utf-8", "replace"), credentials)
        said = _redacted(told_reason(body) or error, credentials)  # spelt out, and cut short
        raise LoginNeededError(
            f"{self.name} refused the log-in ({status}): {said}. Check the client ID, the client "
            "secret and the redirect address, and connect the account again."
        )


def parse_redirect(address: str, state: str) -> str:
    """The code in the address that the browser ended at, pasted by hand or sent to our port.

    eBay's own success page does not repeat the state (marketplaces.md 3.1, desktop option a): only
    there it may be missing. Raises OtherAddressError, and UserError where the log-in was refused.
    """
    text = "".join(address.split())
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        given = {name: values[0] for name, values in parse_qs(parts.query).items()}
        stateless = _is_ebay_success_page(parts.hostname or "", parts.path)
    except ValueError:
        raise OtherAddressError(_NO_CODE) from None
    if not ("state" not in given and stateless) and not _same(given.get("state", ""), state):
        if not given:
            raise OtherAddressError(_NO_CODE)
        raise OtherAddressError(
            "This address does not belong to the log-in that was started last. Start the log-in "
            "again and use the page that opens then."
        )
    if "error" in given or given.get("isAuthSuccessful", "true").lower() == "false":
        said = given.get("error_description") or given.get("error") or "access was not granted"
        reason = " ".join(said.split())[:_SHOWN_LETTERS].rstrip(".")
        raise UserError(f"The log-in was refused: {reason}. Start it again to try once more.")
    if not given.get("code"):
        raise OtherAddressError(_NO_CODE)
    return given["code"]


_NO_CODE = (
    "This address holds no log-in code. Copy the whole address of the page that the browser ended "
    "at; it contains “code=”."
)


def _is_ebay_success_page(host: str, path: str) -> bool:
    """The misspelling is eBay's."""
    return host.endswith(".ebay.com") and path.endswith("/ThirdPartyAuthSucessFailure")


def _same(given: str, expected: str) -> bool:
    """In constant time; bytes, as compare_digest takes ASCII texts only."""
    return bool(expected) and hmac.compare_digest(
        given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )


async def _post(address: str, form: str, auth: httpx.BasicAuth | None) -> httpx.Response | None:
    """None without an answer: httpx's exceptions hold the form, so none of them leaves here."""
    try:
        async with httpx.AsyncClient(verify=ssl_context(), timeout=TIMEOUT, auth=auth) as client:
            return await client.post(address, content=form, headers=_FORM)
    except (httpx.HTTPError, httpx.InvalidURL):
        return None


def _object(response: httpx.Response) -> Mapping[str, Any]:
    """Empty for HTML and other junk."""
    try:
        value = response.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _text(answer: Mapping[str, Any], name: str) -> str:
    """Empty unless it could stand in a header."""
    value = answer.get(name)
    usable = isinstance(value, str) and value.isascii() and value.isprintable()
    return value.strip() if isinstance(value, str) and usable else ""


def _expires_at(seconds: Any) -> str:
    """Empty where the answer does not say it: then the marketplace's 401 tells."""
    text = str(seconds)
    known = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_LIFE_DIGITS
    return expiry(int(text)) if known else ""


def _redacted(text: str, credentials: Credentials) -> str:
    """Servers may quote what they were sent, as it was sent: plain, in a form, by HTTP Basic."""
    pair = f"{credentials.get('client_id', '')}:{credentials.get('client_secret', '')}"
    secrets = [*credentials.values(), base64.b64encode(pair.encode()).decode()]
    for value in sorted({*secrets, *map(quote_plus, secrets)}, key=len, reverse=True):
        if len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, "…")
    return text
