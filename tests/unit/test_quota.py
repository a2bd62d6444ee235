"""No plan of requests, however they come, breaks a limit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.domain.quota import (
    QuotaState,
    QuotaUsedUpError,
    Rule,
    next_midnight,
    reserve,
    used_today,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

rules = st.builds(
    Rule,
    bucket=st.just("requests"),
    spacing_ms=st.sampled_from((0, 1, 70, 1000)),
    per_window=st.sampled_from((0, 5, 12)),
    window_ms=st.sampled_from((100, 5000, 300_000)),
    per_day=st.sampled_from((0, 5, 40)),
    day_zone=st.sampled_from(("UTC", "America/Los_Angeles", "Europe/Berlin")),
)
#: Milliseconds until the next wish (a clock may also be set back), and how much is wished for.
wishes = st.lists(
    st.tuples(
        st.one_of(st.integers(-2000, 2000), st.sampled_from((0, 400_000, 43_200_000))),
        st.integers(1, 5),
    ),
    max_size=60,
)


def sent(rule: Rule, asked: list[tuple[int, int]]) -> list[tuple[datetime, int]]:
    """When what leaves, whoever asks while others still wait."""
    state, now, leaves = QuotaState(), NOON, []
    for later, count in asked:
        now += timedelta(milliseconds=later)
        try:
            state, wait_ms = reserve(QuotaState.of_json(state.as_json()), rule, now, count)
        except QuotaUsedUpError as error:
            assert error.until > now  # noqa: PT017  (many of them may come)
            continue
        assert wait_ms >= 0
        leaves.append((now + timedelta(milliseconds=wait_ms), count))
    return leaves


@given(rules, wishes)
def test_requests_keep_their_distance_and_their_order(
    rule: Rule, asked: list[tuple[int, int]]
) -> None:
    moments = [moment for moment, _ in sent(rule, asked)]
    spacing = timedelta(milliseconds=rule.spacing_ms)
    assert all(b - a >= spacing for a, b in pairwise(moments))


@given(rules, wishes)
def test_no_window_holds_more_than_is_allowed(rule: Rule, asked: list[tuple[int, int]]) -> None:
    leaves = sent(rule, asked)
    window = timedelta(milliseconds=rule.window_ms)
    for end, _ in leaves:
        within = sum(count for moment, count in leaves if end - window < moment <= end)
        assert not rule.per_window or within <= rule.per_window


@given(rules, wishes)
def test_no_day_of_the_platform_holds_more_than_is_allowed(
    rule: Rule, asked: list[tuple[int, int]]
) -> None:
    days: Counter[object] = Counter()
    for moment, count in sent(rule, asked):
        days[moment.astimezone(ZoneInfo(rule.day_zone)).date()] += count
    assert not rule.per_day or all(count <= rule.per_day for count in days.values())


@given(rules, st.integers(1, 5))
def test_a_fresh_bucket_is_open_at_once(rule: Rule, count: int) -> None:
    state, wait_ms = reserve(QuotaState(), rule, NOON, count)
    assert wait_ms == 0
    assert used_today(state, rule, NOON) == count


def test_a_used_up_day_goes_on_at_the_platforms_midnight() -> None:
    rule = Rule("requests", per_day=2, day_zone="America/Los_Angeles")
    state, _ = reserve(QuotaState(), rule, NOON, 2)
    with pytest.raises(QuotaUsedUpError, match="2026-11-24 08:00") as caught:
        reserve(state, rule, NOON)
    assert caught.value.until == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert reserve(state, rule, caught.value.until)[1] == 0


def test_midnight_follows_summer_time() -> None:
    before = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)  # 0:30 in Berlin; clocks change at 2
    assert next_midnight(before, "Europe/Berlin") == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_what_waits_over_midnight_counts_for_the_new_day() -> None:
    rule = Rule("requests", spacing_ms=1000, per_day=2)
    late = datetime(2026, 11, 23, 23, 59, 59, 500_000, tzinfo=UTC)
    state, _ = reserve(QuotaState(), rule, late)
    state, wait_ms = reserve(state, rule, late)
    assert wait_ms == 1000
    state, _ = reserve(state, rule, late)
    with pytest.raises(QuotaUsedUpError, match="2026-11-25 00:00"):
        reserve(state, rule, late)


def test_a_full_window_is_waited_for() -> None:
    rule = Rule("batch items", per_window=500, window_ms=300_000)
    state, first = reserve(QuotaState(), rule, NOON, 400)
    state, second = reserve(state, rule, NOON + timedelta(seconds=10), 100)
    state, third = reserve(state, rule, NOON + timedelta(seconds=20), 400)
    _, fourth = reserve(state, rule, NOON + timedelta(seconds=20), 200)
    assert (first, second, third, fourth) == (0, 0, 280_000, 580_000)


def test_more_at_once_than_any_window_allows_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="501 at once"):
        reserve(QuotaState(), Rule("batch items", per_window=500, window_ms=300_000), NOON, 501)


def test_scaled_rules_keep_their_counts() -> None:
    rule = Rule("requests", 1000, 500, 300_000, 25_000)
    assert rule.scaled(100) == replace(rule, spacing_ms=10, window_ms=3000)


def test_an_empty_state_of_the_database_is_a_fresh_one() -> None:
    assert QuotaState.of_json({}) == QuotaState()
