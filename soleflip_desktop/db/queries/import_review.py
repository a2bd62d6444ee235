"""The review of a draft: which class each row has, what it changes, its cells and its issues."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import Any

import psycopg
import sqlalchemy as sa
import zstandard
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import ImportBatch, ImportChange, ImportChunk, ImportRecord
from soleflip_desktop.db.queries.raw import records_of
from soleflip_desktop.domain.integration import CellChange, ReviewRow, RowClass, RowIssue

Connection = psycopg.Connection[Any]

#: A letter a row; rows that are none (blank lines, footers) have a dot.
LETTERS: dict[RowClass, str] = {
    RowClass.NEW: "n",
    RowClass.CHANGED: "c",
    RowClass.UNCHANGED: "u",
    RowClass.DUPLICATE: "d",
    RowClass.REJECTED: "r",
    RowClass.CONFLICT: "x",
    RowClass.SKIPPED: "s",
}
NO_ROW = "."
#: Columns that stand in a change beside the text that people read.
BESIDE_NAMES = ("_id", "_key")

#: What a column is called in a file's plan, where that is another name.
FIELD_NAMES: dict[tuple[str, str], str] = {
    ("item", "status"): "item_status",
    ("order", "status"): "order_status",
    ("order", "gross_amount"): "gross",
    ("order", "payout_amount"): "payout",
    ("order", "tax"): "vat",
    ("product", "style_code"): "style",
    ("supplier", "name"): "supplier",
    ("supplier", "kind"): "supplier_kind",
    ("supplier", "status"): "supplier_status",
}

STAGED_CLASSES = """
COPY (
    SELECT DISTINCT ON (s.row_no) s.row_no, coalesce(k.class, 'new')
    FROM stage_row s LEFT JOIN row_class k USING (seq) ORDER BY s.row_no, s.seq
) TO STDOUT
"""


def row_letters(
    connection: Connection, last_row: int, rejected: Iterable[int], skipped: Iterable[int]
) -> bytes:
    """The classes of rows 1 to `last_row`, compressed."""
    letters = bytearray(NO_ROW.encode() * last_row)
    codes = {row_class.value: ord(letter) for row_class, letter in LETTERS.items()}
    # By COPY the classes of a million rows pass by instead of lying in memory as one result.
    with connection.cursor() as cursor, cursor.copy(STAGED_CLASSES) as copy:
        for row, name in copy.rows():
            letters[int(row) - 1] = codes[name]
    for row in rejected:
        letters[row - 1] = codes[RowClass.REJECTED]
    for row in skipped:
        letters[row - 1] = codes[RowClass.SKIPPED]
    return zstandard.ZstdCompressor(level=1).compress(bytes(letters))


def store_letters(connection: Connection, batch_id: int, letters: bytes) -> None:
    connection.execute(
        "UPDATE integration.import_batch SET row_classes = %s WHERE id = %s", (letters, batch_id)
    )


def review_rows(
    session: Session, batch_id: int, row_class: RowClass | None, offset: int, limit: int
) -> list[ReviewRow]:
    """Rows of a class in file order; of all classes with None."""
    batch = session.get_one(ImportBatch, batch_id)
    if batch.row_classes is None:
        return []
    text = zstandard.ZstdDecompressor().decompress(batch.row_classes).decode()
    classes = {letter: name for name, letter in LETTERS.items()}
    wanted = LETTERS[row_class] if row_class else "".join(classes)
    rows = [place for place, letter in enumerate(text, 1) if letter in wanted]
    rows = rows[offset : offset + limit]
    cells = cells_of(session, batch_id, rows, batch.parse_settings["dialect"]["delimiter"])
    changes, issues = changes_of(session, batch_id, rows), issues_of(session, batch_id, rows)
    return [
        ReviewRow(
            row=row,
            row_class=classes[text[row - 1]],
            cells=cells.get(row, ()),
            changes=changes.get(row, ()),
            issues=issues.get(row, ()),
        )
        for row in rows
    ]


def cells_of(
    session: Session, batch_id: int, rows: Sequence[int], delimiter: str
) -> dict[int, tuple[str, ...]]:
    """The raw cells of some rows; each chunk is unpacked once."""
    if not rows:
        return {}
    starts = session.scalars(
        sa.select(ImportChunk.first_row)
        .where(ImportChunk.batch_id == batch_id, ImportChunk.first_row <= max(rows))
        .order_by(ImportChunk.first_row)
    ).all()
    found: dict[int, tuple[str, ...]] = {}

    def chunk_of(row: int) -> int:
        return max((start for start in starts if start <= row), default=0)

    for start, members in groupby(sorted(rows), key=chunk_of):
        chunk = session.get(ImportChunk, (batch_id, start))
        if chunk is not None:
            wanted = list(members)
            records = records_of(chunk.first_row, chunk.offsets, chunk.data, wanted, delimiter)
            found |= dict(zip(wanted, map(tuple, records), strict=True))
    return found


def changes_of(
    session: Session, batch_id: int, rows: Collection[int]
) -> dict[int, tuple[CellChange, ...]]:
    """What rows change, a cell at a time; ids stand beside their names and are left out."""
    found: dict[int, tuple[CellChange, ...]] = {}
    lines = session.scalars(
        sa.select(ImportChange)
        .where(ImportChange.batch_id == batch_id, ImportChange.row_no.in_(rows))
        .where(ImportChange.operation == "U")
        .order_by(ImportChange.id)
    )
    for line in lines:
        cells = tuple(cell_changes(line))
        found[line.row_no or 0] = found.get(line.row_no or 0, ()) + cells
    return found


def cell_changes(line: ImportChange) -> Iterable[CellChange]:
    """The cells of one journalled change, by the names that people know."""
    before, after = line.before or {}, line.after or {}
    for key in after:
        if key == "charges":
            yield from _charges(line, before[key], after[key])
        elif not any(key.endswith(end) and key.removesuffix(end) in after for end in BESIDE_NAMES):
            yield _change(line, key, before.get(key), after[key])


def _charges(
    line: ImportChange, before: dict[str, Any], after: dict[str, Any]
) -> Iterable[CellChange]:
    for kind in dict.fromkeys((*before, *after)):
        if before.get(kind) != after.get(kind):
            yield _change(line, kind, before.get(kind), after.get(kind))


def _change(line: ImportChange, column: str, old: Any, new: Any) -> CellChange:
    name = FIELD_NAMES.get((line.entity, column), column)
    return CellChange(line.entity, line.entity_id, name, _text(old), _text(new))


def _text(value: Any) -> str | None:
    if isinstance(value, list):  # a unit's tags
        return ", ".join(map(str, value)) or None
    return None if value is None else str(value)


def issues_of(
    session: Session, batch_id: int, rows: Collection[int]
) -> dict[int, tuple[RowIssue, ...]]:
    records = session.scalars(
        sa.select(ImportRecord).where(
            ImportRecord.batch_id == batch_id, ImportRecord.row_no.in_(rows)
        )
    )
    return {
        record.row_no: tuple(RowIssue(record.row_no, **issue) for issue in record.issues)
        for record in records
    }
