"""Tables on their way out: rows fetched in pieces, turned into lines, written whole or not at all.

A window must not feel it. A thread that computes does not help there: the window would wait for the
interpreter lock again and again. So the caller's thread makes the lines, a few between two turns of
its loop, and a child process writes them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from soleflip_desktop.domain.exporting import (
    MAX_PDF_LINES,
    ROWS_PER_PIECE,
    Cell,
    ExportColumn,
    Line,
    LineKind,
    TableFormat,
    TableHead,
    TextStyle,
)
from soleflip_desktop.domain.money import Money
from soleflip_desktop.services.grid import CurrencySums, GridSource, Group, Ids
from soleflip_desktop.sync.document_child import ChildDocument
from soleflip_desktop.sync.documents import Document, ExportError


class HasId(Protocol):
    """Every row of a grid has an id."""

    @property
    def id(self) -> int: ...


RowT = TypeVar("RowT", bound=HasId)
ProgressListener = Callable[[int, int], None]

#: Made and sent in some 2 ms.
_LINES_A_TURN = 50
#: A text of fewer cells is there before a child would have started.
CELLS_WITHOUT_CHILD = 5_000

_SUMMED = frozenset({"gross", "payout", "cost", "profit"})


@dataclass(frozen=True, slots=True)
class ViewExport(Generic[RowT]):
    """Rows of a grid as they stand there.

    `ids` are those of the view or some of them; a negative one is the head of a group, as in
    GridView. `cells` turns a row into the cells of `columns`; it is called in the caller's thread.
    """

    source: GridSource[RowT]
    title: str
    notes: tuple[str, ...]
    columns: tuple[ExportColumn, ...]
    cells: Callable[[RowT], tuple[Cell, ...]]
    ids: Ids
    groups: tuple[Group, ...] = ()
    totals: tuple[CurrencySums, ...] = ()

    def head(self) -> TableHead:
        heads = [self.groups[-at - 1] for at in self.ids[self.ids < 0].tolist()]
        further = sum(max(1, len(group.sums)) - 1 for group in heads) + len(self.totals)
        return TableHead(self.title, self.notes, self.columns, len(self.ids) + further)

    def lines(self, ids: Sequence[int], rows: Sequence[RowT]) -> Iterator[list[Line]]:
        """A few at a time. Rows that were deleted meanwhile are left out."""
        found = {row.id: row for row in rows}
        lines: list[Line] = []
        for at in ids:
            if at < 0:
                group = self.groups[-at - 1]
                title = f"{group.title or 'Blank'} · {group.rows:,}"
                lines += self._sums(title, group.sums, LineKind.GROUP)
            elif at in found:
                lines.append(Line(self.cells(found[at])))
            if len(lines) >= _LINES_A_TURN:
                yield lines
                lines = []
        yield lines

    def total_lines(self) -> list[Line]:
        return self._sums("Total", self.totals, LineKind.TOTAL) if self.totals else []

    def _sums(self, title: str, sums: Sequence[CurrencySums], kind: LineKind) -> list[Line]:
        """A line for each currency, for two are never added; one where there is none."""
        keys = [column.key for column in self.columns]
        place = next((at for at, key in enumerate(keys) if key not in _SUMMED), 0)
        lines = []
        for each in sums or (None,):
            cells: list[Cell] = [_sum(each, key) for key in keys]
            cells[place] = title if each is None or len(sums) == 1 else f"{title} · {each.currency}"
            lines.append(Line(tuple(cells), kind))
        return lines


def _sum(sums: CurrencySums | None, key: str) -> Cell:
    if sums is None or key not in _SUMMED:
        return None
    amount = getattr(sums, key)
    return None if amount is None else Money(amount, sums.currency)


async def export_view(
    export: ViewExport[RowT],
    format_: TableFormat,
    path: Path,
    style: TextStyle,
    on_progress: ProgressListener,
) -> None:
    """Writes a document; `on_progress` hears how many of how many lines are done.

    Cancelled with its task. Raises ExportError. The file is complete or not there. Only paper has
    totals: in a sheet they would be one more row to sort and filter.
    """
    if format_ is not TableFormat.PDF:
        export = replace(export, totals=())
    elif len(export.ids) > MAX_PDF_LINES:
        msg = (
            f"{len(export.ids):,} rows are too many for a PDF, which takes {MAX_PDF_LINES:,}. "
            "Narrow the view with a filter, or export it as an Excel workbook."
        )
        raise ExportError(msg)
    await _write(export, ChildDocument(path, format_, style), on_progress)


async def view_text(
    export: ViewExport[RowT], format_: TableFormat, style: TextStyle, *, titles: bool = True
) -> str:
    """The rows as text for the clipboard. Without `titles` TSV has no head."""
    few = len(export.ids) * len(export.columns) < CELLS_WITHOUT_CHILD
    document = (Document if few else ChildDocument)(None, format_, style, titles=titles)
    await _write(export, document, lambda _done, _all: None)
    return document.text


async def _write(
    export: ViewExport[RowT], document: Document | ChildDocument, on_progress: ProgressListener
) -> None:
    thread = ThreadPoolExecutor(1, thread_name_prefix="export")
    run = partial(asyncio.get_running_loop().run_in_executor, thread)
    try:
        await run(document.open, export.head())
        for start in range(0, len(export.ids), ROWS_PER_PIECE):
            ids = export.ids[start : start + ROWS_PER_PIECE].tolist()
            rows = await export.source.rows([at for at in ids if at >= 0])
            for lines in export.lines(ids, rows):
                await run(document.add, lines)
            on_progress(start + len(ids), len(export.ids))
        await run(document.add, export.total_lines())
        await run(document.close)
    except BaseException:
        thread.submit(document.abandon)  # behind the piece that may still be in writing
        raise
    finally:
        thread.shutdown(wait=False)
