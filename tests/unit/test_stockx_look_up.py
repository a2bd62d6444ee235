"""Answers that were lost: looked up, and in the end everything is done once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from helpers.fakes import faults
from helpers.fakes.stockx import FakeStockX
from helpers.fakes.stockx_api import asked, opened
from helpers.fakes.stockx_intents import after, change_of, creates, euros, finish
from soleflip_desktop.connectors.base import AnswerLostError
from soleflip_desktop.connectors.stockx.marketplace import StockXApi
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState, Outcome

_A, _S = OutboxAction, OutboxState
_NOBODY: frozenset[str] = frozenset()


def test_a_lost_answer_is_an_error_and_found_again() -> None:
    with FakeStockX(paced=False) as fake:
        [intent] = creates(fake, 1)
        fake.faults.add(faults.drop_after(), method="POST")
        with pytest.raises(AnswerLostError):
            asked(fake, lambda api: api.send([intent]))
        [outcome] = asked(fake, lambda api: api.look_up([intent], _NOBODY))
        if outcome.state is _S.PENDING:  # its operation is still under way
            [outcome] = asked(fake, lambda api: api.follow(after([intent], [outcome])))
        live = fake.live()
        assert outcome.state in {_S.CONFIRMED, _S.PENDING}
        assert {outcome.listing_id} == set(live)


def test_an_inactive_creation_is_not_believed_before_its_operation_is_done() -> None:
    with FakeStockX(paced=False, delay_s=60, polls=0) as fake:
        intent = replace(creates(fake, 1)[0], active=False)
        fake.faults.add(faults.drop_after(), method="POST")
        with pytest.raises(AnswerLostError):
            asked(fake, lambda api: api.send([intent]))
        [outcome] = asked(fake, lambda api: api.look_up([intent], _NOBODY))
        assert outcome.state is _S.PENDING
        [done] = asked(fake, lambda api: api.follow(after([intent], [outcome])))
        assert (done.state, done.listing_id) == (_S.CONFIRMED, outcome.listing_id)
        assert [one.status for one in fake.listings.values()] == ["INACTIVE"]
        [again] = asked(fake, lambda api: api.look_up([intent], _NOBODY))
        assert again.state is _S.CONFIRMED


def test_a_failed_creation_whose_answer_was_lost() -> None:
    with FakeStockX(paced=False, delay_s=0) as fake:
        [intent] = creates(fake, 1)
        fake.errors[intent.variant_id or ""] = "No payment method"
        fake.faults.add(faults.html(504, acts=True), method="POST")
        with pytest.raises(AnswerLostError):
            asked(fake, lambda api: api.send([intent]))
        [outcome] = asked(fake, lambda api: api.look_up([intent], _NOBODY))
        assert (outcome.state, "No payment method" in outcome.message) == (_S.FAILED, True)


def test_what_was_not_done_is_sent_again_only_after_a_while() -> None:
    with FakeStockX(listings=3, paced=False) as fake:
        lost = [*creates(fake, 2), replace(change_of(fake, _A.REPRICE), id=9)]

        def look(milliseconds: int) -> set[OutboxState]:
            now = datetime.now(UTC)
            sent_at = now - timedelta(milliseconds=milliseconds)
            aged = [replace(intent, sent_at=sent_at, read_at=now) for intent in lost]
            outcomes = asked(fake, lambda api: api.look_up(aged, _NOBODY))
            assert len(outcomes) == 3
            return {outcome.state for outcome in outcomes}

        assert look(899) == {_S.UNKNOWN}  # 15 minutes are 0.9 s at a thousandfold scale
        assert look(901) == {_S.QUEUED}


def test_a_look_up_adopts_nothing_of_others() -> None:
    """Older ones, other asks, ones that are known, and those of batches that are known."""

    async def run(fake: FakeStockX, intents: list[Intent], unknown: Intent) -> list[OutboxState]:
        async with opened(fake) as api:
            states = []
            outcomes = await api.send(intents)
            fake.settle(everything=True)
            states += [o.state for o in await api.look_up([unknown], _NOBODY)]
            batch_id = str(outcomes[0].batch_id)
        async with opened(fake) as api:  # another process
            states += [o.state for o in await api.look_up([unknown], frozenset({batch_id}))]
            states += [o.state for o in await api.look_up([unknown], frozenset(fake.listings))]
            dearer = replace(unknown, ask=euros(900))
            states += [o.state for o in await api.look_up([dearer], _NOBODY)]
            made = fake.listings.copy()
            for listing in made.values():
                listing.created_at -= timedelta(minutes=2)
            states += [o.state for o in await api.look_up([unknown], _NOBODY)]
            for listing in made.values():
                listing.created_at += timedelta(minutes=2)
            return [*states, (await api.look_up([unknown], _NOBODY))[0].state]

    with FakeStockX(paced=False) as fake:
        intents = creates(fake, 2, variants=1)
        now = datetime.now(UTC)
        unknown = replace(intents[0], id=99, sent_at=now, read_at=now)
        fake.listings.clear()
        states = asyncio.run(run(fake, intents, unknown))
        assert states[-1] is _S.CONFIRMED
        assert set(states[:-1]) == {_S.UNKNOWN}


@pytest.mark.parametrize("hours", [-1, 1, 24])
def test_a_wrong_clock_neither_misses_nor_repeats(hours: int) -> None:
    """The clock of `sent_at` may be anything; what counts is how long ago it was."""

    def ago(intent: Intent, minutes: int) -> Intent:
        wrong = datetime.now(UTC) + timedelta(hours=hours)
        return replace(intent, read_at=wrong, sent_at=wrong - timedelta(minutes=minutes))

    with FakeStockX(listings=5, paced=False, delay_s=0) as fake:
        made, missing = creates(fake, 2)
        fake.faults.add(faults.drop_after(), method="POST")
        with pytest.raises(AnswerLostError):
            asked(fake, lambda api: api.send([made]))
        lost = [ago(made, 0), ago(missing, 0)]
        found, unclear = asked(fake, lambda api: api.look_up(lost, _NOBODY))
        assert (found.state, unclear.state) == (_S.CONFIRMED, _S.UNKNOWN)
        known = frozenset({str(found.listing_id)})
        [outcome] = asked(fake, lambda api: api.look_up([ago(missing, 1)], known))
        assert outcome.state is _S.QUEUED


def test_lost_changes_are_looked_up_at_the_listing() -> None:
    with FakeStockX(listings=9, paced=False, delay_s=60, polls=0) as fake:
        intents = [
            change_of(fake, _A.REPRICE, 0),
            change_of(fake, _A.DEACTIVATE, 1),
            change_of(fake, _A.DELETE, 2),
            change_of(fake, _A.ACTIVATE, 3, ask=103),
        ]
        fake.faults.add(faults.drop_after(), method="P|D", times=None)
        for intent in intents:
            for method in ("PATCH", "PUT", "DELETE"):
                fake.faults.add(faults.drop_after(), method=method)
            with pytest.raises(AnswerLostError):
                asked(fake, lambda api, intent=intent: api.send([intent]))  # type: ignore[misc]
            fake.faults.clear()
        outcomes = asked(fake, lambda api: api.look_up(intents, _NOBODY))
        under_way = {o.intent_id for o in outcomes if o.state is _S.PENDING}
        assert under_way == {1, 2, 3}  # the fourth listing was active at that ask all the time
        fake.settle(everything=True)
        followed = asked(fake, lambda api: api.follow(after(intents, outcomes)[:3]))
        assert {outcome.state for outcome in followed} == {_S.CONFIRMED}
        again = asked(fake, lambda api: api.look_up(intents, _NOBODY))
        assert {outcome.state for outcome in again} == {_S.CONFIRMED}


def test_a_cursor_that_never_changes_ends() -> None:
    with FakeStockX(listings=2, paced=False) as fake:
        intent = change_of(fake, _A.REPRICE)
        asked(fake, lambda api: finish(api, [intent]))
        asked(fake, lambda api: api.look_up([replace(intent, ask=euros(5))], _NOBODY))
        assert len(fake.requests("/operations$")) == 2


def test_what_stockx_forgot_is_looked_up() -> None:
    with FakeStockX(listings=2, paced=False) as fake:
        pending = [
            replace(change_of(fake, _A.REPRICE), operation_id="nowhere"),
            replace(change_of(fake, _A.DELETE, 1), operation_id="1", batch_id="nowhere"),
        ]
        outcomes = asked(fake, lambda api: api.follow(pending))
        assert [outcome.state for outcome in outcomes] == [_S.UNKNOWN, _S.UNKNOWN]


async def _push(api: StockXApi, wanted: list[Intent]) -> dict[int, Outcome]:
    """The outbox in small: follows, looks up, then sends, until everything is settled."""
    queued, pending = list(wanted), list[Intent]()
    unknown, done = list[Intent](), dict[int, Outcome]()

    def take(intents: Sequence[Intent], outcomes: Sequence[Outcome]) -> None:
        said = {outcome.intent_id: outcome for outcome in outcomes}
        for intent in after(intents, outcomes):
            state = said[intent.id].state
            if state in {_S.CONFIRMED, _S.FAILED}:
                done[intent.id] = said[intent.id]
            else:
                {_S.PENDING: pending, _S.UNKNOWN: unknown, _S.QUEUED: queued}[state].append(intent)

    while queued or pending or unknown:
        now, pending = pending, []
        take(now, await api.follow(now))
        now, unknown = unknown, []
        known = frozenset(o.listing_id or "" for o in done.values())
        take(now, await api.look_up(now, known))
        now, queued = queued[: api.batch_size], queued[api.batch_size :]
        now = [replace(intent, sent_at=datetime.now(UTC)) for intent in now]
        try:
            take(now, await api.send(now))
        except AnswerLostError:
            unknown += now
        except UserError:
            queued += now
    return done


@pytest.mark.parametrize(("method", "every"), [("*", 10), ("*", 3), ("POST", 2), ("POST", 1)])
def test_500_listings_with_lost_answers_are_500_listings(method: str, every: int) -> None:
    async def run(fake: FakeStockX, intents: list[Intent]) -> dict[int, Outcome]:
        async with opened(fake) as api:
            return await _push(api, intents)

    with FakeStockX(paced=False, delay_s=0.05) as fake:
        fake.faults.add(
            faults.drop_after(), method=method, path="/selling/", times=None, every=every
        )
        intents = creates(fake, 500)
        done = asyncio.run(run(fake, intents))
        live = fake.live()
        assert fake.faults.fired > 0
        assert Counter(outcome.state for outcome in done.values()) == {_S.CONFIRMED: 500}
        assert {outcome.listing_id for outcome in done.values()} == set(live)
        assert len(live) == 500
        wanted = Counter((i.variant_id, i.ask and i.ask.amount) for i in intents)
        assert wanted == Counter((one.variant.id, Decimal(one.amount)) for one in live.values())
        for intent in intents:
            assert live[done[intent.id].listing_id or ""].variant.id == intent.variant_id
