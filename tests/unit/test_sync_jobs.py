"""What jobs read, where they go on, and what they do when pages move."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from helpers.fake_api import FakeApi
from helpers.sync_memory import ACCOUNT, NOON, Desk, MemoryProduct, NoOutbox, remote_order
from soleflip_desktop.connectors.base import AnswerLostError, MarketplaceError, RefusedError
from soleflip_desktop.domain.catalog import IdentifierScheme
from soleflip_desktop.domain.marketplace import (
    Capability,
    MarketPrice,
    Page,
    Position,
    RemoteEntity,
    RemoteOrder,
    RemoteProduct,
    RemoteVariant,
)
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.sync import Cursor, SyncKind, SyncProgress
from soleflip_desktop.sync.job import Job
from soleflip_desktop.sync.jobs import sync_listings, sync_market
from soleflip_desktop.sync.jobs.passes import MOST_LOST
from soleflip_desktop.sync.run_sync import JOBS


def job_of(desk: Desk, kind: SyncKind, told: list[SyncProgress], *, full: bool = False) -> Job:
    return Job(
        kind,
        ACCOUNT,
        desk.marketplace,
        desk.store,
        desk.runs,
        NoOutbox(),
        full,
        on_progress=told.append,
    )


def run(desk: Desk, kind: SyncKind = SyncKind.ORDERS, *, full: bool = False) -> Job:
    job = job_of(desk, kind, [], full=full)
    asyncio.run(_perform(job))
    return job


async def _perform(job: Job) -> None:
    await JOBS[job.kind](job)


def numbers(desk: Desk) -> list[str]:
    return sorted(name for entity, name in desk.store.records if entity is RemoteEntity.ORDER)


def desk_with_orders(count: int, page_size: int = 10) -> Desk:
    desk = Desk(FakeApi(page_size=page_size))
    desk.api.sold = [remote_order(number) for number in range(count)]
    return desk


def test_all_orders_come_in_and_the_second_pass_changes_nothing() -> None:
    desk = desk_with_orders(95)
    first, second = run(desk), run(desk, full=True)
    assert (first.counts.fetched, first.counts.created) == (95, 95)
    assert (second.counts.fetched, second.counts.unchanged) == (95, 95)
    assert numbers(desk) == sorted(order.number for order in desk.api.sold)


def test_the_next_pass_reads_what_changed_with_an_overlap() -> None:
    desk = desk_with_orders(1)
    run(desk)
    assert desk.runs.cursors[1, SyncKind.ORDERS] == Cursor(succeeded_at=NOON)
    desk.runs.clock = NOON + timedelta(hours=1)
    run(desk)
    assert [one.since for one in desk.store.passes] == [None, NOON - timedelta(days=2)]
    run(desk, full=True)
    assert desk.store.passes[-1].since is None


@pytest.mark.parametrize("stop_at", range(1, 40, 3))
def test_a_cancelled_pass_goes_on_where_it_was(stop_at: int) -> None:
    """Cancelled after that many steps of the loop, again and again: no gap, no duplicate."""
    desk = desk_with_orders(60, page_size=5)
    rounds = set()
    for _ in range(60):
        asyncio.run(_cancelled_after(desk, stop_at))
        cursor = desk.runs.cursors.get((1, SyncKind.ORDERS), Cursor())
        if cursor.succeeded_at is not None:
            break
        rounds.add(cursor.round)
    else:
        run(desk)  # too few steps to get through a page at all
    assert numbers(desk) == sorted(order.number for order in desk.api.sold)
    assert len(rounds - {None}) <= 1
    assert len(desk.store.passes) == 1


async def _cancelled_after(desk: Desk, steps: int) -> None:
    task = asyncio.ensure_future(_perform(job_of(desk, SyncKind.ORDERS, [])))
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])


def test_a_fault_half_way_keeps_what_was_stored() -> None:
    desk = desk_with_orders(50)
    desk.api.fails("orders", None, None, AnswerLostError("The line broke."))
    with pytest.raises(AnswerLostError):
        run(desk)
    assert len(numbers(desk)) == 20
    again = run(desk)
    assert again.counts.fetched == 30
    assert len(numbers(desk)) == 50


def test_a_place_that_is_refused_is_forgotten() -> None:
    desk = desk_with_orders(50)
    desk.api.fails("orders", None, RefusedError("This place is too old.", 400))
    with pytest.raises(RefusedError):
        run(desk)
    assert desk.runs.cursors[1, SyncKind.ORDERS] == Cursor()
    assert run(desk).counts.fetched == 50


def test_everything_is_asked_for_although_a_smaller_pass_is_under_way() -> None:
    desk = desk_with_orders(30)
    under_way = Cursor(round="old", position={"at": 20}, since=NOON, started_at=NOON)
    desk.runs.cursors[1, SyncKind.ORDERS] = under_way
    run(desk, full=True)
    assert len(numbers(desk)) == 30
    assert desk.store.passes[0].round != "old"


@dataclass(slots=True)
class MovingApi(FakeApi):
    """The first records leave the list while it is read, so later ones move up unseen.

    `moves` of the readings of the list have that; the history is a part of its own.
    """

    moves: int = 1
    readings: int = 0
    history: list[RemoteOrder] = field(default_factory=list)

    async def orders(self, since: datetime | None, position: Position | None) -> Page[RemoteOrder]:
        await self._enter("orders")
        place = position or {"part": "active", "at": 0}
        part, at = place["part"], place["at"]
        self.readings += part == "active" and at == 0
        books = self.sold if part == "active" else self.history
        moved = part == "active" and at > 0 and self.readings <= self.moves
        start = at + moved
        end = start + self.page_size
        last = end >= len(books)
        after: Position | None = {"part": part, "at": end}
        if last:
            after = {"part": "history", "at": 0} if part == "active" else None
        restart = {"part": part, "at": 0} if last else None
        total = len(books) if last else None
        return Page(tuple(books[start:end]), (), after, part, last, total, restart)


@pytest.mark.parametrize(("moves", "readings", "missing"), [(0, 1, 0), (1, 2, 0), (9, 3, 1)])
def test_a_part_of_which_records_are_missing_is_read_again(
    moves: int, readings: int, missing: int
) -> None:
    """At most twice: a list that never holds still must not keep the job for ever."""
    desk = Desk(MovingApi(page_size=10, moves=moves))
    desk.api.sold = [remote_order(number) for number in range(15)]
    assert isinstance(desk.api, MovingApi)
    desk.api.history = [remote_order(100 + number) for number in range(5)]
    run(desk)
    assert desk.api.readings == readings
    assert len(numbers(desk)) == 20 - missing


def test_a_part_is_read_again_also_after_a_fault_at_its_end() -> None:
    desk = Desk(MovingApi(page_size=10, moves=1))
    desk.api.sold = [remote_order(number) for number in range(15)]
    for steps in range(1, 30):
        asyncio.run(_cancelled_after(desk, steps))
    run(desk)
    assert len(numbers(desk)) == 15


def test_open_orders_that_the_pass_did_not_show_are_looked_up() -> None:
    desk = desk_with_orders(3)
    old = remote_order(7_000)
    desk.api.sold.append(replace(old, sold_at=NOON - timedelta(days=90)))
    desk.store.open_orders = ["order-1", "gone-1", "order-7000"]
    desk.runs.cursors[1, SyncKind.ORDERS] = Cursor(succeeded_at=NOON)
    job = run(desk)
    assert desk.api.times("order") == 2  # the first was among the pages
    assert "order-7000" in numbers(desk)
    assert job.counts.fetched == 4


def test_an_order_that_cannot_be_had_keeps_no_other_out_and_many_end_the_run() -> None:
    desk = Desk()
    desk.api.sold = [remote_order(number) for number in range(12)]
    desk.store.open_orders = [f"order-{number}" for number in range(12)]
    desk.runs.cursors[1, SyncKind.ORDERS] = Cursor(succeeded_at=NOON + timedelta(days=30))
    lost = AnswerLostError("StockX has trouble.")
    desk.api.fails("order", lost, *[RefusedError("No.", 403)] * 5, lost, lost, lost, None, lost)
    run(desk)
    assert desk.api.times("order") == 12
    assert len(numbers(desk)) == 2
    assert all(part == "look up" for _, part in list(desk.store.sightings.values())[:9])
    desk.api.fails("order", *[lost] * MOST_LOST)
    desk.runs.cursors[1, SyncKind.ORDERS] = Cursor(succeeded_at=NOON + timedelta(days=30))
    with pytest.raises(AnswerLostError):
        run(desk)
    assert desk.api.times("order") == 12 + MOST_LOST


def test_listings_are_read_to_their_end() -> None:
    desk = Desk(FakeApi(page_size=4))
    for number in range(10):
        desk.api.offer(f"variant-{number}", Money(Decimal("90.00"), "EUR"))
    told: list[SyncProgress] = []
    asyncio.run(sync_listings.run(job_of(desk, SyncKind.LISTINGS, told)))
    assert len(desk.store.passes) == 1
    assert {entity for entity, _ in desk.store.records} == {RemoteEntity.LISTING}
    assert [progress.counts.fetched for progress in told] == [4, 8, 10]
    assert told[-1].total == 10


@pytest.mark.parametrize(
    ("kind", "capability"),
    [
        (SyncKind.ORDERS, Capability.ORDERS),
        (SyncKind.LISTINGS, Capability.LISTINGS),
        (SyncKind.MARKET, Capability.MARKET_DATA),
    ],
)
def test_what_a_platform_cannot_do_is_not_asked(kind: SyncKind, capability: Capability) -> None:
    desk = desk_with_orders(3)
    desk.api.capabilities = frozenset(Capability) - {capability}
    run(desk, kind)
    assert desk.api.calls == []


@dataclass(slots=True)
class Catalogue(FakeApi):
    """A catalogue whose first hit is never the right one."""

    hits: list[RemoteProduct] = field(default_factory=list)

    async def search(self, text: str) -> Sequence[RemoteProduct]:
        await self._enter("search")
        return self.hits


def product(number: str, style_code: str | None) -> RemoteProduct:
    scheme = IdentifierScheme.STOCKX_PRODUCT
    return RemoteProduct(number, "Acme Runner", style_code, None, None, None, None, scheme, {})


def price(product_id: str) -> MarketPrice:
    variant = RemoteVariant(product_id, f"{product_id}-9", "Acme Runner", "US M 9")
    return MarketPrice(variant, "EUR", Decimal(120), None)


def test_a_product_is_found_by_its_exact_style_code() -> None:
    api = Catalogue(hits=[product("gs", "AC1234-100-GS"), product("right", "ac1234 100")])
    api.market = {"gs": [price("gs")], "right": [price("right")]}
    desk = Desk(api)
    desk.store.products = [MemoryProduct(5, None, "Acme Runner", "AC1234-100")]
    job = run(desk, SyncKind.MARKET)
    assert [known.product_id for known in desk.store.variants[5]] == ["right"]
    assert [one.variant.product_id for one in desk.store.prices] == ["right"]
    assert job.counts.created == 1


def test_a_product_without_an_exact_hit_is_left_alone() -> None:
    desk = Desk(Catalogue(hits=[product("other", "AC1234-101"), product("bare", None)]))
    desk.store.products = [
        MemoryProduct(5, None, "Acme Runner", "AC1234-100"),
        MemoryProduct(6, None, "Acme Runner", None),
    ]
    run(desk, SyncKind.MARKET)
    assert desk.api.calls == ["search"]
    assert desk.store.variants == {}


def test_known_products_are_priced_without_a_search_and_gone_ones_passed_over() -> None:
    desk = Desk()
    desk.api.market = {"there": [price("there")]}
    desk.store.products = [
        MemoryProduct(5, "gone", "Acme Runner", "AC1234-100"),
        MemoryProduct(6, "there", "Acme Walker", "AC1234-200"),
    ]
    run(desk, SyncKind.MARKET)
    assert desk.api.calls == ["prices", "prices"]
    assert len(desk.store.prices) == 1


@pytest.mark.parametrize("error", [RefusedError("Not for you.", 403), AnswerLostError("Trouble.")])
def test_a_product_whose_prices_cannot_be_had_keeps_no_other_out(error: MarketplaceError) -> None:
    desk = Desk()
    desk.api.market = {"there": [price("there")]}
    desk.store.products = [
        MemoryProduct(number, "there", "Acme Runner", None) for number in range(10)
    ]
    desk.api.fails("prices", *[error] * (MOST_LOST - 1))
    run(desk, SyncKind.MARKET)
    assert len(desk.store.prices) == 10 - (MOST_LOST - 1)
    desk.api.fails("prices", *[error] * MOST_LOST)
    with pytest.raises(type(error)):
        run(desk, SyncKind.MARKET)


def test_prices_do_not_use_up_the_day_of_the_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_market, "MOST_PRODUCTS", 2)
    desk = Desk()
    desk.store.products = [
        MemoryProduct(number, "gone", "Acme Runner", None) for number in range(5)
    ]
    run(desk, SyncKind.MARKET)
    assert desk.api.times("prices") == 2
    run(desk, SyncKind.MARKET, full=True)
    assert desk.api.times("prices") == 7
