"""Reports over what was sold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class ProfitBy(StrEnum):
    """What a profit report is grouped by."""

    MONTH = "month"
    BRAND = "brand"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class ProfitQuery:
    """`start` and `end` are days in UTC, both included; None leaves that side open."""

    by: ProfitBy
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class ProfitRow:
    """One group in one currency, major units.

    `charges` and `payout` cover the sales whose payout is known, `profit` those whose cost is
    known too: payout - cost. None where no sale of the group has the figure.
    """

    key: str
    currency: str
    sales: int
    gross: Decimal
    charges: Decimal | None
    payout: Decimal | None
    cost: Decimal | None
    profit: Decimal | None
    sales_without_payout: int
    sales_without_cost: int
