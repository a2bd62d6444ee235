"""The names of steps, as the Undo menu shows them: "Set location of 12 units"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from soleflip_desktop.domain.unit_fields import UNIT_FIELDS_BY_NAME, UnitValue

#: field name -> value; of one unit.
Changes = Mapping[str, UnitValue | None]

_NAMED_FIELDS = 2


def units(count: int) -> str:
    return "1 unit" if count == 1 else f"{count:,} units"


def field_words(name: str) -> str:
    """A field inside a sentence: "Net cost" is "net cost", "VAT %" stays."""
    title = UNIT_FIELDS_BY_NAME[name].title
    return title if title[:2].isupper() else title[0].lower() + title[1:]


def edit_title(changes: Sequence[Changes], first: str) -> str:
    """What was done to the units, of which the first is called `first`."""
    which = first if len(changes) == 1 else units(len(changes))
    fields = list(dict.fromkeys(name for unit in changes for name in unit))
    if len(fields) > 1:
        return f"Edit {_listed(fields)} of {which}"
    field = fields[0]
    values = {unit[field] for unit in changes}
    value = values.pop() if len(values) == 1 else None
    if isinstance(value, str) and field in {"status", "location"}:
        if field == "location":
            return f"Move {which} to {value}"
        return f"Change status of {which} to {value.replace('_', ' ')}"
    if not values and value is None:
        return f"Clear {field_words(field)} of {which}"
    return f"{'Edit' if len(changes) == 1 else 'Set'} {field_words(field)} of {which}"


def _listed(fields: Sequence[str]) -> str:
    if len(fields) > _NAMED_FIELDS:
        return f"{len(fields)} fields"
    return " and ".join(field_words(field) for field in fields)


def add_title(count: int, product: str) -> str:
    return f"Add {units(count)} of {product}"


def clone_title(count: int, unit: str) -> str:
    return f"Add {units(count)} like {unit}"


def delete_title(count: int, first: str) -> str:
    return f"Delete {first if count == 1 else units(count)}"
