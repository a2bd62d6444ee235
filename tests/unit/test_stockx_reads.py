"""Reading StockX over real HTTP: pages, parts, faults in the middle, log-in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest

from helpers.fakes import faults
from helpers.fakes.gate import OpenGate, Saved
from helpers.fakes.stockx import PDF, FakeStockX
from helpers.fakes.stockx_api import asked, opened
from helpers.fakes.stockx_books import EPOCH, HISTORY
from soleflip_desktop.connectors.base import (
    REQUESTS,
    NotSentError,
    NotThereError,
    RefusedError,
)
from soleflip_desktop.connectors.stockx.auth import LOGIN
from soleflip_desktop.connectors.stockx.marketplace import StockXApi
from soleflip_desktop.domain.marketplace import Page, Position, RemoteOrder
from soleflip_desktop.domain.quota import Rule
from soleflip_desktop.domain.sync import LoginNeededError

T = TypeVar("T")


async def _pages(
    read: Callable[[Position | None], Awaitable[Page[T]]], position: Position | None = None
) -> list[Page[T]]:
    pages = []
    while True:
        pages.append(await read(position))
        position = pages[-1].next
        if position is None:
            return pages


async def _all_orders(api: StockXApi, since: datetime | None = None) -> list[Page[RemoteOrder]]:
    return await _pages(lambda position: api.orders(since, position))


def _numbers(pages: list[Page[RemoteOrder]]) -> set[str]:
    return {order.number for page in pages for order in page.records}


def test_all_orders_active_first_then_history() -> None:
    with FakeStockX(orders=730, paced=False) as fake:
        pages = asked(fake, _all_orders)
        assert _numbers(pages) == set(fake.orders)
        active = sum(order.status not in HISTORY for order in fake.orders.values())
        ends = [page for page in pages if page.ends_part]
        assert [(page.part, page.total) for page in ends] == [
            ("active", active),
            ("history", 730 - active),
        ]
        assert ends[0].restart == {"part": "active", "page": 1}
        assert all(page.total is None for page in pages if not page.ends_part)
        assert all(request.query["pageSize"] == "100" for request in fake.log)


def test_a_pass_goes_on_where_it_was_left() -> None:
    with FakeStockX(orders=450, paced=False) as fake:
        whole = asked(fake, _all_orders)
        rest = asked(fake, lambda api: _pages(lambda p: api.orders(None, p), whole[2].next))
        assert [page.records for page in rest] == [page.records for page in whole[3:]]


def test_later_passes_read_the_history_from_a_day_before() -> None:
    with FakeStockX(orders=450, paced=False) as fake:
        since = EPOCH - timedelta(hours=3)
        pages = asked(fake, lambda api: _all_orders(api, since))
        assert fake.requests("history")[0].query["fromDate"] == "2026-01-04"
        assert "fromDate" not in fake.requests("active")[0].query
        later = {number for number, order in fake.orders.items() if order.created_at >= since}
        active = {n for n, order in fake.orders.items() if order.status not in HISTORY}
        assert later | active <= _numbers(pages) < set(fake.orders)


def test_an_empty_account() -> None:
    with FakeStockX(paced=False) as fake:
        pages = asked(fake, _all_orders)
        assert [(page.part, page.total, page.records) for page in pages] == [
            ("active", 0, ()),
            ("history", 0, ()),
        ]
        assert asked(fake, lambda api: api.listings(None)).records == ()


def test_orders_that_come_in_between_repeat_others() -> None:
    """Page drift: everything that was there is read, some of it twice."""
    with FakeStockX(orders=250, paced=False) as fake:
        before = set(fake.orders)

        def sell(_part: str, _page: int) -> None:
            fake.advance(fake.new_sale(), "COMPLETED")

        fake.on_page = sell
        pages = asked(fake, _all_orders)
        read = [order.number for page in pages for order in page.records]
        assert before <= set(read)
        assert len(read) > len(set(read))


def test_orders_that_go_away_are_missed_and_the_total_tells() -> None:
    with FakeStockX(orders=350, paced=False) as fake:
        newest = [n for n, order in reversed(fake.orders.items()) if order.status in HISTORY]
        gone = iter(newest)
        fake.on_page = lambda part, _page: fake.vanish(next(gone)) if part == "history" else None
        pages = asked(fake, _all_orders)
        seen = {o.number for page in pages if page.part == "history" for o in page.records}
        still = {n for n, order in fake.orders.items() if order.status in HISTORY}
        assert still - seen
        assert len(seen & still) < len(still)


def test_one_bad_order_does_not_cost_its_page() -> None:
    with FakeStockX(orders=120, paced=False) as fake:
        number = next(iter(fake.orders))
        fake.spoiled[number] = {"amount": {"odd": 1}}
        fake.orders[list(fake.orders)[1]].status = "NEWSTATUS"
        pages = asked(fake, _all_orders)
        assert [bad.external_id for page in pages for bad in page.bad] == [number]
        assert _numbers(pages) == set(fake.orders) - {number}
        with pytest.raises(RefusedError, match="amount"):
            asked(fake, lambda api: api.order(number))


def test_empty_pages_that_promise_more_come_to_an_end() -> None:
    empty = {"count": 0, "pageSize": 100, "pageNumber": 1, "hasNextPage": True, "orders": []}
    with FakeStockX(paced=False) as fake:
        fake.faults.add(faults.status(200, empty), path="/orders/active", times=20)
        assert [page.part for page in asked(fake, _all_orders)] == ["active", "history"]


def test_an_empty_page_in_the_middle_is_not_the_end() -> None:
    with FakeStockX(orders=730, paced=False) as fake:
        hole = {"count": 730, "pageSize": 100, "pageNumber": 1, "hasNextPage": True, "orders": []}
        fake.faults.add(faults.status(200, hole), path="/orders/history")
        pages = [page for page in asked(fake, _all_orders) if page.part == "history"]
        assert (pages[0].records, pages[0].ends_part) == ((), False)
        assert len(pages) > 1


@pytest.mark.parametrize(
    "fault",
    [faults.html(503), faults.too_many(1), faults.drop_after(), faults.half_body()],
    ids=["gateway", "too many", "dropped", "half"],
)
def test_faults_between_pages(fault: faults.Fault) -> None:
    with FakeStockX(orders=800, listings=300, paced=False) as fake:
        fake.faults.add(fault, times=None, every=3)
        assert _numbers(asked(fake, _all_orders)) == set(fake.orders)
        pages = asked(fake, lambda api: _pages(api.listings))
        assert {listing.id for page in pages for listing in page.records} == set(fake.listings)
        assert fake.faults.fired >= 4


def test_slow_bodies() -> None:
    with FakeStockX(orders=150, paced=False) as fake:
        fake.faults.add(faults.slow(0.02, pieces=6), times=None)
        assert _numbers(asked(fake, _all_orders)) == set(fake.orders)


def test_tokens_that_expire_between_pages() -> None:
    async def run(fake: FakeStockX, saved: Saved) -> set[str]:
        async with opened(fake, saved=saved) as api:
            first = await api.orders(None, None)
            fake.expire_tokens()
            rest = await _pages(lambda p: api.orders(None, p), first.next)
            return _numbers([first, *rest])

    with FakeStockX(orders=300, paced=False) as fake:
        fake.rotates, saved = True, Saved()
        assert asyncio.run(run(fake, saved)) == set(fake.orders)
        assert fake.refreshes == 1
        assert saved.credentials[-1]["refresh_token"] == fake.refresh
        assert int(saved.credentials[-1]["expires_at"]) > time.time()


def test_ten_requests_with_an_expired_token_refresh_once() -> None:
    async def run(fake: FakeStockX) -> None:
        async with opened(fake) as api:
            await asyncio.gather(*(api.listings(None) for _ in range(10)))

    with FakeStockX(listings=5, paced=False) as fake:
        credentials = fake.credentials()
        fake.expire_tokens()
        fake.access = set()
        assert credentials["access_token"]
        asyncio.run(run(fake))
        assert fake.refreshes == 1


def test_a_revoked_login_says_what_to_do() -> None:
    async def run(fake: FakeStockX) -> None:
        async with opened(fake, access_token="planted-old", refresh_token="planted-old") as api:
            await api.check()

    with FakeStockX(paced=False) as fake:
        fake.revoke()
        with pytest.raises(LoginNeededError, match="Connect the account again") as caught:
            asyncio.run(run(fake))
        assert "planted" not in str(caught.value)


def test_each_request_carries_the_key_and_passes_the_gate() -> None:
    async def run(fake: FakeStockX, gate: OpenGate) -> Any:
        async with opened(fake, gate) as api:
            await api.check()
            await api.orders(None, None)
            return api.rules, api.traffic.requests

    with FakeStockX(orders=3, paced=False) as fake:
        gate = OpenGate()
        rules, requests = asyncio.run(run(fake, gate))
        assert gate.taken == {REQUESTS: 2}
        assert requests == 2
        assert all(request.headers["x-api-key"] == fake.api_key for request in fake.log)
        assert rules[REQUESTS] == Rule(REQUESTS, spacing_ms=1, per_day=25_000)
        fake.api_key = "another"
        with pytest.raises(RefusedError, match="403"):
            asked(fake, StockXApi.check)


def test_the_log_in_at_the_fake_from_the_browser_on() -> None:
    import httpx  # noqa: PLC0415  (the browser of this test)

    with FakeStockX(paced=False) as fake:
        url = LOGIN.authorize_url(fake.credentials(), fake.options(), "state-1", "v" * 50)
        with httpx.Client() as browser:
            landed = httpx.URL(browser.get(url).headers["location"])
        assert landed.params["state"] == "state-1"
        got = asyncio.run(
            LOGIN.exchange(fake.credentials(), fake.options(), landed.params["code"], "v" * 50)
        )
        assert got["access_token"] in fake.access
        assert got["refresh_token"] == fake.refresh


def test_listings_come_without_deleted_ones() -> None:
    with FakeStockX(listings=230, paced=False) as fake:
        key = next(iter(fake.listings))
        fake.listings[key].status = "DELETED"
        sold = fake.new_sale(list(fake.listings)[2])
        pages = asked(fake, lambda api: _pages(api.listings))
        found = {listing.id: listing for page in pages for listing in page.records}
        assert set(found) == set(fake.listings) - {key}
        assert pages[-1].total == 229
        assert found[list(fake.listings)[2]].order_number == sold


def test_the_catalogue() -> None:
    with FakeStockX(paced=False) as fake:
        found = asked(fake, lambda api: api.search("  AC1003-100 "))
        assert [product.style_code for product in found] == ["AC1003-100"]
        assert fake.log[-1].query == {"query": "AC1003-100", "pageNumber": "1", "pageSize": "50"}
        assert asked(fake, lambda api: api.search(" ")) == ()
        product = fake.products[2]
        variants = asked(fake, lambda api: api.variants(product.id))
        assert [v.variant_id for v in variants] == [v.id for v in product.variants]
        assert variants[1].size_text == "US W 5.5"
        assert variants[1].gtins
        prices = asked(fake, lambda api: api.prices(product.id))
        assert fake.log[-1].query["currencyCode"] == "EUR"
        assert len(prices) == len(product.variants)
        assert all(price.lowest_ask for price in prices)
        fake.stale.add(product.id)
        with pytest.raises(NotThereError):
            asked(fake, lambda api: api.prices(product.id))


def test_a_label_is_a_pdf() -> None:
    with FakeStockX(orders=2, paced=False) as fake:
        number = next(iter(fake.orders))
        document = asked(fake, lambda api: api.document(number))
        assert (document.data, document.media_type) == (PDF, "application/pdf")
        fake.spoiled[number] = {"shipment": None}
        with pytest.raises(NotThereError, match="no shipping label"):
            asked(fake, lambda api: api.document(number))
        with pytest.raises(NotThereError):
            asked(fake, lambda api: api.order("0-0"))


def test_the_days_quota_is_answered_with_429() -> None:
    with FakeStockX(orders=2, paced=False) as fake:
        fake.quota = 0
        with pytest.raises(NotSentError, match="slower"):
            asked(fake, StockXApi.check)
