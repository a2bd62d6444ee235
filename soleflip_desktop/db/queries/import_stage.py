"""The stage of an import: temporary tables, filled by COPY, and the rows kept for provenance.

All of it is in the caller's transaction and gone with it, but for the raw and rejected rows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from soleflip_desktop.db.queries.import_diff import DIFF_TABLES
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.integration import RecordState
from soleflip_desktop.domain.staging import (
    STAGE_COLUMNS,
    RawChunk,
    RejectedRow,
    StagedProduct,
    StagedVariant,
)

Connection = psycopg.Connection[Any]

#: Beside `stage_row`, whose columns depend on the target (STAGE_COLUMNS).
STAGE = """
CREATE TEMP TABLE stage_product (
    product_key int PRIMARY KEY, name text, brand text, category text, style_code text,
    style_code_key text, release_date date, retail_price numeric(14, 2), retail_currency char(3),
    colourway text
) ON COMMIT DROP;
CREATE TEMP TABLE stage_identifier (product_key int, value text) ON COMMIT DROP;
CREATE TEMP TABLE stage_variant (
    variant_key int PRIMARY KEY, product_key int, system text, value text, label text,
    sort_key numeric, certain boolean, ean text
) ON COMMIT DROP;
CREATE TEMP TABLE stage_key (seq int PRIMARY KEY, content_key uuid) ON COMMIT DROP;
"""


def lock_batch(connection: Connection, key: int, batch_id: int) -> None:
    """Held to the end of the transaction: by this others see that the importer is alive."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (key, batch_id))


def lock_writing(connection: Connection, key: int) -> None:
    """One import at a time matches and writes; reading files goes on side by side."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (key,))


def create_stage(connection: Connection, target: Target) -> None:
    """Empty tables, with types as in the tables that the rows go to."""
    connection.execute("SET LOCAL work_mem = '256MB'")
    columns = ", ".join(f"{name} {kind}" for name, kind in STAGE_COLUMNS[target].items())
    connection.execute(f"CREATE TEMP TABLE stage_row ({columns}) ON COMMIT DROP".encode())
    connection.execute(STAGE)
    connection.execute(DIFF_TABLES)


def copy_rows(connection: Connection, columns: Sequence[str], rows: bytes) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY stage_row ({}) FROM STDIN (FORMAT csv)").format(names)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(rows)


def copy_raw(connection: Connection, batch_id: int, chunks: Iterable[RawChunk]) -> None:
    statement = (
        "COPY integration.import_chunk (batch_id, first_row, offsets, data) "
        "FROM STDIN (FORMAT binary)"
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["int8", "int4", "int4[]", "bytea"])
        for chunk in chunks:
            copy.write_row((batch_id, chunk.first_row, chunk.offsets, chunk.data))


def copy_records(
    connection: Connection, batch_id: int, state: RecordState, rows: Iterable[RejectedRow]
) -> None:
    statement = "COPY integration.import_record (batch_id, row_no, state, cells, issues) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            issues = [
                {"column": i.column, "value": i.value, "code": i.code, "message": i.message}
                for i in row.issues
            ]
            copy.write_row((batch_id, row.row, state, Jsonb(row.cells), Jsonb(issues)))


def copy_catalog(
    connection: Connection, products: Sequence[StagedProduct], variants: Sequence[StagedVariant]
) -> None:
    _copy_rows(
        connection,
        "stage_product (product_key, name, brand, category, style_code, style_code_key, "
        "release_date, retail_price, retail_currency, colourway)",
        (_product_cells(p) for p in products),
    )
    _copy_rows(
        connection,
        "stage_identifier (product_key, value)",
        ((p.key, code) for p in products for code in p.style_codes),
    )
    _copy_rows(
        connection,
        "stage_variant (variant_key, product_key, system, value, label, sort_key, certain, ean)",
        (_variant_cells(v) for v in variants),
        'FORCE_NOT_NULL ("value")',
    )


def _product_cells(p: StagedProduct) -> tuple[Any, ...]:
    codes = " / ".join(p.style_codes) or None
    retail = (p.release_date, p.retail_price, p.retail_currency)
    return (p.key, p.name, p.brand, p.category, p.style_code, codes, *retail, p.colourway)


def _variant_cells(v: StagedVariant) -> tuple[Any, ...]:
    size = (v.size_system, v.size_value, v.size_label, v.size_sort_key)
    return (v.key, v.product_key, *size, v.certain, v.ean)


def _copy_rows(
    connection: Connection, target: str, rows: Iterable[tuple[Any, ...]], option: str = "HEADER off"
) -> None:
    """As one piece of CSV: several times faster than a row at a time. None becomes NULL."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    statement = f"COPY {target} FROM STDIN (FORMAT csv, {option})".encode()
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(text.getvalue())


def prepare(connection: Connection) -> None:
    """Statistics of the stage: a small sample chooses the joins, ten times faster than usual."""
    connection.execute("SET LOCAL default_statistics_target = 10")
    connection.execute("ANALYZE stage_row, stage_product, stage_variant")


CONTENT_KEYS = """
INSERT INTO stage_key
SELECT seq, md5(content || '#' || row_number() OVER (PARTITION BY content ORDER BY seq))::uuid
FROM stage_row WHERE content IS NOT NULL
"""


def number_contents(connection: Connection) -> None:
    """Keys of rows without a number: their content, and how many equal ones stood before."""
    connection.execute(CONTENT_KEYS)
    connection.execute("ANALYZE stage_key")


def one(connection: Connection, statement: str, values: dict[str, Any] | None = None) -> Any:
    row = connection.execute(statement.encode(), values).fetchone()
    return row[0] if row else None
