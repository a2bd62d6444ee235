"""Everything that is to change a marketplace: for the pages, and for the job that sends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import outbox, outbox_rows, outbox_settle, outbox_wishes
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.errors import InvalidTransitionError, NotFoundError, UserError
from soleflip_desktop.domain.offering import AccountChoice, price_problem
from soleflip_desktop.domain.open_listings import OpenListing
from soleflip_desktop.domain.outbox import (
    EDITABLE_STATES,
    Intent,
    ListingDraft,
    OutboxAction,
    OutboxRow,
    OutboxState,
    Outcome,
    StillLive,
)
from soleflip_desktop.domain.sync import SyncCounts

#: A listing stands in the grid of units, too.
TOUCHED = Change.of(Domain.INTEGRATION, Domain.TRANSACTIONS, Domain.INVENTORY)
_GONE = "This entry is no longer in the outbox; reload the page."
_CRASHED = "The app ended before the answer came."
_PRICED = frozenset({OutboxAction.CREATE, OutboxAction.REPRICE})


class OutboxService:
    """The outbox (`OutboxSource`), and its other side for the job that sends (`sync.job.Outbox`).

    Of a person and a job that want the same entry, the one that comes first has it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- for people ------------------------------------------------------------------------------

    async def rows(self, *, settled: bool = False, limit: int = 1000) -> list[OutboxRow]:
        """Unsettled entries, oldest first; with `settled` the others, newest first."""
        return await self._database.read(outbox_rows.rows, settled=settled, limit=limit)

    async def still_live(self) -> list[StillLive]:
        """Units that are gone and whose offers are not confirmed to be ended."""
        return await self._database.read(outbox_rows.still_live)

    async def accounts(self) -> list[AccountChoice]:
        """Where units can be listed."""
        return await self._database.read(outbox_rows.accounts)

    async def list_units(self, drafts: Sequence[ListingDraft]) -> tuple[int, list[str]]:
        """Queues new listings; says how many, and in words which were refused and why."""
        return await self._database.write(TOUCHED, outbox_wishes.list_units, drafts)

    async def open_listings(self, item_ids: Sequence[int]) -> list[OpenListing]:
        """The offers of these units that are not ended, by unit and platform."""
        return await self._database.read(outbox_rows.open_listings, item_ids)

    async def reprice(self, listing_ids: Sequence[int], ask: Decimal) -> int:
        """Queues a new price for open listings, in each one's currency; says for how many.

        Raises UserError for what cannot be a price on one of their platforms.
        """
        return await self._database.write(TOUCHED, _reprice, listing_ids, ask)

    async def end(self, item_ids: Sequence[int]) -> int:
        """Queues the end of all open listings of these units; says how many.

        What was not sent yet is given up at once. An account need not be connected: then the
        entry waits.
        """
        return await self._database.write(TOUCHED, outbox_wishes.end, item_ids)

    async def edit(self, entry_id: int, ask: Decimal) -> None:
        """Another price for an entry that was not sent.

        Raises InvalidTransitionError for one that was, NotFoundError for one that is gone.
        """
        await self._database.write(TOUCHED, _edit, entry_id, ask)

    async def hold(self, entry_ids: Sequence[int]) -> int:
        """Says how many are held; raises InvalidTransitionError where none could be."""
        return await self._database.write(TOUCHED, _step, _HOLD, entry_ids)

    async def release(self, entry_ids: Sequence[int]) -> int:
        """Held and failed entries are queued (again), unless their unit is gone.

        Raises InvalidTransitionError where none could be.
        """
        return await self._database.write(TOUCHED, _step, _RELEASE, entry_ids)

    async def drop(self, entry_ids: Sequence[int]) -> int:
        """Entries that were not sent, or whose outcome is unknown, are given up.

        Raises InvalidTransitionError where none could be.
        """
        return await self._database.write(TOUCHED, _step, _DROP, entry_ids)

    # -- for the job that sends, under the account's lock ----------------------------------------

    async def recover(self, account_id: int) -> int:
        """What a process that is dead was sending is unknown now; says how many."""
        return await self._database.write(TOUCHED, outbox.recover, account_id, _CRASHED)

    async def actions_waiting(self, account_id: int) -> list[OutboxAction]:
        """What can be sent now, deletions first."""
        return await self._database.read(outbox.actions_waiting, account_id)

    async def claim(self, account_id: int, action: OutboxAction, limit: int) -> list[Intent]:
        """Takes the oldest entries for sending; that is stored before anything leaves."""
        return await self._database.write(TOUCHED, outbox.claim, account_id, action, limit)

    async def open_intents(self, account_id: int, state: OutboxState) -> list[Intent]:
        """Entries of that state, oldest first."""
        return await self._database.read(outbox.open_intents, account_id, state)

    async def settle(self, account_id: int, outcomes: Sequence[Outcome]) -> SyncCounts:
        """Writes what the marketplace said, and what follows for listings, units and sales.

        An outcome that cannot be right leaves its entry unknown. Counts what changed.
        """
        return await self._database.write(TOUCHED, outbox_settle.settle, account_id, outcomes)

    async def unsend(
        self, account_id: int, ids: Sequence[int], message: str, not_before: datetime | None
    ) -> None:
        """What certainly did not leave waits again, until then at least."""
        await self._database.write(TOUCHED, outbox.unsend, account_id, ids, message, not_before)

    async def lose(self, account_id: int, ids: Sequence[int], message: str) -> None:
        """What left without an answer is unknown, and looked up before anything is sent again."""
        await self._database.write(TOUCHED, outbox.lose, account_id, ids, message)

    async def known_listings(self, account_id: int) -> frozenset[str]:
        """The platform's ids of offers, and batches, that no unknown entry can have made."""
        return await self._database.read(outbox.known_listings, account_id)


def _reprice(session: Session, listing_ids: Sequence[int], ask: Decimal) -> int:
    whole = outbox_wishes.takes_whole_amounts_only(session, listing_ids)
    _check_price(ask, whole_units=whole)
    return outbox_wishes.reprice(session, listing_ids, ask)


def _edit(session: Session, entry_id: int, ask: Decimal) -> None:
    found = outbox.states(session, [entry_id])
    if not found:
        raise NotFoundError(_GONE)
    state, action, listing_id = found[0]
    if action not in _PRICED:
        raise InvalidTransitionError("This entry has no price; only new listings and prices have.")
    whole = outbox_wishes.takes_whole_amounts_only(session, [listing_id])
    _check_price(ask, whole_units=whole)
    if not outbox.edit(session, entry_id, ask):
        [(state, _, _)] = outbox.states(session, [entry_id])
        raise InvalidTransitionError(
            f"This entry is {state} and cannot be changed: only what was not sent yet can. Wait "
            "for its outcome, then set another price."
        )


def _check_price(ask: Decimal, *, whole_units: bool) -> None:
    problem = price_problem(ask, whole_units=whole_units)
    if problem:
        raise UserError(f"{problem[0].upper()}{problem[1:]}.")


@dataclass(frozen=True, slots=True)
class _Step:
    """What a person does with entries, and in which states they have to be for it."""

    name: str
    take: Callable[[Session, Sequence[int]], int]
    starts: frozenset[OutboxState]


_HOLD = _Step("held", outbox.hold, frozenset({OutboxState.QUEUED}))
_RELEASE = _Step("released", outbox.release, frozenset({OutboxState.HELD, OutboxState.FAILED}))
_DROP = _Step("dropped", outbox.drop, EDITABLE_STATES | {OutboxState.UNKNOWN})


def _step(session: Session, step: _Step, entry_ids: Sequence[int]) -> int:
    """Takes the step with those that can take it; if none can, says why the first one cannot."""
    done = step.take(session, entry_ids)
    if done == 0 and entry_ids:
        found = outbox.states(session, entry_ids)
        if not found:
            raise NotFoundError(_GONE)
        state = found[0][0]
        if state in step.starts:
            raise InvalidTransitionError(
                "The unit of this entry is no longer in stock, so it is not sent; drop the entry."
            )
        raise InvalidTransitionError(
            f"This entry is {state} and cannot be {step.name}: what was sent has to come to its "
            "end first, and what is settled stays."
        )
    return done
