"""The base of the fake marketplaces: a small HTTP/1.1 server with routes, faults and a log.

    class Fake(FakeServer):
        @route("GET", "/x/orders/{number}")
        def order(self, request: Request) -> object:
            return {"number": request.parts["number"]}  # or a Reply

    with Fake() as fake:
        fake.faults.add(faults.too_many(retry_after=1), path="/x/orders", times=2)
        ... fake.url + "/x/orders/1" ... fake.requests("/x/orders")

Handlers run in the connections' threads: whoever changes books takes `self.lock`.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self, cast
from urllib.parse import parse_qs, unquote, urlsplit

from helpers.fakes.faults import Fault, Faults, Reply, Request

Route = Callable[[Any, Request], Any]


def route(method: str, pattern: str) -> Callable[[Route], Route]:
    """`{name}` in the pattern is one segment; the handler finds it in `request.parts`."""

    def mark(handler: Route) -> Route:
        known = getattr(handler, "routes", ())
        handler.routes = (*known, (method, pattern))  # type: ignore[attr-defined]  # a mark
        return handler

    return mark


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern))


class FakeServer:
    """Serves from `start` to `stop`, or as a context manager; `stop` raises what a route raised."""

    routes: ClassVar[list[tuple[str, re.Pattern[str], str]]] = []

    def __init_subclass__(cls) -> None:
        names = {name for base in cls.__mro__ for name in vars(base)}
        cls.routes = [
            (method, _compiled(pattern), name)
            for name in sorted(names)
            for method, pattern in getattr(getattr(cls, name, None), "routes", ())
            if name != "routes"
        ]

    def __init__(self, port: int = 0) -> None:
        self.faults = Faults()
        self.lock = threading.RLock()
        self.log: list[Request] = []
        self.crashes: list[str] = []
        self.closing = threading.Event()
        self._http = _Http(port, self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        self.closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.hang_up()
        self._http.server_close()
        assert not self.crashes, "\n".join(self.crashes)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def requests(self, path: str = "", method: str = "*") -> list[Request]:
        """What arrived at paths that contain the pattern."""
        return [
            request
            for request in list(self.log)
            if re.search(path, request.path) and method in {"*", request.method}
        ]

    def before(self, request: Request) -> Reply | None:
        """Log-in and pace of a marketplace: an answer here ends the request, before any fault."""
        return None

    def state(self) -> dict[str, Any]:
        """What another process asks for at /_fake/state."""
        return {"requests": len(self.log)}

    def answer(self, request: Request) -> Reply | None:
        """The true answer, or None for a path that there is not."""
        if request.path == "/_fake/state":
            return Reply(200, self.state())
        for method, pattern, name in self.routes:
            found = pattern.fullmatch(request.path)
            if found is not None and method == request.method:
                parts = {key: unquote(value) for key, value in found.groupdict().items()}
                request.parts.update(parts)
                said = getattr(self, name)(request)
                return said if isinstance(said, Reply) else Reply(200, said)
        return None


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, fake: FakeServer) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.fake = fake
        self._open: dict[socket.socket, threading.Thread] = {}
        self._guard = threading.Lock()

    def opened(self, connection: socket.socket) -> None:
        with self._guard:
            self._open[connection] = threading.current_thread()

    def closed(self, connection: socket.socket) -> None:
        with self._guard:
            self._open.pop(connection, None)

    def hang_up(self) -> None:
        """Ends connections that clients keep open, and waits for their threads."""
        with self._guard:
            still = list(self._open.items())
        for connection, _thread in still:
            _shut(connection)
        for _connection, thread in still:
            thread.join(5)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is none of ours."""
        error = sys.exception()
        if not isinstance(error, OSError | ValueError):
            self.fake.crashes.append(traceback.format_exc())


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        super().finish()
        self.server.closed(self.connection)

    def log_message(self, *_args: object) -> None:
        """The log is `FakeServer.log`."""

    def _serve(self) -> None:
        fake = self.server.fake
        request = self._request()
        if not request.path.startswith("/_fake/"):
            fake.log.append(request)
        fault = Fault(acts=True)
        reply = fake.before(request)
        if reply is None:
            fault = fake.faults.take(request) or fault
            reply = self._true_answer(request) if fault.acts else Reply()
        if fault.drop:
            self.close_connection = True
            _shut(self.connection)
        else:
            self._write(fault.reply or reply, fault)

    def _true_answer(self, request: Request) -> Reply:
        fake = self.server.fake
        try:
            return fake.answer(request) or Reply(404, {"statusCode": 404, "message": "No path"})
        except Exception:  # noqa: BLE001  (kept, and raised by stop)
            fake.crashes.append(traceback.format_exc())
            return Reply(500, {"message": "the fake crashed"})

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def _request(self) -> Request:
        split = urlsplit(self.path)
        lists = parse_qs(split.query, keep_blank_values=True)
        return Request(
            at=time.monotonic(),
            method=self.command,
            path=split.path,
            query={name: values[-1] for name, values in lists.items()},
            lists=lists,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )

    def _write(self, reply: Reply, fault: Fault) -> None:
        body, media_type = reply.encoded()
        self.send_response_only(reply.status)
        if "Date" not in reply.headers:
            self.send_header("Date", self.date_time_string())
        if media_type and "Content-Type" not in reply.headers:
            self.send_header("Content-Type", media_type)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:  # which has no body by definition
            self.send_header("Content-Length", str(len(body)))
        head = b"".join(cast("Any", self)._headers_buffer) + b"\r\n"
        cast("Any", self)._headers_buffer = []
        if fault.half:
            self.close_connection = True
            body = body[: len(body) // 2]
        first, *rest = _cut(body, fault.pieces)
        self.wfile.write(head + first)
        for piece in rest:
            self.server.fake.closing.wait(fault.pause_s)
            self.wfile.write(piece)
        if fault.half:
            _shut(self.connection)


def _cut(body: bytes, pieces: int) -> Iterator[bytes]:
    size = max(1, -(-len(body) // pieces))
    yield body[:size]
    for start in range(size, len(body), size):
        yield body[start : start + size]


def serve(fake: FakeServer, **facts: str) -> None:
    """For `python -m helpers.fakes.<name>`: prints where it is, ends when stdin is closed."""
    with fake:
        print(json.dumps({"url": fake.url, **facts}), flush=True)
        sys.stdin.read()
