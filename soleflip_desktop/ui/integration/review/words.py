"""Kinds of questions and their answers, in words."""

from __future__ import annotations

from collections.abc import Iterable

from soleflip_desktop.domain.sync import (
    REVIEW_ANSWERS,
    ReviewAnswer,
    ReviewKind,
    ReviewRow,
    ReviewState,
)
from soleflip_desktop.ui.common.columns import Tone

_K, _A = ReviewKind, ReviewAnswer

KIND_WORDS = {
    _K.BAD_RECORD: "! Unreadable record",
    _K.LISTING_VANISHED: "? Listing vanished",
    _K.LISTING_WITHOUT_UNIT: "? Listing without a unit",
    _K.SIZE_UNCLEAR: "? Size unclear",
    _K.OVERSOLD: "!! Sold twice",
    _K.ORDER_CHANGED: "! Order changed",
}
KIND_TONES = {
    _K.BAD_RECORD: Tone.WARNING,
    _K.LISTING_VANISHED: Tone.WARNING,
    _K.LISTING_WITHOUT_UNIT: Tone.INFO,
    _K.SIZE_UNCLEAR: Tone.INFO,
    _K.OVERSOLD: Tone.BAD,
    _K.ORDER_CHANGED: Tone.WARNING,
}
#: What stands on the buttons, and with which keys.
ANSWER_BUTTONS = {
    _A.SOLD: ("It was so&ld", "Ctrl+Shift+S"),
    _A.DELETED: ("I &deleted it", "Ctrl+Shift+D"),
    _A.EXPIRED: ("It e&xpired", "Ctrl+Shift+X"),
    _A.LINK: ("Lin&k to a unit…", "Ctrl+L"),
    _A.ADD_UNIT: ("&Add as a new unit", "Ctrl+N"),
    _A.READ_AGAIN: ("&Read it again", "Ctrl+R"),
    _A.DISMISS: ("Dis&miss", "Ctrl+D"),
}
ANSWER_WORDS = {
    _A.SOLD: "it was sold",
    _A.DELETED: "I deleted it",
    _A.EXPIRED: "it expired",
    _A.LINK: "linked to a unit",
    _A.ADD_UNIT: "added as a new unit",
    _A.READ_AGAIN: "to be read again",
    _A.DISMISS: "dismissed",
}


def common_answers(kinds: Iterable[ReviewKind]) -> tuple[ReviewAnswer, ...]:
    """What can be answered to all of these kinds; none without a kind."""
    offered = [REVIEW_ANSWERS[kind] for kind in set(kinds)]
    return tuple(
        answer for answer in ReviewAnswer if offered and all(answer in each for each in offered)
    )


def plain_kind(kind: ReviewKind) -> str:
    """Without its sign."""
    return KIND_WORDS[kind].partition(" ")[2]


def answer_text(row: ReviewRow) -> str:
    """What became of a question; "" while it is open."""
    if row.state is ReviewState.OPEN:
        return ""
    if row.answer is None:
        return "– Settled by itself"
    sign = "–" if row.state is ReviewState.DISMISSED else "✓"
    return f"{sign} {ANSWER_WORDS[row.answer].capitalize()}"
