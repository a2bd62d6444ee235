"""The one way in which connectors talk HTTP: paced, retried, redacted, cancellable.

Reads are repeated when the line or the marketplace stumbles. Writes never are: whoever sent one
learns whether it was certainly not done (NotSentError) or may have been (AnswerLostError).
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpx
import tenacity

from soleflip_desktop.connectors.base import (
    AnswerLostError,
    Gate,
    MarketplaceError,
    NotSentError,
    NotThereError,
    RefusedError,
    TokenSource,
    Traffic,
)
from soleflip_desktop.domain.quota import Rule
from soleflip_desktop.domain.sync import LoginNeededError

log = logging.getLogger(__name__)

ATTEMPTS = 5
#: Back-off of a read in seconds: doubled each time, with jitter, up to the last.
FIRST_WAIT_S, LONGEST_WAIT_S = 1, 60
#: Longer waits than this are not slept through: the job ends and is scheduled anew.
PATIENCE_S = 120
TIMEOUT = httpx.Timeout(60, connect=15)
LARGEST_ANSWER = 32 * 1024 * 1024
_UNAUTHORISED, _NOT_FOUND, _GONE, _TOO_MANY = 401, 404, 410, 429
_SERVER_ERRORS = 500
_TRANSIENT = frozenset({408, 425, _TOO_MANY, 500, 502, 503, 504})
_JUNK = (
    "The marketplace answered with something that is not data, perhaps a page of a gateway in "
    "between. It is asked again later."
)
_SHOWN_LETTERS, _KEPT_LETTERS = 300, 4096
#: Also what nests deeper, or has more digits, than Python reads.
_NOT_JSON = (ValueError, RecursionError)
#: Who names a later moment is asked again tomorrow: days are what all quotas are counted by.
LONGEST_RETRY_AFTER_S = 24 * 60 * 60
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `path` is relative to the client's base URL, or absolute."""

    method: str
    path: str
    params: Mapping[str, Any] | None = None
    body: Any = None
    headers: Mapping[str, str] | None = None
    #: Takes this many from this rule beside the one of plain requests.
    extra: tuple[Rule, int] | None = None

    @property
    def safe(self) -> bool:
        """Changes nothing, so it may be repeated."""
        return self.method in {"GET", "HEAD"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer. `body` is empty for 204."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Amounts stay exact. Raises AnswerLostError for a page of a gateway, or half an answer."""
        if not self.body:
            return None
        try:
            return json.loads(self.body, parse_float=_exact, parse_constant=str)
        except _NOT_JSON:
            raise AnswerLostError(_JUNK) from None


def _exact(number: str) -> Decimal | str:
    """As it was written, where that is no number that can be."""
    try:
        return Decimal(number)
    except InvalidOperation:
        return number


class _AgainError(Exception):
    """A read that may be repeated; `error` is what remains if no attempt succeeds."""

    def __init__(self, error: MarketplaceError, wait_s: int | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait_s = wait_s


class HttpClient:
    """Requests of one account at one host. `name` is the marketplace's, for sentences."""

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        gate: Gate,
        rule: Rule,
        tokens: TokenSource,
        traffic: Traffic,
        scale: int = 1,
    ) -> None:
        self._name = name
        self._gate = gate
        self._rule = rule
        self._tokens = tokens
        self._traffic = traffic
        self._scale = scale
        self._date: str | None = None
        self._client = httpx.AsyncClient(
            base_url=base_url.rstrip("/") + "/", timeout=TIMEOUT, verify=ssl_context()
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    def server_now(self) -> datetime:
        """The marketplace's clock at its last answer; ours, where it has told none."""
        return _http_date(self._date or "") or datetime.now(UTC)

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The JSON of a GET; None for an empty answer."""
        return (await self.request(Call("GET", path, params=params))).json()

    async def request(self, call: Call) -> Answer:
        """Raises RefusedError, NotThereError, NotSentError, AnswerLostError, LoginNeededError.

        Also QuotaUsedUpError, from the gate.
        """
        if not call.safe:
            try:
                return await self._attempt(call)
            except _AgainError as again:
                raise again.error from None
        try:
            async for attempt in tenacity.AsyncRetrying(
                retry=tenacity.retry_if_exception_type(_AgainError),
                stop=tenacity.stop_after_attempt(ATTEMPTS),
                wait=self._pause,
                reraise=True,
            ):
                with attempt:
                    return await self._attempt(call)
        except _AgainError as again:
            raise again.error from None
        raise AssertionError  # pragma: no cover  (AsyncRetrying ends by return or raise)

    def _pause(self, state: tenacity.RetryCallState) -> float:
        """Retry-After where the marketplace named it, else exponential with full jitter."""
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, _AgainError) and error.wait_s is not None:
            return error.wait_s / self._scale
        longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**state.attempt_number)
        return random.uniform(FIRST_WAIT_S, longest) / self._scale  # noqa: S311  (no secret)

    async def _attempt(self, call: Call) -> Answer:
        """Once, or twice where the token had expired meanwhile."""
        login = await self._login()
        response = await self._send(call, login)
        if response.status_code == _UNAUTHORISED:
            await self._tokens.renew(login)
            login = await self._login()
            response = await self._send(call, login)
        return self._judged(call, response, login)

    async def _login(self) -> Mapping[str, str]:
        """What cannot be a header at all would end in an error of httpx that shows it."""
        login = await self._tokens.headers()
        if not all(value.isascii() and value.isprintable() for value in login.values()):
            raise LoginNeededError(
                f"The key or token of {self._name} holds characters that none has, such as a line "
                "break or a curly quote. Copy it anew and connect the account again."
            )
        return login

    async def _send(self, call: Call, login: Mapping[str, str]) -> httpx.Response:
        await self._gate.wait(self._rule)
        if call.extra is not None:
            await self._gate.wait(*call.extra)
        self._traffic.requests += 1
        try:
            return await self._read(call, {**login, **(call.headers or {})})
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise _AgainError(
                NotSentError(f"{self._name} cannot be reached. Is this computer online?")
            ) from None
        except (httpx.TransportError, httpx.DecodingError, httpx.StreamError) as error:
            log.info("%s %s: %s", self._name, call.method, type(error).__name__)
            raise _AgainError(
                AnswerLostError(f"{self._name} did not finish its answer; it is asked again later.")
            ) from None

    async def _read(self, call: Call, headers: Mapping[str, str]) -> httpx.Response:
        """An answer that is too large to be one is not read to its end."""
        content = None if call.body is None else json.dumps(call.body).encode()
        kind = {} if content is None else {"Content-Type": "application/json"}
        request = self._client.build_request(
            call.method,
            call.path.lstrip("/"),
            params=None if call.params is None else dict(call.params),
            content=content,
            headers={"Accept": "application/json", **kind, **headers},
        )
        response = await self._client.send(request, stream=True)
        try:
            pieces, size = [], 0
            async for piece in response.aiter_bytes():
                pieces.append(piece)
                size += len(piece)
                if size > LARGEST_ANSWER:
                    raise httpx.ReadError("the answer is too large")
        finally:
            await response.aclose()
        response._content = b"".join(pieces)  # noqa: SLF001  (httpx offers no limit of its own)
        self._date = response.headers.get("date")
        return response

    def _judged(self, call: Call, response: httpx.Response, login: Mapping[str, str]) -> Answer:
        status = response.status_code
        if response.is_success:
            if "html" in response.headers.get("content-type", ""):
                raise _AgainError(AnswerLostError(_JUNK))
            return Answer(status, response.headers, response.content)
        if response.is_redirect:  # no API does that: it is the log-in page of a hotel's network
            raise _AgainError(AnswerLostError(_JUNK))
        body = redacted(response.content.decode("utf-8", "replace"), login)
        said = redacted(told_reason(body), login)  # which spells out what JSON escapes
        log.info("%s %s answered %s", self._name, call.method, status)
        if status == _UNAUTHORISED:
            raise LoginNeededError(
                f"{self._name} does not accept this log-in any more. Connect the account again."
            )
        if status == _TOO_MANY:
            wait_s = retry_after_s(response.headers.get("retry-after"), datetime.now(UTC))
            refused = NotSentError(f"{self._name} asks to go slower ({said or status}).", wait_s)
            if wait_s is not None and wait_s > PATIENCE_S:
                raise refused
            raise _AgainError(refused, wait_s)
        if status in _TRANSIENT or status >= _SERVER_ERRORS:
            raise _AgainError(
                AnswerLostError(f"{self._name} has trouble of its own ({status}). Later again.")
            )
        message = f"{self._name} refused this ({status}): {said or 'without a reason'}."
        kind = NotThereError if status in {_NOT_FOUND, _GONE} else RefusedError
        raise kind(message.replace("..", "."), status, body[:_KEPT_LETTERS])


@cache
def ssl_context() -> ssl.SSLContext:
    """Made once: 40 ms each (performance.md C). Call it first in a thread."""
    return httpx.create_ssl_context()


def retry_after_s(header: str | None, now: datetime) -> int | None:
    """Seconds from a Retry-After header, which holds a number or a date. None: no usable header."""
    if header is None:
        return None
    text = header.strip()
    if text.isdecimal():
        return min(int(text[:_MOST_DIGITS]), LONGEST_RETRY_AFTER_S)
    moment = _http_date(text)
    if moment is None:
        return None
    seconds = int((moment - now).total_seconds()) + 1
    return min(max(0, seconds), LONGEST_RETRY_AFTER_S)


def _http_date(text: str) -> datetime | None:
    """None for what is no moment. Without a zone it is UTC, as HTTP has no other."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def redacted(text: str, login: Mapping[str, str]) -> str:
    """Without the secrets of these headers, which some servers repeat in their errors."""
    for value in login.values():
        secret = value.rpartition(" ")[2]  # behind "Bearer"
        text = text.replace(secret, "[secret]") if secret else text
    return text


def told_reason(body: bytes | str) -> str:
    """What an error body says, in one short line; empty for HTML and other junk.

    StockX: message or errorMessage; eBay: errors[]; alias: message; OAuth: error_description.
    """
    try:
        value = json.loads(body)
    except _NOT_JSON:
        return ""
    if isinstance(value, Mapping) and isinstance(value.get("errors"), list):
        found = [_reason_of(entry) for entry in value["errors"]]
        return "; ".join(text for text in found if text)[:_SHOWN_LETTERS]
    return _reason_of(value)[:_SHOWN_LETTERS]


def _reason_of(value: Any) -> str:
    if isinstance(value, str):
        return " ".join(value.split())
    if not isinstance(value, Mapping):
        return ""
    for name in ("longMessage", "message", "errorMessage", "error_description", "error"):
        text = value.get(name)
        if isinstance(text, str) and text.strip():
            return " ".join(text.split()).rstrip(".")
    return ""


async def pause(seconds: int, scale: int = 1) -> None:
    """Waits between two polls; shorter in tests, where time is scaled."""
    await asyncio.sleep(seconds / scale)
