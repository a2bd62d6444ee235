"""Rows as somebody mended them in the wizard: they take the place of the file's own."""

from __future__ import annotations

import csv
import io

import numpy as np

from soleflip_desktop.connectors.files.records import RecordBlock
from soleflip_desktop.domain.import_plan import ImportPlan


def with_edits(block: RecordBlock, plan: ImportPlan) -> RecordBlock:
    """The block with the plan's edited records. The file's own text stays in the raw rows."""
    rows = range(block.row, block.row + len(block.starts))
    edited = {row - block.row: cells for row, cells in plan.edits.items() if row in rows}
    if not edited:
        return block
    records = [
        _record(edited[index], plan.dialect.delimiter) if index in edited else block.record(index)
        for index in range(len(block.starts))
    ]
    ends = np.cumsum([len(record) for record in records])
    fields = block.fields.copy()
    for index, cells in edited.items():
        fields[index] = len(cells)
    unclosed = block.unclosed and len(records) - 1 not in edited
    starts = np.concatenate((np.zeros(1, dtype=np.int64), ends[:-1]))
    return RecordBlock(b"".join(records), starts, ends, fields, block.row, unclosed)


def _record(cells: tuple[str, ...], delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()
