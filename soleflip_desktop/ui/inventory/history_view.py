"""What happened to a unit, in words: who, when, from what to what."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtWidgets import QVBoxLayout, QWidget

from soleflip_desktop.domain.edit_text import EditStyle, show_value
from soleflip_desktop.domain.steps import FieldChange, HistoryEntry
from soleflip_desktop.domain.unit_fields import UNIT_FIELDS_BY_NAME, UnitValue
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import UnitsSource
from soleflip_desktop.ui.common.field_words import NOTHING, spoken
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.labels import label

_SHOWN = 50
_EVENTS = {"created": "added this unit", "deleted": "deleted this unit"}


class HistoryView(QWidget):
    """Reads the history of one unit when it is made, the newest entry first."""

    def __init__(self, item_id: int, units: UnitsSource, style: EditStyle, kit: UiKit) -> None:
        super().__init__()
        self._style, self._kit = style, kit
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(6)
        self._waiting = label("Reading…", "muted")
        self._lines.addWidget(self._waiting)
        cancel = kit.tasks.start(self._load(units, item_id))
        self.destroyed.connect(lambda *_gone: cancel())

    async def _load(self, units: UnitsSource, item_id: int) -> None:
        entries = await units.history(item_id)
        self._waiting.hide()
        for entry in entries[:_SHOWN]:
            self._lines.addWidget(label(told(entry, self._style, self._kit.formatter), wrap=True))
        more = len(entries) - _SHOWN
        if more > 0 or not entries:
            words = f"And {self._kit.formatter.count(more)} earlier entries." if more > 0 else ""
            self._lines.addWidget(label(words or "Nothing was changed yet.", "muted", wrap=True))


def told(entry: HistoryEntry, style: EditStyle, formatter: Formatter) -> str:
    """Like "Jane set Location from Shelf 1 to Shelf 2 on 20 Nov 2026, 09:00:00"."""
    event = entry.event.rpartition(".")[2]
    if event in _EVENTS or not entry.changes:
        done = _EVENTS.get(event, spoken(event).lower())
    else:
        done = "set " + ", ".join(_change(each, style, formatter) for each in entry.changes)
    text = f"{entry.actor} {done} on {formatter.moment(entry.at)}"
    return f"{text} ({entry.correction})" if entry.correction else text


def _change(change: FieldChange, style: EditStyle, formatter: Formatter) -> str:
    field = UNIT_FIELDS_BY_NAME.get(change.field)
    title = spoken(change.field) if field is None else field.title
    old, new = (_shown(change.field, each, style, formatter) for each in (change.old, change.new))
    return f"{title} from {old} to {new}"


def _shown(name: str, value: UnitValue | None, style: EditStyle, formatter: Formatter) -> str:
    field = UNIT_FIELDS_BY_NAME.get(name)
    if value is None or value == ():
        return NOTHING
    if isinstance(value, datetime):
        return formatter.day(value)
    return str(value) if field is None else show_value(field, value, style)
