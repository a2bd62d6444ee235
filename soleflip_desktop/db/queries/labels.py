"""What stands on the labels of units and places."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.domain.labels import LabelContent
from soleflip_desktop.domain.locations import SEPARATOR
from soleflip_desktop.domain.unit_codes import place_code, unit_code

_UNITS = sa.text("""
SELECT i.id, p.name, p.style_code, s.label, l.path
FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY wanted (id, place)
JOIN inventory.item i ON i.id = wanted.id
JOIN catalog.product_variant v ON v.id = i.variant_id
JOIN catalog.product p ON p.id = v.product_id
JOIN catalog.size s ON s.id = v.size_id
LEFT JOIN inventory.location l ON l.id = i.location_id
ORDER BY wanted.place
""")
_PLACES = sa.text("""
SELECT l.id, l.name, l.path, l.code
FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY wanted (id, place)
JOIN inventory.location l ON l.id = wanted.id
ORDER BY wanted.place
""")


def units(session: Session, ids: Sequence[int]) -> list[LabelContent]:
    """In the order asked; units that are gone are left out."""
    return [
        LabelContent(unit_code(item_id), name, style or "", size, place or "")
        for item_id, name, style, size, place in session.execute(_UNITS, {"ids": list(ids)})
    ]


def places(session: Session, ids: Sequence[int]) -> list[LabelContent]:
    """In the order asked. A code of the place's own counts more than ours."""
    return [
        LabelContent(code or place_code(location_id), name, path.rpartition(SEPARATOR)[0])
        for location_id, name, path, code in session.execute(_PLACES, {"ids": list(ids)})
    ]
