"""Writes staged units and sales: new rows set by set, then what changed in stored ones.

The order of the functions is the order of the load; `import_units` has classed the rows.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from soleflip_desktop.db.queries import import_diff
from soleflip_desktop.db.queries.import_accounts import Accounts
from soleflip_desktop.db.queries.import_stage import one
from soleflip_desktop.db.queries.import_units import ITEM_BY_ID, ORDER, ORDER_BY_ID, TAGS
from soleflip_desktop.db.queries.unit_charges import (
    DERIVED,
    POSITIONS,
    replace_charges,
    staged_amount,
)
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.integration import ChangedEntity
from soleflip_desktop.domain.staging import CHARGE_FIELDS

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class LoadKeys:
    """Ids that the load uses: record n of the stage becomes unit item_base + n."""

    batch_id: int
    item_base: int
    order_base: int


def fresh_rows(connection: Connection) -> sql.SQL:
    """Rows of the stage that go in; the stage is read a dozen times, so it matters how."""
    if one(connection, "SELECT NOT EXISTS (SELECT FROM row_class)"):
        return sql.SQL("stage_row s WHERE true")
    return sql.SQL("stage_row s WHERE NOT EXISTS (SELECT FROM row_class k WHERE k.seq = s.seq)")


# -- new rows ------------------------------------------------------------------------------------

INSERT_PAYOUTS = """
INSERT INTO transactions.payout
    (platform_account_id, external_id, paid_at, amount, currency, import_batch_id)
SELECT {account}, payout_ref, min({paid_at}), min({total}), min(gross_currency), {batch}
FROM {fresh} AND payout_ref IS NOT NULL AND payout IS NOT NULL AND NOT EXISTS (
    SELECT FROM transactions.payout p
    WHERE p.platform_account_id = {account} AND p.external_id = s.payout_ref
)
GROUP BY {account}, payout_ref
"""

INSERT_ITEMS = """
INSERT INTO inventory.item (id, variant_id, status, import_batch_id, import_row{columns})
SELECT {item_base} + s.seq, v.variant_id, {status}, {batch}, s.row_no{values}
FROM (SELECT * FROM {fresh}) s JOIN variant_map v USING (variant_key){joins}
"""

#: Staged column -> column of the unit and its value; status and size are always there.
ITEM_VALUES = {
    **{
        name: pair
        for name, pair in ITEM_BY_ID.columns.items()
        if name not in {"item_status", "variant_key"}
    },
    "supplier": (
        "supplier_id",
        "(SELECT p.id FROM suppliers.supplier p WHERE lower(p.name) = lower(s.supplier))",
    ),
    "location": ("location_id", "w.location_id"),
    "tags": ("tags", f"coalesce({TAGS}, '{{}}')"),
}

INSERT_ORDERS = """
INSERT INTO transactions.order (id, platform_account_id, external_id, content_key, item_id,
    variant_id, status, gross_amount, gross_currency, import_batch_id, import_row{columns})
SELECT {order_base} + s.seq, {account}, {number}, {content_key}, {item_id}, {variant},
    {status}, s.gross, s.gross_currency, {batch}, s.row_no{values}
FROM (SELECT * FROM {rows}) s
{joins}
"""

#: The same of the order; price and status are always there.
ORDER_VALUES = {
    **{
        name: pair
        for name, pair in ORDER.columns.items()
        if name not in {"gross", "gross_currency", "order_status"}
    },
    "payout_ref": ("payout_id", "p.id"),
}

#: Where the file does not say how a sale stands, its unit's status does.
ORDER_STATUS = (
    "CASE {0} WHEN 'cancelled' THEN 'cancelled' WHEN 'sold' THEN 'confirmed' "
    "WHEN 'to_ship' THEN 'confirmed' WHEN 'packed' THEN 'confirmed' WHEN 'shipped' THEN 'shipped' "
    "WHEN 'delivered' THEN 'received' WHEN 'return_incoming' THEN 'returned' ELSE 'completed' END"
)
#: And the other way round, for a sale whose unit nobody has entered.
ITEM_STATUS = (
    "CASE s.order_status WHEN 'cancelled' THEN 'cancelled' WHEN 'returned' THEN 'return_incoming' "
    "WHEN 'refunded' THEN 'return_incoming' WHEN 'shipped' THEN 'shipped' "
    "WHEN 'received' THEN 'delivered' WHEN 'authenticating' THEN 'shipped' "
    "WHEN 'pending' THEN 'sold' WHEN 'confirmed' THEN 'to_ship' ELSE 'completed' END"
)


@dataclass(frozen=True, slots=True)
class UnitWriter:
    """Writes one load. `staged` are the columns that the file has."""

    connection: Connection
    plan: ImportPlan
    staged: Collection[str]
    accounts: Accounts
    keys: LoadKeys

    def insert(self) -> None:
        """Payouts, units, orders and charges of the rows that are new."""
        fresh = fresh_rows(self.connection)
        if {"payout_ref", "payout"} <= set(self.staged):
            self._insert_payouts(fresh)
        self._insert_items(fresh)
        if "gross" in self.staged:
            sold = sql.SQL("{} AND s.gross IS NOT NULL").format(fresh)
            new_unit = sql.SQL("{} + s.seq").format(sql.Literal(self.keys.item_base))
            self._insert_orders(sold, new_unit)
            self._insert_charges(sold)

    def update(self) -> None:
        """What rows change in stored records; their new versions are kept for an undo."""
        connection, batch = self.connection, self.keys.batch_id
        connection.execute(
            "SELECT set_config('soleflip.correction', %s, true)", (f"import {batch}",)
        )
        for name in MADE_SINCE.keys() & set(self.staged):
            connection.execute(MADE_SINCE[name])
        for diff in (ITEM_BY_ID, ORDER_BY_ID):
            columns = [column for column, _ in diff.columns.values()]
            import_diff.write_values(connection, diff.table, columns, CHANGES[diff.entity], "after")
        replace_charges(connection, "stage_change", "after")
        if "gross" in self.staged and self.plan.target is Target.ITEMS:
            self._sell_stored_units()
        for diff in (ITEM_BY_ID, ORDER_BY_ID):
            import_diff.journal_changes(connection, batch, diff)

    def _run(self, statement: str, **names: sql.Composable) -> None:
        batch = sql.Literal(self.keys.batch_id)
        account = self.accounts.id_of_row
        self.connection.execute(sql.SQL(statement).format(batch=batch, account=account, **names))

    def _column(self, name: str) -> sql.Composable:
        return sql.SQL(f"s.{name}") if name in self.staged else sql.SQL("NULL")

    def _insert_payouts(self, fresh: sql.Composable) -> None:
        self._run(
            INSERT_PAYOUTS,
            fresh=fresh,
            paid_at=self._typed("paid_at", "timestamptz"),
            total=self._typed("payout_total", "numeric"),
        )

    def _typed(self, name: str, kind: str) -> sql.Composable:
        return self._column(name) + sql.SQL(f"::{kind}")

    def _insert_items(self, fresh: sql.Composable) -> None:
        known = [ITEM_VALUES[name] for name in ITEM_VALUES if name in self.staged]
        joins = ""
        if "location" in self.staged:
            joins += " LEFT JOIN place_map w USING (location)"
        if self.plan.target is Target.ITEMS and "content" in self.staged:
            known.append(("content_key", "k.content_key"))
            joins += " LEFT JOIN stage_key k USING (seq)"
        self._run(
            INSERT_ITEMS,
            fresh=fresh,
            item_base=sql.Literal(self.keys.item_base),
            status=self._item_status(),
            columns=_list(column for column, _ in known),
            values=_list(value for _, value in known),
            joins=sql.SQL(joins),
        )

    def _item_status(self) -> sql.Composable:
        if self.plan.target is Target.SALES:
            other = ITEM_STATUS if "order_status" in self.staged else "'completed'"
        elif "gross" in self.staged:
            other = "CASE WHEN s.gross IS NULL THEN 'available' ELSE 'completed' END"
        else:
            other = "'available'"
        return sql.SQL("coalesce({}, {})").format(self._column("item_status"), sql.SQL(other))

    def _order_status(self) -> sql.Composable:
        status = ORDER_STATUS.format("s.item_status") if "item_status" in self.staged else None
        derived = sql.SQL(status or "'completed'")
        return sql.SQL("coalesce({}, {})").format(self._column("order_status"), derived)

    def _insert_orders(self, rows: sql.Composable, item_id: sql.Composable) -> None:
        known = [ORDER_VALUES[name] for name in ORDER_VALUES if name in self.staged]
        joins = ["JOIN variant_map v USING (variant_key)"]
        key = "NULL::uuid"
        if "content" in self.staged:
            joins.append("LEFT JOIN stage_key k USING (seq)")
            key = "k.content_key"
        if self.plan.target is Target.ITEMS:
            # A sheet's sale may have no number at all; then its unit makes it that sale.
            number = "s.external_id" if "external_id" in self.staged else "NULL"
            key = f"CASE WHEN {number} IS NULL THEN md5('unit ' || {{}})::uuid END"
        if "payout_ref" in self.staged:
            joins.append(
                "LEFT JOIN transactions.payout p "
                "ON p.platform_account_id = {account} AND p.external_id = s.payout_ref"
            )
        self._run(
            INSERT_ORDERS,
            order_base=sql.Literal(self.keys.order_base),
            number=self._column("external_id"),
            content_key=sql.SQL(key).format(item_id),
            item_id=item_id,
            variant=sql.SQL("v.variant_id"),
            status=self._order_status(),
            rows=rows,
            columns=_list(column for column, _ in known),
            values=_list(value for _, value in known),
            joins=sql.SQL("\n".join(joins)).format(account=self.accounts.id_of_row),
        )

    def _insert_charges(self, rows: sql.Composable) -> None:
        """One SELECT a kind of line: cheaper than a row of all kinds that is then filtered.

        A blank is no line; 0.00 is one. What the lines leave of the payout is derived.
        """
        lines = [
            (kind, staged_amount(field), "itemised", f"s.{field} IS NOT NULL")
            for field, kind in CHARGE_FIELDS.items()
            if field in self.staged
        ]
        if "residual" in self.staged:
            lines += [(k, "s.residual", "derived", c.format("s.residual")) for k, c in DERIVED]
        if not lines:
            return
        selects = (
            sql.SQL(
                "SELECT {base} + s.seq, {position}, {kind}, {amount}, s.gross_currency, {source} "
                "FROM {rows} AND {condition}"
            ).format(
                base=sql.Literal(self.keys.order_base),
                position=sql.Literal(POSITIONS[kind]),
                kind=sql.Literal(kind),
                amount=sql.SQL(amount),
                source=sql.Literal(source),
                rows=rows,
                condition=sql.SQL(condition),
            )
            for kind, amount, source, condition in lines
        )
        self.connection.execute(
            sql.SQL(
                "INSERT INTO transactions.transaction "
                "(order_id, position, kind, amount, currency, source) "
            )
            + sql.SQL(" UNION ALL ").join(selects)
        )

    def _sell_stored_units(self) -> None:
        """Sales that the file brings for units that were stored unsold."""
        self.connection.execute(SOLD_UNITS)
        if one(self.connection, "SELECT NOT EXISTS (SELECT FROM sold_unit)"):
            return
        rows = sql.SQL("stage_row s WHERE s.seq IN (SELECT seq FROM sold_unit)")
        item = sql.SQL("(SELECT u.item_id FROM sold_unit u WHERE u.seq = s.seq)")
        if {"payout_ref", "payout"} <= set(self.staged):
            self._insert_payouts(rows)
        self._insert_orders(rows, item)
        self._insert_charges(rows)


CHANGES = {
    ChangedEntity.ITEM: "(SELECT * FROM stage_change WHERE entity = 'item')",
    ChangedEntity.ORDER: "(SELECT * FROM stage_change WHERE entity = 'order')",
}

#: Suppliers, places and sizes that did not exist when the rows were compared do now.
MADE_SINCE = {
    "supplier": """
UPDATE stage_change c SET after = c.after || jsonb_build_object('supplier_id', p.id)
FROM stage_row s JOIN suppliers.supplier p ON lower(p.name) = lower(s.supplier)
WHERE s.seq = c.seq AND c.after ->> 'supplier_id' = '-1'
""",
    "location": """
UPDATE stage_change c SET after = c.after || jsonb_build_object('location_id', w.location_id)
FROM stage_row s JOIN place_map w USING (location)
WHERE s.seq = c.seq AND c.after ->> 'location_id' = '-1'
""",
    "variant_key": """
UPDATE stage_change c SET after = c.after || jsonb_build_object('variant_id', v.variant_id)
FROM stage_row s JOIN variant_map v USING (variant_key)
WHERE s.seq = c.seq AND c.after ->> 'variant_id' = '-1'
""",
}

SOLD_UNITS = """
CREATE TEMP TABLE sold_unit ON COMMIT DROP AS
SELECT r.seq, t.entity_id AS item_id
FROM row_class r JOIN stage_target t ON t.seq = r.seq AND t.entity = 'item'
WHERE r.class = 'changed' AND r.reason = 'sold'
"""


def _list(names: Any) -> sql.Composable:
    return sql.SQL("".join(f", {name}" for name in names))


def reserve_ids(connection: Connection, table: str, count: int) -> int:
    """Sets `count` ids of a table aside and returns the number before the first of them.

    The lock keeps other writers from taking a number in between; it is held for this short
    transaction only, so call it on a connection of its own.
    """
    with connection.transaction():
        connection.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE".encode())
        base: int = one(connection, f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))")
        one(connection, f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {base + count})")
    return base


def analyse(connection: Connection) -> None:
    """Fresh statistics, so that the pages that open next are planned well."""
    connection.execute("ANALYZE inventory.item, transactions.order, transactions.transaction")
