"""Changing alias over real HTTP: what is sent, what is claimed, and what is found out later."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

import pytest

from helpers.fakes import faults
from helpers.fakes.alias import CATALOG_ID, TOKEN, FakeAlias
from helpers.fakes.gate import OpenGate, Saved
from soleflip_desktop.connectors.alias.marketplace import AliasApi, open_api
from soleflip_desktop.connectors.base import AnswerLostError, ApiOptions, NotSentError
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState, Outcome
from soleflip_desktop.domain.sync import LoginNeededError

T = TypeVar("T")
A, S = OutboxAction, OutboxState
SCALE = 1000
LONG_AGO = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def fake() -> Iterator[FakeAlias]:
    with FakeAlias() as server:
        yield server


def asked(fake: FakeAlias, question: Callable[[AliasApi], Awaitable[T]], scale: int = SCALE) -> T:
    async def run() -> T:
        options = ApiOptions(fake.api_url, fake.url, "USD", scale=scale)
        api = open_api({"access_token": TOKEN}, options, gate=OpenGate(), save=Saved())
        try:
            return await question(api)
        finally:
            await api.aclose()

    return asyncio.run(run())


def dollars(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def create(number: int = 1, ask: str = "150", size: str = "9") -> Intent:
    return Intent(
        number,
        A.CREATE,
        f"listing-{number}",
        product_id=CATALOG_ID,
        variant_id=f"{CATALOG_ID}:{size}",
        title="Acme Runner Low",
        ask=dollars(ask),
        sent_at=LONG_AGO,
    )


def change(action: OutboxAction, listing_id: str, number: int = 1, ask: str = "160") -> Intent:
    return Intent(
        number,
        action,
        f"listing-{number}",
        listing_id=listing_id,
        ask=dollars(ask) if action is A.REPRICE else None,
        sent_at=LONG_AGO,
    )


def send(fake: FakeAlias, *intents: Intent) -> list[Outcome]:
    return sorted(asked(fake, lambda api: api.send(intents)), key=lambda o: o.intent_id)


def look_up(fake: FakeAlias, *intents: Intent, scale: int = SCALE) -> list[Outcome]:
    return list(asked(fake, lambda api: api.look_up(intents, frozenset()), scale))


def settle(fake: FakeAlias, *intents: Intent) -> list[Outcome]:
    """Sends, and asks until nothing is pending."""

    async def run(api: AliasApi) -> list[Outcome]:
        outcomes = {o.intent_id: o for o in await api.send(intents)}
        for _ in range(10):
            pending = [
                replace(i, batch_id=outcomes[i.id].batch_id)
                for i in intents
                if outcomes[i.id].state is S.PENDING
            ]
            if not pending:
                break
            outcomes |= {o.intent_id: o for o in await api.follow(pending)}
        return [outcomes[intent.id] for intent in intents]

    return asked(fake, run)


def states(outcomes: list[Outcome]) -> list[OutboxState]:
    return [outcome.state for outcome in outcomes]


def test_a_single_creation_lies_in_the_address(fake: FakeAlias) -> None:
    (outcome,) = send(fake, create(7))
    assert (outcome.state, outcome.listing_id) == (S.CONFIRMED, "al-1")
    assert outcome.ask == dollars("150.00")
    (request,) = fake.requests("/listings", "POST")
    assert request.query == {
        "catalog_id": CATALOG_ID,
        "price_cents": "15000",
        "condition": "CONDITION_NEW",
        "packaging_condition": "PACKAGING_CONDITION_GOOD_CONDITION",
        "size": "9",
        "size_unit": "SIZE_UNIT_US",
        "activate": "true",
        "metadata[own_key]": "listing-7",
    }
    assert fake.listings["al-1"]["metadata"] == {"own_key": "listing-7"}


def test_an_inactive_creation(fake: FakeAlias) -> None:
    send(fake, replace(create(), active=False))
    assert fake.listings["al-1"]["status"] == "LISTING_STATUS_INACTIVE"


@pytest.mark.parametrize(
    ("action", "path", "status"),
    [
        (A.ACTIVATE, "/al-1/activate", "LISTING_STATUS_ACTIVE"),
        (A.DEACTIVATE, "/al-1/deactivate", "LISTING_STATUS_INACTIVE"),
    ],
)
def test_single_switches(fake: FakeAlias, action: OutboxAction, path: str, status: str) -> None:
    fake.add_listing()
    (outcome,) = send(fake, change(action, "al-1"))
    assert outcome.state is S.CONFIRMED
    assert fake.requests(path, "POST")
    assert fake.listings["al-1"]["status"] == status


def test_single_price_without_a_known_old_one(fake: FakeAlias) -> None:
    fake.add_listing()
    (outcome,) = send(fake, change(A.REPRICE, "al-1"))
    assert (outcome.state, outcome.ask) == (S.CONFIRMED, dollars("160.00"))
    assert fake.listings["al-1"]["price_cents"] == 16000


def test_single_deletion_and_one_that_is_gone(fake: FakeAlias) -> None:
    fake.add_listing()
    assert states(send(fake, change(A.DELETE, "al-1"))) == [S.CONFIRMED]
    assert fake.listings == {}
    assert states(send(fake, change(A.DELETE, "al-1"))) == [S.CONFIRMED]
    (outcome,) = send(fake, change(A.DEACTIVATE, "al-1"))
    assert (outcome.state, "gone at alias" in outcome.message) == (S.FAILED, True)


def test_a_page_of_a_gateway_ends_nothing(fake: FakeAlias) -> None:
    fake.add_listing()
    for page in (faults.html(200), faults.status(200, b"junk")):
        fake.faults.add(page, method="DELETE")
        with pytest.raises(AnswerLostError):
            send(fake, change(A.DELETE, "al-1"))
    assert fake.listings


@pytest.mark.parametrize(
    ("action", "status"),
    [(A.ACTIVATE, "LISTING_STATUS_INACTIVE"), (A.DEACTIVATE, "LISTING_STATUS_ACTIVE")],
)
def test_an_answer_that_shows_the_opposite_is_no_success(
    fake: FakeAlias, action: OutboxAction, status: str
) -> None:
    shown = {"listing": fake.add_listing(status=status)}
    fake.faults.add(faults.status(200, shown), path=f"/{action}")
    (outcome,) = send(fake, change(action, "al-1"))
    assert (outcome.state, status in outcome.message) == (S.FAILED, True)


def test_what_was_sold_cannot_be_ended(fake: FakeAlias) -> None:
    fake.add_listing(status="LISTING_STATUS_SOLD")
    (outcome,) = send(fake, change(A.DELETE, "al-1"))
    assert (outcome.state, outcome.message) == (
        S.FAILED,
        "It was sold at alias meanwhile. Sync the orders.",
    )


@pytest.mark.parametrize("action", [A.ACTIVATE, A.DEACTIVATE, A.DELETE, A.REPRICE])
def test_batches_of_changes(fake: FakeAlias, action: OutboxAction) -> None:
    fake.polls = 2
    intents = [change(action, str(fake.add_listing()["id"]), number) for number in range(1, 21)]
    outcomes = settle(fake, *intents)
    assert states(outcomes) == [S.CONFIRMED] * 20
    assert len(fake.requests("/batch_", "GET")) == 3
    assert len(fake.requests("", "POST") + fake.requests("", "DELETE")) == 1
    if action is A.DELETE:
        assert fake.listings == {}
    if action is A.REPRICE:
        assert {row["price_cents"] for row in fake.listings.values()} == {16000}


def test_a_batch_of_creations_finds_its_own_by_key(fake: FakeAlias) -> None:
    intents = [create(number, size="9" if number % 2 else "9.5") for number in range(1, 101)]
    outcomes = settle(fake, *intents)
    assert states(outcomes) == [S.CONFIRMED] * 100
    for intent, outcome in zip(intents, outcomes, strict=True):
        row = fake.listings[outcome.listing_id or ""]
        assert row["metadata"] == {"own_key": intent.own_key}
        assert f"{CATALOG_ID}:{row['size']}" == intent.variant_id
    assert len(fake.requests("/catalog/", "GET")) == 1


def test_a_price_that_changed_meanwhile_is_not_overwritten(fake: FakeAlias) -> None:
    fake.add_listing(price=17000)
    (outcome,) = settle(fake, replace(change(A.REPRICE, "al-1"), old_ask=dollars("150")))
    assert outcome.state is S.FAILED
    assert "price condition not met. Look at the listing" in outcome.message
    assert fake.listings["al-1"]["price_cents"] == 17000
    (outcome,) = settle(fake, replace(change(A.REPRICE, "al-1"), old_ask=dollars("170")))
    assert outcome.state is S.CONFIRMED


def test_one_bad_item_fails_alone(fake: FakeAlias) -> None:
    outcomes = settle(fake, create(1), create(2, ask="10"), create(3))
    assert states(outcomes) == [S.CONFIRMED, S.FAILED, S.CONFIRMED]
    assert "price too low" in outcomes[1].message


def test_a_refused_batch_is_sent_one_by_one(fake: FakeAlias) -> None:
    refusal = {"code": 3, "message": "bad item", "details": []}
    fake.faults.add(faults.status(400, refusal), path="batch_create")
    outcomes = settle(fake, create(1), create(2, ask="10"), create(3))
    assert states(outcomes) == [S.CONFIRMED, S.FAILED, S.CONFIRMED]
    assert outcomes[1].message == (
        "alias refused this (400): price too low. Change it and queue it again."
    )


@pytest.mark.parametrize(
    ("intent", "words"),
    [
        (create(ask="150.50"), "whole dollars, not 150.50. Round the ask"),
        (create(ask="0"), "An ask is needed"),
        (replace(create(), ask=None), "An ask is needed"),
        (replace(create(), ask=Money(Decimal(150), "EUR")), "in USD, not in EUR"),
        (replace(create(), variant_id=None), "size of Acme Runner Low is not known"),
        (replace(create(), variant_id="no-size"), "is not known at alias yet"),
        (replace(change(A.DELETE, ""), listing_id=None), "Sync the listings"),
    ],
)
def test_what_cannot_be_is_not_sent(fake: FakeAlias, intent: Intent, words: str) -> None:
    (outcome,) = send(fake, intent)
    assert outcome.state is S.FAILED
    assert words in outcome.message
    assert fake.log == []


def test_a_product_that_is_gone(fake: FakeAlias) -> None:
    (outcome,) = send(fake, replace(create(), variant_id="acme-gone:9"))
    assert (outcome.state, "acme-gone any more" in outcome.message) == (S.FAILED, True)


def test_the_size_scale_is_the_products(fake: FakeAlias) -> None:
    fake.catalog[CATALOG_ID]["size_unit"] = "SIZE_UNIT_EU"
    settle(fake, create(1, size="42.5"), create(2, size="43"))
    assert {row["size_unit"] for row in fake.listings.values()} == {"SIZE_UNIT_EU"}
    assert {row["size"] for row in fake.listings.values()} == {42.5, 43}


@pytest.mark.parametrize("several", [False, True])
def test_lost_answers_are_not_claimed(fake: FakeAlias, several: bool) -> None:  # noqa: FBT001
    intents = [create(1), create(2)] if several else [create(1)]
    for fault in (faults.drop_after(), faults.half_body(), faults.html(502, acts=True)):
        fake.faults.add(fault, method="POST")
        with pytest.raises(AnswerLostError):
            send(fake, *intents)
    assert len(fake.requests("", "POST")) == 3


def test_pace_means_nothing_was_done(fake: FakeAlias) -> None:
    fake.faults.add(faults.too_many(1), method="POST")
    with pytest.raises(NotSentError):
        send(fake, create(1), create(2))
    assert fake.listings == {}


def test_refused_ones_stay_refused_where_the_rest_is_lost(fake: FakeAlias) -> None:
    fake.faults.add(faults.drop_after(), method="POST")
    outcomes = send(fake, create(1, ask="1.5"), create(2), create(3))
    assert states(outcomes) == [S.FAILED, S.UNKNOWN, S.UNKNOWN]


def test_a_stop_in_the_middle_keeps_what_was_done(fake: FakeAlias) -> None:
    fake.faults.add(faults.status(400, {"message": "no"}), path="batch_create")
    fake.faults.add(faults.drop_after(), method="POST", path="listings$", skip=1)
    fake.faults.add(faults.too_many(), method="POST", path="listings$", skip=1)
    outcomes = send(fake, create(1), create(2), create(3), create(4))
    assert states(outcomes) == [S.CONFIRMED, S.UNKNOWN, S.QUEUED, S.QUEUED]


def test_lost_creations_are_found_by_key(fake: FakeAlias) -> None:
    fake.faults.add(faults.drop_after(), method="POST")
    with pytest.raises(AnswerLostError):
        send(fake, create(1))
    found, missing = look_up(fake, create(1), create(2))
    assert (found.state, found.listing_id) == (S.CONFIRMED, "al-1")
    assert missing.state is S.QUEUED
    assert len(fake.listings) == 1


def test_what_was_sent_just_now_may_still_come(fake: FakeAlias) -> None:
    fresh = replace(create(1), sent_at=datetime.now(UTC))
    assert states(look_up(fake, fresh, scale=1)) == [S.UNKNOWN]
    assert states(look_up(fake, create(1), scale=1)) == [S.QUEUED]


def test_a_lost_batch_is_waited_for(fake: FakeAlias) -> None:
    fake.faults.add(faults.drop_after(), method="POST")
    with pytest.raises(AnswerLostError):
        send(fake, create(1), create(2))
    assert states(look_up(fake, create(1), create(2))) == [S.UNKNOWN, S.UNKNOWN]
    lost = replace(create(1), batch_id="ab-1")
    for _ in range(2):
        asked(fake, lambda api: api.follow([lost]))
    assert states(look_up(fake, create(1), create(2))) == [S.CONFIRMED, S.CONFIRMED]
    assert len(fake.listings) == 2


def test_a_creation_is_found_however_far_back_it_stands(fake: FakeAlias) -> None:
    """The filter by metadata may be ignored: the whole list is read then."""
    for _ in range(60):
        fake.add_listing()
    fake.add_listing(metadata={"own_key": "listing-1"})
    fake.ignores_filters = True
    (outcome,) = look_up(fake, create(1))
    assert (outcome.state, outcome.listing_id) == (S.CONFIRMED, "al-61")


def test_a_batch_under_way_on_a_later_page_is_waited_for(fake: FakeAlias) -> None:
    done = [{"id": f"ab-{n}", "status": "BATCH_STATUS_COMPLETED"} for n in range(3)]
    first = {"batches": done, "next_pagination_token": "3", "has_more": True}
    fake.batches["ab-4"] = {"status": "BATCH_STATUS_PENDING"}
    fake.faults.add(faults.status(200, first), path="/listings/batch$")
    assert states(look_up(fake, create(1))) == [S.UNKNOWN]


def test_lost_changes_are_read_from_the_listing(fake: FakeAlias) -> None:
    fake.add_listing(price=16000)
    fake.add_listing(price=15000)
    fake.add_listing(status="LISTING_STATUS_INACTIVE")
    fake.add_listing(status="LISTING_STATUS_SOLD")
    cases = [
        (change(A.REPRICE, "al-1", 1), S.CONFIRMED),
        (change(A.REPRICE, "al-2", 2), S.QUEUED),
        (change(A.DEACTIVATE, "al-3", 3), S.CONFIRMED),
        (change(A.ACTIVATE, "al-3", 4), S.QUEUED),
        (change(A.ACTIVATE, "al-1", 5), S.CONFIRMED),
        (change(A.DELETE, "al-1", 6), S.QUEUED),
        (change(A.DELETE, "al-9", 7), S.CONFIRMED),
        (change(A.REPRICE, "al-9", 8), S.FAILED),
        (change(A.REPRICE, "al-4", 9), S.FAILED),
    ]
    outcomes = look_up(fake, *(intent for intent, _ in cases))
    assert states(outcomes) == [state for _, state in cases]
    assert fake.requests("", "POST") == fake.requests("", "DELETE") == []


def test_a_batch_that_is_not_known_any_more(fake: FakeAlias) -> None:
    pending = [replace(create(1), batch_id="ab-9")]
    assert states(list(asked(fake, lambda api: api.follow(pending)))) == [S.UNKNOWN]


def test_a_batch_that_does_not_name_its_items(fake: FakeAlias) -> None:
    answer = {"operations": [{"status": "BATCH_OPERATION_STATUS_COMPLETED", "success": True}]}
    fake.faults.add(faults.status(200, answer), times=None, path="batch_operations")
    old = [replace(create(1), batch_id="ab-1")]
    assert states(list(asked(fake, lambda api: api.follow(old)))) == [S.UNKNOWN]
    fresh = [replace(old[0], sent_at=datetime.now(UTC))]
    assert states(list(asked(fake, lambda api: api.follow(fresh), scale=1))) == [S.PENDING]


def test_a_token_that_ends_in_the_middle(fake: FakeAlias) -> None:
    fake.token = "another"
    with pytest.raises(LoginNeededError):
        send(fake, create(1))


class Pushing:
    """A push job without a database: intents by state, as outcomes move them."""

    def __init__(self, api: AliasApi, fake: FakeAlias, intents: list[Intent]) -> None:
        self.api, self.fake = api, fake
        self.by_state: dict[OutboxState, list[Intent]] = {S.QUEUED: intents}

    async def step(self) -> bool:
        """One request for whatever is most urgent; False when all is settled."""
        for state, ask in (
            (S.QUEUED, self.api.send),
            (S.PENDING, self.api.follow),
            (S.UNKNOWN, self.look_up),
        ):
            waiting = self.by_state.get(state, [])
            batch, self.by_state[state] = waiting[:100], waiting[100:]
            if batch:
                self.move(batch, await self.answers(ask, batch))
                return True
        return False

    async def answers(
        self, ask: Callable[[list[Intent]], Awaitable[Sequence[Outcome]]], batch: list[Intent]
    ) -> Sequence[Outcome]:
        try:
            return await ask(batch)
        except AnswerLostError:
            return [Outcome(intent.id, S.UNKNOWN) for intent in batch]

    async def look_up(self, batch: list[Intent]) -> Sequence[Outcome]:
        self.fake.finish_batches()
        return await self.api.look_up(batch, frozenset())

    def move(self, batch: list[Intent], outcomes: Sequence[Outcome]) -> None:
        by_id = {intent.id: intent for intent in batch}
        for outcome in outcomes:
            intent = replace(by_id[outcome.intent_id], batch_id=outcome.batch_id)
            self.by_state.setdefault(outcome.state, []).append(intent)


def test_five_hundred_listings_while_answers_are_lost(fake: FakeAlias) -> None:
    """Every third answer to a batch, and to a question about one, is lost after it was done."""
    fake.faults.add(faults.drop_after(), times=None, every=3, method="POST", path="batch")
    fake.faults.add(faults.drop_after(), times=None, every=5, method="GET", path="listings")
    intents = [create(number) for number in range(1, 501)]

    async def run(api: AliasApi) -> list[Intent]:
        pushing = Pushing(api, fake, intents)
        while await pushing.step():
            pass
        return pushing.by_state[S.CONFIRMED]

    assert len(asked(fake, run)) == len(fake.listings) == 500
    assert fake.faults.fired > 0
    keys = {row["metadata"]["own_key"] for row in fake.listings.values()}
    assert keys == {intent.own_key for intent in intents}
