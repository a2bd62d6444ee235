"""The columns of the import history and of the list of issues."""

from __future__ import annotations

from soleflip_desktop.domain.integration import BatchRow, BatchStatus, RowIssue
from soleflip_desktop.ui.common.columns import (
    Align,
    Column,
    Tone,
    number_column,
    text_column,
)
from soleflip_desktop.ui.common.formatting import Formatter

STATUS_TONES: dict[BatchStatus, Tone] = {
    BatchStatus.DRAFT: Tone.WARNING,
    BatchStatus.RUNNING: Tone.INFO,
    BatchStatus.COMPLETED: Tone.GOOD,
    BatchStatus.CANCELLED: Tone.MUTED,
    BatchStatus.FAILED: Tone.BAD,
    BatchStatus.INTERRUPTED: Tone.BAD,
    BatchStatus.UNDONE: Tone.MUTED,
}


def _status(batch: BatchRow) -> str:
    return batch.status.value.capitalize()


def _status_tone(batch: BatchRow) -> Tone:
    return STATUS_TONES[batch.status]


def _remark(batch: BatchRow) -> str:
    return batch.error or ""


def batch_columns(formatter: Formatter) -> tuple[Column[BatchRow], ...]:
    def started(batch: BatchRow) -> str:
        return formatter.moment(batch.started_at)

    def started_iso(batch: BatchRow) -> str:
        return formatter.iso(batch.started_at)

    return (
        text_column("file", "File", lambda batch: batch.file, width=280),
        text_column("format", "Format", lambda batch: batch.title, width=170),
        Column("status", "Status", _status, _status, width=124, tone=_status_tone, pill=True),
        Column("started_at", "Started", started, started_iso, width=190, tooltip=started_iso),
        number_column("rows", "Rows", lambda batch: batch.rows, formatter),
        number_column("imported", "Imported", lambda batch: batch.imported, formatter),
        number_column("changed", "Changed", lambda batch: batch.changed, formatter),
        number_column("duplicates", "Duplicates", lambda batch: batch.duplicates, formatter),
        number_column(
            "rejected",
            "Rejected",
            lambda batch: batch.rejected,
            formatter,
            tone=lambda batch: Tone.BAD if batch.rejected else Tone.PLAIN,
        ),
        number_column(
            "conflicts",
            "Conflicts",
            lambda batch: batch.conflicts,
            formatter,
            tone=lambda batch: Tone.BAD if batch.conflicts else Tone.PLAIN,
        ),
        number_column(
            "warnings",
            "Warnings",
            lambda batch: batch.warnings,
            formatter,
            tone=lambda batch: Tone.WARNING if batch.warnings else Tone.PLAIN,
        ),
        Column("error", "Remark", _remark, _remark, width=260, tooltip=_remark),
    )


def issue_columns(formatter: Formatter) -> tuple[Column[RowIssue], ...]:
    def row_number(issue: RowIssue) -> str:
        return formatter.count(issue.row) if issue.row else ""

    def row_plain(issue: RowIssue) -> str:
        return str(issue.row or "")

    return (
        Column("row", "Row", row_number, row_plain, align=Align.RIGHT, width=70),
        text_column("column", "Column", lambda issue: issue.column, width=170, sortable=False),
        text_column("value", "Value", lambda issue: issue.value, width=140, sortable=False),
        text_column(
            "message", "What is wrong", lambda issue: issue.message, width=380, sortable=False
        ),
        text_column("code", "Code", lambda issue: issue.code, width=170, sortable=False),
    )
