"""Products and sizes of a stage: found among the stored ones, or made and journalled.

A check only maps, a run creates what its rows need and maps again. A product without a style code
is another one than its namesake with a code: which of several codes would be a guess.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from soleflip_desktop.domain.integration import ChangedEntity

Connection = psycopg.Connection[Any]

#: Keys of the stage that written rows need. Rows that are not written make no records.
WANT = """
DROP TABLE IF EXISTS wanted_variant, wanted_product;
CREATE TEMP TABLE wanted_variant ON COMMIT DROP AS
SELECT v.* FROM stage_variant v WHERE EXISTS (
    SELECT FROM stage_row s WHERE s.variant_key = v.variant_key AND NOT EXISTS (
        SELECT FROM row_class k WHERE k.seq = s.seq AND k.class <> {spared}
    )
);
CREATE TEMP TABLE wanted_product ON COMMIT DROP AS
SELECT p.* FROM stage_product p WHERE EXISTS (
    SELECT FROM wanted_variant v WHERE v.product_key = p.product_key
);
ANALYZE wanted_variant, wanted_product;
"""

BRANDS = """
INSERT INTO catalog.brand (name)
SELECT DISTINCT ON (lower(brand)) brand FROM wanted_product WHERE brand IS NOT NULL
ORDER BY lower(brand), product_key
ON CONFLICT (lower(name)) DO NOTHING
"""

CATEGORIES = """
INSERT INTO catalog.category (name)
SELECT DISTINCT category FROM wanted_product
ON CONFLICT ON CONSTRAINT uq_category_parent_id_name DO NOTHING
"""

PRODUCTS = """
INSERT INTO catalog.product (brand_id, category_id, name, style_code, style_code_key, colourway,
    release_date, retail_price, retail_currency)
SELECT DISTINCT ON (b.id, p.style_code_key, p.name)
    b.id, c.id, p.name, p.style_code, p.style_code_key, p.colourway,
    p.release_date, p.retail_price, p.retail_currency
FROM wanted_product p
JOIN catalog.category c ON c.name = p.category AND c.parent_id IS NULL
LEFT JOIN catalog.brand b ON lower(b.name) = lower(p.brand)
ORDER BY b.id, p.style_code_key, p.name, p.product_key
ON CONFLICT ON CONSTRAINT uq_product_brand_id_style_code_key_name DO NOTHING
"""

#: A brand that is not stored yet must not find the products without a brand.
MAP_PRODUCTS = """
DROP TABLE IF EXISTS product_map;
CREATE TEMP TABLE product_map ON COMMIT DROP AS
SELECT p.product_key, q.id AS product_id
FROM stage_product p
LEFT JOIN catalog.brand b ON lower(b.name) = lower(p.brand)
LEFT JOIN catalog.product q ON q.name = p.name
    AND q.style_code_key IS NOT DISTINCT FROM p.style_code_key
    AND q.brand_id IS NOT DISTINCT FROM b.id
    AND (p.brand IS NULL OR b.id IS NOT NULL);
ANALYZE product_map;
"""

SIZES = """
INSERT INTO catalog.size (system, value, label, sort_key)
SELECT DISTINCT ON (system, value) system, value, label, sort_key
FROM wanted_variant WHERE system IS NOT NULL
ON CONFLICT ON CONSTRAINT uq_size_system_value DO NOTHING
"""

PAIRS = """
DROP TABLE IF EXISTS wanted_pair;
CREATE TEMP TABLE wanted_pair ON COMMIT DROP AS
SELECT v.ean, m.product_id, z.id AS size_id
FROM wanted_variant v
JOIN product_map m USING (product_key)
JOIN catalog.size z ON z.system = v.system AND z.value = v.value
WHERE m.product_id IS NOT NULL;
ANALYZE wanted_pair;
"""

#: No ON CONFLICT here and below: a big load has dropped the constraints of these tables.
VARIANTS = """
INSERT INTO catalog.product_variant (product_id, size_id)
SELECT DISTINCT product_id, size_id FROM wanted_pair n
WHERE NOT EXISTS (
    SELECT FROM catalog.product_variant v
    WHERE v.product_id = n.product_id AND v.size_id = n.size_id
)
"""

STYLES = """
INSERT INTO catalog.product_identifier (product_id, scheme, value)
SELECT DISTINCT m.product_id, 'style', i.value
FROM stage_identifier i JOIN wanted_product USING (product_key) JOIN product_map m
    USING (product_key)
WHERE m.product_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM catalog.product_identifier k
    WHERE k.scheme = 'style' AND k.value = i.value AND k.product_id = m.product_id
        AND k.variant_id IS NULL
)
"""

EANS = """
INSERT INTO catalog.product_identifier (product_id, variant_id, scheme, value)
SELECT DISTINCT n.product_id, v.id, 'ean', n.ean
FROM wanted_pair n JOIN catalog.product_variant v USING (product_id, size_id)
WHERE n.ean IS NOT NULL AND NOT EXISTS (
    SELECT FROM catalog.product_identifier k
    WHERE k.scheme = 'ean' AND k.value = n.ean AND k.variant_id = v.id
)
"""

MAP_VARIANTS = """
DROP TABLE IF EXISTS variant_map;
CREATE TEMP TABLE variant_map ON COMMIT DROP AS
SELECT v.variant_key, w.id AS variant_id, v.certain, v.label
FROM stage_variant v
JOIN product_map m USING (product_key)
LEFT JOIN catalog.size z ON z.system = v.system AND z.value = v.value
LEFT JOIN catalog.product_variant w ON w.product_id = m.product_id AND w.size_id = z.id;
ANALYZE variant_map;
"""


def create_catalog(connection: Connection, batch_id: int, *, changed: bool = True) -> None:
    """Makes what new rows, with `changed` changed ones too, need and is not stored; journals it."""
    want(connection, changed=changed)
    create_products(connection, batch_id)
    map_products(connection)
    create_variants(connection, batch_id)


def map_catalog(connection: Connection) -> None:
    """Makes the tables product_map and variant_map anew: each key once, with its stored id.

    product_map (product_key, product_id), variant_map (variant_key, variant_id, certain, label);
    the ids are NULL where nothing is stored.
    """
    map_products(connection)
    map_variants(connection)


def want(connection: Connection, *, changed: bool) -> None:
    """Chooses the products and sizes of the new rows, with `changed` of the changed ones too."""
    spared = sql.Literal("changed" if changed else "")
    connection.execute(sql.SQL(WANT).format(spared=spared))


def create_products(connection: Connection, batch_id: int) -> None:
    """Brands, categories and products of the wanted keys."""
    for statement, entity in (
        (BRANDS, ChangedEntity.BRAND),
        (CATEGORIES, ChangedEntity.CATEGORY),
        (PRODUCTS, ChangedEntity.PRODUCT),
    ):
        connection.execute(journalled(statement, entity, batch_id))


def map_products(connection: Connection) -> None:
    connection.execute(MAP_PRODUCTS)


def create_variants(connection: Connection, batch_id: int) -> None:
    """Sizes, variants and identifiers of the wanted keys, below the products of `product_map`."""
    connection.execute(journalled(SIZES, ChangedEntity.SIZE, batch_id))
    connection.execute(PAIRS)
    for statement, entity in (
        (VARIANTS, ChangedEntity.VARIANT),
        (STYLES, ChangedEntity.IDENTIFIER),
        (EANS, ChangedEntity.IDENTIFIER),
    ):
        connection.execute(journalled(statement, entity, batch_id))


def map_variants(connection: Connection) -> None:
    connection.execute(MAP_VARIANTS)


def journalled(insert: str | sql.Composable, entity: ChangedEntity, batch_id: int) -> sql.Composed:
    """An INSERT whose records are journalled as made by the batch, with their first version."""
    versioned = entity in {ChangedEntity.PRODUCT, ChangedEntity.SUPPLIER}
    return sql.SQL(
        "WITH made AS ({insert} RETURNING id) INSERT INTO integration.import_change "
        "(batch_id, entity, entity_id, operation, version) "
        "SELECT {batch}, {entity}, id, 'I', {version} FROM made"
    ).format(
        insert=sql.SQL(insert) if isinstance(insert, str) else insert,
        batch=sql.Literal(batch_id),
        entity=sql.Literal(entity),
        version=sql.Literal(1 if versioned else None),
    )
