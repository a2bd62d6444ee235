"""Numbers, amounts and days as the texts that name them in value lists and over groups."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from soleflip_desktop.db.queries.mirror import BLANK
from soleflip_desktop.domain.grid_query import FieldKind
from soleflip_desktop.services.mirror_fields import Field
from soleflip_desktop.services.mirror_keys import Ints

_EPOCH = date(1970, 1, 1)
DAY_MICROS = 86_400_000_000


def by_day(of: Field, wide: Ints) -> Ints:
    """Instants as their days in UTC: nobody wants a group a second. Others as they are."""
    if of.kind is not FieldKind.MOMENT:
        return wide
    days: Ints = wide // DAY_MICROS
    days[wide == BLANK] = BLANK
    return days


def titles(of: Field, keys: Ints) -> list[str]:
    """Of keys that went through `by_day`; "" for a blank."""
    return ["" if key == BLANK else _title(of, key) for key in keys.tolist()]


def _title(of: Field, key: int) -> str:
    if of.is_moment:
        return (_EPOCH + timedelta(days=key)).isoformat()
    return str(Decimal(key).scaleb(-of.places))


def key_of_title(of: Field, title: str) -> tuple[int, int]:
    """The least and the greatest key with that title; (1, 0) where it is none."""
    try:
        if of.is_moment:
            day = (date.fromisoformat(title) - _EPOCH).days
            if of.kind is FieldKind.DAY:
                return day, day
            return day * DAY_MICROS, (day + 1) * DAY_MICROS - 1
        number = Decimal(title).scaleb(of.places)
        whole = int(number)
    except (ValueError, InvalidOperation):
        return 1, 0
    return (whole, whole) if whole == number else (1, 0)
