"""Reports."""

from __future__ import annotations

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import analytics
from soleflip_desktop.domain.analytics import ProfitQuery, ProfitRow


class AnalyticsService:
    """Figures over many sales."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def profit(self, query: ProfitQuery) -> list[ProfitRow]:
        return await self._database.read(analytics.profit, query)
