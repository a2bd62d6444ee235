"""Fetches the list and the installers. Whoever serves them learns the app's version, no more."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from soleflip_desktop.connectors.http import ssl_context
from soleflip_desktop.connectors.updates.feed import LARGEST_FEED
from soleflip_desktop.connectors.updates.part import PartFile
from soleflip_desktop.domain.updates import UpdateError, UpdateFile, is_safe_address

log = logging.getLogger(__name__)

#: Told (bytes here, bytes in all).
Progress = Callable[[int, int], None]

ATTEMPTS = 5
PAUSE_S = 2
TIMEOUT = httpx.Timeout(30, connect=15)
#: For all of the list, however slowly it comes.
FEED_S = 60
MOST_REDIRECTS = 5
_OK, _PARTIAL, _NOT_FOUND, _GONE, _BEYOND = 200, 206, 404, 410, 416
_SERVER_ERRORS = 500
_BEGINS = re.compile(r"bytes (\d+)-")

_OFFLINE = "The server of the updates cannot be reached. Is this computer online? Try again later."
_BROKEN_OFF = (
    "The download of {name} broke off {times} times. Try again later: it goes on where it stopped."
)
_INSECURE = (
    "The server of the updates sent this computer to an address that is not encrypted. Nothing "
    "was fetched from there."
)


class _AgainError(Exception):
    """The line or the server stumbled; another attempt may do."""


class UpdateClient:
    """Writes files on the event loop that it is used on: that must not be the GUI's.

    `version` is this app's; `transport` and `pause_s` are others in tests.
    """

    def __init__(
        self,
        version: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._version = version
        self._transport = transport
        self._pause_s = pause_s

    async def feed(self, url: str) -> bytes:
        """The list as it was sent, not verified. Raises UpdateError."""
        try:
            async with (
                asyncio.timeout(FEED_S),
                self._client() as client,
                self._opened(client, url) as response,
            ):
                return await _read_list(response)
        except (httpx.HTTPError, httpx.StreamError, TimeoutError, _AgainError) as error:
            log.info("list of updates: %s %s", type(error).__name__, error)
            raise UpdateError(_OFFLINE) from None

    async def download(self, file: UpdateFile, folder: Path, progress: Progress) -> Path:
        """The file, proved to be the one that was signed. Cancelling the task leaves nothing.

        A line that breaks is taken up again, also by a later call. Raises UpdateError.
        """
        part = PartFile(folder, file)
        try:
            if part.open():
                await self._fill(part, file, progress)
            return part.finish()
        except asyncio.CancelledError:
            part.discard()
            raise
        except OSError as error:
            msg = f"{file.name} cannot be written to {folder} ({error.strerror}). Is the disk full?"
            raise UpdateError(msg) from error
        finally:
            part.close()

    async def _fill(self, part: PartFile, file: UpdateFile, progress: Progress) -> None:
        async with self._client() as client:
            for attempt in range(ATTEMPTS):
                if part.size == file.size:
                    return
                if attempt:
                    await asyncio.sleep(self._pause_s)
                try:
                    await self._read_rest(client, part, file, progress)
                except (httpx.HTTPError, httpx.StreamError, _AgainError) as error:
                    log.info("download of %s: %s %s", file.name, type(error).__name__, error)
        if part.size < file.size:
            raise UpdateError(_BROKEN_OFF.format(name=file.name, times=ATTEMPTS))

    async def _read_rest(
        self, client: httpx.AsyncClient, part: PartFile, file: UpdateFile, progress: Progress
    ) -> None:
        headers = {"Range": f"bytes={part.size}-"} if part.size else {}
        async with self._opened(client, file.url, headers) as response:
            status = response.status_code
            if status in {_NOT_FOUND, _GONE}:
                raise UpdateError(f"{file.name} is not there any more. Look for updates again.")
            if status not in {_OK, _PARTIAL, _BEYOND}:
                raise _AgainError(str(status))
            if not _goes_on(response, part.size):
                part.restart()
            if status == _BEYOND:
                raise _AgainError(str(status))
            progress(part.size, file.size)
            # Not gathered into larger blocks: what is held back is lost where the line breaks.
            async for chunk in response.aiter_bytes():
                part.write(chunk)
                progress(part.size, file.size)

    @asynccontextmanager
    async def _opened(
        self, client: httpx.AsyncClient, url: str, headers: dict[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """The answer at the end of all redirects, its body unread."""
        if not is_safe_address(url):
            raise UpdateError(_INSECURE)
        for _ in range(MOST_REDIRECTS + 1):
            request = client.build_request("GET", url, headers=headers)
            response = await client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    yield response
                    return
                url = str(response.url.join(response.headers["location"]))
            finally:
                await response.aclose()
            if not is_safe_address(url, loopback=False):
                raise UpdateError(_INSECURE)
        raise _AgainError("too many redirects")

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(
            transport=self._transport,
            verify=ssl_context(),
            timeout=TIMEOUT,
            headers={
                "User-Agent": f"SoleFlip Desktop/{self._version}",
                # A range is one of the file's own bytes.
                "Accept-Encoding": "identity",
            },
        ) as client:
            yield client


async def _read_list(response: httpx.Response) -> bytes:
    if response.status_code != _OK:
        raise _AgainError(str(response.status_code))
    found = bytearray()
    async for chunk in response.aiter_bytes():
        found += chunk
        if len(found) > LARGEST_FEED:
            raise UpdateError("The list of updates is too large to be one.")
    return bytes(found)


def _goes_on(response: httpx.Response, size: int) -> bool:
    """Whether the body continues behind so many bytes."""
    if response.status_code != _PARTIAL:
        return size == 0 and response.status_code == _OK
    begins = _BEGINS.match(response.headers.get("content-range", ""))
    return begins is not None and int(begins[1]) == size
