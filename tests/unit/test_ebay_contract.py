"""What the fake eBay answers, and what we send it, is what eBay's OpenAPI files allow."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from helpers.ebay_runs import run
from helpers.fakes.ebay import FakeEbay
from helpers.fakes.ebay_books import line, order
from helpers.fakes.ebay_contract import FIXTURE, SHARED, Contract, from_shared
from helpers.fakes.faults import Reply, Request
from soleflip_desktop.connectors.base import NotThereError
from soleflip_desktop.connectors.ebay.marketplace import EbayApi
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.outbox import Intent, OutboxAction

NOW = datetime.now(UTC)
LISTED = Intent(
    1,
    OutboxAction.CREATE,
    "listing-42",
    title="Acme Runner Low",
    style_code="AC1234-100",
    size_text="EU 42.5",
    ask=Money(Decimal(150), "EUR"),
)


def _intent(action: OutboxAction, **more: Any) -> Intent:
    return Intent(1, action, "listing-42", title="Acme Runner Low", **more)


async def _everything(api: EbayApi) -> None:
    """Each call once, refusals among them."""
    await api.orders(None, None)
    await api.order("11-1")
    with pytest.raises(NotThereError):
        await api.order("99-9")
    await api.send([LISTED])
    await api.send([_intent(OutboxAction.REPRICE, ask=Money(Decimal(140), "EUR"))])
    parcel = {"order_number": "11-1", "carrier": "DHL", "tracking_number": "00340000"}
    await api.send([_intent(OutboxAction.SHIP, **parcel)])
    await api.look_up([_intent(OutboxAction.SHIP, **parcel)], frozenset())
    await api.listings(None)
    await api.send([_intent(OutboxAction.DEACTIVATE)])
    offer = (await api.listings(None)).records[0].id
    foreign = Intent(1, OutboxAction.ACTIVATE, "listing-9", listing_id=offer, ask=LISTED.ask)
    await api.send([foreign])
    await api.send([_intent(OutboxAction.DELETE)])


def _traffic() -> list[tuple[Request, Reply]]:
    with FakeEbay() as fake:
        fake.add_order(order("11-1", NOW - timedelta(days=1), line("1"), line("2", quantity=2)))
        run(fake, _everything)
        return fake.answered


def _used(contract: dict[str, Any]) -> set[str]:
    return {
        f"{name} {operation}" for name in contract for operation in contract[name]["operations"]
    }


def test_all_traffic_is_as_ebays_files_say() -> None:
    contract = Contract(json.loads(FIXTURE.read_text("utf-8")))

    problems = {
        reason for request, reply in _traffic() if (reason := contract.problem(request, reply))
    }

    assert not problems
    assert contract.seen == _used(json.loads(FIXTURE.read_text("utf-8")))


@pytest.mark.parametrize(
    ("method", "path", "sent", "answer", "where"),
    [
        ("GET", "/order/11-1", None, Reply(200, {"orderID": "11-1"}), "orderID"),
        ("GET", "/order/11-1", None, Reply(200, {"orderId": 11}), "orderId"),
        ("GET", "/orders", None, Reply(200, {}), "not in the contract"),
        ("GET", "/order/11-1", None, Reply(202, {}), "no answer"),
        ("POST", "/order/1/shipping_fulfillment", {"carrier": "DHL"}, Reply(201), "carrier"),
    ],
)
def test_departures_are_found(method: str, path: str, sent: Any, answer: Reply, where: str) -> None:
    body = b"" if sent is None else json.dumps(sent).encode()
    headers = {"content-type": "application/json"}
    request = Request(0, method, "/sell/fulfillment/v1" + path, {}, {}, headers, body)
    contract = Contract(json.loads(FIXTURE.read_text("utf-8")))

    assert where in contract.problem(request, answer)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED} is absent")
def test_the_fixture_is_what_ebays_files_say() -> None:
    assert json.loads(FIXTURE.read_text("utf-8")) == from_shared()
