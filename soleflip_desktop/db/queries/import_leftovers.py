"""What an undone import leaves in the catalog and beside it: removed when nothing refers to it.

Only records that the import made, that nobody edited and that no kept row stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from soleflip_desktop.domain.integration import ChangedEntity

Connection = psycopg.Connection[Any]

LEFT = """
CREATE TEMP TABLE undo_left ON COMMIT DROP AS
SELECT c.entity, c.entity_id, c.version FROM integration.import_change c
WHERE c.batch_id = {batch} AND c.operation = 'I' AND c.entity NOT IN ('item', 'order')
    AND NOT EXISTS (SELECT FROM undo_kept k WHERE k.row_no = c.row_no);
CREATE INDEX ON undo_left (entity, entity_id);
ANALYZE undo_left;
"""

REMOVE = """
WITH gone AS (
    DELETE FROM {table} t USING undo_left l
    WHERE l.entity = {entity} AND t.id = l.entity_id AND {unused} RETURNING t.id
)
DELETE FROM integration.import_change c USING gone
WHERE c.batch_id = {batch} AND c.entity = {entity} AND c.entity_id = gone.id
"""

#: An identifier whose owner the import made too goes with its owner; of other owners it goes
#: unless units, orders or prices of a kept row came in under that owner.
IDENTIFIER = """
NOT EXISTS (SELECT FROM undo_left o WHERE o.entity = 'variant' AND o.entity_id = t.variant_id)
AND NOT EXISTS (SELECT FROM undo_left o WHERE o.entity = 'product' AND o.entity_id = t.product_id)
AND NOT EXISTS (
    SELECT FROM undo_kept k JOIN undo_record r USING (row_no)
    LEFT JOIN inventory.item i ON r.entity = 'item' AND i.id = r.entity_id
    LEFT JOIN transactions.order o ON r.entity = 'order' AND o.id = r.entity_id
    JOIN catalog.product_variant v ON v.id = coalesce(i.variant_id, o.variant_id)
    WHERE v.product_id = t.product_id
)
"""
#: Identifiers of other origin say that somebody else knows the size or product.
VARIANT = """
NOT EXISTS (SELECT FROM inventory.item i WHERE i.variant_id = t.id)
AND NOT EXISTS (SELECT FROM transactions.order o WHERE o.variant_id = t.id)
AND NOT EXISTS (SELECT FROM pricing.source_price p WHERE p.variant_id = t.id)
AND NOT EXISTS (SELECT FROM transactions.listing i WHERE i.variant_id = t.id)
AND NOT EXISTS (SELECT FROM integration.marketplace_data d WHERE d.variant_id = t.id)
AND NOT EXISTS (SELECT FROM catalog.product_identifier k WHERE k.variant_id = t.id
    AND NOT EXISTS (SELECT FROM undo_left m WHERE m.entity = 'identifier' AND m.entity_id = k.id))
"""
PRODUCT = """
t.version = l.version
AND NOT EXISTS (SELECT FROM catalog.product_variant v WHERE v.product_id = t.id)
AND NOT EXISTS (SELECT FROM catalog.product_identifier k WHERE k.product_id = t.id
    AND NOT EXISTS (SELECT FROM undo_left m WHERE m.entity = 'identifier' AND m.entity_id = k.id))
"""
BRAND = """
t.updated_at = t.created_at
AND NOT EXISTS (SELECT FROM catalog.product p WHERE p.brand_id = t.id)
AND NOT EXISTS (SELECT FROM catalog.brand_pattern p WHERE p.brand_id = t.id)
AND NOT EXISTS (SELECT FROM catalog.brand b WHERE b.parent_brand_id = t.id)
"""
CATEGORY = """
t.updated_at = t.created_at
AND NOT EXISTS (SELECT FROM catalog.product p WHERE p.category_id = t.id)
AND NOT EXISTS (SELECT FROM catalog.category c WHERE c.parent_id = t.id)
"""
SIZE = "NOT EXISTS (SELECT FROM catalog.product_variant v WHERE v.size_id = t.id)"
SUPPLIER = """
t.version = l.version
AND NOT EXISTS (SELECT FROM inventory.item i WHERE i.supplier_id = t.id)
AND NOT EXISTS (SELECT FROM pricing.source_price p WHERE p.supplier_id = t.id)
AND NOT EXISTS (SELECT FROM suppliers.supplier_account a WHERE a.supplier_id = t.id)
AND NOT EXISTS (SELECT FROM suppliers.supplier_performance m WHERE m.supplier_id = t.id)
"""
ACCOUNT = """
t.updated_at = t.created_at AND NOT t.synced
AND NOT EXISTS (SELECT FROM transactions.order o WHERE o.platform_account_id = t.id)
AND NOT EXISTS (SELECT FROM transactions.payout p WHERE p.platform_account_id = t.id)
AND NOT EXISTS (SELECT FROM transactions.listing i WHERE i.platform_account_id = t.id)
"""
#: An upper place goes after those in it. One that somebody named anew or labelled has an event.
LOCATION = """
NOT EXISTS (SELECT FROM inventory.item i WHERE i.location_id = t.id)
AND NOT EXISTS (SELECT FROM inventory.location b WHERE b.parent_id = t.id)
AND NOT EXISTS (SELECT FROM inventory.stock_count n WHERE n.location_id = t.id)
AND NOT EXISTS (SELECT FROM system.event_store e
    WHERE e.aggregate_kind = 'location' AND e.aggregate_id = t.id)
"""

#: In the order in which they depend on each other.
STEPS = (
    (ChangedEntity.IDENTIFIER, "catalog.product_identifier", IDENTIFIER),
    (ChangedEntity.VARIANT, "catalog.product_variant", VARIANT),
    (ChangedEntity.PRODUCT, "catalog.product", PRODUCT),
    (ChangedEntity.BRAND, "catalog.brand", BRAND),
    (ChangedEntity.CATEGORY, "catalog.category", CATEGORY),
    (ChangedEntity.SIZE, "catalog.size", SIZE),
    (ChangedEntity.SUPPLIER, "suppliers.supplier", SUPPLIER),
    (ChangedEntity.ACCOUNT, "system.platform_account", ACCOUNT),
    (ChangedEntity.LOCATION, "inventory.location", LOCATION),
)
#: Went with their owners.
CASCADED = """
DELETE FROM integration.import_change c WHERE c.batch_id = {batch} AND c.entity = 'identifier'
    AND NOT EXISTS (SELECT FROM catalog.product_identifier k WHERE k.id = c.entity_id)
"""


def remove(connection: Connection, batch_id: int) -> dict[str, int]:
    """Removes them with their journal lines; returns how many by entity."""
    batch = sql.Literal(batch_id)
    connection.execute(sql.SQL(LEFT).format(batch=batch))
    removed: dict[str, int] = {}
    for entity, table, unused in STEPS:
        statement = sql.SQL(REMOVE).format(
            batch=batch,
            table=sql.SQL(table),
            entity=sql.Literal(entity),
            unused=sql.SQL(unused),
        )
        removed[entity] = sum(_rounds(connection, statement, entity))
    removed[ChangedEntity.IDENTIFIER] += connection.execute(
        sql.SQL(CASCADED).format(batch=batch)
    ).rowcount
    return removed


def _rounds(
    connection: Connection, statement: sql.Composed, entity: ChangedEntity
) -> Iterator[int]:
    """How many records each round removes: places lie in each other, the deepest go first."""
    while count := connection.execute(statement).rowcount:
        yield count
        if entity is not ChangedEntity.LOCATION:
            return
