"""Seller accounts of staged sales: found, or made when the sales are written."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import psycopg
from psycopg import sql

from soleflip_desktop.db.queries.import_catalog import journalled
from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.integration import ChangedEntity

Connection = psycopg.Connection[Any]

#: What a row says of its account; a file of one account says nothing and takes the plan's.
_NAMED = """
SELECT DISTINCT lower({platform}) AS platform, {account} AS label FROM stage_row s
WHERE {sale}
"""

FIND = """
DROP TABLE IF EXISTS account_map;
CREATE TEMP TABLE account_map ON COMMIT DROP AS
SELECT n.platform, n.label, a.id AS account_id
FROM ({named}) n
JOIN system.platform p ON lower(p.slug) = n.platform OR lower(p.name) = n.platform
LEFT JOIN system.platform_account a
    ON a.platform_id = p.id AND a.label = coalesce(n.label, p.name);
"""

CREATE = """
INSERT INTO system.platform_account (platform_id, label)
SELECT DISTINCT p.id, coalesce(n.label, p.name)
FROM ({named}) n
JOIN system.platform p ON lower(p.slug) = n.platform OR lower(p.name) = n.platform
ON CONFLICT ON CONSTRAINT uq_platform_account_platform_id_label DO NOTHING
"""

UNKNOWN_PLATFORMS = """
INSERT INTO row_class
SELECT s.seq, s.row_no, 'conflict', CASE WHEN {platform} IS NULL
    THEN 'The sale names no platform; choose one for all rows, or map a column.'
    ELSE format('“%s” is no platform that we know; map it in the step Values.', {platform}) END
FROM stage_row s
WHERE s.gross IS NOT NULL AND NOT EXISTS (
    SELECT FROM system.platform p WHERE lower({platform}) IN (lower(p.slug), lower(p.name))
)
ON CONFLICT (seq) DO NOTHING
"""


class Accounts:
    """The accounts of one load. `id_of_row` is an expression over the stage's row `s`."""

    def __init__(self, plan: ImportPlan, staged: Collection[str]) -> None:
        self._plan = plan
        self._in_rows = bool({"platform", "account"} & set(staged))
        platform: sql.Composable = sql.Literal(plan.platform)
        account: sql.Composable = sql.Literal(plan.account)
        if "platform" in staged:
            platform = sql.SQL("coalesce(s.platform, {})").format(platform)
        if "account" in staged:
            account = sql.SQL("coalesce(s.account, {})").format(account)
        self._platform = platform
        self._account = account
        self.id_of_row: sql.Composable = sql.SQL("NULL::bigint")

    def find(self, connection: Connection) -> None:
        """Maps what rows say to stored accounts; unknown ones are NULL until `create`."""
        if not self._in_rows and self._plan.platform is None:
            return
        connection.execute(sql.SQL(FIND).format(named=self._named()))
        self.id_of_row = self._expression(connection)

    def create(self, connection: Connection, batch_id: int) -> None:
        if self._in_rows or self._plan.platform is not None:
            insert = sql.SQL(CREATE).format(named=self._named("s.gross IS NOT NULL"))
            connection.execute(journalled(insert, ChangedEntity.ACCOUNT, batch_id))
            self.find(connection)

    def refuse_unknown_platforms(self, connection: Connection) -> None:
        """A sale that names no platform, or one that we do not know, cannot be booked."""
        if not self._in_rows and self._plan.platform is not None:
            return
        connection.execute(sql.SQL(UNKNOWN_PLATFORMS).format(platform=self._platform))

    def _named(self, sale: str = "true") -> sql.Composable:
        """One literal row where the file does not tell accounts apart: no need to read it."""
        if not self._in_rows:
            return sql.SQL("SELECT lower({platform}) AS platform, {account}::text AS label").format(
                platform=self._platform, account=self._account
            )
        return sql.SQL(_NAMED).format(
            platform=self._platform, account=self._account, sale=sql.SQL(sale)
        )

    def _expression(self, connection: Connection) -> sql.Composable:
        if not self._in_rows:
            row = connection.execute("SELECT account_id FROM account_map").fetchone()
            return sql.SQL("{}::bigint").format(sql.Literal(row[0] if row else None))
        return sql.SQL(
            "(SELECT m.account_id FROM account_map m WHERE m.platform = lower({platform}) "
            "AND m.label IS NOT DISTINCT FROM {account})"
        ).format(platform=self._platform, account=self._account)
