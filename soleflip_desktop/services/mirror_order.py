"""Orders of rows as permutations of their places: made by radix, mended after a change."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from soleflip_desktop.services.mirror_keys import AnyInts, Ints, Mask, Places

_DIGIT = np.uint64(16)
_LOW = np.uint64(0xFFFF)


def ascending(keys: AnyInts, blank: int, before: Places | None = None) -> Places:
    """Stable, blanks last; `before` is the order of equal keys (None: as the rows stand).

    16 bits at a time, because numpy sorts those in linear time and wider ones only in n log n.
    """
    order = before
    for digit in _digits(keys):
        if order is None:
            order = np.argsort(digit, kind="stable").astype(np.int32)
        else:
            order = order[np.argsort(digit[order], kind="stable")]
    if order is None:
        return np.arange(len(keys), dtype=np.int32)
    return _blanks_behind(order, keys, blank)


def _digits(keys: AnyInts) -> list[AnyInts]:
    """From the least significant one; none where all keys are equal."""
    if not len(keys):
        return []
    least, most = int(keys.min()), int(keys.max())
    rest = (keys.astype(np.int64) - least).view(np.uint64)
    digits = []
    while most > least:
        digits.append((rest & _LOW).astype(np.uint16))
        rest >>= _DIGIT
        most = least + ((most - least) >> 16)
    return digits


def _blanks_behind(order: Places, keys: AnyInts, blank: int) -> Places:
    """A blank is the smallest key, so blanks stand in front."""
    blanks = int(np.count_nonzero(keys == blank))
    return np.concatenate((order[blanks:], order[:blanks])) if blanks else order


def descending(order: Places, filled: int) -> Places:
    """Of an ascending order whose first rows have values; blanks stay last."""
    return np.concatenate((order[:filled][::-1], order[filled:]))


def mended(
    order: Places,
    removed: Mask,
    moved: Places | None,
    added: Places,
    keys: Callable[[Places], Ints],
) -> Places:
    """An ascending order after rows left (`removed`) and came, as sorting anew would give it.

    `moved` gives the new place of each old one; `added` are new places; `keys` gives the keys of
    new places, blanks as the largest number.
    """
    kept = order[~removed[order]]
    if moved is not None:
        kept = moved[kept]
    sorted_added = added[np.lexsort((added, keys(added)))]
    return np.insert(kept, _positions(kept, sorted_added, keys), sorted_added)


def _positions(kept: Places, added: Places, keys: Callable[[Places], Ints]) -> Ints:
    """Where each of the added belongs, by a binary search for all at once."""
    low = np.zeros(len(added), dtype=np.int64)
    high = np.full(len(added), len(kept), dtype=np.int64)
    mine = keys(added)
    while (open_ := low < high).any():
        middle = (low + high) // 2
        there = kept[np.minimum(middle, max(len(kept) - 1, 0))]
        theirs = keys(there)
        before = (theirs < mine) | ((theirs == mine) & (there < added))
        low = np.where(open_ & before, middle + 1, low)
        high = np.where(open_ & ~before, middle, high)
    return low
