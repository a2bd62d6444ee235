"""The port of ours that the browser comes back to after a log-in (RFC 8252, section 7.3)."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from soleflip_desktop.domain.errors import UserError

#: What answers a request: takes its target ("/callback?code=..."), gives a sentence for the page
#: and says whether that was the end.
Arrived = Callable[[str], tuple[str, bool]]

_HOSTS = {
    "localhost": ("127.0.0.1", "::1"),  # browsers try either
    "127.0.0.1": ("127.0.0.1",),
    "::1": ("::1",),
}
_READ_S = 10
_LARGEST_HEAD = 32 * 1024
_PAGE = (
    "<!doctype html><html><head><meta charset=utf-8><title>SoleFlip Desktop</title></head>"
    "<body><p>{}</p></body></html>"
)


def loopback_address(redirect_uri: str) -> SplitResult | None:
    """The parts of a redirect URI that ends at a port of this computer; None for any other."""
    try:
        parts = urlsplit(redirect_uri)
        ours = parts.scheme == "http" and parts.hostname in _HOSTS and parts.port != 0
    except ValueError:
        return None
    return parts if ours else None


class Loopback:
    """Listens on exactly the host, port and path of the redirect URI, until the log-in is back."""

    def __init__(self, address: SplitResult, arrived: Arrived) -> None:
        self._address = address
        self._port = address.port or 80
        self._path = address.path or "/"
        self._arrived = arrived
        self._servers: list[asyncio.Server] = []
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Raises UserError where the port cannot be had."""
        for host in _HOSTS[self._address.hostname or ""]:
            try:
                server = await asyncio.start_server(
                    self._serve, host, self._port, limit=_LARGEST_HEAD
                )
            except OSError as error:
                if self._servers and error.errno != errno.EADDRINUSE:
                    continue  # a computer without IPv6
                self.close()
                raise UserError(
                    f"Port {self._port} is used by another program or not allowed, so the browser "
                    "cannot come back by itself. Log in all the same, copy the whole address of "
                    "the page that it ends at, even if that shows an error, and paste it here."
                ) from None
            self._servers.append(server)

    def close(self) -> None:
        """Ends listening, and connections that browsers keep open to be ready."""
        for server in self._servers:
            server.close()
        self._servers.clear()
        for writer in self._open:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            async with asyncio.timeout(_READ_S):
                head = await reader.readuntil(b"\r\n\r\n")
                status, sentence, done = self._answer(head.split(b"\r\n", 1)[0].decode("latin-1"))
                writer.write(_response(status, sentence))
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            done = False
        finally:
            self._open.discard(writer)
            writer.close()
        if done:
            self.close()

    def _answer(self, first_line: str) -> tuple[str, str, bool]:
        """Status, sentence for the page, and whether the log-in is back."""
        method, _, rest = first_line.partition(" ")
        target = rest.rpartition(" ")[0]
        if method != "GET" or target.partition("?")[0] != self._path:
            return "404 Not Found", "There is nothing here.", False
        sentence, done = self._arrived(target)
        return ("200 OK" if done else "400 Bad Request"), sentence, done


def _response(status: str, sentence: str) -> bytes:
    """The sentence is ours: nothing of the request is repeated."""
    body = _PAGE.format(sentence).encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\n"
        "Referrer-Policy: no-referrer\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
