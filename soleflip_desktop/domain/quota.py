"""How fast a marketplace may be asked: pure arithmetic over a small state.

The state lies in the database, one row for each account and bucket, so that restarts and other
desktops count with it; the time is the database's, so that a wrong clock of a desktop does not
matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from soleflip_desktop.domain.errors import UserError


class QuotaUsedUpError(UserError):
    """The platform allows no more today. `until` is when it does again (aware UTC)."""

    def __init__(self, message: str, until: datetime) -> None:
        super().__init__(message)
        self.until = until


@dataclass(frozen=True, slots=True)
class Rule:
    """Limits of one bucket; 0 stands for "no such limit". Times are milliseconds.

    `spacing_ms` lies between two takes, `per_window` may be taken within any `window_ms`,
    `per_day` between two midnights of `day_zone`.
    """

    bucket: str
    spacing_ms: int = 0
    per_window: int = 0
    window_ms: int = 0
    per_day: int = 0
    day_zone: str = "UTC"

    def scaled(self, scale: int) -> Rule:
        """The same rule where time runs `scale` times as fast (tests against a fake)."""
        return replace(self, spacing_ms=self.spacing_ms // scale, window_ms=self.window_ms // scale)


@dataclass(frozen=True, slots=True)
class QuotaState:
    """What has been taken: when the next take may be, and how much when. Epoch milliseconds."""

    next_ms: int = 0
    day: date | None = None
    used: int = 0
    recent: tuple[tuple[int, int], ...] = ()

    def as_json(self) -> dict[str, Any]:
        day = self.day.isoformat() if self.day else None
        recent = [list(entry) for entry in self.recent]
        return {"next_ms": self.next_ms, "day": day, "used": self.used, "recent": recent}

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> QuotaState:
        day = value.get("day")
        return cls(
            next_ms=int(value.get("next_ms", 0)),
            day=date.fromisoformat(day) if day else None,
            used=int(value.get("used", 0)),
            recent=tuple((int(at), int(count)) for at, count in value.get("recent", ())),
        )


def reserve(state: QuotaState, rule: Rule, now: datetime, count: int = 1) -> tuple[QuotaState, int]:
    """Takes `count` from the bucket; returns the new state and how long to wait, in ms.

    Raises QuotaUsedUpError where the day's share is used up, ValueError for more at once than a
    window allows at all.
    """
    if rule.per_window and count > rule.per_window:
        msg = f"{count} at once, where {rule.per_window} are allowed in {rule.window_ms} ms"
        raise ValueError(msg)
    now_ms = _milliseconds(now)
    at = max(now_ms, state.next_ms)
    recent = tuple(entry for entry in state.recent if entry[0] > now_ms - rule.window_ms)
    if rule.per_window:
        at = max(at, _free_at(recent, rule, at, count))
        recent = (*recent, (at, count))
    # What waits over midnight is of the day in which it leaves.
    leaves = now + timedelta(milliseconds=at - now_ms)
    used = used_today(state, rule, leaves)
    if rule.per_day and used + count > rule.per_day:
        until = next_midnight(leaves, rule.day_zone)
        raise QuotaUsedUpError(
            f"Today's {rule.per_day:,} {rule.bucket} are used up; it goes on at "
            f"{until:%Y-%m-%d %H:%M} UTC.",
            until,
        )
    return QuotaState(at + rule.spacing_ms, _day(leaves, rule), used + count, recent), at - now_ms


def used_today(state: QuotaState, rule: Rule, now: datetime) -> int:
    return state.used if state.day == _day(now, rule) else 0


def next_midnight(now: datetime, zone: str) -> datetime:
    """When the platform's next day begins, in UTC."""
    there = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return datetime.combine(there, time(), ZoneInfo(zone)).astimezone(UTC)


def _free_at(recent: tuple[tuple[int, int], ...], rule: Rule, at: int, count: int) -> int:
    """The first moment from `at` on with room for `count` in the window that ends there."""
    moments = [at, *sorted(taken + rule.window_ms for taken, _ in recent)]
    for moment in moments:
        within = sum(n for taken, n in recent if moment - rule.window_ms < taken <= moment)
        if moment >= at and within + count <= rule.per_window:
            return moment
    return moments[-1]


def _day(now: datetime, rule: Rule) -> date:
    return now.astimezone(ZoneInfo(rule.day_zone)).date()


def _milliseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
