"""Two desktops on one database: an account is synced by one at a time, and the other looks on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from helpers.clusters import Databases
from helpers.fakes.stockx import FakeStockX
from helpers.fakes.stockx_pages import V2
from helpers.sync_scene import (
    HeldPage,
    Scene,
    data_folder,
    opened_scene,
    reaching_stockx,
    wait_until,
)
from soleflip_desktop.db.listener import ChangeListener
from soleflip_desktop.domain.changes import Change, ChangeBus, Domain

ORDERS, LISTINGS, SCALE = 1_000, 150, 20
ROUNDS = 2
pytestmark = [pytest.mark.db, pytest.mark.slow]


def test_while_one_desktop_syncs_the_other_does_nothing_but_sees_what_comes(
    databases: Databases,
) -> None:
    with desktops(databases) as (fake, here, there), listening(here.url) as heard:
        page = HeldPage(fake, 3)
        process = here.soleflip.start("sync", "--json")
        try:
            assert wait_until(page.reached.is_set, process), process.communicate()
            asked = len(fake.log)
            reports = there.synced(code=1)
            assert len(fake.log) == asked
            for report in reports.values():
                assert report["status"] == "waiting"
                words = "Another desktop is syncing this account at the moment; what it finds app"
                assert report["message"].startswith(words)
            # Two pages are stored, and the other desktop has been told of them.
            assert wait_until(lambda: {Domain.TRANSACTIONS, Domain.INVENTORY} <= heard)
            assert 0 < orders_in(there) < ORDERS
        finally:
            page.go_on.set()
            said = process.communicate()
        assert process.returncode == 0, said
        assert orders_in(there) == ORDERS
        again = there.synced()
        assert (again["orders"]["created"], again["orders"]["updated"]) == (0, 0)
        assert fake.pace.violations == 0


def test_two_desktops_together_keep_the_pace_and_share_the_day(databases: Databases) -> None:
    with desktops(databases) as (fake, here, there):
        proved = len(fake.requests(V2))  # before there was an account to count for
        there.connect()  # it logs in to the same account: that is counted, too
        for _ in range(ROUNDS):
            both = [desktop.soleflip.start("sync", "--full", "--json") for desktop in (here, there)]
            said = [process.communicate() for process in both]
            codes = sorted(process.returncode for process in both)
            assert codes in ([0, 0], [0, 1]), said  # 1: the other one was at it
        assert orders_in(there) == ORDERS
        assert fake.pace.violations == 0
        [account] = there.soleflip("accounts", "list", "--json")
        [quota] = [quota for quota in account["quotas"] if quota["bucket"] == "requests"]
        assert quota["used"] == len(fake.requests(V2)) - proved


@contextmanager
def desktops(databases: Databases) -> Iterator[tuple[FakeStockX, Scene, Scene]]:
    with (
        FakeStockX(orders=ORDERS, listings=LISTINGS, scale=SCALE) as fake,
        opened_scene(reaching_stockx(fake), databases) as here,
        data_folder() as folder,
    ):
        here.connect()
        yield fake, here, Scene(folder, here.url, reaching_stockx(fake))


@contextmanager
def listening(url: str) -> Iterator[set[Domain]]:
    """What a window on this database is told of."""
    heard: set[Domain] = set()

    def hear(change: Change) -> None:
        heard.update(change.domains)

    bus = ChangeBus()
    bus.subscribe(hear)
    listener = ChangeListener(url, bus)
    listener.start()
    try:
        yield heard
    finally:
        listener.stop()


def orders_in(scene: Scene) -> int:
    [(count,)] = scene.rows("SELECT count(*) FROM transactions.order")
    number: int = count
    return number
