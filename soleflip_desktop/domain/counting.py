"""Counts of what really lies somewhere, by scanning it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CountMark(StrEnum):
    """What a count says of a unit or of a code."""

    MISSING = "missing"  # expected, not scanned yet
    FOUND = "found"  # expected and scanned once
    TWICE = "twice"  # scanned more than once
    ELSEWHERE = "elsewhere"  # scanned here, booked at another place
    GONE = "gone"  # scanned here, though sold, lost or otherwise not in stock
    UNKNOWN = "unknown"  # nobody knows this code


@dataclass(frozen=True, slots=True)
class CountHead:
    """A count. `location` is the path of its place, None for all stock."""

    id: int
    location_id: int | None
    location: str | None
    actor: str
    started_at: datetime
    finished_at: datetime | None
    expected: int
    scanned: int


@dataclass(frozen=True, slots=True)
class CountLine:
    """One unit or one unknown code of a count sheet; `location` is where it is booked."""

    mark: CountMark
    item_id: int | None
    code: str
    product: str
    size: str
    location: str | None
    scans: int


class ScanKind(StrEnum):
    """What a scanned code stands for."""

    UNIT = "unit"
    LOCATION = "location"
    PRODUCT = "product"  # an EAN or UPC: units of that size
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ScanHit:
    """What a code was found to be. `ids`: the unit, the place, or the units of the product."""

    kind: ScanKind
    code: str
    title: str
    ids: tuple[int, ...] = ()
