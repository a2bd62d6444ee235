"""The columns of the questions."""

from __future__ import annotations

from soleflip_desktop.domain.sync import ReviewRow
from soleflip_desktop.ui.common.columns import Column, text_column
from soleflip_desktop.ui.common.entry_list import age_column
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.integration.review.words import KIND_TONES, KIND_WORDS, answer_text


def review_columns(formatter: Formatter) -> tuple[Column[ReviewRow], ...]:
    def kind(row: ReviewRow) -> str:
        return KIND_WORDS[row.kind]

    return (
        Column(
            "kind",
            "Question",
            kind,
            kind,
            width=184,
            tooltip=kind,
            tone=lambda row: KIND_TONES[row.kind],
            pill=True,
        ),
        text_column("title", "About", lambda row: row.title, width=270, sortable=False),
        text_column("words", "What happened", lambda row: row.words, width=340, sortable=False),
        text_column(
            "account",
            "Account",
            lambda row: f"{row.platform} ({row.account})",
            width=140,
            sortable=False,
        ),
        age_column("raised", "Raised", lambda row: row.raised_at, formatter, width=92),
        text_column("answer", "Answer", answer_text, width=150, sortable=False),
    )
