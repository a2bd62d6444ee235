"""The texts that keys refer to: of variants, places, suppliers and accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

#: Rows fetched in one call: more would hold the interpreter's lock too long (decision 3).
BATCH = 2_000

VARIANTS = sa.text(
    "SELECT v.id, p.name, b.name, p.style_code, c.name, s.label, s.system, s.sort_key "
    "FROM catalog.product_variant v JOIN catalog.product p ON p.id = v.product_id "
    "LEFT JOIN catalog.brand b ON b.id = p.brand_id "
    "JOIN catalog.category c ON c.id = p.category_id "
    "JOIN catalog.size s ON s.id = v.size_id WHERE v.id = ANY(:ids)"
)
LOCATIONS = sa.text("SELECT id, path FROM inventory.location WHERE id = ANY(:ids)")
SUPPLIERS = sa.text("SELECT id, name FROM suppliers.supplier WHERE id = ANY(:ids)")
ACCOUNTS = sa.text(
    "SELECT a.id, f.name, a.label FROM system.platform_account a "
    "JOIN system.platform f ON f.id = a.platform_id WHERE a.id = ANY(:ids)"
)


def looked_up(
    session: Session, statement: sa.TextClause, ids: Sequence[int]
) -> Iterator[sa.Row[Any]]:
    """The rows of one of the statements above: the id and its texts."""
    result = session.execute(statement, {"ids": list(ids)}, execution_options={"yield_per": BATCH})
    yield from result
