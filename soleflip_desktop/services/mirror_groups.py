"""Rows of one value under one head, and the values of a column with their counts."""

from __future__ import annotations

from collections import Counter

import numpy as np

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.services.grid import FieldValue, Group
from soleflip_desktop.services.mirror import KeyMirror
from soleflip_desktop.services.mirror_keys import LARGEST, AnyInts, Ints, Mask, Places
from soleflip_desktop.services.mirror_order import ascending
from soleflip_desktop.services.mirror_sums import group_sums
from soleflip_desktop.services.mirror_titles import by_day, titles

GROUPS_LIMIT = 50_000
VALUES_LIMIT = 2_000


class TooManyGroupsError(UserError):
    """A column with hardly two equal values cannot make groups."""


def grouped(
    mirror: KeyMirror, name: str, order: Places, collapsed: frozenset[str]
) -> tuple[Ints, tuple[Group, ...]]:
    """The ids in groups with their heads (see GridView), and the groups.

    `order` are the matching rows as they are sorted; they stay so inside of a group. Raises
    TooManyGroupsError.
    """
    codes, blank = _codes(mirror, name, order)
    within = ascending(codes, blank)
    order, codes = order[within], codes[within]
    if not len(order):
        return mirror.ids[order], ()
    starts = np.concatenate(([0], np.flatnonzero(codes[1:] != codes[:-1]) + 1))
    if len(starts) > GROUPS_LIMIT:
        raise TooManyGroupsError(
            f"Grouping by this column would make {len(starts):,} groups, nearly one for each row. "
            "Choose a column whose values repeat, such as brand or status."
        )
    sums = group_sums(mirror, order, starts)
    sizes = np.diff(np.append(starts, len(order)))
    names = _titles(mirror, name, codes[starts])
    groups = tuple(
        Group(title, title, rows, of, title in collapsed)
        for title, rows, of in zip(names, sizes.tolist(), sums, strict=True)
    )
    return _with_heads(mirror.ids[order], starts, sizes, groups), groups


def _with_heads(ids: Ints, starts: Ints, sizes: Ints, groups: tuple[Group, ...]) -> Ints:
    shown = np.repeat([not group.collapsed for group in groups], sizes)
    before = np.concatenate(([0], np.cumsum(shown)))[starts]
    return np.insert(ids[shown], before, -1 - np.arange(len(groups)))


def _codes(mirror: KeyMirror, name: str, rows: AnyInts) -> tuple[Ints, int]:
    """Integers that are equal where titles are, in their order."""
    if mirror.words(name) is not None:
        codes, blank = mirror.codes(name, rows)
        return codes.astype(np.int64), blank
    of = mirror.fields[name]
    column = mirror.columns[of.key]
    wide = by_day(of, column.wide(rows))
    return wide, -LARGEST - 1


def _titles(mirror: KeyMirror, name: str, codes: Ints) -> list[str]:
    part = mirror.words(name)
    if part is not None:
        return [part.words[code].text for code in codes.tolist()]
    if name in mirror.ranked:
        raise TooManyGroupsError(
            "Nearly every row has a text of its own here, so they make no groups. "
            "Choose a column whose values repeat, such as brand or status."
        )
    return titles(mirror.fields[name], codes)


def values(mirror: KeyMirror, name: str, mask: Mask | None) -> list[FieldValue]:
    """In the field's own order, the blank last; at most 2,000. None for texts not held here."""
    if name in mirror.ranked:
        return []
    rows = np.arange(len(mirror.ids), dtype=np.int32) if mask is None else np.flatnonzero(mask)
    codes, blank = _codes(mirror, name, rows)
    distinct, counts = np.unique(codes, return_counts=True)
    if len(distinct) and distinct[0] == blank:
        distinct, counts = np.roll(distinct, -1), np.roll(counts, -1)
    if not mirror.fields[name].several:
        distinct, counts = distinct[:VALUES_LIMIT], counts[:VALUES_LIMIT]
    found = zip(_titles(mirror, name, distinct), counts.tolist(), strict=True)
    if mirror.fields[name].several:
        return _pieces(dict(found))
    return [FieldValue(text, rows) for text, rows in found]


def _pieces(found: dict[str, int]) -> list[FieldValue]:
    pieces: Counter[str] = Counter()
    for text, rows in found.items():
        for piece in text.split(", "):
            pieces[piece] += rows
    ordered = sorted(pieces.items(), key=lambda pair: (not pair[0], pair[0].casefold()))
    return [FieldValue(text, rows) for text, rows in ordered[:VALUES_LIMIT]]
