"""Gates for tests of connectors: nobody waits, everything is counted."""

from __future__ import annotations

from collections import Counter

from soleflip_desktop.connectors.base import Credentials
from soleflip_desktop.domain.quota import Rule


class OpenGate:
    """`taken` counts what passed, by bucket."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()

    async def wait(self, rule: Rule, count: int = 1) -> None:
        self.taken[rule.bucket] += count


class Saved:
    """Keeps what a TokenSource saves."""

    def __init__(self) -> None:
        self.credentials: list[dict[str, str]] = []

    async def __call__(self, credentials: Credentials) -> None:
        self.credentials.append(dict(credentials))
