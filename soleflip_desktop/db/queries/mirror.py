"""What the mirror of a table reads: its keys as packed integers, and the texts behind them.

A key is a bigint; blanks are BLANK. Keys come in chunks of rows, one binary value a row: bounded
memory, and the interpreter's lock is held briefly (performance.md B1, decision 3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.queries.figures import (
    DAYS_HELD,
    LANDED_COST,
    MARGIN_AT_ASK_PCT,
    MARKET,
    PRESALE,
    PROFIT,
    PROFIT_PER_DAY,
    ROI_PCT,
    SHIP_BY,
    attachments,
    listings,
    promises,
)
from soleflip_desktop.db.queries.joins import LIVE_SALE
from soleflip_desktop.domain.inventory import BoxState, Condition, ItemStatus, VatScheme
from soleflip_desktop.domain.transactions import OrderStatus

BLANK = -(2**63)
CHUNK = 16_384

#: Limits a column to the rows that are read.
Scope = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class KeyTable:
    """A table and its keys: name -> SQL expression of type bigint.

    `joins` go by alias and are made only where a key needs them. `texts` are texts of the rows
    themselves by the name of their key, which is a hash of them; where there is no such key, they
    are too many to be held.
    """

    table: str
    alias: str
    joins: Mapping[str, Callable[[Scope], str]]
    keys: Mapping[str, str]
    texts: Mapping[str, str]

    @property
    def id(self) -> str:
        return f"{self.alias}.id"

    def joined(self, name: str) -> tuple[str, ...]:
        """The aliases of the joins that a key needs."""
        expression = self.keys.get(name) or self.texts[name]
        return tuple(alias for alias in self.joins if f"{alias}." in expression)

    def source(self, expressions: str, scope: Scope) -> str:
        joins = [join(scope) for alias, join in self.joins.items() if f"{alias}." in expressions]
        return f"{self.table} {self.alias} {''.join(joins)}"


def _scaled(amount: str) -> str:
    """Cents, or hundredths of a percent."""
    return f"({amount} * 100)::bigint"


def _micros(instant: str) -> str:
    """As double precision: exact to the microsecond, and ten times faster than `extract`."""
    return f"(date_part('epoch', {instant}) * 1000000)::bigint"


def _place(words: type[StrEnum], column: str) -> str:
    """Which member it is, from 1."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return f"array_position(ARRAY[{listed}], {column}::text)::bigint"


def _hash(text: str) -> str:
    return f"hashtextextended(nullif({text}::text, ''), 0)"


_SALE_KEYS = {
    "gross": _scaled("o.gross_amount"),
    "payout": _scaled("o.payout_amount"),
    "sold_at": _micros("o.sold_at"),
    "account": "o.platform_account_id",
}
_COST_KEYS = {
    "cost": _scaled("i.cost_gross"),
    "profit": _scaled(PROFIT),
}
_CURRENCIES = {
    "gross_currency": "o.gross_currency",
    "payout_currency": "o.payout_currency",
    "cost_currency": "i.cost_currency",
}
_ITEM_TEXTS = _CURRENCIES | {
    "market_currency": "m.currency",
    "listed": "array_to_string(g.platforms, ', ')",
    "tags": "array_to_string(i.tags, ', ')",
    "purchase_order_number": "i.purchase_order_number",
    "purchase_invoice_number": "i.purchase_invoice_number",
    "notes": "i.notes",
}

_ORDER_TEXTS = _CURRENCIES | {
    "buyer_country": "o.buyer_country",
    "remote_status": "o.remote_status",
}

ITEM_KEYS = KeyTable(
    table="inventory.item",
    alias="i",
    joins={
        # Limited on both sides: the planner does not infer the one from the other.
        "o": lambda scope: (
            f"LEFT JOIN transactions.order o ON {LIVE_SALE} AND {scope('o.item_id')} "
        ),
        "m": lambda _scope: MARKET,
        "g": lambda scope: listings(scope("l.item_id")),
        "t": lambda scope: attachments(scope("n.item_id")),
        "q": lambda scope: promises(scope("n.item_id")),
    },
    keys=_SALE_KEYS
    | _COST_KEYS
    | {name: _hash(text) for name, text in _ITEM_TEXTS.items()}
    | {
        "variant": "i.variant_id",
        "sale": "o.id",
        "status": _place(ItemStatus, "i.status"),
        "condition": _place(Condition, "i.condition"),
        "box_state": _place(BoxState, "i.box_state"),
        "vat_scheme": _place(VatScheme, "i.vat_scheme"),
        "location": "i.location_id",
        "supplier": "i.supplier_id",
        "cost_net": _scaled("i.cost_net"),
        "cost_inbound": _scaled("i.cost_inbound"),
        "landed_cost": _scaled(LANDED_COST),
        "roi_pct": _scaled(ROI_PCT),
        "profit_per_day": _scaled(PROFIT_PER_DAY),
        "days_held": f"{DAYS_HELD}::bigint",
        "market_value": _scaled("m.lowest_ask"),
        "margin_at_ask_pct": _scaled(MARGIN_AT_ASK_PCT),
        "vat_pct": "(i.vat_pct * 10000)::bigint",
        "acquired_at": _micros("i.acquired_at"),
        "delivered_at": _micros("i.delivered_at"),
        "return_until": "(i.return_until - DATE '1970-01-01')::bigint",
        "attachments": "coalesce(t.files, 0)::bigint",
        "presale": f"(CASE WHEN {PRESALE} THEN 1 END)::bigint",
        "ship_by": _micros(SHIP_BY),
    },
    texts=_ITEM_TEXTS,
)

ORDER_KEYS = KeyTable(
    table="transactions.order",
    alias="o",
    joins={"i": lambda _scope: "LEFT JOIN inventory.item i ON i.id = o.item_id "},
    keys=_SALE_KEYS
    | _COST_KEYS
    | {name: _hash(text) for name, text in _ORDER_TEXTS.items()}
    | {
        "variant": "o.variant_id",
        "status": _place(OrderStatus, "o.status"),
        "charges": _scaled("(o.payout_amount - o.gross_amount)"),
        "paid_at": _micros("o.paid_at"),
        "ship_by": _micros("o.ship_by"),
    },
    texts=_ORDER_TEXTS | {"order_number": "o.external_id"},
)


def key_chunks(session: Session, table: KeyTable, names: Sequence[str]) -> Iterator[bytes]:
    """All rows in any order; see `_packed`.

    One scan by a cursor: ids are not in the order of the pages, so reading ranges of ids would read
    most of the table for each of them. A binary COPY takes a third longer: it comes
    row by row.
    """
    session.execute(sa.text("SET LOCAL cursor_tuple_fraction = 1"))  # all rows will be fetched
    statement = _packed(table, names, _everywhere)
    with raw_connection(session).cursor("mirror", binary=True) as cursor:
        cursor.execute(statement.encode())
        while rows := cursor.fetchmany(CHUNK):
            yield b"".join([row[0] for row in rows])


def keys_of(session: Session, table: KeyTable, names: Sequence[str], ids: Sequence[int]) -> bytes:
    """The rows with these ids, in any order; see `_packed`."""
    listed = ", ".join(str(int(id_)) for id_ in ids)
    statement = _packed(table, names, lambda column: f"{column} IN ({listed})")
    with raw_connection(session).cursor(binary=True) as cursor:
        return b"".join([row[0] for row in cursor.execute(statement.encode())])


def _packed(table: KeyTable, names: Sequence[str], scope: Scope) -> str:
    """Each row as one value of big-endian bigints: the id, then the keys named."""
    expressions = [f"coalesce({table.keys[name]}, {BLANK})" for name in names]
    packed = " || ".join(f"int8send({key})" for key in (table.id, *expressions))
    source = table.source(packed, scope)
    return f"SELECT {packed} FROM {source}WHERE {scope(table.id)}"  # noqa: S608  (our own constants)


def ranked_texts(session: Session, table: KeyTable, name: str) -> bytes:
    """(id, rank) of all rows that have this text: for texts too many to be held here."""
    text = table.texts[name]
    statement = (
        f"SELECT string_agg(int8send(id) || int8send(k), ''::bytea) FROM (SELECT {table.id} AS id, "  # noqa: S608  (our own constants)
        f'dense_rank() OVER (ORDER BY lower({text}) COLLATE "C") AS k '
        f"FROM {table.source(text, _everywhere)}WHERE {text} <> '' ORDER BY 1) AS rows"
    )
    with raw_connection(session).cursor(binary=True) as cursor:
        row = cursor.execute(statement.encode()).fetchone()
    return bytes(row[0]) if row and row[0] else b""


def _everywhere(_column: str) -> str:
    return "true"


def texts_of(session: Session, table: KeyTable, name: str, ids: Sequence[int]) -> dict[int, str]:
    """The free text of some rows, by id."""
    text = table.texts[name]
    scope: Scope = lambda column: f"{column} = ANY(:ids)"  # noqa: E731
    statement = f"SELECT {table.id}, {text} FROM {table.source(text, scope)}WHERE {scope(table.id)}"  # noqa: S608  (our own constants)
    rows = session.execute(sa.text(statement), {"ids": list(ids)})
    return {row[0]: row[1] for row in rows}


#: How a text is compared by the server; both sides are in lower case.
COMPARED = {
    "contains": "lower({text}) LIKE lower(:value) ESCAPE '\\'",
    "=": "lower({text}) = lower(:value)",
    "<": 'lower({text}) COLLATE "C" < lower(:value)',
    "<=": 'lower({text}) COLLATE "C" <= lower(:value)',
    ">": 'lower({text}) COLLATE "C" > lower(:value)',
    ">=": 'lower({text}) COLLATE "C" >= lower(:value)',
    "filled": "{text} <> '' AND :value = ''",
}


def ids_by_text(
    session: Session, table: KeyTable, name: str, compared: str, value: str
) -> list[int]:
    """Rows whose free text compares like that; `compared` is a key of COMPARED."""
    text = table.texts[name]
    if compared == "contains":
        value = f"%{_escaped(value)}%"
    statement = (
        f"SELECT {table.id} FROM {table.source(text, _everywhere)}"  # noqa: S608  (our own constants)
        f"WHERE {COMPARED[compared].format(text=text)} ORDER BY 1"
    )
    return list(session.scalars(sa.text(statement), {"value": value}))


def orders_by_number(session: Session, prefix: str, limit: int = 5_000) -> list[tuple[int, int]]:
    """(order id, unit id or 0) of orders whose number begins with `prefix`."""
    rows = session.execute(
        sa.text(
            "SELECT o.id, coalesce(o.item_id, 0) FROM system.platform_account a "
            "JOIN transactions.order o ON o.platform_account_id = a.id "
            "WHERE o.external_id LIKE :pattern LIMIT :limit"
        ),
        {"pattern": f"{_escaped(prefix)}%", "limit": limit},
    )
    return [(order_id, item_id) for order_id, item_id in rows]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def raw_connection(session: Session) -> psycopg.Connection[Any]:
    """The driver's connection of a session, for binary results."""
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, psycopg.Connection):
        raise TypeError(type(connection))
    return connection


def first_ids(session: Session, table: KeyTable, order: str, limit: int) -> list[int]:
    """The first rows of a page, straight from an index, before the mirror is there."""
    source = table.source(order, _everywhere)
    statement = f"SELECT {table.id} FROM {source}ORDER BY {order} LIMIT {int(limit)}"  # noqa: S608  (our own constants)
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
