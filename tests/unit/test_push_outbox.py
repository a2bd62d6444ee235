"""The push job by itself: what it asks for, in which order, and what it makes of each answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from helpers.fake_api import FakeApi
from helpers.push_runs import NOW, push, push_job
from soleflip_desktop.connectors.base import (
    AnswerLostError,
    MarketplaceError,
    NotSentError,
    RefusedError,
)
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState, Outcome
from soleflip_desktop.domain.quota import QuotaUsedUpError
from soleflip_desktop.domain.sync import LoginNeededError, SyncCounts
from soleflip_desktop.sync.jobs import push_outbox

_S = OutboxState
ORDER = list(OutboxAction)


@dataclass(slots=True)
class Entries:
    """An outbox in memory: `sync.job.Outbox`."""

    intents: dict[int, Intent] = field(default_factory=dict)
    state: dict[int, OutboxState] = field(default_factory=dict)
    waits: dict[int, datetime | None] = field(default_factory=dict)
    words: dict[int, str] = field(default_factory=dict)
    offers: set[str] = field(default_factory=set)

    def add(self, *actions: OutboxAction, state: OutboxState = _S.QUEUED, size: str = "") -> None:
        for action in actions:
            number = len(self.intents) + 1
            self.intents[number] = Intent(
                number,
                action,
                f"listing-{number}",
                listing_id=None if action is OutboxAction.CREATE else f"offer-{number}",
                variant_id=size or f"variant-{number}",
                ask=Money(Decimal(150), "EUR"),
            )
            self.state[number] = state

    def of(self, state: OutboxState) -> list[int]:
        return [number for number, now in self.state.items() if now is state]

    async def recover(self, account_id: int) -> int:
        sending = self.of(_S.SENDING)
        self.state |= dict.fromkeys(sending, _S.UNKNOWN)
        return len(sending)

    async def claim(self, account_id: int, action: OutboxAction, limit: int) -> list[Intent]:
        ready = [one for one in self._ready() if self.intents[one].action is action][:limit]
        for number in ready:
            self.state[number] = _S.SENDING
            before = self.intents[number]
            self.intents[number] = replace(before, attempts=before.attempts + 1)
        return [self.intents[number] for number in ready]

    async def open_intents(self, account_id: int, state: OutboxState) -> list[Intent]:
        return [self.intents[number] for number in self.of(state)]

    async def actions_waiting(self, account_id: int) -> list[OutboxAction]:
        """In an order of its own: the first is what the job has to take."""
        return list(dict.fromkeys(self.intents[number].action for number in self._ready()))

    async def settle(self, account_id: int, outcomes: Sequence[Outcome]) -> SyncCounts:
        for outcome in outcomes:
            self.state[outcome.intent_id] = outcome.state
            self.words[outcome.intent_id] = outcome.message
            self.offers |= {outcome.listing_id} if outcome.listing_id else set()
            self.intents[outcome.intent_id] = replace(
                self.intents[outcome.intent_id], operation_id=outcome.operation_id
            )
        return SyncCounts(fetched=len(outcomes), unchanged=len(outcomes))

    async def unsend(
        self, account_id: int, ids: Sequence[int], message: str, not_before: datetime | None
    ) -> None:
        for number in ids:
            self.state[number], self.waits[number] = _S.QUEUED, not_before

    async def lose(self, account_id: int, ids: Sequence[int], message: str) -> None:
        for number in ids:
            self.state[number], self.words[number] = _S.UNKNOWN, message

    async def known_listings(self, account_id: int) -> frozenset[str]:
        return frozenset(self.offers)

    def _ready(self) -> list[int]:
        return [number for number in self.of(_S.QUEUED) if number not in self.waits]


def entries(*actions: OutboxAction, state: OutboxState = _S.QUEUED) -> Entries:
    made = Entries()
    made.add(*(actions or (OutboxAction.CREATE,)), state=state)
    return made


def test_batches_are_of_one_action_and_no_larger_than_allowed() -> None:
    outbox = entries(*(OutboxAction.CREATE for _ in range(25)))
    api = FakeApi()
    assert push(outbox, api).fetched == 25
    assert api.times("send") == 3
    assert set(outbox.state.values()) == {_S.CONFIRMED}


def test_what_was_on_its_way_is_looked_up_before_anything_is_sent() -> None:
    outbox = entries(state=_S.SENDING)
    outbox.add(OutboxAction.CREATE)
    api = FakeApi()
    push(outbox, api)
    assert api.calls == ["look_up", "send"]
    assert [intent.id for intent in api.sent] == [1, 2], "1 was certainly not done"


def test_a_lost_answer_is_looked_up_and_not_sent_again() -> None:
    outbox, api = entries(), FakeApi(lose_every=1)
    push(outbox, api)
    assert api.calls == ["send", "look_up"]
    assert len(api.live()) == 1
    assert outbox.of(_S.CONFIRMED) == [1]


@pytest.mark.parametrize("error", [AnswerLostError("lost"), MarketplaceError("something odd")])
def test_what_was_lost_before_it_was_done_is_sent_again(error: MarketplaceError) -> None:
    outbox, api = entries(), FakeApi()
    api.fails("send", error)
    push(outbox, api)
    assert api.calls == ["send", "look_up", "send"]
    assert len(api.live()) == 1


def test_a_line_that_always_breaks_ends_the_run() -> None:
    outbox, api = entries(), FakeApi()
    api.fails("send", *(AnswerLostError("lost") for _ in range(99)))
    push(outbox, api)
    assert api.times("send") == push_outbox.ROUNDS
    assert api.live() == []


def test_answers_that_take_no_side_do_not_spin() -> None:
    class Shy(FakeApi):
        async def send(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
            self.calls.append("send")
            return [Outcome(intent.id, _S.QUEUED) for intent in intents]

    outbox, api = entries(), Shy()
    push(outbox, api)
    assert api.times("send") == 2 * push_outbox.ROUNDS
    assert outbox.of(_S.QUEUED) == [1]


def test_an_entry_that_the_answer_leaves_out_is_unknown() -> None:
    class Forgetful(FakeApi):
        async def send(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
            return (await super().send(intents))[1:]

    outbox, api = entries(OutboxAction.CREATE, OutboxAction.CREATE), Forgetful()
    push(outbox, api)
    assert api.calls == ["send", "look_up"]
    assert set(outbox.state.values()) == {_S.CONFIRMED}
    assert len(api.live()) == 2


def test_accepted_entries_are_followed_to_their_end() -> None:
    outbox, api = entries(), FakeApi(rounds=4)
    push(outbox, api)
    assert api.calls == ["send", *["follow"] * 4]
    assert outbox.of(_S.CONFIRMED) == [1]


def test_what_stays_open_is_left_to_the_next_run() -> None:
    outbox, api = entries(), FakeApi(rounds=1000)
    push(outbox, api)
    assert outbox.of(_S.PENDING) == [1]
    assert api.times("follow") == len(push_outbox.PAUSES)
    assert sum(push_outbox.PAUSES) < 2 * 60, "other kinds wait behind this"
    push(outbox, api)
    assert api.times("send") == 1


def test_an_unknown_entry_waits_for_one_that_makes_the_same_offer() -> None:
    outbox, api = Entries(), FakeApi(rounds=3, batch_size=1)
    outbox.add(OutboxAction.CREATE, OutboxAction.CREATE, size="same")
    api.fails("send", None, AnswerLostError("lost"))
    push(outbox, api)
    assert api.calls.index("look_up") > api.calls.index("follow") + 1
    assert len(api.live()) == 2
    assert set(outbox.state.values()) == {_S.CONFIRMED}


def test_nothing_sent_waits_and_ends_the_run() -> None:
    outbox, api = entries(), FakeApi()
    api.fails("send", NotSentError("No connection."))
    with pytest.raises(NotSentError):
        push(outbox, api)
    assert outbox.of(_S.QUEUED) == [1]
    waits = outbox.waits[1]
    assert waits is not None
    assert NOW < waits < NOW + timedelta(seconds=1), "time is scaled"


def test_the_marketplace_names_the_time() -> None:
    outbox, api = entries(), FakeApi()
    api.fails("send", NotSentError("Too many requests.", retry_after_s=50_000))
    with pytest.raises(NotSentError):
        push(outbox, api)
    assert outbox.waits[1] == NOW + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("error", "until"),
    [
        (LoginNeededError("Log in again."), None),
        (QuotaUsedUpError("Used up.", datetime(2026, 11, 24, tzinfo=UTC)), "2026-11-24"),
    ],
)
def test_what_stops_the_account_leaves_its_entries_queued(
    error: Exception, until: str | None
) -> None:
    outbox, api = entries(), FakeApi()
    api.fails("send", error)
    with pytest.raises(type(error)):
        push(outbox, api)
    assert outbox.of(_S.QUEUED) == [1]
    waits = outbox.waits[1]
    assert (waits.date().isoformat() if waits else None) == until


def test_a_refused_request_fails_its_entries_with_the_reason() -> None:
    outbox, api = entries(OutboxAction.CREATE, OutboxAction.DELETE), FakeApi()
    api.offer("variant", Money(Decimal(1), "EUR")).id = "offer-2"
    api.books["offer-2"] = api.books.pop("offer-1")
    api.fails("send", RefusedError("The price is too low.", 400))
    push(outbox, api)
    assert outbox.state == {1: _S.FAILED, 2: _S.CONFIRMED}
    assert outbox.words[1] == "The price is too low."


def test_a_single_refusal_does_not_touch_the_others() -> None:
    outbox, api = entries(OutboxAction.CREATE, OutboxAction.CREATE), FakeApi()
    api.refuses[2] = "Variant not found."
    push(outbox, api)
    assert outbox.state == {1: _S.CONFIRMED, 2: _S.FAILED}


@pytest.mark.parametrize("error", [AnswerLostError("lost"), RefusedError("no", 404)])
def test_a_look_up_without_answer_keeps_nobody_from_sending(error: MarketplaceError) -> None:
    outbox, api = entries(state=_S.UNKNOWN), FakeApi()
    outbox.add(OutboxAction.CREATE)
    api.fails("look_up", error)
    push(outbox, api)
    assert [intent.id for intent in api.sent] == [2, 1]
    assert set(outbox.state.values()) == {_S.CONFIRMED}


@pytest.mark.parametrize("when", ["before", "after"])
def test_cancelled_while_sending_is_unknown(when: str) -> None:
    async def cancel(method: str, moment: str) -> None:
        if (method, moment) == ("send", when):
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await asyncio.sleep(0)

    outbox = entries()
    api = FakeApi(hook=cancel)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(push_outbox.run(push_job(outbox, api)))
    assert outbox.of(_S.UNKNOWN) == [1]
    push(outbox, FakeApi(books=api.books, _operations=api._operations))
    assert outbox.of(_S.CONFIRMED) == [1]


def test_cancelled_while_a_claim_is_stored_leaves_it_queued() -> None:
    class Slow(Entries):
        async def claim(self, account_id: int, action: OutboxAction, limit: int) -> list[Intent]:
            await asyncio.sleep(0)
            return await super().claim(account_id, action, limit)

    async def cancel_in_between(outbox: Slow, api: FakeApi) -> None:
        task = asyncio.ensure_future(push_outbox.run(push_job(outbox, api)))
        while not outbox.of(_S.SENDING) and not task.done():
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    outbox, api = Slow(), FakeApi()
    outbox.add(OutboxAction.CREATE)
    asyncio.run(cancel_in_between(outbox, api))
    assert api.calls == []
    assert outbox.of(_S.QUEUED) == [1]
