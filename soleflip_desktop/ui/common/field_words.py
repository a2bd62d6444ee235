"""What fields and their values are called on screen."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from soleflip_desktop.domain.import_fields import FIELDS, ImportField, Kind
from soleflip_desktop.ui.common.formatting import Formatter

NOTHING = "nothing"


def spoken(value: str) -> str:
    """A value of ours as people read it: to_ship is "To ship"."""
    return value.replace("_", " ").capitalize()


def field_title(name: str) -> str:
    """What a field is called on screen; the database's own names are spoken as they are."""
    found = _field(name)
    return spoken(name) if found is None else found.title


def stored_text(name: str, value: str | None, formatter: Formatter) -> str:
    """A value of the field as the database writes it, such as an ISO date, for people."""
    if value is None:
        return NOTHING
    found = _field(name)
    try:
        return value if found is None else _text(found.kind, value, formatter)
    except (ValueError, InvalidOperation):
        return value  # better as it is than not at all


def _text(kind: Kind, value: str, formatter: Formatter) -> str:
    match kind:
        case Kind.INSTANT:
            return formatter.day(datetime.fromisoformat(value))
        case Kind.DAY:
            return formatter.calendar_day(date.fromisoformat(value))
        case Kind.AMOUNT:
            return formatter.amount(Decimal(value))
        case Kind.CHOICE:
            return spoken(value)
        case _:
            return value


def _field(name: str) -> ImportField | None:
    return next((fields[name] for fields in FIELDS.values() if name in fields), None)
