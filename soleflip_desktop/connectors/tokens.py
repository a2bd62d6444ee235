"""Access tokens: renewed before they expire, and once, however many requests find out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from soleflip_desktop.connectors.base import Credentials
from soleflip_desktop.domain.sync import LoginNeededError

#: A token is renewed when less than this is left of its life, in seconds; of one that lives
#: shorter than twice that, half its life.
MARGIN_S = 300

Refresh = Callable[[Credentials], Awaitable[Credentials]]
Save = Callable[[Credentials], Awaitable[None]]


class BearerTokens:
    """A TokenSource of OAuth tokens (`refresh` renews them) or of one that lasts (no `refresh`).

    `extra` are further headers of each request, from the credentials. `save` keeps renewed
    credentials; it is awaited before the first request with them, so that a crash loses none.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        name: str,
        refresh: Refresh | None,
        save: Save,
        extra: Callable[[Credentials], Mapping[str, str]] = lambda _: {},
    ) -> None:
        self._credentials = dict(credentials)
        self._name = name
        self._refresh = refresh
        self._save = save
        self._extra = extra
        self._lock = asyncio.Lock()
        self._margin_s = MARGIN_S

    def __repr__(self) -> str:
        return f"<tokens of {self._name}>"

    async def headers(self) -> Mapping[str, str]:
        if self._refresh is not None and self._expires_soon():
            await self._renew_if(self._expires_soon)
        return {"Authorization": f"Bearer {self._token}", **self._extra(self._credentials)}

    async def renew(self, refused: Mapping[str, str]) -> None:
        token = refused.get("Authorization", "").removeprefix("Bearer ")
        if self._refresh is None:
            raise LoginNeededError(
                f"{self._name} does not accept the access token any more. Make a new one there and "
                "connect the account again."
            )
        await self._renew_if(lambda: self._token == token)

    @property
    def _token(self) -> str:
        return self._credentials.get("access_token", "")

    def _expires_soon(self) -> bool:
        """Without a known expiry the marketplace's 401 tells."""
        if not self._token:
            return True
        left_s = self._left_s()
        return left_s is not None and left_s < self._margin_s

    def _left_s(self) -> int | None:
        expires_at = self._credentials.get("expires_at", "")
        return int(expires_at) - int(time.time()) if expires_at.isdecimal() else None

    async def _renew_if(self, needed: Callable[[], bool]) -> None:
        """The first one renews; the others wait, and find that it was done."""
        async with self._lock:
            if self._refresh is None or not needed():
                return
            renewed = await self._refresh(dict(self._credentials))
            self._credentials.update(renewed)
            self._margin_s = min(MARGIN_S, (self._left_s() or 0) // 2)
            await self._save(dict(self._credentials))


def expiry(seconds: int, now: float | None = None) -> str:
    """When a token that lives so many seconds from now ends, as credentials keep it."""
    return str(int(now if now is not None else time.time()) + seconds)
