"""Reads a file of records into checked chunks, some megabytes at a time, as its plan says."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import polars as pl
import zstandard

from soleflip_desktop.connectors.files.cells import MESSAGES
from soleflip_desktop.connectors.files.edits import with_edits
from soleflip_desktop.connectors.files.profiles import normalise
from soleflip_desktop.connectors.files.records import NUL, RecordBlock, read_blocks
from soleflip_desktop.connectors.files.row_kinds import RowKinds
from soleflip_desktop.connectors.files.staged_rows import StagedRows
from soleflip_desktop.connectors.files.text import ByteStream, OpenedText
from soleflip_desktop.domain.errors import FileImportError, UserError
from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.integration import RowIssue
from soleflip_desktop.domain.read_ahead import read_ahead
from soleflip_desktop.domain.staging import (
    RawChunk,
    RejectedRow,
    StagedChunk,
    StagedProduct,
    StagedVariant,
    split_record,
)

RAW_ROWS = 1000
#: Of a wrong cell this much is told; all of it is in the raw row.
LONGEST_SHOWN = 200
Indexes = np.ndarray[Any, Any]


class Source(Protocol):
    """Where the text comes from: a file, or the rows that an earlier import kept of one."""

    name: str
    bytes_total: int

    @property
    def stream(self) -> ByteStream: ...

    @property
    def bytes_done(self) -> int: ...

    @property
    def sha256(self) -> str: ...

    def close(self) -> None: ...


def open_table(path: Path, plan: ImportPlan) -> TableFile:
    """Raises FileImportError for a file that is not readable as the plan's dialect says.

    Raises UserError for a plan that cannot be followed.
    """
    encoding = None if plan.dialect.encoding == "spreadsheet" else plan.dialect.encoding
    text = OpenedText(path, encoding, plan.dialect.sheet)
    try:
        return TableFile(text, plan)
    except UserError:
        text.close()
        raise


class TableFile:
    """One file (a `TableReader`). A source `with_header` begins as the file did."""

    def __init__(self, source: Source, plan: ImportPlan, *, with_header: bool = True) -> None:
        self._text = source
        self.name = source.name
        self.plan = plan
        self.bytes_total = source.bytes_total
        self._separator = plan.dialect.delimiter
        self._before = plan.dialect.header_row + 1 if with_header else 0
        self._kinds = RowKinds(plan)
        self._rows = StagedRows(plan, self._kinds.rolled_up)
        self.columns: Sequence[str] = self._rows.columns
        self._sequence = 0

    @property
    def products(self) -> Sequence[StagedProduct]:
        return self._rows.registry.products

    @property
    def variants(self) -> Sequence[StagedVariant]:
        return self._rows.registry.variants

    @property
    def sha256(self) -> str:
        return self._text.sha256

    def close(self) -> None:
        self._text.close()

    def chunks(self) -> Iterator[StagedChunk]:
        """The file from its first row to its last. Raises FileImportError where it ends early."""
        rows = 0
        with (
            ThreadPoolExecutor(1, thread_name_prefix="zstd") as compressor,
            closing(read_ahead(self._data_blocks(), "scanner")) as blocks,
        ):
            for block in blocks:
                raw = compressor.submit(_compress, block)
                chunk = self._chunk(with_edits(block, self.plan), raw)
                rows += chunk.rows
                yield chunk
        if not rows:
            msg = f"{self.name}: there is a header line but no row below it."
            raise FileImportError(msg)

    def _data_blocks(self) -> Iterator[RecordBlock]:
        """Blocks without the lines above the rows; the first row has number 1."""
        for block in read_blocks(self._text.stream, self.name, self._separator):
            left = self._before - block.row
            if left < len(block.starts):
                yield _renumbered(block, max(0, left), self._before)

    def _chunk(self, block: RecordBlock, raw: Future[list[RawChunk]]) -> StagedChunk:
        rejected, parsed = self._split(block)
        frame, skipped = self._kinds.sort_out(parsed)
        good, bad = self._rows.check(frame)
        good, no_units = self._rows.without_units(good)
        skipped += no_units
        if bad.height:
            rejected += self._rejections(block, bad)
            rejected.sort(key=lambda row: row.row)
        rows = good.height + len(skipped) + len(rejected)
        data, self._sequence = self._rows.finish(good, self._sequence, block.data)
        return StagedChunk(
            rows, self._text.bytes_done, data, raw.result(), rejected, skipped, self._sequence
        )

    # -- records that are rows, and those that are not -----------------------------------------

    def _split(self, block: RecordBlock) -> tuple[list[RejectedRow], pl.DataFrame]:
        """One record with misplaced quotes makes the parser give up: then all are looked at."""
        rejected, whole = self._unreadable(block)
        try:
            return rejected, self._parse(block, whole)
        except pl.exceptions.PolarsError:
            misquoted = [i for i in whole if self._is_misquoted(block.record(i))]
        rejected += [self._broken_row(block, i, "misplaced_quote") for i in misquoted]
        whole = np.setdiff1d(whole, misquoted)
        try:
            return rejected, self._parse(block, whole)
        except pl.exceptions.PolarsError as error:
            last = block.row + len(block.starts) - 1
            msg = (
                f"{self.name}: it is unclear which cells the quotes in rows {block.row} to "
                f"{last} enclose. Export the report again."
            )
            raise FileImportError(msg) from error

    def _unreadable(self, block: RecordBlock) -> tuple[list[RejectedRow], Indexes]:
        """Records that are not even rows, and the indexes of those that are."""
        broken = block.fields != len(self.plan.header)
        codes: dict[int, str] = dict.fromkeys(np.flatnonzero(broken).tolist(), "field_count")
        if NUL in block.data:
            places = np.flatnonzero(np.frombuffer(block.data, np.uint8) == NUL)
            owners = np.searchsorted(block.ends, places, side="right")
            codes |= dict.fromkeys(np.unique(owners).tolist(), "nul_byte")
        if block.unclosed:
            codes[len(block.starts) - 1] = "unclosed_quote"
        if not codes:
            return [], np.arange(len(block.starts))
        rejected = [
            self._broken_row(block, index, code)
            for index, code in sorted(codes.items())
            if not self._kinds.is_no_row(self._cells(block.record(index)))
        ]
        return rejected, np.setdiff1d(np.arange(len(block.starts)), list(codes))

    def _broken_row(self, block: RecordBlock, index: int, code: str) -> RejectedRow:
        record = block.record(index)
        text = record.decode("utf-8", "backslashreplace").replace("\0", "\\0").strip("\r\n")
        value = f"{block.fields[index]} fields instead of {len(self.plan.header)}"
        value = value if code == "field_count" else text[:80]
        row = block.row + index
        issue = RowIssue(row, "", value, code, MESSAGES[code].format(value=value, column=""))
        return RejectedRow(row, [text], [issue])

    def _parse(self, block: RecordBlock, whole: Indexes) -> pl.DataFrame:
        """The wanted columns as text, one column a field, and `row_no`."""
        data = block.data
        if len(whole) < len(block.starts):
            data = b"".join(block.record(index) for index in whole)
        names = [str(index) for index in range(len(self.plan.header))]
        wanted = sorted({*self._rows.places.values(), *self._kinds.places.values()})
        if data and wanted:
            frame = pl.read_csv(
                data,
                has_header=False,
                schema=dict.fromkeys(names, pl.String),
                columns=wanted,
                separator=self._separator,
                infer_schema=False,
                raise_if_empty=False,
            )
        else:
            frame = pl.DataFrame(schema={names[index]: pl.String for index in wanted})
        places = self._rows.places | self._kinds.places
        fields = [pl.col(names[place]).alias(field) for field, place in places.items()]
        rows = pl.Series("row_no", whole + block.row, pl.Int32)
        return frame.select(*fields, rows)

    # -- rows that are wrong -------------------------------------------------------------------

    def _rejections(self, block: RecordBlock, bad: pl.DataFrame) -> list[RejectedRow]:
        rejected = []
        for found in bad.iter_rows(named=True):
            row = found.pop("row_no")
            cells = self._cells(block.record(row - block.row))
            if len(cells) != len(self.plan.header):  # the two readers of quotes disagree
                rejected.append(self._broken_row(block, row - block.row, "misplaced_quote"))
            elif not self._kinds.is_no_row(cells):
                rejected.append(RejectedRow(row, cells, self._issues(row, cells, found)))
        return rejected

    def _issues(self, row: int, cells: list[str], found: Mapping[str, str]) -> list[RowIssue]:
        if [normalise(cell) for cell in cells] == [normalise(name) for name in self.plan.header]:
            message = MESSAGES["repeated_header"]
            return [RowIssue(row, "", cells[0], "repeated_header", message)]
        return [
            self._issue(row, key.split("!")[1], code, cells) for key, code in found.items() if code
        ]

    def _issue(self, row: int, field: str, code: str, cells: list[str]) -> RowIssue:
        place = self._rows.places.get(field, self._kinds.places.get(field))
        value = "" if place is None else cells[place][:LONGEST_SHOWN]
        column = field if place is None else self.plan.header[place]
        message = self._rows.message(field, code)
        return RowIssue(row, column, value, code, message.format(value=value, column=column))

    def _cells(self, record: bytes) -> list[str]:
        text = record.decode("utf-8", "backslashreplace").removeprefix("\ufeff")
        return split_record(text.replace("\0", ""), delimiter=self._separator)

    def _is_misquoted(self, record: bytes) -> bool:
        if b'"' not in record:
            return False
        text = record.decode("utf-8", "backslashreplace")
        try:
            cells = split_record(text, delimiter=self._separator, strict=True)
        except csv.Error:
            return True
        return len(cells) != len(self.plan.header)


def _renumbered(block: RecordBlock, skip: int, before: int) -> RecordBlock:
    """Without the first `skip` records; row `before` of the file becomes row 1."""
    cut = int(block.starts[skip])
    return RecordBlock(
        block.data[cut:] if cut else block.data,
        block.starts[skip:] - cut,
        block.ends[skip:] - cut,
        block.fields[skip:],
        block.row + skip - before + 1,
        block.unclosed,
    )


def _compress(block: RecordBlock) -> list[RawChunk]:
    compressor = zstandard.ZstdCompressor(level=1)
    chunks = []
    for first in range(0, len(block.starts), RAW_ROWS):
        starts = block.starts[first : first + RAW_ROWS]
        last = min(first + RAW_ROWS, len(block.starts)) - 1
        data = block.data[starts[0] : block.ends[last]]
        chunks.append(
            RawChunk(block.row + first, (starts - starts[0]).tolist(), compressor.compress(data))
        )
    return chunks
