"""A page of remote records: told apart, taken in as a whole, or one by one where one is broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, TypeVar

import psycopg

from soleflip_desktop.db.queries import review_inbox
from soleflip_desktop.db.queries.remote_records import Sight, Told, told
from soleflip_desktop.db.queries.review_inbox import Question
from soleflip_desktop.db.queries.sync_orders import Outcome
from soleflip_desktop.domain.marketplace import BadRecord, Raw
from soleflip_desktop.domain.sync import ReviewKind, SyncCounts

Connection = psycopg.Connection[Any]
T = TypeVar("T")

#: What the database refuses, or the driver before it: half a character, an amount without end.
UNSTORABLE = (psycopg.Error, UnicodeError)
_NAMES = {"order": "Order", "listing": "Listing"}


@dataclass(frozen=True, slots=True)
class Taking(Generic[T]):
    """How the records of one kind are taken in: `write` raises psycopg.Error where it cannot."""

    connection: Connection
    sight: Sight
    write: Callable[[Sequence[T]], Outcome]

    def take(
        self, records: Mapping[str, tuple[T, Raw]], bad: Sequence[BadRecord], repeated: int
    ) -> SyncCounts:
        """`records` are the last ones of each id; `repeated` others stood before them."""
        sent = {id_: told(id_, raw) for id_, (_, raw) in records.items()}
        same = self.sight.unchanged(self.connection, sent.values())
        changed = {id_: record for id_, (record, _) in records.items() if id_ not in same}
        outcome, broken = self._write(changed, records)
        left_out = {record.external_id for record in broken}
        self._keep(outcome, {id_: sent[id_] for id_ in changed if id_ not in left_out})
        self._take_bad([*bad, *broken])
        failed = len(bad) + len(broken)
        done = len(outcome.created) + len(outcome.updated)
        fetched = len(records) + repeated + len(bad)
        return SyncCounts(
            fetched=fetched,
            created=len(outcome.created),
            updated=len(outcome.updated),
            unchanged=fetched - failed - done,
            failed=failed,
        )

    def _write(
        self, changed: Mapping[str, T], records: Mapping[str, tuple[T, Raw]]
    ) -> tuple[Outcome, list[BadRecord]]:
        if not changed:
            return Outcome(), []
        try:
            with self.connection.transaction():
                return self.write(list(changed.values())), []
        except psycopg.OperationalError:
            raise
        except UNSTORABLE:
            return self._write_each(changed, records)

    def _write_each(
        self, changed: Mapping[str, T], records: Mapping[str, tuple[T, Raw]]
    ) -> tuple[Outcome, list[BadRecord]]:
        """One broken record must not keep the others out."""
        whole, broken = Outcome(), []
        for id_, record in changed.items():
            try:
                with self.connection.transaction():
                    one = self.write([record])
            except psycopg.OperationalError:
                raise
            except UNSTORABLE as error:
                words = _refused(error)
                broken.append(BadRecord(self.sight.entity, id_, words, records[id_][1]))
            else:
                whole.ids |= one.ids
                whole.created |= one.created
                whole.updated |= one.updated
        return whole, broken

    def _keep(self, outcome: Outcome, changed: Mapping[str, Told]) -> None:
        kept = [(record, outcome.ids.get(id_)) for id_, record in changed.items()]
        self.sight.keep(self.connection, kept)
        taken = list(outcome.ids)
        account_id = self.sight.account_id
        review_inbox.close_by_itself(self.connection, account_id, ReviewKind.BAD_RECORD, taken)

    def _take_bad(self, bad: Sequence[BadRecord]) -> None:
        """Asked again only where the platform tells something else, or somebody wants it read."""
        if not bad:
            return
        marked = {record.external_id: (record, _marked(record)) for record in bad}
        known = self.sight.digests(self.connection, marked)
        self.sight.keep(self.connection, [(mark, None) for _, mark in marked.values()])
        questions = [
            Question(
                ReviewKind.BAD_RECORD,
                record.external_id,
                f"{_NAMES[record.entity]} {record.external_id}",
                record.message,
            )
            for record, mark in marked.values()
            if known.get(record.external_id) != mark.digest
        ]
        review_inbox.ask(self.connection, self.sight.account_id, questions)


def _marked(record: BadRecord) -> Told:
    """Its digest is not that of a good record with the same words: a newer version may read it."""
    plain = told(record.external_id, record.raw)
    return Told(plain.external_id, plain.raw, sha256(f"bad {plain.raw}".encode()).hexdigest())


def _refused(error: Exception) -> str:
    """The database's first words only: what follows may quote the record."""
    told_by = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    reason = told_by or "it holds characters that no database can keep"
    return (
        f"It cannot be stored: {reason}. Correct it at the platform, or report this if it is right "
        "there, and read it again."
    )
