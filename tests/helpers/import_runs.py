"""Runs imports as the CLI does, and looks at what they leave in the database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from soleflip_desktop.connectors.files.profiles import builtin
from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import integration
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.import_plan import Dialect, ImportPlan, MappedColumn, PlanChoices
from soleflip_desktop.domain.integration import (
    ImportAction,
    ImportProgress,
    ImportRequest,
    ImportResult,
)
from soleflip_desktop.services.import_loader import ImportLoader
from soleflip_desktop.services.profiles import SavedProfiles
from soleflip_desktop.sync.jobs.import_file import import_file
from soleflip_desktop.sync.profile_book import all_profiles

SCHEMAS = (
    "catalog",
    "suppliers",
    "system",
    "integration",
    "inventory",
    "transactions",
    "pricing",
)

Listener = Callable[[ImportProgress], None]


class Imports:
    """Imports into one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def run(
        self,
        path: Path,
        *,
        dry_run: bool = False,
        action: ImportAction = ImportAction.IMPORT,
        plan: ImportPlan | None = None,
        report: Listener = lambda _progress: None,
        token: CancelToken | None = None,
        **choices: Any,
    ) -> ImportResult:
        """`choices` are those of PlanChoices: profile, encoding, currency ..."""
        request = ImportRequest(
            str(path), plan, PlanChoices(**choices), action=action, dry_run=dry_run
        )
        return self.request(request, report, token)

    def request(
        self,
        request: ImportRequest,
        report: Listener = lambda _progress: None,
        token: CancelToken | None = None,
    ) -> ImportResult:
        profiles = all_profiles(SavedProfiles(self.database).load())
        loader = ImportLoader(self.database)
        return import_file(loader, profiles, request, report, token or CancelToken())

    def again(self, batch_id: int, action: ImportAction) -> ImportResult:
        """Runs a draft, or redoes an undone batch."""
        return self.request(ImportRequest(action=action, batch_id=batch_id))

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.database.session(read_only=True) as session:
            return [tuple(row) for row in session.execute(sa.text(statement), values)]

    def value(self, statement: str, **values: Any) -> Any:
        return self.rows(statement, **values)[0][0]

    def counts(self) -> dict[str, int]:
        """Rows of every table of ours, by schema.table."""
        tables = self.rows(
            "SELECT schemaname || '.' || quote_ident(tablename) FROM pg_tables "
            "WHERE schemaname = ANY(:schemas) ORDER BY 1",
            schemas=list(SCHEMAS),
        )
        union = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for (name,) in tables)
        return {name: number for name, number in self.rows(union) if number}

    def cells(self, batch_id: int, row: int) -> dict[str, str]:
        with self.database.session(read_only=True) as session:
            return dict(integration.raw_cells(session, batch_id, row))

    def unbalanced(self) -> list[tuple[Any, ...]]:
        """Orders whose sale price and lines do not add up to their payout."""
        return self.rows(
            "SELECT o.external_id, o.gross_amount, o.payout_amount, sum(t.amount) "
            'FROM transactions."order" o LEFT JOIN transactions.transaction t ON t.order_id = o.id '
            "WHERE o.payout_amount IS NOT NULL GROUP BY o.id "
            "HAVING o.gross_amount + coalesce(sum(t.amount), 0) <> o.payout_amount"
        )


def stockx_plan() -> ImportPlan:
    """The plan of a StockX report."""
    profile = builtin()["stockx-sales"]
    header = tuple(column.headers[0] for column in profile.columns)
    columns = tuple(
        MappedColumn(column.field, place, required=column.required)
        for place, column in enumerate(profile.columns)
    )
    return ImportPlan(
        profile=profile.key,
        title=profile.title,
        target=profile.target,
        dialect=Dialect(),
        header=header,
        columns=columns,
        identity=profile.identity,
        mode=profile.mode,
    )
