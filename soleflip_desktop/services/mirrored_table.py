"""A GridSource over a mirrored table; inventory and orders differ in their keys and rows only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import mirror as queries
from soleflip_desktop.services.grid import GridQuery, GridView
from soleflip_desktop.services.mirror import Ints, KeyMirror, TextIndex, unpack

PREVIEW_ROWS = 200
#: Loaded with the mirror: what searching, totals and both default orders need.
BASE_KEYS = (
    "variant",
    "gross",
    "gross_currency",
    "payout",
    "payout_currency",
    "cost",
    "cost_currency",
)


class _HasId(Protocol):
    @property
    def id(self) -> int: ...


Row = TypeVar("Row", bound=_HasId)


@dataclass(frozen=True, slots=True)
class TableSpec(Generic[Row]):
    """What makes one table page: its keys, its rows and how a page opens."""

    keys: queries.KeyTable
    rows: Callable[[Session, Sequence[int]], list[Row]]
    table: str
    preview_order: str
    #: Which of the two ids of `orders_by_number` belongs to this table.
    number_place: int


class MirroredTable(Generic[Row]):
    """Sorts and filters in memory, fetches rows by id (see `services.grid`)."""

    def __init__(self, database: Database, spec: TableSpec[Row]) -> None:
        self._database = database
        self._spec = spec
        self._mirror: KeyMirror | None = None
        self._changes = 0  # how often the table was said to have changed
        self._mirrored = 0  # of these, how many the mirror holds
        self._lock = asyncio.Lock()

    def mark_stale(self) -> None:
        self._changes += 1

    async def preview(self, query: GridQuery) -> GridView:
        """The newest rows by an index; `query` is answered in full by `view`."""
        del query
        ids, total = await self._database.read(self._preview)
        return GridView(np.array(ids, dtype=np.int64), max(total, len(ids)), (), complete=False)

    def _preview(self, session: Session) -> tuple[list[int], int]:
        spec = self._spec
        ids = queries.first_ids(session, spec.keys, spec.preview_order, PREVIEW_ROWS)
        return ids, queries.estimated_rows(session, spec.table)

    async def view(self, query: GridQuery) -> GridView:
        async with self._lock:  # one load at a time, whatever the typing speed
            mirror = await self._with_key(await self._current(), query.sort_key)
        words = query.search.casefold().split()
        extra: Sequence[int] = ()
        if words and any(letter.isdigit() for letter in query.search):
            extra = await self._database.read(self._by_number, query.search.strip())
        return await self._database.run(lambda: _answer(mirror, query, words, extra))

    async def rows(self, ids: Sequence[int]) -> list[Row]:
        found = {row.id: row for row in await self._database.read(self._spec.rows, ids)}
        return [found[id_] for id_ in ids if id_ in found]

    async def _current(self) -> KeyMirror:
        """Read anew after a change; one that comes during the reading counts the next time."""
        if self._mirror is None or self._mirrored != self._changes:
            changes = self._changes
            self._mirror = await self._database.read(self._load)
            self._mirrored = changes
        return self._mirror

    async def _with_key(self, mirror: KeyMirror, name: str) -> KeyMirror:
        """A mirror that holds a key; a table that changed meanwhile is mirrored anew."""
        if name in mirror.columns or name in mirror.texts.ranks:
            return mirror
        ids, columns = await self._database.read(self._keys, (name,))
        if not np.array_equal(ids, mirror.ids):
            mirror = await self._database.read(self._load, name)
        else:
            mirror.columns.update(columns)
        self._mirror = mirror
        return mirror

    def _load(self, session: Session, *more: str) -> KeyMirror:
        ids, columns = self._keys(session, (*BASE_KEYS, *more))
        texts = TextIndex.of(queries.variant_texts(session))
        columns["id"] = ids
        return KeyMirror(ids, columns, texts)

    def _keys(self, session: Session, names: Sequence[str]) -> tuple[Ints, dict[str, Ints]]:
        return unpack(queries.packed_keys(session, self._spec.keys, names), names)

    def _by_number(self, session: Session, prefix: str) -> list[int]:
        return [ids[self._spec.number_place] for ids in queries.orders_by_number(session, prefix)]


def _answer(
    mirror: KeyMirror, query: GridQuery, words: Sequence[str], extra: Sequence[int]
) -> GridView:
    order = mirror.order(query.sort_key, descending=query.descending)
    mask = mirror.mask(words, extra) if words else None
    if mask is not None:
        order = order[mask[order]]
    return GridView(mirror.ids[order], len(mirror.ids), mirror.sums(mask))
