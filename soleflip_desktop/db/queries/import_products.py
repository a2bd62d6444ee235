"""Lists of products, with or without sizes; found by our number, the style code or the name.

Rows of one product in several sizes say the same of the product, each one has its own size. Brand
and category stand in a change by name, `size` and `ean` for what the row adds below the product.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import psycopg
from psycopg import sql

from soleflip_desktop.db.queries import import_catalog as catalog
from soleflip_desktop.db.queries.import_classes import set_aside, set_repeated_aside, settle
from soleflip_desktop.db.queries.import_diff import (
    DiffTable,
    find_changes,
    journal_changes,
    write_values,
)
from soleflip_desktop.domain.import_plan import Identity, ImportPlan
from soleflip_desktop.domain.integration import ChangedEntity, RowClass

Connection = psycopg.Connection[Any]

TABLE = "catalog.product"
FACTS = ("colourway", "audience", "release_date", "retail_price", "retail_currency", "image_url")
TEXTS = ("name", "style_code", "style_code_key")
DIFF = DiffTable(ChangedEntity.PRODUCT, TABLE, {name: (name, f"s.{name}") for name in FACTS})

#: A price and its currency come and go together. A size that nobody stated is no variant.
TIDY = """
UPDATE stage_row SET cleared = CASE WHEN 'retail_price' = ANY (cleared)
    THEN cleared || '{retail_currency}'::text[] ELSE array_remove(cleared, 'retail_currency') END
WHERE cleared && '{retail_price,retail_currency}';
UPDATE stage_variant SET system = NULL WHERE system = 'none';
ANALYZE stage_row, stage_product, stage_variant;
"""

ROWS = """
CREATE TEMP TABLE row_product ON COMMIT DROP AS
SELECT s.seq, s.row_no, v.product_key, v.variant_key,
    jsonb_build_array(s.product_id, p.name, lower(p.brand), p.style_code_key) AS subject
FROM stage_row s JOIN stage_variant v USING (variant_key) JOIN stage_product p USING (product_key);
ANALYZE row_product;
"""

BY_ID = """
INSERT INTO stage_target SELECT s.seq, s.row_no, 'product', t.id
FROM stage_row s JOIN catalog.product t ON t.id = s.product_id
"""
#: A product without a brand may be meant by any brand with its style code.
SAME_STYLE = """
CREATE TEMP TABLE same_style ON COMMIT DROP AS
SELECT p.product_key, min(t.id) AS product_id, count(*) AS products, min(p.style_code) AS style
FROM stage_product p JOIN catalog.product t USING (style_code_key)
LEFT JOIN catalog.brand b ON b.id = t.brand_id
WHERE NOT {with_brand} OR p.brand IS NULL OR b.id IS NULL OR lower(b.name) = lower(p.brand)
GROUP BY p.product_key
"""
BY_STYLE = """
INSERT INTO stage_target SELECT r.seq, r.row_no, 'product', a.product_id
FROM row_product r JOIN same_style a USING (product_key) JOIN product_map m USING (product_key)
WHERE a.products = 1 AND m.product_id IS NULL
"""
BY_NAME = """
INSERT INTO stage_target SELECT r.seq, r.row_no, 'product', m.product_id
FROM row_product r JOIN product_map m USING (product_key) JOIN stage_row s USING (seq)
WHERE m.product_id IS NOT NULL AND (NOT {by_id} OR s.product_id IS NULL)
"""

UNKNOWN_ID = """
SELECT s.seq, s.row_no, format('There is no product %s; leave the number out to add a new '
    'one.', s.product_id)
FROM stage_row s
WHERE s.product_id IS NOT NULL AND NOT EXISTS (SELECT FROM stage_target m WHERE m.seq = s.seq)
"""
MANY_STORED = """
SELECT r.seq, r.row_no, format('%s stored products have the style code %s; import by '
    'Product ID instead.', products, style)
FROM row_product r JOIN same_style USING (product_key) JOIN product_map m USING (product_key)
WHERE products > 1 AND m.product_id IS NULL
"""
EMPTIED = """
SELECT seq, row_no, 'A product keeps its name and category: they cannot be emptied.'
FROM stage_row WHERE cleared && '{name,category}'
"""
#: Two products of a file that would be one, such as two numbers with the same texts.
SAME_TEXTS = """
SELECT seq, row_no, format('Row %s has the same brand, style code and name.', head) FROM (
    SELECT r.seq, r.row_no, first_value(r.row_no) OVER w AS head,
        m.entity_id IS DISTINCT FROM first_value(m.entity_id) OVER w AS other
    FROM row_product r LEFT JOIN stage_target m USING (seq)
    WINDOW w AS (PARTITION BY subject - 0 ORDER BY r.seq)
) AS r WHERE other
"""
TAKEN = """
SELECT c.seq, c.row_no, format('Product %s has this brand, style code and name already.', q.id)
FROM stage_change c JOIN catalog.product t ON t.id = c.entity_id
LEFT JOIN catalog.brand b ON lower(b.name) = lower(c.after ->> 'brand')
JOIN catalog.product q ON q.id <> t.id AND q.name = coalesce(c.after ->> 'name', t.name)
    AND q.style_code_key IS NOT DISTINCT FROM CASE WHEN c.after ? 'style_code_key'
        THEN c.after ->> 'style_code_key' ELSE t.style_code_key END
    AND q.brand_id IS NOT DISTINCT FROM CASE WHEN c.after ? 'brand' THEN b.id ELSE t.brand_id END
WHERE c.after ?| '{name,brand,style_code_key}'
    AND (b.id IS NOT NULL OR c.after ->> 'brand' IS NULL)
"""
CONTRADICTING = """
SELECT seq, row_no, format('Row %s says something else about the same product.', head) FROM (
    SELECT s.seq, s.row_no, first_value(s.row_no) OVER w AS head, content IS DISTINCT FROM
        first_value(content) OVER w AS other
    FROM stage_row s JOIN row_product r USING (seq) JOIN stage_product p USING (product_key)
    LEFT JOIN stage_target m USING (seq)
    CROSS JOIN LATERAL jsonb_build_array(r.subject, p.category, s.cleared, s.colourway,
        s.audience, s.release_date, s.retail_price, s.retail_currency, s.image_url) AS content
    WINDOW w AS (PARTITION BY coalesce(m.entity_id::text, r.subject::text) ORDER BY s.seq)
) AS r WHERE other
"""
SIZES = """
(SELECT s.seq, s.row_no, s.ean AS content,
    jsonb_build_array(coalesce(m.entity_id::text, r.subject::text), v.system, v.value) AS subject
FROM stage_row s JOIN stage_variant v USING (variant_key) JOIN row_product r USING (seq)
LEFT JOIN stage_target m USING (seq))
"""

#: Of products found by our number. A name that is only the style code was not in the file.
TEXT_CHANGES = """
INSERT INTO stage_change
SELECT m.seq, m.row_no, 'product', t.id, jsonb_object_agg(x.key, x.old),
    jsonb_object_agg(x.key, CASE WHEN NOT x.emptied THEN x.new END)
FROM stage_target m JOIN stage_row s USING (seq) JOIN row_product r USING (seq)
JOIN stage_product p USING (product_key)
JOIN catalog.product t ON t.id = m.entity_id AND t.id = s.product_id
JOIN catalog.category c ON c.id = t.category_id LEFT JOIN catalog.brand b ON b.id = t.brand_id
CROSS JOIN LATERAL (
    SELECT key, old, new, coalesce(field = ANY (s.cleared), false) AS emptied FROM (VALUES
        ('name', 'name', t.name, nullif(p.name, p.style_code)),
        ('brand', 'brand', b.name,
            CASE WHEN lower(b.name) = lower(p.brand) THEN b.name ELSE p.brand END),
        ('category', 'category', c.name, p.category),
        ('style', 'style_code', t.style_code, p.style_code),
        ('style', 'style_code_key', t.style_code_key, p.style_code_key)
    ) AS cell (field, key, old, new)
    WHERE field = ANY ({fields})
) x
WHERE CASE WHEN x.emptied THEN x.old IS NOT NULL
    ELSE x.new IS NOT NULL AND x.new IS DISTINCT FROM x.old END
GROUP BY m.seq, m.row_no, t.id
"""
SIZE_CHANGES = """
INSERT INTO stage_change
SELECT m.seq, m.row_no, 'product', m.entity_id, jsonb_object_agg(x.key, NULL),
    jsonb_object_agg(x.key, x.new)
FROM stage_target m JOIN stage_row s USING (seq) JOIN stage_variant v USING (variant_key)
LEFT JOIN catalog.size z ON z.system = v.system AND z.value = v.value
LEFT JOIN catalog.product_variant w ON w.product_id = m.entity_id AND w.size_id = z.id
CROSS JOIN LATERAL (VALUES
    ('size', CASE WHEN w.id IS NULL THEN v.label END),
    ('ean', CASE WHEN NOT EXISTS (
        SELECT FROM catalog.product_identifier k
        WHERE k.variant_id = w.id AND k.scheme IN ('ean', 'upc') AND k.value = v.ean
    ) THEN v.ean END)
) AS x (key, new)
WHERE v.system IS NOT NULL AND x.new IS NOT NULL
GROUP BY m.seq, m.row_no, m.entity_id
"""

#: The stage of new products lacks two of their columns; the first row of a product tells them.
DETAILS = """
UPDATE catalog.product t SET audience = s.audience, image_url = s.image_url
FROM (
    SELECT DISTINCT ON (m.product_id) m.product_id, s.audience, s.image_url
    FROM stage_row s JOIN row_product r USING (seq) JOIN product_map m USING (product_key)
    JOIN integration.import_change c ON c.batch_id = {batch} AND c.entity = 'product'
        AND c.operation = 'I' AND c.entity_id = m.product_id
    WHERE NOT EXISTS (SELECT FROM row_class k WHERE k.seq = s.seq)
    ORDER BY m.product_id, s.seq
) s
WHERE t.id = s.product_id AND (s.audience, s.image_url) IS DISTINCT FROM (NULL, NULL)
"""
FOUND_PRODUCTS = """
UPDATE product_map p SET product_id = m.entity_id
FROM stage_target m JOIN row_product r USING (seq)
WHERE r.product_key = p.product_key AND m.entity = 'product'
"""
#: By its row an undo can tell what to keep.
JOURNAL_ROWS = """
CREATE TEMP TABLE row_made ON COMMIT DROP AS
SELECT m.product_id, v.variant_id, min(r.row_no) AS row_no
FROM row_product r JOIN product_map m USING (product_key) JOIN variant_map v USING (variant_key)
WHERE NOT EXISTS (
    SELECT FROM row_class k WHERE k.seq = r.seq AND k.class <> 'changed'
)
GROUP BY m.product_id, v.variant_id;
UPDATE integration.import_change c SET row_no = r.row_no, version = t.version
FROM (SELECT product_id, min(row_no) AS row_no FROM row_made GROUP BY product_id) r
JOIN catalog.product t ON t.id = r.product_id
WHERE c.batch_id = {batch} AND c.entity = 'product' AND c.entity_id = t.id;
UPDATE integration.import_change c SET row_no = r.row_no FROM row_made r
WHERE c.batch_id = {batch} AND c.entity = 'variant' AND c.entity_id = r.variant_id;
UPDATE integration.import_change c SET row_no = r.row_no
FROM catalog.product_identifier k JOIN (
    SELECT product_id, variant_id, row_no FROM row_made
    UNION ALL SELECT product_id, NULL, min(row_no) FROM row_made GROUP BY product_id
) r ON r.product_id = k.product_id AND r.variant_id IS NOT DISTINCT FROM k.variant_id
WHERE c.batch_id = {batch} AND c.entity = 'identifier' AND c.entity_id = k.id;
"""

BRANDS = """
INSERT INTO catalog.brand (name)
SELECT DISTINCT ON (lower(after ->> 'brand')) after ->> 'brand' FROM stage_change
WHERE after ->> 'brand' IS NOT NULL ORDER BY lower(after ->> 'brand'), seq
ON CONFLICT (lower(name)) DO NOTHING
"""
CATEGORIES = """
INSERT INTO catalog.category (name)
SELECT DISTINCT after ->> 'category' FROM stage_change
WHERE after ->> 'category' NOT IN (SELECT name FROM catalog.category)
"""
#: Several rows may say the same of a product; an update reads one row of values for each.
VALUES = """
DROP TABLE IF EXISTS product_values;
CREATE TEMP TABLE product_values ON COMMIT DROP AS
SELECT v.entity_id, v.said - '{{brand,category}}'::text[]
    || CASE WHEN v.said ? 'brand' THEN jsonb_build_object('brand_id', b.id) ELSE '{{}}' END
    || CASE WHEN v.said ? 'category' THEN jsonb_build_object('category_id', c.id) ELSE '{{}}' END
    AS {side}
FROM (
    SELECT entity_id, jsonb_object_agg(x.key, x.value) AS said
    FROM {source} AS s CROSS JOIN LATERAL jsonb_each(s.{side}) AS x
    WHERE s.entity = 'product' GROUP BY entity_id
) v
LEFT JOIN catalog.brand b ON lower(b.name) = lower(v.said ->> 'brand')
LEFT JOIN LATERAL (
    SELECT id FROM catalog.category WHERE name = v.said ->> 'category'
    ORDER BY parent_id NULLS FIRST, id LIMIT 1
) c ON true
"""


def match(connection: Connection, plan: ImportPlan, staged: Sequence[str]) -> None:
    """Classes all rows that are not new; creates nothing."""
    connection.execute(TIDY)
    catalog.map_catalog(connection)
    connection.execute(ROWS)
    _find_targets(connection, plan)
    for conflict in (EMPTIED, SAME_TEXTS, CONTRADICTING):
        set_aside(connection, RowClass.CONFLICT, conflict)
    set_repeated_aside(connection, SIZES, "size")
    _find_changes(connection, plan, staged)
    settle(connection, plan.mode)


def _find_targets(connection: Connection, plan: ImportPlan) -> None:
    by_id = plan.identity is Identity.ID
    if by_id:
        connection.execute(BY_ID)
        set_aside(connection, RowClass.CONFLICT, UNKNOWN_ID)
    if plan.identity is Identity.STYLE:
        with_brand = sql.Literal(plan.column("brand") is not None)
        connection.execute(sql.SQL(SAME_STYLE).format(with_brand=with_brand))
        connection.execute(BY_STYLE)
        set_aside(connection, RowClass.CONFLICT, MANY_STORED)
    connection.execute(sql.SQL(BY_NAME).format(by_id=sql.Literal(by_id)))
    connection.execute("ANALYZE stage_target")


def _find_changes(connection: Connection, plan: ImportPlan, staged: Sequence[str]) -> None:
    """A currency without a price changes nothing: nobody said what it is the currency of."""
    facts = set(staged) - {"retail_currency"}
    if "retail_price" in facts:
        facts.add("retail_currency")
    find_changes(connection, DIFF, facts)
    if plan.identity is Identity.ID:
        fields = [f for f in ("name", "brand", "category", "style") if plan.column(f)]
        connection.execute(sql.SQL(TEXT_CHANGES).format(fields=sql.Literal(fields)))
        set_aside(connection, RowClass.CONFLICT, TAKEN)
    connection.execute(SIZE_CHANGES)


def write(connection: Connection, _plan: ImportPlan, batch_id: int, _staged: Sequence[str]) -> None:
    """Inserts the new products and sizes, changes the changed ones and journals all of it."""
    batch = sql.Literal(batch_id)
    catalog.want(connection, changed=False)
    catalog.create_products(connection, batch_id)
    catalog.map_products(connection)
    connection.execute(sql.SQL(DETAILS).format(batch=batch))
    connection.execute(FOUND_PRODUCTS)
    catalog.want(connection, changed=True)
    catalog.create_variants(connection, batch_id)
    catalog.map_variants(connection)
    connection.execute(sql.SQL(JOURNAL_ROWS).format(batch=batch))
    for statement, entity in ((BRANDS, ChangedEntity.BRAND), (CATEGORIES, ChangedEntity.CATEGORY)):
        connection.execute(catalog.journalled(statement, entity, batch_id))
    write_products(connection, "stage_change", "after")
    journal_changes(connection, batch_id, DIFF)


def write_products(connection: Connection, source: str, side: Literal["before", "after"]) -> int:
    """Sets what the changes of `source` name, brand and category by their names.

    `source` is a relation with entity, entity_id, before and after; returns how many products.
    """
    values = sql.SQL(VALUES).format(source=sql.SQL(source), side=sql.Identifier(side))
    connection.execute(values)
    columns = (*TEXTS, *FACTS, "brand_id", "category_id")
    return write_values(connection, TABLE, columns, "product_values", side)
