"""When an account's sync comes next: the interval of its settings, and back-off after failures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from soleflip_desktop.domain.sync import AccountSettings, KindReport, RunStatus, SyncKind

FIRST_BACK_OFF = timedelta(seconds=30)
LONGEST_BACK_OFF = timedelta(hours=1)
#: Jitter in percent of the wait, so that desktops and accounts do not come back all at once.
LEAST_JITTER, MOST_JITTER = 75, 125


@dataclass(frozen=True, slots=True)
class Planned:
    """When one kind of an account is to run again; `at` None: only when asked for."""

    at: datetime | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Agenda:
    """What all desktops have to do, by the database's clock `now`.

    `due` names the kinds that may run now, oldest first; `held` the accounts that some desktop is
    syncing at the moment. `queued` holds for accounts with outbox entries that may be sent or
    asked about now the number of the newest one.
    """

    now: datetime
    due: Mapping[int, tuple[SyncKind, ...]] = field(default_factory=dict)
    held: frozenset[int] = frozenset()
    queued: Mapping[int, int] = field(default_factory=dict)


def back_off(failures: int, percent: int) -> timedelta:
    """The wait after so many failures in a row: 30 s doubled each time, to an hour, with jitter."""
    doubled = FIRST_BACK_OFF * (1 << min(max(failures, 1) - 1, 10))
    return min(doubled, LONGEST_BACK_OFF) * percent / 100


def next_plan(
    report: KindReport, settings: AccountSettings, failures: int, now: datetime, percent: int
) -> Planned:
    """After a run. `failures` is how many there were in a row before it.

    A platform's own word (`retry_at`: Retry-After, the end of its day) counts more than ours.
    Cancelled work is not tried again before its time: somebody wanted it to end.
    """
    interval = timedelta(minutes=settings.every_minutes)
    regular = now + interval if interval else None
    match report.status:
        case RunStatus.FAILED:
            wait = now + back_off(failures + 1, percent)
            return Planned(max(wait, report.retry_at or wait), failures + 1)
        case RunStatus.WAITING:
            return Planned(report.retry_at or regular, failures)
        case RunStatus.CANCELLED:
            return Planned(regular, failures)
        case _:
            return Planned(regular, 0)
