"""Market data as pages show it: never without its age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

#: A mirrored value that is older is marked as stale, with icon and word.
STALE_AFTER = timedelta(hours=24)
_HOUR, _DAY = 60, 24 * 60  # in minutes


@dataclass(frozen=True, slots=True)
class MarketRow:
    """What one platform said of one size at one moment. Amounts in major units of `currency`."""

    platform: str
    currency: str
    observed_at: datetime
    lowest_ask: Decimal | None
    highest_bid: Decimal | None
    last_sale: Decimal | None
    sell_faster: Decimal | None
    earn_more: Decimal | None
    sales_72h: int | None


@dataclass(frozen=True, slots=True)
class ShipByRow:
    """Something that has to leave the house by `ship_by`: a promised unit or an open order."""

    ship_by: datetime
    title: str
    platform: str
    item_id: int | None
    order_id: int | None
    order_number: str | None


@dataclass(frozen=True, slots=True)
class ShipByCount:
    """How many should have left the house already, and how many have to leave soon."""

    overdue: int
    soon: int


def is_stale(observed_at: datetime, now: datetime) -> bool:
    """Too old to be relied on."""
    return now - observed_at > STALE_AFTER


def age_words(observed_at: datetime, now: datetime) -> str:
    """How long ago, in words, rounded down: "just now", "5 min ago", "3 h ago", "2 days ago"."""
    minutes = max(0, int((now - observed_at).total_seconds())) // 60
    if minutes < 1:
        return "just now"
    if minutes < _HOUR:
        return f"{minutes} min ago"
    if minutes < 2 * _DAY:
        return f"{minutes // _HOUR} h ago"
    return f"{minutes // _DAY} days ago"
