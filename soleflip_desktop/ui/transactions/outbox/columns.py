"""The columns of the outbox."""

from __future__ import annotations

from soleflip_desktop.domain.outbox import OutboxRow
from soleflip_desktop.ui.common.columns import Column, number_column, text_column
from soleflip_desktop.ui.common.entry_list import age_column
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.transactions.outbox.words import STATE_TONES, account_of, state_text


def outbox_columns(formatter: Formatter) -> tuple[Column[OutboxRow], ...]:
    def state(row: OutboxRow) -> str:
        return state_text(row.state)

    return (
        text_column("words", "What", lambda row: row.words, width=270, sortable=False),
        text_column("account", "Account", account_of, width=130, sortable=False),
        Column(
            "state",
            "State",
            state,
            state,
            width=236,
            tooltip=state,
            tone=lambda row: STATE_TONES[row.state],
            pill=True,
        ),
        text_column("answer", "Answer", lambda row: row.answer, width=220, sortable=False),
        age_column("created", "Asked", lambda row: row.created_at, formatter, width=92),
        number_column("attempts", "Sent", lambda row: row.attempts, formatter, width=56),
        age_column("sent", "Last sent", lambda row: row.sent_at, formatter, width=92),
        age_column("settled", "Settled", lambda row: row.settled_at, formatter, width=92),
        text_column(
            "operation", "Operation", lambda row: row.operation_id, width=110, sortable=False
        ),
    )
