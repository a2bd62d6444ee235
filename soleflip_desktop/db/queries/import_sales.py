"""Set-based loading of staged sales: one INSERT a table, in the caller's transaction.

The order of the functions is the order of the load; the stage is in `import_stage`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from soleflip_desktop.domain.integration import CurrencyTotals, ImportResult

Connection = psycopg.Connection[Any]

RESOLVE_CATALOG = """
INSERT INTO catalog.brand (name)
SELECT DISTINCT brand FROM stage_product WHERE brand IS NOT NULL
ON CONFLICT (lower(name)) DO NOTHING;

INSERT INTO catalog.category (name)
SELECT DISTINCT category FROM stage_product
ON CONFLICT ON CONSTRAINT uq_category_parent_id_name DO NOTHING;

INSERT INTO catalog.size (system, value, label, sort_key)
SELECT DISTINCT ON (system, value) system, value, label, sort_key FROM stage_variant
ON CONFLICT ON CONSTRAINT uq_size_system_value DO NOTHING;

INSERT INTO catalog.product (brand_id, category_id, name, style_code, style_code_key,
    release_date, retail_price, retail_currency)
SELECT DISTINCT ON (b.id, p.style_code_key, p.name)
    b.id, c.id, p.name, p.style_code, p.style_code_key,
    p.release_date, p.retail_price, p.retail_currency
FROM stage_product p
JOIN catalog.category c ON c.name = p.category AND c.parent_id IS NULL
LEFT JOIN catalog.brand b ON lower(b.name) = lower(p.brand)
ORDER BY b.id, p.style_code_key, p.name, p.product_key
ON CONFLICT ON CONSTRAINT uq_product_brand_id_style_code_key_name DO NOTHING;

CREATE TEMP TABLE product_map ON COMMIT DROP AS
SELECT p.product_key, q.id AS product_id
FROM stage_product p
LEFT JOIN catalog.brand b ON lower(b.name) = lower(p.brand)
JOIN catalog.product q ON q.name = p.name
    AND q.style_code_key IS NOT DISTINCT FROM p.style_code_key
    AND q.brand_id IS NOT DISTINCT FROM b.id;

CREATE TEMP TABLE stage_pair ON COMMIT DROP AS
SELECT v.variant_key, v.certain, v.label, p.product_id, s.id AS size_id
FROM stage_variant v
JOIN product_map p USING (product_key)
JOIN catalog.size s ON s.system = v.system AND s.value = v.value;

ANALYZE product_map, stage_pair;

INSERT INTO catalog.product_identifier (product_id, scheme, value)
SELECT DISTINCT p.product_id, 'style', i.value
FROM stage_identifier i JOIN product_map p USING (product_key)
WHERE NOT EXISTS (
    SELECT FROM catalog.product_identifier k
    WHERE k.scheme = 'style' AND k.value = i.value AND k.product_id = p.product_id
        AND k.variant_id IS NULL
);

INSERT INTO catalog.product_variant (product_id, size_id)
SELECT DISTINCT product_id, size_id FROM stage_pair n
WHERE NOT EXISTS (
    SELECT FROM catalog.product_variant v
    WHERE v.product_id = n.product_id AND v.size_id = n.size_id
);

CREATE TEMP TABLE variant_map ON COMMIT DROP AS
SELECT n.variant_key, v.id AS variant_id, n.certain, n.label
FROM stage_pair n JOIN catalog.product_variant v USING (product_id, size_id);

ANALYZE variant_map;
"""


def prepare(connection: Connection) -> None:
    """Statistics of the stage: a small sample chooses the joins, ten times faster than usual."""
    connection.execute("SET LOCAL default_statistics_target = 10")
    connection.execute("ANALYZE stage_sale, stage_product, stage_variant")


def resolve_catalog(connection: Connection) -> None:
    """Finds or makes the brands, categories, sizes, products and variants of the stage."""
    connection.execute(RESOLVE_CATALOG)


ACCOUNT = """
INSERT INTO system.platform_account (platform_id, label)
SELECT id, %(label)s FROM system.platform WHERE slug = %(platform)s
ON CONFLICT ON CONSTRAINT uq_platform_account_platform_id_label DO NOTHING
"""


def platform_account(connection: Connection, platform: str, label: str) -> int:
    """The seller account that the file's sales belong to, made when it is new."""
    names = {"platform": platform, "label": label}
    connection.execute(ACCOUNT, names)
    account_id: int = one(
        connection,
        "SELECT a.id FROM system.platform_account a JOIN system.platform p ON p.id = a.platform_id "
        "WHERE p.slug = %(platform)s AND a.label = %(label)s",
        names,
    )
    return account_id


FIND_DUPLICATES = """
INSERT INTO sale_key
SELECT row_no, md5(content || '#' || row_number() OVER (PARTITION BY content ORDER BY row_no))::uuid
FROM stage_sale WHERE external_id IS NULL;

INSERT INTO skip_sale
SELECT s.row_no, CASE WHEN (s.gross, s.payout, s.sold_at) IS DISTINCT FROM
    (o.gross_amount, o.payout_amount, o.sold_at) THEN 'changed' ELSE 'stored' END
FROM stage_sale s
JOIN transactions.order o ON o.platform_account_id = {account} AND o.external_id = s.external_id
UNION ALL
SELECT k.row_no, 'stored' FROM sale_key k
JOIN transactions.order o ON o.platform_account_id = {account} AND o.content_key = k.content_key
WHERE k.content_key IS NOT NULL;

INSERT INTO skip_sale
SELECT row_no, CASE WHEN same THEN 'repeated' ELSE 'conflicting' END
FROM (
    SELECT row_no, external_id,
        row_number() OVER w > 1 AS later,
        (gross, payout, sold_at, variant_key) IS NOT DISTINCT FROM
            first_value((gross, payout, sold_at, variant_key)) OVER w AS same
    FROM stage_sale
    WHERE external_id IN (
        SELECT external_id FROM stage_sale GROUP BY external_id HAVING count(*) > 1
    )
    WINDOW w AS (PARTITION BY external_id ORDER BY row_no)
) AS repeated
WHERE later
ON CONFLICT (row_no) DO NOTHING;
"""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """How many rows are skipped, `changed` of them because another figure is stored already.

    `conflicting` are rows of one order number with different figures: rejected, not skipped.
    """

    skipped: int
    changed: int
    conflicting: list[tuple[int, str]]


def find_duplicates(connection: Connection, account_id: int) -> Duplicates:
    statement = sql.SQL(FIND_DUPLICATES).format(account=sql.Literal(account_id))
    connection.execute(statement)
    counts = dict(
        connection.execute("SELECT reason, count(*) FROM skip_sale GROUP BY reason").fetchall()
    )
    conflicting = connection.execute(
        "SELECT row_no, external_id FROM skip_sale JOIN stage_sale USING (row_no) "
        "WHERE reason = 'conflicting' ORDER BY row_no"
    ).fetchall()
    changed = counts.get("changed", 0)
    skipped = counts.get("stored", 0) + counts.get("repeated", 0) + changed
    return Duplicates(skipped, changed, conflicting)


def fresh_rows(connection: Connection) -> sql.SQL:
    """Rows of the stage that go in; the stage is read a dozen times, so it matters how."""
    if one(connection, "SELECT NOT EXISTS (SELECT FROM skip_sale)"):
        return sql.SQL("stage_sale s WHERE true")
    return sql.SQL(
        "stage_sale s WHERE NOT EXISTS (SELECT FROM skip_sale k WHERE k.row_no = s.row_no)"
    )


INSERT_PAYOUTS = """
INSERT INTO transactions.payout
    (platform_account_id, external_id, paid_at, amount, currency, import_batch_id)
SELECT {account}, payout_ref, min(paid_at), min(payout_total), min(gross_currency), {batch}
FROM {fresh} AND payout_ref IS NOT NULL AND payout IS NOT NULL AND NOT EXISTS (
    SELECT FROM transactions.payout p
    WHERE p.platform_account_id = {account} AND p.external_id = s.payout_ref
)
GROUP BY payout_ref
"""

INSERT_ITEMS = """
INSERT INTO inventory.item (id, variant_id, status, import_batch_id, import_row)
SELECT {item_base} + s.row_no, v.variant_id, 'completed', {batch}, s.row_no
FROM (SELECT * FROM {fresh}) s JOIN variant_map v USING (variant_key)
"""

INSERT_ORDERS = """
INSERT INTO transactions.order (id, platform_account_id, external_id, content_key, item_id,
    variant_id, status, sold_at, gross_amount, gross_currency, payout_amount, payout_currency,
    paid_at, payout_id, buyer_country, buyer_region, import_batch_id, import_row)
SELECT {order_base} + s.row_no, {account}, s.external_id, k.content_key, {item_base} + s.row_no,
    v.variant_id, 'completed', s.sold_at, s.gross, s.gross_currency, s.payout,
    CASE WHEN s.payout IS NOT NULL THEN s.gross_currency END,
    s.paid_at, p.id, s.buyer_country, s.buyer_region, {batch}, s.row_no
FROM (SELECT * FROM {fresh}) s
JOIN variant_map v USING (variant_key)
LEFT JOIN sale_key k USING (row_no)
LEFT JOIN transactions.payout p
    ON p.platform_account_id = {account} AND p.external_id = s.payout_ref
"""

#: A blank is no line; 0.00 is one. What the lines leave of the payout is rounding or unitemised.
CHARGES = (
    ("seller_fee", "-seller_fee", "itemised", "seller_fee IS NOT NULL"),
    ("payment_processing", "-payment_processing", "itemised", "payment_processing IS NOT NULL"),
    ("shipping", "-shipping", "itemised", "shipping IS NOT NULL"),
    ("tax", "vat", "itemised", "vat IS NOT NULL"),
    ("rounding", "residual", "derived", "residual <> 0 AND abs(residual) <= 0.01"),
    ("unitemised", "residual", "derived", "abs(residual) > 0.01"),
)

INSERT_CHARGES = """
INSERT INTO transactions.transaction (order_id, position, kind, amount, currency, source)
"""


def _charges() -> str:
    """One SELECT a kind of line: cheaper than a row of all kinds that is then filtered."""
    lines = (
        f"SELECT {{order_base}} + s.row_no, {position}, '{kind}', {amount}, s.gross_currency, "  # noqa: S608  (our own constants)
        f"'{source}' FROM {{fresh}} AND {condition}"
        for position, (kind, amount, source, condition) in enumerate(CHARGES, 1)
    )
    return INSERT_CHARGES + " UNION ALL ".join(lines)


@dataclass(frozen=True, slots=True)
class LoadKeys:
    """Ids that the load uses: row n of the file becomes unit item_base + n."""

    batch_id: int
    account_id: int
    item_base: int
    order_base: int


def insert_sales(connection: Connection, keys: LoadKeys) -> None:
    """Writes payouts, units, orders and charges of the rows that are not skipped."""
    fresh = fresh_rows(connection)
    for statement in (INSERT_PAYOUTS, INSERT_ITEMS, INSERT_ORDERS, _charges()):
        connection.execute(
            sql.SQL(statement).format(
                account=sql.Literal(keys.account_id),
                batch=sql.Literal(keys.batch_id),
                item_base=sql.Literal(keys.item_base),
                order_base=sql.Literal(keys.order_base),
                fresh=fresh,
            )
        )


TOTALS = """
SELECT gross_currency, count(*), sum(gross),
    sum(payout - gross - residual) FILTER (WHERE payout IS NOT NULL), sum(payout), sum(residual),
    count(*) FILTER (WHERE abs(residual) > 0.01)
FROM {fresh} GROUP BY gross_currency ORDER BY gross_currency
"""


def sale_totals(connection: Connection) -> list[tuple[Any, ...]]:
    """Per currency: rows, gross, charges, payout, residual, rows with an unitemised residual."""
    statement = sql.SQL(TOTALS).format(fresh=fresh_rows(connection))
    return connection.execute(statement).fetchall()


#: What a person should look at, though the rows went in: row, column, value, expected.
REMARKS = """
(SELECT 'unitemised_charge', row_no, {payout}, payout::text, residual::text
FROM {fresh} AND abs(residual) > 0.01
ORDER BY row_no LIMIT {limit})
UNION ALL
(SELECT 'payout_total', min(o.import_row), {total}, min(p.amount)::text, sum(o.payout_amount)::text
FROM transactions.payout p JOIN transactions.order o ON o.payout_id = p.id
WHERE p.import_batch_id = {batch}
GROUP BY p.id HAVING abs(min(p.amount) - sum(o.payout_amount)) > 0.01
ORDER BY 2 LIMIT {limit})
UNION ALL
(SELECT 'uncertain_size', min(s.row_no), {size}, v.label, count(*)::text
FROM (SELECT * FROM {fresh}) s JOIN variant_map v USING (variant_key)
WHERE NOT v.certain GROUP BY v.label ORDER BY 2 LIMIT {limit})
UNION ALL
(SELECT 'differs_from_stored', k.row_no, {number}, s.external_id, o.payout_amount::text
FROM skip_sale k
JOIN stage_sale s USING (row_no)
JOIN transactions.order o ON o.platform_account_id = {account} AND o.external_id = s.external_id
WHERE k.reason = 'changed' ORDER BY 2 LIMIT {limit})
"""


def remarks(
    connection: Connection, keys: LoadKeys, headers: Mapping[str, str], limit: int
) -> list[tuple[str, int, str, str, str]]:
    """What a person should look at: code, row, column, value, detail."""
    statement = sql.SQL(REMARKS).format(
        fresh=fresh_rows(connection),
        batch=sql.Literal(keys.batch_id),
        account=sql.Literal(keys.account_id),
        number=sql.Literal(headers.get("external_id", "")),
        limit=sql.Literal(limit),
        payout=sql.Literal(headers.get("payout", "")),
        total=sql.Literal(headers.get("payout_total", "")),
        size=sql.Literal(headers.get("size", "")),
    )
    return connection.execute(statement).fetchall()


FINISH = """
UPDATE integration.import_batch SET status = 'completed', finished_at = clock_timestamp(),
    updated_at = clock_timestamp(), file_sha256 = %(sha256)s, rows = %(rows)s,
    imported = %(imported)s, duplicates = %(duplicates)s, rejected = %(rejected)s,
    warnings = %(warnings)s, totals = %(totals)s
WHERE id = %(batch)s
"""

#: One event for the whole batch: its rows carry the batch and their row number themselves.
BATCH_EVENT = """
INSERT INTO system.event_store (event_type, aggregate_kind, aggregate_id, data)
VALUES ('import_batch.completed', 'import_batch', %(batch)s,
    jsonb_build_object('imported', %(imported)s::int, 'rejected', %(rejected)s::int,
        'items', jsonb_build_array(%(first_item)s::bigint, %(last_item)s::bigint)))
"""


def finish_batch(
    connection: Connection, result: ImportResult, sha256: str, items: tuple[int, int]
) -> None:
    """Stores the outcome in the transaction that holds the rows."""
    values = {
        "batch": result.batch_id,
        "sha256": sha256,
        "rows": result.rows,
        "imported": result.imported,
        "duplicates": result.duplicates,
        "rejected": result.rejected,
        "warnings": result.warnings,
        "totals": Jsonb({code: _texts(sums) for code, sums in result.totals.items()}),
        "first_item": items[0],
        "last_item": items[1],
    }
    connection.execute(FINISH, values)
    connection.execute(BATCH_EVENT, values)


def _texts(sums: CurrencyTotals) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(sums).items()}


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


def one(connection: Connection, statement: str, values: dict[str, Any] | None = None) -> Any:
    row = connection.execute(statement.encode(), values).fetchone()
    return row[0] if row else None
