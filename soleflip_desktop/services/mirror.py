"""The mirror of a table's keys: sorting and filtering a million rows in memory.

Small integers and a few cached permutations replace every ORDER BY, OFFSET and ILIKE that a grid
would send (performance.md B, strategy 4b).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from soleflip_desktop.domain.grid_query import SortKey
from soleflip_desktop.services.grid import CurrencySums
from soleflip_desktop.services.mirror_fields import Field
from soleflip_desktop.services.mirror_keys import LARGEST, AnyInts, Ints, KeyColumn, Mask, Places
from soleflip_desktop.services.mirror_order import ascending, descending, mended
from soleflip_desktop.services.mirror_words import Part, References, Words, WordTable

#: Room for the orders of all fields of a million rows that differ; four at least are kept.
ORDER_BYTES = 80_000_000
ORDERS_KEPT = 4
#: So many orders, the last used, are mended when rows come or go; others are made anew when asked.
ORDERS_MENDED = 6
PLACE_BYTES = 4
#: Many ids are looked up in a table of all, unless that were more than so many times too large.
DENSE, FEW = 4, 5_000
Sort = tuple[SortKey, ...]
#: What is searched and filtered for.
Narrowing = tuple[object, ...]


@dataclass(slots=True)
class Fetched:
    """Some keys of some rows, read at one moment; `position` is that moment in the feed.

    `ranked` are texts that were too many to be held: their numbers are ranks.
    """

    position: int
    ids: Ints
    numbers: dict[str, KeyColumn]
    references: dict[str, References]
    words: dict[str, dict[int, Words]]
    ranked: frozenset[str] = frozenset()


@dataclass(slots=True)
class KeyMirror:
    """All rows of a table in id order: their ids, their keys, and what follows from them."""

    fields: Mapping[str, Field]
    ids: Ints
    columns: dict[str, KeyColumn] = field(default_factory=dict)
    tables: dict[str, WordTable] = field(default_factory=dict)
    ranked: set[str] = field(default_factory=set)
    position: int = 0
    applied: set[int] = field(default_factory=set)
    #: The rows and sums that were asked for last; they hold until a key changes.
    answered: dict[Narrowing, tuple[Mask | None, tuple[CurrencySums, ...]]] = field(
        default_factory=dict
    )
    _orders: OrderedDict[Sort, Places] = field(default_factory=OrderedDict)

    @classmethod
    def of(cls, fields: Mapping[str, Field], fetched: Fetched) -> KeyMirror:
        mirror = cls(fields, fetched.ids, position=fetched.position)
        mirror.attach(fetched)
        return mirror

    def __post_init__(self) -> None:
        self.columns["id"] = KeyColumn(self.ids)

    def attach(self, fetched: Fetched) -> None:
        """Takes in further keys of all rows.

        Rows that came or changed between the two moments are in the feed since the earlier one.
        """
        columns = self._adopted(fetched)
        if not np.array_equal(fetched.ids, self.ids):
            columns = {name: self._aligned(column, fetched.ids) for name, column in columns.items()}
        self.columns |= columns
        self.ranked |= fetched.ranked
        self.answered.clear()
        if fetched.position < self.position:
            self.position = fetched.position
            self.applied.clear()

    def _adopted(self, fetched: Fetched) -> dict[str, KeyColumn]:
        columns = dict(fetched.numbers)
        for name, references in fetched.references.items():
            table = self.tables.setdefault(name, WordTable())
            slots = KeyColumn.slots(table.adopt(references, fetched.words[name]))
            columns[name] = KeyColumn(slots.values[references.column().values])
        return columns

    def _aligned(self, column: KeyColumn, ids: Ints) -> KeyColumn:
        """One value for each of our rows; blank where there was no such row."""
        _, ours, theirs = np.intersect1d(self.ids, ids, assume_unique=True, return_indices=True)
        values = np.full(len(self.ids), column.blank, dtype=column.values.dtype)
        values[ours] = column.values[theirs]
        return KeyColumn(values, column.step)

    def drop(self, names: Iterable[str]) -> None:
        """Forgets keys: they are read anew when needed."""
        self.answered.clear()
        for name in set(names) & set(self.columns):
            del self.columns[name]
            self.tables.pop(name, None)
            self._forget_orders({name})

    def renew(self, name: str, words: Mapping[int, Words]) -> None:
        """The things that a key refers to have other texts."""
        self.answered.clear()
        self.tables[name].renew(words)
        self._forget_orders({name})

    def _forget_orders(self, keys: set[str]) -> None:
        for sort in list(self._orders):
            if keys & {self.fields[key.field].key for key in sort}:
                del self._orders[sort]

    @property
    def nbytes(self) -> int:
        """Of all keys and kept orders."""
        arrays = [column.values for column in self.columns.values()] + list(self._orders.values())
        return sum(array.nbytes for array in arrays)

    def words(self, name: str) -> Part | None:
        """The words of a field; None for numbers, and for texts too many to be held."""
        of = self.fields[name]
        table = self.tables.get(of.key)
        return None if table is None or of.key in self.ranked else table.part(of.part)

    def codes(self, name: str, rows: AnyInts | slice = slice(None)) -> tuple[AnyInts, int]:
        """Integers in the order of a field's values, and which of them is a blank."""
        column, words = self.columns[self.fields[name].key], self.words(name)
        values = column.values[rows]
        return (values, column.blank) if words is None else (words.ranks[values], 0)

    def _wide(self, name: str, rows: Places) -> Ints:
        codes, blank = self.codes(name, rows)
        wide: Ints = codes.astype(np.int64)
        wide[codes == blank] = LARGEST
        return wide

    def order(self, sort: Sort) -> Places:
        """Row places in order; blanks last. Equal rows are by id, in the last key's direction."""
        if sort in self._orders:
            self._orders.move_to_end(sort)
            return self._orders[sort]
        if len(sort) == 1 and sort[0].descending:
            order = self.order((SortKey(sort[0].field),))
            return descending(order, self._filled(sort[0].field, order))
        if len(sort) == 1 and self._is_level(sort[0].field):
            return self.order(())
        return self._kept(sort, self._made(sort))

    def _filled(self, name: str, order: Places) -> int:
        """How many rows have a value: blanks are the last of an ascending order."""
        low, high = 0, len(order)
        while low < high:
            middle = (low + high) // 2
            codes, blank = self.codes(name, order[middle : middle + 1])
            low, high = (low, middle) if codes[0] == blank else (middle + 1, high)
        return low

    def _is_level(self, name: str) -> bool:
        """Whether rows in order of that field stand as they do here, in order of their ids."""
        values = self.columns[self.fields[name].key].values
        return values is self.ids or not len(values) or bool((values == values[0]).all())

    def unordered(self) -> list[str]:
        """The fields whose orders are not kept yet and would find room, the slowest first."""
        names = [
            name
            for name, of in self.fields.items()
            if of.key in self.columns and (SortKey(name),) not in self._orders
        ]
        names = [name for name in names if not self._is_level(name)]
        names.sort(key=lambda name: -self.codes(name, slice(0))[0].itemsize)
        return names[: max(0, self._most() - len(self._orders))]

    def _made(self, sort: Sort) -> Places:
        if not sort:
            return np.arange(len(self.ids), dtype=np.int32)
        if len(sort) == 1:
            return ascending(*self.codes(sort[0].field))
        order = self.order(sort[-1:])
        for key in reversed(sort[:-1]):
            codes, blank = self.codes(key.field)
            turned = _turned(codes, blank) if key.descending else codes
            order = ascending(turned, blank, order)
        return order

    def _kept(self, sort: Sort, order: Places) -> Places:
        self._orders[sort] = order
        while len(self._orders) > self._most():
            self._orders.popitem(last=False)
        return order

    def _most(self) -> int:
        return max(ORDERS_KEPT, ORDER_BYTES // max(len(self.ids) * PLACE_BYTES, 1))

    def places_of(self, ids: Ints) -> Places:
        """Where rows stand; ids that are not there are left out."""
        if not len(self.ids):
            return np.zeros(0, dtype=np.int32)
        first, span = int(self.ids[0]), int(self.ids[-1] - self.ids[0]) + 1
        ids = ids[(ids >= first) & (ids < first + span)]
        if span > DENSE * len(self.ids) or len(ids) < FEW:
            near = np.searchsorted(self.ids, ids)
            exact: Places = near[self.ids[near] == ids].astype(np.int32)
            return exact
        place_by_id = np.full(span, -1, dtype=np.int32)
        place_by_id[self.ids - first] = np.arange(len(self.ids), dtype=np.int32)
        found: Places = place_by_id[ids - first]
        return found[found >= 0]

    def patch(self, changed: Ints, fetched: Fetched) -> None:
        """Rows that changed, came or are gone: `changed` lists them, `fetched` those still there.

        Both in id order. Kept orders are mended as sorting anew would make them.
        """
        columns = self._adopted(fetched)
        removed = np.zeros(len(self.ids), dtype=np.bool_)
        removed[self.places_of(changed)] = True
        gone = np.flatnonzero(removed & ~np.isin(self.ids, fetched.ids)).astype(np.int32)
        fresh = fetched.ids[~np.isin(fetched.ids, self.ids)]
        moved = self._move(gone, fresh) if len(gone) or len(fresh) else None
        places = self.places_of(fetched.ids)
        changed_keys = set()
        for name, column in columns.items():
            if not np.array_equal(self.columns[name].wide(places), column.wide()):
                self.columns[name].put(places, column)
                changed_keys.add(name)
        self.answered.clear()
        self._mend(removed, moved, places, changed_keys)

    def _move(self, gone: Places, fresh: Ints) -> Places:
        """Takes rows out and makes room for others; returns the new place of each old one."""
        kept = np.delete(self.ids, gone)
        at = np.searchsorted(kept, fresh)
        for name, column in self.columns.items():
            if name != "id":
                column.moved(gone, at)
        old_ids, self.ids = self.ids, np.insert(kept, at, fresh)
        self.columns["id"] = KeyColumn(self.ids)
        return np.searchsorted(self.ids, old_ids).astype(np.int32)

    def _mend(self, removed: Mask, moved: Places | None, places: Places, changed: set[str]) -> None:
        if moved is not None:
            while len(self._orders) > ORDERS_MENDED:
                self._orders.popitem(last=False)
        for sort in list(self._orders):
            keys = {self.fields[key.field].key for key in sort}
            if moved is None and not keys & changed:
                continue
            if len(sort) > 1:
                del self._orders[sort]
                continue
            wide = partial(self._wide, sort[0].field if sort else "id")
            self._orders[sort] = mended(self._orders[sort], removed, moved, places, wide)

    def missing(self, keys: Iterable[str]) -> list[str]:
        return [key for key in dict.fromkeys(keys) if key not in self.columns]


def _turned(codes: AnyInts, blank: int) -> AnyInts:
    """Codes for a descending order, blanks still the smallest."""
    wide = codes.astype(np.int64)
    turned = int(wide.max(initial=0)) - wide + blank + 1 if blank == 0 else -wide
    turned[codes == blank] = blank
    return turned
