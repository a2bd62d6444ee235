"""Which stored units and orders staged rows are about, and what they would change there.

Nothing permanent is written here: a check ends with this. Rows that no statement classes are new.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import psycopg
from psycopg import sql

from soleflip_desktop.db.queries import import_diff
from soleflip_desktop.db.queries.import_accounts import Accounts
from soleflip_desktop.db.queries.import_diff import DiffTable
from soleflip_desktop.db.queries.import_stage import number_contents
from soleflip_desktop.db.queries.unit_charges import find_charge_changes, fold_charges
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import Identity, ImportMode, ImportPlan
from soleflip_desktop.domain.integration import ChangedEntity

Connection = psycopg.Connection[Any]

# -1 stands for a record that the import makes when it writes: a supplier, a product's size.
_SUPPLIER = "CASE WHEN s.supplier IS NOT NULL THEN coalesce(p.id, -1) END"
_SUPPLIERS = "LEFT JOIN suppliers.supplier p ON lower(p.name) = lower(s.supplier)"
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
    "cost_currency",
    "vat_scheme",
    "vat_pct",
    "location",
    "notes",
)

ITEM = DiffTable(
    ChangedEntity.ITEM,
    "inventory.item",
    {name: (name, f"s.{name}") for name in _SAME_NAME}
    | {"supplier": ("supplier_id", _SUPPLIER), "item_status": ("status", "s.item_status")},
    {"supplier": _SUPPLIERS},
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
        _target_orders(connection, plan, staged, accounts)
    else:
        _target_items(connection, plan, staged, accounts)
    _find_repeats(connection, plan, staged, accounts)
    _class_targets(connection, plan, staged)


# -- orders ------------------------------------------------------------------------------------

#: A row without our number may still have the marketplace's.
_BY_ORDER = {
    Identity.ID: "o.id = s.order_id",
    Identity.NUMBER: "o.platform_account_id = {account} AND o.external_id = s.external_id",
    Identity.CONTENT: "o.platform_account_id = {account} AND o.content_key = k.content_key",
}

TARGET_ORDERS = """
INSERT INTO stage_target
SELECT s.seq, s.row_no, 'order', o.id
FROM stage_row s {keys} JOIN transactions.order o ON {same}
WHERE NOT EXISTS (SELECT FROM row_class r WHERE r.seq = s.seq)
ON CONFLICT DO NOTHING
"""

_KEYS = "JOIN stage_key k USING (seq)"


def _target_orders(
    connection: Connection, plan: ImportPlan, staged: Collection[str], accounts: Accounts
) -> None:
    if plan.identity is Identity.ID:
        _refuse_unknown_ids(connection, "order_id", "transactions.order", "order")
    _target_orders_by(connection, plan.identity, accounts)
    if plan.identity is Identity.ID and "external_id" in staged:
        _target_orders_by(connection, Identity.NUMBER, accounts)


def _target_orders_by(connection: Connection, identity: Identity, accounts: Accounts) -> None:
    same = sql.SQL(_BY_ORDER[identity]).format(account=accounts.id_of_row)
    keys = sql.SQL(_KEYS if identity is Identity.CONTENT else "")
    connection.execute(sql.SQL(TARGET_ORDERS).format(keys=keys, same=same))


# -- units -------------------------------------------------------------------------------------

#: The k-th row of a purchase's size is its k-th stored unit, if there are as many of both.
TARGET_PURCHASES = """
CREATE TEMP TABLE staged_purchase ON COMMIT DROP AS
SELECT s.seq, s.row_no, s.purchase_order_number AS number, v.variant_id,
    row_number() OVER w AS place, count(*) OVER (PARTITION BY s.purchase_order_number, v.variant_id)
        AS units
FROM stage_row s JOIN variant_map v USING (variant_key)
WHERE s.purchase_order_number IS NOT NULL AND v.variant_id IS NOT NULL
WINDOW w AS (PARTITION BY s.purchase_order_number, v.variant_id ORDER BY s.seq);

CREATE TEMP TABLE stored_purchase ON COMMIT DROP AS
SELECT i.id, i.purchase_order_number AS number, i.variant_id,
    row_number() OVER (PARTITION BY i.purchase_order_number, i.variant_id ORDER BY i.id) AS place,
    count(*) OVER (PARTITION BY i.purchase_order_number, i.variant_id) AS units
FROM inventory.item i
WHERE (i.purchase_order_number, i.variant_id) IN (SELECT number, variant_id FROM staged_purchase);

INSERT INTO row_class
SELECT s.seq, s.row_no, 'conflict', format('Purchase %s has %s units of this size stored and %s in '
    'the file, so it is unclear which is which; import by Unit ID instead.', s.number, t.units,
    s.units)
FROM staged_purchase s JOIN stored_purchase t USING (number, variant_id)
WHERE t.place = 1 AND t.units <> s.units;

INSERT INTO stage_target
SELECT s.seq, s.row_no, 'item', t.id
FROM staged_purchase s JOIN stored_purchase t USING (number, variant_id, place)
WHERE t.units = s.units;
"""

TARGET_ITEM_IDS = """
INSERT INTO stage_target
SELECT s.seq, s.row_no, 'item', i.id FROM stage_row s JOIN inventory.item i ON i.id = s.item_id
WHERE NOT EXISTS (SELECT FROM row_class r WHERE r.seq = s.seq)
"""

#: The very same row was imported before; whatever was edited since is newer than the file.
TARGET_ITEM_CONTENTS = """
INSERT INTO row_class
SELECT s.seq, s.row_no, 'unchanged', NULL
FROM stage_row s JOIN stage_key k USING (seq) JOIN inventory.item i USING (content_key)
ON CONFLICT DO NOTHING
"""

#: A sale that is stored already tells the unit, though no purchase has named it yet.
TARGET_SOLD_ITEMS = """
INSERT INTO stage_target
SELECT DISTINCT ON (o.item_id) s.seq, s.row_no, 'item', o.item_id
FROM stage_row s
JOIN transactions.order o
    ON o.external_id = s.external_id AND o.platform_account_id = {account}
WHERE o.item_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM row_class r WHERE r.seq = s.seq)
    AND NOT EXISTS (SELECT FROM stage_target t WHERE t.seq = s.seq)
    AND NOT EXISTS (SELECT FROM stage_target t WHERE t.entity = 'item' AND t.entity_id = o.item_id)
ORDER BY o.item_id, s.seq
"""

#: The sale of a unit that is about to be compared.
TARGET_SALES_OF_ITEMS = """
INSERT INTO stage_target
SELECT t.seq, t.row_no, 'order', o.id
FROM stage_target t JOIN stage_row s USING (seq)
JOIN transactions.order o ON o.item_id = t.entity_id
WHERE t.entity = 'item' AND s.gross IS NOT NULL
    AND o.status NOT IN ('cancelled', 'returned', 'refunded')
"""


def _target_items(
    connection: Connection, plan: ImportPlan, staged: Collection[str], accounts: Accounts
) -> None:
    if plan.identity is Identity.ID:
        _refuse_unknown_ids(connection, "item_id", "inventory.item", "unit")
        connection.execute(TARGET_ITEM_IDS)
    elif plan.identity is Identity.PURCHASE:
        connection.execute(TARGET_PURCHASES)
    connection.execute(TARGET_ITEM_CONTENTS)
    if "external_id" in staged:
        connection.execute(sql.SQL(TARGET_SOLD_ITEMS).format(account=accounts.id_of_row))
    if "gross" in staged:
        connection.execute(TARGET_SALES_OF_ITEMS)


UNKNOWN_IDS = """
INSERT INTO row_class
SELECT s.seq, s.row_no, 'conflict', format('There is no {word} with the number %s.', s.{column})
FROM stage_row s
WHERE s.{column} IS NOT NULL AND NOT EXISTS (SELECT FROM {table} t WHERE t.id = s.{column})
"""


def _refuse_unknown_ids(connection: Connection, column: str, table: str, word: str) -> None:
    connection.execute(
        sql.SQL(UNKNOWN_IDS).format(
            word=sql.SQL(word), column=sql.Identifier(column), table=sql.SQL(table)
        )
    )


# -- rows that stand twice in the file, and numbers that are taken -------------------------------

REPEATED_ORDERS = """
INSERT INTO row_class
SELECT seq, row_no, CASE WHEN same THEN 'duplicate' ELSE 'rejected' END,
    CASE WHEN NOT same THEN
        format('Order %s stands twice in this file with different figures.', external_id) END
FROM (
    SELECT seq, row_no, external_id,
        row_number() OVER w > 1 AS later,
        ({figures}) IS NOT DISTINCT FROM first_value(({figures})) OVER w AS same
    FROM stage_row s
    WHERE {record} AND external_id IN (
        SELECT external_id FROM stage_row s WHERE {record}
        GROUP BY external_id HAVING count(*) > 1
    )
    WINDOW w AS (PARTITION BY {account}, external_id ORDER BY seq)
) AS repeated
WHERE later
ON CONFLICT (seq) DO NOTHING
"""

REPEATED_TARGETS = """
INSERT INTO row_class
SELECT t.seq, t.row_no, 'conflict', format('Row %s of this file is about the same {word}.', t.first)
FROM (
    SELECT seq, row_no, entity_id,
        first_value(row_no) OVER (PARTITION BY entity_id ORDER BY seq) AS first,
        row_number() OVER (PARTITION BY entity_id ORDER BY seq) AS place
    FROM stage_target WHERE entity = {entity}
) t WHERE place > 1
ON CONFLICT (seq) DO NOTHING
"""

#: A new unit's sale whose number an order of another unit has.
TAKEN_NUMBERS = """
INSERT INTO row_class
SELECT s.seq, s.row_no, 'conflict', format('Order %s is stored already, for unit %s.',
    s.external_id, o.item_id)
FROM stage_row s JOIN transactions.order o
    ON o.external_id = s.external_id AND o.platform_account_id = {account}
WHERE s.gross IS NOT NULL AND NOT EXISTS (
    SELECT FROM stage_target t WHERE t.seq = s.seq AND t.entity = 'order' AND t.entity_id = o.id
)
ON CONFLICT (seq) DO NOTHING
"""

_FIGURES = ("gross", "payout", "sold_at", "variant_key", "cost_gross", "item_id")


def _find_repeats(
    connection: Connection, plan: ImportPlan, staged: Collection[str], accounts: Accounts
) -> None:
    if "external_id" in staged:
        figures = [name for name in _FIGURES if name in staged]
        record = "s.charge_kind IS NULL" if "charge_kind" in staged else "true"
        statement = sql.SQL(REPEATED_ORDERS).format(
            figures=sql.SQL(", ").join(map(sql.Identifier, figures)),
            record=sql.SQL(f"{record} AND s.external_id IS NOT NULL"),
            account=accounts.id_of_row,
        )
        connection.execute(statement)
        if plan.target is Target.ITEMS and "gross" in staged:
            connection.execute(sql.SQL(TAKEN_NUMBERS).format(account=accounts.id_of_row))
    if plan.identity is Identity.ID:
        entity, word = ("order", "order") if plan.target is Target.SALES else ("item", "unit")
        connection.execute(
            sql.SQL(REPEATED_TARGETS).format(word=sql.SQL(word), entity=sql.Literal(entity))
        )


# -- what rows with a target become --------------------------------------------------------------

#: Where only new rows are wanted, a stored order with other figures is told apart, not changed.
KEEP_STORED = """
INSERT INTO row_class
SELECT s.seq, s.row_no, 'unchanged', CASE WHEN (s.gross, s.payout, s.sold_at) IS DISTINCT FROM
    (o.gross_amount, o.payout_amount, o.sold_at) THEN 'differs_from_stored' END
FROM stage_target t JOIN stage_row s USING (seq)
JOIN transactions.order o ON t.entity = 'order' AND o.id = t.entity_id
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
NAME_RECORDS = """
UPDATE stage_change c SET after = c.after || jsonb_build_object('supplier', s.supplier),
    before = c.before || jsonb_build_object('supplier', (
        SELECT p.name FROM suppliers.supplier p WHERE p.id = (c.before ->> 'supplier_id')::bigint))
FROM stage_row s WHERE s.seq = c.seq AND c.after ? 'supplier_id';

UPDATE stage_change c SET after = c.after || jsonb_build_object('variant', (
        SELECT concat_ws(', ', p.name, p.style_code, v.label)
        FROM stage_variant v JOIN stage_product p USING (product_key)
        WHERE v.variant_key = s.variant_key)),
    before = c.before || jsonb_build_object('variant', (
        SELECT concat_ws(', ', p.name, p.style_code, z.label)
        FROM catalog.product_variant v JOIN catalog.product p ON p.id = v.product_id
        JOIN catalog.size z ON z.id = v.size_id
        WHERE v.id = (c.before ->> 'variant_id')::bigint))
FROM stage_row s WHERE s.seq = c.seq AND c.after ? 'variant_id';
"""

#: The status of a sold unit follows its sale; a list without sales must not put it back.
KEEP_SOLD_STATUS = """
UPDATE stage_change c SET before = c.before - 'status', after = c.after - 'status'
FROM stage_row s, inventory.item i
WHERE s.seq = c.seq AND c.entity = 'item' AND i.id = c.entity_id AND c.after ? 'status'
    AND {no_sale} AND EXISTS (
        SELECT FROM transactions.order o WHERE o.item_id = i.id
            AND o.status NOT IN ('cancelled', 'returned', 'refunded')
    );
DELETE FROM stage_change WHERE after = '{{}}';
"""

ONLY_STORED = """
INSERT INTO row_class
SELECT s.seq, s.row_no, 'skipped', 'not_stored_yet' FROM stage_row s
ON CONFLICT (seq) DO NOTHING
"""


def _class_targets(connection: Connection, plan: ImportPlan, staged: Collection[str]) -> None:
    if plan.mode is ImportMode.INSERT:
        connection.execute(KEEP_STORED)
        return
    by_id = plan.identity is Identity.ID
    if plan.target is Target.ITEMS:
        import_diff.find_changes(connection, ITEM_BY_ID if by_id else ITEM, staged)
        connection.execute(NAME_RECORDS)
        no_sale = sql.SQL("s.gross IS NULL" if "gross" in staged else "true")
        connection.execute(sql.SQL(KEEP_SOLD_STATUS).format(no_sale=no_sale))
    import_diff.find_changes(connection, ORDER_BY_ID if by_id else ORDER, staged)
    find_charge_changes(connection, staged)
    new_sale = _NEW_SALE if plan.target is Target.ITEMS and "gross" in staged else "false"
    connection.execute(sql.SQL(CLASS_TARGETS).format(new_sale=sql.SQL(new_sale)))
    if plan.mode is ImportMode.UPDATE:
        connection.execute(ONLY_STORED)
