"""Semantic versions (semver.org 2.0.0): which of two is newer."""

from __future__ import annotations

import re

#: Longer ones are refused: no release of ours has such a number.
LONGEST = 64
_NUMBER = r"(0|[1-9]\d*)"
_IDENTIFIER = r"(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}"
    rf"(?:-({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?",
    re.ASCII,
)

#: Sorts as the versions do: numbers, whether it is final, identifiers of a pre-release.
Precedence = tuple[tuple[int, int, int], bool, tuple[tuple[bool, int, str], ...]]


def is_version(text: str) -> bool:
    return len(text) <= LONGEST and _VERSION.fullmatch(text) is not None


def precedence(text: str) -> Precedence:
    """Greater is newer; what stands behind a plus does not count. Raises ValueError for others."""
    found = _VERSION.fullmatch(text)
    if found is None or len(text) > LONGEST:
        msg = f"{text[:LONGEST]!r} is no version such as 1.4.0 or 1.4.0-rc.1"
        raise ValueError(msg)
    identifiers = found[4].split(".") if found[4] else []
    return (
        (int(found[1]), int(found[2]), int(found[3])),
        not identifiers,
        tuple((False, int(one), "") if one.isdecimal() else (True, 0, one) for one in identifiers),
    )
