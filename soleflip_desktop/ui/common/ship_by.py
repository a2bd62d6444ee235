"""When something has to leave the house, in words and as a column: overdue with sign and word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from soleflip_desktop.domain.market import age_words
from soleflip_desktop.ui.common.columns import Column, RowT, Tone, day_column
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.sync_words import utc_now

OVERDUE_SIGN = "⚠"
_URGENT = timedelta(days=1)


def due_words(ship_by: datetime, now: datetime) -> str:
    """Like "due in 5 h", "due now" or "overdue by 2 days"."""
    late = ship_by < now
    words = age_words(ship_by, now) if late else age_words(now, ship_by)
    if words == "just now":
        return "overdue" if late else "due now"
    return f"{'overdue by' if late else 'due in'} {words.removesuffix(' ago')}"


def due_tone(ship_by: datetime, now: datetime) -> Tone:
    if ship_by < now:
        return Tone.BAD
    return Tone.WARNING if ship_by - now <= _URGENT else Tone.PLAIN


def ship_by_column(
    value: Callable[[RowT], datetime | None],
    formatter: Formatter,
    *,
    waiting: Callable[[RowT], bool],
) -> Column[RowT]:
    """The field `ship_by`. Only what is `waiting` to be shipped can be urgent or overdue."""
    days = day_column("ship_by", "Ship by", value, formatter, width=126)

    def urgent(row: RowT) -> datetime | None:
        return value(row) if waiting(row) else None

    def display(row: RowT) -> str:
        ship_by = urgent(row)
        late = ship_by is not None and ship_by < utc_now()
        return f"{OVERDUE_SIGN} {days.display(row)}" if late else days.display(row)

    def tooltip(row: RowT) -> str:
        ship_by = urgent(row)
        told = days.tooltip(row)
        return told if ship_by is None else f"{due_words(ship_by, utc_now())}: {told}"

    def tone(row: RowT) -> Tone:
        ship_by = urgent(row)
        return Tone.PLAIN if ship_by is None else due_tone(ship_by, utc_now())

    return replace(days, display=display, tooltip=tooltip, tone=tone)
