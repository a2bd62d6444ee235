"""A GridSource over a mirrored table; inventory and orders differ in their keys and rows only."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

import numpy as np
from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import change_feed
from soleflip_desktop.db.queries import mirror as queries
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.grid_query import FieldKind, GridQuery, SortKey
from soleflip_desktop.services.grid import CurrencySums, FieldSums, FieldValue, GridView, Group, Ids
from soleflip_desktop.services.mirror import Fetched, KeyMirror
from soleflip_desktop.services.mirror_filter import matching, search_mask
from soleflip_desktop.services.mirror_groups import grouped, values
from soleflip_desktop.services.mirror_keys import Mask
from soleflip_desktop.services.mirror_load import Keys, catch_up, fetch
from soleflip_desktop.services.mirror_server import Found, Question
from soleflip_desktop.services.mirror_sums import currency_sums, field_sums

PREVIEW_ROWS = 200
#: Days pass: keys that count them are read anew after so many seconds.
DAY_KEYS = ("days_held",)
DAY_KEYS_S = 900
#: The feed is kept for a week; a mirror that slept longer than six days is read anew.
FEED_S = (change_feed.KEPT_DAYS - 1) * 86_400
#: Keys that `warm` reads at a time, beside the views: a pass costs more than a key (all rows come).
WARM_KEYS = 16


class _HasId(Protocol):
    @property
    def id(self) -> int: ...


Row = TypeVar("Row", bound=_HasId)
Answer = TypeVar("Answer")
Detail = TypeVar("Detail")


@dataclass(frozen=True, slots=True)
class TableSpec(Generic[Row]):
    """What makes one table page: its keys, its rows and how a page opens."""

    keys: Keys
    rows: Callable[[Session, Sequence[int]], list[Row]]
    preview_order: str
    #: Which of the two ids of `orders_by_number` belongs to this table.
    number_place: int


class MirroredTable(Generic[Row]):
    """Sorts, filters, groups and sums in memory, fetches rows by id (see `services.grid`)."""

    def __init__(self, database: Database, spec: TableSpec[Row]) -> None:
        self._database = database
        self._spec = spec
        self._mirror: KeyMirror | None = None
        self._changes = 0  # how often the table was said to have changed
        self._mirrored = 0  # of these, how many the mirror holds
        self._read_at = 0.0  # when the mirror was last brought up to date
        self._days_at = 0.0  # when the keys that count days were read
        self._lock = asyncio.Lock()  # around everything that reads or changes the mirror

    @property
    def kinds(self) -> dict[str, FieldKind]:
        return {name: field.kind for name, field in self._spec.keys.fields.items()}

    def mark_stale(self) -> None:
        self._changes += 1

    async def preview(self, query: GridQuery) -> GridView:
        """The newest rows by an index; `query` is answered in full by `view`."""
        del query
        ids, total = await self._database.read(self._preview)
        total = max(total, len(ids))
        return GridView(np.array(ids, dtype=np.int64), total, total, (), complete=False)

    def _preview(self, session: Session) -> tuple[list[int], int]:
        table = self._spec.keys.table
        ids = queries.first_ids(session, table, self._spec.preview_order, PREVIEW_ROWS)
        return ids, queries.estimated_rows(session, table.table)

    async def view(self, query: GridQuery) -> GridView:
        searched = self._searched(query)
        return await self._answer(query, (), lambda m, found: _view(m, query, searched, found))

    async def values(self, query: GridQuery, field: str) -> list[FieldValue]:
        others = replace(query, filters=tuple(f for f in query.filters if f.field != field))
        searched = self._searched(query)
        return await self._answer(
            others, (field,), lambda m, found: values(m, field, _mask(m, others, searched, found))
        )

    async def sums(self, ids: Ids, fields: Sequence[str]) -> list[FieldSums]:
        return await self._answer(
            GridQuery(()),
            fields,
            lambda mirror, _found: field_sums(mirror, mirror.places_of(ids), fields),
        )

    async def rows(self, ids: Sequence[int]) -> list[Row]:
        found = {row.id: row for row in await self._database.read(self._spec.rows, ids)}
        return [found[id_] for id_ in ids if id_ in found]

    async def _in_full(
        self, detail: Callable[[Session, int], Detail | None], row_id: int, noun: str
    ) -> Detail:
        found = await self._database.read(detail, row_id)
        if found is None:
            msg = f"This {noun} is no longer there; the list was reloaded."
            raise NotFoundError(msg)
        return found

    async def warm(self) -> None:
        """Reads what is left of the keys, so that no later sort or filter has to wait for it.

        Then makes the orders of the fields that there is room for.
        """
        table, base = self._spec.keys.table, self._spec.keys.base
        keys = [key for key in self._spec.keys.all if key not in base]
        keys.sort(key=table.joined)  # tables are joined once for keys that need the same ones
        for start in range(0, len(keys), WARM_KEYS):
            await self._held(keys[start : start + WARM_KEYS])
        while await self._ordered_one():
            pass

    async def _ordered_one(self) -> bool:
        """Makes one more order to be kept; a view that comes in goes first."""
        async with self._lock:
            mirror = await self._current(())
            return await self._database.run(lambda: _order_one(mirror))

    async def _answer(
        self, query: GridQuery, more: Sequence[str], work: Callable[[KeyMirror, Found], Answer]
    ) -> Answer:
        """Runs `work` with a mirror that holds every key that the query needs."""
        await self._held(self._needed(query, more))
        found = await self._found(query)
        async with self._lock:
            mirror = await self._current(self._needed(query, more))
            return await self._database.run(lambda: work(mirror, found))

    def _needed(self, query: GridQuery, more: Sequence[str]) -> list[str]:
        fields = self._spec.keys.fields
        names = [key.field for key in query.sort] + [f.field for f in query.filters]
        names += [*more, *([query.group_by] if query.group_by else [])]
        if query.search.strip():
            names += [name for name in self._searched(query) if name != "order_number"]
        used = [fields[name] for name in names]
        keys = [*self._spec.keys.base, *(f.key for f in used)]
        return [*keys, *(f.currency for f in used if f.currency)]

    async def _held(self, needed: Sequence[str]) -> None:
        """Reads missing keys beside the views that are being answered, then attaches them."""
        async with self._lock:
            missing = (await self._current(())).missing(needed)
        missing = [key for key in missing if key != "id"]
        if missing:
            fetched = await self._database.read(self._fetch, missing)
            async with self._lock:
                await self._attach(fetched)

    async def _attach(self, fetched: Fetched) -> None:
        if self._mirror is not None:
            if set(fetched.numbers) & set(DAY_KEYS):
                self._days_at = time.monotonic()
            await self._database.run(lambda: self._attach_now(fetched))

    def _attach_now(self, fetched: Fetched) -> None:
        mirror = self._mirror
        if mirror is not None:
            before = mirror.position
            mirror.attach(fetched)
            if mirror.position != before or not np.array_equal(fetched.ids, mirror.ids):
                self._mirrored = -1  # rows changed between the two moments: the feed knows which

    async def _current(self, needed: Sequence[str]) -> KeyMirror:
        """Up to date, and with the keys needed.

        A change that comes during the reading counts the next time.
        """
        if self._outlived():
            self._mirror = None
        if self._mirror is None or self._mirrored != self._changes:
            changes = self._changes
            self._mirror = await self._database.read(self._read, self._mirror)
            self._mirrored = changes
            self._read_at = time.monotonic()
        if missing := self._mirror.missing(needed):
            await self._attach(await self._database.read(self._fetch, missing))
            if self._mirrored != self._changes:
                return await self._current(needed)
        return self._mirror

    def _outlived(self) -> bool:
        now = time.monotonic()
        if self._mirror is not None and now - self._days_at > DAY_KEYS_S:
            self._mirror.drop(DAY_KEYS)
        return now - self._read_at > FEED_S

    def _read(self, session: Session, mirror: KeyMirror | None) -> KeyMirror:
        keys = self._spec.keys
        position = change_feed.one_snapshot(session)
        if mirror is not None and catch_up(session, keys, mirror, position):
            return mirror
        return KeyMirror.of(keys.fields, fetch(session, keys, keys.base, position))

    def _fetch(self, session: Session, names: Sequence[str]) -> Fetched:
        return fetch(session, self._spec.keys, names, change_feed.one_snapshot(session))

    async def _found(self, query: GridQuery) -> Found:
        """What the server has to say to the query."""
        mirror, spec = self._mirror, self._spec
        ranked = frozenset(mirror.ranked) if mirror is not None else frozenset()
        searched = self._searched(query)
        table = spec.keys.table
        question = Question.of(query, table, searched, ranked, spec.number_place)
        if question.empty:
            return Found([set() for _ in question.words])
        return await self._database.read(question.ask)

    def _searched(self, query: GridQuery) -> list[str]:
        """The fields of the search that have texts."""
        fields = self._spec.keys.fields
        asked = fields if query.search_fields is None else query.search_fields
        texts = {FieldKind.TEXT, FieldKind.CHOICE}
        return [name for name in asked if name in fields and fields[name].kind in texts]


def _order_one(mirror: KeyMirror) -> bool:
    names = mirror.unordered()
    if names:
        mirror.order((SortKey(names[0]),))
    return len(names) > 1


def _view(mirror: KeyMirror, query: GridQuery, searched: Sequence[str], found: Found) -> GridView:
    mask, sums = _narrowed(mirror, query, searched, found)
    order = mirror.order(query.sort)
    if mask is not None:
        order = order.compress(mask.take(order))
    groups: tuple[Group, ...] = ()
    ids = mirror.ids.take(order)
    if query.group_by:
        ids, groups = grouped(mirror, query.group_by, order, query.collapsed)
    return GridView(ids, len(mirror.ids), len(order), sums, groups)


def _narrowed(
    mirror: KeyMirror, query: GridQuery, searched: Sequence[str], found: Found
) -> tuple[Mask | None, tuple[CurrencySums, ...]]:
    """The rows that match and their sums: those of the last query, where only the order differs.

    What the server found is not kept: it may find more in a table that is not mirrored.
    """
    narrowing = (query.search, tuple(searched), repr(query.filters))
    if found.nothing and narrowing in mirror.answered:
        return mirror.answered[narrowing]
    mask = _mask(mirror, query, searched, found)
    sums = currency_sums(mirror, mask)
    mirror.answered.clear()
    if found.nothing:
        mirror.answered[narrowing] = mask, sums
    return mask, sums


def _mask(
    mirror: KeyMirror, query: GridQuery, searched: Sequence[str], found: Found
) -> Mask | None:
    """The rows that match; None for all of them."""
    if not query.narrowed:
        return None
    words = query.search.casefold().split()
    mask = search_mask(mirror, searched, words, found.words)
    for one in query.filters:
        for condition in one.conditions:
            mask &= matching(mirror, one.field, condition, found.conditions)
    return mask
