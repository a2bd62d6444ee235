"""Reading alias over real HTTP: pages of three kinds, prices, drift, faults, log-in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.fakes import faults
from helpers.fakes.alias import CATALOG_ID, TOKEN, FakeAlias, listing, order, priced
from helpers.fakes.gate import OpenGate, Saved
from soleflip_desktop.connectors.alias import mapping, schemas
from soleflip_desktop.connectors.alias.marketplace import AliasApi, open_api
from soleflip_desktop.connectors.base import AnswerLostError, ApiOptions, NotThereError
from soleflip_desktop.domain.catalog import IdentifierScheme
from soleflip_desktop.domain.marketplace import Page, Position
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.sizes import SizeSystem, parse_size
from soleflip_desktop.domain.sync import LoginNeededError
from soleflip_desktop.domain.transactions import ListingStatus, OrderStatus

T = TypeVar("T")
SCALE = 1000
CONTRACTS = Path(__file__).parents[3] / "shared" / "contracts" / "alias"


@pytest.fixture
def fake() -> Iterator[FakeAlias]:
    with FakeAlias() as server:
        yield server


def asked(
    fake: FakeAlias, question: Callable[[AliasApi], Awaitable[T]], token: str = f" {TOKEN}\n"
) -> T:
    async def run() -> T:
        options = ApiOptions(fake.api_url, fake.url, "USD", region="3", scale=SCALE)
        api = open_api({"access_token": token}, options, gate=OpenGate(), save=Saved())
        try:
            return await question(api)
        finally:
            await api.aclose()

    return asyncio.run(run())


async def pages_of(read: Callable[[Position | None], Awaitable[Page[T]]]) -> list[Page[T]]:
    pages: list[Page[T]] = []
    position: Position | None = None
    while True:
        pages.append(await read(position))
        position = pages[-1].next
        if position is None:
            return pages


def orders(fake: FakeAlias, since: datetime | None = None) -> list[Page[Any]]:
    return asked(fake, lambda api: pages_of(lambda position: api.orders(since, position)))


def test_token_is_stripped_and_proved(fake: FakeAlias) -> None:
    assert asked(fake, lambda api: api.check()) == ""
    assert fake.log[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_wrong_token_asks_for_a_new_one(fake: FakeAlias) -> None:
    with pytest.raises(LoginNeededError, match="Make a new one") as caught:
        asked(fake, lambda api: api.check(), "planted-old-token")
    assert "planted" not in str(caught.value)


def test_search_brings_sizes_along(fake: FakeAlias) -> None:
    (product,) = asked(fake, lambda api: api.search("  acme  runner low"))
    assert (product.id, product.style_code, product.brand) == (CATALOG_ID, "AC1234-100", "Acme")
    assert product.retail == Money(Decimal("115.00"), "USD")
    assert str(product.release_date) == "2025-03-10"
    assert [variant.size_text for variant in product.variants] == [
        "US M 8.5",
        "US M 9",
        "US M 9.5",
        "US M 10",
    ]
    assert product.variants[0].variant_id == f"{CATALOG_ID}:8.5"
    assert product.variants[0].product_scheme is IdentifierScheme.ALIAS_CATALOG
    assert asked(fake, lambda api: api.search("  ")) == ()


def test_variants_of_a_product(fake: FakeAlias) -> None:
    assert len(asked(fake, lambda api: api.variants(CATALOG_ID))) == 4
    with pytest.raises(NotThereError, match="not found"):
        asked(fake, lambda api: api.variants("not/there"))


def test_prices_are_of_new_ones_in_a_good_box(fake: FakeAlias) -> None:
    fake.prices[CATALOG_ID] = [
        priced("9.5", 14200, 0),
        priced("9.5", 100, product_condition="PRODUCT_CONDITION_USED"),
        priced("9.5", 100, packaging_condition="PACKAGING_CONDITION_MISSING_LID"),
        priced("9.5", 100, consigned=True),
        {"size": "junk"},
    ]
    (price,) = asked(fake, lambda api: api.prices(CATALOG_ID))
    assert price.variant.variant_id == f"{CATALOG_ID}:9.5"
    assert (price.lowest_ask, price.highest_bid) == (Decimal("142.00"), None)
    assert (price.last_sale, price.currency) == (Decimal("138.00"), "USD")
    assert fake.log[0].query == {"region_id": "3"}


@pytest.mark.parametrize("count", [0, 1, 50, 51, 120])
def test_all_listings_page_by_page(fake: FakeAlias, count: int) -> None:
    for _ in range(count):
        fake.add_listing()
    pages = asked(fake, lambda api: pages_of(api.listings))
    assert {entry.id for page in pages for entry in page.records} == set(fake.listings)
    assert [page.ends_part for page in pages] == [False] * (len(pages) - 1) + [True]
    assert pages[-1].total == count
    assert all(request.query["page_size"] == "50" for request in fake.log)


def test_a_listing_as_our_value(fake: FakeAlias) -> None:
    fake.add_listing(metadata={"own_key": "listing-7", "note": "planted"}, price=15000)
    page = asked(fake, lambda api: api.listings(None))
    (entry,) = page.records
    assert (entry.own_key, entry.status) == ("listing-7", ListingStatus.ACTIVE)
    assert entry.ask == Money(Decimal("150.00"), "USD")
    assert entry.variant.size_text == "9"
    assert "planted" not in json.dumps(entry.raw)


def test_all_orders(fake: FakeAlias) -> None:
    for _ in range(130):
        fake.add_order()
    pages = orders(fake)
    assert {entry.number for page in pages for entry in page.records} == set(fake.orders)
    assert len(pages) == 3
    assert pages[-1].restart == {}


def test_an_order_as_our_value(fake: FakeAlias) -> None:
    fake.add_order(buyer_address={"name": "planted"}, id="ao/1")
    (entry,) = asked(fake, lambda api: api.order("ao/1"))
    assert entry.gross == Money(Decimal("150.00"), "USD")
    assert entry.payout == Money(Decimal("128.00"), "USD")
    assert entry.status is OrderStatus.CONFIRMED
    assert entry.sold_at == datetime(2026, 1, 5, 10, 1, tzinfo=UTC)
    assert entry.variant.style_code == "AC1234-100"
    assert "planted" not in json.dumps(entry.raw)
    with pytest.raises(NotThereError):
        asked(fake, lambda api: api.order("ao-2"))


def test_a_falling_list_is_read_until_it_is_old(fake: FakeAlias) -> None:
    for _ in range(200):
        fake.add_order()
    since = datetime(2026, 1, 5, 12, 10, tzinfo=UTC)
    pages = orders(fake, since)
    assert len(pages) == 2
    assert pages[-1].ends_part
    assert pages[-1].total is None


def test_a_list_in_another_order_is_read_to_its_end(fake: FakeAlias) -> None:
    fake.newest_first = False
    for _ in range(200):
        fake.add_order()
    pages = orders(fake, datetime(2026, 1, 5, 12, 10, tzinfo=UTC))
    assert sum(len(page.records) for page in pages) == 200


def test_drift_and_bad_records_do_not_cost_the_page(fake: FakeAlias) -> None:
    fake.add_order(status="ORDER_STATUS_NEWSTATUS", price_cents=15000, novelty={"a": 1})
    fake.add_order(price_cents="15.00")
    page = asked(fake, lambda api: api.orders(None, None))
    (good,) = page.records
    assert (good.status, good.raw_status) == (None, "ORDER_STATUS_NEWSTATUS")
    (bad,) = page.bad
    assert bad.external_id == "ao-2"
    assert "“15.00” as price_cents of order ao-2" in bad.message
    assert "planted" not in f"{bad}"


@pytest.mark.parametrize(
    "answer",
    [
        {"results": [], "pagination": {"next_page_token": ""}},
        {"results": [], "pagination_token": "", "pagination": None},
        {"results": [], "next_pagination_token": "x", "has_more": False},
        {"results": []},
    ],
)
def test_the_end_has_many_faces(fake: FakeAlias, answer: object) -> None:
    fake.faults.add(faults.status(200, answer))
    page = asked(fake, lambda api: api.orders(None, None))
    assert (page.records, page.next, page.ends_part) == ((), None, True)


@pytest.mark.parametrize("answer", [None, [], {}, {"results": None}, "<html>", 3])
def test_an_answer_without_a_list_is_none(fake: FakeAlias, answer: object) -> None:
    fake.faults.add(faults.status(200, answer), times=None)
    with pytest.raises(AnswerLostError):
        asked(fake, lambda api: api.orders(None, None))


def test_the_same_page_again_ends_the_pass(fake: FakeAlias) -> None:
    stuck = {"listings": [], "pagination": {"pagination_token": "x", "has_more": True}}
    fake.faults.add(faults.status(200, stuck), times=None)
    with pytest.raises(AnswerLostError, match="same page"):
        asked(fake, lambda api: pages_of(api.listings))


def test_reads_survive_stumbles(fake: FakeAlias) -> None:
    fake.add_listing()
    for fault in (
        faults.too_many(1),
        faults.html(503),
        faults.drop_after(),
        faults.half_body(),
    ):
        fake.faults.add(fault)
    page = asked(fake, lambda api: api.listings(None))
    assert len(page.records) == 1


def test_labels_are_not_asked_for(fake: FakeAlias) -> None:
    with pytest.raises(NotThereError, match="Print that of order ao-1 at alias"):
        asked(fake, lambda api: api.document("ao-1"))
    assert fake.log == []


@pytest.mark.parametrize(
    ("size", "unit", "gender", "shown", "text", "system"),
    [
        ("9", "SIZE_UNIT_US", "men", "9", "US M 9", SizeSystem.US_M),
        ("9.5", "SIZE_UNIT_US", "women", "9.5", "US W 9.5", SizeSystem.US_W),
        ("4", "SIZE_UNIT_US", "youth", "4", "US Y 4", SizeSystem.US_Y),
        ("5", "SIZE_UNIT_US", "infant", "", "US C 5", SizeSystem.US_C),
        ("4", "SIZE_UNIT_US", "youth", "4Y", "4Y", SizeSystem.US_Y),
        ("42.5", "SIZE_UNIT_EU", "men", "42.5", "EU 42.5", SizeSystem.EU),
        ("27", "SIZE_UNIT_JP", "", "", "JP 27", SizeSystem.JP_CM),
        ("3", "SIZE_UNIT_US", "men", "XL", "XL", SizeSystem.ALPHA),
        ("9", "SIZE_UNIT_US", "", "", "9", SizeSystem.US_M),
        ("38", "SIZE_UNIT_FR", "women", "38", "38", SizeSystem.EU),
        ("90", "SIZE_UNIT_US", "men", "90", "90", SizeSystem.OTHER),
    ],
)
def test_sizes_are_read_right(  # noqa: PLR0917  (a table)
    size: str, unit: str, gender: str, shown: str, text: str, system: SizeSystem
) -> None:
    found = mapping.size_text(size, unit, gender, shown)
    assert found == text
    assert parse_size(found).system is system


@pytest.mark.parametrize(
    ("cents", "amount"),
    [("14200", "142.00"), (14200, "142.00"), ("1", "0.01"), ("0", None), (0, None), (None, None)],
)
def test_cents(cents: object, amount: str | None) -> None:
    assert schemas.dollars(cents) == (Decimal(amount) if amount else None)


@given(st.one_of(st.text(), st.floats(), st.booleans(), st.none(), st.integers(), st.binary()))
def test_any_cents_and_size_are_read_or_refused(value: object) -> None:
    for read in (schemas.dollars, schemas.size_number):
        try:
            found = read(value)
        except ValueError:
            continue
        assert found is None or Decimal(found) >= 0


@given(
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
    ),
    st.sampled_from(sorted(order("x"))),
    st.sampled_from(sorted(listing("x"))),
)
def test_any_record_is_good_or_bad(junk: object, order_key: str, listing_key: str) -> None:
    rows = [junk, {**order("x"), order_key: junk}, {**listing("x"), listing_key: junk}]
    for read in (mapping.order_of, mapping.listing_of, mapping.product_of):
        good, bad = mapping.ORDERS.read_all(rows, read)
        assert len(good) + len(bad) == len(rows)
        assert all(entry.message and entry.external_id for entry in bad)


def _recorded(name: str) -> Any:
    path = CONTRACTS / name
    if not path.is_file():
        pytest.skip(f"../shared is not here: {path} is missing")
    return json.loads(path.read_text(), parse_float=Decimal)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["api3_pricing_global.json", "api4_pricing_us_region.json"])
def test_recorded_prices(fake: FakeAlias, name: str) -> None:
    rows = _recorded(name)["variants"]
    fake.prices[CATALOG_ID] = json.loads((CONTRACTS / name).read_text())["variants"]
    prices = asked(fake, lambda api: api.prices(CATALOG_ID))
    new = [
        row
        for row in rows
        if row["product_condition"] == "PRODUCT_CONDITION_NEW"
        and row["packaging_condition"] == "PACKAGING_CONDITION_GOOD_CONDITION"
    ]
    assert [price.variant.variant_id for price in prices] == [
        f"{CATALOG_ID}:{row['size']}" for row in new
    ]
    asks = [int(row["availability"]["lowest_listing_price_cents"]) for row in new]
    assert [int((price.lowest_ask or 0) * 100) for price in prices] == asks
    assert any(asks)
