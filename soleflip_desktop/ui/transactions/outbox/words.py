"""The outbox in words: a state is a sign and a word, and "done" is never said before it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from soleflip_desktop.domain.market import age_words
from soleflip_desktop.domain.outbox import OutboxReason, OutboxRow, OutboxState, StillLive
from soleflip_desktop.domain.words import in_number
from soleflip_desktop.ui.common.columns import Tone
from soleflip_desktop.ui.common.formatting import Formatter

_S = OutboxState

STATE_WORDS = {
    _S.HELD: "held",
    _S.QUEUED: "waiting",
    _S.SENDING: "sending",
    _S.PENDING: "accepted, not confirmed yet",
    _S.CONFIRMED: "confirmed",
    _S.FAILED: "refused",
    _S.UNKNOWN: "unclear, being looked up",
    _S.DROPPED: "dropped",
}
STATE_SIGNS = {
    _S.HELD: "‖",
    _S.QUEUED: "○",
    _S.SENDING: "↑",
    _S.PENDING: "◔",
    _S.CONFIRMED: "✓",
    _S.FAILED: "✕",
    _S.UNKNOWN: "?",
    _S.DROPPED: "–",
}
STATE_TONES = {
    _S.HELD: Tone.MUTED,
    _S.QUEUED: Tone.PLAIN,
    _S.SENDING: Tone.INFO,
    _S.PENDING: Tone.INFO,
    _S.CONFIRMED: Tone.GOOD,
    _S.FAILED: Tone.BAD,
    _S.UNKNOWN: Tone.WARNING,
    _S.DROPPED: Tone.MUTED,
}
_LIVE_SHOWN = 3


def state_text(state: OutboxState) -> str:
    """Like "◔ Accepted, not confirmed yet"."""
    return f"{STATE_SIGNS[state]} {STATE_WORDS[state].capitalize()}"


def account_of(row: OutboxRow) -> str:
    """Like "StockX (main)"."""
    return f"{row.platform} ({row.account})"


def entry_text(row: OutboxRow, formatter: Formatter) -> str:
    """An entry in full: the wish, who wanted it and when, and all that came of it."""
    wanted = "by the oversell guard" if row.reason is OutboxReason.OVERSELL else f"by {row.actor}"
    facts = [
        f"{account_of(row)} · asked {wanted} on {formatter.moment(row.created_at)}",
        _tries(row, formatter),
        f"Not before {formatter.moment(row.not_before)}" if row.not_before else "",
        f"Operation {row.operation_id}" if row.operation_id else "",
        f"Listing {row.external_id}" if row.external_id else "",
        f"Settled on {formatter.moment(row.settled_at)}" if row.settled_at else "",
    ]
    lines = [
        row.words,
        f"{state_text(row.state)}{f': {row.answer}' if row.answer else ''}",
        " · ".join(fact for fact in facts if fact),
    ]
    return "\n".join(lines)


def _tries(row: OutboxRow, formatter: Formatter) -> str:
    if not row.attempts:
        return "Not sent yet"
    times = "once" if row.attempts == 1 else f"{formatter.count(row.attempts)} times"
    return f"Sent {times}, last on {formatter.moment(row.sent_at)}" if row.sent_at else ""


def counted_states(rows: Iterable[OutboxRow], formatter: Formatter) -> str:
    """Like "2 confirmed, 1 refused", in the order of an entry's life."""
    found = Counter(row.state for row in rows)
    return ", ".join(
        f"{formatter.count(found[state])} {STATE_WORDS[state]}"
        for state in OutboxState
        if found[state]
    )


def still_live_text(live: Sequence[StillLive], now: datetime, formatter: Formatter) -> str:
    """The warning that stays until the marketplaces confirm; "" without any."""
    if not live:
        return ""
    named = "; ".join(
        f"{each.title} on {', '.join(each.platforms)} (since {age_words(each.since, now)})"
        for each in live[:_LIVE_SHOWN]
    )
    more = len(live) - _LIVE_SHOWN
    rest = f" and {formatter.count(more)} more {in_number('unit', more)}" if more > 0 else ""
    return f"Still live: {named}{rest}. The end of these offers is not confirmed yet."
