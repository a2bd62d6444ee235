"""Sort keys of whole tables as packed integers: one value instead of a million rows.

A key is a bigint; blanks are BLANK. See performance.md B1 for what the alternatives cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.queries.joins import LIVE_SALE

BLANK = -(2**63)
#: Rows fetched in one call: more would hold the interpreter's lock too long (decision 3).
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class KeyTable:
    """A table's FROM clause and its keys: name -> SQL expression of type bigint."""

    source: str
    id: str
    keys: Mapping[str, str]


def _cents(amount: str) -> str:
    return f"({amount} * 100)::bigint"


def _micros(instant: str) -> str:
    """As double precision: exact to the microsecond, and ten times faster than `extract`."""
    return f"(date_part('epoch', {instant}) * 1000000)::bigint"


def _code(text: str) -> str:
    """Three letters as a number that sorts like them."""
    return (
        f"(ascii({text}) * 65536 + ascii(substr({text}, 2)) * 256 + ascii(substr({text}, 3)))"
        "::bigint"
    )


_SALE_KEYS = {
    "gross": _cents("o.gross_amount"),
    "gross_currency": _code("o.gross_currency"),
    "payout": _cents("o.payout_amount"),
    "payout_currency": _code("o.payout_currency"),
    "cost": _cents("i.cost_gross"),
    "cost_currency": _code("i.cost_currency"),
    "profit": "CASE WHEN o.payout_currency = i.cost_currency "
    f"THEN {_cents('(o.payout_amount - i.cost_gross)')} END",
    "sold_at": _micros("o.sold_at"),
    "platform": "o.platform_account_id",
}

ITEM_KEYS = KeyTable(
    source=f"inventory.item i LEFT JOIN transactions.order o ON {LIVE_SALE}",
    id="i.id",
    keys=_SALE_KEYS
    | {
        "id": "i.id",
        "variant": "i.variant_id",
        "status": "array_position(ARRAY['ordered', 'incoming', 'available', 'consigned', "
        "'reserved', 'sold', 'to_ship', 'packed', 'shipped', 'delivered', 'completed', "
        "'return_incoming', 'returned_to_supplier', 'lost', 'damaged', 'personal_use', "
        "'cancelled'], i.status::text)::bigint",
        "acquired_at": _micros("i.acquired_at"),
    },
)

ORDER_KEYS = KeyTable(
    source="transactions.order o LEFT JOIN inventory.item i ON i.id = o.item_id",
    id="o.id",
    keys=_SALE_KEYS
    | {
        "id": "o.id",
        "variant": "o.variant_id",
        "status": "array_position(ARRAY['pending', 'confirmed', 'shipped', 'received', "
        "'authenticating', 'completed', 'cancelled', 'returned', 'refunded'], "
        "o.status::text)::bigint",
        "charges": _cents("(o.payout_amount - o.gross_amount)"),
        "paid_at": _micros("o.paid_at"),
        "buyer_country": _code("o.buyer_country"),
        "order_number": "CASE WHEN o.external_id IS NOT NULL "
        "THEN dense_rank() OVER (ORDER BY o.external_id) END",
    },
)


def packed_keys(session: Session, table: KeyTable, names: Sequence[str]) -> bytes:
    """Rows in id order, each as big-endian bigints: the id, then the keys named."""
    keys = ", ".join(
        f"coalesce({table.keys[name]}, {BLANK}) AS k{n}" for n, name in enumerate(names)
    )
    packed = " || ".join(["int8send(id)", *(f"int8send(k{n})" for n in range(len(names)))])
    # The rows arrive in the order of the subquery: sorting inside the aggregate costs twice this.
    statement = (
        f"SELECT string_agg({packed}, ''::bytea) "  # noqa: S608  (our own constants)
        f"FROM (SELECT {table.id} AS id, {keys} FROM {table.source} ORDER BY {table.id}) AS rows"
    )
    with raw_connection(session).cursor(binary=True) as cursor:
        row = cursor.execute(statement.encode()).fetchone()
    return bytes(row[0]) if row and row[0] else b""


def raw_connection(session: Session) -> psycopg.Connection[Any]:
    """The driver's connection of a session, for binary results."""
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, psycopg.Connection):
        raise TypeError(type(connection))
    return connection


@dataclass(frozen=True, slots=True)
class VariantTexts:
    """What is shown and searched of one variant."""

    id: int
    product: str
    brand: str
    style_code: str
    category: str
    size: str
    size_order: tuple[str, float]


VARIANTS = sa.text(
    "SELECT v.id, p.name, coalesce(b.name, ''), coalesce(p.style_code, ''), c.name, s.label, "
    "s.system, s.sort_key::float8 FROM catalog.product_variant v "
    "JOIN catalog.product p ON p.id = v.product_id "
    "LEFT JOIN catalog.brand b ON b.id = p.brand_id "
    "JOIN catalog.category c ON c.id = p.category_id "
    "JOIN catalog.size s ON s.id = v.size_id ORDER BY v.id"
)


def variant_texts(session: Session) -> list[VariantTexts]:
    result = session.execute(VARIANTS, execution_options={"yield_per": BATCH})
    return [
        VariantTexts(id_, product, brand, style, category, size, (system, order))
        for part in result.partitions()
        for id_, product, brand, style, category, size, system, order in part
    ]


def account_names(session: Session) -> dict[int, str]:
    rows = session.execute(
        sa.text(
            "SELECT a.id, p.name FROM system.platform_account a "
            "JOIN system.platform p ON p.id = a.platform_id"
        )
    )
    return dict(rows.tuples())


def orders_by_number(session: Session, prefix: str, limit: int = 5_000) -> list[tuple[int, int]]:
    """(order id, unit id or 0) of orders whose number begins with `prefix`."""
    pattern = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = session.execute(
        sa.text(
            "SELECT o.id, coalesce(o.item_id, 0) FROM system.platform_account a "
            "JOIN transactions.order o ON o.platform_account_id = a.id "
            "WHERE o.external_id LIKE :pattern LIMIT :limit"
        ),
        {"pattern": pattern, "limit": limit},
    )
    return [(order_id, item_id) for order_id, item_id in rows]


def first_ids(session: Session, table: KeyTable, order: str, limit: int) -> list[int]:
    """The first rows of a page, straight from an index, before the mirror is there."""
    statement = f"SELECT {table.id} FROM {table.source} ORDER BY {order} LIMIT {int(limit)}"  # noqa: S608  (our own constants)
    return list(session.scalars(sa.text(statement)))


def estimated_rows(session: Session, table: str) -> int:
    """What the planner believes; -1 before the first ANALYZE."""
    return int(
        session.scalar(
            sa.text("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:table)"),
            {"table": table},
        )
        or 0
    )
