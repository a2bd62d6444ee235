"""The change bus: whoever listens is told, in order, and may stop at any time."""

from __future__ import annotations

import pytest

from soleflip_desktop.domain.cancellation import CancelledWork, CancelToken
from soleflip_desktop.domain.changes import Change, ChangeBus, Domain


def test_every_listener_is_told_in_order() -> None:
    bus = ChangeBus()
    told: list[tuple[str, Change]] = []
    bus.subscribe(lambda change: told.append(("first", change)))
    bus.subscribe(lambda change: told.append(("second", change)))
    change = Change.of(Domain.INVENTORY, Domain.TRANSACTIONS)
    bus.publish(change)
    assert told == [("first", change), ("second", change)]


def test_a_subscription_ends() -> None:
    bus = ChangeBus()
    told: list[Change] = []
    stop = bus.subscribe(told.append)
    stop()
    bus.publish(Change.of(Domain.CATALOG))
    assert told == []


def test_the_same_listener_may_listen_twice_and_stop_once() -> None:
    bus = ChangeBus()
    told: list[Change] = []
    stop = bus.subscribe(told.append)
    bus.subscribe(told.append)
    stop()
    bus.publish(Change.of(Domain.CATALOG))
    assert len(told) == 1


def test_listeners_may_come_and_go_while_they_are_told() -> None:
    bus = ChangeBus()
    told: list[str] = []

    def once(_change: Change) -> None:
        told.append("once")
        stop()
        bus.subscribe(lambda _change: told.append("late"))

    stop = bus.subscribe(once)
    bus.subscribe(lambda _change: told.append("always"))
    bus.publish(Change.of(Domain.SYSTEM))
    assert told == ["once", "always"]
    bus.publish(Change.of(Domain.SYSTEM))
    assert told == ["once", "always", "always", "late"]


def test_changes_are_equal_by_what_they_touch() -> None:
    assert Change.of(Domain.PRICING, Domain.CATALOG) == Change.of(Domain.CATALOG, Domain.PRICING)
    assert Change.of().domains == frozenset()


def test_a_token_stops_work_once_it_is_cancelled() -> None:
    token = CancelToken()
    token.check()
    interrupted: list[str] = []
    token.interrupt_with(lambda: interrupted.append("now"))
    token.cancel()
    assert token.cancelled
    assert interrupted == ["now"]
    with pytest.raises(CancelledWork):
        token.check()
    token.interrupt_with(None)
    token.cancel()
    assert interrupted == ["now"]
