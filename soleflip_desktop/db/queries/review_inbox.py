"""The review inbox: questions are raised once, and close themselves where their cause is gone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from soleflip_desktop.db.queries.remote_records import exact_json
from soleflip_desktop.domain.sync import ReviewAnswer, ReviewKind, ReviewRow, ReviewState

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be asked. `details` name our records: listing_id, item_id, variant_id."""

    kind: ReviewKind
    external_id: str
    title: str
    words: str
    details: dict[str, Any] = field(default_factory=dict)


#: An open question is told anew: its words may have changed.
RAISE = """
INSERT INTO integration.review_entry AS r
    (platform_account_id, kind, external_id, title, words, details)
SELECT %s, kind, external_id, title, words, details
FROM jsonb_to_recordset(%s::jsonb)
    AS e (kind text, external_id text, title text, words text, details jsonb)
ON CONFLICT (platform_account_id, kind, external_id) WHERE state = 'open' DO UPDATE
SET title = excluded.title, words = excluded.words, details = excluded.details
WHERE (r.title, r.words, r.details) IS DISTINCT FROM
    (excluded.title, excluded.words, excluded.details)
"""
OPEN = """
SELECT id FROM integration.review_entry
WHERE platform_account_id = %s AND kind = %s AND external_id = ANY(%s) AND state = 'open'
"""
CLOSE = """
UPDATE integration.review_entry
SET state = %s, answer = %s, settled_at = now(),
    settled_by = CASE WHEN %s THEN 'sync'
        ELSE coalesce(current_setting('soleflip.actor', true), current_user) END
WHERE id = ANY(%s)
"""
ASKED = """
SELECT DISTINCT external_id FROM integration.review_entry
WHERE platform_account_id = %s AND kind = %s AND external_id = ANY(%s)
"""
ROWS = """
SELECT r.id, r.platform_account_id, f.name, a.label, r.kind, r.external_id, r.title, r.words,
    r.raised_at, r.state, r.answer, r.details
FROM integration.review_entry r
JOIN system.platform_account a ON a.id = r.platform_account_id
JOIN system.platform f ON f.id = a.platform_id
"""
LISTS = {
    False: f"{ROWS} WHERE r.state = 'open' ORDER BY r.raised_at, r.id LIMIT %s",
    True: f"{ROWS} WHERE r.state <> 'open' ORDER BY r.settled_at DESC, r.id DESC LIMIT %s",
}
CHOSEN = f"{ROWS} WHERE r.id = ANY(%s) AND r.state = 'open' ORDER BY r.id FOR UPDATE OF r"
COUNT = "SELECT count(*) FROM integration.review_entry WHERE state = 'open'"


def ask(connection: Connection, account_id: int, questions: Sequence[Question]) -> None:
    """One open question a kind and external id; the last one says what it is about."""
    latest = {(q.kind, q.external_id): q for q in questions}
    if latest:
        rows = [
            {
                "kind": question.kind,
                "external_id": question.external_id,
                "title": question.title,
                "words": question.words,
                "details": question.details,
            }
            for question in latest.values()
        ]
        connection.execute(RAISE, (account_id, exact_json(rows)))


def asked(
    connection: Connection, account_id: int, kind: ReviewKind, ids: Collection[str]
) -> frozenset[str]:
    """Of which of these there was such a question before, answered or not."""
    rows = connection.execute(ASKED, (account_id, kind, list(ids)))
    return frozenset(external_id for (external_id,) in rows)


def close_by_itself(
    connection: Connection, account_id: int, kind: ReviewKind, ids: Collection[str]
) -> None:
    """The cause is gone. Looks first: an UPDATE of no row would wake all desktops, too."""
    found = connection.execute(OPEN, (account_id, kind, list(ids))).fetchall() if ids else []
    if found:
        close(connection, [entry_id for (entry_id,) in found], None, by_itself=True)


def close(
    connection: Connection,
    entry_ids: Sequence[int],
    answer: ReviewAnswer | None,
    *,
    by_itself: bool = False,
) -> None:
    dismissed = answer in {None, ReviewAnswer.DISMISS}
    state = ReviewState.DISMISSED if dismissed else ReviewState.SETTLED
    connection.execute(CLOSE, (state, answer, by_itself, list(entry_ids)))


def rows(connection: Connection, *, settled: bool, limit: int) -> list[ReviewRow]:
    return [_row(values) for values in connection.execute(LISTS[settled], (limit,))]


def chosen(connection: Connection, entry_ids: Sequence[int]) -> list[ReviewRow]:
    """Those of them that are still open, locked for an answer."""
    return [_row(values) for values in connection.execute(CHOSEN, (list(entry_ids),))]


def count(connection: Connection) -> int:
    row = connection.execute(COUNT).fetchone()
    return int(row[0]) if row else 0


def _row(values: tuple[Any, ...]) -> ReviewRow:
    id_, account_id, platform, account, kind, external_id, *texts, raised, state, answer, more = (
        values
    )
    return ReviewRow(
        id=id_,
        account_id=account_id,
        platform=platform,
        account=account,
        kind=ReviewKind(kind),
        external_id=external_id,
        title=texts[0],
        words=texts[1],
        raised_at=raised,
        state=ReviewState(state),
        answer=ReviewAnswer(answer) if answer else None,
        listing_id=more.get("listing_id"),
        item_id=more.get("item_id"),
    )
