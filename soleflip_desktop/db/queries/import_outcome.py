"""The figures of an import: rows by class, totals, what to look at; and the end of its batch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from soleflip_desktop.db.queries.import_accounts import Accounts
from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.integration import (
    BatchStatus,
    CurrencyTotals,
    ImportResult,
    RowClass,
)

Connection = psycopg.Connection[Any]

CLASSES = """
SELECT class, count(*), count(*) FILTER (WHERE reason = 'differs_from_stored')
FROM (
    SELECT DISTINCT ON (row_no) row_no, class, reason FROM row_class ORDER BY row_no, seq
) AS r GROUP BY class
"""


def class_counts(connection: Connection) -> dict[str, tuple[int, int]]:
    """Rows by class, and how many of them differ from what is stored; new ones are not listed."""
    found = connection.execute(CLASSES).fetchall()
    return {name: (count, differing) for name, count, differing in found}


def refused_rows(connection: Connection, row_class: RowClass) -> list[tuple[int, str]]:
    """Rows of the class and the sentence that says why."""
    return connection.execute(
        "SELECT row_no, min(reason) FROM row_class WHERE class = %s "
        "GROUP BY row_no ORDER BY row_no",
        (row_class,),
    ).fetchall()


TOTALS = """
SELECT coalesce(gross_currency, cost_currency), sum(gross),
    sum(payout - gross - residual) FILTER (WHERE payout IS NOT NULL), sum(payout), sum(residual),
    count(*) FILTER (WHERE abs(residual) > 0.01), sum(cost_gross)
FROM stage_row s WHERE {rows} AND coalesce(gross_currency, cost_currency) IS NOT NULL
GROUP BY 1 ORDER BY 1
"""

WRITTEN = """NOT EXISTS (
    SELECT FROM row_class k WHERE k.seq = s.seq AND k.class <> 'changed'
)"""
RECORDS = """NOT EXISTS (
    SELECT FROM row_class k WHERE k.seq = s.seq AND k.class = 'skipped'
)"""


def totals(connection: Connection, rows: str) -> tuple[dict[str, CurrencyTotals], int]:
    """Sums per currency over the rows, and how many of them have an unitemised charge.

    `rows` is WRITTEN or RECORDS.
    """
    statement = sql.SQL(TOTALS).format(rows=sql.SQL(rows))
    sums: dict[str, CurrencyTotals] = {}
    unitemised = 0
    for currency, gross, charges, payout, residual, open_rows, cost in connection.execute(
        statement
    ):
        values = (gross, charges, payout, residual, cost)
        sums[currency] = CurrencyTotals(*(value or Decimal(0) for value in values))
        unitemised += open_rows
    return sums, unitemised


#: What a person should look at, though the rows went in: row, column, value, expected.
_REMARKS = {
    "unitemised_charge": (
        {"residual"},
        (
            "SELECT 'unitemised_charge', row_no, {payout}, payout::text, residual::text "
            "FROM stage_row s WHERE {written} AND abs(residual) > 0.01"
        ),
    ),
    "payout_total": (
        {"payout_ref", "payout_total"},
        (
            "SELECT 'payout_total', min(row_no), {payout_total}, min(payout_total)::text, "
            "sum(payout)::text FROM stage_row s WHERE {written} AND payout_ref IS NOT NULL "
            "AND payout IS NOT NULL AND NOT EXISTS (SELECT FROM transactions.payout p "
            "WHERE p.platform_account_id = {account} AND p.external_id = s.payout_ref "
            "AND p.import_batch_id IS DISTINCT FROM {batch}) "
            "GROUP BY payout_ref HAVING abs(min(payout_total) - sum(payout)) > 0.01"
        ),
    ),
    "uncertain_size": (
        {"variant_key"},
        (
            "SELECT 'uncertain_size', min(s.row_no), {size}, v.label, count(*)::text "
            "FROM (SELECT * FROM stage_row s WHERE {written}) s "
            "JOIN variant_map v USING (variant_key) WHERE NOT v.certain GROUP BY v.label"
        ),
    ),
    "differs_from_stored": (
        {"external_id", "payout"},
        (
            "SELECT 'differs_from_stored', k.row_no, {external_id}, s.external_id, "
            "o.payout_amount::text FROM row_class k JOIN stage_row s USING (seq) "
            "JOIN transactions.order o "
            "ON o.platform_account_id = {account} AND o.external_id = s.external_id "
            "WHERE k.reason = 'differs_from_stored'"
        ),
    ),
    "differs_from_computed": (
        {"stated_profit", "payout", "cost_gross"},
        (
            "SELECT 'differs_from_computed', row_no, {stated_profit}, stated_profit::text, "
            "(payout - cost)::text FROM (SELECT *, cost_gross + coalesce(cost_inbound, 0) AS cost "
            "FROM stage_row) s WHERE {written} AND gross_currency = cost_currency "
            "AND abs(stated_profit - (payout - cost)) > 0.01"
        ),
    ),
}


def remarks(
    connection: Connection,
    plan: ImportPlan,
    staged: Collection[str],
    accounts: Accounts,
    *,
    batch_id: int,
    limit: int,
) -> list[tuple[str, int, str, str, str]]:
    """What a person should look at: code, row, column, value, detail."""
    names = ("payout", "payout_total", "size", "external_id", "stated_profit")
    columns = {name: sql.Literal(plan.header_of(name)) for name in names}
    parts = [
        sql.SQL("({} ORDER BY 2 LIMIT {})").format(
            sql.SQL(text).format(
                written=sql.SQL(WRITTEN),
                batch=sql.Literal(batch_id),
                account=accounts.id_of_row,
                **columns,
            ),
            sql.Literal(limit),
        )
        for needed, text in _REMARKS.values()
        if needed <= set(staged)
    ]
    if not parts:
        return []
    return connection.execute(sql.SQL(" UNION ALL ").join(parts)).fetchall()


FINISH = """
UPDATE integration.import_batch SET status = %(status)s, finished_at = clock_timestamp(),
    updated_at = clock_timestamp(), file_sha256 = %(sha256)s, rows = %(rows)s,
    imported = %(imported)s, changed = %(changed)s, unchanged = %(unchanged)s,
    duplicates = %(duplicates)s, rejected = %(rejected)s, conflicts = %(conflicts)s,
    skipped = %(skipped)s, warnings = %(warnings)s, totals = %(totals)s,
    file_totals = %(file_totals)s, error = NULL, undone_at = NULL
WHERE id = %(batch)s
"""

#: One event for the whole batch: its rows carry the batch and their row number themselves.
BATCH_EVENT = """
INSERT INTO system.event_store (event_type, aggregate_kind, aggregate_id, data)
VALUES ('import_batch.completed', 'import_batch', %(batch)s,
    jsonb_build_object('imported', %(imported)s::int, 'changed', %(changed)s::int,
        'rejected', %(rejected)s::int))
"""


def finish_batch(
    connection: Connection, result: ImportResult, status: BatchStatus, sha256: str
) -> None:
    """Stores the outcome in the transaction that holds the rows."""
    counts = ("rows", "imported", "changed", "unchanged", "duplicates", "rejected", "conflicts")
    values = {name: getattr(result, name) for name in (*counts, "skipped", "warnings")} | {
        "batch": result.batch_id,
        "status": status,
        "sha256": sha256,
        "totals": Jsonb(_texts(result.totals)),
        "file_totals": Jsonb(_texts(result.file_totals)),
    }
    connection.execute(FINISH, values)
    if status is BatchStatus.COMPLETED:
        connection.execute(BATCH_EVENT, values)


def _texts(totals_by_currency: Mapping[str, CurrencyTotals]) -> dict[str, dict[str, str]]:
    return {
        code: {name: str(value) for name, value in asdict(sums).items()}
        for code, sums in totals_by_currency.items()
    }
