"""Charge lines of orders in an import: from staged columns, from rows of their own, corrected."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

import psycopg
from psycopg import sql

from soleflip_desktop.domain.staging import CHARGE_FIELDS
from soleflip_desktop.domain.transactions import ROUNDING_LIMIT, ChargeKind, ChargeSource

Connection = psycopg.Connection[Any]

#: The order of an order's lines.
POSITIONS = {kind.value: place for place, kind in enumerate(ChargeKind, 1)}
#: What the itemised lines leave of the payout.
DERIVED = (
    (ChargeKind.ROUNDING, f"abs({{0}}) <= {ROUNDING_LIMIT} AND {{0}} <> 0"),
    (ChargeKind.UNITEMISED, f"abs({{0}}) > {ROUNDING_LIMIT}"),
)


def staged_amount(field: str) -> str:
    """A staged charge as a signed line: negative takes from the payout."""
    return f"s.{field}" if field == "vat" else f"-s.{field}"


# -- rows that are a charge ----------------------------------------------------------------------

#: To the first line of the order that the row names.
FOLD = """
CREATE TEMP TABLE folded ON COMMIT DROP AS
SELECT c.seq, c.row_no, c.charge_kind, c.payout, c.external_id AS number, (
    SELECT s.seq FROM stage_row s
    WHERE s.charge_kind IS NULL
        AND (s.external_id = c.external_id OR starts_with(s.external_id, c.external_id || '/'))
    ORDER BY s.seq LIMIT 1
) AS order_seq
FROM stage_row c WHERE c.charge_kind IS NOT NULL;

INSERT INTO row_class
SELECT seq, row_no, CASE WHEN order_seq IS NULL THEN 'conflict' ELSE 'skipped' END,
    CASE WHEN order_seq IS NULL THEN format('The sale of order %s is not in this file; import a '
        'report over a period that holds the sale and this row.', number) ELSE 'added_to_order' END
FROM folded;
"""

FOLD_KIND = """
UPDATE stage_row s SET {field} = coalesce(s.{field}, 0) - f.amount, payout = s.payout + f.amount
FROM (
    SELECT order_seq, sum(payout) AS amount FROM folded
    WHERE charge_kind = {kind} GROUP BY order_seq
) f WHERE f.order_seq = s.seq
"""


def fold_charges(connection: Connection) -> None:
    """Adds refunds, labels and the like to the orders in the same file that they name."""
    connection.execute("CREATE INDEX ON stage_row (external_id text_pattern_ops)")
    connection.execute(FOLD)
    for field, kind in CHARGE_FIELDS.items():
        if field != "vat":
            statement = sql.SQL(FOLD_KIND).format(
                field=sql.Identifier(field), kind=sql.Literal(kind)
            )
            connection.execute(statement)


#: A report over a period holds a sale, but perhaps not the refund that another one brought: with
#: another payout and no such rows it is the older or shorter one.
KEEP_SETTLED = """
INSERT INTO row_class
SELECT s.seq, s.row_no, 'unchanged', 'differs_from_stored'
FROM stage_target m JOIN stage_row s USING (seq)
JOIN transactions.order t ON m.entity = 'order' AND t.id = m.entity_id
WHERE t.payout_amount <> s.payout AND NOT EXISTS (
    SELECT FROM folded f WHERE f.order_seq = s.seq
)
ON CONFLICT (seq) DO NOTHING
"""


def keep_settled(connection: Connection) -> None:
    """Orders whose payout is known keep it, unless rows of the file say why it is another now."""
    connection.execute(KEEP_SETTLED)


# -- changed charges -----------------------------------------------------------------------------

#: Orders of which a staged charge is another one than the stored, or whose balance changes.
CANDIDATES = """
CREATE TEMP TABLE charge_candidate ON COMMIT DROP AS
SELECT m.seq, m.row_no, m.entity_id
FROM stage_target m
JOIN stage_row s USING (seq)
LEFT JOIN (
    SELECT t.order_id, {stored}
    FROM transactions.transaction t
    WHERE t.source = 'itemised'
        AND t.order_id IN (SELECT entity_id FROM stage_target WHERE entity = 'order')
    GROUP BY t.order_id
) l ON l.order_id = m.entity_id
LEFT JOIN (
    SELECT DISTINCT seq FROM stage_change
    WHERE entity = 'order' AND after ?| '{{gross_amount,payout_amount}}'
) c ON c.seq = m.seq
WHERE m.entity = 'order' AND (c.seq IS NOT NULL OR {differs});
ANALYZE charge_candidate;
"""

#: A kind that the file says nothing of keeps its line.
FIND_CHANGES = """
WITH changed AS (
    SELECT m.seq, m.row_no, m.entity_id, jsonb_build_object('charges', l.stored) AS old,
        jsonb_build_object('charges',
            l.stored || jsonb_strip_nulls(jsonb_build_object({staged}))) AS new
    FROM charge_candidate m JOIN stage_row s USING (seq)
    CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_object_agg(t.kind, t.amount), '{{}}') AS stored
        FROM transactions.transaction t
        WHERE t.order_id = m.entity_id AND t.source = 'itemised'
    ) l
), known AS (
    UPDATE stage_change c SET before = c.before || n.old, after = c.after || n.new
    FROM changed n WHERE c.seq = n.seq AND c.entity = 'order' RETURNING c.seq
)
INSERT INTO stage_change
SELECT seq, row_no, 'order', entity_id, old, new FROM changed
WHERE seq NOT IN (SELECT seq FROM known)
"""


def find_charge_changes(connection: Connection, staged: Collection[str]) -> None:
    """Adds `charges`, an object of itemised lines by kind, to the changes of orders."""
    fields = [field for field in CHARGE_FIELDS if field in staged]
    kinds = {field: CHARGE_FIELDS[field] for field in fields}
    stored = [f"sum(t.amount) FILTER (WHERE t.kind = '{k}') AS {f}" for f, k in kinds.items()]
    differs = [f"(s.{f} IS NOT NULL AND {staged_amount(f)} IS DISTINCT FROM l.{f})" for f in fields]
    pairs = [f"'{kind}', {staged_amount(field)}" for field, kind in kinds.items()]
    connection.execute(
        sql.SQL(CANDIDATES).format(
            stored=sql.SQL(", ".join(stored) or "1"),
            differs=sql.SQL(" OR ".join(differs) or "false"),
        )
    )
    connection.execute(sql.SQL(FIND_CHANGES).format(staged=sql.SQL(", ".join(pairs))))


REPLACE = """
DELETE FROM transactions.transaction t USING {source} c
WHERE t.order_id = c.entity_id AND c.entity = 'order' AND c.{side} ? 'charges';

INSERT INTO transactions.transaction (order_id, position, kind, amount, currency, source)
SELECT o.id, p.position, l.key, l.value::numeric, o.gross_currency, 'itemised'
FROM {source} c
JOIN transactions.order o ON o.id = c.entity_id
CROSS JOIN jsonb_each_text(c.{side} -> 'charges') l
JOIN (VALUES {positions}) p (kind, position) ON p.kind = l.key
WHERE c.entity = 'order' AND c.{side} ? 'charges';
"""

DERIVE = """
INSERT INTO transactions.transaction (order_id, position, kind, amount, currency, source)
SELECT id, {position}, {kind}, rest, gross_currency, {derived}
FROM (
    SELECT o.id, o.gross_currency, o.payout_amount - o.gross_amount - coalesce((
        SELECT sum(t.amount) FROM transactions.transaction t
        WHERE t.order_id = o.id AND t.source = 'itemised'
    ), 0) AS rest
    FROM {source} c JOIN transactions.order o ON o.id = c.entity_id
    WHERE c.entity = 'order' AND c.{side} ? 'charges'
) AS open WHERE {condition}
"""


def replace_charges(connection: Connection, source: str, side: Literal["before", "after"]) -> None:
    """Writes the `charges` of changed orders anew, and what they leave of the payout.

    `source` is a relation with entity, entity_id, before and after; the orders' own columns have
    been written before.
    """
    names = {
        "source": sql.SQL(source),
        "side": sql.Identifier(side),
        "positions": sql.SQL(", ").join(
            sql.SQL("({}, {})").format(sql.Literal(kind), sql.Literal(place))
            for kind, place in POSITIONS.items()
        ),
    }
    connection.execute(sql.SQL(REPLACE).format(**names))
    for kind, condition in DERIVED:
        connection.execute(
            sql.SQL(DERIVE).format(
                position=sql.Literal(POSITIONS[kind]),
                kind=sql.Literal(kind),
                derived=sql.Literal(ChargeSource.DERIVED),
                condition=sql.SQL(condition.format("rest")),
                **names,
            )
        )
