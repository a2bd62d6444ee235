"""The review inbox, to the page that shows it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import review_answers, review_inbox, steps
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.sync import ReviewAnswer, ReviewRow

TOUCHED = Change.of(Domain.INTEGRATION, Domain.TRANSACTIONS, Domain.INVENTORY)


class ReviewService:
    """Questions about what marketplaces said (`ReviewSource`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rows(self, *, settled: bool = False, limit: int = 2000) -> list[ReviewRow]:
        """Open questions, oldest first; with `settled` the others, newest first."""
        return await self._database.read(_rows, settled, limit)

    async def count(self) -> int:
        """How many are open."""
        return await self._database.read(_count)

    async def answer(
        self, entry_ids: Sequence[int], answer: ReviewAnswer, item_id: int | None = None
    ) -> int:
        """Settles questions; says how many. Raises UserError for an answer that does not fit."""
        return await self._database.write(TOUCHED, _answer, entry_ids, answer, item_id)


def _rows(session: Session, settled: bool, limit: int) -> list[ReviewRow]:  # noqa: FBT001
    return review_inbox.rows(steps.driver(session), settled=settled, limit=limit)


def _count(session: Session) -> int:
    return review_inbox.count(steps.driver(session))


def _answer(
    session: Session, entry_ids: Sequence[int], answer: ReviewAnswer, item_id: int | None
) -> int:
    return review_answers.answer(steps.driver(session), entry_ids, answer, item_id)
