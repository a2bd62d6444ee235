"""The outbox, while the marketplace loses answers after it has acted on them, or is not there."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest

from helpers.clusters import Databases
from helpers.fakes.faults import drop_after
from helpers.fakes.stockx import FakeStockX
from helpers.sync_scene import Scene, opened_scene, reaching_stockx
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.changes import ChangeBus
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.outbox import ListingDraft
from soleflip_desktop.services.outbox import OutboxService

#: Scaled down from 500 listings; StockX's quarter of an hour until a change counts as not done
#: passes in a second.
PRODUCTS, SIZES, UNITS_A_SIZE, SCALE = 2, ("7", "7.5", "8", "8.5", "9", "9.5"), 10, 1_000
LISTED = PRODUCTS * len(SIZES) * UNITS_A_SIZE
AT_ONCE, MOST_PUSHES = 40, 8
pytestmark = [pytest.mark.db, pytest.mark.slow]


def test_lost_answers_list_nothing_twice_and_an_offline_sale_ends_its_offer(
    databases: Databases,
) -> None:
    with stockx() as fake, opened_scene(reaching_stockx(fake), databases) as scene:
        account = scene.connect()
        units = stocked(scene)
        lose_answers(fake)
        for start in range(0, LISTED, AT_ONCE):
            offer(scene, account, units[start : start + AT_ONCE])
            scene.pushed()
        push_until_settled(scene)
        assert fake.faults.fired > 0
        fake.faults.clear()
        assert_all_are_live_once(scene, fake)
        assert_sold_while_offline_is_ended(scene, fake, units[0])


def stocked(scene: Scene) -> list[int]:
    """Units as a user adds them; a sync of market data finds out what StockX calls their sizes."""
    sizes = [word for size in SIZES for word in ("--size", f"US {size}={UNITS_A_SIZE}")]
    for number in range(0, PRODUCTS * 4, 4):  # every fourth is one of men's sizes again
        code = f"AC{1000 + number}-100"
        name = f"Acme Runner {number}"
        scene.soleflip("items", "add", "--product", name, "--style-code", code, *sizes)
    assert scene.synced("--only", "market")["market"]["created"] > 0
    return [id_ for (id_,) in scene.rows("SELECT id FROM inventory.item ORDER BY id")]


def lose_answers(fake: FakeStockX) -> None:
    """Of what changes something, the first and every second one after it; of reads every tenth."""
    fake.faults.add(drop_after(), method="POST", path="/selling/", times=None, every=2, skip=-1)
    fake.faults.add(drop_after(), path="/stockx/v2/", times=None, every=10)


def offer(scene: Scene, account: int, units: list[int]) -> None:
    """As the window does it; many units of a size at the same price, so that twins abound."""
    database = Database(scene.url, ChangeBus(), threads=1)
    drafts = [ListingDraft(id_, account, Money(Decimal(150 + id_ % 2), "EUR")) for id_ in units]
    try:
        assert asyncio.run(OutboxService(database).list_units(drafts)) == (len(units), [])
    finally:
        database.close()


def push_until_settled(scene: Scene) -> None:
    for _ in range(MOST_PUSHES):
        if not open_entries(scene):
            return
        scene.pushed()
    assert open_entries(scene) == []


def open_entries(scene: Scene) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = scene.soleflip("outbox", "list", "--json")
    return rows


def assert_all_are_live_once(scene: Scene, fake: FakeStockX) -> None:
    live = fake.live()
    assert len(live) == len(fake.listings) == LISTED
    wanted = Counter(
        scene.rows(
            "SELECT p.value, l.ask::integer FROM transactions.listing l "
            "JOIN inventory.item i ON i.id = l.item_id JOIN catalog.product_identifier p "
            "ON p.variant_id = i.variant_id AND p.scheme = 'stockx_variant'"
        )
    )
    assert Counter((one.variant.id, one.amount) for one in live.values()) == wanted
    settled = scene.soleflip("outbox", "list", "--settled", "--json")
    assert {row["state"] for row in settled} == {"confirmed"}
    assert Counter(row["external_id"] for row in settled) == Counter(list(live))
    ours = scene.rows("SELECT external_id, status FROM transactions.listing")
    assert Counter(ours) == Counter((key, "active") for key in live)


def assert_sold_while_offline_is_ended(scene: Scene, fake: FakeStockX, unit: int) -> None:
    """The delisting waits, and the warning stays, until StockX itself has confirmed it."""
    [(listing,)] = scene.rows(
        "SELECT external_id FROM transactions.listing WHERE item_id = :unit", unit=unit
    )
    fake.stop()
    scene.soleflip("items", "set", unit, "--set", "status=sold", "--yes")
    report = scene.pushed(code=1)
    assert report["status"] == "failed"
    assert "cannot be reached" in report["message"]
    told = scene.soleflip("outbox", "list")
    assert f"still live on StockX: Acme Runner 0, US 7 (unit {unit})" in told, told
    [entry] = open_entries(scene)
    assert (entry["action"], entry["state"], entry["reason"]) == ("delete", "queued", "oversell")
    with back_again(fake) as back:
        assert listing in back.live()
        push_until_settled(scene)
        assert listing not in back.live()
        assert len(back.live()) == LISTED - 1
    assert "still live" not in scene.soleflip("outbox", "list")
    row = scene.soleflip("outbox", "list", "--settled", "--json")[0]
    assert (row["action"], row["state"], row["item_id"]) == ("delete", "confirmed", unit)


@contextmanager
def stockx() -> Iterator[FakeStockX]:
    """One that may be stopped before the end."""
    fake = FakeStockX(scale=SCALE, paced=False).start()
    try:
        yield fake
    finally:
        if not fake.closing.is_set():
            fake.stop()


def back_again(gone: FakeStockX) -> FakeStockX:
    """At the same address, with the same books."""
    port = int(gone.url.rpartition(":")[2])
    back = FakeStockX(port=port, scale=SCALE, paced=False)
    back.listings, back.batches, back._serial = gone.listings, gone.batches, gone._serial
    return back
