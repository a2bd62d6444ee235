"""The fake StockX keeps the rules itself: limits, log-in; it can live in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from helpers.fakes.faults import Reply, Request
from helpers.fakes.pace import Pace
from helpers.fakes.server import FakeServer, route
from helpers.fakes.stockx import FakeStockX

_FORM = {"client_id": "client-acme", "client_secret": "planted-client-secret"}


def _get(fake: FakeStockX, path: str, **headers: str) -> httpx.Response:
    known = fake.credentials()
    given = {"Authorization": f"Bearer {known['access_token']}", "x-api-key": known["api_key"]}
    with httpx.Client() as client:
        return client.get(fake.base_url + path, headers={**given, **headers})


def _token(fake: FakeStockX, **form: str) -> httpx.Response:
    with httpx.Client() as client:
        return client.post(f"{fake.auth_url}/oauth/token", data={**_FORM, **form})


def test_a_second_request_within_a_second_is_too_many() -> None:
    with FakeStockX(listings=3) as fake:
        fake.pace.spacing_s = 3600  # as if it all happened within the second
        statuses = [_get(fake, "/selling/listings").status_code for _ in range(3)]
        assert statuses == [200, 429, 429]
        assert fake.pace.violations == 2


def test_jitter_is_forgiven_but_not_a_higher_rate() -> None:
    jitter, rate, both = Pace(1), Pace(1), Pace(1)
    assert not any(jitter.too_fast("key", at) for at in (0, 0.8, 2, 2.9, 4))
    assert sum(rate.too_fast("key", at * 0.9) for at in range(100)) >= 8
    assert not both.too_fast("key", 0)
    assert not both.too_fast("another", 0)
    assert both.too_fast("key", 0.5)


def test_keys_and_tokens_are_asked_for() -> None:
    with FakeStockX(paced=False) as fake:
        assert _get(fake, "/selling/listings", **{"x-api-key": "no"}).status_code == 403
        refused = _get(fake, "/selling/listings", Authorization="Bearer no")
        assert (refused.status_code, refused.json()) == (401, {"errorMessage": "Unauthorized"})
        assert _get(fake, "/nothing").status_code == 404


def test_refresh_tokens() -> None:
    with FakeStockX(paced=False) as fake:
        first = fake.refresh
        answer = _token(fake, grant_type="refresh_token", refresh_token=first).json()
        assert answer["expires_in"] == 43_200
        assert "refresh_token" not in answer
        fake.rotates = True
        answer = _token(fake, grant_type="refresh_token", refresh_token=first).json()
        assert answer["refresh_token"] == fake.refresh != first
        assert _token(fake, grant_type="client_credentials").status_code == 403
        fake.revoke()
        gone = _token(fake, grant_type="refresh_token", refresh_token=first)
        assert (gone.status_code, gone.json()["error"]) == (403, "invalid_grant")


def test_rows_have_the_documented_fields() -> None:
    """marketplaces.md 1.5."""
    with FakeStockX(orders=60, listings=3, paced=False) as fake:
        page = _get(fake, "/selling/orders/history?pageSize=2").json()
        assert {"count", "pageSize", "pageNumber", "hasNextPage", "orders"} == set(page)
        order = _get(fake, f"/selling/orders/{page['orders'][0]['orderNumber']}").json()
        assert set(order) - set(page["orders"][0]) == {"shipment"}
        listings = _get(fake, "/selling/listings").json()
        assert len(listings["listings"]) == 1  # StockX's own default of pageSize
        assert listings["listings"][0]["amount"].endswith(".0000")


def test_an_order_lives_and_goes_into_the_history() -> None:
    with FakeStockX(listings=3, paced=False) as fake:
        listing_id = next(iter(fake.listings))
        number = fake.new_sale(listing_id)
        assert fake.listings[listing_id].status == "MATCHED"
        steps: list[str] = []
        while not steps or steps[-1] != "COMPLETED":
            steps.append(fake.advance(number))
        assert steps[:2] == ["SHIPPED", "RECEIVED"]
        assert fake.listings[listing_id].status == "COMPLETED"
        assert _get(fake, "/selling/orders/history").json()["count"] == 1


def test_in_a_process_of_its_own() -> None:
    tests = Path(__file__).parents[1]
    command = [sys.executable, "-m", "helpers.fakes.stockx", "--orders", "50", "--scale", "100"]
    paths = os.pathsep.join([str(tests), str(tests.parent)])
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": paths},
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        where = json.loads(process.stdout.readline())
        with httpx.Client() as client:
            state = client.get(f"{where['url']}/_fake/state").json()
        process.stdin.close()
        assert process.wait(20) == 0
    assert state == {"requests": 0, "orders": 50, "live": 0, "violations": 0}


def test_what_a_route_raises_comes_out_at_the_end() -> None:
    class Broken(FakeServer):
        @route("GET", "/x")
        def broken(self, request: Request) -> Any:
            raise KeyError("planned")

        @route("GET", "/y")
        def fine(self, request: Request) -> Any:
            return Reply(202, b"bytes")

    host = Broken().start()
    with httpx.Client(base_url=host.url) as client:
        assert client.get("/x").status_code == 500
        assert client.get("/y").status_code == 202
    with pytest.raises(AssertionError, match="planned"):
        host.stop()
