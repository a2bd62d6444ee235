"""What an answer to a question changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from soleflip_desktop.db.queries import remote_records, review_inbox
from soleflip_desktop.db.queries.joins import IN_STOCK, LIVE_SALE
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.sync import REVIEW_ANSWERS, ReviewAnswer, ReviewRow

Connection = psycopg.Connection[Any]
_A = ReviewAnswer

#: Only what still seems to be offered: a sale that came meanwhile knows better.
END = """
UPDATE transactions.listing SET status = %s
WHERE id = ANY(%s) AND status IN ('active', 'inactive') RETURNING item_id
"""
#: After its listing, so that the trigger ends the unit's offers everywhere else, but not this one.
SELL = f"""
UPDATE inventory.item SET status = 'sold'
WHERE id = ANY(%s) AND status IN {IN_STOCK}
"""  # noqa: S608  (our own constants)
FITS = f"""
SELECT i.variant_id = l.variant_id, a.id IS NOT NULL,
    i.status IN {IN_STOCK} AND NOT EXISTS (SELECT FROM transactions.order o WHERE {LIVE_SALE})
FROM transactions.listing l JOIN inventory.item i ON i.id = %(item)s
LEFT JOIN transactions.listing a ON a.item_id = i.id AND a.id <> l.id
    AND a.platform_account_id = l.platform_account_id
    AND a.status IN ('queued', 'active', 'inactive', 'matched')
WHERE l.id = %(listing)s FOR UPDATE OF i
"""  # noqa: S608  (our own constants)
LINK = "UPDATE transactions.listing SET item_id = %s WHERE id = %s AND item_id IS NULL"
ADD_UNITS = """
WITH homeless AS (
    SELECT id, variant_id, nextval(pg_get_serial_sequence('inventory.item', 'id')) AS item_id
    FROM transactions.listing WHERE id = ANY(%s) AND item_id IS NULL
), made AS (
    INSERT INTO inventory.item (id, variant_id, status)
    SELECT item_id, variant_id, 'available' FROM homeless
)
UPDATE transactions.listing l SET item_id = h.item_id FROM homeless h WHERE h.id = l.id
"""


def answer(
    connection: Connection, entry_ids: Sequence[int], given: ReviewAnswer, item_id: int | None
) -> int:
    """Settles the questions that are still open; says how many.

    Raises UserError for an answer that one of them does not offer, and for a unit that does not
    fit its listing.
    """
    questions = review_inbox.chosen(connection, entry_ids)
    for question in questions:
        if given not in REVIEW_ANSWERS[question.kind]:
            offered = ", ".join(REVIEW_ANSWERS[question.kind])
            raise UserError(
                f"“{question.title}” cannot be answered with {given}. Choose one of: {offered}."
            )
    if questions:
        connection.execute("SELECT set_config('soleflip.correction', 'review', true)")
        _apply(connection, questions, given, item_id)
        review_inbox.close(connection, [question.id for question in questions], given)
    return len(questions)


def _apply(
    connection: Connection,
    questions: Sequence[ReviewRow],
    given: ReviewAnswer,
    item_id: int | None,
) -> None:
    listings = [question.listing_id for question in questions if question.listing_id]
    if given in {_A.SOLD, _A.DELETED, _A.EXPIRED}:
        _end(connection, listings, given)
    elif given is _A.ADD_UNIT:
        connection.execute(ADD_UNITS, (listings,))
    elif given is _A.LINK:
        _link(connection, listings, item_id)
    if given in {_A.SOLD, _A.DELETED, _A.EXPIRED, _A.READ_AGAIN}:
        # Should the platform show it again after all, its word counts, changed or not.
        remote_records.forget(connection, [(q.account_id, q.external_id) for q in questions])


def _end(connection: Connection, listings: Sequence[int], given: ReviewAnswer) -> None:
    ended = connection.execute(END, (given, list(listings))).fetchall()
    if given is _A.SOLD:
        connection.execute(SELL, ([item_id for (item_id,) in ended if item_id],))


def _link(connection: Connection, listings: Sequence[int], item_id: int | None) -> None:
    if item_id is None or len(listings) != 1:
        raise UserError("Choose one listing, and the one unit that it offers.")
    [listing_id] = listings
    found = connection.execute(FITS, {"item": item_id, "listing": listing_id}).fetchone()
    if found is None:
        raise UserError(f"There is no unit {item_id}. Choose another one.")
    same_size, listed, free = found
    if not same_size:
        raise UserError(f"Unit {item_id} is another product or size. Choose one of the same.")
    if listed:
        raise UserError(f"Unit {item_id} is offered on this account already. Choose another one.")
    if not free:
        raise UserError(
            f"Unit {item_id} is not in stock, or it is sold already. Choose another one."
        )
    connection.execute(LINK, (item_id, listing_id))
