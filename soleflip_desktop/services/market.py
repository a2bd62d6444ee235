"""What marketplaces say of a size, and units that are promised before they are here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import market_rows, presale
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.market import MarketRow, ShipByCount, ShipByRow

TOUCHED = Change.of(Domain.INVENTORY)


class MarketService:
    """Market data and promises of a unit (`MarketSource`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_item(self, item_id: int) -> list[MarketRow]:
        """The newest figures of each platform and currency for the unit's size."""
        return await self._database.read(market_rows.of_item, item_id)

    async def history(self, item_id: int, since: datetime) -> list[MarketRow]:
        """All figures since then, oldest first."""
        return await self._database.read(market_rows.history, item_id, since)

    async def mark_presale(self, item_ids: Sequence[int], ship_by: datetime | None) -> int:
        """Promises units, or changes the day of a promise; says of how many.

        Raises UserError where none of them can be promised.
        """
        return await self._database.write(TOUCHED, _mark, item_ids, ship_by)

    async def unmark_presale(self, item_ids: Sequence[int]) -> int:
        """Takes promises back; says how many there were."""
        return await self._database.write(TOUCHED, presale.unmark, item_ids)

    async def ship_by_due(self, until: datetime, limit: int = 1000) -> list[ShipByRow]:
        """Promised units and open orders that have to be shipped by then, the most urgent first."""
        return await self._database.read(presale.ship_by_due, until, limit)

    async def ship_by_count(self, now: datetime, until: datetime) -> ShipByCount:
        """Of these, how many are overdue and how many have to be shipped until then."""
        return await self._database.read(presale.ship_by_count, now, until)


def _mark(session: Session, item_ids: Sequence[int], ship_by: datetime | None) -> int:
    marked = presale.mark(session, item_ids, ship_by)
    if marked == 0 and item_ids:
        raise UserError(
            "None of these units can be promised: only units that are ordered, incoming or "
            "available can. Choose others, or correct their status."
        )
    return marked
