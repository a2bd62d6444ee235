"""Reads keys for a mirror, and what the change feed says of the rows since it was last read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy.orm import Session

from soleflip_desktop.db.queries import change_feed
from soleflip_desktop.db.queries import mirror as queries
from soleflip_desktop.db.queries.change_feed import FeedEntry
from soleflip_desktop.domain.system import EntityKind
from soleflip_desktop.services.mirror import Fetched, KeyMirror
from soleflip_desktop.services.mirror_fields import SECOND, Field, Lookup
from soleflip_desktop.services.mirror_keys import Gathered, Ints, KeyColumn
from soleflip_desktop.services.mirror_order import ascending
from soleflip_desktop.services.mirror_words import References, Word

#: Free texts with more different values are not held: the server ranks and searches them.
WORDS_LIMIT = 20_000
#: More changed rows than this are read faster with all the others.
PATCH_LIMIT = 5_000
#: What the sums of every view need.
MONEY = (
    "gross",
    "gross_currency",
    "payout",
    "payout_currency",
    "cost",
    "cost_currency",
    "profit",
)
#: Rows by rows: which of ours a change of another table touches.
Touched = Callable[[Session, KeyMirror, Sequence[int]], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Keys:
    """What a mirror reads: its table, its fields and the texts that keys refer to.

    `base` is what every view needs: it is read first. `own` is the entity of the table's rows;
    `others` says which of them another entity's change touches, `unclear` which keys to read anew
    where that cannot be said, `texts` whose texts it changes.
    """

    table: queries.KeyTable
    fields: Mapping[str, Field]
    lookups: Mapping[str, Lookup]
    base: tuple[str, ...]
    own: EntityKind
    others: Mapping[EntityKind, Touched]
    unclear: Mapping[EntityKind, tuple[str, ...]] = field(default_factory=dict)

    @property
    def all(self) -> tuple[str, ...]:
        return (
            *self.table.keys,
            *(name for name in self.table.texts if name not in self.table.keys),
        )


#: Whose texts an entity's change alters.
RENAMED = {
    EntityKind.PRODUCT: "variant",
    EntityKind.LOCATION: "location",
    EntityKind.SUPPLIER: "supplier",
}


def fetch(session: Session, keys: Keys, names: Sequence[str], position: int) -> Fetched:
    """These keys of all rows; `position` is that of the session's snapshot."""
    plain = [name for name in names if name in keys.table.keys]
    rows = queries.estimated_rows(session, keys.table.table)
    chunks = queries.key_chunks(session, keys.table, plain)
    fetched = _fetch(keys, plain, chunks, position, rows)
    overflown = [
        name
        for name in keys.table.texts
        if (name in names and name not in plain)
        or (name in plain and len(fetched.references[name].values) > WORDS_LIMIT)
    ]
    for name in overflown:
        fetched.numbers[name] = _ranks(session, keys, name, fetched.ids)
        fetched.references.pop(name, None)
        fetched.ranked |= {name}
    _look_up(session, keys, fetched)
    return fetched


def _fetch(
    keys: Keys, names: Sequence[str], chunks: Iterable[bytes], position: int, rows: int = 0
) -> Fetched:
    """`rows` is how many there will be about."""
    ids = Gathered(rows)
    numbers = {n: Gathered(rows) for n in names if not _is_word(keys, n)}
    references = {n: References(gathered=Gathered(rows)) for n in names if _is_word(keys, n)}
    for chunk in chunks:
        table = np.frombuffer(chunk, dtype=">i8").reshape(-1, len(names) + 1)
        own = table[:, 0].astype(np.int64)
        ids.add(KeyColumn(own))
        for place, name in enumerate(names, 1):
            wide = table[:, place].astype(np.int64)
            if name in references:
                references[name].add(wide, own)
            else:
                step = SECOND if name.endswith("_at") else 1
                numbers[name].add(KeyColumn.numbers(wide, step))
    columns = {name: gathered.column() for name, gathered in numbers.items()}
    all_ids: Ints = ids.column().wide()
    return _in_id_order(Fetched(position, all_ids, columns, references, {}))


def _in_id_order(fetched: Fetched) -> Fetched:
    order = ascending(fetched.ids, queries.BLANK)
    fetched.ids = fetched.ids[order]
    for column in fetched.numbers.values():
        column.values = column.values[order]
    for references in fetched.references.values():
        column = references.column()
        references.gathered = Gathered()
        references.gathered.add(KeyColumn(column.values[order]))
    return fetched


def _is_word(keys: Keys, name: str) -> bool:
    return name in keys.lookups or name in keys.table.texts


def _ranks(session: Session, keys: Keys, name: str, ids: Ints) -> KeyColumn:
    pairs = np.frombuffer(queries.ranked_texts(session, keys.table, name), dtype=">i8")
    pairs = pairs.reshape(-1, 2).astype(np.int64)
    wide = np.full(len(ids), queries.BLANK, dtype=np.int64)
    wide[np.searchsorted(ids, pairs[:, 0])] = pairs[:, 1]
    return KeyColumn.numbers(wide)


def _look_up(session: Session, keys: Keys, fetched: Fetched) -> None:
    for name, references in fetched.references.items():
        values = references.values.tolist()
        if name in keys.lookups:
            fetched.words[name] = keys.lookups[name](session, values)
        else:
            samples = references.samples.tolist()
            found = queries.texts_of(session, keys.table, name, samples)
            pairs = zip(values, samples, strict=True)
            fetched.words[name] = {value: (Word.plain(found[id_]),) for value, id_ in pairs}


@dataclass(slots=True)
class Changes:
    """What feed entries mean for a mirror: rows to read, keys and texts that are out of date."""

    ids: set[int] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    renamed: set[str] = field(default_factory=set)
    all: bool = False


def catch_up(session: Session, keys: Keys, mirror: KeyMirror, position: int) -> bool:
    """Brings a mirror to the session's snapshot. False: too much changed, read it anew."""
    entries = change_feed.entries_since(session, mirror.position)
    changes = Changes()
    for entry in entries:
        if entry.seq not in mirror.applied:
            _note(session, keys, mirror, entry, changes)
    if changes.all or len(changes.ids) > PATCH_LIMIT:
        return False
    mirror.drop(changes.keys)
    if changes.ids:
        mirror.drop(mirror.ranked)  # a rank is known among all others only
        _patch(session, keys, mirror, sorted(changes.ids), position)
    for name in changes.renamed & set(mirror.tables):
        mirror.renew(name, keys.lookups[name](session, mirror.tables[name].values.tolist()))
    mirror.position = position
    mirror.applied = {entry.seq for entry in entries if entry.xid >= position}
    return True


def _note(
    session: Session, keys: Keys, mirror: KeyMirror, entry: FeedEntry, changes: Changes
) -> None:
    if entry.entity in RENAMED:
        changes.renamed.add(RENAMED[entry.entity])
    elif entry.entity is keys.own:
        changes.all |= entry.ids is None
        changes.ids.update(entry.ids or ())
    elif entry.entity in keys.others:
        unclear = keys.unclear.get(entry.entity, ())
        if entry.ids is None or entry.operation == "D":
            changes.keys.update(unclear)
        if entry.ids is None:
            changes.all |= not unclear
        else:
            changes.ids.update(keys.others[entry.entity](session, mirror, entry.ids))


def _patch(session: Session, keys: Keys, mirror: KeyMirror, ids: list[int], position: int) -> None:
    names = [name for name in mirror.columns if name != "id"]
    fetched = _fetch(keys, names, [queries.keys_of(session, keys.table, names, ids)], position)
    _look_up(session, keys, fetched)
    mirror.patch(np.array(ids, dtype=np.int64), fetched)
