"""Words of sentences that count things."""

from __future__ import annotations


def in_number(noun: str, count: int) -> str:
    """The noun for that many: 1 category, 2 categories."""
    if count == 1:
        return noun
    return f"{noun.removesuffix('y')}ies" if noun.endswith("y") else f"{noun}s"
