"""Which rows match: conditions and searches, evaluated on keys and on the texts they refer to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from operator import ge, gt, le, lt
from typing import Any

import numpy as np

from soleflip_desktop.db.queries.mirror import BLANK
from soleflip_desktop.domain.grid_query import Condition, FieldKind, FilterValue, Operator
from soleflip_desktop.services.mirror import KeyMirror
from soleflip_desktop.services.mirror_fields import Field
from soleflip_desktop.services.mirror_keys import AnyInts, Ints, Mask
from soleflip_desktop.services.mirror_titles import key_of_title, titles
from soleflip_desktop.services.mirror_words import Part, folded

#: Ids that the server found for a condition on a text that is not held here.
ByServer = Mapping[tuple[str, Condition], Iterable[int]]
_O = Operator
#: Conditions that are the contrary of others; only these hold for a blank.
CONTRARY = {_O.LACKS: _O.CONTAINS, _O.DIFFERS: _O.EQUALS, _O.BLANK: _O.FILLED}
_DECIMAL = re.compile(r"\d+(\.\d+)?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def positive(condition: Condition) -> Condition:
    """The condition itself, or the one it is the contrary of."""
    return Condition(CONTRARY.get(condition.operator, condition.operator), condition.values)


def matching(mirror: KeyMirror, name: str, condition: Condition, found: ByServer) -> Mask:
    """The rows that meet a condition."""
    plain = positive(condition)
    if name in mirror.ranked:
        mask = np.zeros(len(mirror.ids), dtype=np.bool_)
        ids = np.fromiter(found.get((name, plain), ()), dtype=np.int64)
        mask[mirror.places_of(ids)] = True
    elif (part := mirror.words(name)) is not None:
        slots = _words(part, mirror.fields[name], plain)[part.ranks]
        mask = slots[mirror.columns[mirror.fields[name].key].values]
    else:
        mask = _numbers(mirror, mirror.fields[name], plain)
    return mask if plain.operator is condition.operator else ~mask


def search_mask(
    mirror: KeyMirror, names: Sequence[str], words: Sequence[str], found: Sequence[Iterable[int]]
) -> Mask:
    """Rows where every word occurs in some field; `found` are ids known of each word besides."""
    mask = np.ones(len(mirror.ids), dtype=np.bool_)
    for word, ids in zip(words, found, strict=True):
        mine = np.zeros(len(mirror.ids), dtype=np.bool_)
        mine[mirror.places_of(np.fromiter(ids, dtype=np.int64))] = True
        for key, slots in _slots_with(mirror, names, word).items():
            if slots.any():
                mine |= slots[mirror.columns[key].values]
        mask &= mine
    return mask


def _slots_with(mirror: KeyMirror, names: Sequence[str], word: str) -> dict[str, Mask]:
    """By key, the things in one of whose texts a word occurs."""
    slots: dict[str, Mask] = {}
    for name in names:
        part = mirror.words(name)
        if part is not None:
            key = mirror.fields[name].key
            mine = _holding(part.folded, word)[part.ranks]
            slots[key] = slots[key] | mine if key in slots else mine
    return slots


def _holding(texts: Sequence[str], word: str) -> Mask:
    wanted = folded(word)
    return np.fromiter((wanted in text for text in texts), np.bool_, len(texts))


def _words(part: Part, of: Field, condition: Condition) -> Mask:
    """By rank; a blank has rank 0."""
    operator, values = condition.operator, condition.values
    count = len(part.words)
    blank: Mask = np.arange(count) == 0
    if operator is _O.FILLED:
        return ~blank
    if operator is _O.CONTAINS:
        return _holding(part.folded, str(values[0])) & ~blank
    if operator in {_O.EQUALS, _O.ONE_OF}:
        wanted = {folded(str(value)) for value in values}
        split = of.several and operator is _O.ONE_OF
        hits = (_is_one(text, wanted, split=split) for text in part.folded)
        mask: Mask = np.fromiter(hits, np.bool_, count)
        return mask if operator is _O.ONE_OF else mask & ~blank
    if operator is _O.BETWEEN:
        low = _compared(part, _O.AT_LEAST, values[0])
        return low & _compared(part, _O.AT_MOST, values[1]) & ~blank
    return _compared(part, operator, values[0]) & ~blank


def _is_one(text: str, wanted: set[str], *, split: bool) -> bool:
    return text in wanted or (split and any(piece in wanted for piece in text.split(", ")))


_TESTS: dict[Operator, Callable[[Any, Any], bool]] = {
    _O.LESS: lt,
    _O.AT_MOST: le,
    _O.MORE: gt,
    _O.AT_LEAST: ge,
}


def _compared(part: Part, operator: Operator, value: FilterValue) -> Mask:
    """By the field's own order where the value is one of its words or a size's number."""
    test, wanted = _TESTS[operator], folded(str(value))
    count = len(part.words)
    if wanted in part.folded:
        rank = part.folded.index(wanted)
        return np.fromiter((test(n, rank) for n in range(count)), np.bool_, count)
    if part.is_sized and _DECIMAL.fullmatch(wanted):
        sizes = (bool(w.text) and test(w.order[1], Decimal(wanted)) for w in part.words)
        return np.fromiter(sizes, np.bool_, count)
    return np.fromiter((test(text, wanted) for text in part.folded), np.bool_, count)


def _numbers(mirror: KeyMirror, of: Field, condition: Condition) -> Mask:
    column = mirror.columns[of.key]
    filled: Mask = column.values != column.blank
    operator, values = condition.operator, condition.values
    if operator is _O.FILLED:
        return filled
    if operator is _O.CONTAINS:
        return _by_title(mirror, of, lambda title: folded(str(values[0])) in title) & filled
    if operator is _O.ONE_OF:
        return _one_of(mirror, of, [str(value) for value in values])
    low, high = _range(of, operator, values)
    return filled & _between(column.values, column.step, low, high)


def _between(values: AnyInts, step: int, low: int | None, high: int | None) -> Mask:
    """Whether low <= value * step <= high, without widening the values."""
    kind = np.iinfo(values.dtype)
    least = kind.min if low is None else -(-low // step)
    most = kind.max if high is None else high // step
    if least > kind.max or most < kind.min:
        return np.zeros(len(values), dtype=np.bool_)
    inside: Mask = (values >= max(least, kind.min)) & (values <= min(most, kind.max))
    return inside


def _range(
    of: Field, operator: Operator, values: Sequence[FilterValue]
) -> tuple[int | None, int | None]:
    """What is meant, both ends included, as integers of the key. (1, 0): nothing."""
    if not all(_scaled(of, value) is not None for value in values):
        return 1, 0
    first, last = (_scaled(of, value) or Decimal(0) for value in (values[0], values[-1]))
    up, down = _rounded(first, ROUND_CEILING), _rounded(first, ROUND_FLOOR)
    if operator is _O.BETWEEN:
        end = _rounded(last, ROUND_CEILING) - 1 if of.is_moment else _rounded(last, ROUND_FLOOR)
        return up, end
    return {
        _O.EQUALS: (up, down),
        _O.LESS: (None, up - 1),
        _O.AT_MOST: (None, down),
        _O.MORE: (down + 1, None),
        _O.AT_LEAST: (up, None),
    }[operator]


def _rounded(value: Decimal, rounding: str) -> int:
    return int(value.to_integral_value(rounding))


def _scaled(of: Field, value: FilterValue) -> Decimal | None:
    """A value in the key's unit; None for what cannot be one."""
    if of.is_moment:
        if not isinstance(value, datetime):
            return None
        gap = value - _EPOCH
        unit = timedelta(days=1) if of.kind is FieldKind.DAY else timedelta(microseconds=1)
        return Decimal(gap // timedelta(microseconds=1)) / (unit // timedelta(microseconds=1))
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number.scaleb(of.places) if number.is_finite() else None


def _one_of(mirror: KeyMirror, of: Field, wanted: Sequence[str]) -> Mask:
    column = mirror.columns[of.key]
    mask: Mask = np.zeros(len(column.values), dtype=np.bool_)
    if "" in wanted:
        mask |= column.values == column.blank
    for title in filter(None, wanted):
        low, high = key_of_title(of, title)
        mask |= (column.values != column.blank) & _between(column.values, column.step, low, high)
    return mask


def _by_title(mirror: KeyMirror, of: Field, test: Callable[[str], bool]) -> Mask:
    wide: Ints = mirror.columns[of.key].wide()
    distinct, inverse = np.unique(wide, return_inverse=True)
    texts = titles(of, distinct)
    hits = (key != BLANK and test(t) for key, t in zip(distinct.tolist(), texts, strict=True))
    found: Mask = np.fromiter(hits, np.bool_, len(distinct))[inverse]
    return found
