"""A StockX of a few orders on 127.0.0.1, for one sync: its shapes, none of its business."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ORDERS = 3
PRICE = 120
CURRENCY = "EUR"
#: How long the end may have to wait, in seconds.
_POLL_S = 0.02
_API, _LOGIN = "/v2", "/login"
_SECRETS = {
    "API_KEY": "smoke-api-key",
    "CLIENT_ID": "smoke-client",
    "CLIENT_SECRET": "smoke-client-secret",
    "REFRESH_TOKEN": "smoke-refresh-token",
}
_ACCESS = "smoke-access-token"
SECRETS = (*_SECRETS.values(), _ACCESS)


@contextmanager
def marketplace() -> Iterator[Mapping[str, str]]:
    """Serves until the end of the block; the environment variables lead the app here."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(
        target=server.serve_forever, args=(_POLL_S,), name="marketplace", daemon=True
    )
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    found = {"BASE_URL": address + _API, "AUTH_URL": address + _LOGIN, **_SECRETS}
    try:
        yield {
            **{f"SOLEFLIP_STOCKX_{name}": value for name, value in found.items()},
            "SOLEFLIP_TIME_SCALE": "1000",  # its pace need not be kept
            "NO_PROXY": "127.0.0.1",
        }
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Answers(BaseHTTPRequestHandler):
    """Wrong keys and tokens are refused, so that a sync proves that the log-in went through."""

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        if self.path != f"{_LOGIN}/oauth/token" or _SECRETS["REFRESH_TOKEN"] not in form:
            self._answer(403, {"error": "invalid_grant"})
            return
        self._answer(200, {"access_token": _ACCESS, "expires_in": 43200, "token_type": "Bearer"})

    def do_GET(self) -> None:
        path = self.path.partition("?")[0].removeprefix(_API)
        allowed = self.headers.get("Authorization") == f"Bearer {_ACCESS}"
        if not allowed or self.headers.get("x-api-key") != _SECRETS["API_KEY"]:
            self._answer(401, {"errorMessage": "Unauthorized"})
        elif path in {"/selling/orders/active", "/selling/listings"}:
            self._answer(200, _page(path.rpartition("/")[2].replace("active", "orders"), []))
        elif path == "/selling/orders/history":
            self._answer(200, _page("orders", [_order(number) for number in range(ORDERS)]))
        else:
            self._answer(404, {"statusCode": 404, "message": "Not found"})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (http.server's name)
        """Not to stderr, which a window may not have."""

    def _answer(self, code: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _page(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"count": len(rows), "pageSize": 100, "pageNumber": 1, "hasNextPage": False, name: rows}


def _order(number: int) -> dict[str, Any]:
    made = f"2026-01-0{number + 1}T10:00:00.000Z"
    fee = PRICE // 10
    return {
        "orderNumber": f"30000000{number}-40000000{number}",
        "listingId": None,
        "amount": str(PRICE),
        "currencyCode": CURRENCY,
        "status": "COMPLETED",
        "createdAt": made,
        "updatedAt": made,
        "product": {
            "productId": "00000000-0000-4000-8000-a00000000000",
            "productName": "Acme Runner",
            "styleId": "AC1000-100",
        },
        "variant": {
            "variantId": f"00000000-0000-4000-8000-b0000000000{number}",
            "variantName": f"Acme-Runner:{number}",
            "variantValue": str(8 + number),
        },
        "payout": {
            "totalPayout": f"{PRICE - fee}.00",
            "salePrice": str(PRICE),
            "totalAdjustments": f"-{fee}.00",
            "currencyCode": CURRENCY,
            "adjustments": [
                {"adjustmentType": "Transaction Fee", "amount": f"-{fee}.00", "percentage": "0.1"}
            ],
        },
    }
