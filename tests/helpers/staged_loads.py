"""Loads rows of lists as an import does, without a file: the stage is filled by hand."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from types import ModuleType
from typing import Any

import psycopg
import sqlalchemy as sa

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.models import ImportBatch
from soleflip_desktop.db.queries import (
    import_prices,
    import_products,
    import_stage,
    import_suppliers,
)
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import (
    Dialect,
    Identity,
    ImportMode,
    ImportPlan,
    MappedColumn,
)
from soleflip_desktop.domain.integration import BatchStatus
from soleflip_desktop.domain.sizes import parse_size
from soleflip_desktop.domain.staging import STAGE_COLUMNS, StagedProduct, StagedVariant
from soleflip_desktop.domain.style_codes import split_style_codes

Row = dict[str, Any]

LOADERS: dict[Target, ModuleType] = {
    Target.PRODUCTS: import_products,
    Target.SUPPLIERS: import_suppliers,
    Target.PRICES: import_prices,
}
PRODUCT_TEXTS = ("name", "style", "brand", "category", "product_id")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the rows: class and reason by row number, new rows are in none."""

    batch_id: int
    classes: dict[int, tuple[str, str | None]]
    changes: list[tuple[int, dict[str, Any], dict[str, Any]]]

    def of(self, row: int) -> str:
        return self.classes.get(row, ("new", None))[0]


class StagedLoads:
    """Loads into one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def run(
        self,
        target: Target,
        rows: list[Row],
        identity: Identity,
        mode: ImportMode = ImportMode.BOTH,
        *,
        check: bool = False,
    ) -> Loaded:
        plan = make_plan(target, rows, identity, mode)
        batch_id = self._open(plan)
        loader = LOADERS[target]
        with self.database.bulk() as connection, connection.transaction(force_rollback=check):
            import_stage.create_stage(connection, target)
            staged = fill_stage(connection, target, rows)
            loader.match(connection, plan, staged)
            if not check:
                loader.write(connection, plan, batch_id, staged)
                connection.execute(
                    "UPDATE integration.import_batch SET status = 'completed', "
                    "finished_at = clock_timestamp() WHERE id = %s",
                    (batch_id,),
                )
            return _look(connection, batch_id)

    def _open(self, plan: ImportPlan) -> int:
        with self.database.session() as session:
            batch = ImportBatch(
                file_name=f"{plan.target}.csv",
                file_size=1,
                format=plan.profile,
                target=plan.target,
                status=BatchStatus.RUNNING,
            )
            session.add(batch)
            session.flush()
            return batch.id

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.database.session(read_only=True) as session:
            return [tuple(row) for row in session.execute(sa.text(statement), values)]

    def execute(self, statement: str, **values: Any) -> None:
        with self.database.session() as session:
            session.execute(sa.text(statement), values)


def make_plan(target: Target, rows: list[Row], identity: Identity, mode: ImportMode) -> ImportPlan:
    fields = tuple(dict.fromkeys(name for row in rows for name in row))
    return ImportPlan(
        profile="list",
        title="A list",
        target=target,
        dialect=Dialect(),
        header=fields,
        columns=tuple(MappedColumn(name, place) for place, name in enumerate(fields)),
        identity=identity,
        mode=mode,
    )


def fill_stage(connection: psycopg.Connection[Any], target: Target, rows: list[Row]) -> list[str]:
    """Numbers products and sizes as the reader does; returns the columns that are staged."""
    products: dict[tuple[Any, ...], StagedProduct] = {}
    variants: dict[tuple[Any, ...], StagedVariant] = {}
    known = STAGE_COLUMNS[target]
    fields = dict.fromkeys(name for row in rows for name in row if name in known)
    sized = target is Target.PRICES or any("size" in row for row in rows)
    keyed = "variant_key" in known
    columns = ["seq", "row_no", *(["variant_key"] if keyed else []), *fields]
    text = io.StringIO()
    for number, row in enumerate(rows, 1):
        cells: list[Any] = [number, number]
        if keyed:
            product = products.setdefault(
                tuple(row.get(name) for name in PRODUCT_TEXTS), _product(len(products), row)
            )
            texts = (product.key, row.get("size"))
            cells.append(
                variants.setdefault(texts, _variant(len(variants), product, row, sized=sized)).key
            )
        csv.writer(text).writerow([*cells, *(row.get(name) for name in fields)])
    import_stage.copy_catalog(connection, list(products.values()), list(variants.values()))
    import_stage.copy_rows(connection, columns, text.getvalue().encode())
    return columns


def _product(key: int, row: Row) -> StagedProduct:
    return StagedProduct(
        key=key,
        name=row.get("name") or row.get("style") or "",
        brand=row.get("brand"),
        category=row.get("category") or "Sneakers",
        style_code=row.get("style"),
        style_codes=split_style_codes(row.get("style")),
        release_date=row.get("release_date"),
        retail_price=Decimal(row["retail_price"]) if row.get("retail_price") else None,
        retail_currency=row.get("retail_currency") if row.get("retail_price") else None,
        colourway=row.get("colourway"),
    )


def _variant(key: int, product: StagedProduct, row: Row, *, sized: bool) -> StagedVariant:
    size = parse_size(row.get("size"), item_name=product.name)
    return StagedVariant(
        key=key,
        product_key=product.key,
        size_system=size.system if sized else None,
        size_value=size.value,
        size_label=size.label,
        size_sort_key=size.sort_key,
        certain=True,
        ean=row.get("ean"),
    )


def _look(connection: psycopg.Connection[Any], batch_id: int) -> Loaded:
    classes = connection.execute("SELECT row_no, class, reason FROM row_class ORDER BY seq")
    changes = connection.execute(
        "SELECT row_no, before, after FROM stage_change ORDER BY row_no, entity"
    )
    return Loaded(
        batch_id,
        {row: (name, reason) for row, name, reason in classes},
        changes.fetchall(),
    )
