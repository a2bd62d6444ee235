"""Which version is newer, and what is no version."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop import __version__
from soleflip_desktop.domain.versions import LONGEST, is_version, precedence

_NUMBERS = st.one_of(st.integers(0, 3), st.integers(0, 10**6))
_IDENTIFIERS = st.one_of(
    _NUMBERS.map(str), st.from_regex(r"\A[0-9]{0,2}[A-Za-z-][0-9A-Za-z-]{0,4}\Z")
)
_CORES = st.tuples(_NUMBERS, _NUMBERS, _NUMBERS)


@st.composite
def versions(draw: st.DrawFn) -> str:
    text = ".".join(map(str, draw(_CORES)))
    identifiers = draw(st.lists(_IDENTIFIERS, max_size=4))
    build = draw(st.sampled_from(["", "+5", "+abc.7"]))
    return text + ("-" + ".".join(identifiers) if identifiers else "") + build


def test_the_order_that_semver_gives_as_its_example() -> None:
    ordered = (
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "1.0.1",
        "1.2.0",
        "1.10.0",
        "2.0.0",
    )
    for older, newer in pairwise(ordered):
        assert precedence(older) < precedence(newer)


def test_our_own_version_is_one() -> None:
    assert is_version(__version__)


@pytest.mark.parametrize(
    "text",
    [
        *("", "1", "1.4", "v1.4.0", "1.4.0 ", "1.4.0\n", "01.4.0", "1.4.0-", "1.4.0-01"),
        *("1.4.0-a..b", "1.4.0.dev1", "1.4.0+", "-1.4.0", "1.4.٣", "1.4.0-" + "a" * LONGEST),
    ],
)
def test_no_version(text: str) -> None:
    assert not is_version(text)
    with pytest.raises(ValueError, match="no version"):
        precedence(text)


@given(_CORES, _CORES)
def test_final_versions_order_as_their_numbers(
    one: tuple[int, int, int], other: tuple[int, int, int]
) -> None:
    first, second = (precedence(".".join(map(str, core))) for core in (one, other))
    assert (first < second, first == second) == (one < other, one == other)


@given(_CORES, st.lists(_IDENTIFIERS, min_size=1, max_size=4), _IDENTIFIERS)
def test_a_pre_release_comes_before_its_release_and_its_own_parts(
    core: tuple[int, int, int], identifiers: list[str], more: str
) -> None:
    final = ".".join(map(str, core))
    early = f"{final}-{'.'.join(identifiers)}"
    assert precedence(early) < precedence(f"{early}.{more}") < precedence(final)
    major, minor, patch = core
    if patch:
        assert precedence(f"{major}.{minor}.{patch - 1}") < precedence(early)


def rule_eleven(one: str, other: str) -> int:
    """The comparison as semver.org words it, step by step: -1, 0 or 1."""
    (core, _, early), (other_core, _, other_early) = (
        text.partition("+")[0].partition("-") for text in (one, other)
    )
    for left, right in zip(core.split("."), other_core.split("."), strict=True):
        if int(left) != int(right):
            return 1 if int(left) > int(right) else -1
    if not early or not other_early:
        return bool(other_early) - bool(early)
    lefts, rights = early.split("."), other_early.split(".")
    for left, right in zip(lefts, rights, strict=False):
        if left == right:
            continue
        if left.isdigit() and right.isdigit():
            return 1 if int(left) > int(right) else -1
        if left.isdigit() or right.isdigit():
            return -1 if left.isdigit() else 1
        return 1 if left > right else -1
    return (len(lefts) > len(rights)) - (len(lefts) < len(rights))


@given(versions(), versions())
def test_the_order_is_the_one_of_the_specification(one: str, other: str) -> None:
    first, second = precedence(one), precedence(other)
    assert (first > second) - (first < second) == rule_eleven(one, other)


@given(versions())
def test_what_stands_behind_a_plus_does_not_count(text: str) -> None:
    assert precedence(text.partition("+")[0] + "+other.1") == precedence(text)
