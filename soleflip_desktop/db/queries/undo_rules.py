"""Why a row of an import cannot be taken back: somebody built on it since.

Each rule adds rows to `undo_kept`, the strongest reason first: a row keeps the first one.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

Connection = psycopg.Connection[Any]

SOLD = """
SELECT r.row_no, 'item', r.entity_id,
    format('sold since, order %s', coalesce(o.external_id, o.id::text))
FROM undo_record r JOIN transactions.order o ON o.item_id = r.entity_id
WHERE r.entity = 'item' AND r.made AND o.import_batch_id IS DISTINCT FROM {batch}
ORDER BY o.sold_at
"""
LISTED = """
SELECT r.row_no, 'item', r.entity_id, format('listed since on %s', f.name)
FROM undo_record r JOIN transactions.listing l ON l.item_id = r.entity_id
JOIN system.platform_account a ON a.id = l.platform_account_id
JOIN system.platform f ON f.id = a.platform_id
WHERE r.entity = 'item' AND r.made ORDER BY l.id
"""
PROMISED = """
SELECT r.row_no, 'item', r.entity_id, 'promised on StockX since'
FROM undo_record r JOIN inventory.stockx_presale_marking p ON p.item_id = r.entity_id
WHERE r.entity = 'item' AND r.made
"""
ATTACHED = """
SELECT r.row_no, 'item', r.entity_id, format('%s was attached since', a.file_name)
FROM undo_record r JOIN inventory.attachment a ON a.item_id = r.entity_id
WHERE r.entity = 'item' AND r.made ORDER BY a.id
"""
IMPORTED = """
SELECT r.row_no, r.entity, r.entity_id, format('changed by import %s (%s)', b.id, b.file_name)
FROM undo_record r
JOIN integration.import_change c ON c.entity = r.entity AND c.entity_id = r.entity_id
    AND c.operation = 'U' AND c.batch_id <> {batch}
    AND (r.change_id IS NULL OR c.id > r.change_id)
JOIN integration.import_batch b ON b.id = c.batch_id AND b.status IN ('completed', 'undone')
ORDER BY c.id
"""
GONE = """
SELECT row_no, entity, entity_id, 'deleted since' FROM undo_record
WHERE NOT made AND expected IS NOT NULL AND version IS NULL
"""
#: Who and when: by the last event since, else by the record's own time.
EDITED = """
SELECT r.row_no, r.entity, r.entity_id, 'edited since'
    || coalesce(e.text, format(', on %s', r.touched_at::date))
    || coalesce('; the import had set ' || x.text, '')
FROM undo_record r
LEFT JOIN LATERAL (
    SELECT format(', by %s on %s', e.actor, e.occurred_at::date) || coalesce(' ('
        || coalesce(e.data ->> 'from', e.data #>> '{{old,status}}') || ' to '
        || coalesce(e.data ->> 'to', e.data #>> '{{new,status}}') || ')', '') AS text
    FROM system.event_store e JOIN integration.import_batch b ON b.id = {batch}
    WHERE e.aggregate_kind = r.entity AND e.aggregate_id = r.entity_id
        AND e.event_type IN (r.entity || '.status_changed', r.entity || '.changed')
        AND e.occurred_at > b.finished_at
    ORDER BY e.occurred_at DESC LIMIT 1
) e ON true
LEFT JOIN LATERAL (
    SELECT string_agg(format('%s %s to %s, now %s', a.key,
        coalesce(r.before ->> a.key, 'nothing'), coalesce(a.value, 'nothing'),
        coalesce(r.stored ->> a.key, 'nothing')), '; ' ORDER BY a.key) AS text
    FROM jsonb_each_text(r.after) a
    WHERE r.stored ? a.key AND r.stored ->> a.key IS DISTINCT FROM a.value
        AND NOT (right(a.key, 3) = '_id' AND r.stored ? left(a.key, -3))
) x ON true
WHERE r.version <> r.expected
"""
BRAND_GONE = """
SELECT r.row_no, r.entity, r.entity_id, format('its %s before, %s, is gone', x.key, x.name)
FROM undo_record r CROSS JOIN LATERAL (
    VALUES ('brand', r.before ->> 'brand'), ('category', r.before ->> 'category')
) x (key, name)
WHERE r.entity = 'product' AND x.name IS NOT NULL
    AND NOT EXISTS (SELECT FROM catalog.brand b
        WHERE x.key = 'brand' AND lower(b.name) = lower(x.name))
    AND NOT EXISTS (SELECT FROM catalog.category c WHERE x.key = 'category' AND c.name = x.name)
"""
PLACE_GONE = """
SELECT row_no, entity, entity_id, format('its location before, %s, is gone', before ->> 'location')
FROM undo_record r
WHERE entity = 'item' AND before ->> 'location_id' IS NOT NULL
    AND NOT EXISTS (SELECT FROM inventory.location l
        WHERE l.id = (r.before ->> 'location_id')::bigint)
"""
#: Sizes of listed products, and listed suppliers, that rows of other origin refer to.
VARIANTS_USED = """
SELECT n.row_no, n.entity, n.entity_id, 'used since by ' || x.text
FROM (
    SELECT row_no, entity, entity_id, entity_id AS id FROM undo_record WHERE entity = 'variant'
    UNION ALL
    SELECT r.row_no, r.entity, r.entity_id, v.id
    FROM undo_record r JOIN catalog.product_variant v ON v.product_id = r.entity_id
    WHERE r.entity = 'product' AND r.made
) n
CROSS JOIN LATERAL (
    (SELECT 'unit ' || i.id AS text FROM inventory.item i
        WHERE i.variant_id = n.id AND i.import_batch_id IS DISTINCT FROM {batch} LIMIT 1)
    UNION ALL (SELECT 'order ' || coalesce(o.external_id, o.id::text) FROM transactions.order o
        WHERE o.variant_id = n.id AND o.import_batch_id IS DISTINCT FROM {batch} LIMIT 1)
    UNION ALL (SELECT 'a price of ' || p.source FROM pricing.source_price p
        WHERE p.variant_id = n.id AND p.import_batch_id IS DISTINCT FROM {batch} LIMIT 1)
    UNION ALL (SELECT 'market data' FROM integration.marketplace_data d
        WHERE d.variant_id = n.id LIMIT 1)
    LIMIT 1
) x
"""
SUPPLIERS_USED = """
SELECT r.row_no, r.entity, r.entity_id, 'used since by ' || x.text
FROM undo_record r CROSS JOIN LATERAL (
    (SELECT 'unit ' || i.id AS text FROM inventory.item i
        WHERE i.supplier_id = r.entity_id LIMIT 1)
    UNION ALL (SELECT 'a price of ' || p.source FROM pricing.source_price p
        WHERE p.supplier_id = r.entity_id LIMIT 1)
    UNION ALL (SELECT 'account ' || a.label FROM suppliers.supplier_account a
        WHERE a.supplier_id = r.entity_id LIMIT 1)
    LIMIT 1
) x
WHERE r.entity = 'supplier' AND r.made
"""
#: What a kept row still needs stays too: a record both changed, a unit, the product of a size.
NEEDED = """
SELECT r.row_no, r.entity, r.entity_id, format('row %s, which is kept, needs it', n.kept)
FROM (
    SELECT k.row_no AS kept, n.entity, n.entity_id
    FROM undo_kept k JOIN undo_record n USING (row_no)
    UNION ALL
    SELECT k.row_no, 'item', o.item_id
    FROM undo_kept k JOIN undo_record n USING (row_no)
    JOIN transactions.order o ON n.entity = 'order' AND o.id = n.entity_id
    UNION ALL
    SELECT k.row_no, 'product', v.product_id
    FROM undo_kept k JOIN undo_record n USING (row_no)
    JOIN catalog.product_variant v ON n.entity = 'variant' AND v.id = n.entity_id
) n
JOIN undo_record r ON r.entity = n.entity AND r.entity_id = n.entity_id AND r.row_no <> n.kept
"""

KEEP = """
INSERT INTO undo_kept SELECT DISTINCT ON (row_no) * FROM ({rule}) AS r
(row_no, entity, entity_id, reason) WHERE row_no IS NOT NULL
ON CONFLICT (row_no) DO NOTHING
"""
RULES = (
    SOLD,
    LISTED,
    PROMISED,
    ATTACHED,
    IMPORTED,
    GONE,
    EDITED,
    BRAND_GONE,
    PLACE_GONE,
    VARIANTS_USED,
    SUPPLIERS_USED,
)


def keep_rows(connection: Connection, batch_id: int) -> None:
    """Fills `undo_kept` from `undo_record`."""
    batch = sql.Literal(batch_id)
    for rule in RULES:
        connection.execute(sql.SQL(KEEP).format(rule=sql.SQL(rule).format(batch=batch)))
    needed = sql.SQL(KEEP).format(rule=sql.SQL(NEEDED))
    while connection.execute(needed).rowcount:
        continue
