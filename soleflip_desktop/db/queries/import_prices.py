"""Price lists and feeds: each row is an offer as seen at one moment.

An offer is found by supplier, source and size. What it said last is kept when the row says the
same; otherwise the row is a new observation: prices of the past are never changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from soleflip_desktop.db.queries import import_catalog as catalog
from soleflip_desktop.db.queries.import_classes import (
    DIFFERS,
    NOT_STORED,
    set_aside,
    set_repeated_aside,
)
from soleflip_desktop.db.queries.import_suppliers import create_suppliers
from soleflip_desktop.domain.import_plan import ImportMode, ImportPlan
from soleflip_desktop.domain.integration import RowClass

Connection = psycopg.Connection[Any]

#: An EAN that we know tells the size where the supplier's name for the product is not ours.
KNOWN_EANS = """
UPDATE stage_row s SET variant_key = NULL FROM (
    SELECT value FROM catalog.product_identifier
    WHERE scheme IN ('ean', 'upc') AND variant_id IS NOT NULL GROUP BY value
) k
WHERE s.ean = k.value AND NOT EXISTS (
    SELECT FROM variant_map v WHERE v.variant_key = s.variant_key AND v.variant_id IS NOT NULL
)
"""

OFFERS = """
DROP TABLE IF EXISTS offer;
CREATE TEMP TABLE offer ON COMMIT DROP AS
SELECT s.seq, s.row_no, coalesce(v.variant_id, e.variant_id) AS variant_id, s.variant_key,
    e.variants, s.ean, u.id AS supplier_id, s.supplier, coalesce(s.source, {source}) AS source,
    coalesce(s.seen_at, now()) AS seen_at, s.offer_id, s.price, s.price_currency,
    coalesce(s.availability, 'unknown') AS availability, s.stock_quantity, s.url
FROM stage_row s
LEFT JOIN variant_map v USING (variant_key)
LEFT JOIN (
    SELECT value, min(variant_id) AS variant_id, count(DISTINCT variant_id) AS variants
    FROM catalog.product_identifier
    WHERE scheme IN ('ean', 'upc') AND variant_id IS NOT NULL GROUP BY value
) e ON s.variant_key IS NULL AND e.value = s.ean
LEFT JOIN suppliers.supplier u ON lower(u.name) = lower(s.supplier);
ANALYZE offer;
"""

NO_SUPPLIER = """
SELECT seq, row_no, 'The row names no supplier.' FROM offer WHERE supplier IS NULL
"""
NO_PRICE = "SELECT seq, row_no, 'The row names no price.' FROM offer WHERE price IS NULL"
MANY_VARIANTS = """
SELECT seq, row_no, format('%s stored sizes have the EAN %s.', variants, ean)
FROM offer WHERE variants > 1
"""
#: Unknown sizes and suppliers are told apart by the file's own names for them.
SUBJECTS = """
(SELECT seq, row_no, to_jsonb(o) - '{seq,row_no}'::text[] AS content, jsonb_build_array(
    coalesce(variant_id, -variant_key - 1), lower(supplier), source, seen_at) AS subject
FROM offer o)
"""

#: The latest observation of the offer up to the moment of the row.
LAST_SEEN = """
CREATE TEMP TABLE last_seen ON COMMIT DROP AS
SELECT o.seq, o.row_no, p.seen_at = o.seen_at AS same_moment,
    (p.price, p.currency, p.availability, p.stock_quantity) IS NOT DISTINCT FROM
    (o.price, o.price_currency, o.availability, o.stock_quantity) AS same
FROM offer o CROSS JOIN LATERAL (
    SELECT * FROM pricing.source_price p
    WHERE p.variant_id = o.variant_id AND p.supplier_id = o.supplier_id AND p.source = o.source
        AND p.seen_at <= o.seen_at
    ORDER BY p.seen_at DESC LIMIT 1
) p
"""
UNCHANGED = "SELECT seq, row_no, NULL FROM last_seen WHERE same"
SAME_MOMENT = """
SELECT seq, row_no, 'Another price is stored for the same moment.' FROM last_seen
WHERE same_moment AND NOT same
"""
DIFFERENT = "SELECT seq, row_no, {} FROM last_seen"
FIRST_SEEN = "SELECT seq, row_no, {} FROM offer o WHERE seq NOT IN (SELECT seq FROM last_seen)"

INSERT = """
INSERT INTO pricing.source_price (variant_id, supplier_id, source, external_id, price, currency,
    availability, stock_quantity, url, seen_at, import_batch_id, import_row)
SELECT variant_id, supplier_id, source, offer_id, price, price_currency, availability,
    stock_quantity, url, seen_at, {batch}, row_no
FROM offer o WHERE NOT EXISTS (SELECT FROM row_class k WHERE k.seq = o.seq) ORDER BY seq
"""


def match(connection: Connection, plan: ImportPlan, _staged: Sequence[str]) -> None:
    """Classes all rows that are not new; creates nothing."""
    connection.execute("ANALYZE stage_row, stage_product, stage_variant")
    catalog.map_catalog(connection)
    connection.execute(KNOWN_EANS)
    _find_offers(connection, plan)
    for conflict in (NO_SUPPLIER, NO_PRICE, MANY_VARIANTS):
        set_aside(connection, RowClass.CONFLICT, conflict)
    set_repeated_aside(connection, SUBJECTS, "offer")
    connection.execute(LAST_SEEN)
    set_aside(connection, RowClass.UNCHANGED, UNCHANGED)
    set_aside(connection, RowClass.CONFLICT, SAME_MOMENT)
    skipped = {
        ImportMode.INSERT: (DIFFERENT, DIFFERS),
        ImportMode.UPDATE: (FIRST_SEEN, NOT_STORED),
    }.get(plan.mode)
    if skipped:
        query, reason = skipped
        set_aside(connection, RowClass.SKIPPED, sql.SQL(query).format(sql.Literal(reason)))


def write(connection: Connection, plan: ImportPlan, batch_id: int, _staged: Sequence[str]) -> None:
    """Inserts the new observations, and the sizes and suppliers that they name."""
    catalog.create_catalog(connection, batch_id)
    create_suppliers(connection, batch_id)
    catalog.map_catalog(connection)
    _find_offers(connection, plan)
    connection.execute(sql.SQL(INSERT).format(batch=sql.Literal(batch_id)))


def _find_offers(connection: Connection, plan: ImportPlan) -> None:
    connection.execute(sql.SQL(OFFERS).format(source=sql.Literal(plan.profile)))
