"""The tables that a load is about: how its rows are matched, and how they are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, Protocol

import psycopg

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import (
    import_catalog,
    import_outcome,
    import_places,
    import_prices,
    import_products,
    import_suppliers,
    import_unit_rows,
    import_units,
    rebuild,
)
from soleflip_desktop.db.queries.import_accounts import Accounts
from soleflip_desktop.db.queries.import_stage import one
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import Identity, ImportPlan
from soleflip_desktop.domain.staging import CHARGE_FIELDS

Connection = psycopg.Connection[Any]
Remark = tuple[str, int, str, str, str]


class TargetLoad(Protocol):
    """One load of one target. `has_amounts` says that the rows' sums are told."""

    has_amounts: bool

    def reserve(self) -> None:
        """Before anything is locked: what writing will need."""

    def match(self) -> None:
        """Classes the rows; makes nothing that stays."""

    def write(self, indexing: Callable[[], None]) -> None:
        """Writes new and changed rows; calls `indexing` where that takes its time."""

    def remarks(self, limit: int) -> list[Remark]:
        """What to look at in rows that go in: code, row, column, value, detail."""


class UnitLoad:
    """Units, sales, or both in one row."""

    has_amounts = True

    def __init__(
        self,
        database: Database,
        connection: Connection,
        plan: ImportPlan,
        staged: Sequence[str],
        *,
        batch_id: int,
        sequence: int,
    ) -> None:
        self._database = database
        self._connection = connection
        self._plan = plan
        # Rows that are a charge fill columns that the file does not have.
        self._staged = (*staged, *CHARGE_FIELDS) if "charge_kind" in staged else staged
        self._accounts = Accounts(plan, staged)
        self._bases = (0, 0)
        self._batch_id = batch_id
        self._sequence = sequence

    def reserve(self) -> None:
        with self._database.bulk() as other:
            self._bases = (
                import_unit_rows.reserve_ids(other, "inventory.item", self._sequence),
                import_unit_rows.reserve_ids(other, "transactions.order", self._sequence),
            )

    def match(self) -> None:
        import_catalog.map_catalog(self._connection)
        if "location" in self._staged:
            import_places.map_places(self._connection)
        self._accounts.find(self._connection)
        import_units.match(self._connection, self._plan, self._staged, self._accounts)

    def write(self, indexing: Callable[[], None]) -> None:
        connection = self._connection
        keys = import_unit_rows.LoadKeys(self._batch_id, *self._bases)
        writer = import_unit_rows.UnitWriter(
            connection, self._plan, self._staged, self._accounts, keys
        )
        new = self._new_rows()
        if rebuild.is_worthwhile(connection, new):
            with rebuild.without_indexes(connection):
                self._create(writer)
                indexing()
            rebuild.announce(connection)
        else:
            self._create(writer)
        writer.update()
        if new >= rebuild.REBUILD_ROWS:
            import_unit_rows.analyse(connection)

    def _new_rows(self) -> int:
        known: int = one(self._connection, "SELECT count(*) FROM row_class")
        staged: int = one(self._connection, "SELECT count(*) FROM stage_row")
        return staged - known

    def _create(self, writer: import_unit_rows.UnitWriter) -> None:
        connection = self._connection
        # Only by our own number can a row change what a unit is.
        by_id = self._plan.identity is Identity.ID
        import_catalog.create_catalog(connection, self._batch_id, changed=by_id)
        import_catalog.map_catalog(connection)
        if "supplier" in self._staged:
            import_suppliers.create_suppliers(connection, self._batch_id)
        if "location" in self._staged:
            import_places.create_places(connection, self._batch_id)
        self._accounts.create(connection, self._batch_id)
        writer.insert()

    def remarks(self, limit: int) -> list[Remark]:
        return import_outcome.remarks(
            self._connection,
            self._plan,
            self._staged,
            self._accounts,
            batch_id=self._batch_id,
            limit=limit,
        )


class RecordLoad:
    """Products, suppliers or prices: each a module of statements with `match` and `write`."""

    has_amounts = False

    def __init__(
        self,
        module: ModuleType,
        connection: Connection,
        plan: ImportPlan,
        staged: Sequence[str],
        *,
        batch_id: int,
    ) -> None:
        self._module = module
        self._connection = connection
        self._plan = plan
        self._staged = staged
        self._batch_id = batch_id

    def reserve(self) -> None:
        """Their ids come from the tables' own sequences."""

    def match(self) -> None:
        self._module.match(self._connection, self._plan, self._staged)

    def write(self, indexing: Callable[[], None]) -> None:
        del indexing
        self._module.write(self._connection, self._plan, self._batch_id, self._staged)

    def remarks(self, limit: int) -> list[Remark]:
        del limit
        return []


_MODULES = {
    Target.PRODUCTS: import_products,
    Target.SUPPLIERS: import_suppliers,
    Target.PRICES: import_prices,
}


def target_load(
    database: Database,
    connection: Connection,
    plan: ImportPlan,
    staged: Sequence[str],
    *,
    batch_id: int,
    sequence: int,
) -> TargetLoad:
    """`sequence` is the number of staged records at most."""
    module = _MODULES.get(plan.target)
    if module is None:
        return UnitLoad(database, connection, plan, staged, batch_id=batch_id, sequence=sequence)
    return RecordLoad(module, connection, plan, staged, batch_id=batch_id)
