"""Selected rows as text for a spreadsheet: tab-separated, with headers, fetched piece by piece."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from soleflip_desktop.services.grid import GridSource
from soleflip_desktop.ui.common.columns import Column, RowT

#: A bigger answer would hold the interpreter lock long enough to be felt (performance.md 0.4).
ROWS_PER_CALL = 500
#: What a clipboard and a spreadsheet still take well; more is a case for an export.
MAX_ROWS = 20_000

_BREAKS = str.maketrans("\t\r\n", "   ")


async def rows_as_text(
    source: GridSource[Any], columns: Sequence[Column[RowT]], row_ids: Sequence[int]
) -> str:
    lines = ["\t".join(column.title for column in columns)]
    for start in range(0, len(row_ids), ROWS_PER_CALL):
        rows = await source.rows(row_ids[start : start + ROWS_PER_CALL])
        lines.extend(
            "\t".join(column.clipboard(row).translate(_BREAKS) for column in columns)
            for row in rows
        )
    return "\n".join(lines) + "\n"
