"""Changing StockX over real HTTP: nothing is claimed that it did not confirm, or done twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.fakes import faults
from helpers.fakes.gate import OpenGate
from helpers.fakes.stockx import FakeStockX
from helpers.fakes.stockx_api import asked, opened
from helpers.fakes.stockx_intents import after, change_of, creates, euros, finish
from soleflip_desktop.connectors.base import REQUESTS, NotSentError
from soleflip_desktop.connectors.stockx import writes
from soleflip_desktop.connectors.stockx.marketplace import StockXApi
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState, Outcome
from soleflip_desktop.domain.quota import Rule

_A, _S = OutboxAction, OutboxState
_NOBODY: frozenset[str] = frozenset()


def test_one_listing_is_confirmed_when_stockx_says_so() -> None:
    with FakeStockX(paced=False, delay_s=60) as fake:
        intent = creates(fake, 1)[0]
        done = asked(fake, lambda api: finish(api, [intent]))[1]
        assert (done.state, done.ask) == (_S.CONFIRMED, intent.ask)
        assert set(fake.live()) == {done.listing_id}
        body = fake.requests("/selling/listings", "POST")[0].json()
        expires = datetime.fromisoformat(body.pop("expiresAt"))
        assert abs(expires - datetime.now(UTC) - timedelta(days=365)) < timedelta(minutes=5)
        assert body == {
            "amount": "101",
            "currencyCode": "EUR",
            "variantId": intent.variant_id,
            "active": True,
            "inventoryType": "STANDARD",
        }


def test_what_stockx_refuses_says_why() -> None:
    with FakeStockX(paced=False) as fake:
        intent = creates(fake, 1)[0]
        fake.errors[intent.variant_id or ""] = "Payment method missing."
        done = asked(fake, lambda api: finish(api, [intent]))[1]
        assert done.state is _S.FAILED
        assert "Payment method missing. Change it" in done.message
        odd = replace(intent, variant_id="nonsense")
        [outcome] = asked(fake, lambda api: api.send([odd]))
        assert (outcome.state, fake.live()) == (_S.FAILED, {})
        assert "Variant not found" in outcome.message


def test_a_batch_with_one_bad_item() -> None:
    async def run(fake: FakeStockX, gate: OpenGate, intents: list[Intent]) -> dict[int, Outcome]:
        async with opened(fake, gate) as api:
            return await finish(api, intents)

    with FakeStockX(paced=False, delay_s=60) as fake:
        intents = creates(fake, 9, variants=20)
        fake.errors[intents[4].variant_id or ""] = "Too many asks"
        gate = OpenGate()
        done = asyncio.run(run(fake, gate, intents))
        assert {key for key, o in done.items() if o.state is _S.FAILED} == {5}
        assert "Too many asks" in done[5].message
        live = fake.live()
        for intent in intents:
            if intent.id != 5:
                listing = live.pop(done[intent.id].listing_id or "")
                assert listing.variant.id == intent.variant_id
                assert euros(listing.amount) == intent.ask
        assert not live
        assert gate.taken["batch items"] == 9
        assert len(fake.requests("/selling/batch", "POST")) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_changes_of_what_is_listed(count: int) -> None:
    with FakeStockX(listings=20, paced=False) as fake:

        def change(action: OutboxAction) -> set[OutboxState]:
            intents = [change_of(fake, action, place) for place in range(count)]
            done = asked(fake, lambda api: finish(api, intents))
            return {outcome.state for outcome in done.values()}

        mine = list(fake.listings.values())[:count]
        assert change(_A.REPRICE) == {_S.CONFIRMED}
        assert {(one.amount, one.currency) for one in mine} == {(222, "EUR")}
        assert change(_A.DEACTIVATE) == {_S.CONFIRMED}
        assert {one.status for one in mine} == {"INACTIVE"}
        assert change(_A.ACTIVATE) == {_S.CONFIRMED}
        assert {one.status for one in mine} == {"ACTIVE"}
        assert change(_A.DELETE) == {_S.CONFIRMED}
        assert {one.status for one in mine} == {"DELETED"}
        assert len(fake.live()) == 19 - count


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ask": Money(Decimal("99.50"), "EUR")}, "not 99.50 EUR"),
        ({"ask": Money(Decimal(0), "EUR")}, "not 0 EUR"),
        ({"ask": None}, "Enter one"),
        ({"variant_id": None}, "Find the product"),
    ],
)
def test_what_cannot_be_sent_names_the_remedy(change: dict[str, object], words: str) -> None:
    with FakeStockX(paced=False) as fake:
        good, bad = creates(fake, 2)
        bad = replace(bad, **change)  # type: ignore[arg-type]  # one field, as named
        outcomes = asked(fake, lambda api: api.send([good, bad]))
        states = {outcome.intent_id: outcome.state for outcome in outcomes}
        assert states == {good.id: _S.PENDING, bad.id: _S.FAILED}
        assert words in next(o.message for o in outcomes if o.intent_id == bad.id)
        assert len(fake.live()) == 1


@given(st.integers(1, 10**7), st.booleans())
def test_amounts_are_sent_as_whole_units(amount: int, zeros: bool) -> None:  # noqa: FBT001
    ask = Money(Decimal(f"{amount}.00" if zeros else amount), "EUR")
    intent = Intent(1, _A.REPRICE, "listing-1", listing_id="L", ask=ask)
    assert writes.objection(intent) is None
    body = writes.body_of(intent, datetime.now(UTC))
    assert body is not None
    assert body["amount"] == str(amount)


def test_a_batch_that_is_refused_as_a_whole_is_sent_one_by_one() -> None:
    with FakeStockX(paced=False) as fake:
        fake.faults.add(faults.status(400, {"message": "bad item"}), path="/batch/")
        done = asked(fake, lambda api: finish(api, creates(fake, 3)))
        assert {outcome.state for outcome in done.values()} == {_S.CONFIRMED}
        assert len(fake.live()) == 3
        fake.faults.add(faults.status(403, {"message": "no"}), path="/batch/")
        outcomes = asked(fake, lambda api: api.send(creates(fake, 3)))
        assert {outcome.state for outcome in outcomes} == {_S.FAILED}


def test_what_is_gone_is_deleted_and_what_is_sold_is_not() -> None:
    with FakeStockX(listings=9, paced=False) as fake:
        keys = list(fake.listings)
        fake.listings[keys[0]].status = "DELETED"
        fake.new_sale(keys[1])
        unknown = replace(change_of(fake, _A.DELETE, 2), listing_id="nowhere")
        gone, sold = change_of(fake, _A.DELETE, 0), change_of(fake, _A.DELETE, 1)
        for intent, state in ((gone, _S.CONFIRMED), (unknown, _S.CONFIRMED), (sold, _S.FAILED)):
            [outcome] = asked(fake, lambda api, intent=intent: api.send([intent]))  # type: ignore[misc]
            assert outcome.state is state
        assert "sold at StockX" in outcome.message
        reprice = replace(unknown, action=_A.REPRICE)
        [outcome] = asked(fake, lambda api: api.send([reprice]))
        assert (outcome.state, "gone at StockX" in outcome.message) == (_S.FAILED, True)
        batch = [gone, sold, change_of(fake, _A.DELETE, 3)]
        done = asked(fake, lambda api: finish(api, batch))
        assert [done[i.id].state for i in batch] == [_S.CONFIRMED, _S.FAILED, _S.CONFIRMED]


def test_what_stops_in_the_middle_leaves_the_rest_to_be_sent() -> None:
    with FakeStockX(listings=9, paced=False) as fake:
        intents = [change_of(fake, _A.DEACTIVATE, place) for place in range(4)]
        fake.faults.add(faults.drop_after(), method="PUT", skip=1)
        fake.faults.add(faults.too_many(1), method="PUT", skip=1)
        outcomes = asked(fake, lambda api: api.send(intents))
        states = [outcome.state for outcome in outcomes]
        assert states == [_S.PENDING, _S.UNKNOWN, _S.QUEUED, _S.QUEUED]
        fake.faults.add(faults.too_many(1), method="PUT")
        with pytest.raises(NotSentError):
            asked(fake, lambda api: api.send(intents))


def test_a_batch_that_lists_something_else_is_not_believed() -> None:
    async def run(fake: FakeStockX, intents: list[Intent]) -> list[OutboxState]:
        async with opened(fake) as api:
            pending = after(intents, await api.send(intents))
            next(iter(fake.batches.values())).items.reverse()
            return [outcome.state for outcome in await api.follow(pending)]

    with FakeStockX(paced=False, delay_s=0) as fake:
        intents = creates(fake, 2)
        assert asyncio.run(run(fake, intents)) == [_S.UNKNOWN, _S.UNKNOWN]


def test_the_item_limit_is_taken_with_each_batch() -> None:
    with FakeStockX(paced=True) as fake:
        fake.pace.spacing_s = 0
        rules = asked(fake, _rules)
        assert rules["batch items"].per_window == 500
        assert rules[REQUESTS].per_day == 25_000
        for _ in range(5):
            asked(fake, lambda api: api.send(creates(fake, 100)))
        assert fake.item_violations == 0
        with pytest.raises(NotSentError):
            asked(fake, lambda api: api.send(creates(fake, 100)))
        assert fake.item_violations == 1
        assert len(fake.live()) == 500


async def _rules(api: StockXApi) -> dict[str, Rule]:
    return dict(api.rules)
