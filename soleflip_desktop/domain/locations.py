"""Places where units lie."""

from __future__ import annotations

from dataclasses import dataclass

SEPARATOR = " / "


@dataclass(frozen=True, slots=True)
class LocationRow:
    """A place; `path` is "Room / Shelf / Box". `units` lie right there, not in places below."""

    id: int
    parent_id: int | None
    name: str
    path: str
    code: str | None
    units: int
