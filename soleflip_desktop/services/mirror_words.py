"""What rows refer to: variants, places, words. A row holds a slot; texts and ranks go by slot."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from soleflip_desktop.db.queries.mirror import BLANK
from soleflip_desktop.services.mirror_keys import AnyInts, Gathered, Ints, KeyColumn

#: Sorted in one go: more would hold the interpreter's lock too long.
SLICE = 2_000


@dataclass(frozen=True, slots=True)
class Word:
    """A text and what it is ordered by; equal orders are equal words."""

    text: str
    order: Any

    @classmethod
    def plain(cls, text: str) -> Word:
        return cls(text, text.casefold())


Words = tuple[Word, ...]


@dataclass(slots=True)
class References:
    """The values of a key as they come, each replaced by its slot: 1 and up, 0 for a blank.

    `samples` are ids of rows that have the value.
    """

    values: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    samples: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    gathered: Gathered = field(default_factory=Gathered)
    _known: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _slots: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def add(self, wide: Ints, ids: Ints) -> None:
        if len(wide) and (wide == wide[0]).all():  # most often: blank, or the one currency
            slots = np.repeat(self.slots_of(wide[:1], ids[:1]), len(wide))
        else:
            distinct, first, inverse = np.unique(wide, return_index=True, return_inverse=True)
            slots = self.slots_of(distinct, ids[first])[inverse]
        self.gathered.add(KeyColumn.slots(slots))

    def slots_of(self, distinct: Ints, samples: Ints) -> Ints:
        """Of distinct values in order; new ones get the next slots."""
        new = (distinct != BLANK) & ~np.isin(distinct, self._known)
        if new.any():
            numbers = len(self.values) + 1 + np.arange(int(new.sum()))
            self.values = np.concatenate((self.values, distinct[new]))
            self.samples = np.concatenate((self.samples, samples[new]))
            at = np.searchsorted(self._known, distinct[new])
            self._known = np.insert(self._known, at, distinct[new])
            self._slots = np.insert(self._slots, at, numbers)
        if not len(self._known):
            return np.zeros(len(distinct), dtype=np.int64)
        at = np.minimum(np.searchsorted(self._known, distinct), len(self._known) - 1)
        return np.where(self._known[at] == distinct, self._slots[at], 0)

    def column(self) -> KeyColumn:
        return self.gathered.column()


@dataclass(slots=True)
class Part:
    """One text of the things in a table, by slot; `words` by rank, both blank at 0."""

    ranks: AnyInts
    words: list[Word]
    folded: list[str]

    @property
    def is_sized(self) -> bool:
        """Whether words are ordered by a number, as sizes are: (system, number, text)."""
        return len(self.words) > 1 and isinstance(self.words[1].order, tuple)

    @classmethod
    def of(cls, words: Sequence[Word]) -> Part:
        """`words` by slot, without the blank."""
        by_order = {word.order: word for word in words if word.text}
        orders = list(by_order)
        parts = (sorted(orders[n : n + SLICE]) for n in range(0, len(orders), SLICE))
        ordered = [by_order[order] for order in heapq.merge(*parts)]
        rank = {word.order: n for n, word in enumerate(ordered, 1)}
        ranks = [0, *(rank[word.order] if word.text else 0 for word in words)]
        ordered.insert(0, Word("", None))
        return cls(
            KeyColumn.slots(np.array(ranks, dtype=np.int64)).values,
            ordered,
            [folded(word.text) for word in ordered],
        )


def folded(text: str) -> str:
    """As texts are compared: "very_good", "Very good" and "VERY GOOD" are the same."""
    return text.casefold().replace("_", " ")


@dataclass(slots=True)
class WordTable:
    """All things that the rows of a mirror refer to by one key."""

    references: References = field(default_factory=References)
    _words: list[Words] = field(default_factory=list)
    _parts: dict[int, Part] = field(default_factory=dict)

    @property
    def values(self) -> Ints:
        return self.references.values

    def adopt(self, fetched: References, words: Mapping[int, Words]) -> AnyInts:
        """Takes over what another reader found; returns our slots by its slots."""
        known = len(self.values)
        order = np.argsort(fetched.values)
        slots = np.zeros(len(order) + 1, dtype=np.int64)
        slots[order + 1] = self.references.slots_of(fetched.values[order], fetched.samples[order])
        new = self.values[known:].tolist()
        if new:
            self._words += [words[value] for value in new]
            self._parts.clear()
        return slots

    def renew(self, words: Mapping[int, Words]) -> None:
        """Other texts of the same things."""
        old = zip(self.values.tolist(), self._words, strict=True)
        self._words = [words.get(value, known) for value, known in old]
        self._parts.clear()

    def part(self, number: int) -> Part:
        if number not in self._parts:
            self._parts[number] = Part.of([words[number] for words in self._words])
        return self._parts[number]
