"""The words of the accounts page: states and what to do about them, figures, results."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from soleflip_desktop.domain.marketplace import MARKETPLACE_NAMES
from soleflip_desktop.domain.sync import (
    AccountOverview,
    AccountState,
    KindState,
    QuotaLeft,
    RunStatus,
    SyncCounts,
    SyncKind,
)
from soleflip_desktop.ui.common.columns import Tone
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.sync_words import due, number_of

_PAUSED = ("‖ Paused", Tone.MUTED)
_SYNCING = ("↻ Syncing", Tone.INFO)
_STATES: Mapping[AccountState, tuple[str, Tone]] = {
    AccountState.CONNECTED: ("✓ Connected", Tone.GOOD),
    AccountState.SESSION_ONLY: ("○ This session only", Tone.WARNING),
    AccountState.LOGIN_NEEDED: ("! Log in again", Tone.BAD),
    AccountState.NOT_CONNECTED: ("○ Not connected", Tone.WARNING),
}
_SENTENCES: Mapping[AccountState, str] = {
    AccountState.CONNECTED: "",
    AccountState.SESSION_ONLY: (
        "No keyring of this computer can keep the log-in: it ends when SoleFlip closes, and you "
        "connect again after the next start."
    ),
    AccountState.LOGIN_NEEDED: (
        "{platform} does not accept the stored log-in any more, so nothing is synced. Connect "
        "again; your settings stay as they are."
    ),
    AccountState.NOT_CONNECTED: (
        "The log-in of this account is not on this computer. Another desktop may be syncing it; "
        "to sync it from here too, connect again."
    ),
}
_PAUSED_SENTENCE = "Nothing is read and nothing is sent until you choose Resume."
_RESULTS: Mapping[RunStatus, tuple[str, Tone]] = {
    RunStatus.RUNNING: ("↻ Running", Tone.INFO),
    RunStatus.COMPLETED: ("✓ Completed", Tone.GOOD),
    RunStatus.FAILED: ("! Failed", Tone.BAD),
    RunStatus.CANCELLED: ("× Cancelled", Tone.MUTED),
    RunStatus.WAITING: ("○ Waiting", Tone.WARNING),
    RunStatus.INTERRUPTED: ("! Interrupted", Tone.WARNING),
}
#: What reconnecting mends.
LOGIN_STATES = frozenset({AccountState.LOGIN_NEEDED, AccountState.NOT_CONNECTED})


def state_words(overview: AccountOverview, *, running: bool) -> tuple[str, Tone]:
    """Sign and word of how the account stands, with its tone."""
    if not overview.account.active:
        return _PAUSED
    return _SYNCING if running else _STATES[overview.state]


def state_sentence(overview: AccountOverview) -> str:
    """What that means and what to do; empty where there is nothing to do."""
    if not overview.account.active:
        return _PAUSED_SENTENCE
    platform = MARKETPLACE_NAMES[overview.account.marketplace]
    return _SENTENCES[overview.state].format(platform=platform)


def result_words(status: RunStatus) -> tuple[str, Tone]:
    return _RESULTS[status]


def next_run(overview: AccountOverview, kinds: tuple[KindState, ...], now: datetime,
             formatter: Formatter) -> str:  # fmt: skip
    """When the first of these kinds runs next, in words."""
    account = overview.account
    if not account.active:
        return "paused"
    if overview.state in LOGIN_STATES:
        return "after the log-in"
    moments = [kind.next_run_at for kind in kinds if kind.next_run_at is not None]
    if moments:
        return due(min(moments), now, formatter)
    return "when you ask for it" if not account.settings.every_minutes else "not planned yet"


def figures_words(counts: SyncCounts, kind: SyncKind, formatter: Formatter) -> str:
    """Like "12 fetched: 2 created, 10 unchanged · 4 requests, waited 1.5 s"; no word for a 0."""
    parts = (
        ("created", counts.created),
        ("updated", counts.updated),
        ("unchanged", counts.unchanged),
        ("failed", counts.failed),
    )
    named = ", ".join(f"{formatter.count(number)} {word}" for word, number in parts if number)
    verb = "sent" if kind is SyncKind.OUTBOX else "fetched"
    fetched = f"{formatter.count(counts.fetched)} {verb}"
    cost = number_of("request", counts.requests, formatter)
    if counts.waited_s:
        cost += f", waited {_seconds(counts.waited_s)}"
    return f"{fetched}{': ' if named else ''}{named} · {cost}"


def quota_words(quota: QuotaLeft, formatter: Formatter) -> str:
    """Like "24,312 of 25,000 requests left today"."""
    if not quota.limit:
        return f"{formatter.count(quota.used)} {quota.bucket} today; no limit is known"
    left = max(0, quota.limit - quota.used)
    return f"{formatter.count(left)} of {formatter.count(quota.limit)} {quota.bucket} left today"


def _seconds(waited: Decimal) -> str:
    return f"{waited.quantize(Decimal('0.1')).normalize():f} s"
