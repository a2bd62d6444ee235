"""How accounts and their sync are put into words, the same in page and status bar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from soleflip_desktop.domain.market import age_words, is_stale
from soleflip_desktop.domain.marketplace import MARKETPLACE_NAMES
from soleflip_desktop.domain.sync import (
    Account,
    AccountOverview,
    AccountState,
    RunStatus,
    SyncKind,
    SyncProgress,
)
from soleflip_desktop.domain.words import in_number
from soleflip_desktop.ui.common.formatting import Formatter

KIND_WORDS: dict[SyncKind, str] = {
    SyncKind.OUTBOX: "Outbox",
    SyncKind.ORDERS: "Orders",
    SyncKind.LISTINGS: "Listings",
    SyncKind.MARKET: "Market data",
}
#: What is copied from the marketplace, and so has an age; the outbox goes the other way.
MIRRORED = (SyncKind.ORDERS, SyncKind.LISTINGS, SyncKind.MARKET)
_MINUTES_SHOWN = 120


def utc_now() -> datetime:
    return datetime.now(UTC)


def account_title(account: Account) -> str:
    """Like "StockX (main)"."""
    return f"{MARKETPLACE_NAMES[account.marketplace]} ({account.label})"


def number_of(noun: str, number: int, formatter: Formatter) -> str:
    """Like "1,204 units"."""
    return f"{formatter.count(number)} {in_number(noun, number)}"


def mirrored_at(overview: AccountOverview) -> datetime | None:
    """The age of an account is that of its oldest kind; None while one was never complete."""
    wanted = set(MIRRORED) & set(overview.account.settings.kinds)
    known = {kind.kind: kind.succeeded_at for kind in overview.kinds if kind.kind in wanted}
    moments = [moment for moment in known.values() if moment is not None]
    return min(moments) if moments and len(moments) == len(wanted) else None


def age(moment: datetime | None, now: datetime) -> str:
    """Like "3 min ago", "⚠ 2 days ago, stale" or "never"."""
    if moment is None:
        return "never"
    words = age_words(moment, now)
    return f"⚠ {words}, stale" if is_stale(moment, now) else words


def due(moment: datetime, now: datetime, formatter: Formatter) -> str:
    """Like "in 12 min"; from two hours on the moment itself."""
    minutes = -((now - moment) // timedelta(minutes=1))
    if minutes <= 0:
        return "now"
    return f"in {minutes} min" if minutes < _MINUTES_SHOWN else f"at {formatter.moment(moment)}"


def progress_words(progress: SyncProgress, formatter: Formatter) -> str:
    """Like "orders 12,300 of 50,000"."""
    done, kind = progress.counts.fetched, KIND_WORDS[progress.kind].lower()
    if progress.total is None:
        return f"{kind} {formatter.count(done)}"
    return f"{kind} {formatter.count(done)} of {formatter.count(progress.total)}"


def problem_of(overview: AccountOverview, now: datetime) -> str | None:
    """What keeps an account from being synced, in a few words; None where nothing does.

    An account whose log-in lies on another desktop is no problem while that one keeps it fresh.
    """
    if not overview.account.active:
        return None
    if overview.state is AccountState.LOGIN_NEEDED:
        return "log in again"
    if overview.state is AccountState.NOT_CONNECTED:
        moment = mirrored_at(overview)
        fresh = moment is not None and not is_stale(moment, now)
        return None if fresh else "not connected on this computer"
    failed = [
        KIND_WORDS[kind.kind].lower()
        for kind in overview.kinds
        if kind.last is not None and kind.last.status is RunStatus.FAILED
    ]
    return f"{' and '.join(failed)} failed" if failed else None


def oldest(overviews: Iterable[AccountOverview]) -> tuple[AccountOverview, datetime | None] | None:
    """The active account that was synced least recently, never before all; None without any."""
    known = [(each, mirrored_at(each)) for each in overviews if each.account.active]
    never = [pair for pair in known if pair[1] is None]
    if never:
        return never[0]
    dated = [(moment, each.account.id, each) for each, moment in known if moment is not None]
    if not dated:
        return None
    moment, _id, found = min(dated, key=lambda entry: entry[:2])
    return found, moment
