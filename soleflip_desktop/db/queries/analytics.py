"""Figures over all sales that count: neither cancelled nor returned nor refunded."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.queries.figures import LANDED_COST, PROFIT
from soleflip_desktop.db.queries.joins import ACCOUNT, LIVE, catalog
from soleflip_desktop.domain.analytics import ProfitBy, ProfitQuery, ProfitRow

KEYS = {
    ProfitBy.MONTH: "to_char(o.sold_at AT TIME ZONE 'UTC', 'YYYY-MM')",
    ProfitBy.BRAND: "coalesce(b.name, 'No brand')",
    ProfitBy.PLATFORM: "f.name",
}

SALES = """
SELECT {key} AS key, o.gross_currency, count(*), sum(o.gross_amount),
    sum(o.payout_amount - o.gross_amount), sum(o.payout_amount),
    sum({landed_cost}) FILTER (WHERE i.cost_currency = o.gross_currency), sum({profit}),
    count(*) FILTER (WHERE o.payout_amount IS NULL),
    count(*) FILTER (WHERE i.cost_gross IS NULL)
FROM transactions.order o
{joins}LEFT JOIN inventory.item i ON i.id = o.item_id
WHERE {live}
    AND (CAST(:start AS timestamptz) IS NULL OR o.sold_at >= :start)
    AND (CAST(:stop AS timestamptz) IS NULL OR o.sold_at < :stop)
GROUP BY 1, 2 ORDER BY 1, 2
"""


def profit(session: Session, query: ProfitQuery) -> list[ProfitRow]:
    """One row for each group and currency, in order of the group."""
    start = query.start and datetime.combine(query.start, time(), UTC)
    stop = query.end and datetime.combine(query.end + timedelta(days=1), time(), UTC)
    statement = sa.text(
        SALES.format(
            live=LIVE,
            key=KEYS[query.by],
            landed_cost=LANDED_COST,
            profit=PROFIT,
            joins=ACCOUNT + catalog("o"),
        )
    )
    found = session.execute(statement, {"start": start, "stop": stop})
    return [ProfitRow(*values) for values in found]
