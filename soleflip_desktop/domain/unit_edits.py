"""Which edits of units are allowed: the rules that need no database.

A unit that cannot take one value still takes the others; each refusal has its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.inventory import ItemStatus, check_item_transition
from soleflip_desktop.domain.steps import KeptRecord
from soleflip_desktop.domain.unit_fields import (
    UNIT_FIELDS_BY_NAME,
    CellEdit,
    UnitField,
    UnitValue,
    ValueKind,
)

Values = dict[str, UnitValue | None]

COSTS = ("cost", "cost_net", "cost_inbound")
_CURRENCY_LETTERS = 3
_PLACES = {ValueKind.AMOUNT: Decimal("0.01"), ValueKind.PERCENT: Decimal("0.0001")}
_LIMITS = {ValueKind.AMOUNT: Decimal(10**12), ValueKind.PERCENT: Decimal(1000)}
_TEXTS = {ValueKind.TEXT, ValueKind.LONG_TEXT, ValueKind.PLACE, ValueKind.SUPPLIER, ValueKind.SIZE}

GONE = "This unit is no longer there."


@dataclass(frozen=True, slots=True)
class StoredUnit:
    """A unit as it is now. `title` is "Nike Dunk Low, US 9"; `values` are by field name."""

    id: int
    title: str
    product_id: int
    values: Values


@dataclass(frozen=True, slots=True)
class Rival:
    """An edit of a cell that holds neither what its editor saw nor what it should become."""

    edit: CellEdit
    stored: UnitValue | None


@dataclass(slots=True)
class Decided:
    """What may be written, by unit, and what is kept as it was."""

    changes: dict[int, Values] = field(default_factory=dict)
    kept: list[KeptRecord] = field(default_factory=list)

    def refuse(self, item_id: int, name: str, reason: str) -> None:
        """Takes a change out again."""
        values = self.changes.get(item_id, {})
        values.pop(name, None)
        if not values:
            self.changes.pop(item_id, None)
        self.kept.append(KeptRecord(item_id, reason))


def checked(field_: UnitField, value: UnitValue | None) -> UnitValue | None:
    """The value as it is stored. Raises UserError for one that the field cannot have."""
    if isinstance(value, str) and field_.kind in _TEXTS:
        value = value.replace("\0", "").strip() or None
    if value is None or value == ():
        if not field_.clearable:
            raise UserError(f"{field_.title} cannot be empty.")
        return None
    return _typed(field_, value)


def _typed(field_: UnitField, value: UnitValue) -> UnitValue:
    reader, types = _CHECKS.get(field_.kind, (None, (str,)))
    plain_day = not isinstance(value, datetime) or field_.kind is ValueKind.MOMENT
    if not isinstance(value, types) or not plain_day:
        raise UserError(f"“{value}” is no value of {field_.title}.")
    return value if reader is None else reader(field_, value)


def _choice(field_: UnitField, value: str) -> UnitValue:
    choices = field_.choices or StrEnum
    if value not in set(choices):
        raise UserError(f"{field_.title} cannot be “{value}”. Choose one of: {', '.join(choices)}.")
    return choices(value)


def _moment(field_: UnitField, value: datetime) -> datetime:
    if value.tzinfo is None:
        raise UserError(f"{field_.title} needs a time zone.")
    return value.astimezone(UTC)


def _number(field_: UnitField, value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 <= value < _LIMITS[field_.kind]:
        raise UserError(
            f"{field_.title} cannot be {value}: it lies between 0 and {_LIMITS[field_.kind]:,}."
        )
    return value.quantize(_PLACES[field_.kind], ROUND_HALF_UP)


def _currency(field_: UnitField, value: str) -> str:
    code = value.strip().upper()
    if len(code) != _CURRENCY_LETTERS or not (code.isascii() and code.isalpha()):
        raise UserError(f"{field_.title} cannot be “{value}”: write three letters, like EUR.")
    return code


#: How a value of a kind is checked, and of which Python types it is; others are text.
_CHECKS: dict[ValueKind, tuple[Callable[[UnitField, Any], UnitValue] | None, tuple[type, ...]]] = {
    ValueKind.AMOUNT: (_number, (Decimal,)),
    ValueKind.PERCENT: (_number, (Decimal,)),
    ValueKind.CHOICE: (_choice, (str,)),
    ValueKind.CURRENCY: (_currency, (str,)),
    ValueKind.MOMENT: (_moment, (datetime,)),
    ValueKind.DAY: (None, (date,)),
    ValueKind.TAGS: (None, (tuple,)),
}


def without_rivals(
    stored: Mapping[int, StoredUnit], edits: Iterable[CellEdit]
) -> tuple[dict[int, Values], list[Rival]]:
    """The wanted values by unit, without the edits where somebody was faster."""
    wanted: dict[int, Values] = {}
    rivals = []
    for edit in edits:
        unit = stored.get(edit.item_id)
        now = None if unit is None else unit.values.get(edit.field)
        if unit is None or _same(now, edit.was) or _same(now, edit.value):
            wanted.setdefault(edit.item_id, {})[edit.field] = edit.value
        else:
            rivals.append(Rival(edit, now))
    return wanted, rivals


def _same(one: UnitValue | None, other: UnitValue | None) -> bool:
    """Blank text and no tags are as good as nothing."""
    return _filled(one) == _filled(other)


def _filled(value: UnitValue | None) -> UnitValue | None:
    return None if value in ("", ()) else value


def decide(stored: Mapping[int, StoredUnit], wanted: Mapping[int, Values]) -> Decided:
    """Of the wanted values those that differ from what is stored and keep the rules."""
    decided = Decided()
    for item_id, values in wanted.items():
        unit = stored.get(item_id)
        if unit is None:
            decided.kept.append(KeptRecord(item_id, GONE))
            continue
        decided.changes[item_id] = {}
        for name, value in values.items():
            _decide(decided, unit, name, value)
        if decided.changes.get(item_id):
            _check_currency(decided, unit)
        else:
            decided.changes.pop(item_id, None)
    return decided


def _decide(decided: Decided, unit: StoredUnit, name: str, value: UnitValue | None) -> None:
    try:
        new = checked(editable(name), value)
        old = unit.values[name]
        if name == "status" and new != old:
            check_item_transition(ItemStatus(str(old)), ItemStatus(str(new)))
    except UserError as error:
        decided.kept.append(KeptRecord(unit.id, str(error)))
    else:
        if new != old:
            decided.changes[unit.id][name] = new


def editable(name: str) -> UnitField:
    """Raises UserError for a name that no editable field has."""
    if name not in UNIT_FIELDS_BY_NAME:
        raise UserError(f"There is no field “{name}” that could be edited.")
    return UNIT_FIELDS_BY_NAME[name]


def _check_currency(decided: Decided, unit: StoredUnit) -> None:
    """An amount without a currency means nothing, so neither may be left alone."""
    changes = decided.changes[unit.id]
    after = unit.values | changes
    if after["cost_currency"] is not None or all(after[name] is None for name in COSTS):
        return
    if "cost_currency" in changes:
        reason = "Cost currency cannot be empty while the unit has a cost."
        decided.refuse(unit.id, "cost_currency", reason)
        return
    for name in COSTS:
        if changes.get(name) is not None:
            title = UNIT_FIELDS_BY_NAME[name].title
            reason = f"{title} has no currency: set the cost currency as well."
            decided.refuse(unit.id, name, reason)


def shown(value: UnitValue | None) -> str:
    """A value inside a sentence; instants in UTC."""
    if value is None:
        return "empty"
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return str(value)
