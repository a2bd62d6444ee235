"""Which stored units and orders staged rows are about, and rows of which that cannot be told.

The first step that finds a record for a row, or gives it a class, decides.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import psycopg
from psycopg import sql

from soleflip_desktop.db.queries.import_accounts import Accounts
from soleflip_desktop.db.queries.joins import LIVE_SALE
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import Identity, ImportPlan

Connection = psycopg.Connection[Any]

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


def target_orders(
    connection: Connection, plan: ImportPlan, staged: Collection[str], accounts: Accounts
) -> None:
    """Which stored sales the rows of a report mean."""
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

#: The k-th row of a purchase's size is its k-th stored unit, if there are as many of both. Those
#: that their sale has told already are not counted.
TARGET_PURCHASES = """
CREATE TEMP TABLE staged_purchase ON COMMIT DROP AS
SELECT s.seq, s.row_no, s.purchase_order_number AS number, v.variant_id,
    row_number() OVER w AS place, count(*) OVER (PARTITION BY s.purchase_order_number, v.variant_id)
        AS units
FROM stage_row s JOIN variant_map v USING (variant_key)
WHERE s.purchase_order_number IS NOT NULL AND v.variant_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM row_class r WHERE r.seq = s.seq)
    AND NOT EXISTS (SELECT FROM stage_target t WHERE t.entity = 'item' AND t.seq = s.seq)
WINDOW w AS (PARTITION BY s.purchase_order_number, v.variant_id ORDER BY s.seq);

CREATE TEMP TABLE stored_purchase ON COMMIT DROP AS
SELECT i.id, i.purchase_order_number AS number, i.variant_id,
    row_number() OVER (PARTITION BY i.purchase_order_number, i.variant_id ORDER BY i.id) AS place,
    count(*) OVER (PARTITION BY i.purchase_order_number, i.variant_id) AS units
FROM inventory.item i
WHERE (i.purchase_order_number, i.variant_id) IN (SELECT number, variant_id FROM staged_purchase)
    AND NOT EXISTS (SELECT FROM stage_target t WHERE t.entity = 'item' AND t.entity_id = i.id);

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

#: A marketplace whose orders have lines is known by the order alone, where it is one line.
TARGET_SOLD_LINES = """
CREATE TEMP TABLE sold_line ON COMMIT DROP AS
SELECT s.seq, s.row_no, s.external_id AS number, min(o.external_id) AS example,
    min(o.item_id) AS item_id, count(*) AS lines
FROM stage_row s
JOIN transactions.order o ON split_part(o.external_id, '/', 1) = s.external_id
    AND o.platform_account_id = {account} AND o.external_id LIKE '%/%'
WHERE o.item_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM row_class r WHERE r.seq = s.seq)
    AND NOT EXISTS (SELECT FROM stage_target t WHERE t.seq = s.seq)
GROUP BY s.seq, s.row_no, s.external_id;

INSERT INTO row_class
SELECT seq, row_no, 'conflict', format('Order %s is stored with %s units; add the line to its '
    'number, as in %s.', number, lines, example)
FROM sold_line WHERE lines > 1;

INSERT INTO stage_target
SELECT DISTINCT ON (l.item_id) l.seq, l.row_no, 'item', l.item_id FROM sold_line l
WHERE l.lines = 1 AND NOT EXISTS (
    SELECT FROM stage_target t WHERE t.entity = 'item' AND t.entity_id = l.item_id
)
ORDER BY l.item_id, l.seq
"""

#: The sale of a unit that is about to be compared.
TARGET_SALES_OF_ITEMS = f"""
INSERT INTO stage_target
SELECT t.seq, t.row_no, 'order', o.id
FROM stage_target t JOIN stage_row s USING (seq)
JOIN inventory.item i ON i.id = t.entity_id
JOIN transactions.order o ON {LIVE_SALE}
WHERE t.entity = 'item' AND s.gross IS NOT NULL
"""  # noqa: S608  (our own constants)

#: Only by our own number is another order number a correction of the one that is stored.
SOLD_OTHERWISE = """
INSERT INTO row_class
SELECT t.seq, t.row_no, 'conflict', format('Unit %s is sold already, as order %s, and not as %s; '
    'correct the number, or import by Unit ID.', o.item_id, o.external_id, s.external_id)
FROM stage_target t JOIN stage_row s USING (seq)
JOIN stage_target m ON m.seq = t.seq AND m.entity = 'order'
JOIN transactions.order o ON o.id = m.entity_id
WHERE t.entity = 'item' AND s.external_id NOT IN (o.external_id, split_part(o.external_id, '/', 1))
ON CONFLICT (seq) DO NOTHING
"""


def target_items(
    connection: Connection, plan: ImportPlan, staged: Collection[str], accounts: Accounts
) -> None:
    """Which stored units, and sales of them, the rows of a list mean."""
    by_id = plan.identity is Identity.ID
    if by_id:
        _refuse_unknown_ids(connection, "item_id", "inventory.item", "unit")
        connection.execute(TARGET_ITEM_IDS)
    connection.execute(TARGET_ITEM_CONTENTS)
    if "external_id" in staged:
        for statement in (TARGET_SOLD_ITEMS, TARGET_SOLD_LINES):
            connection.execute(sql.SQL(statement).format(account=accounts.id_of_row))
    if plan.identity is Identity.PURCHASE:
        connection.execute(TARGET_PURCHASES)
    if "gross" in staged:
        connection.execute(TARGET_SALES_OF_ITEMS)
        if "external_id" in staged and not by_id:
            connection.execute(SOLD_OTHERWISE)


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

#: What a record must have; a new one takes `<empty>` for a blank.
EMPTIED = """
INSERT INTO row_class
SELECT s.seq, s.row_no, 'conflict', format('%s cannot be emptied; leave the cell blank to keep '
    'what is stored.', {titles}::jsonb ->> f.name)
FROM stage_row s CROSS JOIN LATERAL (
    SELECT name FROM unnest(s.cleared) name WHERE name <> ALL ({may_be_empty}) LIMIT 1
) f
WHERE s.cleared IS NOT NULL AND EXISTS (SELECT FROM stage_target t WHERE t.seq = s.seq)
ON CONFLICT (seq) DO NOTHING
"""
MAY_BE_EMPTY = (
    "condition",
    "box_state",
    "supplier",
    "purchase_order_number",
    "purchase_invoice_number",
    "acquired_at",
    "delivered_at",
    "return_until",
    "cost_gross",
    "cost_net",
    "cost_inbound",
    "vat_scheme",
    "vat_pct",
    "location",
    "tags",
    "notes",
    "paid_at",
    "buyer_country",
    "buyer_region",
)

_FIGURES = ("gross", "payout", "sold_at", "variant_key", "cost_gross", "item_id")


def refuse_emptied(connection: Connection, plan: ImportPlan) -> None:
    """Rows that would take from a stored record what it cannot be without."""
    titles = {column.field: plan.header_of(column.field) for column in plan.columns}
    statement = sql.SQL(EMPTIED).format(
        titles=sql.Literal(json.dumps(titles)), may_be_empty=sql.Literal(list(MAY_BE_EMPTY))
    )
    connection.execute(statement)


def find_repeats(
    connection: Connection, plan: ImportPlan, staged: Collection[str], accounts: Accounts
) -> None:
    """Rows about what an earlier row is about, and sales whose number another unit has."""
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
