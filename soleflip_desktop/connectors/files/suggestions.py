"""Fields that a column may hold, by its name and by what its cells look like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from soleflip_desktop.connectors.files.profiles import normalise
from soleflip_desktop.connectors.files.recognise import is_blank, looks_like
from soleflip_desktop.domain.import_fields import FIELDS, Kind, Target
from soleflip_desktop.domain.import_sketch import FileSketch

MOST = 5
#: So many different cells tell what a column holds.
_CELLS = 30
#: Kinds that cells show by themselves.
_SHOWN = (Kind.CURRENCY, Kind.DAY, Kind.INSTANT, Kind.AMOUNT)
#: Field -> what all of its cells look like.
_SHAPES = {
    "style": re.compile(r"[A-Z]{1,3}\d{3,5}[- ]\d{3}|\d{6}[- ]\d{3}"),
    "ean": re.compile(r"\d{8}|\d{12,14}"),
    "website": re.compile(r"(https?://|www\.)\S+"),
    "url": re.compile(r"https?://\S+"),
    "image_url": re.compile(r"https?://\S+\.(jpe?g|png|webp)\S*"),
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}"),
    "size": re.compile(r"(EU|US|UK)?\s?\d{1,2}([.,]5)?\s?[WYC]?|[XSML]{1,3}", re.IGNORECASE),
}
_CURRENCY = re.compile(r"[A-Z]{3}")


def suggest(sketch: FileSketch, target: Target) -> Mapping[int, tuple[str, ...]]:
    """For each column of the file the fields to offer first, best first, at most MOST of them."""
    found = {}
    for place, header in enumerate(sketch.header):
        cells = dict.fromkeys(row[place].strip() for row in sketch.rows if place < len(row))
        filled = [cell for cell in cells if not is_blank(cell)][:_CELLS]
        fields = dict.fromkeys((*_by_name(header, target), *_by_content(filled, target)))
        if fields:
            found[place] = tuple(fields)[:MOST]
    return found


def _by_name(header: str, target: Target) -> Iterator[str]:
    """Fields of that name, then those whose name is a part of the header."""
    name = normalise(header)
    named = [
        (field.name, {normalise(known) for known in (field.title, *field.names)})
        for field in FIELDS[target].values()
    ]
    yield from (field for field, names in named if name in names)
    yield from (
        field for field, names in named if any(f" {known} " in f" {name} " for known in names)
    )


def _by_content(cells: Sequence[str], target: Target) -> Iterator[str]:
    if not cells:
        return
    for name, shape in _SHAPES.items():
        if name in FIELDS[target] and all(shape.fullmatch(cell) for cell in cells):
            yield name
    kinds = {kind for kind in _SHOWN if _may_be(kind, cells)}
    yield from (field.name for field in FIELDS[target].values() if field.kind in kinds)


def _may_be(kind: Kind, cells: Sequence[str]) -> bool:
    if kind is Kind.CURRENCY:
        return all(_CURRENCY.fullmatch(cell) for cell in cells)
    if kind is Kind.AMOUNT:
        dated = any(looks_like(Kind.DAY, cell) for cell in cells)
        whole = all(cell.isdigit() for cell in cells)
        if dated or whole:
            return False
    return all(looks_like(kind, cell) for cell in cells)
