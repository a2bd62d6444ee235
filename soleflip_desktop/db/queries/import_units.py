"""What staged rows would change in stored units and orders.

Nothing permanent is written here: a check ends with this. Rows that no statement classes are new.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

import psycopg
from psycopg import sql

from soleflip_desktop.db.queries import import_diff, unit_targets
from soleflip_desktop.db.queries.import_accounts import Accounts
from soleflip_desktop.db.queries.import_diff import DiffTable
from soleflip_desktop.db.queries.import_stage import number_contents
from soleflip_desktop.db.queries.joins import IN_STOCK, LIVE_SALE
from soleflip_desktop.db.queries.unit_charges import (
    find_charge_changes,
    fold_charges,
    keep_settled,
)
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import Identity, ImportMode, ImportPlan
from soleflip_desktop.domain.integration import ChangedEntity

Connection = psycopg.Connection[Any]

# -1 stands for a record that the import makes when it writes: a supplier, a product's size.
_SUPPLIER = "CASE WHEN s.supplier IS NOT NULL THEN coalesce(p.id, -1) END"
_SUPPLIERS = "LEFT JOIN suppliers.supplier p ON lower(p.name) = lower(s.supplier)"
_LOCATION = "CASE WHEN s.location IS NOT NULL THEN coalesce(w.location_id, -1) END"
_LOCATIONS = "LEFT JOIN place_map w ON w.location = s.location"
_VARIANTS = "LEFT JOIN variant_map v ON v.variant_key = s.variant_key"
_SAME_NAME = (
    "purchase_order_number",
    "purchase_invoice_number",
    "condition",
    "box_state",
    "acquired_at",
    "delivered_at",
    "return_until",
    "cost_gross",
    "cost_net",
    "cost_inbound",
    "cost_currency",
    "vat_scheme",
    "vat_pct",
    "notes",
)
#: The words of a cell with commas between them; a unit without any has an empty list.
TAGS = r"regexp_split_to_array(nullif(btrim(s.tags, ', '), ''), '\s*,[\s,]*')"
_TAGS = f"CASE WHEN 'tags' = ANY (s.cleared) THEN '{{}}' ELSE {TAGS} END"

ITEM = DiffTable(
    ChangedEntity.ITEM,
    "inventory.item",
    {name: (name, f"s.{name}") for name in _SAME_NAME}
    | {
        "supplier": ("supplier_id", _SUPPLIER),
        "location": ("location_id", _LOCATION),
        "tags": ("tags", _TAGS),
        "item_status": ("status", "s.item_status"),
    },
    {"supplier": _SUPPLIERS, "location": _LOCATIONS},
)
#: With our own number in the file the unit is certain, so its product and size may be corrected.
ITEM_BY_ID = DiffTable(
    ITEM.entity,
    ITEM.table,
    {**ITEM.columns, "variant_key": ("variant_id", "coalesce(v.variant_id, -1)")},
    {**ITEM.joins, "variant_key": _VARIANTS},
)
ORDER = DiffTable(
    ChangedEntity.ORDER,
    "transactions.order",
    {
        "sold_at": ("sold_at", "s.sold_at"),
        "gross": ("gross_amount", "s.gross"),
        "gross_currency": ("gross_currency", "s.gross_currency"),
        "payout": ("payout_amount", "s.payout"),
        "residual": ("payout_currency", "CASE WHEN s.payout IS NOT NULL THEN s.gross_currency END"),
        "paid_at": ("paid_at", "s.paid_at"),
        "order_status": ("status", "s.order_status"),
        "buyer_country": ("buyer_country", "s.buyer_country"),
        "buyer_region": ("buyer_region", "s.buyer_region"),
    },
)
ORDER_BY_ID = DiffTable(
    ORDER.entity, ORDER.table, {**ORDER.columns, "external_id": ("external_id", "s.external_id")}
)


def match(
    connection: Connection, plan: ImportPlan, staged: Collection[str], accounts: Accounts
) -> None:
    """Classes every row that is not new; `accounts` have been found."""
    if "content" in staged:
        number_contents(connection)
    if "charge_kind" in staged:
        fold_charges(connection)
    if "gross" in staged:
        accounts.refuse_unknown_platforms(connection)
    if plan.target is Target.SALES:
        unit_targets.target_orders(connection, plan, staged, accounts)
    else:
        unit_targets.target_items(connection, plan, staged, accounts)
    unit_targets.find_repeats(connection, plan, staged, accounts)
    if "cleared" in staged:
        unit_targets.refuse_emptied(connection, plan)
    connection.execute("ANALYZE stage_target, row_class")
    _class_targets(connection, plan, staged)
    connection.execute("ANALYZE row_class, stage_change")


# -- what rows with a target become --------------------------------------------------------------

#: Where only new rows are wanted, a stored order with other figures is told apart, not changed.
KEEP_STORED = """
INSERT INTO row_class
SELECT s.seq, s.row_no, 'unchanged', CASE WHEN (s.gross, s.payout, {sold_at}) IS DISTINCT FROM
    (t.gross_amount, t.payout_amount, t.sold_at) THEN 'differs_from_stored' END
FROM stage_target m JOIN stage_row s USING (seq)
JOIN transactions.order t ON m.entity = 'order' AND t.id = m.entity_id
ON CONFLICT (seq) DO NOTHING;

INSERT INTO row_class
SELECT t.seq, t.row_no, 'unchanged', NULL FROM stage_target t
ON CONFLICT (seq) DO NOTHING;
"""

#: A row that brings the sale of a stored unit changes it, whatever else is the same.
CLASS_TARGETS = """
DELETE FROM stage_change c USING row_class r WHERE r.seq = c.seq;

INSERT INTO row_class
SELECT t.seq, min(t.row_no),
    CASE WHEN bool_or(c.seq IS NOT NULL) OR bool_or({new_sale}) THEN 'changed' ELSE 'unchanged' END,
    CASE WHEN bool_or({new_sale}) THEN 'sold' END
FROM stage_target t
JOIN stage_row s USING (seq)
LEFT JOIN (SELECT DISTINCT seq FROM stage_change) c USING (seq)
GROUP BY t.seq
ON CONFLICT (seq) DO NOTHING;
"""

_NEW_SALE = (
    "t.entity = 'item' AND s.gross IS NOT NULL AND s.sold_at IS NOT NULL AND NOT EXISTS "
    "(SELECT FROM stage_target o WHERE o.seq = t.seq AND o.entity = 'order')"
)

#: People read names; a record is written by its number, which stays beside the name.
NAME_RECORDS = {
    "supplier": """
UPDATE stage_change c SET after = c.after || jsonb_build_object('supplier', s.supplier),
    before = c.before || jsonb_build_object('supplier', (
        SELECT p.name FROM suppliers.supplier p WHERE p.id = (c.before ->> 'supplier_id')::bigint))
FROM stage_row s WHERE s.seq = c.seq AND c.after ? 'supplier_id'
""",
    "location": """
UPDATE stage_change c SET after = c.after || jsonb_build_object('location', w.path),
    before = c.before || jsonb_build_object('location', (
        SELECT l.path FROM inventory.location l WHERE l.id = (c.before ->> 'location_id')::bigint))
FROM stage_row s LEFT JOIN place_map w USING (location)
WHERE s.seq = c.seq AND c.after ? 'location_id'
""",
    "variant_key": """
UPDATE stage_change c SET after = c.after || jsonb_build_object('variant', (
        SELECT concat_ws(', ', p.name, p.style_code, v.label)
        FROM stage_variant v JOIN stage_product p USING (product_key)
        WHERE v.variant_key = s.variant_key)),
    before = c.before || jsonb_build_object('variant', (
        SELECT concat_ws(', ', p.name, p.style_code, z.label)
        FROM catalog.product_variant v JOIN catalog.product p ON p.id = v.product_id
        JOIN catalog.size z ON z.id = v.size_id
        WHERE v.id = (c.before ->> 'variant_id')::bigint))
FROM stage_row s WHERE s.seq = c.seq AND c.after ? 'variant_id'
""",
}

#: The status of a sold unit follows its sale; a list without sales must not put it back.
KEEP_SOLD_STATUS = f"""
UPDATE stage_change c SET before = c.before - 'status', after = c.after - 'status'
FROM stage_row s, inventory.item i
WHERE s.seq = c.seq AND c.entity = 'item' AND i.id = c.entity_id AND c.after ? 'status'
    AND {{no_sale}} AND EXISTS (SELECT FROM transactions.order o WHERE {LIVE_SALE});
DELETE FROM stage_change WHERE after = '{{{{}}}}';
"""  # noqa: S608  (our own constants)

#: The unit of a new sale is sold, where the row does not say how it stands.
SOLD_STATUS = f"""coalesce(s.item_status, CASE
    WHEN s.gross IS NOT NULL AND s.sold_at IS NOT NULL
        AND t.status IN {IN_STOCK}
        AND NOT EXISTS (SELECT FROM stage_target o WHERE o.seq = s.seq AND o.entity = 'order')
    THEN 'completed' END)"""
#: A file that knows only the day does not take the time from one that knows it.
SAME_DAY = "CASE WHEN {0} = date_trunc('day', t.{1}, {2}) THEN t.{1} ELSE {0} END"
INSTANTS = ("acquired_at", "delivered_at", "sold_at", "paid_at")

ONLY_STORED = """
INSERT INTO row_class
SELECT s.seq, s.row_no, 'skipped', 'not_stored_yet' FROM stage_row s
ON CONFLICT (seq) DO NOTHING
"""


def _class_targets(connection: Connection, plan: ImportPlan, staged: Collection[str]) -> None:
    if plan.mode is ImportMode.INSERT:
        sold_at = sql.SQL(SAME_DAY.format("s.sold_at", "sold_at", sql.quote(plan.zone)))
        connection.execute(sql.SQL(KEEP_STORED).format(sold_at=sold_at))
        return
    if "charge_kind" in staged:
        keep_settled(connection)
    by_id = plan.identity is Identity.ID
    if plan.target is Target.ITEMS:
        items = _selling(ITEM_BY_ID if by_id else ITEM, staged)
        import_diff.find_changes(connection, _by_day(items, plan.zone), staged)
        for name in NAME_RECORDS.keys() & set(staged):
            connection.execute(NAME_RECORDS[name])
        no_sale = sql.SQL("s.gross IS NULL" if "gross" in staged else "true")
        connection.execute(sql.SQL(KEEP_SOLD_STATUS).format(no_sale=no_sale))
    orders = _by_day(ORDER_BY_ID if by_id else ORDER, plan.zone)
    import_diff.find_changes(connection, orders, staged)
    find_charge_changes(connection, staged)
    new_sale = _NEW_SALE if plan.target is Target.ITEMS and "gross" in staged else "false"
    connection.execute(sql.SQL(CLASS_TARGETS).format(new_sale=sql.SQL(new_sale)))
    if plan.mode is ImportMode.UPDATE:
        connection.execute(ONLY_STORED)


def _by_day(diff: DiffTable, zone: str) -> DiffTable:
    columns = {
        name: (
            column,
            SAME_DAY.format(value, column, sql.quote(zone)) if column in INSTANTS else value,
        )
        for name, (column, value) in diff.columns.items()
    }
    return dataclasses.replace(diff, columns=columns)


def _selling(diff: DiffTable, staged: Collection[str]) -> DiffTable:
    """A list of sales without a column for the status tells it all the same."""
    if "gross" not in staged:
        return diff
    name = "item_status" if "item_status" in staged else "gross"
    return dataclasses.replace(diff, columns={**diff.columns, name: ("status", SOLD_STATUS)})
