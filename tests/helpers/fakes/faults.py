"""What goes over the line, and what can go wrong with it.

fake.faults.add(too_many(retry_after=1), path="/orders", times=2)
fake.faults.add(drop_after(), method="POST", times=None, every=10)
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

GATEWAY_PAGE = "<html><body><h1>Service Unavailable</h1></body></html>"


@dataclass(frozen=True)
class Request:
    """One request as it arrived, secrets and all: tests look for what was sent."""

    at: float
    method: str
    path: str
    query: Mapping[str, str]
    lists: Mapping[str, list[str]]
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    parts: dict[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        return json.loads(self.body or b"null")

    def form(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True)
class Reply:
    """An answer: text goes out as HTML, bytes as they are, None as nothing, the rest as JSON."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> tuple[bytes, str]:
        if self.body is None:
            return b"", ""
        if isinstance(self.body, bytes):
            return self.body, "application/octet-stream"
        if isinstance(self.body, str):
            return self.body.encode(), "text/html"
        return json.dumps(self.body).encode(), "application/json"


@dataclass(frozen=True)
class Fault:
    """What goes wrong. `reply` None: the true answer; `acts`: the route does its work first."""

    reply: Reply | None = None
    acts: bool = False
    drop: bool = False
    half: bool = False
    pieces: int = 1
    pause_s: float = 0


def status(code: int, body: Any = None, *, acts: bool = False, **headers: str) -> Fault:
    return Fault(Reply(code, body, headers), acts=acts)


def too_many(retry_after: int | str | None = None) -> Fault:
    """429; `retry_after` is a number of seconds or an HTTP date."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Fault(Reply(429, {"statusCode": 429, "message": "Too Many Requests"}, headers))


def html(code: int = 503, *, acts: bool = False) -> Fault:
    return status(code, GATEWAY_PAGE, acts=acts)


def no_content() -> Fault:
    return status(204)


def drop_before() -> Fault:
    return Fault(drop=True)


def drop_after() -> Fault:
    return Fault(drop=True, acts=True)


def half_body() -> Fault:
    return Fault(half=True, acts=True)


def slow(pause_s: float, pieces: int = 4) -> Fault:
    """`pause_s` between the pieces of the body."""
    return Fault(acts=True, pieces=pieces, pause_s=pause_s)


@dataclass
class _Rule:
    fault: Fault
    method: str
    path: re.Pattern[str]
    times: int | None
    every: int
    skip: int
    seen: int = 0
    fired: int = 0

    def fires(self, request: Request) -> bool:
        if self.method not in {"*", request.method} or not self.path.search(request.path):
            return False
        self.seen += 1
        due = self.seen > self.skip and (self.seen - self.skip) % self.every == 0
        if not due or (self.times is not None and self.fired >= self.times):
            return False
        self.fired += 1
        return True


class Faults:
    """What is to go wrong; the first rule that fires decides."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()

    def add(
        self,
        fault: Fault,
        *,
        method: str = "*",
        path: str = "",
        times: int | None = 1,
        every: int = 1,
        skip: int = 0,
    ) -> None:
        """`path` is a pattern that is searched for; None times: for ever; every nth after skip."""
        with self._lock:
            self._rules.append(_Rule(fault, method, re.compile(path), times, every, skip))

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    @property
    def fired(self) -> int:
        with self._lock:
            return sum(rule.fired for rule in self._rules)

    def take(self, request: Request) -> Fault | None:
        with self._lock:
            return next((rule.fault for rule in self._rules if rule.fires(request)), None)
