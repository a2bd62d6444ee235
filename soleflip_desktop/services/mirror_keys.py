"""One key of all rows, in the smallest integers that hold it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soleflip_desktop.db.queries.mirror import BLANK

Ints = NDArray[np.int64]
Places = NDArray[np.int32]
Mask = NDArray[np.bool_]
AnyInts = NDArray[Any]
LARGEST = np.iinfo(np.int64).max
SIGNED: tuple[type[Any], ...] = (np.int8, np.int16, np.int32, np.int64)
UNSIGNED: tuple[type[Any], ...] = (np.uint8, np.uint16, np.uint32)


@dataclass(slots=True)
class KeyColumn:
    """`values` times `step`; the type's smallest value is a blank (0 where there is no sign).

    Unsigned columns hold slots of a WordTable.
    """

    values: AnyInts
    step: int = 1

    @classmethod
    def numbers(cls, wide: Ints, step: int = 1) -> KeyColumn:
        """From integers with BLANK; `step` is kept if all of them are its multiples."""
        filled = wide != BLANK
        known = wide[filled]
        if step > 1 and (known % step).any():
            step = 1
        known = known // step if step > 1 else known
        least, most = (int(known.min()), int(known.max())) if len(known) else (0, 0)
        kind = next(k for k in SIGNED if np.iinfo(k).min < least and most <= np.iinfo(k).max)
        values = np.full(len(wide), np.iinfo(kind).min, dtype=kind)
        values[filled] = known
        return cls(values, step)

    @classmethod
    def slots(cls, slots: AnyInts) -> KeyColumn:
        most = int(slots.max()) if len(slots) else 0
        return cls(slots.astype(next(k for k in UNSIGNED if most <= np.iinfo(k).max)))

    @property
    def blank(self) -> int:
        return int(np.iinfo(self.values.dtype).min)

    def wide(self, rows: AnyInts | slice = slice(None)) -> Ints:
        """As integers with BLANK."""
        values = self.values[rows]
        wide: Ints = values.astype(np.int64) * self.step
        wide[values == self.blank] = BLANK
        return wide

    def cast(self, kind: np.dtype[Any]) -> KeyColumn:
        """In a wider type."""
        if kind == self.values.dtype:
            return self
        values = self.values.astype(kind)
        values[self.values == self.blank] = np.iinfo(kind).min
        return KeyColumn(values, self.step)

    def put(self, places: AnyInts | slice, other: KeyColumn) -> None:
        """Replaces some values; widens the column where they need it."""
        if other.step != self.step:
            if (other.values == other.blank).all():
                other = KeyColumn(other.values, self.step)
            else:
                self.values, self.step = KeyColumn.numbers(self.wide()).values, 1
                other = KeyColumn.numbers(other.wide())
        kind = max(self.values.dtype, other.values.dtype, key=lambda kind: kind.itemsize)
        self.values = self.cast(kind).values
        self.values[places] = other.cast(kind).values

    def moved(self, gone: Places, fresh: AnyInts) -> None:
        """Takes rows out and makes blank room in front of `fresh` (places without those gone)."""
        if len(gone):
            self.values = np.delete(self.values, gone)
        if len(fresh):
            self.values = np.insert(self.values, fresh, self.blank)


@dataclass(slots=True)
class Gathered:
    """A column that comes in parts, in one array with room for `rows` from the start.

    Hundreds of small arrays would leave holes in the heap that are never given back.
    """

    rows: int = 0
    _room: KeyColumn | None = None
    _count: int = 0

    def add(self, part: KeyColumn) -> None:
        end = self._count + len(part.values)
        if self._room is None:
            room = np.full(max(self.rows, end), part.blank, dtype=part.values.dtype)
            self._room = KeyColumn(room, part.step)
        if more := max(0, end - len(self._room.values)):
            more = max(more, len(self._room.values) // 2)
            blanks = np.full(more, self._room.blank, dtype=self._room.values.dtype)
            self._room.values = np.concatenate((self._room.values, blanks))
        self._room.put(slice(self._count, end), part)
        self._count = end

    def column(self) -> KeyColumn:
        if self._room is None:
            return KeyColumn.numbers(np.zeros(0, dtype=np.int64))
        return KeyColumn(self._room.values[: self._count], self._room.step)
